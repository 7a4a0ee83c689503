#include "server/news.h"
#include "ledger/debt.h"

#include <stdlib.h>

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

/* All pledges of a campaign that ended badly. */
static void add_failed(struct events *events, struct event event,
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

/* The bank has debited a batch, whole or one payment of it: what it gives
 * back to pledges. */
static void add_refunds(struct events *events, struct event event,
                        const struct record_payout *payout,
                        const struct record_payment *only)
{
    const struct state *state = events->host->at.base;
    const struct sight sight = {.state = state};
    struct link at = payout->payments.first;

    event.kind = ENTRY_payout_prepare;
    for (int64_t i = 0; i < payout->payments.count; i++) {
        const struct record_payment *payment =
            (const void *)state_find(state, RECORD_payment, at.key);

        at = payment->next;
        if ((only != NULL && payment != only) ||
            payment->target.letter != 'g' ||
            payment_state(&sight, payment) != STATE_payment_SETTLED)
            continue;
        event.pledge = payment->target;
        event.amount = payment->amount;
        news_add(events, &event);
    }
}

static void add_line(struct events *events, struct event event,
                     const struct entry *entry)
{
    const struct state *state = events->host->at.base;
    const struct record_line *line =
        (const void *)state_find_id(state, entry->bank_line.line);
    const struct record *target = line == NULL || line->target.letter == 0
                                      ? NULL
                                      : state_find_id(state, line->target);
    const struct record_payment *payment = (const void *)target;

    if (target == NULL)
        return;
    event.pledge = line->target;
    event.amount = entry->bank_line.amount;
    if (target->type == RECORD_pledge)
        news_add(events, &event);
    else if (target->type == RECORD_payout)
        add_refunds(events, event, (const void *)target, NULL);
    else if (target->type == RECORD_payment)
        add_refunds(events, event,
                    (const void *)state_find_id(state, payment->payout),
                    payment);
}

static void add_parts(struct events *events, struct event event,
                      const struct entry *entry)
{
    const struct list *parts = &entry->bank_allocate.parts;
    const struct object_part *part = parts->items;

    for (uint32_t i = 0; i < parts->count; i++)
        if (GIVEN(&part[i], part, target) && part[i].target.letter == 'g') {
            event.pledge = part[i].target;
            news_add(events, &event);
        }
}

/* What the state says of it is as of now: later entries may have changed it,
 * and then a later event tells. */
static void see(struct events *events, const struct entry *entry, int64_t index)
{
    struct event event = {.kind = entry->kind, .index = index};

    if (entry->kind == ENTRY_bank_line) {
        add_line(events, event, entry);
    } else if (entry->kind == ENTRY_bank_allocate) {
        add_parts(events, event, entry);
    } else if (entry->kind == ENTRY_pledge_withdraw) {
        event.pledge = entry->pledge_withdraw.pledge;
        news_add(events, &event);
    } else if (entry->kind == ENTRY_campaign_close &&
               entry->campaign_close.outcome == OUTCOME_FAILED) {
        add_failed(events, event, entry->campaign_close.campaign);
    } else if (entry->kind == ENTRY_clerk_step) {
        add_converted(events, event);
    } else if (entry->kind == ENTRY_key_add) {
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
