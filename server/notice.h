/*
 * notice: letters about a pledge, made from what the ledger knows of it.
 *
 * One document serves them all (templates/mail/): coop, status_url, campaign,
 * amount, no, beneficiary, iban, ref, due, until, sum, left, more, by,
 * counted, minimum, date, n, from, to.  What is not so is not there.
 */
#ifndef SERVER_NOTICE_H
#define SERVER_NOTICE_H

#include "server/host.h"
#include "server/mail.h"

struct notice {
    const char *name;   /* Of the template. */
    struct id pledge;   /* None: it is about the party alone. */
    struct id party;    /* Without a pledge. */
    struct amount more; /* Beyond the pledge, if that is the news. */
    struct amount sum;  /* Sent back, if that is it, ... */
    struct date day;    /* ... and when. */
    const char *language;
    const char *to;
    const struct mail_file *file; /* NULL: nothing goes along. */
};

/* In the caller's transaction; not under host_read().  ERROR_ABSENT if there
 * is no such pledge, or as mail_queue(). */
MUST_USE bool notice_queue(struct ledger_host *host, struct db *db,
                           const struct notice *notice, struct error *error);

#endif
