/*
 * load: bring a ledger of the database into memory.
 */
#ifndef SERVER_LOAD_H
#define SERVER_LOAD_H

#include "server/host.h"

/*
 * Read the log to its head, from the snapshot if that is of use, and compare
 * it with what was signed.  Before any other thread knows the host.  What is
 * wrong with the ledger itself puts it in doubt; fails with ERROR_STORE if
 * the database does not answer.
 */
MUST_USE bool load_host(struct ledger_host *host, struct error *error);

/* Find its signer; false: the ledger is not writable, for the time being or
 * for good. */
bool load_signer(struct ledger_host *host);
/* Why it does not sign: pause, doubt or a line in the server's log. */
void load_signer_failed(struct ledger_host *host, const struct error *why);

/* Write its snapshot; the point must not move meanwhile. */
void load_save(struct ledger_host *host, const struct point *point);

/* Fold on from the last snapshot to the head, beside the sequencer, and write
 * the next.  For a thread of its own. */
void load_refresh(struct ledger_host *host);

#endif
