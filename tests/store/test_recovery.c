/* What breaks: connections, other servers, the server itself, its files. */
#include "tests/store/coop.h"

#include <fcntl.h>

static struct coop coop;
static struct told told;
static struct db db; /* The superuser's. */

static int start(void **state)
{
    (void)state;
    coop_open(&coop, "recovery");
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

static void send_pledge(int number, struct told *to)
{
    char said[512], note[LEAF_BYTES_MAX];
    size_t size;

    coop_pledge(said, sizeof said, "leo", number);
    size = coop_note(&coop, said, note, sizeof note);
    coop_send(&coop, note, size, to);
}

static void pledge(int number)
{
    char said[512];

    coop_pledge(said, sizeof said, "leo", number);
    (void)SAY(&coop, said);
}

/* End all sessions that are in this state; how many there were. */
static int64_t kill_sessions(const char *where)
{
    char sql[400];

    (void)snprintf(sql, sizeof sql,
                   "SELECT count(pg_terminate_backend(pid)) AS n"
                   " FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                   " AND datname = current_database() AND %s",
                   where);
    return number_of(&db, sql);
}

static void kill_when(const char *where)
{
    for (int i = 0; i < 300; i++) {
        if (kill_sessions(where) > 0)
            return;
        wait_ms(10);
    }
    FAIL("no session was ever: %s", where);
}

static void an_idle_connection_that_dies_is_replaced(void **state)
{
    (void)state;
    pledge(1);
    (void)kill_sessions("true");
    pledge(2);
}

/* A trigger that waits holds COMMIT open; the session ends in it, and so
 * nothing was committed: the batch goes in again. */
static void a_commit_that_was_cut_off_before_is_done_again(void **state)
{
    int64_t size = host_size(coop.host);

    (void)state;
    run(&db, "CREATE FUNCTION wait_now() RETURNS trigger LANGUAGE plpgsql AS"
             " 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'");
    run(&db, "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON entry"
             " DEFERRABLE INITIALLY DEFERRED"
             " FOR EACH ROW EXECUTE FUNCTION wait_now()");
    send_pledge(3, &told);
    kill_when("wait_event = 'PgSleep'");
    run(&db, "DROP TRIGGER slow ON entry");
    run(&db, "DROP FUNCTION wait_now()");
    told_wait(&told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_int_equal(told.index, size);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM entry"),
                     host_size(coop.host));
}

static void set_standby(const char *name)
{
    char sql[100];

    (void)snprintf(sql, sizeof sql,
                   "ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
    run(&db, sql);
    run(&db, "SELECT pg_reload_conf()");
    wait_ms(200);
}

/* With a standby that never answers COMMIT waits after it has happened. */
static void a_commit_that_was_cut_off_after_is_found(void **state)
{
    int64_t size = host_size(coop.host);

    (void)state;
    set_standby("nobody");
    send_pledge(4, &told);
    for (int i = 0; i < 300 && kill_sessions("wait_event = 'SyncRep'") == 0;
         i++)
        wait_ms(10);
    set_standby("");
    (void)kill_sessions("wait_event = 'SyncRep'"); /* The signer's, too. */
    told_wait(&told);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_int_equal(told.index, size);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM entry"),
                     size + 1);
}

/* As a server that was stopped inside a batch: it keeps the head until the
 * database ends its session. */
static void a_frozen_server_does_not_hold_the_head_for_long(void **state)
{
    struct timespec before, after;
    struct store_append frozen;

    (void)state;
    GOOD(store_append_open(&frozen, "", &error));
    (void)lock_now(&frozen, coop.ledger.ledger_id);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    pledge(5);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec < 10);
    store_append_close(&frozen);
}

/* One entry that the database does not take, among others that it takes. */
static void a_poison_entry_harms_nobody_else(void **state)
{
    enum { COUNT = 24, POISON = 11 };
    static struct told many[COUNT];
    struct store_append other;
    char sql[300];
    int good = 0;

    (void)state;
    GOOD(store_append_open(&other, "", &error)); /* So that they queue up. */
    (void)lock_now(&other, coop.ledger.ledger_id);
    send_pledge(100, &told);
    wait_ms(100);
    for (int i = 0; i < COUNT; i++)
        send_pledge(101 + i, &many[i]);
    {
        struct nonce nonce;
        char text[NONCE_CHARS + 1], word[20];

        (void)snprintf(word, sizeof word, "leo-%d", 101 + POISON);
        coop_digest(&nonce, sizeof nonce, "nonce", coop_word(word));
        nonce_write(text, &nonce);
        (void)snprintf(sql, sizeof sql,
                       "ALTER TABLE entry ADD CONSTRAINT poison CHECK"
                       " (position('%s' in convert_from(leaf, 'UTF8')) = 0)"
                       " NOT VALID",
                       text);
        run(&db, sql);
    }
    GOOD(store_abandon(&other, &error));
    store_append_close(&other);
    told_wait(&told);
    for (int i = 0; i < COUNT; i++) {
        told_wait(&many[i]);
        good += many[i].error.code == ERROR_NONE;
    }
    assert_int_equal(good, COUNT - 1);
    assert_int_equal(many[POISON].error.code, ERROR_STORE);
    run(&db, "ALTER TABLE entry DROP CONSTRAINT poison");
    pledge(101 + POISON);
}

static struct hash digest_of(void)
{
    struct hash digest;

    host_read(coop.host);
    digest = state_digest(coop.host->at.base);
    host_done(coop.host);
    return digest;
}

static void path_of(char path[static 600], const char *ending)
{
    (void)snprintf(path, 600, "%s/%s.%s", coop.config.state_dir,
                   coop.ledger.name, ending);
}

static void restart(void)
{
    coop_node_stop(&coop);
    coop_node_start(&coop);
}

static void a_restart_comes_to_the_same_state(void **state)
{
    struct hash before = digest_of(), after;
    char path[600];

    (void)state;
    coop_node_stop(&coop); /* Writes the snapshot. */
    path_of(path, "snapshot");
    assert_int_equal(access(path, R_OK), 0);
    coop_node_start(&coop);
    assert_int_equal(coop.host->snapshot_size, host_size(coop.host));
    after = digest_of();
    assert_memory_equal(&before, &after, sizeof before);
    coop_node_stop(&coop);
    assert_int_equal(unlink(path), 0); /* Now from the log alone. */
    coop_node_start(&coop);
    assert_int_equal(coop.host->snapshot_size, 0);
    after = digest_of();
    assert_memory_equal(&before, &after, sizeof before);
    pledge(200);
}

static void flip(const char *path, off_t at)
{
    uint8_t byte;
    int file = open(path, O_RDWR);

    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    (void)close(file);
}

static void a_snapshot_that_is_damaged_is_ignored(void **state)
{
    static const off_t places[] = {3, 30, 300, 3000, 70000};
    struct hash before = digest_of(), after;
    char path[600];

    (void)state;
    path_of(path, "snapshot");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        coop_node_stop(&coop);
        flip(path, places[i]);
        coop_node_start(&coop);
        assert_int_equal(coop.host->snapshot_size, 0);
        after = digest_of();
        assert_memory_equal(&before, &after, sizeof before);
        pledge(201 + (int)i);
        before = digest_of();
    }
}

/* What is in the log since the snapshot is folded on top of it. */
static void an_old_snapshot_is_gone_on_from(void **state)
{
    char path[600], kept[610], command[1300];
    struct hash before, after;

    (void)state;
    path_of(path, "snapshot");
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    (void)snprintf(command, sizeof command, "cp '%s' '%s'", path, kept);
    restart();
    assert_int_equal(system(command), 0);
    pledge(300);
    before = digest_of();
    coop_node_stop(&coop);
    assert_int_equal(rename(kept, path), 0);
    coop_node_start(&coop);
    assert_true(coop.host->snapshot_size > 0);
    assert_int_equal(coop.host->snapshot_size, host_size(coop.host) - 1);
    after = digest_of();
    assert_memory_equal(&before, &after, sizeof before);
}

/* ---- The fork guard ---- */

static void assert_in_doubt(enum error_code code, const char *part)
{
    struct error error = {0};
    char said[512];

    assert_false(host_is_writable(coop.host, &error));
    if (error.code != code || strstr(error.text, part) == NULL)
        FAIL("%s: %s", error_spec(error.code)->name, error.text);
    coop_pledge(said, sizeof said, "leo", 9999);
    NOT(&coop, code, said);
}

static void a_log_shorter_than_what_was_signed_is_not_written_to(void **state)
{
    char sql[200];
    int64_t size = host_size(coop.host);

    (void)state;
    coop_node_stop(&coop);
    run(&db, "CREATE TABLE kept AS SELECT * FROM entry ORDER BY idx DESC"
             " LIMIT 1");
    run(&db, "CREATE TABLE kept_head AS SELECT * FROM head");
    run(&db, "CREATE TABLE kept_checkpoint AS SELECT * FROM checkpoint"
             " ORDER BY size DESC LIMIT 1");
    run(&db, "DELETE FROM checkpoint WHERE size = (SELECT size FROM"
             " kept_checkpoint)");
    run(&db, "DELETE FROM entry WHERE idx = (SELECT idx FROM kept)");
    (void)snprintf(sql, sizeof sql,
                   "UPDATE head SET size = %lld, root = (SELECT root FROM"
                   " checkpoint ORDER BY size DESC LIMIT 1)",
                   (long long)size - 1);
    run(&db, sql);
    coop_node_start(&coop);
    assert_in_doubt(ERROR_DOUBT, "were signed");
    coop_node_stop(&coop);
    run(&db, "INSERT INTO entry SELECT * FROM kept");
    run(&db, "INSERT INTO checkpoint SELECT * FROM kept_checkpoint");
    run(&db, "UPDATE head SET size = k.size, root = k.root FROM kept_head k");
    coop_node_start(&coop);
    pledge(400);
}

static void a_head_with_another_root_is_not_written_to(void **state)
{
    (void)state;
    coop_node_stop(&coop);
    run(&db, "CREATE TABLE kept_root AS SELECT root FROM head");
    run(&db, "UPDATE head SET root = sha256('other')");
    coop_node_start(&coop);
    assert_in_doubt(ERROR_DOUBT, "is not the head's");
    coop_node_stop(&coop);
    run(&db, "UPDATE head SET root = k.root FROM kept_root k");
    coop_node_start(&coop);
    pledge(401);
}

static void a_damaged_high_water_file_signs_nothing(void **state)
{
    char path[600];

    (void)state;
    coop_node_stop(&coop);
    path_of(path, "highwater");
    flip(path, 40); /* The root of one slot; the other is good, but older. */
    flip(path, 128 + 40);
    coop_node_start(&coop);
    assert_in_doubt(ERROR_DOUBT, "neither slot");
    coop_node_stop(&coop);
    flip(path, 40);
    flip(path, 128 + 40);
    coop_node_start(&coop);
    pledge(402);
}

static void without_its_log_key_a_ledger_waits_for_it(void **state)
{
    char path[600], away[610];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/log.key", coop.config.state_dir);
    (void)snprintf(away, sizeof away, "%s.away", path);
    coop_node_stop(&coop);
    assert_int_equal(rename(path, away), 0);
    coop_node_start(&coop);
    assert_in_doubt(ERROR_READ_ONLY, "log key");
    assert_int_equal(rename(away, path), 0);
    for (int i = 0; i < 250; i++) {
        struct error error = {0};

        if (host_is_writable(coop.host, &error))
            break;
        wait_ms(20);
    }
    pledge(403);
}

/* A leaf that was changed in the database is not signed over. */
static void a_leaf_changed_behind_our_back_is_not_signed(void **state)
{
    char path[600];

    (void)state;
    coop_node_stop(&coop);
    path_of(path, "highwater"); /* As if this host had signed nothing. */
    assert_int_equal(unlink(path), 0);
    run(&db, "UPDATE entry SET leaf = leaf || '\\x0a'::bytea WHERE idx = 2");
    path_of(path, "snapshot");
    coop_node_start(&coop);
    pledge(404); /* Committed, but its checkpoint does not come. */
    for (int i = 0; i < 100; i++) {
        struct error error = {0};

        if (!host_is_writable(coop.host, &error))
            break;
        wait_ms(20);
    }
    assert_in_doubt(ERROR_DOUBT, "do not hash to the root");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_connection_that_dies_is_replaced),
        cmocka_unit_test(a_commit_that_was_cut_off_before_is_done_again),
        cmocka_unit_test(a_commit_that_was_cut_off_after_is_found),
        cmocka_unit_test(a_frozen_server_does_not_hold_the_head_for_long),
        cmocka_unit_test(a_poison_entry_harms_nobody_else),
        cmocka_unit_test(a_restart_comes_to_the_same_state),
        cmocka_unit_test(a_snapshot_that_is_damaged_is_ignored),
        cmocka_unit_test(an_old_snapshot_is_gone_on_from),
        cmocka_unit_test(a_log_shorter_than_what_was_signed_is_not_written_to),
        cmocka_unit_test(a_head_with_another_root_is_not_written_to),
        cmocka_unit_test(a_damaged_high_water_file_signs_nothing),
        cmocka_unit_test(without_its_log_key_a_ledger_waits_for_it),
        cmocka_unit_test(a_leaf_changed_behind_our_back_is_not_signed),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
