#include "server/news.h"
#include "ledger/affairs.h"

#include <stdlib.h>
#include <string.h>

void news_add(struct events *events, const struct event *event)
{
    if (events->count == events->room) {
        events->room = events->room == 0 ? 64 : 2 * events->room;
        events->items =
            realloc(events->items, events->room * sizeof events->items[0]);
        if (events->items == NULL)
            abort();
    }
    events->items[events->count++] = *event;
}

/* All pledges of a campaign that ended badly, or whose terms changed. */
static void add_pledges(struct events *events, struct event event,
                        struct id campaign)
{
    const struct state *state = events->host->at.base;
    size_t count = state_count(state, RECORD_pledge);

    for (size_t i = 0; i < count; i++) {
        const struct record_pledge *pledge =
            (const void *)state_at(state, RECORD_pledge, i);

        if (!id_equal(pledge->campaign, campaign))
            continue;
        event.pledge = record_id(&pledge->head);
        news_add(events, &event);
    }
}

/* What a step has turned into something.  A later entry may have touched it
 * since; told once of each pledge, it is told of no step twice. */
static void add_converted(struct events *events, struct event event)
{
    const struct state *state = events->host->at.base;
    const int64_t step = event.index;
    size_t count = state_count(state, RECORD_pledge);

    for (size_t i = 0; i < count; i++) {
        const struct record_pledge *pledge =
            (const void *)state_at(state, RECORD_pledge, i);

        if (pledge->head.touched < step ||
            pledge->head.state != STATE_pledge_CONVERTED)
            continue;
        event.index = pledge->head.made;
        event.pledge = record_id(&pledge->head);
        news_add(events, &event);
    }
}

/* ---- Money that was sent back ---- */

/* With the pledge that the letter is about: theirs, or their newest. */
static void add_sent(struct events *events, struct event event,
                     struct id target, struct amount sum)
{
    struct state *state = events->host->at.base;
    const struct view view = {.state = state};
    const struct record *record = state_find_id(state, target);

    if (record == NULL)
        return;
    event.what = MONEY_SENT;
    event.sum = sum;
    if (record->type == RECORD_pledge) {
        event.party =
            ((const struct record_pledge *)(const void *)record)->party;
    } else if (record->type == RECORD_party) {
        event.party = target;
        record = affairs_newest(&view, (const void *)record, RECORD_pledge);
    }
    if (record == NULL || record->type != RECORD_pledge)
        return; /* Nobody who has a page to be sent to. */
    event.pledge = record_id(record);
    news_add(events, &event);
}

static void add_payment(struct events *events, const struct event *event,
                        const struct record_payment *payment)
{
    if (payment->owed == OWED_REFUND || payment->owed == OWED_OVERPAID)
        add_sent(events, *event, payment->target, payment->amount);
}

/* Debited in one sum: the payments that were not shown one by one before. */
static void add_batch(struct events *events, const struct event *event,
                      const struct record_payout *payout)
{
    struct link at = payout->payments.first;

    for (int64_t i = 0; i < payout->payments.count; i++) {
        const struct record_payment *payment = (const void *)state_find(
            events->host->at.base, RECORD_payment, at.key);

        at = payment->next;
        if (payment->head.state == STATE_payment_ORDERED)
            add_payment(events, event, payment);
    }
}

/* What went out paid a batch, a payment, or somebody by hand. */
static void add_out(struct events *events, const struct event *event,
                    struct id target, struct amount sum)
{
    const struct record *record = state_find_id(events->host->at.base, target);

    if (record != NULL && record->type == RECORD_payout)
        add_batch(events, event, (const void *)record);
    else if (record != NULL && record->type == RECORD_payment)
        add_payment(events, event, (const void *)record);
    else
        add_sent(events, *event, target, sum);
}

/* ---- Bank lines ---- */

static void add_money(struct events *events, struct event event, bool in,
                      struct id target, struct amount sum)
{
    if (!in) {
        add_out(events, &event, target, sum);
    } else if (target.letter == 'g') {
        event.what = MONEY_CAME;
        event.pledge = target;
        news_add(events, &event);
    }
}

/* A transfer that the payer's bank takes back is nothing that we sent. */
static void add_line(struct events *events, struct event event,
                     const struct entry_bank_line *says)
{
    const struct record_line *line =
        (const void *)state_find_id(events->host->at.base, says->line);
    bool in = !amount_is_negative(says->amount);

    event.day = says->booked;
    if (line != NULL && line->head.state == STATE_line_MATCHED &&
        (in || (line->class != LINE_RETURN && line->class != LINE_REVERSAL)))
        add_money(events, event, in, line->target, says->amount);
}

static void add_parts(struct events *events, struct event event,
                      const struct entry_bank_allocate *says)
{
    const struct record_line *line =
        (const void *)state_find_id(events->host->at.base, says->line);
    const struct object_part *part = says->parts.items;

    if (line == NULL)
        return;
    event.day = line->booked;
    for (uint32_t i = 0; i < says->parts.count; i++)
        if (GIVEN(&part[i], part, target))
            add_money(events, event, !amount_is_negative(line->amount),
                      part[i].target, part[i].amount);
}

/* ---- Entries ---- */

/* What the state says of it is as of now: later entries may have changed it,
 * and then a later event tells. */
static void see(struct events *events, const struct entry *entry, int64_t index)
{
    struct event event = {.index = index};

    if (entry->kind == ENTRY_bank_line) {
        add_line(events, event, &entry->bank_line);
    } else if (entry->kind == ENTRY_bank_allocate) {
        add_parts(events, event, &entry->bank_allocate);
    } else if (entry->kind == ENTRY_pledge_withdraw) {
        event.what = PLEDGE_WITHDRAWN;
        event.pledge = entry->pledge_withdraw.pledge;
        news_add(events, &event);
    } else if (entry->kind == ENTRY_campaign_close &&
               entry->campaign_close.outcome == OUTCOME_FAILED) {
        event.what = CAMPAIGN_FAILED;
        add_pledges(events, event, entry->campaign_close.campaign);
    } else if (entry->kind == ENTRY_campaign_amend &&
               (HAS(entry, campaign_amend, risks) ||
                HAS(entry, campaign_amend, texts) ||
                HAS(entry, campaign_amend, settles))) {
        event.what = CAMPAIGN_AMENDED;
        add_pledges(events, event, entry->campaign_amend.campaign);
    } else if (entry->kind == ENTRY_clerk_step) {
        event.what = ACT_STEPPED;
        add_converted(events, event);
    } else if (entry->kind == ENTRY_key_add) {
        event.what = KEY_ADDED;
        event.party = entry->key_add.party;
        news_add(events, &event);
    }
}

bool news_read(void *context, const struct store_entry *row,
               struct error *error)
{
    struct events *events = context;
    struct envelope *envelope = malloc(sizeof *envelope);
    struct entry_lists *lists = malloc(sizeof *lists);
    struct instant accepted;
    struct entry entry;
    struct text note;
    bool read;

    if (envelope == NULL || lists == NULL)
        abort();
    lists->used = 0;
    read =
        leaf_read(&accepted, &note, row->leaf.bytes, row->leaf.size, error) &&
        envelope_read(envelope, note.bytes, note.size, events->host->origin,
                      error) &&
        entry_parse(&entry, lists, envelope->json.bytes, envelope->json.size,
                    error);
    if (read) {
        host_read(events->host);
        see(events, &entry, row->idx);
        host_done(events->host);
    }
    free(lists);
    free(envelope);
    return read;
}

/* ---- Together ---- */

/* What was sent by entry and party, all else as it was. */
static int compare(const void *a, const void *b)
{
    const struct event *one = a, *other = b;

    if (one->index != other->index)
        return one->index < other->index ? -1 : 1;
    if (one->what != MONEY_SENT || other->what != MONEY_SENT)
        return one->what < other->what ? -1 : one->what > other->what;
    return memcmp(one->party.bytes, other->party.bytes,
                  sizeof one->party.bytes);
}

void news_merge(struct events *events)
{
    size_t kept = 0;

    if (events->count == 0)
        return;
    qsort(events->items, events->count, sizeof events->items[0], compare);
    for (size_t i = 1; i < events->count; i++) {
        const struct event *one = &events->items[i];
        struct event *last = &events->items[kept];

        if (one->what != MONEY_SENT || compare(one, last) != 0 ||
            !amount_add(&last->sum, last->sum, one->sum))
            events->items[++kept] = *one;
    }
    events->count = kept + 1;
}
