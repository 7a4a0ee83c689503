#include "sql/array.h"
#include "sql/pipeline.h"
#include "sql/pool.h"
#include "tests/store/fixture.h"

#include <stdlib.h>

static struct db db, other;

static int open_both(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(db_open(&other, "", &error));
    return 0;
}

static int close_both(void **state)
{
    (void)state;
    db_close(&db);
    db_close(&other);
    return 0;
}

static void terminate(const struct db *victim)
{
    DB_RESULT(rows);

    GOOD(db_query(&other, "SELECT pg_terminate_backend($1, 5000) AS done",
                  PARAMS(param_int4(PQbackendPID(victim->connection))), &rows,
                  &error));
    assert_true(row_bool(rows, 0, "done"));
}

static void integers_keep_their_extremes(void **state)
{
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db,
                  "SELECT $1::int2 AS a, $2::int4 AS b, $3::int8 AS c,"
                  " $4::int2 AS d, $5::int4 AS e, $6::int8 AS f",
                  PARAMS(param_int2(INT16_MIN), param_int4(INT32_MIN),
                         param_int8(INT64_MIN), param_int2(INT16_MAX),
                         param_int4(INT32_MAX), param_int8(INT64_MAX)),
                  &rows, &error));
    assert_true(row_int(rows, 0, "a") == INT16_MIN);
    assert_true(row_int(rows, 0, "b") == INT32_MIN);
    assert_true(row_int(rows, 0, "c") == INT64_MIN);
    assert_true(row_int(rows, 0, "d") == INT16_MAX);
    assert_true(row_int(rows, 0, "e") == INT32_MAX);
    assert_true(row_int(rows, 0, "f") == INT64_MAX);
}

static void other_types_are_what_the_server_reads(void **state)
{
    static const uint8_t uuid[UUID_BYTES] = {0x12, 0x34, [15] = 0xff};
    struct hash hash = {{1, 2, 3}};
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db,
                  "SELECT $1 AND NOT $2 AS flags, $3 = 'aé' AS text,"
                  " $4 = '\\x00ff'::bytea AS bytes, $5 = sha256('') AS hash,"
                  " $6 = '12340000-0000-0000-0000-0000000000ff'::uuid AS uuid,"
                  " $7 = DATE '1999-12-31' AS date,"
                  " $8 = TIMESTAMPTZ '1999-12-31 23:59:59.999Z' AS instant,"
                  " $9::text IS NULL AS null",
                  PARAMS(param_bool(true), param_bool(false), param_text("aé"),
                         param_bytes("\0\377", 2), param_hash(&hash),
                         param_uuid(uuid), param_date((struct date){10956}),
                         param_instant((struct instant){INT64_C(946684799999)}),
                         param_null()),
                  &rows, &error));
    assert_true(row_bool(rows, 0, "flags"));
    assert_true(row_bool(rows, 0, "text"));
    assert_true(row_bool(rows, 0, "bytes"));
    assert_false(row_bool(rows, 0, "hash"));
    assert_true(row_bool(rows, 0, "uuid"));
    assert_true(row_bool(rows, 0, "date"));
    assert_true(row_bool(rows, 0, "instant"));
    assert_true(row_bool(rows, 0, "null"));
}

static void what_the_server_writes_is_read(void **state)
{
    uint8_t uuid[UUID_BYTES];
    char text[4];
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db,
                  "SELECT DATE '2026-03-01' AS date,"
                  " TIMESTAMPTZ '1969-12-31 23:59:59.9995Z' AS instant,"
                  " '\\x0001'::bytea AS bytes, 'abc' AS text,"
                  " '000102030405060708090a0b0c0d0e0f'::uuid AS uuid,"
                  " NULL::int AS null, ''::bytea AS empty",
                  NO_PARAMS, &rows, &error));
    assert_int_equal(row_date(rows, 0, "date").days, 20513);
    assert_true(row_instant(rows, 0, "instant").ms == -1);
    assert_int_equal(row_bytes(rows, 0, "bytes").size, 2);
    assert_memory_equal(row_bytes(rows, 0, "bytes").bytes, "\0\1", 2);
    assert_true(row_text(rows, 0, "text", text, sizeof text));
    assert_string_equal(text, "abc");
    assert_false(row_text(rows, 0, "text", text, 3));
    row_fixed(rows, 0, "uuid", uuid, sizeof uuid);
    assert_int_equal(uuid[15], 15);
    assert_true(row_is_null(rows, 0, "null"));
    assert_false(row_is_null(rows, 0, "empty"));
    assert_int_equal(row_bytes(rows, 0, "empty").size, 0);
}

static void no_bytes_are_not_null(void **state)
{
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db, "SELECT octet_length($1) AS a, length($2) AS b",
                  PARAMS(param_bytes(NULL, 0), param_text("")), &rows, &error));
    assert_int_equal(row_int(rows, 0, "a"), 0);
    assert_int_equal(row_int(rows, 0, "b"), 0);
}

static void arrays_unnest_with_their_nulls(void **state)
{
    static const uint8_t uuid[UUID_BYTES] = {9};
    static const enum oid types[] = {OID_INT2, OID_INT4,  OID_INT8, OID_DATE,
                                     OID_UUID, OID_BYTEA, OID_TEXT};
    struct array arrays[7] = {0};
    struct param params[7];
    DB_RESULT(rows);

    (void)state;
    for (int i = 0; i < 7; i++)
        array_start(&arrays[i], types[i]);
    array_int(&arrays[0], -2);
    array_int(&arrays[1], INT32_MIN);
    array_int(&arrays[2], INT64_MIN);
    array_date(&arrays[3], (struct date){-1});
    array_bytes(&arrays[4], uuid, sizeof uuid);
    array_bytes(&arrays[5], NULL, 0);
    array_bytes(&arrays[6], "é", 2);
    for (int i = 0; i < 7; i++) {
        array_null(&arrays[i]);
        params[i] = array_param(&arrays[i]);
    }
    GOOD(db_query(&db,
                  "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)"
                  " AS t (a, b, c, d, e, f, g)",
                  params, 7, &rows, &error));
    assert_int_equal(PQntuples(rows), 2);
    assert_true(row_int(rows, 0, "a") == -2);
    assert_true(row_int(rows, 0, "b") == INT32_MIN);
    assert_true(row_int(rows, 0, "c") == INT64_MIN);
    assert_int_equal(row_date(rows, 0, "d").days, -1);
    assert_memory_equal(row_bytes(rows, 0, "e").bytes, uuid, sizeof uuid);
    assert_int_equal(row_bytes(rows, 0, "f").size, 0);
    assert_memory_equal(row_bytes(rows, 0, "g").bytes, "é", 2);
    for (int i = 0; i < 7; i++) {
        assert_true(PQgetisnull(rows, 1, i));
        array_free(&arrays[i]);
    }
}

static void an_array_may_be_empty_and_grow_large(void **state)
{
    struct array array = {0};
    DB_RESULT(none);
    DB_RESULT(many);

    (void)state;
    array_start(&array, OID_INT8);
    GOOD(db_query(&db, "SELECT cardinality($1) AS n",
                  PARAMS(array_param(&array)), &none, &error));
    assert_int_equal(row_int(none, 0, "n"), 0);
    for (int64_t i = 1; i <= 100000; i++)
        array_int(&array, i);
    GOOD(db_query(&db, "SELECT sum(i)::int8 AS n FROM unnest($1) AS i",
                  PARAMS(array_param(&array)), &many, &error));
    assert_true(row_int(many, 0, "n") == INT64_C(5000050000));
    array_free(&array);
}

static void the_settings_are_those_of_the_store(void **state)
{
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db,
                  "SELECT current_setting('lock_timeout') = '5s' AS a,"
                  " current_setting('idle_in_transaction_session_timeout')"
                  " = '5s' AS b, current_setting('synchronous_commit') = 'on'"
                  " AS c",
                  NO_PARAMS, &rows, &error));
    assert_true(row_bool(rows, 0, "a"));
    assert_true(row_bool(rows, 0, "b"));
    assert_true(row_bool(rows, 0, "c"));
}

static void a_statement_that_fails_says_why(void **state)
{
    struct error error = {0};
    DB_RESULT(none);

    (void)state;
    assert_false(db_query(&db, "SELECT 1 / 0", NO_PARAMS, &none, &error));
    assert_int_equal(error.code, ERROR_STORE);
    assert_string_equal(error.text, "division by zero (22012)");
    assert_string_equal(db.failure.sqlstate, "22012");
    assert_int_equal(number_of(&db, "SELECT 7 AS n"), 7);
}

static void a_value_in_use_is_taken(void **state)
{
    DB_RESULT(none);

    (void)state;
    run(&db, "CREATE TEMP TABLE t (a int CONSTRAINT only_one PRIMARY KEY)");
    run(&db, "INSERT INTO t VALUES (1)");
    REFUSED(ERROR_TAKEN, db_query(&db, "INSERT INTO t VALUES (1)", NO_PARAMS,
                                  &none, &error));
    assert_string_equal(db.failure.constraint, "only_one");
}

static void begin_and_fill(struct db_transaction *transaction)
{
    GOOD(db_begin(&db, transaction, &error));
    run(&db, "INSERT INTO ledger (name, origin) VALUES ('gone', 'gone')");
}

static void what_leaves_its_scope_uncommitted_is_undone(void **state)
{
    (void)state;
    {
        DB_TRANSACTION(transaction);

        begin_and_fill(&transaction);
    }
    assert_int_equal(
        number_of(&db, "SELECT count(*) AS n FROM ledger WHERE name = 'gone'"),
        0);
    assert_int_equal(PQtransactionStatus(db.connection), PQTRANS_IDLE);
}

static void a_connection_lost_before_commit_is_unknown(void **state)
{
    bool reopened;
    DB_TRANSACTION(transaction);

    (void)state;
    begin_and_fill(&transaction);
    terminate(&db);
    REFUSED(ERROR_UNKNOWN, db_commit(&transaction, &error));
    GOOD(db_revive(&db, &reopened, &error));
    assert_true(reopened);
    assert_int_equal(
        number_of(&db, "SELECT count(*) AS n FROM ledger WHERE name = 'gone'"),
        0);
}

static void a_wait_for_the_replica_cut_short_is_unknown(void **state)
{
    DB_TRANSACTION(transaction);

    (void)state;
    GOOD(db_begin(&db, &transaction, &error));
    run(&db, "DO $$ BEGIN RAISE WARNING 'canceling wait for synchronous"
             " replication' USING ERRCODE = '57014'; END $$");
    REFUSED(ERROR_UNKNOWN, db_commit(&transaction, &error));
    {
        DB_TRANSACTION(next);

        GOOD(db_begin(&db, &next, &error)); /* The doubt is not inherited. */
        GOOD(db_commit(&next, &error));
    }
}

static void committing_a_failed_transaction_fails(void **state)
{
    DB_RESULT(none);
    DB_TRANSACTION(transaction);

    (void)state;
    GOOD(db_begin(&db, &transaction, &error));
    REFUSED(ERROR_STORE,
            db_query(&db, "SELECT 1 / 0", NO_PARAMS, &none, &error));
    REFUSED(ERROR_STORE, db_commit(&transaction, &error));
}

static void after_a_failure_the_pipeline_skips_to_the_sync(void **state)
{
    DB_RESULT(first);
    DB_RESULT(second);
    DB_RESULT(third);
    DB_RESULT(fourth);

    (void)state;
    GOOD(pipeline_send(&db, "SELECT 1 AS n", NO_PARAMS, &error));
    GOOD(pipeline_send(&db, "SELECT 1 / 0", NO_PARAMS, &error));
    GOOD(pipeline_send(&db, "SELECT 3 AS n", NO_PARAMS, &error));
    GOOD(pipeline_sync(&db, &error));
    GOOD(pipeline_send(&db, "SELECT 4 AS n", NO_PARAMS, &error));
    GOOD(pipeline_sync(&db, &error));
    GOOD(pipeline_receive(&db, &first, &error));
    assert_int_equal(row_int(first, 0, "n"), 1);
    REFUSED(ERROR_STORE, pipeline_receive(&db, &second, &error));
    REFUSED(ERROR_STORE, pipeline_receive(&db, &third, &error));
    GOOD(pipeline_receive_sync(&db, &error));
    GOOD(pipeline_receive(&db, &fourth, &error));
    assert_int_equal(row_int(fourth, 0, "n"), 4);
    GOOD(pipeline_receive_sync(&db, &error));
}

static void a_pipeline_may_be_left_at_any_point(void **state)
{
    DB_RESULT(first);

    (void)state;
    for (int i = 0; i < 3; i++)
        GOOD(pipeline_send(&db, "SELECT repeat('x', 1000000)", NO_PARAMS,
                           &error));
    GOOD(pipeline_sync(&db, &error));
    GOOD(pipeline_receive(&db, &first, &error));
    GOOD(pipeline_send(&db, "BEGIN", NO_PARAMS, &error));
    pipeline_drain(&db); /* Although nothing closed the last statement. */
    assert_int_equal(PQtransactionStatus(db.connection), PQTRANS_INTRANS);
    assert_true(db_settle(&db));
    assert_int_equal(number_of(&db, "SELECT 5 AS n"), 5);
}

static void without_a_server_there_is_an_error(void **state)
{
    struct db nowhere;

    (void)state;
    REFUSED(ERROR_STORE, db_open(&nowhere, "host=/nonexistent user=a", &error));
    assert_null(nowhere.connection);
    db_close(&nowhere);
}

static void a_lost_connection_fails_until_it_is_revived(void **state)
{
    bool reopened;
    DB_RESULT(none);

    (void)state;
    terminate(&db);
    REFUSED(ERROR_STORE, db_query(&db, "SELECT 1", NO_PARAMS, &none, &error));
    REFUSED(ERROR_STORE, db_query(&db, "SELECT 1", NO_PARAMS, &none, &error));
    GOOD(db_revive(&db, &reopened, &error));
    assert_true(reopened);
    GOOD(db_revive(&db, &reopened, &error));
    assert_false(reopened);
    assert_int_equal(number_of(&db, "SELECT 6 AS n"), 6);
}

static void a_pool_lends_what_works(void **state)
{
    static struct pool pool;
    struct db *first, *second;

    (void)state;
    pool_open(&pool, "", 2);
    GOOD(pool_lend(&pool, &first, &error));
    GOOD(pool_lend(&pool, &second, &error));
    assert_ptr_not_equal(first, second);
    REFUSED(ERROR_BUSY, pool_lend(&pool, &second, &error));
    run(first, "BEGIN");
    pool_return(&pool, first);
    terminate(second);
    pool_return(&pool, second);
    for (int i = 0; i < 2; i++) {
        POOL_LOAN(one);
        POOL_LOAN(two);

        GOOD(pool_borrow(&pool, &one, &error));
        GOOD(pool_borrow(&pool, &two, &error));
        assert_int_equal(number_of(one.db, "SELECT 1 AS n"), 1);
        assert_int_equal(number_of(two.db, "SELECT 2 AS n"), 2);
        terminate(two.db); /* And the next loan works again. */
        assert_int_equal(PQtransactionStatus(one.db->connection), PQTRANS_IDLE);
    }
    pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_keep_their_extremes),
        cmocka_unit_test(other_types_are_what_the_server_reads),
        cmocka_unit_test(what_the_server_writes_is_read),
        cmocka_unit_test(no_bytes_are_not_null),
        cmocka_unit_test(arrays_unnest_with_their_nulls),
        cmocka_unit_test(an_array_may_be_empty_and_grow_large),
        cmocka_unit_test(the_settings_are_those_of_the_store),
        cmocka_unit_test(a_statement_that_fails_says_why),
        cmocka_unit_test(a_value_in_use_is_taken),
        cmocka_unit_test(what_leaves_its_scope_uncommitted_is_undone),
        cmocka_unit_test(a_connection_lost_before_commit_is_unknown),
        cmocka_unit_test(a_wait_for_the_replica_cut_short_is_unknown),
        cmocka_unit_test(committing_a_failed_transaction_fails),
        cmocka_unit_test(after_a_failure_the_pipeline_skips_to_the_sync),
        cmocka_unit_test(a_pipeline_may_be_left_at_any_point),
        cmocka_unit_test(without_a_server_there_is_an_error),
        cmocka_unit_test(a_lost_connection_fails_until_it_is_revived),
        cmocka_unit_test(a_pool_lends_what_works),
    };

    return cmocka_run_group_tests(tests, open_both, close_both);
}
