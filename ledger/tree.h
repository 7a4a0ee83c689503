/*
 * tree: the Merkle tree of RFC 6962 over leaves, as compact range and tiles.
 *
 * Leaf hash SHA-256(0x00 || leaf), node hash SHA-256(0x01 || left || right).
 */
#ifndef LEDGER_TREE_H
#define LEDGER_TREE_H

#include "ledger/error.h"

enum {
    TILE_HASHES = 256,
    TILE_BYTES = 8192,
    TREE_LEVELS_MAX = 63,
    TILE_LEVELS = 8,
    TILE_PATH_CHARS = 64,
};

/* The roots of the complete subtrees, one per set bit of size: nodes[level]
 * has 2^level leaves and is set if bit level of size is. */
struct tree {
    uint64_t size; /* At most 2^63 - 1. */
    struct hash nodes[TREE_LEVELS_MAX];
};

struct hash tree_leaf_hash(const void *leaf, size_t size);
struct hash tree_node_hash(const struct hash *left, const struct hash *right);

void tree_append(struct tree *tree, const struct hash *leaf);
/* The root; of the empty tree SHA-256(""). */
struct hash tree_root(const struct tree *tree);

/* The root of 2^n hashes of one level. */
struct hash tree_fold(const struct hash *hashes, unsigned count);

/*
 * The tiles at the right edge of a tree, kept by the caller: level l's first
 * tile_level_size(size, l) % TILE_HASHES hashes are its partial tile.
 *
 * tile_edge_append() enters the leaf with index size (call it before
 * tree_append()); each() sees the tiles that this completes, lower levels
 * first: level, number and TILE_HASHES hashes.
 */
struct tile_edge {
    struct hash hashes[TILE_LEVELS][TILE_HASHES];
};
void tile_edge_append(struct tile_edge *edge, uint64_t size,
                      const struct hash *leaf,
                      void (*each)(void *context, int level, uint64_t number,
                                   const struct hash *hashes),
                      void *context);

/* Both at once, for about half of the hashing. */
void tree_append_tiles(struct tree *tree, struct tile_edge *edge,
                       const struct hash *leaf,
                       void (*each)(void *context, int level, uint64_t number,
                                    const struct hash *hashes),
                       void *context);

/* "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]"; level -1: entries. */
struct tile_path {
    int level; /* -1: entry bundle. */
    uint64_t number;
    unsigned width; /* 1 to 256; 256 is a full tile. */
};
size_t tile_path_write(char out[static TILE_PATH_CHARS],
                       const struct tile_path *path);
/* path starts after "tile/": "0/x001/234.p/7", "entries/000". */
MUST_USE bool tile_path_read(struct tile_path *path, const char *text,
                             size_t size);
/* How many hashes level has in a tree of size; level -1: how many entries. */
uint64_t tile_level_size(uint64_t size, int level);
/* Does a tree of size fill the tile this wide?  A path outside was never
 * published at or before that size. */
bool tile_path_is_within(const struct tile_path *path, uint64_t size);

/* Where the hash of the complete subtree of 2^height leaves whose first leaf
 * is number * 2^height is: the tree_fold() of count hashes from first on. */
struct tile_span {
    int level;
    uint64_t number; /* Of the tile. */
    unsigned first;
    unsigned count; /* 1 to 128. */
};
struct tile_span tile_span_of(int height, uint64_t number);

#endif
