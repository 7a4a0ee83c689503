/* The append protocol against a real server: one head, no lost update. */
#include "tests/store/fixture.h"

#include <pthread.h>
#include <time.h>

static struct db db; /* Looks on. */
static struct store_append mine, theirs;
static struct sample sample, other;

static int start(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_append_open(&mine, "", &error));
    GOOD(store_append_open(&theirs, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    store_append_close(&mine);
    store_append_close(&theirs);
    db_close(&db);
    return 0;
}

static int pid_of(const struct store_append *append)
{
    return PQbackendPID(append->db.connection);
}

static int64_t size_of(int32_t ledger_id)
{
    struct store_head head = {0};

    GOOD(store_head(&db, ledger_id, &head, &error));
    return head.size;
}

static int64_t count_of(int32_t ledger_id, const char *table)
{
    char sql[96];

    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) AS n FROM %s WHERE ledger_id = %d", table,
                   ledger_id);
    return number_of(&db, sql);
}

static void a_batch_is_written_whole(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct store_head head = lock_now(&mine, ledger);

    (void)state;
    assert_int_equal(head.size, 0);
    assert_true(head.accepted.ms == 0);
    assert_in_range(head.clock.ms / 1000, time(NULL) - 2, time(NULL) + 2);
    sample_make(&sample, ledger, 0, 600, 1);
    store_write_send(&mine, &sample.batch);
    GOOD(store_write_finish(&mine, &error));

    GOOD(store_head(&db, ledger, &head, &error));
    assert_int_equal(head.size, 600);
    assert_true(hash_equal(&head.root, &sample.batch.head.root));
    assert_true(head.accepted.ms == sample.batch.head.accepted.ms);
    assert_int_equal(count_of(ledger, "entry"), 600);
    assert_int_equal(count_of(ledger, "posting"), 1200);
    assert_int_equal(count_of(ledger, "subject"), 600);
    assert_int_equal(count_of(ledger, "tile"), 2);
}

static void an_empty_log_has_the_root_of_the_empty_tree(void **state)
{
    static const uint8_t empty[] = {0xe3, 0xb0, 0xc4, 0x42};
    struct store_head head;

    (void)state;
    head = lock_now(&mine, fresh_ledger(&db));
    assert_memory_equal(head.root.bytes, empty, sizeof empty);
    GOOD(store_abandon(&mine, &error));
}

static void a_ledger_that_is_not_there_cannot_be_locked(void **state)
{
    struct store_head head;
    size_t count;

    (void)state;
    GOOD(store_lock_send(&mine, 999999, NULL, 0, &error));
    REFUSED(ERROR_ABSENT,
            store_lock_finish(&mine, &head, NULL, &count, &error));
    GOOD(store_abandon(&mine, &error));
}

static void the_head_moves_only_from_where_it_is(void **state)
{
    int32_t ledger = fresh_ledger(&db);

    (void)state;
    append_now(&mine, &sample, ledger, 3, 1);
    for (int64_t old_size = 2; old_size <= 4; old_size += 2) {
        (void)lock_now(&mine, ledger);
        sample_make(&sample, ledger, old_size, 2, 2);
        store_write_send(&mine, &sample.batch);
        REFUSED(ERROR_CONFLICT, store_write_finish(&mine, &error));
        GOOD(store_abandon(&mine, &error));
    }
    assert_int_equal(size_of(ledger), 3);
    assert_int_equal(count_of(ledger, "entry"), 3);
    assert_int_equal(count_of(ledger, "posting"), 6);
}

static void a_text_enters_once(void **state)
{
    int32_t ledger = fresh_ledger(&db);

    (void)state;
    append_now(&mine, &sample, ledger, 3, 1);
    other = sample;
    (void)lock_now(&mine, ledger);
    sample_make(&sample, ledger, 3, 2, 1);
    sample.entries[1].text_hash = other.entries[0].text_hash;
    store_write_send(&mine, &sample.batch);
    REFUSED(ERROR_TAKEN, store_write_finish(&mine, &error));
    GOOD(store_abandon(&mine, &error));
    assert_int_equal(size_of(ledger), 3);
    append_now(&mine, &sample, ledger, 2, 1);
    assert_int_equal(size_of(ledger), 5);
}

static void texts_are_looked_up_under_the_lock(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct store_place places[3];
    struct store_head head;
    struct hash texts[3];
    size_t count = 9;

    (void)state;
    append_now(&mine, &sample, ledger, 10, 1);
    texts[0] = sample_hash('t', 2, 0);
    texts[1] = sample.entries[7].text_hash;
    texts[2] = sample_hash('t', 2, 1);
    GOOD(store_lock_send(&mine, ledger, texts, 3, &error));
    GOOD(store_lock_finish(&mine, &head, places, &count, &error));
    assert_int_equal(count, 1);
    assert_int_equal(places[0].idx, 7);
    assert_true(hash_equal(&places[0].text_hash, &texts[1]));
    GOOD(store_abandon(&mine, &error));
}

/* One appends while the other waits for the lock: it then sees what was
 * appended, head and texts, and goes on from there. */
static void contend(struct store_append *first, struct store_append *second,
                    int32_t ledger)
{
    struct store_head before = lock_now(first, ledger), after = {0};
    struct store_place place;
    struct hash text = sample_hash('t', 5, before.size);
    size_t count = 0;

    GOOD(store_lock_send(second, ledger, &text, 1, &error));
    wait_for_block(&db, pid_of(second));
    sample_make(&sample, ledger, before.size, 4, 5);
    store_write_send(first, &sample.batch);
    GOOD(store_write_finish(first, &error));
    GOOD(store_lock_finish(second, &after, &place, &count, &error));
    assert_int_equal(after.size, before.size + 4);
    assert_true(hash_equal(&after.root, &sample.batch.head.root));
    assert_int_equal(count, 1);
    assert_int_equal(place.idx, before.size);
    assert_true(after.clock.ms >= before.clock.ms);
    sample_make(&sample, ledger, after.size, 4, 6);
    store_write_send(second, &sample.batch);
    GOOD(store_write_finish(second, &error));
    assert_int_equal(size_of(ledger), before.size + 8);
}

static void who_waits_for_the_lock_sees_what_it_waited_for(void **state)
{
    int32_t ledger = fresh_ledger(&db);

    (void)state;
    contend(&mine, &theirs, ledger);
    contend(&theirs, &mine, ledger);
    assert_int_equal(count_of(ledger, "entry"), 16);
}

static void the_clock_is_read_after_the_wait(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct store_head head = lock_now(&mine, ledger), late = {0};
    size_t count;

    (void)state;
    GOOD(store_lock_send(&theirs, ledger, NULL, 0, &error));
    wait_ms(400);
    GOOD(store_abandon(&mine, &error)); /* The row is as it was. */
    GOOD(store_lock_finish(&theirs, &late, NULL, &count, &error));
    assert_true(late.clock.ms - head.clock.ms >= 400);
    GOOD(store_abandon(&theirs, &error));
}

struct writer {
    int32_t ledger;
    int salt;
    struct store_append append;
    struct sample sample;
};

static void *write_many(void *context)
{
    struct writer *writer = context;

    for (int i = 0; i < 60; i++)
        append_now(&writer->append, &writer->sample, writer->ledger,
                   (size_t)(i % 3 + 1), writer->salt + i);
    return NULL;
}

static void two_writers_lose_nothing(void **state)
{
    static struct writer writers[2];
    pthread_t threads[2];
    int32_t ledger = fresh_ledger(&db);

    (void)state;
    for (int i = 0; i < 2; i++) {
        writers[i].ledger = ledger;
        writers[i].salt = 1000 * (i + 1);
        GOOD(store_append_open(&writers[i].append, "", &error));
        assert_int_equal(
            pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        store_append_close(&writers[i].append);
    }
    assert_int_equal(size_of(ledger), 240);
    assert_int_equal(count_of(ledger, "entry"), 240);
    assert_int_equal(count_of(ledger, "posting"), 480);
}

static void ledgers_do_not_wait_for_each_other(void **state)
{
    int32_t ledger = fresh_ledger(&db), beside = fresh_ledger(&db);

    (void)state;
    (void)lock_now(&mine, ledger);
    append_now(&theirs, &sample, beside, 1, 1);
    GOOD(store_abandon(&mine, &error));
}

static void a_lock_is_waited_for_only_so_long(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct store_head head;
    size_t count;

    (void)state;
    run(&theirs.db, "SET lock_timeout = '100ms'"); /* Instead of 5 s. */
    (void)lock_now(&mine, ledger);
    GOOD(store_lock_send(&theirs, ledger, NULL, 0, &error));
    REFUSED(ERROR_STORE,
            store_lock_finish(&theirs, &head, NULL, &count, &error));
    assert_string_equal(theirs.db.failure.sqlstate, "55P03");
    GOOD(store_abandon(&theirs, &error));
    run(&theirs.db, "SET lock_timeout = '5s'");
    GOOD(store_abandon(&mine, &error));
    (void)lock_now(&theirs, ledger);
    GOOD(store_abandon(&theirs, &error));
}

/* A server that is stopped within a batch loses the lock, and knows it. */
static void a_frozen_writer_does_not_hold_the_head(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    struct error why = {0};
    bool in = true;

    (void)state;
    (void)lock_now(&mine, ledger);
    wait_ms(600); /* Theirs waits 5 s from here, mine was given 5 s before. */
    append_now(&theirs, &other, ledger, 2, 7);
    sample_make(&sample, ledger, 0, 1, 8);
    store_write_send(&mine, &sample.batch);
    assert_false(store_write_finish(&mine, &why));
    assert_true(why.code == ERROR_STORE || why.code == ERROR_UNKNOWN);
    GOOD(store_resolve(&mine, &sample.batch, &in, &error));
    assert_false(in);
    assert_int_equal(size_of(ledger), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_written_whole),
        cmocka_unit_test(an_empty_log_has_the_root_of_the_empty_tree),
        cmocka_unit_test(a_ledger_that_is_not_there_cannot_be_locked),
        cmocka_unit_test(the_head_moves_only_from_where_it_is),
        cmocka_unit_test(a_text_enters_once),
        cmocka_unit_test(texts_are_looked_up_under_the_lock),
        cmocka_unit_test(who_waits_for_the_lock_sees_what_it_waited_for),
        cmocka_unit_test(the_clock_is_read_after_the_wait),
        cmocka_unit_test(two_writers_lose_nothing),
        cmocka_unit_test(ledgers_do_not_wait_for_each_other),
        cmocka_unit_test(a_lock_is_waited_for_only_so_long),
        cmocka_unit_test(a_frozen_writer_does_not_hold_the_head),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
