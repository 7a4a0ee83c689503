/*
 * signing: one ledger's way to its signer, in this process or apart.
 *
 * Where the setting signer_socket is empty, the log key is in this process
 * and signer.h does the work; else the same code does it in terreau-signer,
 * and this process has no key to lose.  The teller's alone once it runs.
 */
#ifndef SERVER_SIGNING_H
#define SERVER_SIGNING_H

#include "server/signer.h"
#include "server/signer_link.h"

#include <stdatomic.h>

struct signing {
    const char *socket; /* "": in this process. */
    const char *folder; /* Of keys and high-water files, if in this process. */
    const char *conninfo;
    const char *host; /* Where this runs, for the epoch's row. */
    struct store_ledger ledger;
    struct log_keys keys; /* Public; count 0: it cannot be asked (now). */
    atomic_bool active;   /* It signs; else another one does. */
    struct log_signer own;
    struct signer_link link;
};

/* Everything that is pointed to outlives it.  Nothing is opened yet. */
void signing_init(struct signing *signing, const struct store_ledger *ledger,
                  const char *socket, const char *folder, const char *conninfo,
                  const char *host);

/*
 * Learn the keys.  Fails with ERROR_ABSENT: the log has no key there,
 * ERROR_SYSTEM: the signer is not there, or as signer_open(); then it is
 * closed and may be opened again later.
 */
MUST_USE bool signing_open(struct signing *signing, struct error *error);

/* Is it to be opened (again)?  The signer apart may have hung up. */
bool signing_is_lost(const struct signing *signing);

/* As signer_start() and signer_sign().  A signer that is lost on the way
 * leaves it closed. */
MUST_USE bool signing_start(struct signing *signing, struct error *error);
MUST_USE bool signing_sign(struct signing *signing, int64_t size,
                           const struct hash *root,
                           struct store_checkpoint *checkpoint,
                           struct error *error);

void signing_close(struct signing *signing);

#endif
