/*
 * follow: fold the log as it stands in the database, entry after entry.
 *
 * A point is a place in a log with all that was derived up to there.  What
 * is in the log is not judged again: no signature is verified, leaf hashes
 * are taken from their column; the root must come out as the head has it.
 */
#ifndef SERVER_FOLLOW_H
#define SERVER_FOLLOW_H

#include "ledger/leaf.h"
#include "sql/store.h"

#include <pthread.h>

struct point {
    struct state *base; /* Owned; fold of the entries before base->size. */
    struct tree tree;   /* Of all entries. */
    struct tile_edge edge;
    int64_t size;
    struct hash root;
    struct instant accepted; /* Of the last entry. */
    /* Why base stays behind size: an entry that this program cannot fold. */
    struct error stuck;
};

void point_start(struct point *point);
void point_free(struct point *point);

/* Where one entry is taken apart and folded; large, for the heap. */
struct folder {
    struct entry entry;
    struct entry_lists lists;
    struct envelope envelope;
    struct outcome outcome;
};
struct folder *folder_create(void);
void folder_free(struct folder *folder);

/* Signature lines in the log were verified before they came in. */
bool line_is_trusted(void *context, size_t i, const struct key *key);

/*
 * Read on to the head.  If others read the point, lock is theirs, and held
 * only to move on (NULL: nobody does).  An entry that cannot be folded does
 * not end it: it is in point->stuck, and only the tree goes on.
 *
 * Fails with ERROR_DOUBT if the log is shorter than the point or the root is
 * another than the head's, or with ERROR_STORE.
 */
MUST_USE bool follow(struct point *point, const char *origin, struct db *db,
                     int32_t ledger_id, const struct store_head *head,
                     pthread_rwlock_t *lock, struct error *error);

#endif
