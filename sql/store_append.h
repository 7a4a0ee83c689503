/*
 * store_append: one batch of entries into one log, under the head's lock.
 *
 * The protocol, in steps that send and steps that wait for the answer:
 *
 *     store_lock_send     BEGIN, lock the head, look the texts up
 *     store_lock_finish   the head as it is now: build on that, or catch up
 *                         with store_entries(&append->db, ...) and build again
 *     store_write_send    rows, tiles, the new head, COMMIT
 *     store_write_finish  whether it is in the log
 *
 * Answers come in the order of the sends.  While a write is unanswered, the
 * lock of the next batch may be sent behind it; if the write then fails, the
 * lock's finish fails as well, and the second batch is void.  After any
 * failure, or to give the lock back, store_abandon(); after ERROR_UNKNOWN
 * store_resolve() and no other.  The lock is lost 5 s after the last send.
 */
#ifndef SQL_STORE_APPEND_H
#define SQL_STORE_APPEND_H

#include "sql/array.h"
#include "sql/store.h"

enum { STORE_COLUMNS = 20 };

/* A connection that appends.  It belongs to one thread. */
struct store_append {
    struct db db;
    bool locking, writing;               /* Sent and not yet finished. */
    bool void_lock;                      /* The write before it failed. */
    size_t text_count;                   /* Sent with the lock. */
    int statements;                      /* Of the write, before COMMIT. */
    struct error unsent;                 /* Why the write did not leave. */
    struct array texts;                  /* Of the lock. */
    struct array columns[STORE_COLUMNS]; /* Of the write. */
};

/* Where a text is in the log already. */
struct store_place {
    struct hash text_hash;
    int64_t idx;
};

/* A person to be erased from the tables; parts are of store_vault.h. */
struct store_erasure {
    uint8_t subject[UUID_BYTES];
    int16_t part;
};

/* What one transaction adds; all is the caller's. */
struct store_batch {
    int32_t ledger_id;
    int64_t old_size;
    struct store_head head; /* After it; its size counts the entries. */
    const struct store_entry *entries; /* At least one; idx from old_size. */
    size_t entry_count;
    const struct store_posting *postings;
    size_t posting_count;
    const struct store_subject *subjects; /* Each pair once. */
    size_t subject_count;
    const struct store_tile *tiles; /* Those that became full. */
    size_t tile_count;
    const struct store_erasure *erasures; /* To be done after it. */
    size_t erasure_count;
};

/* Connect and prepare; conninfo must outlive *append. */
MUST_USE bool store_append_open(struct store_append *append,
                                const char *conninfo, struct error *error);
void store_append_close(struct store_append *append);

MUST_USE bool store_lock_send(struct store_append *append, int32_t ledger_id,
                              const struct hash *texts, size_t text_count,
                              struct error *error);
/*
 * Waits for the lock, at most 5 s.  places has room for as many as texts were
 * sent.  Fails with ERROR_ABSENT if there is no such ledger, ERROR_STORE.
 */
MUST_USE bool store_lock_finish(struct store_append *append,
                                struct store_head *head,
                                struct store_place *places, size_t *count,
                                struct error *error);

/* Only under the lock.  Whatever happens, call store_write_finish(). */
void store_write_send(struct store_append *append,
                      const struct store_batch *batch);
/*
 * On success the batch is in the log, durably.  Fails with ERROR_TAKEN if one
 * of its texts was in the log, ERROR_CONFLICT if the head was not at old_size,
 * ERROR_UNKNOWN, or ERROR_STORE; then, but for ERROR_UNKNOWN, nothing of it is.
 */
MUST_USE bool store_write_finish(struct store_append *append,
                                 struct error *error);

/* Roll back what is under way and be ready for another lock. */
MUST_USE bool store_abandon(struct store_append *append, struct error *error);

/*
 * After ERROR_UNKNOWN: connect again, wait for the head's lock, that is for
 * the end of the old session, and compare: *in says whether the batch is in
 * the log, whole.  On ERROR_STORE it is still not known: call it again.
 * ERROR_DOUBT: the log holds a part of the batch, which cannot be.
 */
MUST_USE bool store_resolve(struct store_append *append,
                            const struct store_batch *batch, bool *in,
                            struct error *error);

#endif
