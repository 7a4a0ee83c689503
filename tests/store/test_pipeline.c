/* Batches behind one another, and a COMMIT whose answer never came. */
#include "tests/store/fixture.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct db db; /* Looks on. */
static struct store_append mine;
static struct sample first, second;

static int start(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_append_open(&mine, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    store_append_close(&mine);
    db_close(&db);
    return 0;
}

static int64_t size_of(int32_t ledger_id)
{
    struct store_head head = {0};

    GOOD(store_head(&db, ledger_id, &head, &error));
    return head.size;
}

static void wait_for_size(int32_t ledger_id, int64_t size)
{
    for (int i = 0; i < 500 && size_of(ledger_id) != size; i++)
        wait_ms(10);
    assert_int_equal(size_of(ledger_id), size);
}

/* The network fails: nothing more is read from the server, nothing reaches
 * it; it does not know yet. */
static int cut(struct store_append *append)
{
    int fd = PQsocket(append->db.connection), copy = dup(fd), pair[2];

    assert_true(copy >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(dup2(pair[0], fd) >= 0);
    (void)close(pair[0]);
    (void)close(pair[1]);
    return copy;
}

static void batches_follow_one_another_in_the_pipeline(void **state)
{
    struct sample *samples[2] = {&first, &second};
    int32_t ledger = fresh_ledger(&db);
    struct store_head head;
    size_t count;

    (void)state;
    head = lock_now(&mine, ledger);
    for (int i = 0; i < 20; i++) {
        struct sample *batch = samples[i % 2];

        sample_make(batch, ledger, head.size, 40, i);
        store_write_send(&mine, &batch->batch);
        /* The next is built and its lock is sent while this one commits. */
        GOOD(store_lock_send(&mine, ledger, &batch->entries[3].text_hash, 1,
                             &error));
        GOOD(store_write_finish(&mine, &error));
        {
            struct store_place place;

            GOOD(store_lock_finish(&mine, &head, &place, &count, &error));
            assert_int_equal(count, 1);
            assert_int_equal(place.idx, batch->entries[3].idx);
        }
        assert_int_equal(head.size, batch->batch.head.size);
        assert_true(hash_equal(&head.root, &batch->batch.head.root));
    }
    GOOD(store_abandon(&mine, &error));
    assert_int_equal(size_of(ledger), 800);
}

static void a_batch_that_fails_voids_the_one_behind_it(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct store_head head = {.size = 77};
    size_t count;

    (void)state;
    append_now(&mine, &first, ledger, 3, 1);
    second = first;
    head = lock_now(&mine, ledger);
    sample_make(&first, ledger, head.size, 5, 2);
    first.entries[4].text_hash = second.entries[0].text_hash;
    store_write_send(&mine, &first.batch);
    GOOD(store_lock_send(&mine, ledger, NULL, 0, &error));
    REFUSED(ERROR_TAKEN, store_write_finish(&mine, &error));
    REFUSED(ERROR_STORE, store_lock_finish(&mine, &head, NULL, &count, &error));
    GOOD(store_abandon(&mine, &error));
    assert_int_equal(size_of(ledger), 3);
    append_now(&mine, &first, ledger, 5, 3); /* Built again, it goes in. */
    assert_int_equal(size_of(ledger), 8);
}

static void large_batches_do_not_block_the_pipeline(void **state)
{
    static char leaf[24000];
    int32_t ledger = fresh_ledger(&db);
    struct store_head head;
    size_t count;

    (void)state;
    memset(leaf, 'x', sizeof leaf);
    head = lock_now(&mine, ledger);
    for (int i = 0; i < 3; i++) {
        sample_make(&first, ledger, head.size, 500, i);
        for (size_t j = 0; j < 500; j++)
            first.entries[j].leaf =
                (struct text){.bytes = leaf, .size = sizeof leaf};
        store_write_send(&mine, &first.batch);
        GOOD(store_lock_send(&mine, ledger, NULL, 0, &error));
        GOOD(store_write_finish(&mine, &error));
        GOOD(store_lock_finish(&mine, &head, NULL, &count, &error));
    }
    GOOD(store_abandon(&mine, &error));
    assert_int_equal(size_of(ledger), 1500);
}

static void send_batch(int32_t ledger, int64_t old_size)
{
    assert_int_equal(lock_now(&mine, ledger).size, old_size);
    sample_make(&first, ledger, old_size, 5, 9);
    store_write_send(&mine, &first.batch);
}

static void an_answer_that_got_lost_is_found_in_the_log(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    bool in = false;
    int fd;

    (void)state;
    append_now(&mine, &second, ledger, 2, 1);
    send_batch(ledger, 2);
    wait_for_size(ledger, 7); /* It is in; the answer waits in the socket. */
    fd = cut(&mine);
    REFUSED(ERROR_UNKNOWN, store_write_finish(&mine, &error));
    (void)close(fd);
    GOOD(store_resolve(&mine, &first.batch, &in, &error));
    assert_true(in);
    append_now(&mine, &second, ledger, 2, 2);
    assert_int_equal(size_of(ledger), 9);
}

/* Holds up the INSERT of subjects: the same key, not committed yet. */
static void block_subject(struct db_transaction *transaction, int32_t ledger)
{
    const struct store_subject *subject = &first.subjects[0];
    DB_RESULT(none);

    sample_make(&first, ledger, 0, 5, 9);
    GOOD(db_begin(&db, transaction, &error));
    GOOD(db_query(&db,
                  "INSERT INTO subject (ledger_id, subject, idx)"
                  " VALUES ($1, $2, $3)",
                  PARAMS(param_int4(ledger), param_uuid(subject->subject),
                         param_int8(subject->idx)),
                  &none, &error));
}

struct helper {
    struct db db;
    int victim; /* Zero: nobody. */
    struct db_transaction *blocker;
    bool commit;
};

/* A moment later, the obstacle goes away or the old session ends. */
static void *help(void *context)
{
    struct helper *helper = context;

    wait_ms(400);
    if (helper->victim != 0) {
        DB_RESULT(none);

        GOOD(db_query(&helper->db, "SELECT pg_terminate_backend($1)",
                      PARAMS(param_int4(helper->victim)), &none, &error));
    } else if (helper->commit)
        GOOD(db_commit(helper->blocker, &error));
    else {
        db_rollback(helper->blocker);
        helper->blocker->db = NULL;
    }
    return NULL;
}

/* The connection is lost while the server still works on the batch: the
 * resolver waits for its end, and tells the truth. */
static void resolve_while_pending(bool terminate, bool commit, bool expected)
{
    static struct helper helper;
    int32_t ledger = fresh_ledger(&db);
    int fd, pid = PQbackendPID(mine.db.connection);
    bool in = !expected;
    pthread_t thread;
    DB_TRANSACTION(blocker);

    helper = (struct helper){
        .victim = terminate ? pid : 0, .blocker = &blocker, .commit = commit};
    GOOD(db_open(&helper.db, "", &error));
    block_subject(&blocker, ledger);
    send_batch(ledger, 0);
    wait_for_block(&helper.db, pid);
    fd = cut(&mine);
    REFUSED(ERROR_UNKNOWN, store_write_finish(&mine, &error));
    assert_int_equal(pthread_create(&thread, NULL, help, &helper), 0);
    GOOD(store_resolve(&mine, &first.batch, &in, &error));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(in, expected);
    (void)close(fd);
    db_close(&helper.db);
    db_rollback(&blocker);
    blocker.db = NULL;
    assert_int_equal(size_of(ledger), expected ? 5 : 0);
}

static void what_the_server_still_commits_is_in(void **state)
{
    (void)state;
    resolve_while_pending(false, false, true);
}

static void what_the_server_then_refuses_is_not_in(void **state)
{
    (void)state;
    resolve_while_pending(false, true, false);
}

static void what_dies_with_its_session_is_not_in(void **state)
{
    (void)state;
    resolve_while_pending(true, false, false);
}

static void a_session_ended_from_outside_is_told_apart(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct error why = {0};
    bool in = true;
    DB_RESULT(none);

    (void)state;
    (void)lock_now(&mine, ledger);
    sample_make(&first, ledger, 0, 5, 1);
    GOOD(db_query(&db, "SELECT pg_terminate_backend($1, 5000)",
                  PARAMS(param_int4(PQbackendPID(mine.db.connection))), &none,
                  &error));
    store_write_send(&mine, &first.batch);
    assert_false(store_write_finish(&mine, &why));
    assert_true(why.code == ERROR_STORE || why.code == ERROR_UNKNOWN);
    GOOD(store_resolve(&mine, &first.batch, &in, &error));
    assert_false(in);
    assert_int_equal(size_of(ledger), 0);
}

/* Whenever the session is killed, resolve agrees with the log. */
static void at_any_moment_the_resolver_tells_the_truth(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    int64_t size = 0;

    (void)state;
    for (int i = 0; i < 40; i++) {
        struct error why = {0};
        bool in = false;
        DB_RESULT(none);

        assert_int_equal(lock_now(&mine, ledger).size, size);
        sample_make(&first, ledger, size, 50, i);
        store_write_send(&mine, &first.batch);
        if (i % 4 != 0)
            wait_ms(i % 4);
        GOOD(db_query(&db, "SELECT pg_terminate_backend($1, 5000)",
                      PARAMS(param_int4(PQbackendPID(mine.db.connection))),
                      &none, &error));
        if (store_write_finish(&mine, &why)) {
            size += 50; /* The answer was quicker. */
            GOOD(store_abandon(&mine, &error));
        } else {
            GOOD(store_resolve(&mine, &first.batch, &in, &error));
            if (why.code != ERROR_UNKNOWN)
                assert_false(in);
            size += in ? 50 : 0;
        }
        assert_int_equal(size_of(ledger), size);
    }
}

static void another_batch_at_the_same_place_is_not_ours(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    bool in = true;

    (void)state;
    append_now(&mine, &second, ledger, 5, 1);
    sample_make(&first, ledger, 0, 5, 2);
    GOOD(store_resolve(&mine, &first.batch, &in, &error));
    assert_false(in);
    second.entries[4].leaf_hash = first.entries[4].leaf_hash;
    REFUSED(ERROR_DOUBT, store_resolve(&mine, &second.batch, &in, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_follow_one_another_in_the_pipeline),
        cmocka_unit_test(a_batch_that_fails_voids_the_one_behind_it),
        cmocka_unit_test(large_batches_do_not_block_the_pipeline),
        cmocka_unit_test(an_answer_that_got_lost_is_found_in_the_log),
        cmocka_unit_test(what_the_server_still_commits_is_in),
        cmocka_unit_test(what_the_server_then_refuses_is_not_in),
        cmocka_unit_test(what_dies_with_its_session_is_not_in),
        cmocka_unit_test(a_session_ended_from_outside_is_told_apart),
        cmocka_unit_test(at_any_moment_the_resolver_tells_the_truth),
        cmocka_unit_test(another_batch_at_the_same_place_is_not_ours),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
