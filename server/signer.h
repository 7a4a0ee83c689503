/*
 * signer: the fork guard: signs a size once, and never beside it.
 *
 * It trusts neither the server's tree nor the leaf_hash column: it reads the
 * stored leaves itself, on a connection of its own, and goes from the last
 * size it signed to the next, in its own compact range.  The high-water file
 * is on disk before a signature leaves.  One signer per log: at start it takes
 * the next epoch, and one that sees a higher epoch stops.  One thread at a
 * time.  Inside terreaud or in terreau-signer: signing.h.
 */
#ifndef SERVER_SIGNER_H
#define SERVER_SIGNER_H

#include "ledger/checkpoint.h"
#include "sql/highwater.h"
#include "sql/logkeys.h"
#include "sql/store.h"

struct log_signer {
    int32_t ledger_id;
    char origin[ORIGIN_BYTES_MAX + 1];
    const char *conninfo; /* Of the role terreau_signer. */
    struct db db;
    struct log_keys keys; /* Public; count 0: it is closed. */
    struct log_secrets secrets;
    struct highwater highwater;
    struct tree tree; /* Of what was signed last. */
    int64_t epoch;    /* 0: it does not sign. */
};

/*
 * Load the keys (logkeys.h) and the high-water file "<name>.highwater" from
 * the folder.  conninfo must outlive it.  Fails with ERROR_ABSENT (no key),
 * ERROR_DOUBT or ERROR_SYSTEM; then it can only be closed.
 */
MUST_USE bool signer_open(struct log_signer *signer, const char *folder,
                          const struct store_ledger *ledger,
                          const char *conninfo, struct error *error);

/*
 * Compare the log with the high-water file, and take the next epoch; nothing
 * if it has the last one.  Fails with ERROR_DOUBT: sign nothing; ERROR_TAKEN:
 * another one started just now; ERROR_STORE.
 */
MUST_USE bool signer_start(struct log_signer *signer, const char *host,
                           struct error *error);

/*
 * Sign this size and root with each key, and keep the checkpoint.  Fails with
 * ERROR_DOUBT if it is no extension of what was signed, ERROR_TAKEN if it is a
 * smaller size of that very log, ERROR_CONFLICT if another signer has taken
 * over (or this one has not started), ERROR_STORE or ERROR_SYSTEM.
 */
MUST_USE bool signer_sign(struct log_signer *signer, int64_t size,
                          const struct hash *root,
                          struct store_checkpoint *checkpoint,
                          struct error *error);

void signer_close(struct log_signer *signer);

/* The checkpoint without signatures; returns the length of its text. */
size_t checkpoint_note(struct store_checkpoint *checkpoint, const char *origin,
                       int64_t size, const struct hash *root);
/* The checkpoint with a line by each of the keys. */
void checkpoint_sign(struct store_checkpoint *checkpoint, const char *origin,
                     int64_t size, const struct hash *root,
                     const struct log_keys *keys,
                     const struct log_secrets *secrets);

#endif
