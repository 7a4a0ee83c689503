/*
 * signer: the fork guard: signs a size once, and never beside it.
 *
 * It trusts neither the server's tree nor the leaf_hash column: it reads the
 * stored leaves itself, on a connection of its own, and goes from the last
 * size it signed to the next, in its own compact range.  The high-water file
 * is on disk before a signature leaves.  One signer per log: at start it takes
 * the next epoch, and one that sees a higher epoch stops.  One thread.
 */
#ifndef SERVER_SIGNER_H
#define SERVER_SIGNER_H

#include "ledger/checkpoint.h"
#include "sql/highwater.h"
#include "sql/store.h"

#include <stdatomic.h>

struct log_signer {
    int32_t ledger_id;
    char origin[ORIGIN_BYTES_MAX + 1];
    const char *conninfo; /* Of the role terreau_signer. */
    struct db db;
    struct secret_key secret;
    struct key key; /* Public. */
    bool has_key;
    struct highwater highwater;
    struct tree tree;   /* Of what was signed last. */
    int64_t epoch;      /* 0: it has not started. */
    atomic_bool active; /* It signs; else another one does. */
};

/*
 * Load the key and the high-water file from the folder: "<name>.log.key", or
 * else "log.key", and "<name>.highwater".  conninfo must outlive it.  Fails
 * with ERROR_ABSENT (no key), ERROR_DOUBT or ERROR_SYSTEM; then it can only
 * be closed.
 */
MUST_USE bool signer_open(struct log_signer *signer, const char *folder,
                          const struct store_ledger *ledger,
                          const char *conninfo, struct error *error);

/*
 * Compare the log (its size, the tree it had at the high-water's size: for
 * prover_tree()) with the high-water file, and take the next epoch.  Fails
 * with ERROR_DOUBT: sign nothing; ERROR_TAKEN: another one started just now;
 * ERROR_STORE.
 */
MUST_USE bool signer_start(struct log_signer *signer, int64_t size,
                           const struct tree *tree_then, const char *host,
                           struct error *error);

/*
 * Sign this size and root, and keep the checkpoint.  Fails with ERROR_DOUBT
 * if it is no extension of what was signed, ERROR_CONFLICT if another signer
 * has taken over (this one is inactive then), ERROR_STORE or ERROR_SYSTEM.
 */
MUST_USE bool signer_sign(struct log_signer *signer, int64_t size,
                          const struct hash *root,
                          struct store_checkpoint *checkpoint,
                          struct error *error);

void signer_close(struct log_signer *signer);

#endif
