/*
 * store_witness: what this node has cosigned of other logs.
 */
#ifndef SQL_STORE_WITNESS_H
#define SQL_STORE_WITNESS_H

#include "sql/store.h"

enum { WITNESS_NOTE_BYTES_MAX = 16384 };

struct store_witness {
    char origin[ORIGIN_BYTES_MAX + 1];
    int64_t size;
    struct hash root;
    size_t note_size;
    char note[WITNESS_NOTE_BYTES_MAX]; /* With our cosignature. */
};

/* SHA-256 of the origin. */
struct hash store_witness_hash(const char *origin);

/* ERROR_ABSENT if nothing of that log was cosigned. */
MUST_USE bool store_witness_seen(struct db *db, const struct hash *origin_hash,
                                 struct store_witness *seen,
                                 struct error *error);

/* What was cosigned of any log, by origin; notes are left out. */
MUST_USE bool store_witness_all(struct db *db,
                                bool (*each)(void *context,
                                             const struct store_witness *seen,
                                             struct error *error),
                                void *context, struct error *error);

/*
 * From old_size (0: nothing yet) to what seen says, atomically and durably.
 * ERROR_CONFLICT: it is not old_size any more.
 */
MUST_USE bool store_witness_move(struct db *db, int64_t old_size,
                                 const struct store_witness *seen,
                                 struct error *error);

#endif
