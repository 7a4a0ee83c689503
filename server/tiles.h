/*
 * tiles: the Merkle tree as files, and what proofs read of it.
 *
 * Full tiles stand in a table, the right edge in memory, partial tiles of
 * the past are the beginning of full ones; bundles are made from the leaves.
 * So every size that was ever published stays served.
 */
#ifndef SERVER_TILES_H
#define SERVER_TILES_H

#include "ledger/receipt.h"
#include "sql/store.h"

#include <pthread.h>

struct ledger_host;

/* The last full tiles that were made or asked for. */
struct tile_cache {
    pthread_mutex_t mutex;
    struct store_tile *tiles; /* NULL until there is one. */
    size_t count, next;
};
void tile_cache_open(struct tile_cache *cache);
void tile_cache_free(struct tile_cache *cache);
void tile_cache_put(struct tile_cache *cache, const struct store_tile *tile);

/*
 * The first width hashes of a tile, as the log has it now.  Fails with
 * ERROR_ABSENT if it has fewer, or ERROR_STORE.
 */
MUST_USE bool tile_read(struct ledger_host *host, int level, uint64_t number,
                        unsigned width, struct hash hashes[static TILE_HASHES],
                        struct error *error);

/*
 * The bytes of a tile or bundle that lies within the tree of that size;
 * *bytes is the caller's to free().  ERROR_ABSENT, ERROR_STORE.
 */
MUST_USE bool tile_serve(struct ledger_host *host, const struct tile_path *path,
                         int64_t size, char **bytes, size_t *byte_count,
                         struct error *error);

/* Makes proofs; keeps the inner nodes of one tile of each level. */
struct prover {
    struct ledger_host *host;
    int64_t size; /* Of the tree that is asked about; 0: as it is now. */
    struct prover_tile {
        unsigned width; /* 0: none. */
        uint64_t number;
        struct hash
            nodes[2 * TILE_HASHES]; /* Of height h from 512 - 2^(9-h). */
    } tiles[TILE_LEVELS];
};
/* About 130 KiB; free() it. */
struct prover *prover_create(struct ledger_host *host);
/* A node_fn of proof.h. */
bool prover_node(void *prover, int height, uint64_t number, struct hash *hash,
                 struct error *error);
/* The compact range of the log when it had that size. */
MUST_USE bool prover_tree(struct prover *prover, int64_t size,
                          struct tree *tree, struct error *error);

/*
 * The receipt of a leaf against a checkpoint that covers it, with the leaf or
 * without; terminated, the caller's to free().  Fails with ERROR_ABSENT,
 * ERROR_STORE, or ERROR_BUG.
 */
MUST_USE bool receipt_make(struct prover *prover, int64_t index,
                           struct text leaf,
                           const struct store_checkpoint *checkpoint,
                           char **bytes, size_t *size, struct error *error);

#endif
