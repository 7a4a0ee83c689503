#include "admin-cli/prefetch.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 6, AHEAD = 24 };

/* Where a reader is: level -1 is the bundle, then the tiles it completes. */
struct cursor {
    uint64_t size, bundle;
    int level;
    bool tiles;
};

struct slot {
    bool ready, good;
    char *bytes;
    size_t size;
    struct error error;
};

struct prefetch {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct cursor asked, taken; /* The file that comes next, of each. */
    uint64_t asked_count, taken_count;
    struct slot slots[AHEAD]; /* Of file i at i % AHEAD. */
    bool ending;
    int thread_count;
    pthread_t threads[CONNECTIONS];
    struct source sources[CONNECTIONS];
    int next_source;
};

/* ---- The order ---- */

static unsigned width_of(uint64_t size, uint64_t number)
{
    const uint64_t left = size - number * TILE_HASHES;

    return left < TILE_HASHES ? (unsigned)left : TILE_HASHES;
}

/* The next partial tile from a level on; false: there is none. */
static bool partial_tile(const struct cursor *cursor, struct tile_path *path)
{
    for (int level = cursor->level; level < TILE_LEVELS; level++) {
        const uint64_t size = tile_level_size(cursor->size, level);

        if (size % TILE_HASHES == 0)
            continue;
        *path = (struct tile_path){level, size / TILE_HASHES,
                                   (unsigned)(size % TILE_HASHES)};
        return true;
    }
    return false;
}

/* The file at the cursor; false: after the last. */
static bool file_at(struct cursor *cursor, struct tile_path *path)
{
    while (cursor->bundle * TILE_HASHES < cursor->size) {
        const uint64_t end = (cursor->bundle + 1) * TILE_HASHES;

        if (cursor->level < 0) {
            *path = (struct tile_path){-1, cursor->bundle,
                                       width_of(cursor->size, cursor->bundle)};
            return true;
        }
        if (cursor->tiles && end <= cursor->size &&
            tile_level_size(end, cursor->level) % TILE_HASHES == 0 &&
            tile_level_size(end, cursor->level) << (8 * cursor->level) == end) {
            *path = (struct tile_path){
                cursor->level,
                tile_level_size(end, cursor->level) / TILE_HASHES - 1,
                TILE_HASHES};
            return true;
        }
        cursor->bundle++;
        cursor->level = cursor->bundle * TILE_HASHES < cursor->size ? -1 : 0;
    }
    return cursor->tiles && partial_tile(cursor, path);
}

static void step(struct cursor *cursor, const struct tile_path *path)
{
    cursor->level = path->level + 1;
}

/* ---- The threads ---- */

static void fetch(struct prefetch *prefetch, struct source *source,
                  const struct tile_path *path, struct slot *slot)
{
    struct slot found = {.ready = true};

    found.good =
        source_tile(source, path, &found.bytes, &found.size, &found.error);
    (void)pthread_mutex_lock(&prefetch->lock);
    *slot = found;
    (void)pthread_cond_broadcast(&prefetch->changed);
    (void)pthread_mutex_unlock(&prefetch->lock);
}

static void *work(void *context)
{
    struct prefetch *prefetch = context;
    struct source *source;
    struct tile_path path;

    (void)pthread_mutex_lock(&prefetch->lock);
    source = &prefetch->sources[prefetch->next_source++];
    for (;;) {
        struct slot *slot;

        while (!prefetch->ending &&
               prefetch->asked_count - prefetch->taken_count == AHEAD)
            (void)pthread_cond_wait(&prefetch->changed, &prefetch->lock);
        if (prefetch->ending || !file_at(&prefetch->asked, &path))
            break;
        step(&prefetch->asked, &path);
        slot = &prefetch->slots[prefetch->asked_count++ % AHEAD];
        (void)pthread_mutex_unlock(&prefetch->lock);
        fetch(prefetch, source, &path, slot);
        (void)pthread_mutex_lock(&prefetch->lock);
    }
    (void)pthread_mutex_unlock(&prefetch->lock);
    return NULL;
}

struct prefetch *prefetch_start(const struct source *source, uint64_t from,
                                uint64_t size, bool tiles)
{
    struct prefetch *prefetch = calloc(1, sizeof *prefetch);

    assert(prefetch != NULL);
    (void)pthread_mutex_init(&prefetch->lock, NULL);
    (void)pthread_cond_init(&prefetch->changed, NULL);
    prefetch->asked = prefetch->taken =
        (struct cursor){.size = size,
                        .bundle = from / TILE_HASHES,
                        .level = -1,
                        .tiles = tiles};
    for (int i = 0; i < CONNECTIONS; i++) {
        struct error ignored = {0};

        if (!source_again(&prefetch->sources[prefetch->thread_count], source,
                          &ignored))
            break;
        if (pthread_create(&prefetch->threads[prefetch->thread_count], NULL,
                           work, prefetch) != 0) {
            source_close(&prefetch->sources[prefetch->thread_count]);
            break;
        }
        prefetch->thread_count++;
    }
    if (prefetch->thread_count > 0)
        return prefetch;
    prefetch_end(prefetch);
    return NULL;
}

void prefetch_end(struct prefetch *prefetch)
{
    if (prefetch == NULL)
        return;
    (void)pthread_mutex_lock(&prefetch->lock);
    prefetch->ending = true;
    (void)pthread_cond_broadcast(&prefetch->changed);
    (void)pthread_mutex_unlock(&prefetch->lock);
    for (int i = 0; i < prefetch->thread_count; i++) {
        (void)pthread_join(prefetch->threads[i], NULL);
        source_close(&prefetch->sources[i]);
    }
    for (size_t i = 0; i < AHEAD; i++)
        if (prefetch->slots[i].ready && prefetch->slots[i].good)
            free(prefetch->slots[i].bytes);
    (void)pthread_cond_destroy(&prefetch->changed);
    (void)pthread_mutex_destroy(&prefetch->lock);
    free(prefetch);
}

bool prefetch_has(const struct prefetch *prefetch, const struct tile_path *path)
{
    struct cursor cursor = prefetch->taken;
    struct tile_path next;

    return file_at(&cursor, &next) && next.level == path->level &&
           next.number == path->number && next.width == path->width;
}

bool prefetch_take(struct prefetch *prefetch, char **bytes, size_t *size,
                   struct error *error)
{
    struct slot *slot = &prefetch->slots[prefetch->taken_count % AHEAD];
    struct tile_path path;
    struct slot found;
    const bool more = file_at(&prefetch->taken, &path);

    assert(more);
    step(&prefetch->taken, &path);
    (void)pthread_mutex_lock(&prefetch->lock);
    while (!slot->ready)
        (void)pthread_cond_wait(&prefetch->changed, &prefetch->lock);
    found = *slot;
    *slot = (struct slot){0};
    prefetch->taken_count++;
    (void)pthread_cond_broadcast(&prefetch->changed);
    (void)pthread_mutex_unlock(&prefetch->lock);
    if (found.good) {
        *bytes = found.bytes;
        *size = found.size;
    } else {
        *error = found.error;
    }
    return found.good;
}
