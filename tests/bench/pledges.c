#define _DEFAULT_SOURCE /* wait4 */
/*
 * pledges: signed pledges through HTTP, and what a node serves meanwhile.
 *
 *     pledges FOLDER REPETITION SECONDS
 *
 * A process of its own, which signs ahead of time.  Prints lines "name
 * value".  Answers are counted and compared with the rows in the database; a
 * sample of the receipts is verified.
 */
#include "ledger/receipt.h"
#include "sql/store.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { PEOPLE = 1000, SAMPLE = 499, TOGETHER = 500 };

static const char ledger_name[] = "load";

struct show {
    int repetition;
    int64_t seconds;
    struct stand stand;
    struct cast cast;
    struct vkey vkey;
    uint64_t number; /* Of the next pledge. */
    int64_t taken, busy, others, receipts;
    int64_t before_bytes;
    const char *way; /* How figures begin: "http", or with the signer apart. */
};

static void say(const char *name, double value)
{
    (void)printf("%s %.6g\n", name, value);
    (void)fflush(stdout);
}

/* ---- Pledges one by one ---- */

struct run {
    struct show *show;
    uint32_t *micros;
    size_t count;
    int64_t taken;
};

static void check_receipt(struct show *show, struct text body)
{
    json_t *json = json_loadb(body.bytes, body.size, 0, NULL);
    const char *text = json_string_value(json_object_get(json, "receipt"));
    struct checkpoint checkpoint;
    struct error error = {0};
    struct receipt receipt;

    if (text == NULL || !receipt_read(&receipt, text, strlen(text), &error) ||
        !receipt_verify(&receipt, &show->vkey, &checkpoint, &error))
        give_up("a receipt verifies: %s", error.text);
    show->receipts++;
    json_decref(json);
}

static void answered(void *context, const struct drive_answer *answer)
{
    struct run *run = context;
    struct show *show = run->show;

    run->micros[run->count++] = (uint32_t)answer->micros;
    if (answer->status == 503)
        show->busy++;
    else if (answer->status != 201)
        show->others++;
    if (answer->status != 201)
        return;
    if (run->taken++ % SAMPLE == 0)
        check_receipt(show, answer->body);
}

static void free_requests(struct text *requests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)requests[i].bytes);
    free(requests);
}

static void say_run(const struct run *run, const struct drive *drive,
                    int connections)
{
    char name[64];

    sort_values(run->micros, run->count);
    (void)snprintf(name, sizeof name, "%s_%d_per_s", run->show->way,
                   connections);
    say(name, (double)run->taken / drive->seconds);
    (void)snprintf(name, sizeof name, "%s_%d_p50_ms", run->show->way,
                   connections);
    say(name, quantile(run->micros, run->count, 0.5) / 1e3);
    (void)snprintf(name, sizeof name, "%s_%d_p99_ms", run->show->way,
                   connections);
    say(name, quantile(run->micros, run->count, 0.99) / 1e3);
}

static void pledge(struct show *show, int connections, size_t most)
{
    static char note[LEAF_BYTES_MAX];
    const char *address = show->stand.address;
    struct text *requests = must(calloc(most, sizeof requests[0]));
    struct run run = {.show = show, .micros = must(calloc(most, 4))};
    struct drive drive = {
        .addresses = &address,
        .address_count = 1,
        .connections = connections,
        .requests = requests,
        .request_count = most,
        .most_ms = show->seconds * 1000,
        .answered = answered,
        .context = &run,
    };

    for (size_t i = 0; i < most; i++) {
        size_t size = cast_pledge(&show->cast, note, NULL, show->number++);

        requests[i] =
            drive_request("/load/entries", "text/plain", "", note, size);
    }
    drive_run(&drive);
    show->taken += run.taken;
    if (drive.losses > 0)
        give_up("no answer is lost: %zu", drive.losses);
    say_run(&run, &drive, connections);
    free_requests(requests, most);
    free(run.micros);
}

/* ---- Many in one request ---- */

static void count_bulk(void *context, const struct drive_answer *answer)
{
    struct show *show = context;
    json_t *json = json_loadb(answer->body.bytes, answer->body.size, 0, NULL);
    json_t *list = json_object_get(json, "results");

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t status = json_integer_value(
            json_object_get(json_array_get(list, i), "status"));

        show->taken += status == 201;
        show->busy += status == 503;
        show->others += status != 201 && status != 503;
    }
    show->others += list == NULL;
    json_decref(json);
}

/* "<length>\n" and the note, as often as is asked for. */
static struct text bulk_request(struct show *show)
{
    char *body = must(malloc((size_t)TOGETHER * 2048));
    static char note[LEAF_BYTES_MAX];
    size_t used = 0;
    struct text request;

    for (int i = 0; i < TOGETHER; i++) {
        size_t size = cast_pledge(&show->cast, note, NULL, show->number++);

        used += (size_t)snprintf(body + used, 16, "%zu\n", size);
        memcpy(body + used, note, size);
        used += size;
    }
    request =
        drive_request("/load/entries:batch", "text/plain", "", body, used);
    free(body);
    return request;
}

static void bulk(struct show *show, size_t count)
{
    const char *address = show->stand.address;
    struct text *requests = must(calloc(count, sizeof requests[0]));
    int64_t before = show->taken;
    struct drive drive = {
        .addresses = &address,
        .address_count = 1,
        .connections = 4,
        .requests = requests,
        .request_count = count,
        .answered = count_bulk,
        .context = show,
    };

    for (size_t i = 0; i < count; i++)
        requests[i] = bulk_request(show);
    drive_run(&drive);
    say("bulk_per_s", (double)(show->taken - before) / drive.seconds);
    free_requests(requests, count);
}

/* ---- What is read ---- */

static void read_with_wrk(const struct show *show, const char *name,
                          const char *path, const char *type)
{
    char command[512], line[256], unit[8];
    double rate = 0, p99 = 0;
    FILE *pipe;

    (void)snprintf(command, sizeof command,
                   "wrk -t1 -c32 -d%" PRId64
                   "s --latency -H 'Accept: %s' http://127.0.0.1:%s%s",
                   show->seconds, type, show->stand.address, path);
    pipe = popen(command, "r");
    if (pipe == NULL)
        return;
    while (fgets(line, sizeof line, pipe) != NULL) {
        (void)sscanf(line, " Requests/sec: %lf", &rate);
        if (sscanf(line, " 99%% %lf%7s", &p99, unit) == 2)
            p99 *= unit[0] == 'u' ? 1e-3 : unit[0] == 's' ? 1e3 : 1;
        if (strstr(line, "Non-2xx") != NULL)
            give_up("%s is served: %s", path, line);
    }
    (void)pclose(pipe);
    (void)snprintf(line, sizeof line, "get_%s_per_s", name);
    say(line, rate);
    (void)snprintf(line, sizeof line, "get_%s_p99_ms", name);
    say(line, p99);
}

static void read_pages(const struct show *show)
{
    char path[128], campaign[ID_CHARS + 1];

    id_write(campaign, cast_id(&show->cast, 'k', "k0"));
    (void)snprintf(path, sizeof path, "/load/campaigns/%s", campaign);
    read_with_wrk(show, "campaign_html", path, "text/html");
    read_with_wrk(show, "campaign_json", path, "application/json");
    read_with_wrk(show, "checkpoint", "/load/checkpoint", "*/*");
    read_with_wrk(show, "tile", "/load/tile/0/000", "*/*");
    read_with_wrk(show, "receipt", "/load/receipt/1234", "*/*");
}

/* ---- The node before and after ---- */

static void open_ledger(struct show *show, const char *folder)
{
    static char note[LEAF_BYTES_MAX], body[16384];
    char vkey[VKEY_CHARS_MAX], database[32];
    struct timespec now;
    struct key clerk, log;
    struct error error = {0};

    (void)snprintf(database, sizeof database, "bench_%d", show->repetition);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    stand_make(&show->stand, folder, database, database, true);
    stand_init(&show->stand, ledger_name, "load.example/http", &clerk, &log);
    stand_start(&show->stand);
    cast_start(&show->cast, "load.example/http", &clerk, PEOPLE, 1);
    vkey_write(vkey, show->cast.origin, KEY_TYPE_ED25519, &log);
    if (!vkey_read(&show->vkey, vkey, strlen(vkey), &error))
        give_up("the log's key: %s", error.text);
    for (size_t i = 0; i < cast_overture_count(&show->cast); i++) {
        size_t size = cast_overture(
            &show->cast, note, i, (struct instant){(int64_t)now.tv_sec * 1000});
        int status = stand_post(&show->stand, ledger_name, note, size, body,
                                sizeof body);

        if (status != 201)
            give_up("the ledger opens: %d %s", status, body);
    }
    show->before_bytes = stand_memory(&show->stand);
}

static double number_of(struct db *db, const char *sql)
{
    struct error error = {0};
    double number;
    DB_RESULT(rows);

    if (!db_query(db, sql, NO_PARAMS, &rows, &error))
        give_up("%s: %s", sql, error.text);
    number = (double)row_int(rows, 0, "n");
    return number;
}

static void count_rows(struct show *show)
{
    struct error error = {0};
    double rows, leaves, disk;
    struct db db;

    if (!db_open(&db, show->stand.database, &error))
        give_up("the database is looked into: %s", error.text);
    rows = number_of(&db, "SELECT count(*) AS n FROM entry") -
           (double)cast_overture_count(&show->cast);
    if (rows != (double)show->taken)
        give_up("%.0f rows for %" PRId64 " answers 201", rows, show->taken);
    leaves = number_of(&db, "SELECT sum(octet_length(leaf))::bigint AS n"
                            " FROM entry");
    disk =
        number_of(&db, "SELECT (pg_total_relation_size('entry')"
                       " + pg_total_relation_size('posting')"
                       " + pg_total_relation_size('subject')"
                       " + pg_total_relation_size('tile')"
                       " + pg_total_relation_size('checkpoint'))::bigint AS n");
    say("answers_201", (double)show->taken);
    say("answers_503", (double)show->busy);
    say("answers_other", (double)show->others);
    say("rows_equal_answers", 1);
    say("receipts_verified", (double)show->receipts);
    say("disk_bytes_per_entry", disk / rows);
    say("disk_per_leaf_bytes", disk / leaves);
    db_close(&db);
}

static void audit(struct show *show)
{
    char program[STAND_CHARS], url[STAND_CHARS * 2];
    const char *const arguments[] = {program_path(program, "terreau"), "audit",
                                     url, NULL};
    int64_t began = now_ns();
    struct rusage usage;
    double seconds, entries = (double)show->taken + PEOPLE;
    int status;
    pid_t pid;

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%s/%s",
                   show->stand.address, ledger_name);
    pid = program_spawn(arguments, show->stand.log);
    if (wait4(pid, &status, 0, &usage) != pid || status != 0)
        give_up("the audit passes: see %s", show->stand.log);
    seconds = (double)(now_ns() - began) / 1e9;
    say("audit_entries", entries);
    say("audit_per_s", entries / seconds);
    say("audit_bytes_per_entry", (double)usage.ru_maxrss * 1024 / entries);
}

/* The same server and log, whose key another process has. */
static void sign_apart(struct show *show)
{
    char program[STAND_CHARS], socket[2 * STAND_CHARS], state[2 * STAND_CHARS],
        database[2 * STAND_CHARS];
    const char *const arguments[] = {program_path(program, "terreau-signer"),
                                     socket, state, database, NULL};
    pid_t signer;

    if (stand_end(&show->stand, SIGTERM) != 0)
        give_up("the server stops: see %s", show->stand.log);
    (void)snprintf(socket, sizeof socket, "--signer-socket=%s/sign.sock",
                   show->stand.state);
    (void)snprintf(state, sizeof state, "--state-dir=%s", show->stand.state);
    (void)snprintf(database, sizeof database,
                   "--signer-database=%s user=terreau_signer",
                   show->stand.database);
    (void)snprintf(show->stand.extra, sizeof show->stand.extra, "%.255s",
                   socket);
    signer = program_spawn(arguments, show->stand.log);
    stand_start(&show->stand);
    while (stand_get(&show->stand, "/readyz", NULL, 0) != 200)
        nap_us(10000);
    show->way = "apart";
    pledge(show, 1, 3000 * (size_t)show->seconds);
    pledge(show, 32, 15000 * (size_t)show->seconds);
    pledge(show, 128, 15000 * (size_t)show->seconds);
    (void)kill(signer, SIGTERM);
}

int main(int argc, char **argv)
{
    struct show show = {.seconds = 3, .way = "http"};

    if (sodium_init() < 0 || argc != 4)
        return 2;
    ledger_start();
    show.repetition = (int)strtol(argv[2], NULL, 10);
    show.seconds = strtol(argv[3], NULL, 10);
    open_ledger(&show, argv[1]);
    pledge(&show, 1, 3000 * (size_t)show.seconds);
    pledge(&show, 32, 15000 * (size_t)show.seconds);
    pledge(&show, 128, 15000 * (size_t)show.seconds);
    bulk(&show, 14 * (size_t)show.seconds);
    say("server_bytes_per_pledge",
        (double)(stand_memory(&show.stand) - show.before_bytes) /
            (double)show.taken);
    read_pages(&show);
    audit(&show);
    sign_apart(&show);
    count_rows(&show);
    if (stand_end(&show.stand, SIGTERM) != 0)
        give_up("the server stops: see %s", show.stand.log);
    return EXIT_SUCCESS;
}
