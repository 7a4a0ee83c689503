#include "server/tiles.h"
#include "server/host.h"
#include "server/node.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CACHED_TILES = 64 };

void tile_cache_open(struct tile_cache *cache)
{
    *cache = (struct tile_cache){0};
    (void)pthread_mutex_init(&cache->mutex, NULL);
}

void tile_cache_free(struct tile_cache *cache)
{
    free(cache->tiles);
    (void)pthread_mutex_destroy(&cache->mutex);
}

void tile_cache_put(struct tile_cache *cache, const struct store_tile *tile)
{
    (void)pthread_mutex_lock(&cache->mutex);
    if (cache->tiles == NULL)
        cache->tiles = calloc(CACHED_TILES, sizeof *cache->tiles);
    if (cache->tiles == NULL)
        abort();
    cache->tiles[cache->next] = *tile;
    cache->next = (cache->next + 1) % CACHED_TILES;
    if (cache->count < CACHED_TILES)
        cache->count++;
    (void)pthread_mutex_unlock(&cache->mutex);
}

static bool find_cached(struct tile_cache *cache, int level, uint64_t number,
                        struct hash hashes[static TILE_HASHES])
{
    bool found = false;

    (void)pthread_mutex_lock(&cache->mutex);
    for (size_t i = 0; i < cache->count && !found; i++) {
        const struct store_tile *tile = &cache->tiles[i];

        found = tile->level == level && tile->number == (int64_t)number;
        if (found)
            memcpy(hashes, tile->hashes, sizeof tile->hashes);
    }
    (void)pthread_mutex_unlock(&cache->mutex);
    return found;
}

static bool read_stored(struct ledger_host *host, int level, uint64_t number,
                        struct hash hashes[static TILE_HASHES],
                        struct error *error)
{
    struct store_tile tile;
    POOL_LOAN(loan);

    if (find_cached(&host->tiles, level, number, hashes))
        return true;
    if (!pool_borrow(&host->node->pool, &loan, error) ||
        !store_tile(loan.db, host->ledger_id, level, (int64_t)number, &tile,
                    error))
        return false;
    tile_cache_put(&host->tiles, &tile);
    memcpy(hashes, tile.hashes, sizeof tile.hashes);
    return true;
}

bool tile_read(struct ledger_host *host, int level, uint64_t number,
               unsigned width, struct hash hashes[static TILE_HASHES],
               struct error *error)
{
    uint64_t there;
    bool at_edge;

    if (level < 0 || level >= TILE_LEVELS || number > INT64_MAX / TILE_HASHES)
        return fail(error, ERROR_ABSENT, "there is no such tile");
    host_read(host);
    there = tile_level_size((uint64_t)host->at.size, level);
    at_edge = number == there / TILE_HASHES;
    if (at_edge)
        memcpy(hashes, host->at.edge.hashes[level],
               sizeof host->at.edge.hashes[level]);
    host_done(host);
    if (number * TILE_HASHES + width > there)
        return fail(error, ERROR_ABSENT, "there is no such tile yet");
    return at_edge || read_stored(host, level, number, hashes, error);
}

/* Bundles: the length of each leaf in two bytes, and the leaf. */
struct bundle {
    char *bytes;
    size_t size, room;
};

static bool add_leaf(void *context, const struct store_entry *entry,
                     struct error *error)
{
    struct bundle *bundle = context;
    size_t size = bundle->size + 2 + entry->leaf.size;

    (void)error;
    assert(entry->leaf.size <= UINT16_MAX);
    if (size > bundle->room) {
        bundle->room = size * 2;
        bundle->bytes = realloc(bundle->bytes, bundle->room);
        if (bundle->bytes == NULL)
            abort();
    }
    bundle->bytes[bundle->size] = (char)(entry->leaf.size >> 8);
    bundle->bytes[bundle->size + 1] = (char)(entry->leaf.size & 0xff);
    memcpy(bundle->bytes + bundle->size + 2, entry->leaf.bytes,
           entry->leaf.size);
    bundle->size = size;
    return true;
}

static bool serve_bundle(struct ledger_host *host, const struct tile_path *path,
                         struct bundle *bundle, struct error *error)
{
    int64_t from = (int64_t)(path->number * TILE_HASHES);
    struct store_each each = {.context = bundle, .entry = add_leaf};
    POOL_LOAN(loan);

    if (pool_borrow(&host->node->pool, &loan, error) &&
        store_entries(loan.db, host->ledger_id, from, from + path->width, each,
                      error))
        return true;
    free(bundle->bytes);
    return false;
}

bool tile_serve(struct ledger_host *host, const struct tile_path *path,
                int64_t size, char **bytes, size_t *byte_count,
                struct error *error)
{
    struct bundle bundle = {0};
    struct hash hashes[TILE_HASHES];
    int level = path->level < 0 ? 0 : path->level;

    if (level >= TILE_LEVELS || path->number > INT64_MAX / TILE_HASHES / 2 ||
        path->number * TILE_HASHES + path->width >
            tile_level_size((uint64_t)size, level))
        return fail(error, ERROR_ABSENT, "there is no such tile");
    if (path->level < 0) {
        if (!serve_bundle(host, path, &bundle, error))
            return false;
        *bytes = bundle.bytes;
        *byte_count = bundle.size;
        return true;
    }
    if (!tile_read(host, level, path->number, path->width, hashes, error))
        return false;
    *byte_count = path->width * sizeof hashes[0];
    *bytes = malloc(*byte_count);
    if (*bytes == NULL)
        abort();
    memcpy(*bytes, hashes, *byte_count);
    return true;
}

struct prover *prover_create(struct ledger_host *host)
{
    struct prover *prover = calloc(1, sizeof *prover);

    if (prover == NULL)
        abort();
    prover->host = host;
    return prover;
}

/* Where the nodes of a height begin: 256 of height 0, 128 of height 1 ... */
static unsigned nodes_from(int height)
{
    return 2u * TILE_HASHES - (2u * TILE_HASHES >> height);
}

/* All that the tree has of a tile: the next leaf asks for more of it. */
static unsigned widest(const struct prover *prover, int level, uint64_t number,
                       unsigned width)
{
    uint64_t there = tile_level_size((uint64_t)prover->size, level);
    uint64_t before = number * TILE_HASHES;

    if (there < before + width)
        return width;
    return there - before < TILE_HASHES ? (unsigned)(there - before)
                                        : TILE_HASHES;
}

static bool load_tile(struct prover *prover, int level, uint64_t number,
                      unsigned width, struct error *error)
{
    struct prover_tile *tile = &prover->tiles[level];

    if (tile->width >= width && tile->number == number)
        return true;
    tile->width = 0;
    width = widest(prover, level, number, width);
    if (!tile_read(prover->host, level, number, width, tile->nodes, error))
        return false;
    for (int height = 1; height < 8; height++) {
        const struct hash *below = tile->nodes + nodes_from(height - 1);
        struct hash *nodes = tile->nodes + nodes_from(height);

        for (unsigned i = 0; i < width >> height; i++)
            nodes[i] = tree_node_hash(&below[2 * i], &below[2 * i + 1]);
    }
    tile->number = number;
    tile->width = width;
    return true;
}

bool prover_node(void *context, int height, uint64_t number, struct hash *hash,
                 struct error *error)
{
    struct prover *prover = context;
    int level = height / 8, inner = height % 8;
    unsigned in_tile = TILE_HASHES >> inner;
    unsigned place = (unsigned)(number % in_tile);
    uint64_t tile = number / in_tile;

    if (level >= TILE_LEVELS)
        return fail(error, ERROR_ABSENT, "there is no such node");
    if (!load_tile(prover, level, tile, (place + 1) << inner, error))
        return false;
    *hash = prover->tiles[level].nodes[nodes_from(inner) + place];
    return true;
}

bool prover_tree(struct prover *prover, int64_t size, struct tree *tree,
                 struct error *error)
{
    struct tree found = {.size = (uint64_t)size};

    for (int level = 0; level < TREE_LEVELS_MAX; level++)
        if (found.size >> level & 1 &&
            !prover_node(prover, level, (found.size >> level) - 1,
                         &found.nodes[level], error))
            return false;
    *tree = found;
    return true;
}

bool receipt_make(struct prover *prover, int64_t index, struct text leaf,
                  const struct store_checkpoint *checkpoint, char **bytes,
                  size_t *size, struct error *error)
{
    struct receipt receipt = {
        .index = (uint64_t)index,
        .checkpoint = {checkpoint->note, (uint32_t)checkpoint->note_size},
        .leaf = leaf,
    };
    size_t room = 8192 + checkpoint->note_size + leaf.size;
    char *out;

    prover->size = checkpoint->size;
    if (!proof_make_inclusion(&receipt.proof, (uint64_t)index,
                              (uint64_t)checkpoint->size, prover_node, prover,
                              error))
        return false;
    out = malloc(room + 1);
    if (out == NULL)
        abort();
    *size = receipt_write(out, room, &receipt);
    if (*size == 0) {
        free(out);
        return fail(error, ERROR_BUG, "entry %" PRId64 " has no receipt",
                    index);
    }
    out[*size] = '\0';
    *bytes = out;
    return true;
}
