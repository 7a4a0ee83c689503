/* Forms wait for a confirmation, are used once, and go. */
#include "sql/store_intake.h"
#include "sql/store_told.h"
#include "tests/store/fixture.h"

static struct db db;

static int start(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(&db);
    return 0;
}

static struct intake_box box_of(const char *words)
{
    static const uint8_t nonce[INTAKE_NONCE_BYTES] = "a nonce";

    return (struct intake_box){nonce, (const uint8_t *)words, strlen(words)};
}

struct seen {
    int count;
    bool is_signed, used, done;
    struct hash token_hash;
    char box[32];
};

static bool see(void *context, const struct store_intake *row,
                struct error *error)
{
    struct seen *seen = context;

    (void)error;
    seen->count++;
    seen->is_signed = row->is_signed;
    seen->used = row->used;
    seen->done = row->done;
    seen->token_hash = row->token_hash;
    assert_memory_equal(row->nonce, "a nonce", 8);
    assert_in_range(row->expires.ms / 1000, time(NULL) + INTAKE_SECONDS - 60,
                    time(NULL) + INTAKE_SECONDS + 60);
    assert_true(row->box.size < sizeof seen->box);
    memcpy(seen->box, row->box.bytes, row->box.size);
    seen->box[row->box.size] = '\0';
    return true;
}

static struct hash insert(int32_t ledger, int salt, const char *words)
{
    struct hash token = sample_hash('f', salt, 0);

    GOOD(store_intake_insert(&db, ledger, &token, box_of(words), &error));
    return token;
}

static void age(int32_t ledger, const char *sql)
{
    char text[256];
    DB_RESULT(none);

    (void)snprintf(text, sizeof text,
                   "UPDATE intake SET %s"
                   " WHERE ledger_id = %d",
                   sql, ledger);
    GOOD(db_query(&db, text, NO_PARAMS, &none, &error));
}

static void a_form_is_signed_confirmed_and_recorded_once(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash token = insert(ledger, 1, "form"),
                mail = sample_hash('m', 1, 0);
    struct seen seen = {0};
    bool mine = true;

    (void)state;
    GOOD(store_intake_use(&db, ledger, &token, &mine, &error));
    assert_false(mine); /* Not signed yet. */
    GOOD(store_intake_sign(&db, ledger, &token, &mail, box_of("signed"),
                           &error));
    GOOD(store_intake_confirmed_by(&db, ledger, &mail, see, &seen, &error));
    assert_true(seen.is_signed && !seen.used && !seen.done);
    assert_string_equal(seen.box, "signed");
    assert_true(hash_equal(&seen.token_hash, &token));
    GOOD(store_intake_use(&db, ledger, &token, &mine, &error));
    assert_true(mine);
    GOOD(store_intake_use(&db, ledger, &token, &mine, &error));
    assert_false(mine);
    REFUSED(ERROR_ABSENT, store_intake_sign(&db, ledger, &token, &mail,
                                            box_of("again"), &error));
    GOOD(store_intake_done(&db, ledger, &token, box_of("g"), &mine, &error));
    assert_true(mine);
    GOOD(store_intake_done(&db, ledger, &token, box_of("h"), &mine, &error));
    assert_false(mine);
    GOOD(store_intake_get(&db, ledger, &token, see, &seen, &error));
    assert_true(seen.done);
    assert_string_equal(seen.box, "g");
}

static void a_second_mail_ends_the_first_link(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash token = insert(ledger, 1, "form"),
                first = sample_hash('m', 1, 0), second = sample_hash('m', 2, 0);
    struct seen seen = {0};

    (void)state;
    GOOD(store_intake_sign(&db, ledger, &token, &first, box_of("s"), &error));
    GOOD(store_intake_sign(&db, ledger, &token, &second, box_of("s"), &error));
    REFUSED(ERROR_ABSENT,
            store_intake_confirmed_by(&db, ledger, &first, see, &seen, &error));
    GOOD(store_intake_confirmed_by(&db, ledger, &second, see, &seen, &error));
}

static void what_has_expired_is_not_found_and_goes(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash token = insert(ledger, 1, "form"),
                mail = sample_hash('m', 1, 0);
    struct seen seen = {0};
    int64_t count = 7;
    bool mine;

    (void)state;
    GOOD(store_intakes_expire(&db, ledger, &count, &error));
    assert_int_equal(count, 0);
    GOOD(store_intake_sign(&db, ledger, &token, &mail, box_of("s"), &error));
    age(ledger, "expires_at = now() - interval '1 second'");
    REFUSED(ERROR_ABSENT,
            store_intake_get(&db, ledger, &token, see, &seen, &error));
    GOOD(store_intake_use(&db, ledger, &token, &mine, &error));
    assert_false(mine);
    GOOD(store_intakes_expire(&db, ledger, &count, &error));
    assert_int_equal(count, 1);
}

static void what_was_confirmed_is_kept_until_it_is_recorded(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash token = insert(ledger, 1, "form"),
                mail = sample_hash('m', 1, 0);
    struct seen seen = {0};
    int64_t count = 7;
    bool mine;

    (void)state;
    GOOD(store_intake_sign(&db, ledger, &token, &mail, box_of("s"), &error));
    GOOD(store_intake_use(&db, ledger, &token, &mine, &error));
    GOOD(store_intakes_used(&db, ledger, 3600, 8, see, &seen, &error));
    assert_int_equal(seen.count, 0);
    age(ledger, "used_at = now() - interval '2 hours'");
    GOOD(store_intakes_used(&db, ledger, 3600, 8, see, &seen, &error));
    assert_int_equal(seen.count, 1);
    age(ledger, "expires_at = now() - interval '1 second'");
    GOOD(store_intakes_expire(&db, ledger, &count, &error));
    assert_int_equal(count, 0);
    GOOD(store_intake_done(&db, ledger, &token, box_of("g"), &mine, &error));
    GOOD(store_intakes_expire(&db, ledger, &count, &error));
    assert_int_equal(count, 1);
}

static void nobody_is_told_twice(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct id party = {.letter = 'p', .bytes = {7}}, other = {.letter = 'p'};
    int64_t size = 7;
    bool first, known = true;

    (void)state;
    GOOD(store_told(&db, ledger, party, 3, "paid", &first, &error));
    assert_true(first);
    GOOD(store_told(&db, ledger, party, 3, "paid", &first, &error));
    assert_false(first);
    GOOD(store_told(&db, ledger, party, 4, "paid", &first, &error));
    assert_true(first);
    GOOD(store_told(&db, ledger, other, 3, "paid", &first, &error));
    assert_true(first);
    GOOD(store_telling(&db, ledger, &known, &size, &error));
    assert_false(known);
    GOOD(store_telling_move(&db, ledger, 9, &error));
    GOOD(store_telling_move(&db, ledger, 5, &error));
    GOOD(store_telling(&db, ledger, &known, &size, &error));
    assert_true(known);
    assert_int_equal(size, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_signed_confirmed_and_recorded_once),
        cmocka_unit_test(a_second_mail_ends_the_first_link),
        cmocka_unit_test(what_has_expired_is_not_found_and_goes),
        cmocka_unit_test(what_was_confirmed_is_kept_until_it_is_recorded),
        cmocka_unit_test(nobody_is_told_twice),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
