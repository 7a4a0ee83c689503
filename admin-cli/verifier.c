#include "admin-cli/verifier.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 8, THREADS_MAX = 64 };

struct verifier {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bundle *queue[QUEUE_MAX];
    int queued, busy;
    bool ending;
    int64_t wrong, checked;
    int thread_count;
    pthread_t threads[THREADS_MAX];
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

struct bundle *bundle_create(char *bytes)
{
    struct bundle *bundle = must(malloc(sizeof *bundle));

    bundle->bytes = bytes;
    bundle->count = 0;
    return bundle;
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL)
        return;
    free(bundle->bytes);
    free(bundle);
}

static bool check_one(const struct check *check, struct note *note)
{
    note->text = check->text;
    note->line_count = 1;
    note->lines[0] = check->line;
    return note_verify(note, 0, &check->key);
}

/* The first wrong index of a bundle, or -1. */
static int64_t check_all(const struct bundle *bundle, struct note *note)
{
    for (size_t i = 0; i < bundle->count; i++)
        if (!check_one(&bundle->checks[i], note))
            return bundle->checks[i].index;
    return -1;
}

static void *work(void *context)
{
    struct verifier *verifier = context;
    struct note *note = must(calloc(1, sizeof *note));

    (void)pthread_mutex_lock(&verifier->lock);
    for (;;) {
        struct bundle *bundle;
        int64_t wrong, count;

        while (verifier->queued == 0 && !verifier->ending)
            (void)pthread_cond_wait(&verifier->changed, &verifier->lock);
        if (verifier->ending)
            break;
        bundle = verifier->queue[--verifier->queued];
        verifier->busy++;
        (void)pthread_cond_broadcast(&verifier->changed);
        (void)pthread_mutex_unlock(&verifier->lock);
        wrong = check_all(bundle, note);
        count = (int64_t)bundle->count;
        bundle_free(bundle);
        (void)pthread_mutex_lock(&verifier->lock);
        if (wrong >= 0 && (verifier->wrong < 0 || wrong < verifier->wrong))
            verifier->wrong = wrong;
        verifier->checked += count;
        verifier->busy--;
        (void)pthread_cond_broadcast(&verifier->changed);
    }
    (void)pthread_mutex_unlock(&verifier->lock);
    free(note);
    return NULL;
}

struct verifier *verifier_create(int threads)
{
    struct verifier *verifier = must(calloc(1, sizeof *verifier));

    assert(threads >= 1 && threads <= THREADS_MAX);
    (void)pthread_mutex_init(&verifier->lock, NULL);
    (void)pthread_cond_init(&verifier->changed, NULL);
    verifier->wrong = -1;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&verifier->threads[verifier->thread_count], NULL,
                           work, verifier) == 0)
            verifier->thread_count++;
    if (verifier->thread_count == 0)
        abort();
    return verifier;
}

void verifier_free(struct verifier *verifier)
{
    if (verifier == NULL)
        return;
    (void)pthread_mutex_lock(&verifier->lock);
    verifier->ending = true;
    (void)pthread_cond_broadcast(&verifier->changed);
    (void)pthread_mutex_unlock(&verifier->lock);
    for (int i = 0; i < verifier->thread_count; i++)
        (void)pthread_join(verifier->threads[i], NULL);
    for (int i = 0; i < verifier->queued; i++)
        bundle_free(verifier->queue[i]);
    (void)pthread_cond_destroy(&verifier->changed);
    (void)pthread_mutex_destroy(&verifier->lock);
    free(verifier);
}

void verifier_push(struct verifier *verifier, struct bundle *bundle)
{
    (void)pthread_mutex_lock(&verifier->lock);
    while (verifier->queued == QUEUE_MAX)
        (void)pthread_cond_wait(&verifier->changed, &verifier->lock);
    verifier->queue[verifier->queued++] = bundle;
    (void)pthread_cond_broadcast(&verifier->changed);
    (void)pthread_mutex_unlock(&verifier->lock);
}

int64_t verifier_finish(struct verifier *verifier)
{
    int64_t wrong;

    (void)pthread_mutex_lock(&verifier->lock);
    while (verifier->queued > 0 || verifier->busy > 0)
        (void)pthread_cond_wait(&verifier->changed, &verifier->lock);
    wrong = verifier->wrong;
    (void)pthread_mutex_unlock(&verifier->lock);
    return wrong;
}

int64_t verifier_checked(struct verifier *verifier)
{
    int64_t checked;

    (void)pthread_mutex_lock(&verifier->lock);
    checked = verifier->checked;
    (void)pthread_mutex_unlock(&verifier->lock);
    return checked;
}
