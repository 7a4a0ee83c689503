/*
 * item: an entry on its way into the log, and the queue where it waits.
 */
#ifndef SERVER_ITEM_H
#define SERVER_ITEM_H

#include "ledger/leaf.h"

#include <pthread.h>

/* What became of an entry.  Lives as long as the call that tells it. */
struct verdict {
    struct error error; /* ERROR_NONE: it is in the log, durably. */
    struct hash text_hash;
    bool repeated; /* It was in the log before. */
    int64_t index;
    struct instant accepted;
    struct hash leaf_hash;
    int64_t size;        /* Of the receipt's checkpoint. */
    struct text receipt; /* A .terreau file; size 0: not signed yet. */
    const char *missing; /* With ERROR_UNSIGNED: which signatures. */
};

/* Called once, from any thread; it does not wait. */
typedef void verdict_fn(void *context, const struct verdict *verdict);

struct item {
    struct item *next;
    verdict_fn *done; /* NULL: the clerk's own. */
    void *context;
    struct envelope envelope; /* Points into bytes. */
    enum entry_kind kind;
    bool has_clock;               /* On a trial ledger: */
    struct instant clock;         /* when it is to happen. */
    struct key keys[SIGNERS_MAX]; /* That the lines were verified with. */
    bool verified[SIGNERS_MAX];
    bool brief;      /* Wants no receipt. */
    bool is_merged;  /* With lines of its proposal. */
    int attempts;    /* Batches it was in that failed. */
    struct link due; /* The clerk's: which deadline. */

    struct error error; /* Once judged. */
    char missing[200];
    bool known;     /* It is in the log already, at index. */
    bool looked_up; /* Asked about in this attempt. */
    bool twin;      /* Of the entry at index, which is not answered yet. */
    int64_t index;
    struct instant accepted;
    struct hash leaf_hash;
    struct text leaf; /* The batch's. */

    size_t size;
    char bytes[]; /* The note. */
};

/* With a copy of the note; nothing else is set. */
struct item *item_create(const char *bytes, size_t size);
void item_free(struct item *item);

/* First in, first out. */
struct items {
    struct item *first, *last;
    size_t count;
};
void items_push(struct items *items, struct item *item);
struct item *items_pop(struct items *items); /* NULL: empty. */
/* Puts all of front before the rest; front is empty afterwards. */
void items_prepend(struct items *items, struct items *front);
void items_append(struct items *items, struct items *more);

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* On the monotonic clock. */
    struct items items;
    size_t most;
    bool closed;
    bool poked;
};
void queue_open(struct queue *queue, size_t most);
void queue_free(struct queue *queue); /* And all that waits. */

/* False: it is full or closed (ERROR_BUSY). */
MUST_USE bool queue_push(struct queue *queue, struct item *item,
                         struct error *error);
/* What was taken comes back before the rest, even if that is too many. */
void queue_return(struct queue *queue, struct items *items);
/* At most so many; does not wait. */
void queue_take(struct queue *queue, struct items *items, size_t most);
/* Until there is an item, somebody pokes, it is closed, or time is up. */
void queue_wait(struct queue *queue, int64_t ms);
/* The whole time, whatever comes. */
void queue_pause(struct queue *queue, int64_t ms);
void queue_poke(struct queue *queue);
/* From here on nothing is taken in. */
void queue_close(struct queue *queue);
/* Closed and empty. */
bool queue_is_over(struct queue *queue);

#endif
