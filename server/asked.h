/*
 * asked: a form of somebody who is signed in, about one of their parties.
 */
#ifndef SERVER_ASKED_H
#define SERVER_ASKED_H

#include "server/host.h"
#include "server/session.h"

struct asked {
    char *text; /* Owned: what the form's values point into. */
    struct form_data form;
    struct session session;
    struct ledger_host *host;
    struct id party;
};

/* Whose form it is, from fields ledger and party.  Fails with
 * ERROR_SIGNED_OUT, ERROR_FOREIGN, ERROR_ABSENT, or ERROR_READ_ONLY where no
 * clerk could sign what it leads to.  asked_clear() in any case. */
MUST_USE bool asked_read(struct asked *asked, const struct request *request,
                         struct error *error);
void asked_clear(struct asked *asked);

#endif
