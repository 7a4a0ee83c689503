/*
 * teller: tells everybody what became of their entry.
 *
 * A thread for each ledger, behind its sequencer: it has what was committed
 * signed, makes receipts, looks refused texts up in the log, keeps proposals,
 * and calls back.  If another server signs, it waits for that checkpoint, and
 * takes over when none comes.
 */
#ifndef SERVER_TELLER_H
#define SERVER_TELLER_H

#include "server/batch.h"

struct ledger_host;
struct teller;

struct teller *teller_start(struct ledger_host *host);
/* Answers all it has and ends; the sequencer has ended before. */
void teller_stop(struct teller *teller);

/* An empty batch; waits while all are on their way. */
struct batch *teller_batch(struct teller *teller);
/* Back without having been used, or emptied. */
void teller_return(struct teller *teller, struct batch *batch);

/* It is committed, and merged into the base. */
void teller_land(struct teller *teller, struct batch *batch);
/* Judged, and not in the log as far as the sequencer knows. */
void teller_answer(struct teller *teller, struct items *items);
/* The log has grown otherwise: look for a checkpoint, or make one. */
void teller_moved(struct teller *teller);

#endif
