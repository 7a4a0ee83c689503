#include "server/teller.h"
#include "server/log.h"
#include "server/node.h"
#include "server/proposals.h"
#include "server/sealing.h"
#include "sql/probe.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCHES = 4,
    TICK_MS = 20,      /* While a checkpoint is awaited. */
    IDLE_MS = 999,     /* Otherwise. */
    RECEIPT_MS = 5000, /* Then an answer goes without a receipt. */
};

struct teller {
    struct ledger_host *host;
    pthread_t thread;

    pthread_mutex_t mutex;
    pthread_cond_t changed; /* For the teller. */
    pthread_cond_t freed;   /* For the sequencer. */
    struct batch *spare;    /* Linked by next. */
    size_t made;
    struct batch *first, *last; /* Landed. */
    struct items loose;
    bool moved, closed;

    /* The thread's own. */
    struct batch *waiting; /* Landed, without a checkpoint; oldest first. */
    struct sealing sealing;
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct batch *teller_batch(struct teller *teller)
{
    struct batch *batch;

    (void)pthread_mutex_lock(&teller->mutex);
    while (teller->spare == NULL && teller->made == BATCHES)
        (void)pthread_cond_wait(&teller->freed, &teller->mutex);
    batch = teller->spare;
    if (batch != NULL) {
        teller->spare = batch->next;
    } else {
        teller->made++;
        batch = batch_create();
    }
    (void)pthread_mutex_unlock(&teller->mutex);
    batch->next = NULL;
    return batch;
}

void teller_return(struct teller *teller, struct batch *batch)
{
    assert(batch->rows.entry_count == 0 && batch->others.count == 0);
    (void)pthread_mutex_lock(&teller->mutex);
    batch->next = teller->spare;
    teller->spare = batch;
    (void)pthread_cond_signal(&teller->freed);
    (void)pthread_mutex_unlock(&teller->mutex);
}

void teller_land(struct teller *teller, struct batch *batch)
{
    batch->landed_ms = now_ms();
    batch->next = NULL;
    (void)pthread_mutex_lock(&teller->mutex);
    if (teller->last == NULL)
        teller->first = batch;
    else
        teller->last->next = batch;
    teller->last = batch;
    (void)pthread_cond_signal(&teller->changed);
    (void)pthread_mutex_unlock(&teller->mutex);
}

void teller_answer(struct teller *teller, struct items *items)
{
    if (items->count == 0)
        return;
    (void)pthread_mutex_lock(&teller->mutex);
    items_append(&teller->loose, items);
    (void)pthread_cond_signal(&teller->changed);
    (void)pthread_mutex_unlock(&teller->mutex);
}

void teller_moved(struct teller *teller)
{
    (void)pthread_mutex_lock(&teller->mutex);
    teller->moved = true;
    (void)pthread_cond_signal(&teller->changed);
    (void)pthread_mutex_unlock(&teller->mutex);
}

/* ---- Answers ---- */

static void tell(struct item *item, const struct verdict *verdict)
{
    if (item->done != NULL)
        item->done(item->context, verdict);
    item_free(item);
}

/* Of an entry that is in the log. */
static void tell_place(struct teller *teller, struct item *item,
                       const struct store_entry *entry, bool repeated)
{
    struct store_checkpoint checkpoint;
    struct verdict verdict = {
        .text_hash = entry->text_hash,
        .repeated = repeated,
        .index = entry->idx,
        .accepted = entry->accepted,
        .leaf_hash = entry->leaf_hash,
    };
    struct error error = {0};
    char *receipt = NULL;
    size_t size = 0;

    if (item->done != NULL && !item->brief &&
        host_checkpoint(teller->host, &checkpoint) &&
        checkpoint.size > entry->idx) {
        if (receipt_make(teller->sealing.prover, entry->idx, entry->leaf,
                         &checkpoint, &receipt, &size, &error)) {
            verdict.size = checkpoint.size;
            verdict.receipt = (struct text){receipt, (uint32_t)size};
        } else {
            log_event(LOG_WARNING, "receipt", "%s: %s", teller->host->name,
                      error.text);
        }
    }
    tell(item, &verdict);
    free(receipt);
}

static void tell_error(struct item *item)
{
    struct verdict verdict = {.error = item->error,
                              .text_hash = item->envelope.text_hash,
                              .missing = item->missing};

    tell(item, &verdict);
}

/* Those whose text is in the log are told so, and leave the list. */
struct search {
    struct teller *teller;
    struct items *items;
};

static bool each_found(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct search *search = context;
    struct items rest = {0};
    struct item *item;

    (void)error;
    while ((item = items_pop(search->items)) != NULL) {
        if (hash_equal(&item->envelope.text_hash, &entry->text_hash))
            tell_place(search->teller, item, entry, true);
        else
            items_push(&rest, item);
    }
    *search->items = rest;
    return true;
}

static bool look_up(struct teller *teller, struct items *items,
                    struct error *error)
{
    enum { TOGETHER = 64 };
    struct hash texts[TOGETHER];
    struct items rest = {0};
    bool done = true;
    POOL_LOAN(loan);

    if (!pool_borrow(&teller->host->node->pool, &loan, error))
        return false;
    while (done && items->count > 0) {
        struct items some = {0};
        struct search search = {teller, &some};

        while (some.count < TOGETHER && items->count > 0) {
            items_push(&some, items_pop(items));
            texts[some.count - 1] = some.last->envelope.text_hash;
        }
        done = store_entries_of_texts(
            loan.db, teller->host->ledger_id, texts, some.count,
            (struct store_each){.context = &search, .entry = each_found},
            error);
        items_append(&rest, &some);
    }
    items_prepend(items, &rest);
    return done;
}

/* Before a refusal is told, its text is looked up in the log. */
static void answer_loose(struct teller *teller, struct items *loose)
{
    struct error error = {0};
    struct items items = {0};
    struct item *item;
    bool looked;

    while ((item = items_pop(loose)) != NULL) {
        if (item->done == NULL)
            item_free(item);
        else
            items_push(&items, item);
    }
    if (items.count == 0)
        return;
    looked = look_up(teller, &items, &error);
    while ((item = items_pop(&items)) != NULL) {
        if (!looked && error_spec(item->error.code)->http < 500) {
            item->error = (struct error){0};
            (void)fail_again(&item->error, ERROR_STORE, &error);
        }
        if (item->error.code == ERROR_NONE) /* Known, and yet not there. */
            (void)fail(&item->error, ERROR_STORE, "it cannot be read");
        if (item->error.code == ERROR_UNSIGNED &&
            proposals_keep(teller->host, item))
            continue;
        tell_error(item);
    }
}

static void answer_batch(struct teller *teller, struct batch *batch)
{
    struct item *item;

    while ((item = items_pop(&batch->others)) != NULL) {
        int64_t place = item->index - batch->rows.old_size;

        assert(item->twin && place >= 0 &&
               place < (int64_t)batch->rows.entry_count);
        tell_place(teller, item, &batch->entries[place], true);
    }
    for (size_t i = 0; i < batch->rows.entry_count; i++) {
        item = batch->items[i];
        if (item->is_merged || item->envelope.signer_count > 1)
            proposals_forget(teller->host, &item->envelope.text_hash);
        tell_place(teller, item, &batch->entries[i], false);
        PROBE(answered);
    }
    batch->rows.entry_count = 0;
    teller_return(teller, batch);
}

/* What was refused in it need not wait for a signature. */
static void part(struct batch *batch, struct items *loose)
{
    struct items twins = {0};
    struct item *item;

    while ((item = items_pop(&batch->others)) != NULL)
        items_push(item->twin ? &twins : loose, item);
    batch->others = twins;
}

static void answer_landed(struct teller *teller, bool all)
{
    struct store_checkpoint checkpoint = {0};
    struct batch **link = &teller->waiting;

    if (!host_checkpoint(teller->host, &checkpoint))
        checkpoint.size = -1;
    while (*link != NULL) {
        struct batch *batch = *link;

        if (!all && batch->after.size > checkpoint.size &&
            now_ms() - batch->landed_ms < RECEIPT_MS) {
            link = &batch->next;
            continue;
        }
        *link = batch->next;
        answer_batch(teller, batch);
    }
}

/* Take what has come; false: it is over. */
static bool collect(struct teller *teller, struct items *loose, bool *moved)
{
    struct batch **link = &teller->waiting;
    bool wanted = teller->waiting != NULL || teller->sealing.wanted_ms != 0;
    struct timespec until;
    bool closed;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (wanted ? TICK_MS : IDLE_MS) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&teller->mutex);
    while (teller->first == NULL && teller->loose.count == 0 &&
           !teller->moved && !teller->closed)
        if (pthread_cond_timedwait(&teller->changed, &teller->mutex, &until) !=
            0)
            break;
    while (*link != NULL)
        link = &(*link)->next;
    *link = teller->first;
    teller->first = teller->last = NULL;
    *loose = teller->loose;
    teller->loose = (struct items){0};
    *moved = teller->moved;
    teller->moved = false;
    closed = teller->closed;
    (void)pthread_mutex_unlock(&teller->mutex);
    return !closed;
}

static void *run(void *context)
{
    struct teller *teller = context;
    bool open = true, moved = true;

    while (open) {
        struct items loose = {0};

        open = collect(teller, &loose, &moved);
        for (struct batch *at = teller->waiting; at != NULL; at = at->next)
            part(at, &loose);
        answer_loose(teller, &loose);
        if (teller->waiting != NULL || moved ||
            teller->sealing.wanted_ms != 0 ||
            sealing_is_stale(&teller->sealing))
            sealing_seek(&teller->sealing);
        answer_landed(teller, !open);
    }
    return NULL;
}

struct teller *teller_start(struct ledger_host *host)
{
    struct teller *teller = calloc(1, sizeof *teller);
    pthread_condattr_t attributes;

    if (teller == NULL)
        abort();
    teller->host = host;
    teller->sealing =
        (struct sealing){.host = host, .prover = prover_create(host)};
    teller->moved = true;
    (void)pthread_mutex_init(&teller->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&teller->changed, &attributes);
    (void)pthread_cond_init(&teller->freed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&teller->thread, NULL, run, teller) != 0)
        abort();
    return teller;
}

void teller_stop(struct teller *teller)
{
    (void)pthread_mutex_lock(&teller->mutex);
    teller->closed = true;
    (void)pthread_cond_signal(&teller->changed);
    (void)pthread_mutex_unlock(&teller->mutex);
    (void)pthread_join(teller->thread, NULL);
    while (teller->spare != NULL) {
        struct batch *batch = teller->spare;

        teller->spare = batch->next;
        batch_free(batch);
    }
    (void)pthread_cond_destroy(&teller->changed);
    (void)pthread_cond_destroy(&teller->freed);
    (void)pthread_mutex_destroy(&teller->mutex);
    free(teller->sealing.prover);
    free(teller);
}
