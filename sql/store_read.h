/*
 * store_read: entries, what was derived from them, tiles.
 *
 * Ranges are of indices, from the first to before the second.
 */
#ifndef SQL_STORE_READ_H
#define SQL_STORE_READ_H

#include "sql/store.h"

/* Called for each row, in order; false with *error set ends it. */
struct store_each {
    void *context;
    union {
        bool (*entry)(void *context, const struct store_entry *entry,
                      struct error *error);
        bool (*posting)(void *context, const struct store_posting *posting,
                        struct error *error);
        bool (*subject)(void *context, const struct store_subject *subject,
                        struct error *error);
        bool (*tile)(void *context, const struct store_tile *tile,
                     struct error *error);
    };
};

/* Every index once, in order, in chunks of which the next is on its way while
 * one is worked on.  ERROR_ABSENT names the first index that is missing. */
MUST_USE bool store_entries(struct db *db, int32_t ledger_id, int64_t from,
                            int64_t until, struct store_each each,
                            struct error *error);

/* Those that are in the log, ordered by index. */
MUST_USE bool store_entries_of_texts(struct db *db, int32_t ledger_id,
                                     const struct hash *texts, size_t count,
                                     struct store_each each,
                                     struct error *error);

/* The next limit entries after an index (-1: the first) that found or touched
 * a record, or that are of a kind. */
MUST_USE bool store_entries_of_subject(struct db *db, int32_t ledger_id,
                                       const uint8_t subject[static UUID_BYTES],
                                       int64_t after, int limit,
                                       struct store_each each,
                                       struct error *error);
MUST_USE bool store_entries_of_kind(struct db *db, int32_t ledger_id,
                                    int16_t kind, int64_t after, int limit,
                                    struct store_each each,
                                    struct error *error);

/* The highest index there is, whatever the head says; -1 without one. */
MUST_USE bool store_entry_last(struct db *db, int32_t ledger_id, int64_t *idx,
                               struct error *error);

/* Exactly count hashes from that index on; ERROR_ABSENT. */
MUST_USE bool store_leaf_hashes(struct db *db, int32_t ledger_id, int64_t from,
                                struct hash *hashes, size_t count,
                                struct error *error);

/* A full tile; ERROR_ABSENT. */
MUST_USE bool store_tile(struct db *db, int32_t ledger_id, int level,
                         int64_t number, struct store_tile *tile,
                         struct error *error);

/* For fsck: all rows there are, also those that should not be.  Postings by
 * (idx, line), subjects by (subject, idx), tiles by (level, number). */
MUST_USE bool store_postings(struct db *db, int32_t ledger_id, int64_t from,
                             int64_t until, struct store_each each,
                             struct error *error);
MUST_USE bool store_subjects(struct db *db, int32_t ledger_id,
                             struct store_each each, struct error *error);
MUST_USE bool store_tiles(struct db *db, int32_t ledger_id,
                          struct store_each each, struct error *error);

#endif
