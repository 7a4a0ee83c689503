/*
 * cosigner: asks the witnesses of "witness.policy" to cosign our logs.
 *
 * One thread for the node.  Every new checkpoint goes to all witnesses in
 * parallel, an idle log's again after ten minutes, so that a frozen log is
 * told from a withheld one.  A late or absent witness holds nobody up: what
 * has come is published, and verifiers judge by their own policy.
 */
#ifndef SERVER_COSIGNER_H
#define SERVER_COSIGNER_H

#include "sql/store.h"

struct cosigner;
struct ledger_host;
struct node;

/* Asks nobody until the file names a witness. */
struct cosigner *cosigner_start(struct node *node);
void cosigner_stop(struct cosigner *cosigner);

/* Put behind a checkpoint's signature what witnesses have sent for it. */
void cosigner_publish(struct ledger_host *host,
                      struct store_checkpoint *checkpoint);

#endif
