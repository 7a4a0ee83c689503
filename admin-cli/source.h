/*
 * source: a published log, wherever it is: at a node, at any web server, or
 * in a folder that export log has written.
 *
 * What comes from it is bytes of a stranger: nothing is verified here.
 */
#ifndef ADMIN_CLI_SOURCE_H
#define ADMIN_CLI_SOURCE_H

#include "admin-cli/client.h"
#include "ledger/proof.h"

enum { SOURCE_PATH_BYTES = 1024 };

struct prefetch;

struct source {
    bool remote;
    struct client client;        /* If remote. */
    char prefix[4];              /* "~/" or "/" */
    char dir[SOURCE_PATH_BYTES]; /* Else. */
    struct prefetch *prefetch;   /* NULL: none. */
};

/*
 * where: an address that the log's files are below, or a folder; NULL: the
 * node and the ledger of the settings.
 */
MUST_USE bool source_open(struct source *source, const char *where,
                          const struct settings *settings, struct error *error);
/* The same source once more, for another thread. */
MUST_USE bool source_again(struct source *source, const struct source *other,
                           struct error *error);
void source_close(struct source *source);

/* From here on the bundles of a tree, from that of an entry on, and its tiles
 * or not, are asked for in the order of a reader, ahead of it. */
void source_ahead(struct source *source, uint64_t from, uint64_t size,
                  bool tiles);

/* A file below the log's prefix, such as "checkpoint"; *bytes is terminated
 * and the caller's.  Fails with ERROR_ABSENT if there is none. */
MUST_USE bool source_get(struct source *source, const char *path, char **bytes,
                         size_t *size, struct error *error);

/* A tile or bundle of that width; a partial one may come out of the full one,
 * as its file may be gone by then. */
MUST_USE bool source_tile(struct source *source, const struct tile_path *path,
                          char **bytes, size_t *size, struct error *error);

/* The next entry of a bundle's bytes: cut off *rest.  False: cut short. */
MUST_USE bool bundle_take(struct text *rest, struct text *leaf);

/* Reads proofs out of the tiles of a tree; one tile of each level is kept.
 * About 66 KiB. */
struct source_tree {
    struct source *source;
    uint64_t size;
    struct {
        uint64_t number;
        unsigned width; /* 0: none. */
        struct hash hashes[TILE_HASHES];
    } tiles[TILE_LEVELS];
};

/* A node_fn; context: struct source_tree. */
bool source_node(void *context, int height, uint64_t number, struct hash *hash,
                 struct error *error);

/*
 * Is the tree of size2 and root2, as the source shows it, an extension of
 * that of size1 and root1?  Fails with ERROR_PROOF if not.
 */
MUST_USE bool source_extends(struct source *source, uint64_t size1,
                             const struct hash *root1, uint64_t size2,
                             const struct hash *root2, struct error *error);

#endif
