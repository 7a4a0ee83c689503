/*
 * witness: add-checkpoint requests over one keep-alive connection.
 *
 *     witness FOLDER REPETITION SECONDS
 *
 * A node cosigns a log that this program makes up and signs ahead of time:
 * first the same size again and again, as when witnesses are asked for a
 * fresh time, then a log that grows by some entries with each request, with
 * its proof.  Every answer is 200, and the node's last word is compared.
 * Prints lines "name value".
 */
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "sql/keyfile.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 16, LEAVES = 1 << HEIGHT, STEP = 7, START = 1000 };
enum { BODY_ROOM = 16 * 1024, REQUESTS = 200 * 1000 };

static const char origin[] = "load.example/witnessed";

struct bench {
    int64_t seconds;
    struct stand stand;
    struct secret_key secret;
    struct key key;
    struct hash *nodes[HEIGHT + 1]; /* Complete subtrees by height. */
    struct hash *roots;             /* Of the sizes START + i * STEP. */
    uint32_t *micros;
    size_t count, wrong;
};

static void say(const char *name, double value)
{
    (void)printf("%s %.6g\n", name, value);
    (void)fflush(stdout);
}

/* ---- A log ---- */

static void make_log(struct bench *bench)
{
    struct tree tree = {0};
    const uint8_t seed[32] = {9};

    (void)crypto_sign_seed_keypair(bench->key.bytes, bench->secret.bytes, seed);
    for (int height = 0; height <= HEIGHT; height++)
        bench->nodes[height] =
            must(calloc(LEAVES >> height, sizeof *bench->nodes[0]));
    bench->roots = must(calloc(LEAVES / STEP + 1, sizeof bench->roots[0]));
    for (uint64_t i = 0; i < LEAVES; i++) {
        if (tree.size >= START && (tree.size - START) % STEP == 0)
            bench->roots[(tree.size - START) / STEP] = tree_root(&tree);
        bench->nodes[0][i] = tree_leaf_hash(&i, sizeof i);
        tree_append(&tree, &bench->nodes[0][i]);
    }
    for (int height = 1; height <= HEIGHT; height++)
        for (size_t i = 0; i < (size_t)LEAVES >> height; i++)
            bench->nodes[height][i] =
                tree_node_hash(&bench->nodes[height - 1][2 * i],
                               &bench->nodes[height - 1][2 * i + 1]);
}

static bool node(void *context, int height, uint64_t number, struct hash *hash,
                 struct error *error)
{
    const struct bench *bench = context;

    (void)error;
    *hash = bench->nodes[height][number];
    return true;
}

/* From a size (0: nothing was cosigned yet) to the i-th one. */
static struct text request_of(struct bench *bench, uint64_t old, size_t i)
{
    char body[BODY_ROOM], text[CHECKPOINT_TEXT_MAX];
    char line[NOTE_SIGNATURE_CHARS_MAX];
    struct checkpoint checkpoint = {.size = START + i * STEP,
                                    .root = bench->roots[i]};
    struct proof proof = {0};
    struct error error = {0};
    size_t size, used;

    if (old > 0 && old < checkpoint.size &&
        !proof_make_consistency(&proof, old, checkpoint.size, node, bench,
                                &error))
        give_up("a proof is made: %s", error.text);
    used = (size_t)snprintf(body, sizeof body, "old %" PRIu64 "\n", old);
    for (size_t j = 0; j < proof.count; j++) {
        base64_write(body + used, proof.hashes[j].bytes,
                     sizeof proof.hashes[j].bytes);
        used += BASE64_CHARS(sizeof proof.hashes[j].bytes);
        body[used++] = '\n';
    }
    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", origin);
    size = checkpoint_write(text, &checkpoint);
    (void)note_sign(line, origin, text, size, &bench->secret);
    used += (size_t)snprintf(body + used, sizeof body - used, "\n%s\n%s", text,
                             line);
    return drive_request("/witness/add-checkpoint", "text/plain", "", body,
                         used);
}

/* ---- Requests ---- */

static void answered(void *context, const struct drive_answer *answer)
{
    struct bench *bench = context;

    bench->micros[bench->count++] = (uint32_t)answer->micros;
    bench->wrong += answer->status != 200;
}

static size_t drive(struct bench *bench, const char *what,
                    const struct text *requests, size_t count)
{
    const char *address = bench->stand.address;
    struct drive drive = {
        .addresses = &address,
        .address_count = 1,
        .connections = 1,
        .requests = requests,
        .request_count = count,
        .most_ms = bench->seconds * 1000,
        .answered = answered,
        .context = bench,
    };
    char name[64];

    bench->count = 0;
    drive_run(&drive);
    if (bench->wrong > 0 || drive.losses > 0)
        give_up("every answer is 200: %zu are not, %zu were lost: see %s",
                bench->wrong, drive.losses, bench->stand.log);
    sort_values(bench->micros, bench->count);
    (void)snprintf(name, sizeof name, "witness_%s_per_s", what);
    say(name, (double)bench->count / drive.seconds);
    (void)snprintf(name, sizeof name, "witness_%s_p50_ms", what);
    say(name, quantile(bench->micros, bench->count, 0.5) / 1e3);
    (void)snprintf(name, sizeof name, "witness_%s_p99_ms", what);
    say(name, quantile(bench->micros, bench->count, 0.99) / 1e3);
    return bench->count;
}

/* The same size, again and again. */
static void refresh(struct bench *bench)
{
    struct text *requests = must(calloc(REQUESTS, sizeof requests[0]));

    requests[0] = request_of(bench, 0, 0);
    requests[1] = request_of(bench, START, 0);
    for (size_t i = 2; i < REQUESTS; i++)
        requests[i] = requests[1];
    (void)drive(bench, "refresh", requests, REQUESTS);
    free((void *)(uintptr_t)requests[0].bytes);
    free((void *)(uintptr_t)requests[1].bytes);
    free(requests);
}

/* A step larger each time; the node has the last of them in the end. */
static void grow(struct bench *bench)
{
    size_t most = LEAVES / STEP - START / STEP - 2, sent;
    struct text *requests = must(calloc(most, sizeof requests[0]));
    char path[128], name[HASH_CHARS + 1], body[4096], size[32];
    struct hash hash;

    for (size_t i = 0; i < most; i++)
        requests[i] = request_of(bench, START + i * STEP, i + 1);
    sent = drive(bench, "growth", requests, most);
    (void)crypto_hash_sha256(hash.bytes, (const uint8_t *)origin,
                             sizeof origin - 1);
    hash_write(name, &hash);
    (void)snprintf(path, sizeof path, "/witness/%s/checkpoint", name);
    (void)snprintf(size, sizeof size, "\n%zu\n", START + sent * STEP);
    if (stand_get(&bench->stand, path, body, sizeof body) != 200 ||
        strstr(body, size) == NULL)
        give_up("the last size cosigned is kept: %s", body);
    for (size_t i = 0; i < most; i++)
        free((void *)(uintptr_t)requests[i].bytes);
    free(requests);
}

/* ---- The node ---- */

static void open_node(struct bench *bench, const char *folder,
                      const char *repetition)
{
    char database[64], path[STAND_CHARS * 2], vkey[VKEY_CHARS_MAX];
    struct key clerk, log, witness;
    struct error error = {0};
    FILE *file;

    (void)snprintf(database, sizeof database, "bench_witness_%s", repetition);
    stand_make(&bench->stand, folder, database, database, true);
    (void)snprintf(bench->stand.extra, sizeof bench->stand.extra,
                   "--witness-rate=1000000");
    stand_init(&bench->stand, "load", "load.example/idle", &clerk, &log);
    (void)snprintf(path, sizeof path, "%s/witness.key", bench->stand.state);
    if (!keyfile_create(path, &witness, &error))
        give_up("a witness has a key: %s", error.text);
    (void)snprintf(path, sizeof path, "%s/witness.policy", bench->stand.state);
    vkey_write(vkey, origin, KEY_TYPE_ED25519, &bench->key);
    file = fopen(path, "we");
    if (file == NULL || fprintf(file, "log %s\nquorum none\n", vkey) < 0 ||
        fclose(file) != 0)
        give_up("a log is trusted");
    stand_start(&bench->stand);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};

    if (sodium_init() < 0 || argc != 4)
        return 2;
    bench.seconds = strtol(argv[3], NULL, 10);
    bench.micros = must(calloc(REQUESTS, sizeof bench.micros[0]));
    make_log(&bench);
    open_node(&bench, argv[1], argv[2]);
    refresh(&bench);
    grow(&bench);
    if (stand_end(&bench.stand, SIGTERM) != 0)
        give_up("the server stops: see %s", bench.stand.log);
    return EXIT_SUCCESS;
}
