/*
 * prefetch: the files of a log, asked for before they are needed, over a few
 * connections at once.  Only a reader from the first entry to the last gains:
 * it asks for bundles and tiles in one fixed order.
 */
#ifndef ADMIN_CLI_PREFETCH_H
#define ADMIN_CLI_PREFETCH_H

#include "admin-cli/source.h"

struct prefetch;

/*
 * Begin with the files of a tree of that size, from the bundle of an entry
 * on: bundle after bundle, after
 * each one the full tiles that it completes, then the partial tiles.  Without
 * tiles: bundles only.  NULL if no connection could be made.
 */
struct prefetch *prefetch_start(const struct source *source, uint64_t from,
                                uint64_t size, bool tiles);
/* Waits for what is still under way. */
void prefetch_end(struct prefetch *prefetch);

/* Is this the file that comes next? */
bool prefetch_has(const struct prefetch *prefetch,
                  const struct tile_path *path);
/* It, as of source_tile(). */
MUST_USE bool prefetch_take(struct prefetch *prefetch, char **bytes,
                            size_t *size, struct error *error);

#endif
