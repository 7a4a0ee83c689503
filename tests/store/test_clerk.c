/* The clerk acts when time has come, and so does nobody else. */
#include "tests/store/coop.h"

static struct coop coop;

static void play(const char *clock)
{
    (void)snprintf(coop.clock, sizeof coop.clock, "%s", clock);
}

static int start(void **state)
{
    (void)state;
    coop_open(&coop, "clerk");
    play("2026-01-02T08:00:00Z");
    (void)SAY(&coop,
              COOP_OPEN_AS("trial=true nonce=open") "by ana bob cy clerk");
    (void)SAY(&coop,
              "bank.account account=main name=Graine nonce=main by ana bob");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&coop);
    return 0;
}

static const struct record *campaign(const char *word)
{
    return state_find_id(coop.host->at.base, coop_id('k', coop_word(word)));
}

/* The state's word, once the log has that size. */
static void assert_state(const char *word, const char *expected)
{
    const char *is;

    host_read(coop.host);
    is = state_word((enum record_state)campaign(word)->state);
    host_done(coop.host);
    assert_string_equal(is, expected);
}

static void open_campaign(const char *name, const char *settles)
{
    char said[1000];

    (void)snprintf(said, sizeof said,
                   "campaign.open campaign=%s title=Mill minimum=100.00 "
                   "nonce=%s mode=all_or_nothing opens=2026-01-03T00:00:00Z "
                   "closes=2026-02-01T00:00:00Z settles=%s "
                   "budget=[{amount=100.00 code=mill required=true "
                   "title=Mill}] natures=[{nature=gift}] "
                   "decision={body=board date=2026-01-02 sha256=m} by ana bob",
                   name, name, settles);
    (void)SAY(&coop, said);
}

/* Without lines: nothing came. */
static int64_t statement(const char *from, const char *to)
{
    char said[400];

    (void)snprintf(said, sizeof said,
                   "bank.statement statement=%s account=main number=1 lines=0 "
                   "opening=0.00 closing=0.00 from=%s to=%s sha256=%s "
                   "nonce=st-%s by clerk",
                   to, from, to, to, to);
    return SAY(&coop, said);
}

static void wait_for_size(int64_t size)
{
    for (int i = 0; i < 250 && host_size(coop.host) < size; i++)
        wait_ms(20);
    wait_ms(250); /* And nothing more. */
    assert_int_equal(host_size(coop.host), size);
}

static void time_stands_still_on_a_trial_ledger(void **state)
{
    (void)state;
    open_campaign("k1", "2026-03-01T00:00:00Z");
    wait_ms(600); /* The real clock has long passed it. */
    assert_state("k1", "open");
    wait_for_size(3);
}

/* Money may still be on its way to the bank account. */
static void what_its_rules_refuse_is_put_off_to_the_statement(void **state)
{
    (void)state;
    play("2026-03-01T06:00:00Z");
    (void)SAY(&coop, "party.register party=leo type=person auth=key key=leo "
                     "commitment=leo nonce=leo by leo");
    wait_for_size(4);
    assert_state("k1", "open");
    assert_int_equal(statement("2026-01-02", "2026-02-28"), 4);
    wait_for_size(6);
    assert_state("k1", "failed");
}

static void the_clock_does_not_go_back(void **state)
{
    (void)state;
    play("2026-03-01T05:59:59Z");
    NOT(&coop, ERROR_REQUEST,
        "party.update party=leo commitment=b nonce=b by leo");
    play("2026-03-01T06:00:00Z");
    (void)SAY(&coop, "party.update party=leo commitment=b nonce=b by leo");
}

/* The clerk's four go before it, the rest follows although nobody asks. */
static void what_is_due_goes_first_four_at_a_time(void **state)
{
    enum { CAMPAIGNS = 11 };
    char name[16];
    int64_t size;

    (void)state;
    for (int i = 0; i < CAMPAIGNS; i++) {
        (void)snprintf(name, sizeof name, "m%d", i);
        open_campaign(name, "2026-04-02T12:00:00Z");
    }
    play("2026-04-02T10:00:00Z");
    (void)statement("2026-03-01", "2026-04-02");
    size = host_size(coop.host);
    wait_for_size(size);
    play("2026-04-02T12:00:00Z");
    assert_int_equal(
        SAY(&coop, "party.update party=leo commitment=c nonce=c by leo"),
        size + 4);
    wait_for_size(size + CAMPAIGNS + 1);
    for (int i = 0; i < CAMPAIGNS; i++) {
        (void)snprintf(name, sizeof name, "m%d", i);
        assert_state(name, "failed");
    }
}

static void a_restart_makes_no_act_twice(void **state)
{
    int64_t size = host_size(coop.host);

    (void)state;
    coop_node_stop(&coop);
    coop_node_start(&coop);
    wait_ms(500);
    assert_int_equal(host_size(coop.host), size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_stands_still_on_a_trial_ledger),
        cmocka_unit_test(what_its_rules_refuse_is_put_off_to_the_statement),
        cmocka_unit_test(the_clock_does_not_go_back),
        cmocka_unit_test(what_is_due_goes_first_four_at_a_time),
        cmocka_unit_test(a_restart_makes_no_act_twice),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
