/*
 * kill: servers and their database die by kill -9 under load, again and again.
 *
 *     kill [--rounds N] [--seed N] [--folder DIR]
 *
 * After each round everything that clients were told is held against the
 * log.  In half the rounds two servers append; in a fifth it is PostgreSQL
 * that dies, with all its processes, else a server, or both.  A round hit an
 * open batch if the dying server had a transaction open when it was stopped
 * dead (in half the rounds it is frozen for the look, then killed; in the
 * others looked at less than a millisecond before) and a request stayed
 * unanswered.
 */
#include "tests/load/book.h"
#include "tests/load/postgres.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CLIENTS = 48,
    PEOPLE = 40,
    EPOCH_ROUNDS = 100, /* Then another ledger, in another database. */
    PREPARED = 3000,    /* Pledges at hand in each round. */
    EARLIEST_US = 3000,
    LATEST_US = 160000,
};

static const char ledger_name[] = "load";

enum victim { VICTIM_SERVER, VICTIM_BOTH, VICTIM_POSTGRES };

struct plan {
    enum victim victim;
    int servers; /* That run. */
    int dying;   /* Which, of VICTIM_SERVER. */
    bool frozen; /* For the look at its transaction. */
    int64_t after_us;
};

struct tally {
    int rounds, hit, postgres, paired, unanswered_rounds, landed_rounds;
    int64_t taken, unanswered, landed, entries, checkpoints, receipts;
    int violations, failed_checks;
};

struct epoch {
    char database[64];
    char folder[200];
    struct stand stands[2];
    struct cast cast;
    struct book book;
    struct db db; /* Of the superuser, to look. */
    size_t sent;  /* Pledges used up. */
};

struct campaign {
    const char *folder;
    uint64_t seed;
    struct postgres postgres;
    struct epoch epoch;
    struct tally tally;
};

/* ---- Load, in a thread of its own ---- */

struct load {
    struct book *book;
    size_t first;
    struct drive drive;
    bool stopped;
};

static void answered(void *context, const struct drive_answer *answer)
{
    struct load *load = context;

    if (!book_answer(load->book, load->first + answer->request, answer) &&
        !load->stopped) {
        /* What comes now is refused as well: keep the pledges. */
        load->stopped = true;
        load->drive.request_count = load->drive.sent;
    }
}

static void *run_load(void *context)
{
    struct load *load = context;

    drive_run(&load->drive);
    return NULL;
}

/* ---- One round ---- */

static struct plan make_plan(int round)
{
    struct plan plan = {
        .servers = 1 + round % 2,
        .frozen = round / 2 % 2 == 0,
        .after_us =
            EARLIEST_US + (int64_t)randombytes_uniform(LATEST_US - EARLIEST_US),
    };

    plan.dying = plan.servers == 2 ? (int)randombytes_uniform(2) : 0;
    if (round % 5 == 4)
        plan.victim = VICTIM_POSTGRES;
    else if (plan.servers == 2 && round % 3 == 0)
        plan.victim = VICTIM_BOTH;
    return plan;
}

/* Kill what the plan says; is a batch open just then? */
static bool strike(struct campaign *campaign, const struct plan *plan)
{
    struct epoch *epoch = &campaign->epoch;
    bool both = plan->victim == VICTIM_BOTH;
    int first = both ? 0 : plan->dying, last = both ? 1 : plan->dying;
    bool open;

    if (plan->victim == VICTIM_POSTGRES) {
        open = postgres_in_batch(&epoch->db, "") > 0;
        postgres_kill(&campaign->postgres);
        return open;
    }
    for (int i = first; plan->frozen && i <= last; i++)
        (void)kill(epoch->stands[i].pid, SIGSTOP);
    open = postgres_in_batch(&epoch->db,
                             both ? "" : epoch->stands[first].name) > 0;
    for (int i = first; i <= last; i++)
        (void)kill(epoch->stands[i].pid, SIGKILL);
    for (int i = first; i <= last; i++)
        (void)stand_end(&epoch->stands[i], SIGKILL);
    return open;
}

static void open_look(struct epoch *epoch)
{
    struct error error = {0};

    if (!db_open(&epoch->db, epoch->stands[0].database, &error))
        give_up("the database is looked into: %s", error.text);
}

static void recover(struct campaign *campaign, const struct plan *plan)
{
    struct epoch *epoch = &campaign->epoch;

    if (plan->victim != VICTIM_POSTGRES)
        return;
    db_close(&epoch->db);
    postgres_restart(&campaign->postgres, epoch->stands[0].database);
    open_look(epoch);
}

static void start_servers(struct epoch *epoch, int count)
{
    for (int i = 0; i < 2; i++) {
        if (i < count && epoch->stands[i].pid == 0)
            stand_spawn(&epoch->stands[i]);
        if (i >= count && epoch->stands[i].pid != 0 &&
            stand_end(&epoch->stands[i], SIGTERM) != 0)
            give_up("a server stops when it is told: see %s",
                    epoch->stands[i].log);
    }
    for (int i = 0; i < count; i++)
        stand_wait(&epoch->stands[i]);
}

/* Every server that lives publishes a checkpoint of this very log. */
static void ask_checkpoints(struct epoch *epoch)
{
    static char body[DRIVE_ANSWER_MAX];

    for (int i = 0; i < 2; i++)
        if (epoch->stands[i].pid != 0 &&
            stand_get(&epoch->stands[i], "/load/checkpoint", body,
                      sizeof body) == 200)
            book_checkpoint(&epoch->book, body, strlen(body));
}

static void settle(struct campaign *campaign, const struct load *load,
                   const struct plan *plan, bool open)
{
    struct epoch *epoch = &campaign->epoch;
    struct tally *tally = &campaign->tally;
    struct book *book = &epoch->book;
    int64_t before = book->unanswered;
    size_t landed;

    for (size_t i = 0; i < load->drive.sent; i++)
        if (book->pledges[load->first + i].fate == FATE_NEW)
            book->pledges[load->first + i].fate = FATE_SENT;
    epoch->sent += load->drive.sent;
    book_compare(book, &epoch->db, load->first, &landed);
    tally->rounds++;
    tally->postgres += plan->victim == VICTIM_POSTGRES;
    tally->paired += plan->servers == 2;
    tally->unanswered_rounds += book->unanswered > before;
    tally->landed_rounds += landed > 0;
    tally->hit += book->unanswered > before && (open || landed > 0);
}

static void play_round(struct campaign *campaign, const struct plan *plan)
{
    struct epoch *epoch = &campaign->epoch;
    const char *addresses[2] = {epoch->stands[0].address,
                                epoch->stands[1].address};
    struct load load = {.book = &epoch->book, .first = epoch->sent};
    pthread_t thread;
    bool open;

    start_servers(epoch, plan->servers);
    book_prepare(&epoch->book, epoch->sent, PREPARED);
    load.drive = (struct drive){
        .addresses = addresses,
        .address_count = (size_t)plan->servers,
        .connections = CLIENTS,
        .requests = epoch->book.requests + epoch->sent,
        .request_count = epoch->book.count - epoch->sent,
        .most_ms = plan->after_us / 1000 + 60,
        .patience_ms = 20000,
        .answered = answered,
        .context = &load,
    };
    if (pthread_create(&thread, NULL, run_load, &load) != 0)
        give_up("a thread starts");
    nap_us(plan->after_us);
    open = strike(campaign, plan);
    recover(campaign, plan);
    (void)pthread_join(thread, NULL);
    settle(campaign, &load, plan, open);
    if (campaign->tally.rounds % 10 == 0)
        ask_checkpoints(epoch);
}

/* ---- An epoch: one ledger ---- */

static struct instant wall_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000};
}

static void open_ledger(struct epoch *epoch)
{
    static char note[LEAF_BYTES_MAX], body[8192];

    for (size_t i = 0; i < cast_overture_count(&epoch->cast); i++) {
        size_t size = cast_overture(&epoch->cast, note, i, wall_clock());
        int status = stand_post(&epoch->stands[0], ledger_name, note, size,
                                body, sizeof body);

        if (status != 201)
            give_up("the ledger opens: %zu: %d %s", i, status, body);
    }
}

static void begin_epoch(struct campaign *campaign, int number)
{
    struct epoch *epoch = &campaign->epoch;
    struct store_ledger ledger;
    struct error error = {0};
    char command[400];
    const char *const create[] = {"sh", "-c", command, NULL};
    struct key clerk, log;

    *epoch = (struct epoch){0};
    (void)snprintf(epoch->database, sizeof epoch->database, "kill_%d", number);
    (void)snprintf(epoch->folder, sizeof epoch->folder, "%s/%d",
                   campaign->folder, number);
    (void)snprintf(command, sizeof command,
                   "mkdir -p '%s' && psql -qc 'CREATE DATABASE %s'",
                   epoch->folder, epoch->database);
    if (program_run(create, NULL) != 0)
        give_up("a database is made");
    stand_make(&epoch->stands[0], epoch->folder, "a", epoch->database, false);
    stand_make(&epoch->stands[1], epoch->folder, "b", epoch->database, false);
    stand_init(&epoch->stands[0], ledger_name, "load.example/kill", &clerk,
               &log);
    stand_share_keys(&epoch->stands[0], &epoch->stands[1]);
    cast_start(&epoch->cast, "load.example/kill", &clerk, PEOPLE,
               campaign->seed + (uint64_t)number);
    start_servers(epoch, 1);
    open_ledger(epoch);
    open_look(epoch);
    if (!store_ledger_find(&epoch->db, ledger_name, &ledger, &error))
        give_up("the ledger is there: %s", error.text);
    book_start(&epoch->book, &epoch->cast, ledger_name, ledger.ledger_id, &log);
}

/* An independent look at the whole log; what it says is in the folder. */
static void check(struct campaign *campaign, const char *what,
                  const char *const *arguments)
{
    char output[300];
    int status;

    (void)snprintf(output, sizeof output, "%s/%s.out", campaign->epoch.folder,
                   what);
    status = program_run(arguments, output);
    if (status == 0)
        return;
    (void)printf("   %s of %s ended with %d: see %s\n", what,
                 campaign->epoch.database, status, output);
    campaign->tally.failed_checks++;
}

static void end_epoch(struct campaign *campaign)
{
    struct epoch *epoch = &campaign->epoch;
    struct tally *tally = &campaign->tally;
    char program[STAND_CHARS];
    const char *const fsck[] = {program_path(program, "terreau"),
                                "node",
                                "fsck",
                                "--database",
                                epoch->stands[0].database,
                                "--state-dir",
                                epoch->stands[0].state,
                                NULL};
    const char *const audit[] = {
        program, "--node", epoch->stands[1].address, "--ledger", ledger_name,
        "audit", NULL};

    start_servers(epoch, 2);
    ask_checkpoints(epoch);
    check(campaign, "audit", audit);
    start_servers(epoch, 0);
    check(campaign, "fsck", fsck);
    tally->taken += epoch->book.taken;
    tally->unanswered += epoch->book.unanswered;
    tally->landed += epoch->book.landed;
    tally->entries += epoch->book.entries;
    tally->checkpoints += epoch->book.checkpoints;
    tally->receipts += epoch->book.receipts;
    tally->violations += epoch->book.violations;
    db_close(&epoch->db);
    book_end(&epoch->book);
    cast_end(&epoch->cast);
}

static bool report(const struct tally *tally)
{
    bool good = tally->violations == 0 && tally->failed_checks == 0;

    (void)printf("   %d rounds: %d hit an open batch, %d killed PostgreSQL,"
                 " %d had two servers\n",
                 tally->rounds, tally->hit, tally->postgres, tally->paired);
    (void)printf("   %" PRId64 " entries; %" PRId64 " answers 200/201; %" PRId64
                 " requests unanswered in %d rounds, %" PRId64
                 " of them in the log in %d rounds\n",
                 tally->entries, tally->taken, tally->unanswered,
                 tally->unanswered_rounds, tally->landed, tally->landed_rounds);
    (void)printf("   %" PRId64 " checkpoints compared, %" PRId64
                 " receipts verified, %d contradictions, %d failed audits\n",
                 tally->checkpoints, tally->receipts, tally->violations,
                 tally->failed_checks);
    (void)printf("%s what was answered is the log, after every kill -9\n",
                 good ? "ok" : "not ok");
    (void)printf("%s batches were open when it struck\n",
                 tally->hit * 4 >= tally->rounds ? "ok" : "not ok");
    return good && tally->hit * 4 >= tally->rounds;
}

int main(int argc, char **argv)
{
    struct campaign campaign = {.folder = "/tmp", .seed = 1};
    int rounds = 20;

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    ledger_start();
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--rounds") == 0)
            rounds = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            campaign.seed = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--folder") == 0)
            campaign.folder = argv[i + 1];
    }
    postgres_find(&campaign.postgres);
    for (int round = 0; round < rounds; round++) {
        struct plan plan = make_plan(round);

        if (round % EPOCH_ROUNDS == 0)
            begin_epoch(&campaign, round / EPOCH_ROUNDS);
        play_round(&campaign, &plan);
        if ((round + 1) % EPOCH_ROUNDS == 0 || round + 1 == rounds)
            end_epoch(&campaign);
        if ((round + 1) % 50 == 0) {
            (void)printf("   round %d: %d open batches hit\n", round + 1,
                         campaign.tally.hit);
            (void)fflush(stdout);
        }
    }
    return report(&campaign.tally) ? EXIT_SUCCESS : EXIT_FAILURE;
}
