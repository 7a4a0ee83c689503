/* Migrations run once, in order, whole, and are never edited. */
#include "sql/migrate.h"
#include "tests/store/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct db admin;
static struct db db;
static char folder[64];   /* A directory of migrations of the test's own. */
static char conninfo[64]; /* A database of the test's own. */

static int start(void **state)
{
    static int count;
    char sql[64];

    (void)state;
    GOOD(db_open(&admin, "", &error));
    (void)snprintf(sql, sizeof sql, "CREATE DATABASE migrate%d", ++count);
    run(&admin, sql);
    (void)snprintf(conninfo, sizeof conninfo, "dbname=migrate%d", count);
    GOOD(db_open(&db, conninfo, &error));
    (void)snprintf(folder, sizeof folder, "/tmp/terreau-migrate.XXXXXX");
    assert_non_null(mkdtemp(folder));
    return 0;
}

static void make_folder(const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void put_file(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Two migrations and a view of them. */
static void put_some(void)
{
    make_folder("migrations");
    make_folder("views");
    put_file("migrations/0001_first.sql",
             "CREATE TABLE migration (number int PRIMARY KEY, name text,"
             " sha256 bytea, applied_at timestamptz DEFAULT now());"
             " CREATE TABLE a (n int); INSERT INTO a VALUES (1)");
    put_file("migrations/0002_second.sql", "INSERT INTO a VALUES (2);");
    put_file("migrations/README", "not a migration");
    put_file("views/1_sum.sql", "CREATE OR REPLACE VIEW v AS"
                                " SELECT sum(n) AS n FROM a");
}

static int stop(void **state)
{
    static const char *const names[] = {"migrations/0001_first.sql",
                                        "migrations/0002_second.sql",
                                        "migrations/0003_third.sql",
                                        "migrations/0004_fourth.sql",
                                        "migrations/README",
                                        "views/1_sum.sql",
                                        "migrations",
                                        "views",
                                        ""};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    db_close(&db);
    db_close(&admin);
    return 0;
}

static int migrate(void)
{
    int applied = -1;

    GOOD(migrate_apply(&db, folder, &applied, &error));
    return applied;
}

static void refused(const char *why)
{
    struct error error = {0};
    int applied = -1;

    assert_false(migrate_apply(&db, folder, &applied, &error));
    assert_int_equal(applied, -1);
    if (strstr(error.text, why) == NULL)
        FAIL("'%s', not '%s'", error.text, why);
}

static void each_migration_runs_once(void **state)
{
    int number = -1;

    (void)state;
    put_some();
    GOOD(migrate_number(&db, &number, &error));
    assert_int_equal(number, 0);
    assert_int_equal(migrate(), 2);
    assert_int_equal(migrate(), 0);
    assert_int_equal(number_of(&db, "SELECT n FROM v"), 3);
    put_file("migrations/0003_third.sql", "INSERT INTO a VALUES (4)");
    assert_int_equal(migrate(), 1);
    assert_int_equal(number_of(&db, "SELECT n FROM v"), 7);
    GOOD(migrate_number(&db, &number, &error));
    assert_int_equal(number, 3);
}

static void an_edited_migration_is_refused(void **state)
{
    (void)state;
    put_some();
    assert_int_equal(migrate(), 2);
    put_file("migrations/0002_second.sql", "INSERT INTO a VALUES (3);");
    put_file("migrations/0003_third.sql", "INSERT INTO a VALUES (4)");
    refused("0002_second.sql was edited");
    assert_int_equal(number_of(&db, "SELECT n FROM v"), 3);
}

static void a_gap_is_refused(void **state)
{
    (void)state;
    put_some();
    put_file("migrations/0004_fourth.sql", "INSERT INTO a VALUES (8)");
    refused("0004_fourth.sql should be number 0003");
    put_file("migrations/0003_third.sql", "INSERT INTO a VALUES (4)");
    assert_int_equal(migrate(), 4);
    run(&db, "DELETE FROM migration WHERE number = 2");
    refused("migration 2 was never applied");
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    put_some();
    assert_int_equal(migrate(), 2);
    run(&db, "INSERT INTO migration VALUES (3, 'x', 'x')");
    refused("the database has migration 3, this program only 2");
}

static void a_migration_that_fails_leaves_no_trace(void **state)
{
    int number = -1;

    (void)state;
    put_some();
    put_file("migrations/0003_third.sql",
             "INSERT INTO a VALUES (4); INSERT INTO nowhere VALUES (1)");
    refused("0003_third.sql: ERROR:  relation \"nowhere\" does not exist");
    GOOD(migrate_number(&db, &number, &error));
    assert_int_equal(number, 2);
    assert_int_equal(number_of(&db, "SELECT sum(n) AS n FROM a"), 3);
    put_file("migrations/0003_third.sql", "INSERT INTO a VALUES (4)");
    assert_int_equal(migrate(), 1);
}

static void a_missing_folder_is_an_error(void **state)
{
    struct error error = {0};
    int applied;

    (void)state;
    assert_false(migrate_apply(&db, folder, &applied, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
}

static void *migrate_beside(void *context)
{
    struct db own;
    int *applied = context;

    GOOD(db_open(&own, conninfo, &error));
    GOOD(migrate_apply(&own, folder, applied, &error));
    db_close(&own);
    return NULL;
}

static void two_at_once_wait_for_each_other(void **state)
{
    pthread_t threads[2];
    int applied[2] = {-1, -1};

    (void)state;
    put_some();
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, migrate_beside, &applied[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(applied[0] + applied[1], 2);
    assert_int_equal(number_of(&db, "SELECT n FROM v"), 3);
}

/* with-postgres applied the same files by psql, and recorded them. */
static void the_real_ones_are_applied_twice_in_peace(void **state)
{
    int applied = -1;

    (void)state;
    GOOD(migrate_apply(&admin, "sql", &applied, &error));
    assert_int_equal(applied, 0);
    GOOD(migrate_apply(&db, "sql", &applied, &error));
    assert_true(applied >= 5);
    GOOD(migrate_apply(&db, "sql", &applied, &error));
    assert_int_equal(applied, 0);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM report.entry"),
                     0);
}

#define MIGRATION_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MIGRATION_TEST(each_migration_runs_once),
        MIGRATION_TEST(an_edited_migration_is_refused),
        MIGRATION_TEST(a_gap_is_refused),
        MIGRATION_TEST(a_newer_database_is_refused),
        MIGRATION_TEST(a_migration_that_fails_leaves_no_trace),
        MIGRATION_TEST(a_missing_folder_is_an_error),
        MIGRATION_TEST(two_at_once_wait_for_each_other),
        MIGRATION_TEST(the_real_ones_are_applied_twice_in_peace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
