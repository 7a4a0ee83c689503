/*
 * Servers are killed while 32 requests are under way in each, again and
 * again, now and then the database, too.  What was acknowledged is in the
 * log, once, at the place that was told.  KILLS=1000 for the long run.
 */
#include "tests/store/coop.h"

#include <signal.h>
#include <sys/wait.h>

enum { CLIENTS = 32, KILLS = 12, TOLD_MAX = 1 << 20 };

static struct coop coops[2];
static struct db db;

/* What a client of a server was told: short enough for one write. */
struct ack {
    struct hash text_hash;
    int64_t index;
    struct instant accepted;
};
static struct ack *acks;
static size_t ack_count;

static int start(void **state)
{
    (void)state;
    acks = calloc(TOLD_MAX, sizeof *acks);
    assert_non_null(acks);
    coop_open(&coops[0], "kill");
    coop_found(&coops[0]);
    coop_join(&coops[1], &coops[0]);
    coop_node_stop(&coops[0]); /* No threads where we fork. */
    coop_node_stop(&coops[1]);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&coops[0]);
    coop_close(&coops[1]);
    free(acks);
    return 0;
}

/* ---- The server, a process of its own ---- */

struct client {
    pthread_t thread;
    struct coop *coop;
    int pipe, number;
};

static void *pledge_on(void *context)
{
    struct client *client = context;
    struct told *told = calloc(1, sizeof *told);

    for (;;) {
        char said[512], note[LEAF_BYTES_MAX];
        struct ack ack;
        size_t size;

        coop_pledge(said, sizeof said, client->number % 2 ? "leo" : "mia",
                    client->number);
        size = coop_note(client->coop, said, note, sizeof note);
        coop_send(client->coop, note, size, told);
        told_wait(told);
        if (told->error.code != ERROR_NONE) {
            if (error_spec(told->error.code)->http != 503)
                abort(); /* Refused: nothing of the kind is wrong with it. */
            wait_ms(20);
            continue; /* The same text again. */
        }
        ack = (struct ack){told->text_hash, told->index, told->accepted};
        if (write(client->pipe, &ack, sizeof ack) != sizeof ack)
            abort();
        client->number++;
    }
}

static _Noreturn void serve(struct coop *coop, int pipe, int round)
{
    static struct client clients[CLIENTS];

    struct error error = {0};

    log_level_set(LOG_ERROR + 1);
    /* As a supervisor would: the database may be down just now. */
    while (!node_start(&coop->node, &coop->config, &error)) {
        error = (struct error){0};
        wait_ms(50);
    }
    coop->host = node_ledger(coop->node, coop->ledger.name);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){
            .coop = coop,
            .pipe = pipe,
            .number = (round * CLIENTS + i) * 10000,
        };
        if (pthread_create(&clients[i].thread, NULL, pledge_on, &clients[i]) !=
            0)
            abort();
    }
    for (;;)
        wait_ms(1000);
}

/* ---- Rounds ---- */

static pid_t launch(struct coop *coop, int pipe, int round)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        serve(coop, pipe, round);
    return pid;
}

static void collect(int pipe, bool until_the_end)
{
    while (ack_count < TOLD_MAX) {
        ssize_t got = read(pipe, &acks[ack_count], sizeof acks[0]);

        if (got <= 0)
            return;
        assert_int_equal(got, sizeof acks[0]);
        ack_count++;
        if (!until_the_end)
            return;
    }
}

static void wait_us(long us)
{
    struct timespec time = {.tv_sec = us / 1000000,
                            .tv_nsec = us % 1000000 * 1000};

    (void)nanosleep(&time, NULL);
}

/* Kill the session of a server that is inside a transaction, with all that
 * follows: the database ends every session and recovers. */
static void kill_database(void)
{
    struct error error = {0};
    bool reopened;
    int64_t pid = number_of(
        &db, "SELECT coalesce(max(pid), 0) AS n FROM pg_stat_activity"
             " WHERE pid <> pg_backend_pid() AND xact_start IS NOT NULL"
             " AND datname = current_database()");

    if (pid > 0)
        assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
    for (int i = 0; i < 300; i++) {
        wait_ms(100);
        error = (struct error){0};
        if (db_revive(&db, &reopened, &error))
            return;
    }
    FAIL("the database does not come back: %s", error.text);
}

static void play_round(int round)
{
    int servers = round % 2 + 1, ends[2];
    uint32_t pause_us = randombytes_uniform(120000);
    pid_t pids[2];

    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < servers; i++)
        pids[i] = launch(&coops[i], ends[1], 2 * round + i);
    (void)close(ends[1]);
    collect(ends[0], false); /* It works; now it is killed. */
    wait_us(pause_us);
    if (round % 5 == 4) {
        kill_database();
        wait_us(300000);
    }
    for (int i = 0; i < servers; i++)
        assert_int_equal(kill(pids[i], SIGKILL), 0);
    collect(ends[0], true);
    (void)close(ends[0]);
    for (int i = 0; i < servers; i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

struct place {
    struct hash text_hash;
    struct instant accepted;
};

static bool each_entry(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct place *places = context;

    (void)error;
    places[entry->idx] = (struct place){entry->text_hash, entry->accepted};
    return true;
}

static void check_log(void)
{
    struct store_each each = {.entry = each_entry};
    struct store_head head;
    struct place *places;

    GOOD(store_head(&db, coops[0].ledger.ledger_id, &head, &error));
    places = calloc((size_t)head.size, sizeof *places);
    assert_non_null(places);
    each.context = places;
    GOOD(store_entries(&db, coops[0].ledger.ledger_id, 0, head.size, each,
                       &error));
    for (size_t i = 0; i < ack_count; i++) {
        const struct ack *ack = &acks[i];

        assert_in_range(ack->index, 0, head.size - 1);
        assert_memory_equal(&places[ack->index].text_hash, &ack->text_hash,
                            sizeof ack->text_hash);
        assert_int_equal(places[ack->index].accepted.ms, ack->accepted.ms);
    }
    print_message("%lld entries, %zu acknowledged\n", (long long)head.size,
                  ack_count);
    free(places);
}

static void what_was_acknowledged_is_in_the_log_once(void **state)
{
    const char *wish = getenv("KILLS");
    int rounds = wish == NULL ? KILLS : (int)strtol(wish, NULL, 10);

    (void)state;
    GOOD(db_open(&db, "", &error));
    for (int round = 0; round < rounds; round++)
        play_round(round);
    check_log();
    db_close(&db);
}

/* Whatever is there is a log: it replays, its root is right, it goes on. */
static void what_is_left_is_a_log(void **state)
{
    struct error error = {0};

    (void)state;
    coop_node_start(&coops[0]);
    if (!host_is_writable(coops[0].host, &error))
        FAIL("%s", error.text);
    (void)SAY(&coops[0], "party.update party=leo commitment=e nonce=e by leo");
    coop_node_stop(&coops[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_is_in_the_log_once),
        cmocka_unit_test(what_is_left_is_a_log),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
