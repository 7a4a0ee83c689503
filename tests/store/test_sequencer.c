/* One server and its ledger: what is taken, refused, repeated, completed. */
#include "tests/store/coop.h"

#include "ledger/receipt.h"

static struct coop coop;
static struct told told;

static int start(void **state)
{
    (void)state;
    coop_open(&coop, "sequencer");
    coop_found(&coop);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&coop);
    return 0;
}

static struct hash digest_of(struct coop *of)
{
    struct hash digest;

    host_read(of->host);
    digest = state_digest(of->host->at.base);
    host_done(of->host);
    return digest;
}

static void check_receipt(const struct told *of)
{
    struct checkpoint checkpoint;
    struct receipt receipt;
    struct vkey vkey;
    char text[VKEY_CHARS_MAX];
    struct hash leaf;

    vkey_write(text, coop.ledger.origin, KEY_TYPE_ED25519,
               &coop.host->keys.keys[0]);
    GOOD(vkey_read(&vkey, text, strlen(text), &error));
    assert_true(of->receipt_size > 0);
    GOOD(receipt_read(&receipt, of->receipt, of->receipt_size, &error));
    GOOD(receipt_verify(&receipt, &vkey, &checkpoint, &error));
    leaf = tree_leaf_hash(receipt.leaf.bytes, receipt.leaf.size);
    assert_memory_equal(&leaf, &of->leaf_hash, sizeof leaf);
    assert_int_equal(receipt.index, of->index);
    assert_int_equal(checkpoint.size, of->size);
}

static void a_pledge_is_answered_with_a_receipt_that_holds(void **state)
{
    char said[512];

    (void)state;
    coop_pledge(said, sizeof said, "leo", 1);
    coop_say(&coop, said, &told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_false(told.repeated);
    assert_int_equal(told.index, host_size(coop.host) - 1);
    check_receipt(&told);
}

static void the_same_text_again_is_the_same_place(void **state)
{
    char said[512];
    struct told before = told;

    (void)state;
    coop_pledge(said, sizeof said, "leo", 1);
    coop_say(&coop, said, &told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.repeated);
    assert_int_equal(told.index, before.index);
    assert_int_equal(told.accepted.ms, before.accepted.ms);
    check_receipt(&told);
}

/* Its signature is wrong, but the act is there all the same. */
static void
a_text_that_is_in_the_log_is_told_so_before_it_is_refused(void **state)
{
    char said[512];

    (void)state;
    coop_pledge(said, sizeof said, "leo", 1);
    said[strlen(said) + 1] = '\0';
    said[strlen(said)] = '!';
    coop_say(&coop, said, &told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.repeated);
}

static void what_is_refused_leaves_no_trace(void **state)
{
    struct hash before = digest_of(&coop), after;
    int64_t size = host_size(coop.host);

    (void)state;
    NOT(&coop, ERROR_SIGNATURE,
        "party.update party=leo commitment=x nonce=r1 by leo!");
    NOT(&coop, ERROR_SIGNATURE,
        "party.update party=leo commitment=x nonce=r2 by leo:other");
    NOT(&coop, ERROR_ABSENT,
        "party.update party=nobody commitment=x nonce=r3 by leo");
    NOT(&coop, ERROR_TAKEN,
        "party.register party=leo type=person auth=key key=new commitment=leo "
        "nonce=r4 by leo:new");
    NOT(&coop, ERROR_RULE,
        "pledge.make pledge=r5 nonce=r5 party=leo nature=loan amount=5.00 "
        "campaign=k1 on_failure=refund by leo");
    NOT(&coop, ERROR_RULE, COOP_OPEN_AS("nonce=again") "by ana bob cy clerk");
    after = digest_of(&coop);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(host_size(coop.host), size);
}

static void malformed_notes_are_refused_at_once(void **state)
{
    static const struct {
        const char *note;
        enum error_code code;
    } cases[] = {
        {"", ERROR_NOTE},
        {"no note at all", ERROR_NOTE},
        {"terreau/entry/v1\ncoop.example/other\n{}\n\n"
         "\xe2\x80\x94 a "
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAAAAAAAAAAAAAAAAAA=\n",
         ERROR_ORIGIN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        coop_send(&coop, cases[i].note, strlen(cases[i].note), &told);
        told_wait(&told);
        assert_int_equal(told.error.code, cases[i].code);
    }
}

/* "e" and a combining accent is not how NFC writes it. */
static void a_text_that_is_not_nfc_is_refused_at_the_door(void **state)
{
    (void)state;
    NOT(&coop, ERROR_SYNTAX,
        "party.register party=nfc type=organisation auth=key key=nfc "
        "commitment=n public_name=Cafe\xcc\x81 nonce=nfc by nfc");
    (void)SAY(&coop,
              "party.register party=nfc type=organisation auth=key key=nfc "
              "commitment=n public_name=Caf\xc3\xa9 nonce=nfc by nfc");
}

/* The pledge comes before its key is in the log, perhaps in one batch. */
static void a_key_may_still_be_in_flight(void **state)
{
    static struct told both[2];
    char note[LEAF_BYTES_MAX];
    size_t size;

    (void)state;
    size = coop_note(&coop,
                     "party.register party=zoe type=person auth=key key=zoe "
                     "commitment=zoe nonce=zoe by zoe",
                     note, sizeof note);
    coop_send(&coop, note, size, &both[0]);
    size = coop_note(&coop,
                     "pledge.make pledge=z1 nonce=z1 party=zoe nature=gift "
                     "amount=5.00 campaign=k1 on_failure=refund by zoe",
                     note, sizeof note);
    coop_send(&coop, note, size, &both[1]);
    for (int i = 0; i < 2; i++) {
        told_wait(&both[i]);
        assert_int_equal(both[i].error.code, ERROR_NONE);
    }
    assert_int_equal(both[1].index, both[0].index + 1);
}

#define CLASS                                                                  \
    "class.adopt class=A code=A name=Part_A nominal=20.00 called_ppm=0 "       \
    "paid_ppm=0 call_days=21 nonce=A "                                         \
    "decision={body=board date=2026-01-02 sha256=m} "

static int64_t proposal_count(void)
{
    struct db db = {0};
    int64_t count;

    GOOD(db_open(&db, "", &error));
    count = number_of(&db, "SELECT count(*) AS n FROM proposal");
    db_close(&db);
    return count;
}

static void an_act_waits_until_enough_have_signed(void **state)
{
    int64_t size = host_size(coop.host), index;

    (void)state;
    coop_say(&coop, CLASS "by ana", &told);
    assert_int_equal(told.error.code, ERROR_UNSIGNED);
    assert_non_null(strstr(told.missing, "1 more of 2 officers"));
    assert_int_equal(proposal_count(), 1);
    coop_say(&coop, CLASS "by ana", &told);
    assert_int_equal(told.error.code, ERROR_UNSIGNED);
    assert_int_equal(host_size(coop.host), size);
    /* The other line alone completes it. */
    index = SAY(&coop, CLASS "by bob");
    assert_int_equal(index, size);
    assert_int_equal(proposal_count(), 0);
    /* Whoever comes later gets the receipt of those who were first. */
    coop_say(&coop, CLASS "by cy", &told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.repeated);
    assert_int_equal(told.index, index);
}

static void a_wrong_line_is_no_part_of_a_proposal(void **state)
{
    (void)state;
    NOT(&coop, ERROR_SIGNATURE,
        "class.status class=A status=closed nonce=w by ana!");
    assert_int_equal(proposal_count(), 0);
    coop_say(&coop, "class.status class=A status=closed nonce=w by ana", &told);
    assert_int_equal(told.error.code, ERROR_UNSIGNED);
    NOT(&coop, ERROR_SIGNATURE,
        "class.status class=A status=closed nonce=w by bob!");
    (void)SAY(&coop, "class.status class=A status=closed nonce=w by bob");
}

static void a_clock_that_is_off_appends_nothing(void **state)
{
    char said[512];

    (void)state;
    coop_pledge(said, sizeof said, "mia", 900);
    atomic_store(&coop.node->clock_offset_ms, 2500);
    NOT(&coop, ERROR_CLOCK, said);
    assert_true(atomic_load(&coop.host->clock_off));
    atomic_store(&coop.node->clock_offset_ms, -2500);
    NOT(&coop, ERROR_CLOCK, said);
    atomic_store(&coop.node->clock_offset_ms, 0);
    (void)SAY(&coop, said);
    assert_false(atomic_load(&coop.host->clock_off));
}

static void time_is_not_played_on_a_ledger_that_is_no_trial(void **state)
{
    char said[512];

    (void)state;
    coop_pledge(said, sizeof said, "mia", 901);
    (void)snprintf(coop.clock, sizeof coop.clock, "2026-12-01T00:00:00Z");
    NOT(&coop, ERROR_REQUEST, said);
    coop.clock[0] = '\0';
}

static void a_full_queue_says_so(void **state)
{
    static struct told many[40];
    struct db db = {0};
    int busy = 0;

    (void)state;
    coop.host->queue.most = 4;
    GOOD(db_open(&db, "", &error)); /* Hold the head, so that they pile up. */
    run(&db, "BEGIN");
    run(&db, "SELECT size FROM head FOR UPDATE");
    for (int i = 0; i < 40; i++) {
        char said[512], note[LEAF_BYTES_MAX];
        size_t size;

        coop_pledge(said, sizeof said, "mia", 2000 + i);
        size = coop_note(&coop, said, note, sizeof note);
        coop_send(&coop, note, size, &many[i]);
        if (i == 0)
            wait_ms(100); /* The first batch is on its way. */
    }
    run(&db, "ROLLBACK");
    for (int i = 0; i < 40; i++) {
        told_wait(&many[i]);
        if (many[i].error.code == ERROR_BUSY)
            busy++;
        else
            assert_int_equal(many[i].error.code, ERROR_NONE);
    }
    assert_true(busy >= 30 && busy < 40);
    coop.host->queue.most = 4096;
    db_close(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pledge_is_answered_with_a_receipt_that_holds),
        cmocka_unit_test(the_same_text_again_is_the_same_place),
        cmocka_unit_test(
            a_text_that_is_in_the_log_is_told_so_before_it_is_refused),
        cmocka_unit_test(what_is_refused_leaves_no_trace),
        cmocka_unit_test(malformed_notes_are_refused_at_once),
        cmocka_unit_test(a_text_that_is_not_nfc_is_refused_at_the_door),
        cmocka_unit_test(a_key_may_still_be_in_flight),
        cmocka_unit_test(an_act_waits_until_enough_have_signed),
        cmocka_unit_test(a_wrong_line_is_no_part_of_a_proposal),
        cmocka_unit_test(a_clock_that_is_off_appends_nothing),
        cmocka_unit_test(time_is_not_played_on_a_ledger_that_is_no_trial),
        cmocka_unit_test(a_full_queue_says_so),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
