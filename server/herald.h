/*
 * herald: tells people by mail what the log says of their pledges.
 *
 * One thread follows every ledger's committed entries from where it, or
 * another server, has stopped; herald.c has the table of which entry makes
 * which mail.  A mail about an entry is queued once for each party, in the
 * transaction that notes it (sql/store_told.h), so that neither a restart nor
 * a second server repeats it.  Whoever has no address (any more) is not told.
 * What was in the log before anybody followed it is no news.
 */
#ifndef SERVER_HERALD_H
#define SERVER_HERALD_H

#include "server/node.h"

struct herald;

struct herald *herald_start(struct node *node);
void herald_stop(struct herald *herald); /* NULL is fine. */

#endif
