/* Proposals come, gather signatures, and go. */
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

struct seen {
    int count;
    char texts[8][16];
    struct hash hash;
    struct instant made;
    uint32_t key_ids[8];
};

static void keep(struct seen *seen, struct text text)
{
    assert_true(seen->count < 8 && text.size < 16);
    memcpy(seen->texts[seen->count], text.bytes, text.size);
    seen->texts[seen->count][text.size] = '\0';
    seen->count++;
}

static bool see_proposal(void *context, const struct store_proposal *row,
                         struct error *error)
{
    struct seen *seen = context;

    (void)error;
    seen->hash = row->text_hash;
    seen->made = row->made;
    keep(seen, row->text);
    return true;
}

static bool see_signature(void *context, const struct store_signature *row,
                          struct error *error)
{
    struct seen *seen = context;

    (void)error;
    assert_true(text_is(row->name, "p"));
    seen->key_ids[seen->count] = row->key_id;
    keep(seen, row->line);
    return true;
}

static bool refuse_proposal(void *context, const struct store_proposal *row,
                            struct error *error)
{
    (void)context;
    (void)row;
    return fail(error, ERROR_RULE, "no");
}

static struct text text_of(const char *words)
{
    return (struct text){.bytes = words, .size = (uint32_t)strlen(words)};
}

static struct hash propose(int32_t ledger, int salt, const char *words)
{
    struct hash hash = sample_hash('p', salt, 0);

    GOOD(store_proposal_insert(&db, ledger, &hash, text_of(words), &error));
    return hash;
}

static void sign(int32_t ledger, const struct hash *hash, uint32_t key_id,
                 const char *line)
{
    struct store_signature signature = {
        .name = text_of("p"), .key_id = key_id, .line = text_of(line)};

    GOOD(store_proposal_sign(&db, ledger, hash, &signature, &error));
}

static void a_proposal_is_read_back(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash hash = propose(ledger, 1, "act one"),
                none = sample_hash('p', 9, 9);
    struct seen seen = {0};

    (void)state;
    GOOD(store_proposal_get(&db, ledger, &hash, see_proposal, &seen, &error));
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.texts[0], "act one");
    assert_true(hash_equal(&seen.hash, &hash));
    assert_in_range(seen.made.ms / 1000, time(NULL) - 5, time(NULL) + 5);
    REFUSED(ERROR_ABSENT, store_proposal_get(&db, ledger, &none, see_proposal,
                                             &seen, &error));
    REFUSED(ERROR_RULE, store_proposal_get(&db, ledger, &hash, refuse_proposal,
                                           NULL, &error));
}

static void the_same_text_is_one_proposal(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct seen seen = {0};

    (void)state;
    (void)propose(ledger, 1, "act one");
    (void)propose(ledger, 1, "act one");
    (void)propose(ledger, 2, "act two");
    GOOD(store_proposals(&db, ledger, 8, see_proposal, &seen, &error));
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.texts[0], "act one"); /* The oldest first. */
    assert_string_equal(seen.texts[1], "act two");
    seen.count = 0;
    GOOD(store_proposals(&db, ledger, 1, see_proposal, &seen, &error));
    assert_int_equal(seen.count, 1);
}

static void signatures_gather_one_per_key(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash hash = propose(ledger, 1, "act"), none = sample_hash('p', 9, 9);
    struct store_signature line = {
        .name = text_of("p"), .key_id = 1, .line = text_of("x")};
    struct seen seen = {0};

    (void)state;
    sign(ledger, &hash, 7, "line 7");
    sign(ledger, &hash, UINT32_C(0xfffffff0), "line f");
    sign(ledger, &hash, 7, "line 7 again");
    REFUSED(ERROR_ABSENT,
            store_proposal_sign(&db, ledger, &none, &line, &error));
    GOOD(store_proposal_signatures(&db, ledger, &hash, see_signature, &seen,
                                   &error));
    assert_int_equal(seen.count, 2);
    assert_true(seen.key_ids[0] == UINT32_C(0xfffffff0));
    assert_int_equal(seen.key_ids[1], 7);
    assert_string_equal(seen.texts[1], "line 7");
}

static void what_is_deleted_takes_its_signatures_along(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash hash = propose(ledger, 1, "act");
    struct seen seen = {0};

    (void)state;
    sign(ledger, &hash, 7, "line");
    GOOD(store_proposal_delete(&db, ledger, &hash, &error));
    GOOD(store_proposal_delete(&db, ledger, &hash, &error));
    GOOD(store_proposals(&db, ledger, 8, see_proposal, &seen, &error));
    GOOD(store_proposal_signatures(&db, ledger, &hash, see_signature, &seen,
                                   &error));
    assert_int_equal(seen.count, 0);
}

static void the_old_expire_and_the_young_stay(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct hash old = propose(ledger, 1, "old"),
                young = propose(ledger, 2, "young");
    struct seen seen = {0};
    int64_t count = -1;
    DB_RESULT(none);

    (void)state;
    sign(ledger, &old, 7, "line");
    sign(ledger, &young, 7, "line");
    GOOD(db_query(&db,
                  "UPDATE proposal SET made_at = now() - interval '30 days 1"
                  " minute' WHERE ledger_id = $1 AND text_hash = $2",
                  PARAMS(param_int4(ledger), param_hash(&old)), &none, &error));
    GOOD(store_proposals_expire(&db, ledger, 30, &count, &error));
    assert_int_equal(count, 1);
    GOOD(store_proposals(&db, ledger, 8, see_proposal, &seen, &error));
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.texts[0], "young");
    seen.count = 0;
    GOOD(store_proposal_signatures(&db, ledger, &old, see_signature, &seen,
                                   &error));
    assert_int_equal(seen.count, 0);
    GOOD(store_proposal_signatures(&db, ledger, &young, see_signature, &seen,
                                   &error));
    assert_int_equal(seen.count, 1);
}

/* All that the server does, done as the server's role. */
static void the_server_may_do_its_work(void **state)
{
    static struct sample sample;
    struct store_append append;
    struct store_checkpoint checkpoint = {.size = 3};
    struct store_cosignature line = {.size = 3};
    struct db own;
    struct hash hash;
    int64_t epoch;
    int32_t ledger;

    (void)state;
    GOOD(db_open(&own, "user=terreau_server", &error));
    GOOD(store_append_open(&append, "user=terreau_server", &error));
    ledger = fresh_ledger(&own);
    append_now(&append, &sample, ledger, 300, 1);
    /* Only the signer's role states what was signed. */
    REFUSED(ERROR_STORE,
            store_checkpoint_insert(&own, ledger, &checkpoint, &error));
    GOOD(store_cosignature_insert(&own, ledger, &line, &error));
    GOOD(store_signer_highest(&own, ledger, &epoch, &error));
    REFUSED(ERROR_STORE, store_signer_insert(&own, ledger, 1, "host", &error));
    hash = sample_hash('p', 1, 1);
    GOOD(store_proposal_insert(&own, ledger, &hash, text_of("a"), &error));
    GOOD(store_proposals_expire(&own, ledger, 30, &epoch, &error));
    GOOD(store_proposal_delete(&own, ledger, &hash, &error));
    store_append_close(&append);
    db_close(&own);

    GOOD(db_open(&own, "user=terreau_signer", &error));
    GOOD(store_signer_insert(&own, ledger, 1, "host", &error));
    checkpoint.size = 4;
    GOOD(store_checkpoint_insert(&own, ledger, &checkpoint, &error));
    GOOD(store_checkpoint_insert(&own, ledger, &checkpoint, &error));
    db_close(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proposal_is_read_back),
        cmocka_unit_test(the_same_text_is_one_proposal),
        cmocka_unit_test(signatures_gather_one_per_key),
        cmocka_unit_test(what_is_deleted_takes_its_signatures_along),
        cmocka_unit_test(the_old_expire_and_the_young_stay),
        cmocka_unit_test(the_server_may_do_its_work),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
