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
    queue_open(&host->queue, (size_t)node->config->queue);
    host->signer.highwater.file = -1;
    point_start(&host->at);
    return host;
}

void host_free(struct ledger_host *host)
{
    if (host == NULL)
        return;
    signer_close(&host->signer);
    point_free(&host->at);
    queue_free(&host->queue);
    tile_cache_free(&host->tiles);
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

bool host_is_writable(struct ledger_host *host, struct error *error)
{
    struct trouble trouble;

    (void)pthread_mutex_lock(&host->mutex);
    trouble = host->trouble;
    (void)pthread_mutex_unlock(&host->mutex);
    if (trouble.code == ERROR_NONE && atomic_load(&host->keyless))
        return fail(error, ERROR_READ_ONLY,
                    "its log key is not in the state folder");
    if (trouble.code == ERROR_NONE)
        return true;
    return fail(error, trouble.code, "%s", trouble.text);
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
