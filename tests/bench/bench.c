/*
 * bench: what a node does in a second, through HTTP, durably.
 *
 *     bench FOLDER [ROUNDS] [PLEDGES]
 *
 * Opens a ledger of its own, signs ahead of time, and prints one line for
 * each measurement: name, value, unit, and for requests p50 and p99 in
 * milliseconds.  Every answer is held against the log at the end; a
 * contradiction ends it with status 1.  tests/bench/run puts the baselines of
 * the same minutes beside it.
 */
#include "tests/load/book.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEOPLE = 500, CORES = 2, VERIFY_MS = 1500 };

static const char ledger_name[] = "bench";

struct bench {
    struct stand stand;
    struct cast cast;
    struct book book;
    struct db db;
    size_t sent;
    size_t wanted; /* Pledges in each measurement. */
    uint32_t *micros;
    size_t answered;
    size_t first; /* Number of the first pledge under way. */
};

static struct instant wall_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000};
}

static void answered(void *context, const struct drive_answer *answer)
{
    struct bench *bench = context;

    if (book_answer(&bench->book, bench->first + answer->request, answer))
        bench->micros[bench->answered++] = (uint32_t)answer->micros;
}

/* Pledges over so many connections; each is signed before the clock runs. */
static void pledges(struct bench *bench, int connections)
{
    const char *address = bench->stand.address;
    size_t count = connections == 1 ? bench->wanted / 8 : bench->wanted;
    struct drive drive;

    bench->first = bench->sent;
    bench->answered = 0;
    book_prepare(&bench->book, bench->first, count);
    drive = (struct drive){.addresses = &address,
                           .address_count = 1,
                           .connections = connections,
                           .requests = bench->book.requests + bench->first,
                           .request_count = count,
                           .answered = answered,
                           .context = bench};
    drive_run(&drive);
    for (size_t i = 0; i < drive.sent; i++)
        if (bench->book.pledges[bench->first + i].fate == FATE_NEW)
            bench->book.pledges[bench->first + i].fate = FATE_SENT;
    bench->sent += drive.sent;
    sort_values(bench->micros, bench->answered);
    printf("pledges_%d %.0f per_second p50 %.2f p99 %.2f\n", connections,
           (double)bench->answered / drive.seconds,
           quantile(bench->micros, bench->answered, 0.5) / 1000.0,
           quantile(bench->micros, bench->answered, 0.99) / 1000.0);
    (void)fflush(stdout);
}

/* ---- The limit of the processor ---- */

static void *verify_loop(void *context)
{
    uint8_t public[32], secret[64], signature[64], text[300] = {7};
    int64_t *count = context, end;

    (void)crypto_sign_keypair(public, secret);
    (void)crypto_sign_detached(signature, NULL, text, sizeof text, secret);
    end = now_ns() + VERIFY_MS * INT64_C(1000000);
    while (now_ns() < end)
        for (int i = 0; i < 50; i++, (*count)++)
            if (crypto_sign_verify_detached(signature, text, sizeof text,
                                            public) != 0)
                abort();
    return NULL;
}

static void verify_limit(void)
{
    pthread_t threads[CORES];
    int64_t counts[CORES] = {0}, all = 0, start = now_ns();

    for (int i = 0; i < CORES; i++)
        if (pthread_create(&threads[i], NULL, verify_loop, &counts[i]) != 0)
            abort();
    for (int i = 0; i < CORES; i++) {
        (void)pthread_join(threads[i], NULL);
        all += counts[i];
    }
    printf("ed25519_verify %.0f per_second\n",
           (double)all * 1e9 / (double)(now_ns() - start));
    (void)fflush(stdout);
}

/* ---- The ledger ---- */

static void open_ledger(struct bench *bench)
{
    static char note[LEAF_BYTES_MAX], body[8192];

    for (size_t i = 0; i < cast_overture_count(&bench->cast); i++) {
        size_t size = cast_overture(&bench->cast, note, i, wall_clock());
        int status = stand_post(&bench->stand, ledger_name, note, size, body,
                                sizeof body);

        if (status != 201)
            give_up("the ledger opens: %zu: %d %s", i, status, body);
    }
}

static void begin(struct bench *bench, const char *folder)
{
    struct store_ledger ledger;
    struct error error = {0};
    struct key clerk, log;

    stand_make(&bench->stand, folder, "a", "terreau", false);
    stand_init(&bench->stand, ledger_name, "load.example/bench", &clerk, &log);
    cast_start(&bench->cast, "load.example/bench", &clerk, PEOPLE, 1);
    stand_start(&bench->stand);
    open_ledger(bench);
    if (!db_open(&bench->db, "", &error) ||
        !store_ledger_find(&bench->db, ledger_name, &ledger, &error))
        give_up("%s", error.text);
    book_start(&bench->book, &bench->cast, ledger_name, ledger.ledger_id, &log);
    bench->micros = must(calloc(bench->wanted + 1, sizeof bench->micros[0]));
}

/* Start the server again: with its snapshot, and without. */
static void replay(struct bench *bench, const char *name)
{
    int64_t start;
    double seconds;

    start = now_ns();
    stand_start(&bench->stand);
    seconds = (double)(now_ns() - start) / 1e9;
    printf("%s %.0f per_second\n", name, (double)bench->book.entries / seconds);
    (void)fflush(stdout);
    (void)stand_end(&bench->stand, SIGTERM);
}

static void replays(struct bench *bench)
{
    char command[STAND_CHARS + 64];
    const char *const forget[] = {"sh", "-c", command, NULL};

    (void)stand_end(&bench->stand, SIGTERM);
    replay(bench, "start_from_snapshot");
    (void)snprintf(command, sizeof command, "rm -f %s/*.snapshot",
                   bench->stand.state);
    (void)program_run(forget, NULL);
    replay(bench, "start_by_replay");
    stand_start(&bench->stand);
}

static int end(struct bench *bench)
{
    size_t landed;

    book_compare(&bench->book, &bench->db, 0, &landed);
    printf("answers_and_rows %" PRId64 " taken %" PRId64 " entries %" PRId64
           " receipts_verified %d contradictions\n",
           bench->book.taken, bench->book.entries, bench->book.receipts,
           bench->book.violations);
    printf("memory_of_server %" PRId64 " bytes\n", stand_memory(&bench->stand));
    replays(bench);
    (void)stand_end(&bench->stand, SIGTERM);
    return bench->book.violations == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;

    if (argc < 2 || sodium_init() < 0)
        return 2;
    bench.wanted = argc > 3 ? (size_t)strtol(argv[3], NULL, 10) : 20000;
    ledger_start();
    begin(&bench, argv[1]);
    pledges(&bench, 32); /* Warms everything; not counted by run. */
    printf("warm 0 -\n");
    for (int i = 0; i < rounds; i++) {
        pledges(&bench, 1);
        pledges(&bench, 32);
        pledges(&bench, 128);
        verify_limit();
    }
    return end(&bench);
}
