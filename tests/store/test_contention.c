/* Two servers on one database: one order, one truth, and nobody starves. */
#include "tests/store/coop.h"

enum { REPEATS = 50 };

static struct coop first, second;

static int start(void **state)
{
    (void)state;
    coop_open(&first, "contention");
    coop_join(&second, &first);
    coop_found(&first);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&second);
    coop_close(&first);
    return 0;
}

static void assert_same(const struct told *a, const struct told *b)
{
    assert_int_equal(a->index, b->index);
    assert_int_equal(a->accepted.ms, b->accepted.ms);
    assert_memory_equal(&a->leaf_hash, &b->leaf_hash, sizeof a->leaf_hash);
    assert_memory_equal(&a->text_hash, &b->text_hash, sizeof a->text_hash);
}

static void the_same_pledge_fifty_times_is_one_entry(void **state)
{
    static struct told told[REPEATS];
    char said[512], note[LEAF_BYTES_MAX];
    int fresh = 0;
    size_t size;

    (void)state;
    coop_pledge(said, sizeof said, "leo", 1);
    size = coop_note(&first, said, note, sizeof note);
    for (int i = 0; i < REPEATS; i++)
        coop_send(i % 2 == 0 ? &first : &second, note, size, &told[i]);
    for (int i = 0; i < REPEATS; i++) {
        told_wait(&told[i]);
        if (told[i].error.code != ERROR_NONE)
            FAIL("%s", told[i].error.text);
        assert_same(&told[0], &told[i]);
        fresh += told[i].repeated ? 0 : 1;
    }
    assert_int_equal(fresh, 1);
}

/* One that makes nothing, so that its id cannot give it away. */
static void a_repetition_that_makes_nothing_is_found_by_its_text(void **state)
{
    static struct told told[REPEATS];
    char note[LEAF_BYTES_MAX];
    int fresh = 0;
    size_t size;

    (void)state;
    size = coop_note(&first,
                     "party.update party=leo commitment=new nonce=update "
                     "by leo",
                     note, sizeof note);
    for (int i = 0; i < REPEATS; i++)
        coop_send(i % 2 == 0 ? &first : &second, note, size, &told[i]);
    for (int i = 0; i < REPEATS; i++) {
        told_wait(&told[i]);
        if (told[i].error.code != ERROR_NONE)
            FAIL("%s", told[i].error.text);
        assert_same(&told[0], &told[i]);
        fresh += told[i].repeated ? 0 : 1;
    }
    assert_int_equal(fresh, 1);
}

/* Both want the id: whoever is second is refused, on whichever server. */
static void of_two_that_conflict_exactly_one_wins(void **state)
{
    static struct told told[2];

    (void)state;
    for (int round = 0; round < 20; round++) {
        int wins = 0;

        for (int i = 0; i < 2; i++) {
            char said[512], note[LEAF_BYTES_MAX];
            size_t size;

            (void)snprintf(said, sizeof said,
                           "party.register party=twin%d type=person auth=key "
                           "key=key%d commitment=c%d nonce=n%d-%d "
                           "by twin%d:key%d",
                           round, i, i, round, i, round, i);
            size = coop_note(&first, said, note, sizeof note);
            coop_send(i == 0 ? &first : &second, note, size, &told[i]);
        }
        for (int i = 0; i < 2; i++) {
            told_wait(&told[i]);
            wins += told[i].error.code == ERROR_NONE;
            if (told[i].error.code != ERROR_NONE &&
                told[i].error.code != ERROR_TAKEN)
                FAIL("%s", told[i].error.text);
        }
        assert_int_equal(wins, 1);
    }
}

/* Ten shares, and each server is asked to take back all ten. */
static void of_two_redemptions_of_the_same_shares_one_wins(void **state)
{
    static struct told told[2];
    static const char *const sides[] = {"one", "two"};
    int wins = 0, short_of = 0;

    (void)state;
    (void)SAY(&first, "class.adopt class=A code=A name=A nominal=20.00 "
                      "called_ppm=0 paid_ppm=0 call_days=21 nonce=A "
                      "decision={body=board date=2026-01-02 sha256=m} "
                      "by ana bob");
    (void)SAY(&first, "member.admit party=ana nonce=admit "
                      "decision={body=board date=2026-01-02 sha256=m} by bob");
    (void)SAY(&first, "share.subscribe subscription=s1 class=A party=ana "
                      "nature=founding quantity=10 nonce=s1 by ana");
    (void)SAY(&first, "share.accept subscription=s1 nonce=a1 by ana bob");
    (void)SAY(&first, "share.issue subscription=s1 nonce=i1 by ana bob");
    for (int i = 0; i < 2; i++) {
        char said[300], note[LEAF_BYTES_MAX];
        size_t size;

        (void)snprintf(said, sizeof said,
                       "redeem.request redemption=%s class=A party=ana "
                       "cause=notice quantity=10 nonce=%s by ana",
                       sides[i], sides[i]);
        size = coop_note(&first, said, note, sizeof note);
        coop_send(i == 0 ? &first : &second, note, size, &told[i]);
    }
    for (int i = 0; i < 2; i++) {
        told_wait(&told[i]);
        wins += told[i].error.code == ERROR_NONE;
        short_of += told[i].error.code == ERROR_ENOUGH;
    }
    assert_int_equal(wins, 1);
    assert_int_equal(short_of, 1);
}

struct client {
    pthread_t thread;
    struct coop *coop;
    const char *party;
    int from, count;
    int64_t longest_ms;
};

static int64_t clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *pledge_on(void *context)
{
    struct client *client = context;
    struct told *told = calloc(1, sizeof *told);

    for (int i = 0; i < client->count; i++) {
        char said[512];
        int64_t before = clock_ms(), took;

        coop_pledge(said, sizeof said, client->party, client->from + i);
        coop_say(client->coop, said, told);
        assert(told->error.code == ERROR_NONE && !told->repeated);
        took = clock_ms() - before;
        client->longest_ms =
            took > client->longest_ms ? took : client->longest_ms;
    }
    free(told);
    return NULL;
}

/* A receipt needs the other's signature, which it makes when it has seen the
 * entry; that is what takes most of the time here. */
static void two_busy_servers_alternate(void **state)
{
    enum { CLIENTS = 8, EACH = 12 };
    struct client clients[CLIENTS];
    int64_t size = host_size(first.host);

    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){
            .coop = i % 2 == 0 ? &first : &second,
            .party = i % 4 < 2 ? "leo" : "mia",
            .from = 1000 + i * EACH,
            .count = EACH,
        };
        assert_int_equal(
            pthread_create(&clients[i].thread, NULL, pledge_on, &clients[i]),
            0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        if (clients[i].longest_ms > 10000)
            FAIL("an answer took %lld ms", (long long)clients[i].longest_ms);
    }
    for (int i = 0; i < 200 && host_size(first.host) != host_size(second.host);
         i++)
        wait_ms(20);
    assert_int_equal(host_size(first.host), size + CLIENTS * EACH);
    assert_int_equal(host_size(second.host), size + CLIENTS * EACH);
}

static void both_servers_come_to_the_same_state(void **state)
{
    struct hash a, b;

    (void)state;
    host_read(first.host);
    a = state_digest(first.host->at.base);
    host_done(first.host);
    host_read(second.host);
    b = state_digest(second.host->at.base);
    host_done(second.host);
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_equal(&first.host->at.root, &second.host->at.root,
                        sizeof(struct hash));
}

static void one_server_signs_at_a_time(void **state)
{
    bool one = atomic_load(&first.host->signing.active);
    bool two = atomic_load(&second.host->signing.active);

    (void)state;
    assert_true(one != two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_pledge_fifty_times_is_one_entry),
        cmocka_unit_test(a_repetition_that_makes_nothing_is_found_by_its_text),
        cmocka_unit_test(of_two_that_conflict_exactly_one_wins),
        cmocka_unit_test(of_two_redemptions_of_the_same_shares_one_wins),
        cmocka_unit_test(two_busy_servers_alternate),
        cmocka_unit_test(both_servers_come_to_the_same_state),
        cmocka_unit_test(one_server_signs_at_a_time),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
