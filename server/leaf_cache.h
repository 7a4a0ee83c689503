/*
 * leaf_cache: leaves of one ledger that pages read again and again, such as
 * the one that opened a campaign.
 *
 * A leaf never changes, so nothing has to be made invalid.  A leaf stands at
 * its index modulo the places there are: it takes the place of another, and
 * the cache stays as large as it is.
 */
#ifndef SERVER_LEAF_CACHE_H
#define SERVER_LEAF_CACHE_H

#include "sql/store.h"

#include <pthread.h>

enum { LEAVES_KEPT = 64 };

struct leaf_cache {
    pthread_mutex_t mutex;
    struct store_entry kept[LEAVES_KEPT]; /* Leaf bytes owned; NULL: none. */
};

void leaf_cache_init(struct leaf_cache *cache);
void leaf_cache_clear(struct leaf_cache *cache);

/* A copy with leaf bytes to be freed; false if it is not there. */
bool leaf_cache_find(struct leaf_cache *cache, int64_t index,
                     struct store_entry *entry);
void leaf_cache_keep(struct leaf_cache *cache, const struct store_entry *entry);

#endif
