#include "server/landing.h"
#include "server/log.h"
#include "sql/probe.h"

#include <assert.h>
#include <inttypes.h>

enum {
    ATTEMPTS_MAX = 4,
    RESOLVE_PAUSE_MS = 200,
    RESOLVE_TRIES_MAX = 50, /* Then the requests learn that it is unknown. */
};

void landing_database(struct sequencer *sequencer, bool up, const char *why)
{
    struct ledger_host *host = sequencer->host;

    atomic_store(&host->node->database_down, !up);
    if (up == !sequencer->said_down)
        return;
    sequencer->said_down = !up;
    log_event(up ? LOG_INFO : LOG_ERROR, "database", "%s: %s", host->name,
              up ? "it answers again" : why);
}

void landing_refuse(struct sequencer *sequencer, struct items *items,
                    const struct error *why)
{
    for (struct item *item = items->first; item != NULL; item = item->next)
        item->error = *why;
    teller_answer(sequencer->host->teller, items);
}

/* Is it no use to try the same again soon? */
static bool is_final(enum error_code code)
{
    return code == ERROR_CLOCK || code == ERROR_READ_ONLY ||
           code == ERROR_DOUBT;
}

void landing_retry(struct sequencer *sequencer, struct items *items,
                   bool counts, const struct error *why)
{
    struct items again = {0}, over = {0};
    struct item *item;

    assert(why->code != ERROR_NONE);
    while ((item = items_pop(items)) != NULL) {
        bool last;

        if (item->done == NULL) { /* The clerk makes it anew. */
            item_free(item);
            continue;
        }
        item->attempts += counts ? 1 : 0;
        last = is_final(why->code) || item->attempts > ATTEMPTS_MAX;
        item->looked_up = false;
        items_push(last ? &over : &again, item);
    }
    if (over.count > 0) {
        struct error told = *why;

        if (!is_final(why->code))
            told.code = ERROR_STORE;
        log_event(LOG_WARNING, "batch", "%s: %s", sequencer->host->name,
                  why->text);
        landing_refuse(sequencer, &over, &told);
    }
    queue_return(&sequencer->host->queue, &again);
}

/* It is in the log: from here on everybody sees it. */
static void merge(struct sequencer *sequencer, struct batch *batch)
{
    struct ledger_host *host = sequencer->host;
    struct state *base = host->at.base;

    for (size_t i = 0; i < batch->rows.tile_count; i++)
        tile_cache_put(&host->tiles, &batch->tiles[i]);
    (void)pthread_rwlock_wrlock(&host->lock);
    state_merge(base, batch->layer);
    base->size = batch->after.size;
    base->accepted = batch->after.accepted;
    batch->after.base = base;
    host->at = batch->after;
    (void)pthread_rwlock_unlock(&host->lock);
    batch->after.base = NULL;
    PROBE(merged);
    if (batch->statements)
        clerk_statement(&sequencer->clerk);
    if (sequencer->careful <= batch->rows.entry_count) {
        sequencer->careful = 0;
        sequencer->most = BATCH_ENTRIES_MAX;
    } else {
        sequencer->careful -= batch->rows.entry_count;
    }
    teller_land(host->teller, batch);
}

/* Answer that it is not known; the batch itself is kept, to find out. */
static void tell_unknown(struct sequencer *sequencer, struct batch *batch,
                         const struct error *why)
{
    struct items items = batch->others;

    batch->others = (struct items){0};
    for (size_t i = 0; i < batch->rows.entry_count; i++) {
        struct item *item = batch->items[i];

        if (item->done == NULL)
            continue;
        batch->items[i] = item_create(item->bytes, item->size);
        batch->items[i]->kind = item->kind;
        items_push(&items, item);
    }
    landing_refuse(sequencer, &items, why);
}

/* Find out whether the batch is in the log; as long as that takes. */
static bool resolve(struct sequencer *sequencer, struct batch *batch,
                    struct error *why)
{
    struct ledger_host *host = sequencer->host;
    bool in = false;

    log_event(LOG_WARNING, "commit", "%s: %s", host->name, why->text);
    for (int i = 0;; i++) {
        struct error error = {0};

        if (store_resolve(&sequencer->append, &batch->rows, &in, &error)) {
            log_event(LOG_INFO, "commit", "%s: it is %sin the log", host->name,
                      in ? "" : "not ");
            landing_database(sequencer, true, NULL);
            return in;
        }
        if (error.code == ERROR_DOUBT) {
            host_doubt(host, ERROR_DOUBT, "%s", error.text);
            *why = error;
            return false;
        }
        landing_database(sequencer, false, error.text);
        if (i == RESOLVE_TRIES_MAX)
            tell_unknown(sequencer, batch, why);
        if (atomic_load(&host->node->stopping) && i >= RESOLVE_TRIES_MAX)
            return false;
        queue_pause(&host->queue, RESOLVE_PAUSE_MS);
    }
}

static bool each_known(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct items *items = context;

    (void)error;
    for (struct item *item = items->first; item != NULL; item = item->next)
        if (hash_equal(&item->envelope.text_hash, &entry->text_hash)) {
            item->known = true;
            item->index = entry->idx;
        }
    return true;
}

/* The unique key fired: some text of the batch is in the log. */
static void look_up_all(struct sequencer *sequencer, struct batch *batch,
                        struct items *items)
{
    struct ledger_host *host = sequencer->host;
    struct error error = {0};
    size_t count = batch->rows.entry_count;
    POOL_LOAN(loan);

    for (size_t i = 0; i < count; i++)
        sequencer->texts[i] = batch->entries[i].text_hash;
    batch_undo(batch, items);
    if (pool_borrow(&host->node->pool, &loan, &error) &&
        store_entries_of_texts(
            loan.db, host->ledger_id, sequencer->texts, count,
            (struct store_each){.context = items, .entry = each_known}, &error))
        return;
    log_event(LOG_WARNING, "batch", "%s: %s", host->name, error.text);
}

/* The database refuses the batch: find the entry that it does not take. */
static void halve(struct sequencer *sequencer, size_t count)
{
    sequencer->most = count / 2;
    if (sequencer->careful < count)
        sequencer->careful = count;
}

/* Nothing of it is in the log. */
static void recover(struct sequencer *sequencer, struct batch *batch,
                    struct error *why)
{
    struct ledger_host *host = sequencer->host;
    size_t count = batch->rows.entry_count;
    struct items items = {0};
    struct error error = {0};
    bool split = why->code == ERROR_STORE && count > 1 &&
                 db_settle(&sequencer->append.db);

    if (why->code == ERROR_TAKEN)
        look_up_all(sequencer, batch, &items);
    else
        batch_undo(batch, &items);
    teller_return(host->teller, batch);
    if (split)
        halve(sequencer, count);
    if (!store_abandon(&sequencer->append, &error))
        landing_database(sequencer, false, error.text);
    landing_retry(sequencer, &items, !split, why);
}

bool landing_finish(struct sequencer *sequencer)
{
    struct batch *batch = sequencer->flight;
    struct error why = {0};

    assert(batch != NULL);
    sequencer->flight = NULL;
    if (store_write_finish(&sequencer->append, &why)) {
        PROBE(commit_known);
        merge(sequencer, batch);
        return true;
    }
    if (why.code == ERROR_UNKNOWN && resolve(sequencer, batch, &why)) {
        merge(sequencer, batch);
        return false; /* The lock behind it went with the connection. */
    }
    if (why.code == ERROR_UNKNOWN) /* Now it is known: none of it is. */
        why.code = ERROR_STORE;
    recover(sequencer, batch, &why);
    return false;
}
