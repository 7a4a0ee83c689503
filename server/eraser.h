/*
 * eraser: does in the database what party.erase says in the log.
 *
 * A batch leaves what is to be done in its own transaction; some server with
 * the keys of personal data does it within a second: it looks for the
 * person's address in forms and mails that wait, ends their sessions, then
 * deletes keys, rows and address, all in one transaction.
 */
#ifndef SERVER_ERASER_H
#define SERVER_ERASER_H

#include "server/node.h"

/* Do all that waits.  What fails is told to the log, without a name, and
 * tried again the next time. */
void eraser_run(struct node *node);

#endif
