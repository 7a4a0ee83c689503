/*
 * keeper: looks after a node's ledgers while nobody asks.
 *
 * One thread sees what other servers and tools did to the database, wakes
 * those who wait for a size, and lets proposals expire; another writes
 * snapshots, beside the sequencers.
 */
#ifndef SERVER_KEEPER_H
#define SERVER_KEEPER_H

#include "server/node.h"

struct keeper *keeper_start(struct node *node);
/* Refuses all who still wait, and ends. */
void keeper_stop(struct keeper *keeper);

/* Wake the exchange when the ledger has that size, or refuse it. */
void keeper_hold(struct keeper *keeper, struct exchange *exchange,
                 struct ledger_host *host, int64_t size);

#endif
