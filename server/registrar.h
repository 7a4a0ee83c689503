/*
 * registrar: confirmed pledges go into the log, then into the vault.
 *
 * One thread.  A confirmed row of intake is worked off in an order that
 * survives an end at any moment: its entries are appended (the log takes a
 * text once), then, in one transaction, the vault is filled, the receipt is
 * queued and the row emptied.  Rows that another end left behind are found
 * when the server starts and from then on every few seconds.  What the fold
 * refuses meanwhile (a campaign that has closed) is deleted: nothing of it
 * is kept.  What was never confirmed is deleted when it expires.
 */
#ifndef SERVER_REGISTRAR_H
#define SERVER_REGISTRAR_H

#include "server/draft.h"

struct exchange;
struct registrar;

struct registrar *registrar_start(struct node *node);
/* While the sequencers still run.  Refuses who still waits, and ends. */
void registrar_stop(struct registrar *registrar);

/*
 * A draft whose row was marked as used just now; it is taken over.  The
 * exchange is answered once it is in the log, or is not.
 */
void registrar_enter(struct registrar *registrar, struct ledger_host *host,
                     struct draft *draft, struct exchange *exchange);

#endif
