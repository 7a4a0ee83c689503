/*
 * batch: what the lines of a file of commands share.
 *
 * Keys stay unlocked from one line to the next.  What a line makes up (ids,
 * nonces) follows from the seed and the line's own words, so that the same
 * line again, with the same seed, is the same act: the ledger takes it once.
 */
#ifndef ADMIN_CLI_BATCH_H
#define ADMIN_CLI_BATCH_H

#include "admin-cli/keyring.h"

enum { BATCH_SEED_BYTES = 32, BATCH_NAME_MAX = 64 };

struct batch {
    struct passphrase *passphrase; /* The last line read serves again. */
    struct batch_key {
        char *path;
        struct key_open *key;
    } * keys;
    size_t key_count;
    uint8_t seed[BATCH_SEED_BYTES];
    uint8_t line[BATCH_SEED_BYTES]; /* Of the line that is carried out. */
    uint64_t drawn;
};

/* With a random seed.  The caller ends with batch_close(). */
void batch_open(struct batch *batch);
void batch_close(struct batch *batch);

/* The seed in the file; makes the file where it is missing.  Fails with
 * ERROR_SYSTEM, or ERROR_FIELD: it holds none. */
MUST_USE bool batch_seed(struct batch *batch, const char *path,
                         struct error *error);

/* A key unlocked for an earlier line; NULL: none from that file. */
struct key_open *batch_key(const struct batch *batch, const char *path);
/* The batch closes it at its end. */
void batch_keep(struct batch *batch, const char *path, struct key_open *key);

/* The line whose draws follow. */
void batch_begin(struct batch *batch, const char *line, size_t size);
/* The line's next bytes; at most 64. */
void batch_draw(struct batch *batch, uint8_t *bytes, size_t size);
/* The id that a name of that letter stands for in all files of the seed. */
struct id batch_id(const struct batch *batch, char letter, const char *name,
                   size_t size);

#endif
