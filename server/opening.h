/*
 * opening: the key of a citizen's commitment, for a while in their browser.
 *
 * Who has just confirmed a pledge gets it in a cookie that is sent to the
 * pledge's own pages only, so that the receipt can carry it.  It is in the
 * vault, too, for those who sign in later.
 */
#ifndef SERVER_OPENING_H
#define SERVER_OPENING_H

#include "server/host.h"
#include "server/reply.h"

void opening_give(struct reply *reply, const struct ledger_host *host,
                  struct id pledge, const struct hash *opening);

/* The one that came with a request; false without one. */
MUST_USE bool opening_of(struct hash *opening, const struct request *request);

#endif
