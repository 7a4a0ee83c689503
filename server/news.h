/*
 * news: what the entries of a log mean for the people whose pledges they are.
 */
#ifndef SERVER_NEWS_H
#define SERVER_NEWS_H

#include "server/host.h"
#include "sql/store_read.h"

/* Something that happened to a pledge, or to a party (pledge: none). */
struct event {
    enum entry_kind kind; /* payout.prepare: the bank has debited it. */
    int64_t index;        /* By which it is known to have been told. */
    struct id pledge, party;
    struct amount amount; /* Of a bank line, or of a payment. */
};

struct events {
    struct ledger_host *host;
    struct event *items; /* Whoever reads them frees them. */
    size_t count, room;
};

/* A row of the log: its events, as of the state there is now. */
MUST_USE bool news_read(void *events, const struct store_entry *row,
                        struct error *error);
void news_add(struct events *events, const struct event *event);

#endif
