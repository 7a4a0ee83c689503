#include "server/host.h"
#include "server/config.h"
#include "server/log.h"
#include "server/node.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ledger_host *host_create(struct node *node,
                                const struct store_ledger *ledger)
{
    struct ledger_host *host = calloc(1, sizeof *host);
    pthread_rwlockattr_t attributes;

    if (host == NULL)
        abort();
    host->node = node;
    host->ledger_id = ledger->ledger_id;
    memcpy(host->name, ledger->name, sizeof host->name);
    memcpy(host->origin, ledger->origin, sizeof host->origin);
    (void)pthread_rwlockattr_init(&attributes);
    (void)pthread_rwlockattr_setkind_np(
        &attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(&host->lock, &attributes);
    (void)pthread_rwlockattr_destroy(&attributes);
    (void)pthread_mutex_init(&host->mutex, NULL);
    tile_cache_open(&host->tiles);
    leaf_cache_init(&host->leaves);
    queue_open(&host->queue, (size_t)node->config->queue);
    signing_init(&host->signing, ledger, node->config->signer_socket,
                 node->config->state_dir, node->signer_database,
                 node->host_name);
    point_start(&host->at);
    return host;
}

void host_free(struct ledger_host *host)
{
    if (host == NULL)
        return;
    signing_close(&host->signing);
    point_free(&host->at);
    queue_free(&host->queue);
    tile_cache_free(&host->tiles);
    leaf_cache_clear(&host->leaves);
    (void)pthread_mutex_destroy(&host->mutex);
    (void)pthread_rwlock_destroy(&host->lock);
    free(host);
}

void host_read(struct ledger_host *host)
{
    int result = pthread_rwlock_rdlock(&host->lock);

    assert(result == 0);
}

void host_done(struct ledger_host *host)
{
    int result = pthread_rwlock_unlock(&host->lock);

    assert(result == 0);
}

int64_t host_size(struct ledger_host *host)
{
    int64_t size;

    host_read(host);
    size = host->at.size;
    host_done(host);
    return size;
}

bool host_checkpoint(struct ledger_host *host,
                     struct store_checkpoint *checkpoint)
{
    bool found;

    (void)pthread_mutex_lock(&host->mutex);
    found = host->checkpoint.note_size > 0;
    if (found)
        *checkpoint = host->checkpoint;
    (void)pthread_mutex_unlock(&host->mutex);
    return found;
}

void host_publish(struct ledger_host *host,
                  const struct store_checkpoint *checkpoint)
{
    (void)pthread_mutex_lock(&host->mutex);
    if (host->checkpoint.note_size == 0 ||
        checkpoint->size >= host->checkpoint.size)
        host->checkpoint = *checkpoint;
    (void)pthread_mutex_unlock(&host->mutex);
}

void host_doubt(struct ledger_host *host, enum error_code code,
                const char *format, ...)
{
    struct trouble trouble = {.code = code};
    bool first;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(trouble.text, sizeof trouble.text, format, args);
    va_end(args);
    (void)pthread_mutex_lock(&host->mutex);
    first = host->trouble.code == ERROR_NONE;
    if (first)
        host->trouble = trouble;
    (void)pthread_mutex_unlock(&host->mutex);
    if (first)
        log_event(LOG_ERROR, "read-only", "%s: %s", host->name, trouble.text);
}

void host_pause(struct ledger_host *host, enum pause pause, const char *why)
{
    struct trouble *at = &host->pauses[pause];
    struct trouble now = {0};
    bool changed;

    if (why != NULL) {
        now.code = ERROR_READ_ONLY;
        (void)snprintf(now.text, sizeof now.text, "%s", why);
    }
    (void)pthread_mutex_lock(&host->mutex);
    changed = at->code != now.code || strcmp(at->text, now.text) != 0;
    *at = now;
    (void)pthread_mutex_unlock(&host->mutex);
    if (changed)
        log_event(why == NULL ? LOG_INFO : LOG_WARNING,
                  why == NULL ? "goes-on" : "read-only", "%s%s%s", host->name,
                  why == NULL ? "" : ": ", now.text);
}

bool host_is_paused(struct ledger_host *host, enum pause pause)
{
    bool paused;

    (void)pthread_mutex_lock(&host->mutex);
    paused = host->trouble.code == ERROR_NONE &&
             host->pauses[pause].code != ERROR_NONE;
    (void)pthread_mutex_unlock(&host->mutex);
    return paused;
}

bool host_is_writable(struct ledger_host *host, struct error *error)
{
    struct trouble trouble;

    (void)pthread_mutex_lock(&host->mutex);
    trouble = host->trouble;
    for (int i = 0; trouble.code == ERROR_NONE && i < PAUSES; i++)
        trouble = host->pauses[i];
    (void)pthread_mutex_unlock(&host->mutex);
    if (trouble.code == ERROR_NONE)
        return true;
    return fail(error, trouble.code, "%s", trouble.text);
}

void host_keys(struct ledger_host *host, struct log_keys *keys)
{
    (void)pthread_mutex_lock(&host->mutex);
    *keys = host->keys;
    (void)pthread_mutex_unlock(&host->mutex);
}

void host_set_keys(struct ledger_host *host, const struct log_keys *keys)
{
    (void)pthread_mutex_lock(&host->mutex);
    host->keys = *keys;
    (void)pthread_mutex_unlock(&host->mutex);
}

bool host_follow(struct ledger_host *host, struct db *db,
                 const struct store_head *head, struct error *error)
{
    bool done = follow(&host->at, host->origin, db, host->ledger_id, head,
                       &host->lock, error);

    if (!done && error->code == ERROR_DOUBT)
        host_doubt(host, ERROR_DOUBT, "%s", error->text);
    if (host->at.stuck.code != ERROR_NONE)
        host_doubt(host, ERROR_READ_ONLY, "%s", host->at.stuck.text);
    return done;
}
