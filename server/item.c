#include "server/item.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct item *item_create(const char *bytes, size_t size)
{
    struct item *item = calloc(1, sizeof *item + size);

    if (item == NULL)
        abort();
    memcpy(item->bytes, bytes, size);
    item->size = size;
    return item;
}

void item_free(struct item *item)
{
    free(item);
}

void items_push(struct items *items, struct item *item)
{
    item->next = NULL;
    if (items->last == NULL)
        items->first = item;
    else
        items->last->next = item;
    items->last = item;
    items->count++;
}

struct item *items_pop(struct items *items)
{
    struct item *item = items->first;

    if (item == NULL)
        return NULL;
    items->first = item->next;
    if (items->first == NULL)
        items->last = NULL;
    items->count--;
    item->next = NULL;
    return item;
}

void items_append(struct items *items, struct items *more)
{
    if (more->first == NULL)
        return;
    if (items->last == NULL)
        items->first = more->first;
    else
        items->last->next = more->first;
    items->last = more->last;
    items->count += more->count;
    *more = (struct items){0};
}

void items_prepend(struct items *items, struct items *front)
{
    items_append(front, items);
    *items = *front;
    *front = (struct items){0};
}

void queue_open(struct queue *queue, size_t most)
{
    pthread_condattr_t attributes;

    *queue = (struct queue){.most = most};
    (void)pthread_mutex_init(&queue->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&queue->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void queue_free(struct queue *queue)
{
    struct item *item;

    while ((item = items_pop(&queue->items)) != NULL)
        item_free(item);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->mutex);
}

bool queue_push(struct queue *queue, struct item *item, struct error *error)
{
    bool closed, full;

    (void)pthread_mutex_lock(&queue->mutex);
    closed = queue->closed;
    full = queue->items.count >= queue->most;
    if (!closed && !full) {
        items_push(&queue->items, item);
        (void)pthread_cond_signal(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    if (closed)
        return fail(error, ERROR_BUSY, "the server is stopping");
    if (full)
        return fail(error, ERROR_BUSY, "%zu entries wait already", queue->most);
    return true;
}

void queue_return(struct queue *queue, struct items *items)
{
    (void)pthread_mutex_lock(&queue->mutex);
    items_prepend(&queue->items, items);
    (void)pthread_mutex_unlock(&queue->mutex);
}

void queue_take(struct queue *queue, struct items *items, size_t most)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (items->count < most && queue->items.first != NULL)
        items_push(items, items_pop(&queue->items));
    (void)pthread_mutex_unlock(&queue->mutex);
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

void queue_pause(struct queue *queue, int64_t ms)
{
    struct timespec until = in_ms(ms);
    int late = 0;

    (void)pthread_mutex_lock(&queue->mutex);
    while (late == 0)
        late = pthread_cond_timedwait(&queue->changed, &queue->mutex, &until);
    (void)pthread_mutex_unlock(&queue->mutex);
}

void queue_wait(struct queue *queue, int64_t ms)
{
    struct timespec until = in_ms(ms);

    (void)pthread_mutex_lock(&queue->mutex);
    while (queue->items.first == NULL && !queue->poked && !queue->closed)
        if (pthread_cond_timedwait(&queue->changed, &queue->mutex, &until) != 0)
            break;
    queue->poked = false;
    (void)pthread_mutex_unlock(&queue->mutex);
}

void queue_poke(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
    queue->poked = true;
    (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->mutex);
}

void queue_close(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->mutex);
}

bool queue_is_over(struct queue *queue)
{
    bool over;

    (void)pthread_mutex_lock(&queue->mutex);
    over = queue->closed && queue->items.first == NULL;
    (void)pthread_mutex_unlock(&queue->mutex);
    return over;
}
