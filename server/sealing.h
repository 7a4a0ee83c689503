/*
 * sealing: sees to it that what is committed is signed, here or elsewhere.
 *
 * The teller's alone.  The server that signs does it at once; another one
 * looks for its checkpoint, and takes over when none comes.
 */
#ifndef SERVER_SEALING_H
#define SERVER_SEALING_H

#include "server/tiles.h"

struct sealing {
    struct ledger_host *host;
    struct prover *prover;
    int64_t wanted_ms;    /* Since when a checkpoint is missing; 0: none. */
    int64_t refreshed_ms; /* When another's was looked for. */
    int64_t pause_ms;     /* After a failure, until then. */
};

/* Sign, or look for a checkpoint; does not wait for one. */
void sealing_seek(struct sealing *sealing);

/* Is it time to look whether another server has signed? */
bool sealing_is_stale(const struct sealing *sealing);

#endif
