#include "server/sequencer.h"
#include "server/config.h"
#include "server/landing.h"
#include "server/log.h"
#include "sql/probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 200,          /* To look for deadlines. */
    CONTENDED_BATCHES = 16, /* After meeting another server. */
    AHEAD_MS_MAX = 5000,    /* Of the last entry before the clock. */
    TROUBLE_PAUSE_MS = 250, /* Before the database is tried again. */
};

static struct point *point_before(struct sequencer *sequencer)
{
    return sequencer->flight != NULL ? &sequencer->flight->after
                                     : &sequencer->host->at;
}

/* scratch -> this batch -> the batch in flight -> base */
static void look(struct sequencer *sequencer, const struct batch *batch)
{
    struct view *view = &sequencer->bench.view;

    view->state = sequencer->host->at.base;
    view->layers[0] = sequencer->scratch;
    view->layer_count = 1;
    if (batch != NULL)
        view->layers[view->layer_count++] = batch->layer;
    if (sequencer->flight != NULL)
        view->layers[view->layer_count++] = sequencer->flight->layer;
}

static bool is_trial(const struct view *view)
{
    static const struct link self;
    const struct record_ledger *ledger =
        (const void *)view_find(view, RECORD_ledger, self.key);

    return ledger != NULL && ledger->trial;
}

/* On a trial ledger time stands still between entries. */
static struct instant time_of(struct sequencer *sequencer,
                              const struct item *item)
{
    struct instant last = point_before(sequencer)->accepted;
    struct instant now = node_now(sequencer->host->node);

    if (item != NULL && item->has_clock)
        now = item->clock;
    else if (item == NULL && is_trial(&sequencer->bench.view))
        now = last;
    return now.ms > last.ms ? now : last;
}

static bool clerk_is_due(struct sequencer *sequencer)
{
    struct error ignored = {0};

    look(sequencer, NULL);
    return host_is_writable(sequencer->host, &ignored) &&
           clerk_is_wanted(&sequencer->clerk, &sequencer->bench.view,
                           time_of(sequencer, NULL));
}

/* The clerk's acts go before everybody else's. */
static void add_clerk_acts(struct sequencer *sequencer, struct batch *batch,
                           struct instant now)
{
    for (int i = 0; i < CLERK_ACTS_MAX && !batch_is_full(batch); i++) {
        struct item *item =
            clerk_act(&sequencer->clerk, &sequencer->bench.view, now);
        size_t before = batch->rows.entry_count;

        if (item == NULL)
            return;
        batch_add(batch, &sequencer->bench, item, now);
        if (batch->rows.entry_count == before)
            clerk_refused(&sequencer->clerk, item, now);
    }
}

static void add_item(struct sequencer *sequencer, struct batch *batch,
                     struct item *item)
{
    struct instant last = batch->after.accepted;
    struct instant now =
        item->has_clock ? item->clock : node_now(sequencer->host->node);
    int twin = sequencer->flight == NULL
                   ? -1
                   : batch_find(sequencer->flight, &item->envelope.text_hash);

    if (twin >= 0) { /* Answered together with the one in flight. */
        item->twin = true;
        item->index = sequencer->flight->entries[twin].idx;
        items_push(&sequencer->flight->others, item);
        return;
    }
    if (item->has_clock && now.ms < last.ms)
        (void)fail(&item->error, ERROR_REQUEST,
                   "Terreau-Clock is before the last entry");
    batch_add(batch, &sequencer->bench, item, now.ms > last.ms ? now : last);
}

/* The clerk's of an earlier attempt: it makes them anew. */
static void drop_clerk_acts(struct sequencer *sequencer, struct items *items)
{
    struct instant now = node_now(sequencer->host->node);
    struct items rest = {0};
    struct item *item;

    while ((item = items_pop(items)) != NULL) {
        if (item->done != NULL) {
            items_push(&rest, item);
            continue;
        }
        if (item->known)
            clerk_refused(&sequencer->clerk, item, now);
        item_free(item);
    }
    *items = rest;
}

/* Fold what was taken; what there is no room for goes back. */
static void build(struct sequencer *sequencer, struct batch *batch,
                  struct items *taken)
{
    struct ledger_host *host = sequencer->host;
    struct item *item;

    batch_start(batch, host->ledger_id, point_before(sequencer),
                host->at.base->seed);
    look(sequencer, batch);
    drop_clerk_acts(sequencer, taken);
    add_clerk_acts(sequencer, batch, time_of(sequencer, taken->first));
    while (!batch_is_full(batch) && (item = items_pop(taken)) != NULL)
        add_item(sequencer, batch, item);
    queue_return(&host->queue, taken);
    batch->after.root = tree_root(&batch->after.tree);
    batch->rows.head = (struct store_head){.size = batch->after.size,
                                           .root = batch->after.root,
                                           .accepted = batch->after.accepted};
}

/* The texts that must not be in the log yet: their kinds do not know. */
static size_t collect_texts(struct sequencer *sequencer,
                            const struct batch *batch,
                            const struct items *taken)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->rows.entry_count; i++)
        if (!kind_creates(batch->items[i]->kind)) {
            batch->items[i]->looked_up = true;
            sequencer->texts[count++] = batch->entries[i].text_hash;
        }
    for (struct item *item = taken->first; item != NULL; item = item->next) {
        item->looked_up = true;
        sequencer->texts[count++] = item->envelope.text_hash;
    }
    return count;
}

static void mark_known(struct items *items, const struct store_place *places,
                       size_t count)
{
    for (struct item *item = items->first; item != NULL; item = item->next)
        for (size_t i = 0; i < count; i++)
            if (hash_equal(&item->envelope.text_hash, &places[i].text_hash)) {
                item->known = true;
                item->index = places[i].idx;
            }
}

/* The clock against the database's, which was read between two instants. */
static bool check_clock(struct sequencer *sequencer, struct instant before,
                        const struct store_head *head, struct error *error)
{
    struct ledger_host *host = sequencer->host;
    struct instant after = node_now(host->node);
    int64_t skew_ms = host->node->config->clock_skew_ms;

    look(sequencer, NULL);
    if (head->clock.ms < before.ms - skew_ms ||
        head->clock.ms > after.ms + skew_ms)
        return fail(error, ERROR_CLOCK,
                    "this clock is %" PRId64 " ms off from the database's",
                    after.ms - head->clock.ms);
    if (!is_trial(&sequencer->bench.view) &&
        head->accepted.ms > after.ms + AHEAD_MS_MAX)
        return fail(error, ERROR_CLOCK,
                    "the last entry is %" PRId64 " ms ahead of this clock",
                    head->accepted.ms - after.ms);
    return true;
}

/*
 * Under the lock: fold what other servers have appended.  Read on another
 * connection: if this process froze while rows were on their way to it, the
 * session with the lock would not count as idle, and keep it.
 */
static bool catch_up(struct sequencer *sequencer, const struct store_head *head,
                     struct error *error)
{
    struct ledger_host *host = sequencer->host;
    POOL_LOAN(loan);

    sequencer->contended = CONTENDED_BATCHES;
    if (!pool_borrow(&host->node->pool, &loan, error) ||
        !host_follow(host, loan.db, head, error))
        return false;
    teller_moved(host->teller);
    return host_is_writable(host, error);
}

static bool head_is(const struct point *point, const struct store_head *head)
{
    return point->size == head->size && hash_equal(&point->root, &head->root);
}

static bool each_known(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct items *items = context;
    struct store_place place = {entry->text_hash, entry->idx};

    (void)error;
    mark_known(items, &place, 1);
    return true;
}

/* After building again: are there texts that were not asked about? */
static bool look_up_rest(struct sequencer *sequencer, struct batch *batch,
                         struct error *error)
{
    struct items items = {0};
    size_t count = 0;
    bool read;

    for (size_t i = 0; i < batch->rows.entry_count; i++)
        if (!kind_creates(batch->items[i]->kind) && !batch->items[i]->looked_up)
            sequencer->texts[count++] = batch->entries[i].text_hash;
    if (count == 0)
        return true;
    batch_undo(batch, &items);
    for (struct item *item = items.first; item != NULL; item = item->next)
        item->looked_up = true;
    read = store_entries_of_texts(
        &sequencer->append.db, sequencer->host->ledger_id, sequencer->texts,
        count, (struct store_each){.context = &items, .entry = each_known},
        error);
    build(sequencer, batch, &items);
    return read;
}

/*
 * We hold the lock: make the batch right for the head.  Built before, it may
 * stay as it is; what is yet to be built is in taken.
 */
static bool fit(struct sequencer *sequencer, struct batch *batch,
                struct items *taken, const struct store_head *head,
                size_t place_count, struct error *error)
{
    bool moved = !head_is(&sequencer->host->at, head);
    bool built = sequencer->contended == 0;

    sequencer->contended -= built ? 0 : 1;
    if (moved && !catch_up(sequencer, head, error))
        return false;
    if (!built || moved || place_count > 0) {
        batch_undo(batch, taken);
        mark_known(taken, sequencer->places, place_count);
        build(sequencer, batch, taken);
    }
    return look_up_rest(sequencer, batch, error);
}

/* Nothing of it is in the log: answer, or judge it all again later. */
static void give_up(struct sequencer *sequencer, struct batch *batch,
                    struct items *taken, const struct error *why)
{
    struct ledger_host *host = sequencer->host;
    struct error ignored = {0};

    batch_undo(batch, taken);
    teller_return(host->teller, batch);
    if (!store_abandon(&sequencer->append, &ignored))
        landing_database(sequencer, false, ignored.text);
    landing_retry(sequencer, taken, true, why);
}

static void send(struct sequencer *sequencer, struct batch *batch)
{
    struct ledger_host *host = sequencer->host;
    struct error error = {0};

    if (batch_writes_nothing(batch)) {
        struct items others = batch->others;

        batch->others = (struct items){0};
        if (!store_abandon(&sequencer->append, &error))
            landing_database(sequencer, false, error.text);
        teller_return(host->teller, batch);
        teller_answer(host->teller, &others);
        return;
    }
    store_write_send(&sequencer->append, &batch->rows);
    sequencer->flight = batch;
}

/* Lock, compare, and write. */
static void submit(struct sequencer *sequencer, struct batch *batch,
                   struct items *taken)
{
    struct ledger_host *host = sequencer->host;
    struct instant before = node_now(host->node);
    size_t count = collect_texts(sequencer, batch, taken);
    struct error error = {0};
    struct store_head head;
    bool sent, landed = true, good;

    sent = store_lock_send(&sequencer->append, host->ledger_id,
                           sequencer->texts, count, &error);
    if (sequencer->flight != NULL)
        landed = landing_finish(sequencer);
    if (!sent || !landed) {
        if (error.code == ERROR_NONE)
            (void)fail(&error, ERROR_CONFLICT, "the batch before it failed");
        give_up(sequencer, batch, taken, &error);
        return;
    }
    good = store_lock_finish(&sequencer->append, &head, sequencer->places,
                             &count, &error) &&
           check_clock(sequencer, before, &head, &error) &&
           fit(sequencer, batch, taken, &head, count, &error);
    atomic_store(&host->clock_off, error.code == ERROR_CLOCK);
    if (!good) {
        give_up(sequencer, batch, taken, &error);
        return;
    }
    PROBE(locked);
    landing_database(sequencer, true, NULL);
    send(sequencer, batch);
}

/* Is there a connection to append on? */
static bool connect_db(struct sequencer *sequencer, struct error *error)
{
    if (sequencer->is_open && sequencer->append.db.connection == NULL)
        return store_abandon(&sequencer->append, error);
    if (sequencer->is_open)
        return true;
    sequencer->is_open = store_append_open(
        &sequencer->append, sequencer->host->node->config->database, error);
    return sequencer->is_open;
}

/* Another server has appended, and nothing is queued here. */
static void follow_others(struct sequencer *sequencer)
{
    struct ledger_host *host = sequencer->host;
    struct error error = {0};
    struct store_head head;
    POOL_LOAN(loan);

    if (!atomic_exchange(&host->behind, false) || sequencer->flight != NULL)
        return;
    if (!pool_borrow(&host->node->pool, &loan, &error) ||
        !store_head(loan.db, host->ledger_id, &head, &error) ||
        !host_follow(host, loan.db, &head, &error)) {
        log_event(LOG_WARNING, "follow", "%s: %s", host->name, error.text);
        return;
    }
    teller_moved(host->teller);
}

/* Whether it succeeds or not: nothing was built on it. */
static void land(struct sequencer *sequencer)
{
    bool landed = landing_finish(sequencer);

    (void)landed;
}

static void work(struct sequencer *sequencer)
{
    struct ledger_host *host = sequencer->host;
    struct items taken = {0};
    struct error error = {0};
    struct batch *batch;
    bool clerk;

    follow_others(sequencer);
    queue_take(&host->queue, &taken, sequencer->most);
    clerk = clerk_is_due(sequencer);
    if (taken.count == 0 && !clerk) {
        if (sequencer->flight != NULL)
            land(sequencer);
        return;
    }
    if (!host_is_writable(host, &error)) {
        landing_refuse(sequencer, &taken, &error);
        return;
    }
    if (!connect_db(sequencer, &error)) {
        landing_database(sequencer, false, error.text);
        landing_refuse(sequencer, &taken, &error);
        queue_pause(&host->queue, TROUBLE_PAUSE_MS);
        return;
    }
    if (sequencer->contended > 0 && sequencer->flight != NULL)
        land(sequencer);
    batch = teller_batch(host->teller);
    if (sequencer->contended > 0) {
        batch_start(batch, host->ledger_id, &host->at, host->at.base->seed);
    } else {
        build(sequencer, batch, &taken);
        if (batch_writes_nothing(batch) && batch->others.count == 0) {
            teller_return(host->teller, batch); /* The clerk put it off. */
            return;
        }
    }
    PROBE(built);
    submit(sequencer, batch, &taken);
}

static void *run(void *context)
{
    struct sequencer *sequencer = context;
    struct queue *queue = &sequencer->host->queue;
    bool flew = false;

    while (!queue_is_over(queue) || sequencer->flight != NULL) {
        if (sequencer->flight == NULL && !flew)
            queue_wait(queue, TICK_MS);
        flew = sequencer->flight != NULL; /* The clerk may act on it. */
        work(sequencer);
    }
    return NULL;
}

struct sequencer *sequencer_start(struct ledger_host *host)
{
    struct sequencer *sequencer = calloc(1, sizeof *sequencer);

    if (sequencer == NULL)
        abort();
    sequencer->host = host;
    sequencer->clerk.host = host;
    sequencer->most = BATCH_ENTRIES_MAX;
    sequencer->bench.origin = host->origin;
    sequencer->bench.folder = folder_create();
    sequencer->scratch = layer_create(host->at.base->seed);
    if (pthread_create(&sequencer->thread, NULL, run, sequencer) != 0)
        abort();
    return sequencer;
}

void sequencer_stop(struct sequencer *sequencer)
{
    (void)pthread_join(sequencer->thread, NULL);
    store_append_close(&sequencer->append);
    clerk_close(&sequencer->clerk);
    layer_free(sequencer->scratch);
    folder_free(sequencer->bench.folder);
    free(sequencer);
}
