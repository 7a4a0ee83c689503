/*
 * smtp: hand a message to the mail server that relays for this node.
 *
 * One struct smtp belongs to one thread and keeps its connection from letter
 * to letter.  Which server, whom to sign in as, and whether TLS must be there
 * are settings (config.def); the password is only ever read from a file.
 */
#ifndef SERVER_SMTP_H
#define SERVER_SMTP_H

#include "server/config.h"

struct smtp;

enum smtp_outcome {
    SMTP_SENT,    /* The server has taken it. */
    SMTP_AWAY,    /* It is not there, or will not speak to us. */
    SMTP_LATER,   /* It will take this letter later, or the line broke. */
    SMTP_REFUSED, /* It will never take this letter. */
};

/* Fails with ERROR_USAGE if the settings are incomplete, ERROR_SYSTEM if the
 * password's file cannot be read. */
MUST_USE bool smtp_open(struct smtp **smtp, const struct config *config,
                        struct error *error);
void smtp_close(struct smtp *smtp); /* NULL is fine. */

/*
 * Send size bytes to one address.  Unless sent, *why is what the server or
 * the library said in a word or a number, never an address.
 */
enum smtp_outcome smtp_send(struct smtp *smtp, const char *to,
                            const char *message, size_t size,
                            struct error *why);

#endif
