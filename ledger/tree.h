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

/* The roots of the complete subtrees, one per set bit of size, big first. */
struct tree {
    uint64_t size;
    struct hash nodes[TREE_LEVELS_MAX]; /* nodes[level] if bit level is set. */
};

struct hash tree_leaf_hash(const void *leaf, size_t size);
struct hash tree_node_hash(const struct hash *left, const struct hash *right);

void tree_append(struct tree *tree, const struct hash *leaf);
/* The root; of the empty tree SHA-256(""). */
struct hash tree_root(const struct tree *tree);

/*
 * The full tiles that appending leaf makes complete.  Call before
 * tree_append(), with the partial tiles of the right edge kept by the caller
 * in struct tile_edge; each() sees level, number and TILE_BYTES of hashes.
 */
struct tile_edge {
    struct hash hashes[TILE_LEVELS][TILE_HASHES];
};
void tile_edge_append(struct tile_edge *edge, uint64_t size,
                      const struct hash *leaf,
                      void (*each)(void *context, int level, uint64_t number,
                                   const struct hash *hashes),
                      void *context);

/* "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]"; level -1: entries. */
struct tile_path {
    int level;       /* -1: entry bundle. */
    uint64_t number;
    unsigned width;  /* 1 to 256; 256 is a full tile. */
};
size_t tile_path_write(char out[static TILE_PATH_CHARS],
                       const struct tile_path *path);
/* path starts after "tile/": "0/x001/234.p/7", "entries/000". */
MUST_USE bool tile_path_read(struct tile_path *path, const char *text,
                             size_t size);
/* How many hashes level has in a tree of size; false if the tile with this
 * width was never published at or before that size. */
uint64_t tile_level_size(uint64_t size, int level);

#endif
