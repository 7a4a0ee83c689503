/*
 * sequencer: puts a ledger's entries into their one order.
 *
 * One thread and one connection for each ledger.  It takes what is queued,
 * folds it, locks the head, catches up with other servers if need be, writes,
 * commits, merges into the base, and hands over to the teller; while one
 * batch commits it builds the next.  No answer leaves before COMMIT, and none
 * says "failed" while the outcome is not known.
 */
#ifndef SERVER_SEQUENCER_H
#define SERVER_SEQUENCER_H

#include "ledger/date.h"

struct ledger_host;
struct sequencer;

struct sequencer *sequencer_start(struct ledger_host *host);
/* Its queue is closed: works off what is in it and ends. */
void sequencer_stop(struct sequencer *sequencer);

#endif
