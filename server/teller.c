#include "server/teller.h"
#include "server/load.h"
#include "server/log.h"
#include "server/node.h"
#include "server/proposals.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCHES = 4,
    TICK_MS = 20,       /* While another server's checkpoint is awaited. */
    TAKEOVER_MS = 2000, /* Without one: this server signs. */
    RECEIPT_MS = 5000,  /* Then an answer goes without a receipt. */
    PAUSE_MS = 500,     /* Before signing is tried again. */
    REFRESH_MS = 1000,  /* To look for another's checkpoint meanwhile. */
};

struct teller {
    struct ledger_host *host;
    pthread_t thread;
    struct prover *prover;

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
    int64_t wanted_ms;     /* Since when a checkpoint is missing; 0: none. */
    int64_t refreshed_ms;
    int64_t pause_ms; /* After a failure, until then. */
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

/* ---- Checkpoints ---- */

/* The log as committed, as far as this server knows. */
static void read_end(struct ledger_host *host, int64_t *size, struct hash *root)
{
    host_read(host);
    *size = host->at.size;
    *root = host->at.root;
    host_done(host);
}

/* The latest that another server signed and that this log reaches. */
static void refresh(struct teller *teller)
{
    struct ledger_host *host = teller->host;
    struct store_checkpoint checkpoint;
    struct error error = {0};
    struct hash root;
    struct tree tree;
    POOL_LOAN(loan);

    teller->refreshed_ms = now_ms();
    if (!pool_borrow(&host->node->pool, &loan, &error) ||
        !store_checkpoint_latest(loan.db, host->ledger_id, &checkpoint,
                                 &error) ||
        checkpoint.size > host_size(host))
        return;
    teller->prover->size = 0;
    if (!prover_tree(teller->prover, checkpoint.size, &tree, &error))
        return;
    root = tree_root(&tree);
    if (hash_equal(&root, &checkpoint.root))
        host_publish(host, &checkpoint);
    else
        host_doubt(host, ERROR_DOUBT,
                   "a checkpoint of size %" PRId64 " has another root",
                   checkpoint.size);
}

/* Become the signer, if what this host signed is where the log comes from. */
static void take_over(struct teller *teller)
{
    struct ledger_host *host = teller->host;
    struct log_signer *signer = &host->signer;
    struct error error = {0};
    struct tree tree = {0};
    int64_t size = host_size(host);

    teller->prover->size = 0;
    if (!signer->has_key ||
        (signer->highwater.size <= size &&
         !prover_tree(teller->prover, signer->highwater.size, &tree, &error)))
        return;
    if (signer_start(signer, size, &tree, host->node->host_name, &error)) {
        log_event(LOG_INFO, "signer", "%s: signs here, epoch %" PRId64,
                  host->name, signer->epoch);
        return;
    }
    if (error.code == ERROR_DOUBT)
        host_doubt(host, ERROR_DOUBT, "%s", error.text);
    else
        log_event(LOG_WARNING, "signer", "%s: %s", host->name, error.text);
}

static void sign(struct teller *teller, int64_t size, const struct hash *root)
{
    struct ledger_host *host = teller->host;
    struct store_checkpoint checkpoint;
    struct error error = {0};

    if (now_ms() < teller->pause_ms || !host_is_writable(host, &error))
        return;
    if (signer_sign(&host->signer, size, root, &checkpoint, &error))
        host_publish(host, &checkpoint);
    else if (error.code == ERROR_DOUBT)
        host_doubt(host, ERROR_DOUBT, "%s", error.text);
    else
        log_event(LOG_WARNING, "signer", "%s: %s", host->name, error.text);
    if (error.code != ERROR_NONE)
        teller->pause_ms = now_ms() + PAUSE_MS;
}

/* Is all signed that is committed? */
static bool is_covered(struct ledger_host *host, int64_t size)
{
    struct store_checkpoint latest;

    return host_checkpoint(host, &latest) && latest.size >= size;
}

/* See to it that what is committed is signed. */
static void seek_checkpoint(struct teller *teller)
{
    struct ledger_host *host = teller->host;
    struct error error = {0};
    struct hash root;
    int64_t size;

    read_end(host, &size, &root);
    if (!host->signer.has_key && load_key(host))
        take_over(teller);
    if (!atomic_load(&host->signer.active))
        refresh(teller);
    else if (!is_covered(host, size))
        sign(teller, size, &root);
    if (is_covered(host, size) || !host_is_writable(host, &error)) {
        teller->wanted_ms = 0;
        return;
    }
    if (teller->wanted_ms == 0)
        teller->wanted_ms = now_ms();
    else if (now_ms() - teller->wanted_ms > TAKEOVER_MS &&
             !atomic_load(&host->signer.active)) {
        take_over(teller);
        teller->wanted_ms = now_ms();
    }
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
        if (receipt_make(teller->prover, entry->idx, entry->leaf, &checkpoint,
                         &receipt, &size, &error)) {
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
            (void)fail(&item->error, ERROR_STORE, "%s", error.text);
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
    bool wanted = teller->waiting != NULL || teller->wanted_ms != 0;
    struct timespec until;
    bool closed;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (wanted ? TICK_MS : REFRESH_MS - 1) * 1000000L;
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
        if (teller->waiting != NULL || moved || teller->wanted_ms != 0 ||
            (!atomic_load(&teller->host->signer.active) &&
             now_ms() - teller->refreshed_ms >= REFRESH_MS))
            seek_checkpoint(teller);
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
    teller->prover = prover_create(host);
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
    free(teller->prover);
    free(teller);
}
