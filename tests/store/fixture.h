/*
 * fixture: what the tests of the store share: a ledger each, made-up batches.
 *
 * The server comes from tests/with-postgres through the PG* environment.  The
 * store does not judge what it keeps, so that hashes here are only distinct.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "sql/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#undef fail /* Ours is another. */

#define FAIL(...)                                                              \
    do {                                                                       \
        print_error(__VA_ARGS__);                                              \
        print_error("\n");                                                     \
        _fail(__FILE__, __LINE__);                                             \
    } while (0)

/* A call that must succeed; prints why it did not. */
#define GOOD(call)                                                             \
    do {                                                                       \
        struct error error = {0};                                              \
        if (!(call))                                                           \
            FAIL("%s: %s", #call, error.text);                                 \
    } while (0)

/* A call that must fail so. */
#define REFUSED(error_code, call)                                              \
    do {                                                                       \
        struct error error = {0};                                              \
        if (call)                                                              \
            FAIL("%s succeeded", #call);                                       \
        if (error.code != (error_code))                                        \
            FAIL("%s: %s, not " #error_code, #call, error.text);               \
    } while (0)

enum { SAMPLE_MAX = 1200, LEAF_CHARS = 64 };

/* A batch and all that it points to. */
struct sample {
    struct store_batch batch;
    struct store_entry entries[SAMPLE_MAX];
    struct store_posting postings[2 * SAMPLE_MAX];
    struct store_subject subjects[SAMPLE_MAX];
    struct store_tile tiles[SAMPLE_MAX / TILE_HASHES + 1];
    char leaves[SAMPLE_MAX][LEAF_CHARS];
};

static inline struct hash sample_hash(char what, int salt, int64_t idx)
{
    struct hash hash = {0};

    (void)snprintf((char *)hash.bytes, sizeof hash.bytes, "%c %d %lld", what,
                   salt, (long long)idx);
    return hash;
}

static inline void sample_entry(struct sample *sample, size_t i, int salt)
{
    struct store_batch *batch = &sample->batch;
    int64_t idx = batch->old_size + (int64_t)i;
    int size = snprintf(sample->leaves[i], LEAF_CHARS, "leaf %d %lld", salt,
                        (long long)idx);

    sample->entries[i] = (struct store_entry){
        .idx = idx,
        .kind = (int16_t)(idx % 3 + 1),
        .accepted = {1000 + idx},
        .effective = {20000 + (int32_t)(idx % 100)},
        .text_hash = sample_hash('t', salt, idx),
        .leaf_hash = sample_hash('l', salt, idx),
        .leaf = {.bytes = sample->leaves[i], .size = (uint32_t)size},
    };
    for (int16_t line = 0; line < 2; line++)
        sample->postings[2 * i + (size_t)line] = (struct store_posting){
            .idx = idx,
            .line = line,
            .account = (int16_t)(25 - line),
            .owned = line == 0,
            .owner = {(uint8_t)(line == 0 ? 7 : 0)},
            .effective = {20000},
            .amount = amount_from_minor(line == 0 ? 250 : -250),
        };
    sample->subjects[i] =
        (struct store_subject){.subject = {(uint8_t)(idx % 5)}, .idx = idx};
}

/* Entries old_size ... old_size + count - 1, told apart by salt. */
static inline void sample_make(struct sample *sample, int32_t ledger_id,
                               int64_t old_size, size_t count, int salt)
{
    struct store_batch *batch = &sample->batch;

    assert_true(count <= SAMPLE_MAX);
    *batch = (struct store_batch){
        .ledger_id = ledger_id,
        .old_size = old_size,
        .head = {.size = old_size + (int64_t)count,
                 .root = sample_hash('r', salt, old_size + (int64_t)count),
                 .accepted = {1000 + old_size + (int64_t)count - 1}},
        .entries = sample->entries,
        .entry_count = count,
        .postings = sample->postings,
        .posting_count = 2 * count,
        .subjects = sample->subjects,
        .subject_count = count,
        .tiles = sample->tiles,
    };
    for (size_t i = 0; i < count; i++) {
        int64_t after = old_size + (int64_t)i + 1;

        sample_entry(sample, i, salt);
        if (after % TILE_HASHES != 0)
            continue;
        sample->tiles[batch->tile_count++] = (struct store_tile){
            .number = after / TILE_HASHES - 1,
            .hashes = {sample_hash('h', salt, after)},
        };
    }
}

/* A ledger that no other test uses. */
static inline int32_t fresh_ledger(struct db *db)
{
    static int count;
    struct store_ledger ledger;
    char name[64], origin[80];

    (void)snprintf(name, sizeof name, "test-%d-%d",
                   PQbackendPID(db->connection), ++count);
    (void)snprintf(origin, sizeof origin, "log.example/%s", name);
    GOOD(store_ledger_create(db, name, origin, &ledger, &error));
    return ledger.ledger_id;
}

/* Lock without looking texts up; the head is returned. */
static inline struct store_head lock_now(struct store_append *append,
                                         int32_t ledger_id)
{
    struct store_head head = {0};
    size_t count;

    GOOD(store_lock_send(append, ledger_id, NULL, 0, &error));
    GOOD(store_lock_finish(append, &head, NULL, &count, &error));
    return head;
}

/* Count more entries, at the end of the log. */
static inline void append_now(struct store_append *append,
                              struct sample *sample, int32_t ledger_id,
                              size_t count, int salt)
{
    struct store_head head = lock_now(append, ledger_id);

    sample_make(sample, ledger_id, head.size, count, salt);
    store_write_send(append, &sample->batch);
    GOOD(store_write_finish(append, &error));
}

/* The one number that a statement without parameters selects as n. */
static inline int64_t number_of(struct db *db, const char *sql)
{
    int64_t n = 0;
    DB_RESULT(rows);

    GOOD(db_query(db, sql, NO_PARAMS, &rows, &error));
    assert_int_equal(PQntuples(rows), 1);
    n = row_int(rows, 0, "n");
    return n;
}

static inline void run(struct db *db, const char *sql)
{
    DB_RESULT(none);

    GOOD(db_query(db, sql, NO_PARAMS, &none, &error));
}

static inline void wait_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000,
                            .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

/* Wait until the backend with that PID waits for a lock. */
static inline void wait_for_block(struct db *db, int pid)
{
    for (int i = 0; i < 500; i++) {
        bool blocked;
        DB_RESULT(rows);

        GOOD(db_query(db, "SELECT cardinality(pg_blocking_pids($1)) > 0 AS b",
                      PARAMS(param_int4(pid)), &rows, &error));
        blocked = row_bool(rows, 0, "b");
        if (blocked)
            return;
        wait_ms(10);
    }
    FAIL("backend %d waits for nothing", pid);
}

#endif
