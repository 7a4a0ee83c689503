/*
 * landing: what follows when a batch was written, or could not be.
 *
 * Private to the sequencer.
 */
#ifndef SERVER_LANDING_H
#define SERVER_LANDING_H

#include "server/batch.h"
#include "server/clerk.h"
#include "server/host.h"
#include "server/node.h"
#include "server/teller.h"

struct sequencer {
    struct ledger_host *host;
    pthread_t thread;
    struct store_append append;
    bool is_open;
    bool said_down; /* In the log of the server. */
    struct bench bench;
    struct layer *scratch;
    struct clerk clerk;
    struct batch *flight; /* Written, its COMMIT not answered. */
    int contended;        /* Batches yet to be built under the lock only. */
    size_t most;          /* Entries a batch may have. */
    size_t careful;       /* Entries until most is what it was. */
    struct hash texts[BATCH_ENTRIES_MAX * 2];
    struct store_place places[BATCH_ENTRIES_MAX * 2];
};

/*
 * Wait for the answer to the batch in flight; there is none afterwards.  True:
 * it is in the log, merged and with the teller, and a lock sent behind it
 * may be finished.  False: what was built on it is void.
 */
MUST_USE bool landing_finish(struct sequencer *sequencer);

/* Judge them again, or answer them if that was tried (what counts) often. */
void landing_retry(struct sequencer *sequencer, struct items *items,
                   bool counts, const struct error *why);

/* Answer all of them so. */
void landing_refuse(struct sequencer *sequencer, struct items *items,
                    const struct error *why);

/* The database answers, or not. */
void landing_database(struct sequencer *sequencer, bool up, const char *why);

#endif
