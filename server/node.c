#include "server/node.h"
#include "server/config.h"
#include "server/cosigner.h"
#include "server/herald.h"
#include "server/http.h"
#include "server/keeper.h"
#include "server/limit.h"
#include "server/load.h"
#include "server/log.h"
#include "server/outside.h"
#include "server/page.h"
#include "server/postman.h"
#include "server/registrar.h"
#include "server/sequencer.h"
#include "server/teller.h"
#include "server/vault.h"
#include "sql/keyfile.h"
#include "sql/migrate.h"
#include "sql/seal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MIGRATIONS
#error "the Makefile counts MIGRATIONS"
#endif

enum { PATH_CHARS = 1024, PAGE = 64, CONNECTIONS = 16 };

static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

struct instant node_now(const struct node *node)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 +
                            atomic_load(&node->clock_offset_ms)};
}

struct ledger_host *node_ledger(struct node *node, const char *name)
{
    for (size_t i = 0; i < atomic_load(&node->count); i++)
        if (strcmp(node->hosts[i]->name, name) == 0)
            return node->hosts[i];
    return NULL;
}

struct ledger_host *node_ledger_of(struct node *node, int32_t ledger_id)
{
    for (size_t i = 0; i < atomic_load(&node->count); i++)
        if (node->hosts[i]->ledger_id == ledger_id)
            return node->hosts[i];
    return NULL;
}

static void start_threads(struct ledger_host *host)
{
    host->teller = teller_start(host);
    host->sequencer = sequencer_start(host);
}

bool node_add(struct node *node, const struct store_ledger *ledger,
              struct ledger_host **host, struct error *error)
{
    struct ledger_host *fresh;
    bool good;

    (void)pthread_mutex_lock(&adding);
    *host = node_ledger_of(node, ledger->ledger_id);
    good = *host != NULL;
    if (!good && atomic_load(&node->stopping)) {
        (void)fail(error, ERROR_BUSY, "the server is stopping");
    } else if (!good && atomic_load(&node->count) == NODE_LEDGERS_MAX) {
        (void)fail(error, ERROR_BUSY, "a node has at most %d ledgers",
                   NODE_LEDGERS_MAX);
    } else if (!good) {
        fresh = host_create(node, ledger);
        outside_hold(fresh);
        good = load_host(fresh, error);
        if (good && node->outside != NULL)
            outside_ask(node, &fresh, 1);
        if (good) {
            start_threads(fresh);
            node->hosts[atomic_load(&node->count)] = *host = fresh;
            (void)atomic_fetch_add(&node->count, 1);
        } else {
            host_free(fresh);
        }
    }
    (void)pthread_mutex_unlock(&adding);
    return good;
}

static bool add_all(struct node *node, struct error *error)
{
    struct store_ledger page[PAGE];
    int32_t after = 0;
    size_t count;

    do {
        POOL_LOAN(loan);

        if (!pool_borrow(&node->pool, &loan, error) ||
            !store_ledger_list(loan.db, after, page, PAGE, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct ledger_host *host;

            if (!node_add(node, &page[i], &host, error))
                return false;
            after = page[i].ledger_id;
        }
    } while (count == PAGE);
    return true;
}

static bool check_schema(struct node *node, struct error *error)
{
    int number = 0;
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error) ||
        !migrate_number(loan.db, &number, error))
        return false;
    if (number != MIGRATIONS)
        return fail(error, ERROR_MISMATCH,
                    "the database has migration %d, this program %d: see"
                    " terreau node migrate",
                    number, MIGRATIONS);
    return true;
}

static bool load_clerk(struct node *node, struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    if (mkdir(node->config->state_dir, 0700) != 0 && errno != EEXIST)
        return fail(error, ERROR_SYSTEM, "%s: %s", node->config->state_dir,
                    strerror(errno));
    (void)snprintf(path, sizeof path, "%s/clerk.key", node->config->state_dir);
    node->has_clerk = keyfile_load(path, &node->clerk, &node->clerk_key, &why);
    if (!node->has_clerk && why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    if (!node->has_clerk)
        log_event(LOG_WARNING, "clerk", "%s", why.text);
    return true;
}

static bool load_mails(struct node *node, struct error *error)
{
    char path[PATH_CHARS];

    (void)snprintf(path, sizeof path, "%s/mail", node->config->templates_dir);
    return pages_load_texts(&node->mails, path, error);
}

bool node_start(struct node **out, const struct config *config,
                struct error *error)
{
    struct node *node = calloc(1, sizeof *node);

    if (node == NULL)
        abort();
    node->config = config;
    node->signer_database = config->signer_database[0] != '\0'
                                ? config->signer_database
                                : config->database;
    if (gethostname(node->host_name, sizeof node->host_name - 1) != 0)
        (void)snprintf(node->host_name, sizeof node->host_name, "unknown");
    node->limits = limits_create();
    pool_open(&node->pool, config->database, CONNECTIONS);
    if (!check_schema(node, error) || !load_clerk(node, error) ||
        !vault_start(node, error) || !load_mails(node, error) ||
        !add_all(node, error) || !postman_start(&node->postman, node, error)) {
        node_stop(node);
        return false;
    }
    node->keeper = keeper_start(node);
    node->outside = outside_start(node);
    node->registrar = registrar_start(node);
    node->herald = herald_start(node);
    node->cosigner = cosigner_start(node);
    *out = node;
    return true;
}

static void stop_host(struct ledger_host *host)
{
    queue_close(&host->queue);
    sequencer_stop(host->sequencer);
    teller_stop(host->teller);
    if (host->trouble.code == ERROR_NONE)
        load_save(host, &host->at);
    host_free(host);
}

void node_stop(struct node *node)
{
    (void)pthread_mutex_lock(&adding);
    atomic_store(&node->stopping, true);
    (void)pthread_mutex_unlock(&adding);
    cosigner_stop(node->cosigner);
    outside_stop(node->outside);
    postman_stop(node->postman);
    herald_stop(node->herald);
    registrar_stop(node->registrar);
    if (node->keeper != NULL)
        keeper_stop(node->keeper);
    for (size_t i = 0; i < atomic_load(&node->count); i++)
        queue_close(&node->hosts[i]->queue);
    for (size_t i = 0; i < atomic_load(&node->count); i++)
        stop_host(node->hosts[i]);
    pool_close(&node->pool);
    pages_free(node->mails);
    limits_free(node->limits);
    seal_ring_free(node->ring);
    free(node);
}

static bool host_is_ready(struct ledger_host *host, struct trouble *trouble)
{
    struct error error = {0};

    if (!host_is_writable(host, &error)) {
        trouble->code = error.code;
        (void)snprintf(trouble->text, sizeof trouble->text, "%s", error.text);
        return false;
    }
    if (!atomic_load(&host->clock_off))
        return true;
    trouble->code = ERROR_CLOCK;
    (void)snprintf(trouble->text, sizeof trouble->text, "%s",
                   error_spec(ERROR_CLOCK)->help);
    return false;
}

bool node_is_ready(struct node *node,
                   void (*each)(void *context, const char *ledger,
                                const struct trouble *trouble),
                   void *context)
{
    struct trouble trouble = {.code = ERROR_STORE};
    bool ready = !atomic_load(&node->database_down);

    if (!ready) {
        (void)snprintf(trouble.text, sizeof trouble.text, "%s",
                       error_spec(ERROR_STORE)->help);
        each(context, NULL, &trouble);
    }
    for (size_t i = 0; i < atomic_load(&node->count); i++) {
        if (host_is_ready(node->hosts[i], &trouble))
            continue;
        ready = false;
        each(context, node->hosts[i]->name, &trouble);
    }
    return ready;
}

bool node_hold(struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    struct node *node = request->node;
    struct ledger_host *host = NULL;

    if (node == NULL || request->min_size == 0)
        return false;
    for (size_t i = 0; i < request->argument_count; i++)
        if (request->arguments[i].name_size == 6 &&
            memcmp(request->arguments[i].name, "ledger", 6) == 0)
            host = node_ledger(node, request->arguments[i].value);
    if (host == NULL || host_size(host) >= request->min_size)
        return false;
    keeper_hold(node->keeper, exchange, host, request->min_size);
    return true;
}
