/*
 * proposals: acts that lack nothing but signatures.
 *
 * The text and each verified line wait in the database, off the log.  Every
 * submission of the text is judged with all lines together; the one that
 * completes the threshold takes the act into the log.
 */
#ifndef SERVER_PROPOSALS_H
#define SERVER_PROPOSALS_H

#include "server/item.h"
#include "sql/db.h"

struct ledger_host;

enum { PROPOSAL_DAYS = 30 };

/*
 * Keep an item that was refused for want of signatures.  True: others have
 * signed besides, and the item went back into the queue with their lines.
 * False: it is to be answered; its error is ERROR_UNSIGNED, or says why it
 * could not be kept.
 */
bool proposals_keep(struct ledger_host *host, struct item *item);

/* The act is in the log. */
void proposals_forget(struct ledger_host *host, const struct hash *text_hash);

/*
 * The note of a proposal with all lines that wait, and these; lines: one or
 * several signature lines, or empty.  Returns its size; 0 with *error set:
 * ERROR_ABSENT, ERROR_SIGNATURE (a line that is none), ERROR_SIZE,
 * ERROR_STORE.
 */
size_t proposals_note(struct ledger_host *host, const struct hash *text_hash,
                      struct text lines, char *out, size_t room,
                      struct error *error);

#endif
