#include "server/keeper.h"
#include "server/config.h"
#include "server/eraser.h"
#include "server/http.h"
#include "server/load.h"
#include "server/log.h"
#include "server/nap.h"
#include "server/proposals.h"
#include "server/session.h"
#include "sql/store_session.h"
#include "sql/store_vault.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum {
    POLL_MS = 200,
    HOLD_MS = 5000, /* That somebody waits for a size. */
    EXPIRE_MS = 3600 * 1000,
    ERASE_MS = 1000,
    PAGE = 64,
};

struct hold {
    struct hold *next;
    struct exchange *exchange;
    struct ledger_host *host;
    int64_t size, until_ms;
};

struct keeper {
    struct node *node;
    pthread_t poller, saver;
    struct nap nap;
    pthread_mutex_t mutex; /* Of what follows. */
    bool closed;
    struct hold *holds;
    int64_t expired_ms;
    int64_t saved_ms;
    int64_t erased_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- What others did ---- */

static void add_ledger(struct node *node, struct db *db, int32_t ledger_id)
{
    struct store_ledger ledger;
    struct ledger_host *host;
    struct error error = {0};
    size_t count = 0;

    if (store_ledger_list(db, ledger_id - 1, &ledger, 1, &count, &error) &&
        count == 1 && ledger.ledger_id == ledger_id &&
        node_add(node, &ledger, &host, &error))
        return;
    log_event(LOG_WARNING, "ledger", "number %" PRId32 ": %s", ledger_id,
              error.text);
}

static bool poll_page(struct keeper *keeper, struct db *db, int32_t *after,
                      struct error *error)
{
    struct store_size page[PAGE];
    size_t count = 0;

    if (!store_sizes(db, *after, page, PAGE, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct ledger_host *host =
            node_ledger_of(keeper->node, page[i].ledger_id);

        if (host == NULL)
            add_ledger(keeper->node, db, page[i].ledger_id);
        else if (page[i].size != host_size(host)) {
            atomic_store(&host->behind, true);
            queue_poke(&host->queue);
        }
        *after = page[i].ledger_id;
    }
    return count == PAGE;
}

static void poll_sizes(struct keeper *keeper)
{
    struct error error = {0};
    int32_t after = 0;
    POOL_LOAN(loan);

    if (pool_borrow(&keeper->node->pool, &loan, &error))
        while (poll_page(keeper, loan.db, &after, &error))
            continue;
    atomic_store(&keeper->node->database_down, error.code != ERROR_NONE);
}

/* Personal data of which the law's term is over; by day, in UTC. */
static bool expire_vault(const struct node *node, struct db *db,
                         struct error *error)
{
    const struct date today = instant_day(node_now(node), ZONE_UTC);
    int64_t count = 0;

    if (!store_vault_expire(db, today, &count, error))
        return false;
    if (count > 0)
        log_event(LOG_INFO, "erase",
                  "%" PRId64 " rows of personal data were over their term",
                  count);
    return true;
}

static void expire(struct keeper *keeper)
{
    struct node *node = keeper->node;
    POOL_LOAN(loan);
    struct error error = {0};

    if (keeper->expired_ms != 0 && now_ms() - keeper->expired_ms < EXPIRE_MS)
        return;
    keeper->expired_ms = now_ms();
    if (!pool_borrow(&node->pool, &loan, &error) ||
        !store_session_purge(loan.db, SESSION_IDLE_MINUTES,
                             SESSION_MOST_MINUTES, &error) ||
        !expire_vault(node, loan.db, &error))
        return;
    for (size_t i = 0; i < atomic_load(&node->count); i++) {
        int64_t count = 0;

        if (!store_proposals_expire(loan.db, node->hosts[i]->ledger_id,
                                    PROPOSAL_DAYS, &count, &error))
            return;
    }
}

/* ---- Those who wait ---- */

void keeper_hold(struct keeper *keeper, struct exchange *exchange,
                 struct ledger_host *host, int64_t size)
{
    struct hold *hold = calloc(1, sizeof *hold);
    struct error error = {0};
    bool closed;

    if (hold == NULL)
        abort();
    *hold = (struct hold){.exchange = exchange,
                          .host = host,
                          .size = size,
                          .until_ms = now_ms() + HOLD_MS};
    (void)pthread_mutex_lock(&keeper->mutex);
    closed = keeper->closed;
    if (!closed) {
        hold->next = keeper->holds;
        keeper->holds = hold;
    }
    (void)pthread_mutex_unlock(&keeper->mutex);
    if (!closed)
        return;
    free(hold);
    (void)fail(&error, ERROR_BUSY, "the server is stopping");
    exchange_refuse(exchange, &error);
}

static void release(struct keeper *keeper, bool all)
{
    struct hold *holds, *kept = NULL;

    (void)pthread_mutex_lock(&keeper->mutex);
    holds = keeper->holds;
    keeper->holds = NULL;
    (void)pthread_mutex_unlock(&keeper->mutex);
    while (holds != NULL) {
        struct hold *hold = holds;
        struct error error = {0};

        holds = hold->next;
        if (host_size(hold->host) >= hold->size) {
            exchange_resume(hold->exchange);
        } else if (all || now_ms() >= hold->until_ms) {
            (void)fail(&error, ERROR_BUSY,
                       "the ledger has not reached size %" PRId64 " here",
                       hold->size);
            exchange_refuse(hold->exchange, &error);
        } else {
            hold->next = kept;
            kept = hold;
            continue;
        }
        free(hold);
    }
    (void)pthread_mutex_lock(&keeper->mutex);
    while (kept != NULL) {
        struct hold *hold = kept;

        kept = hold->next;
        hold->next = keeper->holds;
        keeper->holds = hold;
    }
    (void)pthread_mutex_unlock(&keeper->mutex);
}

static bool holds_any(struct keeper *keeper)
{
    bool any;

    (void)pthread_mutex_lock(&keeper->mutex);
    any = keeper->holds != NULL;
    (void)pthread_mutex_unlock(&keeper->mutex);
    return any;
}

static void *poll_on(void *context)
{
    struct keeper *keeper = context;
    int64_t polled_ms = 0;

    while (!nap_for(&keeper->nap, holds_any(keeper) ? POLL_MS / 10 : POLL_MS)) {
        release(keeper, false);
        if (now_ms() - polled_ms < POLL_MS - 10)
            continue;
        polled_ms = now_ms();
        poll_sizes(keeper);
        expire(keeper);
        if (now_ms() - keeper->erased_ms >= ERASE_MS) {
            keeper->erased_ms = now_ms();
            eraser_run(keeper->node);
        }
    }
    release(keeper, true);
    return NULL;
}

/* ---- Snapshots ---- */

static void *save_on(void *context)
{
    struct keeper *keeper = context;
    struct node *node = keeper->node;
    int64_t every_ms = node->config->snapshot_minutes * 60 * 1000;

    while (!nap_for(&keeper->nap, every_ms))
        for (size_t i = 0; i < atomic_load(&node->count); i++) {
            struct ledger_host *host = node->hosts[i];
            struct error ignored = {0};

            if (host_is_writable(host, &ignored) &&
                host_size(host) > host->snapshot_size)
                load_refresh(host);
        }
    return NULL;
}

struct keeper *keeper_start(struct node *node)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);

    if (keeper == NULL)
        abort();
    keeper->node = node;
    nap_open(&keeper->nap);
    (void)pthread_mutex_init(&keeper->mutex, NULL);
    if (pthread_create(&keeper->poller, NULL, poll_on, keeper) != 0 ||
        pthread_create(&keeper->saver, NULL, save_on, keeper) != 0)
        abort();
    return keeper;
}

void keeper_stop(struct keeper *keeper)
{
    (void)pthread_mutex_lock(&keeper->mutex);
    keeper->closed = true;
    (void)pthread_mutex_unlock(&keeper->mutex);
    nap_end(&keeper->nap);
    (void)pthread_join(keeper->poller, NULL);
    (void)pthread_join(keeper->saver, NULL);
    (void)pthread_mutex_destroy(&keeper->mutex);
    nap_close(&keeper->nap);
    free(keeper);
}
