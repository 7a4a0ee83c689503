/*
 * postman: sends what is in the outbox.
 *
 * One thread.  It claims a few letters, hands each to the mail server
 * (smtp_url) or writes it into a folder (mail_dir), and says what became of
 * it.  A letter that could not be sent now is tried again later and later; a
 * letter that was refused for good is parked, counted, and never sent.  Who
 * dies between sending and saying so leaves a letter that is sent twice, with
 * one Message-ID.  Any number of servers may do this on one database.
 */
#ifndef SERVER_POSTMAN_H
#define SERVER_POSTMAN_H

#include "server/node.h"

struct postman;

/* NULL in *postman: mail waits, for neither setting is there.  Fails with
 * ERROR_USAGE or ERROR_SYSTEM as smtp_open() does. */
MUST_USE bool postman_start(struct postman **postman, struct node *node,
                            struct error *error);
void postman_stop(struct postman *postman); /* NULL is fine. */

/* Since the start of this server. */
struct postman_counts {
    int64_t sent, retried, parked;
};
struct postman_counts postman_count(const struct postman *postman);

#endif
