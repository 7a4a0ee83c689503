/*
 * store_checkpoint: what the log, its witnesses and its signers signed.
 */
#ifndef SQL_STORE_CHECKPOINT_H
#define SQL_STORE_CHECKPOINT_H

#include "sql/store.h"

enum {
    STORE_NOTE_BYTES_MAX = 4096, /* Text and the log's own signatures. */
    STORE_LINE_BYTES_MAX = 8192, /* A signature line. */
    STORE_NAME_BYTES_MAX = NOTE_NAME_BYTES_MAX,
};

struct store_checkpoint {
    int64_t size;
    struct hash root;
    size_t note_size;
    char note[STORE_NOTE_BYTES_MAX];
};

/*
 * Keep a checkpoint.  The same size again changes nothing.  ERROR_DOUBT if
 * that size was signed with another root; ERROR_SIZE if the note is too long.
 */
MUST_USE bool store_checkpoint_insert(struct db *db, int32_t ledger_id,
                                      const struct store_checkpoint *checkpoint,
                                      struct error *error);
/* The largest, and the smallest of at least that size; ERROR_ABSENT. */
MUST_USE bool store_checkpoint_latest(struct db *db, int32_t ledger_id,
                                      struct store_checkpoint *checkpoint,
                                      struct error *error);
MUST_USE bool store_checkpoint_from(struct db *db, int32_t ledger_id,
                                    int64_t size,
                                    struct store_checkpoint *checkpoint,
                                    struct error *error);

struct store_cosignature {
    int64_t size;
    struct text witness;
    int64_t stamp; /* Seconds since 1970. */
    struct text line;
};
/* The same again changes nothing. */
MUST_USE bool store_cosignature_insert(struct db *db, int32_t ledger_id,
                                       const struct store_cosignature *line,
                                       struct error *error);
/* Of one size: each witness's latest, by name. */
MUST_USE bool store_cosignatures(
    struct db *db, int32_t ledger_id, int64_t size,
    bool (*each)(void *context, const struct store_cosignature *cosignature,
                 struct error *error),
    void *context, struct error *error);

/* Puts each witness's latest line behind the note, as far as there is room. */
MUST_USE bool store_checkpoint_cosigned(struct db *db, int32_t ledger_id,
                                        struct store_checkpoint *checkpoint,
                                        struct error *error);
/* The smallest sizes from one on that any witness has cosigned. */
MUST_USE bool store_cosigned_sizes(struct db *db, int32_t ledger_id,
                                   int64_t from, int64_t *sizes, size_t most,
                                   size_t *count, struct error *error);

/* What a witness has cosigned last; only .size and .stamp are set.
 * ERROR_ABSENT: nothing. */
MUST_USE bool store_cosignature_last(struct db *db, int32_t ledger_id,
                                     const char *witness,
                                     struct store_cosignature *last,
                                     struct error *error);

/* Each witness's latest of the last few thousand, by name; without lines. */
MUST_USE bool store_cosignatures_recent(
    struct db *db, int32_t ledger_id,
    bool (*each)(void *context, const struct store_cosignature *cosignature,
                 struct error *error),
    void *context, struct error *error);

/* All of a ledger, by size, witness and stamp; note: what the checkpoint of
 * that size is, empty if there is none.  ERROR_PROOF if a name is too long. */
MUST_USE bool store_cosignatures_all(
    struct db *db, int32_t ledger_id,
    bool (*each)(void *context, const struct store_cosignature *cosignature,
                 struct text note, struct error *error),
    void *context, struct error *error);

/* The highest epoch of a signer of this log; 0 without one. */
MUST_USE bool store_signer_highest(struct db *db, int32_t ledger_id,
                                   int64_t *epoch, struct error *error);
/* The first epoch that does not follow on the one before it, or on 0; 0 if
 * each does. */
MUST_USE bool store_signer_gap(struct db *db, int32_t ledger_id, int64_t *epoch,
                               struct error *error);
/* ERROR_TAKEN: another signer started at the same time.  The role
 * terreau_signer may do this, terreau_server may not. */
MUST_USE bool store_signer_insert(struct db *db, int32_t ledger_id,
                                  int64_t epoch, const char *host,
                                  struct error *error);

#endif
