/*
 * outside: what others have seen of our logs, before they are signed on.
 *
 * A backup that was put back is consistent with itself; only those who kept
 * something else can tell.  So at start every witness, every peer and the
 * ledger's own public address are asked for the checkpoint they have, all at
 * once and for at most OUTSIDE_MS.  One of them ahead of this log or beside
 * it: the ledger is in doubt, for good.  Nobody outside can be reached, and
 * the log was ever cosigned: it is paused until somebody answers, or whoever
 * runs the node accepts it (terreau node sign --accept).
 */
#ifndef SERVER_OUTSIDE_H
#define SERVER_OUTSIDE_H

#include "server/node.h"

enum { OUTSIDE_MS = 1000 };

struct outside;

/*
 * Ask about all ledgers there are, and go on asking, in a thread, about those
 * that are paused.  The hosts' PAUSE_OUTSIDE is set until they are vouched
 * for.
 */
struct outside *outside_start(struct node *node);
void outside_stop(struct outside *outside);

/* Before a host is known to others: take no entries until it was asked
 * about. */
void outside_hold(struct ledger_host *host);

/* Ask about these, and wait for the answers.  Any thread. */
void outside_ask(struct node *node, struct ledger_host *const *hosts,
                 size_t count);

/* Somebody outside has just seen that it extends what they knew. */
void outside_vouched(struct ledger_host *host);

#endif
