/*
 * quorum: has the log been seen by as many witnesses as the cooperative has
 * promised in its own log (policy.publish)?
 */
#ifndef SERVER_QUORUM_H
#define SERVER_QUORUM_H

#include "server/host.h"

#include <jansson.h>

/*
 * witnesses is the list of who has cosigned, each with name and size; the
 * witnesses of the policy that never have join it, with null for both size
 * and cosigned.  Each gets "asked": the policy asks for it.
 *
 * Returns {required: does the policy ask for any, needed and of: how many of
 * how many (null where the policy is not that simple), met: by the newest
 * checkpoint, size: of the newest that meets it, or null}; JSON null if no
 * policy was published.  No lock is held.
 */
json_t *quorum_describe(struct ledger_host *host, json_t *witnesses);

#endif
