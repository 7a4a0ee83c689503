/*
 * engine: the append path without HTTP, and what it is compared with.
 *
 *     engine REPETITION ENTRIES
 *
 * Prints lines "name value".  A batch is built while the one before commits,
 * as the sequencer does; signatures count as verified at the door.
 */
#include "server/batch.h"
#include "server/snapshot.h"
#include "sql/keyfile.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PEOPLE = 10000, BATCH = 100, MEASURED = 20000, RAW = 40000 };

struct engine {
    struct cast cast;
    struct point at;
    struct store_append append;
    struct store_ledger ledger;
    struct bench bench;
    struct layer *scratch;
    struct batch *batches[2];
    struct batch *flight;
    uint64_t pledged; /* Next pledge's number. */
    int64_t leaf_bytes;
};

static void say(const char *name, double value)
{
    (void)printf("%s %.6g\n", name, value);
    (void)fflush(stdout);
}

static double seconds_since(int64_t began_ns)
{
    return (double)(now_ns() - began_ns) / 1e9;
}

static struct instant wall_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

/* ---- The append path ---- */

static struct item *item_of(const struct engine *engine, const char *note,
                            size_t size, const struct key *key)
{
    struct item *item = item_create(note, size);
    struct error error = {0};

    if (!envelope_read(&item->envelope, item->bytes, size, engine->cast.origin,
                       &error))
        give_up("a note is taken apart: %s", error.text);
    item->kind = ENTRY_pledge_make;
    if (key != NULL) {
        item->keys[0] = *key;
        item->verified[0] = true;
    }
    return item;
}

static void land(struct engine *engine)
{
    struct batch *batch = engine->flight;
    struct error error = {0};

    if (batch == NULL)
        return;
    if (!store_write_finish(&engine->append, &error))
        give_up("a batch is written: %s", error.text);
    state_merge(engine->at.base, batch->layer);
    engine->at.base->size = batch->after.size;
    engine->at.base->accepted = batch->after.accepted;
    batch->after.base = engine->at.base;
    engine->at = batch->after;
    batch->after.base = NULL;
    engine->flight = NULL;
    for (size_t i = 0; i < batch->rows.entry_count; i++) {
        engine->leaf_bytes += batch->entries[i].leaf.size;
        item_free(batch->items[i]);
    }
    batch->rows.entry_count = 0;
}

static struct batch *build(struct engine *engine, struct item *const *items,
                           size_t count)
{
    struct batch *batch = engine->batches[0] == engine->flight
                              ? engine->batches[1]
                              : engine->batches[0];
    const struct point *before =
        engine->flight == NULL ? &engine->at : &engine->flight->after;
    struct view *view = &engine->bench.view;
    struct instant now = wall_clock();

    batch_start(batch, engine->ledger.ledger_id, before, engine->at.base->seed);
    *view = (struct view){.state = engine->at.base,
                          .layers = {engine->scratch, batch->layer},
                          .layer_count = 2};
    if (engine->flight != NULL)
        view->layers[view->layer_count++] = engine->flight->layer;
    if (now.ms < before->accepted.ms)
        now = before->accepted;
    for (size_t i = 0; i < count; i++)
        batch_add(batch, &engine->bench, items[i], now);
    if (batch->others.count > 0)
        give_up("all entries are accepted: %s %s",
                batch->others.first->error.text, batch->others.first->missing);
    batch->after.root = tree_root(&batch->after.tree);
    batch->rows.head = (struct store_head){.size = batch->after.size,
                                           .root = batch->after.root,
                                           .accepted = batch->after.accepted};
    return batch;
}

static void append(struct engine *engine, struct item *const *items,
                   size_t count)
{
    struct batch *batch = build(engine, items, count);
    struct error error = {0};
    struct store_head head;
    size_t places;

    if (!store_lock_send(&engine->append, engine->ledger.ledger_id, NULL, 0,
                         &error))
        give_up("the lock is asked for: %s", error.text);
    land(engine);
    if (!store_lock_finish(&engine->append, &head, NULL, &places, &error))
        give_up("the lock is there: %s", error.text);
    if (head.size != engine->at.size)
        give_up("nobody else appends");
    store_write_send(&engine->append, &batch->rows);
    engine->flight = batch;
}

static void open_engine(struct engine *engine, int repetition)
{
    char name[64], origin[80];
    struct error error = {0};
    struct key clerk;
    const uint8_t seed[32] = {7};
    struct secret_key secret;

    (void)crypto_sign_seed_keypair(clerk.bytes, secret.bytes, seed);
    (void)snprintf(name, sizeof name, "engine-%d", repetition);
    (void)snprintf(origin, sizeof origin, "load.example/%s", name);
    cast_start(&engine->cast, origin, &clerk, PEOPLE, 1);
    engine->cast.clerk_secret = secret;
    point_start(&engine->at);
    engine->bench.origin = engine->cast.origin;
    engine->bench.folder = folder_create();
    engine->scratch = layer_create(engine->at.base->seed);
    engine->batches[0] = batch_create();
    engine->batches[1] = batch_create();
    if (!store_append_open(&engine->append, "user=terreau_server", &error) ||
        !store_ledger_create(&engine->append.db, name, origin, &engine->ledger,
                             &error))
        give_up("a ledger is made: %s", error.text);
}

static void found(struct engine *engine)
{
    static char note[LEAF_BYTES_MAX];
    struct item *items[BATCH];
    size_t count = 0, all = cast_overture_count(&engine->cast);

    for (size_t i = 0; i < all; i++) {
        size_t size = cast_overture(&engine->cast, note, i, wall_clock());

        items[count++] = item_of(engine, note, size, NULL);
        if (count == BATCH || i < 3 || i + 1 == all) {
            append(engine, items, count);
            count = 0;
        }
    }
    land(engine);
}

/* Signed ahead of time; returns entries/s. */
static double pledge(struct engine *engine, size_t count, size_t batch_size)
{
    static char note[LEAF_BYTES_MAX];
    struct item **items = must(calloc(count, sizeof items[0]));
    int64_t began;
    double seconds;

    for (size_t i = 0; i < count; i++) {
        uint64_t number = engine->pledged++;
        size_t size = cast_pledge(&engine->cast, note, NULL, number);

        items[i] = item_of(engine, note, size,
                           &engine->cast.people[number % PEOPLE].key);
    }
    began = now_ns();
    for (size_t i = 0; i < count; i += batch_size)
        append(engine, items + i,
               count - i < batch_size ? count - i : batch_size);
    land(engine);
    seconds = seconds_since(began);
    free(items);
    return (double)count / seconds;
}

/* ---- What it is compared with ---- */

/* The same bytes by unnest, 100 rows a transaction, nothing else. */
static double raw_insert(struct db *db, int repetition)
{
    static uint8_t leaf[560];
    struct array places = {0}, leaves = {0};
    struct error error = {0};
    int64_t began;

    for (int64_t i = 0; i < RAW / BATCH; i++) {
        DB_RESULT(none);

        if (i == 0)
            began = now_ns();
        array_start(&places, OID_INT8);
        array_start(&leaves, OID_BYTEA);
        for (int64_t j = 0; j < BATCH; j++) {
            array_int(&places, (int64_t)repetition * RAW + i * BATCH + j);
            randombytes_buf(leaf, 16);
            array_bytes(&leaves, leaf, sizeof leaf);
        }
        if (!db_query(db,
                      "INSERT INTO raw SELECT * FROM unnest($1::bigint[],"
                      " $2::bytea[])",
                      PARAMS(array_param(&places), array_param(&leaves)), &none,
                      &error))
            give_up("raw rows go in: %s", error.text);
    }
    array_free(&places);
    array_free(&leaves);
    return RAW / seconds_since(began);
}

static void *verify(void *context)
{
    static const uint8_t seed[32] = {1};
    uint8_t public[32], secret[64], signature[64], text[350] = {0};
    double *rate = context;
    int64_t began = now_ns();
    int count = 0;

    (void)crypto_sign_seed_keypair(public, secret, seed);
    (void)crypto_sign_detached(signature, NULL, text, sizeof text, secret);
    while (now_ns() - began < 1000000000)
        for (int i = 0; i < 50; i++, count++)
            if (crypto_sign_verify_detached(signature, text, sizeof text,
                                            public) != 0)
                give_up("a signature verifies");
    *rate = count / seconds_since(began);
    return NULL;
}

static double verify_on_all(void)
{
    enum { CORES_MAX = 64 };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t threads[CORES_MAX];
    double rates[CORES_MAX], sum = 0;

    for (long i = 0; i < cores && i < CORES_MAX; i++)
        if (pthread_create(&threads[i], NULL, verify, &rates[i]) != 0)
            give_up("a thread starts");
    for (long i = 0; i < cores && i < CORES_MAX; i++) {
        (void)pthread_join(threads[i], NULL);
        sum += rates[i];
    }
    return sum;
}

/* ---- Starting again ---- */

static void replay(struct engine *engine)
{
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const char *path = "/tmp/terreau-bench.snapshot";
    struct error error = {0};
    struct point point, again;
    struct store_head head;
    int64_t began = now_ns();

    point_start(&point);
    if (!store_head(&engine->append.db, engine->ledger.ledger_id, &head,
                    &error) ||
        !follow(&point, engine->cast.origin, &engine->append.db,
                engine->ledger.ledger_id, &head, NULL, &error))
        give_up("the log is followed: %s", error.text);
    say("replay_per_s", (double)head.size / seconds_since(began));
    say("replay_entries", (double)head.size);
    say("state_bytes_per_pledge",
        (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) /
            (double)engine->pledged);
    if (!snapshot_write(path, engine->cast.origin, &point, &error))
        give_up("a snapshot is written: %s", error.text);
    began = now_ns();
    if (!snapshot_read(path, engine->cast.origin, &again, &error))
        give_up("a snapshot is read: %s", error.text);
    say("snapshot_per_s", (double)again.size / seconds_since(began));
    (void)unlink(path);
    point_free(&point);
    point_free(&again);
}

int main(int argc, char **argv)
{
    static struct engine engine;
    int repetition = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    size_t entries = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    struct error error = {0};

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    ledger_start();
    open_engine(&engine, repetition);
    found(&engine);
    (void)pledge(&engine, MEASURED / 10, BATCH);
    say("engine_100_per_s", pledge(&engine, MEASURED, BATCH));
    db_close(&engine.append.db);
    if (!db_open(&engine.append.db, "", &error))
        give_up("a connection opens: %s", error.text);
    say("raw_unnest_100_per_s", raw_insert(&engine.append.db, repetition));
    say("verify_all_cores_per_s", verify_on_all());
    store_append_close(&engine.append);
    if (!store_append_open(&engine.append, "user=terreau_server", &error))
        give_up("a connection opens: %s", error.text);
    if (entries > 0) {
        while (engine.pledged < entries)
            (void)pledge(&engine, 20000, BATCH_ENTRIES_MAX);
        say("engine_large_per_s", pledge(&engine, MEASURED, BATCH));
        say("engine_large_size", (double)engine.at.size);
        say("leaf_bytes", (double)engine.leaf_bytes);
        replay(&engine);
    }
    return EXIT_SUCCESS;
}
