/*
 * each_step: a server, or its signer, dies after each step of an append.
 *
 *     each_step FOLDER
 *
 * First with the signer inside the server, then apart.  For each step of
 * probes.def: clients send pledges, the process kills itself at the step, is
 * started again, and what clients were told is held against the log.  At the
 * end of each half the public audit and fsck agree: no fork, no tile missing.
 */
#include "sql/probe.h"
#include "tests/load/book.h"
#include "tests/load/stand.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum {
    CLIENTS = 16,
    PEOPLE = 24,
    PLEDGES = 600, /* In a round, at most. */
    DEATH_MS = 20000,
};

static const char ledger_name[] = "load";
static const char origin[] = "load.example/steps";

enum whose { SERVER, SIGNER };

static const struct step_row {
    const char *name, *help;
    enum whose whose;
} steps[] = {
#define STEP(name, whose, help) {#name, help, whose},
#include "sql/probes.def"
};

struct half {
    bool apart;
    char folder[200];
    char probe[STAND_CHARS]; /* The file that says where to die. */
    char socket[STAND_CHARS];
    char signer_state[STAND_CHARS];
    pid_t signer; /* 0: it does not run, or is in the server. */
    struct stand stand;
    struct cast cast;
    struct book book;
    struct db db;
    size_t sent;
    int failures;
};

static void judge(struct half *half, bool good, const char *where,
                  const char *what)
{
    (void)printf("%s %s, signer %s: %s\n", good ? "ok" : "not ok", where,
                 half->apart ? "apart" : "inside", what);
    half->failures += !good;
}

/* ---- Processes ---- */

static void start_signer(struct half *half)
{
    char program[STAND_CHARS], socket[2 * STAND_CHARS], state[2 * STAND_CHARS],
        database[2 * STAND_CHARS];
    const char *const arguments[] = {program_path(program, "terreau-signer"),
                                     socket, state, database, NULL};

    (void)snprintf(socket, sizeof socket, "--signer-socket=%s", half->socket);
    (void)snprintf(state, sizeof state, "--state-dir=%s", half->signer_state);
    (void)snprintf(database, sizeof database,
                   "--signer-database=%s user=terreau_signer",
                   half->stand.database);
    half->signer = program_spawn(arguments, half->stand.log);
}

static void wait_ready(struct half *half)
{
    for (int i = 0; i < 1000; i++) {
        if (stand_get(&half->stand, "/readyz", NULL, 0) == 200)
            return;
        nap_us(20000);
    }
    give_up("it is ready again: see %s", half->stand.log);
}

static void arm(struct half *half, const char *step)
{
    char fresh[2 * STAND_CHARS];
    FILE *file;

    (void)snprintf(fresh, sizeof fresh, "%s.new", half->probe);
    file = fopen(fresh, "w");
    if (file == NULL || fprintf(file, "%s\n", step) < 0 || fclose(file) != 0 ||
        rename(fresh, half->probe) != 0)
        give_up("a file is written: %s", strerror(errno));
}

/* It kills itself; a build without probes never does. */
static bool await_death(pid_t *pid)
{
    int64_t end = now_ns() + INT64_C(1000000) * DEATH_MS;
    int status;

    while (now_ns() < end) {
        if (waitpid(*pid, &status, WNOHANG) == *pid) {
            *pid = 0;
            return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        }
        nap_us(2000);
    }
    return false;
}

/* ---- One step ---- */

struct load {
    struct half *half;
    const char *step;
    size_t first;
    struct drive drive;
    bool armed, stopped;
};

/* Near the end of a tile it is told to die, so that many a batch that it dies
 * with completes one. */
static void answered(void *context, const struct drive_answer *answer)
{
    struct load *load = context;
    struct book *book = &load->half->book;
    size_t number = load->first + answer->request;

    if (!book_answer(book, number, answer) && !load->stopped) {
        load->stopped = true; /* Read-only: keep the other pledges. */
        load->drive.request_count = load->drive.sent;
    }
    if (!load->armed && book->pledges[number].fate == FATE_TAKEN &&
        book->pledges[number].index % TILE_HASHES >= TILE_HASHES - CLIENTS) {
        load->armed = true;
        arm(load->half, load->step);
    }
}

static void *run_load(void *context)
{
    struct load *load = context;

    drive_run(&load->drive);
    return NULL;
}

static void settle(struct half *half, const struct load *load)
{
    struct book *book = &half->book;
    size_t landed;

    for (size_t i = 0; i < load->drive.sent; i++)
        if (book->pledges[load->first + i].fate == FATE_NEW)
            book->pledges[load->first + i].fate = FATE_SENT;
    half->sent += load->drive.sent;
    book_compare(book, &half->db, load->first, &landed);
}

static void play(struct half *half, const struct step_row *step)
{
    bool signer = half->apart && step->whose == SIGNER;
    const char *addresses[] = {half->stand.address};
    struct load load = {.half = half, .step = step->name, .first = half->sent};
    int before = half->book.violations;
    pthread_t thread;
    bool died;

    book_prepare(&half->book, half->sent, PLEDGES);
    load.drive = (struct drive){
        .addresses = addresses,
        .address_count = 1,
        .connections = CLIENTS,
        .requests = half->book.requests + half->sent,
        .request_count = half->book.count - half->sent,
        .patience_ms = 20000,
        .answered = answered,
        .context = &load,
    };
    if (pthread_create(&thread, NULL, run_load, &load) != 0)
        give_up("a thread starts");
    died = await_death(signer ? &half->signer : &half->stand.pid);
    if (!died)
        give_up("it dies at %s: is this a test build?", step->name);
    if (signer)
        start_signer(half);
    (void)pthread_join(thread, NULL);
    if (!signer)
        stand_start(&half->stand);
    wait_ready(half);
    settle(half, &load);
    judge(half, half->book.violations == before, step->name, step->help);
}

/* ---- One half ---- */

static struct instant wall_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000};
}

static void open_ledger(struct half *half)
{
    static char note[LEAF_BYTES_MAX], body[8192];

    for (size_t i = 0; i < cast_overture_count(&half->cast); i++) {
        size_t size = cast_overture(&half->cast, note, i, wall_clock());
        int status = stand_post(&half->stand, ledger_name, note, size, body,
                                sizeof body);

        if (status != 201)
            give_up("the ledger opens: %zu: %d %s", i, status, body);
    }
}

static void run_shell(const char *command)
{
    const char *const arguments[] = {"sh", "-c", command, NULL};

    if (program_run(arguments, NULL) != 0)
        give_up("it works: %s", command);
}

static void begin(struct half *half, const char *folder, bool apart)
{
    const char *name = apart ? "apart" : "inside";
    char command[4 * STAND_CHARS];
    struct store_ledger ledger;
    struct error error = {0};
    struct key clerk, log;

    *half = (struct half){.apart = apart};
    (void)snprintf(half->folder, sizeof half->folder, "%.150s/%s", folder,
                   name);
    (void)snprintf(half->probe, sizeof half->probe, "%s/probe", half->folder);
    (void)snprintf(half->socket, sizeof half->socket, "%s/sign.sock",
                   half->folder);
    (void)snprintf(half->signer_state, sizeof half->signer_state, "%s/signer",
                   half->folder);
    (void)snprintf(command, sizeof command,
                   "mkdir -p -m 700 '%s' && psql -qc 'CREATE DATABASE %s'",
                   half->signer_state, name);
    run_shell(command);
    stand_make(&half->stand, half->folder, "a", name, false);
    stand_init(&half->stand, ledger_name, origin, &clerk, &log);
    cast_start(&half->cast, origin, &clerk, PEOPLE, apart ? 2 : 1);
    if (setenv("TERREAU_PROBE", half->probe, 1) != 0)
        give_up("the environment is set");
    if (apart) {
        (void)snprintf(half->stand.extra, sizeof half->stand.extra,
                       "--signer-socket=%.200s", half->socket);
        (void)snprintf(command, sizeof command, "mv '%s'/*.log.key '%s'",
                       half->stand.state, half->signer_state);
        run_shell(command);
        start_signer(half);
    }
    stand_start(&half->stand);
    wait_ready(half);
    open_ledger(half);
    if (!db_open(&half->db, half->stand.database, &error) ||
        !store_ledger_find(&half->db, ledger_name, &ledger, &error))
        give_up("the ledger is there: %s", error.text);
    book_start(&half->book, &half->cast, ledger_name, ledger.ledger_id, &log);
}

static void check(struct half *half, const char *what,
                  const char *const *arguments)
{
    char output[300];

    (void)snprintf(output, sizeof output, "%s/%s.out", half->folder, what);
    judge(half, program_run(arguments, output) == 0, what, "it agrees");
}

static int end(struct half *half)
{
    static char body[DRIVE_ANSWER_MAX];
    char program[STAND_CHARS];
    const char *state = half->apart ? half->signer_state : half->stand.state;
    const char *const fsck[] = {program_path(program, "terreau"),
                                "node",
                                "fsck",
                                "--database",
                                half->stand.database,
                                "--state-dir",
                                state,
                                NULL};
    const char *const audit[] = {program,    "--node",    half->stand.address,
                                 "--ledger", ledger_name, "audit",
                                 NULL};
    bool shown =
        stand_get(&half->stand, "/load/checkpoint", body, sizeof body) == 200;

    if (shown)
        book_checkpoint(&half->book, body, strlen(body));
    judge(half, shown && half->book.violations == 0, "checkpoint",
          "the one that is shown is of this log");
    check(half, "audit", audit);
    judge(half, stand_end(&half->stand, SIGTERM) == 0, "end",
          "the server stops when it is told");
    if (half->apart)
        (void)kill(half->signer, SIGTERM);
    check(half, "fsck", fsck);
    (void)printf("   %" PRId64 " entries, %" PRId64 " taken, %" PRId64
                 " unanswered, %" PRId64 " of them in the log\n",
                 half->book.entries, half->book.taken, half->book.unanswered,
                 half->book.landed);
    db_close(&half->db);
    book_end(&half->book);
    cast_end(&half->cast);
    return half->failures;
}

int main(int argc, char **argv)
{
    static struct half half;
    int failures = 0;

    if (argc != 2 || sodium_init() < 0)
        return EXIT_FAILURE;
    ledger_start();
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (int apart = 0; apart < 2; apart++) {
        begin(&half, argv[1], apart == 1);
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
            play(&half, &steps[i]);
        failures += end(&half);
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
