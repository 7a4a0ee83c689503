/*
 * proof: inclusion and consistency (RFC 6962 section 2.1, RFC 9162 2.1.3-4).
 */
#ifndef LEDGER_PROOF_H
#define LEDGER_PROOF_H

#include "ledger/tree.h"

enum { PROOF_HASHES_MAX = TREE_LEVELS_MAX + 1 };

/* The leaf's sibling first, as RFC 6962 orders them. */
struct proof {
    size_t count; /* At most PROOF_HASHES_MAX; asserted. */
    struct hash hashes[PROOF_HASHES_MAX];
};

MUST_USE bool proof_verify_inclusion(const struct proof *proof, uint64_t index,
                                     uint64_t size, const struct hash *leaf,
                                     const struct hash *root);
/* 0 < size1 <= size2; size1 == size2 needs an empty proof and equal roots. */
MUST_USE bool proof_verify_consistency(const struct proof *proof,
                                       uint64_t size1, uint64_t size2,
                                       const struct hash *root1,
                                       const struct hash *root2);

/*
 * Where the prover reads: the hash of the complete subtree of 2^height leaves
 * whose first leaf is number * 2^height.  False: not to be had; it sets error.
 */
typedef bool node_fn(void *context, int height, uint64_t number,
                     struct hash *hash, struct error *error);

/* Fail with ERROR_REQUEST if there is no such leaf or size (0 < size1), or
 * with what node() says; then *proof is untouched. */
MUST_USE bool proof_make_inclusion(struct proof *proof, uint64_t index,
                                   uint64_t size, node_fn *node, void *context,
                                   struct error *error);
MUST_USE bool proof_make_consistency(struct proof *proof, uint64_t size1,
                                     uint64_t size2, node_fn *node,
                                     void *context, struct error *error);

#endif
