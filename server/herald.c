#include "server/herald.h"
#include "server/log.h"
#include "server/nap.h"
#include "server/news.h"
#include "server/notice.h"
#include "server/vault.h"
#include "sql/store_told.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_MS = 500,
    PAGE = 256,            /* Entries in one transaction. */
    REMIND_SECONDS = 3600, /* Between two looks for what is due soon. */
    REMIND_DAYS = 7,       /* Before the last day of a transfer. */
    DAY_MS = 86400000,
};

struct herald {
    struct node *node;
    pthread_t thread;
    struct nap nap;
    int64_t reminded; /* Seconds; 0: not yet. */
};

/* ---- What happened makes which mail ---- */

/* An event, with what its entry's postings say came beyond the pledge. */
struct tale {
    struct event event;
    struct amount surplus;
};

static bool always(const struct record_pledge *pledge, const struct tale *tale)
{
    (void)pledge;
    (void)tale;
    return true;
}

static bool is_paid(const struct record_pledge *pledge, const struct tale *tale)
{
    return pledge->head.state == STATE_pledge_RECEIVED &&
           amount_is_zero(tale->surplus);
}

static bool is_part(const struct record_pledge *pledge, const struct tale *tale)
{
    (void)tale;
    return pledge->head.state == STATE_pledge_AWAITING &&
           amount_is_positive(pledge->received);
}

static bool is_over(const struct record_pledge *pledge, const struct tale *tale)
{
    (void)pledge;
    return amount_is_positive(tale->surplus);
}

static bool is_withdrawn(const struct record_pledge *pledge,
                         const struct tale *tale)
{
    (void)tale;
    return pledge->head.state == STATE_pledge_WITHDRAWN;
}

static bool has_money(const struct record_pledge *pledge,
                      const struct tale *tale)
{
    (void)tale;
    return amount_is_positive(pledge->received);
}

/* Made before, and not over. */
static bool was_pledged(const struct record_pledge *pledge,
                        const struct tale *tale)
{
    return pledge->head.made < tale->event.index &&
           (pledge->head.state == STATE_pledge_AWAITING ||
            pledge->head.state == STATE_pledge_RECEIVED);
}

static const struct {
    enum happening what;
    const char *mail;
    bool (*applies)(const struct record_pledge *pledge,
                    const struct tale *tale);
} table[] = {
    {MONEY_CAME, "paid", is_paid},
    {MONEY_CAME, "part", is_part},
    {MONEY_CAME, "over", is_over},
    {MONEY_SENT, "refund", always},
    {PLEDGE_WITHDRAWN, "withdrawn", is_withdrawn},
    {CAMPAIGN_AMENDED, "terms", was_pledged},
    {CAMPAIGN_FAILED, "failed", has_money},
    {ACT_STEPPED, "success", always},
};

/* ---- Told ---- */

/* The party of a pledge, and whether a mail applies; false: neither. */
static bool applies(const struct ledger_host *host, size_t row,
                    const struct tale *tale, struct id *party)
{
    const struct record_pledge *pledge =
        (const void *)state_find_id(host->at.base, tale->event.pledge);

    if (pledge == NULL || table[row].what != tale->event.what ||
        !table[row].applies(pledge, tale))
        return false;
    *party = pledge->party;
    return true;
}

static bool language_of(const struct ledger_host *host, struct db *db,
                        struct id party, char out[static 3],
                        struct error *error)
{
    json_auto_t *document = NULL;
    struct error why = {0};
    const char *language;

    memcpy(out, "en", 3);
    if (!vault_get(host->node, db, host->ledger_id, party, party, &document,
                   &why)) {
        if (why.code == ERROR_ABSENT)
            return true;
        *error = why;
        return false;
    }
    language = json_string_value(
        json_object_get(json_object_get(document, "fields"), "language"));
    if (language != NULL && strcmp(language, "fr") == 0)
        memcpy(out, "fr", 3);
    return true;
}

/* Queue one mail, unless it was before or nobody can be reached. */
static bool tell(struct ledger_host *host, struct db *db, struct id party,
                 int64_t about, struct notice *notice, struct error *error)
{
    char email[VAULT_EMAIL_BYTES + 1], language[3];
    struct error why = {0};
    bool first;

    if (!store_told(db, host->ledger_id, party, about, notice->name, &first,
                    error))
        return false;
    if (!first)
        return true;
    if (!vault_email_of(host->node, db, host->ledger_id, party, email, &why)) {
        if (why.code == ERROR_ABSENT)
            return true;
        *error = why;
        return false;
    }
    if (!language_of(host, db, party, language, error))
        return false;
    notice->to = email;
    notice->language = language;
    return notice_queue(host, db, notice, error);
}

static struct id party_of(struct ledger_host *host, struct id pledge)
{
    const struct record_pledge *record;
    struct id party = {0};

    host_read(host);
    record = (const void *)state_find_id(host->at.base, pledge);
    if (record != NULL)
        party = record->party;
    host_done(host);
    return party;
}

struct excess {
    struct id party;
    struct amount sum;
};

static bool add_excess(void *context, const struct store_posting *posting,
                       struct error *error)
{
    struct excess *excess = context;

    if (posting->account != ACCOUNT_overpaid || !posting->owned ||
        memcmp(posting->owner, excess->party.bytes, sizeof posting->owner) != 0)
        return true;
    return amount_sub(&excess->sum, excess->sum, posting->amount) ||
           fail(error, ERROR_RANGE, "what was too much is out of range");
}

/* What of the money was too much stands in the postings, and there alone. */
static bool find_surplus(struct ledger_host *host, struct db *db,
                         struct tale *tale, struct error *error)
{
    const int64_t index = tale->event.index;
    struct excess excess = {.party = party_of(host, tale->event.pledge)};

    if (tale->event.what != MONEY_CAME)
        return true;
    if (!store_postings(db, host->ledger_id, index, index + 1,
                        (struct store_each){&excess, {.posting = add_excess}},
                        error))
        return false;
    if (amount_is_positive(excess.sum))
        tale->surplus = excess.sum;
    return true;
}

static bool tell_event(struct ledger_host *host, struct db *db,
                       const struct event *event, struct error *error)
{
    struct tale tale = {.event = *event};

    if (!find_surplus(host, db, &tale, error))
        return false;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct notice notice = {.name = table[i].mail,
                                .pledge = event->pledge,
                                .more = tale.surplus,
                                .sum = event->sum,
                                .day = event->day};
        struct id party;
        bool wanted;

        host_read(host);
        wanted = applies(host, i, &tale, &party);
        host_done(host);
        if (wanted && !tell(host, db, party, event->index, &notice, error))
            return false;
    }
    if (event->what == KEY_ADDED) {
        struct notice notice = {.name = "new-key", .party = event->party};

        return tell(host, db, event->party, event->index, &notice, error);
    }
    return true;
}

/* ---- A ledger's news ---- */

/* One page; *more: there may be another one. */
static bool tell_page(struct ledger_host *host, struct db *db, bool *more,
                      struct error *error)
{
    struct events events = {.host = host};
    int64_t size = host_size(host), from = 0, until;
    bool known = false, good;
    DB_TRANSACTION(transaction);

    *more = false;
    if (!store_telling(db, host->ledger_id, &known, &from, error))
        return false;
    if (!known)
        return store_telling_move(db, host->ledger_id, size, error);
    if (from >= size)
        return true;
    until = size - from > PAGE ? from + PAGE : size;
    good = store_entries(db, host->ledger_id, from, until,
                         (struct store_each){&events, {.entry = news_read}},
                         error) &&
           db_begin(db, &transaction, error);
    news_merge(&events);
    for (size_t i = 0; i < events.count && good; i++)
        good = tell_event(host, db, &events.items[i], error);
    free(events.items);
    *more = until < size;
    return good && store_telling_move(db, host->ledger_id, until, error) &&
           db_commit(&transaction, error);
}

/* Pledges whose money is awaited and soon too late; once each. */
static bool remind(struct ledger_host *host, struct db *db, struct error *error)
{
    struct events events = {.host = host};
    int64_t now = node_now(host->node).ms;
    bool good = true;

    host_read(host);
    for (size_t i = 0; i < state_count(host->at.base, RECORD_pledge); i++) {
        const struct record_pledge *pledge =
            (const void *)state_at(host->at.base, RECORD_pledge, i);
        const struct record_campaign *campaign =
            (const void *)state_find_id(host->at.base, pledge->campaign);

        if (pledge->head.state == STATE_pledge_AWAITING &&
            amount_is_zero(pledge->received) &&
            campaign->head.state == STATE_campaign_OPEN &&
            now < campaign->settles.ms &&
            campaign->settles.ms - now <= REMIND_DAYS * (int64_t)DAY_MS)
            news_add(&events,
                     &(struct event){.index = pledge->head.made,
                                     .pledge = record_id(&pledge->head),
                                     .party = pledge->party});
    }
    host_done(host);
    for (size_t i = 0; i < events.count && good; i++) {
        const struct event *event = &events.items[i];
        struct notice notice = {.name = "reminder", .pledge = event->pledge};
        DB_TRANSACTION(transaction);

        good = db_begin(db, &transaction, error) &&
               tell(host, db, event->party, event->index, &notice, error) &&
               db_commit(&transaction, error);
    }
    free(events.items);
    return good;
}

static void look_at(struct herald *herald, struct ledger_host *host,
                    bool reminding)
{
    struct error error = {0};
    bool more = true, good = true;
    POOL_LOAN(loan);

    if (herald->node->ring == NULL ||
        !pool_borrow(&herald->node->pool, &loan, &error))
        return;
    while (more && good)
        good = tell_page(host, loan.db, &more, &error);
    if (good && reminding)
        good = remind(host, loan.db, &error);
    if (!good)
        log_event(LOG_WARNING, "herald", "%s: %s", host->name, error.text);
}

/* ---- The thread ---- */

static int64_t now_seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void look(struct herald *herald)
{
    struct node *node = herald->node;
    bool reminding = herald->reminded == 0 ||
                     now_seconds() - herald->reminded >= REMIND_SECONDS;

    for (size_t i = 0; i < atomic_load(&node->count); i++)
        look_at(herald, node->hosts[i], reminding);
    if (reminding)
        herald->reminded = now_seconds();
}

static void *work(void *context)
{
    struct herald *herald = context;

    do
        look(herald);
    while (!nap_for(&herald->nap, LOOK_MS));
    return NULL;
}

struct herald *herald_start(struct node *node)
{
    struct herald *herald = calloc(1, sizeof *herald);

    if (herald == NULL)
        abort();
    herald->node = node;
    nap_open(&herald->nap);
    if (pthread_create(&herald->thread, NULL, work, herald) != 0)
        abort();
    return herald;
}

void herald_stop(struct herald *herald)
{
    if (herald == NULL)
        return;
    nap_end(&herald->nap);
    (void)pthread_join(herald->thread, NULL);
    nap_close(&herald->nap);
    free(herald);
}
