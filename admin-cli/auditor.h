/*
 * auditor: a log read again from its leaves, believing nothing.
 *
 * Rehashes every leaf, verifies every signature with the key valid at that
 * index, folds every entry and keeps the tree.  `audit` feeds it from a
 * node's published tiles, `node fsck` from the database, `export` from
 * either.  A finding is ERROR_PROOF and names the first index that is wrong.
 */
#ifndef ADMIN_CLI_AUDITOR_H
#define ADMIN_CLI_AUDITOR_H

#include "admin-cli/punctual.h"
#include "admin-cli/verifier.h"
#include "ledger/checkpoint.h"
#include "ledger/leaf.h"
#include "ledger/tree.h"

struct auditor {
    char origin[ORIGIN_BYTES_MAX + 1];
    struct state *state;
    struct tree tree;
    struct verifier *verifier; /* NULL: signatures are not checked. */
    struct bundle *bundle;     /* Checks of the leaves fed last. */
    /* Short hashes of all texts so far: each enters once. */
    uint64_t *texts;
    size_t text_room;
    uint64_t text_most; /* Of the log, if known: room for exactly so many. */
    uint8_t text_seed[16];
    /* Signatures of entries before it were verified by an earlier audit. */
    int64_t trusted_size;
    struct punctual *punctual; /* NULL: deadlines are not judged. */
    /* Of the leaf fed last. */
    struct hash leaf_hash;
    struct envelope *envelope;
    struct entry entry;
    struct entry_lists *lists;
    struct outcome *outcome;
};

/* threads: that verify signatures; 0: none are verified. */
void auditor_start(struct auditor *auditor, const char *origin, int threads);
void auditor_end(struct auditor *auditor);

/* Before the first leaf: how many there will be, so that 8 bytes for each are
 * enough to tell their texts apart. */
void auditor_expect(struct auditor *auditor, uint64_t size);

/* The leaves that follow stand in these allocated bytes, which pass to it. */
void auditor_bundle(struct auditor *auditor, char *bytes);
/* The next leaf: of index state->size. */
MUST_USE bool auditor_leaf(struct auditor *auditor, const char *leaf,
                           size_t size, struct error *error);
/* Wait for the signatures still being checked. */
MUST_USE bool auditor_finish(struct auditor *auditor, struct error *error);

#endif
