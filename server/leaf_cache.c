#include "server/leaf_cache.h"

#include <stdlib.h>
#include <string.h>

/* Leaf bytes are const for readers; they came from malloc(). */
static void drop(struct store_entry *entry)
{
    free((void *)(uintptr_t)entry->leaf.bytes);
    *entry = (struct store_entry){0};
}

static struct store_entry copy_of(const struct store_entry *entry)
{
    struct store_entry copy = *entry;
    char *bytes = malloc(entry->leaf.size);

    if (bytes == NULL)
        abort();
    memcpy(bytes, entry->leaf.bytes, entry->leaf.size);
    copy.leaf.bytes = bytes;
    return copy;
}

void leaf_cache_init(struct leaf_cache *cache)
{
    memset(cache->kept, 0, sizeof cache->kept);
    if (pthread_mutex_init(&cache->mutex, NULL) != 0)
        abort();
}

void leaf_cache_clear(struct leaf_cache *cache)
{
    for (size_t i = 0; i < LEAVES_KEPT; i++)
        drop(&cache->kept[i]);
    (void)pthread_mutex_destroy(&cache->mutex);
}

bool leaf_cache_find(struct leaf_cache *cache, int64_t index,
                     struct store_entry *entry)
{
    const struct store_entry *kept = &cache->kept[index % LEAVES_KEPT];
    bool found;

    (void)pthread_mutex_lock(&cache->mutex);
    found = kept->leaf.bytes != NULL && kept->idx == index;
    if (found)
        *entry = copy_of(kept);
    (void)pthread_mutex_unlock(&cache->mutex);
    return found;
}

void leaf_cache_keep(struct leaf_cache *cache, const struct store_entry *entry)
{
    struct store_entry *kept = &cache->kept[entry->idx % LEAVES_KEPT];

    (void)pthread_mutex_lock(&cache->mutex);
    drop(kept);
    *kept = copy_of(entry);
    (void)pthread_mutex_unlock(&cache->mutex);
}
