/*
 * grove: a log whose leaf i is "entry <i>\n", kept as tiles only, and the
 * recursive definitions of RFC 6962 to compare with.
 */
#ifndef TESTS_UNIT_GROVE_H
#define TESTS_UNIT_GROVE_H

#include "ledger/proof.h"
#include "tests/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { GROVE_TILES = 280, GROVE_LEVELS = 3 };

struct grove {
    struct tree tree;
    struct tile_edge edge;
    uint64_t full[GROVE_LEVELS]; /* Full tiles of each level. */
    struct hash tiles[GROVE_LEVELS][GROVE_TILES][TILE_HASHES];
};

static inline struct hash grove_leaf(uint64_t i)
{
    char text[32];
    int size = snprintf(text, sizeof text, "entry %" PRIu64 "\n", i);

    return tree_leaf_hash(text, (size_t)size);
}

static inline void grove_keep_tile(void *context, int level, uint64_t number,
                                   const struct hash *hashes)
{
    struct grove *grove = context;

    assert_true(level < GROVE_LEVELS && number < GROVE_TILES);
    assert_true(number == grove->full[level]);
    memcpy(grove->tiles[level][number], hashes, TILE_BYTES);
    grove->full[level]++;
}

static inline void grove_grow(struct grove *grove, uint64_t size)
{
    while (grove->tree.size < size) {
        struct hash leaf = grove_leaf(grove->tree.size);

        tree_append_tiles(&grove->tree, &grove->edge, &leaf, grove_keep_tile,
                          grove);
    }
}

/* A node_fn: out of full tiles and the edge. */
static inline bool grove_node(void *context, int height, uint64_t number,
                              struct hash *hash, struct error *error)
{
    struct grove *grove = context;
    struct tile_span span = tile_span_of(height, number);
    const struct hash *tile;

    if (((number + 1) << height) > grove->tree.size)
        return fail(error, ERROR_ABSENT, "no such node yet");
    assert_true(span.level < GROVE_LEVELS);
    tile = span.number < grove->full[span.level]
               ? grove->tiles[span.level][span.number]
               : grove->edge.hashes[span.level];
    *hash = tree_fold(tile + span.first, span.count);
    return true;
}

static inline uint64_t grove_split(uint64_t size)
{
    uint64_t half = 1;

    while (half * 2 < size)
        half *= 2;
    return half;
}

/* MTH(D[start:start + size]) of RFC 6962, section 2.1. */
static inline struct hash grove_mth(uint64_t start, uint64_t size)
{
    uint64_t k = grove_split(size);
    struct hash left, right;

    if (size == 1)
        return grove_leaf(start);
    left = grove_mth(start, k);
    right = grove_mth(start + k, size - k);
    return tree_node_hash(&left, &right);
}

/* PATH(m, D[start:start + size]) of section 2.1.1. */
static inline void grove_path(struct proof *proof, uint64_t m, uint64_t start,
                              uint64_t size)
{
    uint64_t k = grove_split(size);

    if (size == 1)
        return;
    if (m < k) {
        grove_path(proof, m, start, k);
        proof->hashes[proof->count++] = grove_mth(start + k, size - k);
    } else {
        grove_path(proof, m - k, start + k, size - k);
        proof->hashes[proof->count++] = grove_mth(start, k);
    }
}

/* SUBPROOF(m, D[start:start + size], b) of section 2.1.2. */
static inline void grove_subproof(struct proof *proof, uint64_t m,
                                  uint64_t start, uint64_t size, bool b)
{
    uint64_t k = grove_split(size);

    if (m == size) {
        if (!b)
            proof->hashes[proof->count++] = grove_mth(start, size);
    } else if (m <= k) {
        grove_subproof(proof, m, start, k, b);
        proof->hashes[proof->count++] = grove_mth(start + k, size - k);
    } else {
        grove_subproof(proof, m - k, start + k, size - k, false);
        proof->hashes[proof->count++] = grove_mth(start, k);
    }
}

static inline void check_equal_proofs(const struct proof *a,
                                      const struct proof *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->hashes, b->hashes, a->count * sizeof a->hashes[0]);
}

#endif
