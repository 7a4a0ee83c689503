/*
 * news: what entries of a log mean for the people whose pledges they touch.
 */
#ifndef SERVER_NEWS_H
#define SERVER_NEWS_H

#include "server/host.h"
#include "sql/store_read.h"

enum happening {
    MONEY_CAME,
    MONEY_SENT, /* Back to whom it came from. */
    PLEDGE_WITHDRAWN,
    CAMPAIGN_AMENDED, /* Its texts, or how long money may come. */
    CAMPAIGN_FAILED,
    ACT_STEPPED, /* The clerk did part of a decided act. */
    KEY_ADDED,
};

/* Something that happened to a pledge, or to a party (pledge: none). */
struct event {
    enum happening what;
    int64_t index;
    struct id pledge, party;
    struct amount sum; /* Of what was sent. */
    struct date day;   /* On which it was. */
};

struct events {
    struct ledger_host *host;
    struct event *items; /* free() them. */
    size_t count, room;
};

void news_add(struct events *events, const struct event *event);

/* For store_entries(), with a struct events as context: adds what the entry
 * means.  Records are seen as they are now. */
MUST_USE bool news_read(void *context, const struct store_entry *row,
                        struct error *error);

/* What one entry sent to one party becomes one event. */
void news_merge(struct events *events);

#endif
