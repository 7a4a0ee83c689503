/* What was confirmed is recorded, whatever ends in between; once. */
#include "server/clerk.h"
#include "server/draft.h"
#include "server/vault.h"
#include "tests/store/coop.h"

static struct coop coop;
static struct db db;

static int start(void **state)
{
    (void)state;
    assert_true(sodium_init() >= 0);
    coop_open(&coop, "registrar");
    coop_found(&coop);
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(&db);
    coop_close(&coop);
    return 0;
}

/* A form of somebody known by e-mail, signed; its notes are the draft's. */
static void sign(struct draft *draft, const char *email)
{
    struct entry pledge = {.kind = ENTRY_pledge_make};
    struct draft_signer signer = {0};
    struct draft_text texts[DRAFT_TEXTS];
    char notes[DRAFT_TEXTS][DRAFT_NOTE_BYTES];
    const char *list[DRAFT_TEXTS] = {notes[0], notes[1]};
    char token[DRAFT_TOKEN_CHARS + 1], mailed[DRAFT_TOKEN_CHARS + 1];

    pledge.pledge_make.amount = amount_from_minor(2500);
    pledge.pledge_make.campaign = coop_id('k', coop_word("k1"));
    pledge.pledge_make.nature = NATURE_GIFT;
    pledge.pledge_make.on_failure = FALLBACK_REFUND;
    pledge.present = UINT64_C(1) << BIT_pledge_make_amount |
                     UINT64_C(1) << BIT_pledge_make_campaign |
                     UINT64_C(1) << BIT_pledge_make_nature |
                     UINT64_C(1) << BIT_pledge_make_on_failure;
    draft_start(draft, &pledge,
                json_pack("{s:s, s:s, s:s, s:s}", "email", email, "family",
                          "Petit", "given", "Zoe", "language", "fr"),
                "fr");
    GOOD(draft_keep(draft, coop.host, &db, token, &error));
    draft_clear(draft);
    GOOD(draft_find(draft, coop.host, &db, token, &error));
    draft_texts(draft, coop.host, &signer, texts);
    for (size_t i = 0; i < DRAFT_TEXTS; i++) {
        size_t size =
            clerk_note(coop.host, notes[i], DRAFT_NOTE_BYTES - 1,
                       (struct text){texts[i].bytes, (uint32_t)texts[i].size});

        notes[i][size] = '\0';
    }
    GOOD(draft_sign(draft, coop.host, &db, &signer, list, node_now(coop.node),
                    mailed, &error));
}

/* Confirmed a minute ago by a server that has ended. */
static void confirm_and_die(const struct draft *draft)
{
    bool mine = false;
    DB_RESULT(none);

    GOOD(store_intake_use(&db, coop.host->ledger_id, &draft->token_hash, &mine,
                          &error));
    assert_true(mine);
    coop_node_stop(&coop);
    GOOD(db_query(&db,
                  "UPDATE intake SET used_at = now() - interval '1 minute'"
                  " WHERE used_at IS NOT NULL",
                  NO_PARAMS, &none, &error));
    coop_node_start(&coop);
}

static bool is_recorded(struct id pledge)
{
    bool there;

    host_read(coop.host);
    there = state_find_id(coop.host->at.base, pledge) != NULL;
    host_done(coop.host);
    return there;
}

static void wait_until_done(void)
{
    for (int tries = 0; tries < 600; tries++) {
        struct timespec pause = {.tv_nsec = 50000000};

        if (number_of(&db,
                      "SELECT count(*) AS n FROM intake"
                      " WHERE used_at IS NOT NULL AND done_at IS NULL") == 0)
            return;
        (void)nanosleep(&pause, NULL);
    }
    FAIL("nobody has worked it off");
}

static void what_a_server_left_behind_is_recorded_by_the_next(void **state)
{
    int64_t size = host_size(coop.host), mails;
    char email[VAULT_EMAIL_BYTES + 1];
    struct draft draft;

    (void)state;
    sign(&draft, "zoe@registrar.example");
    mails = number_of(&db, "SELECT count(*) AS n FROM outbox");
    confirm_and_die(&draft);
    wait_until_done();
    assert_true(is_recorded(draft_pledge(&draft)));
    assert_int_equal(host_size(coop.host), size + 2);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM outbox"),
                     mails + 1);
    GOOD(vault_email_of(coop.node, &db, coop.host->ledger_id,
                        draft_party(&draft), email, &error));
    assert_string_equal(email, "zoe@registrar.example");
    draft_clear(&draft);
}

/* One of its entries is in the log already; or both are. */
static void what_was_half_recorded_is_not_recorded_twice(void **state)
{
    (void)state;
    for (size_t notes = 1; notes <= DRAFT_TEXTS; notes++) {
        int64_t size = host_size(coop.host);
        static struct told told;
        struct draft draft;

        sign(&draft, "half@registrar.example");
        for (size_t i = 0; i < notes; i++) {
            const char *note = draft_note(&draft, i);

            coop_send(&coop, note, strlen(note), &told);
            told_wait(&told);
            assert_int_equal(told.error.code, ERROR_NONE);
        }
        confirm_and_die(&draft);
        wait_until_done();
        assert_true(is_recorded(draft_pledge(&draft)));
        assert_int_equal(host_size(coop.host), size + 2);
        draft_clear(&draft);
    }
}

static bool open_row(void *context, const struct store_intake *row,
                     struct error *error)
{
    return draft_open(context, coop.host, row, error);
}

/* It says which pledge it was: who opens it finds nobody in it. */
static void a_recorded_row_is_empty(void **state)
{
    struct draft draft, after;

    (void)state;
    sign(&draft, "gone@registrar.example");
    confirm_and_die(&draft);
    wait_until_done();
    GOOD(store_intake_get(&db, coop.host->ledger_id, &draft.token_hash,
                          open_row, &after, &error));
    assert_true(after.done);
    assert_null(draft_fields(&after));
    assert_true(id_equal(draft_pledge(&after), draft_pledge(&draft)));
    draft_clear(&after);
    draft_clear(&draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_server_left_behind_is_recorded_by_the_next),
        cmocka_unit_test(what_was_half_recorded_is_not_recorded_twice),
        cmocka_unit_test(a_recorded_row_is_empty),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
