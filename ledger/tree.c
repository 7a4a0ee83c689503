#include "ledger/tree.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

struct hash tree_leaf_hash(const void *leaf, size_t size)
{
    static const uint8_t prefix = 0x00;
    crypto_hash_sha256_state state;
    struct hash hash;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, &prefix, 1);
    (void)crypto_hash_sha256_update(&state, leaf, size);
    (void)crypto_hash_sha256_final(&state, hash.bytes);
    return hash;
}

struct hash tree_node_hash(const struct hash *left, const struct hash *right)
{
    uint8_t bytes[1 + 2 * sizeof left->bytes] = {0x01};
    struct hash hash;

    memcpy(bytes + 1, left->bytes, sizeof left->bytes);
    memcpy(bytes + 1 + sizeof left->bytes, right->bytes, sizeof right->bytes);
    (void)crypto_hash_sha256(hash.bytes, bytes, sizeof bytes);
    return hash;
}

void tree_append(struct tree *tree, const struct hash *leaf)
{
    struct hash node = *leaf;
    int level = 0;

    assert(tree->size < INT64_MAX);
    for (; tree->size >> level & 1; level++)
        node = tree_node_hash(&tree->nodes[level], &node);
    tree->nodes[level] = node;
    tree->size++;
}

struct hash tree_root(const struct tree *tree)
{
    struct hash root;
    bool begun = false;

    if (tree->size == 0) {
        (void)crypto_hash_sha256(root.bytes, (const uint8_t *)"", 0);
        return root;
    }
    for (int level = 0; level < TREE_LEVELS_MAX; level++) {
        if ((tree->size >> level & 1) == 0)
            continue;
        root = begun ? tree_node_hash(&tree->nodes[level], &root)
                     : tree->nodes[level];
        begun = true;
    }
    return root;
}

struct hash tree_fold(const struct hash *hashes, unsigned count)
{
    struct tree tree = {0};

    assert(count > 0 && (count & (count - 1)) == 0);
    for (unsigned i = 0; i < count; i++)
        tree_append(&tree, &hashes[i]);
    return tree_root(&tree);
}

void tile_edge_append(struct tile_edge *edge, uint64_t size,
                      const struct hash *leaf,
                      void (*each)(void *context, int level, uint64_t number,
                                   const struct hash *hashes),
                      void *context)
{
    struct hash hash = *leaf;

    for (int level = 0; level < TILE_LEVELS; level++) {
        unsigned place = (unsigned)(size % TILE_HASHES);

        edge->hashes[level][place] = hash;
        if (place != TILE_HASHES - 1)
            return;
        size /= TILE_HASHES;
        each(context, level, size, edge->hashes[level]);
        hash = tree_fold(edge->hashes[level], TILE_HASHES);
    }
}

/* On its way up a new node passes every level of the tiles that it ends. */
void tree_append_tiles(struct tree *tree, struct tile_edge *edge,
                       const struct hash *leaf,
                       void (*each)(void *context, int level, uint64_t number,
                                    const struct hash *hashes),
                       void *context)
{
    const int heights = 8; /* Of a tile. */
    struct hash node = *leaf;
    int level = 0;

    assert(tree->size < INT64_MAX);
    for (;; level++) {
        if (level % heights == 0 && level / heights < TILE_LEVELS) {
            struct hash *tile = edge->hashes[level / heights];
            const uint64_t place = tree->size >> level;

            tile[place % TILE_HASHES] = node;
            if (place % TILE_HASHES == TILE_HASHES - 1)
                each(context, level / heights, place / TILE_HASHES, tile);
        }
        if ((tree->size >> level & 1) == 0)
            break;
        node = tree_node_hash(&tree->nodes[level], &node);
    }
    tree->nodes[level] = node;
    tree->size++;
}

/* Appends value with at least digits digits. */
static char *put(char *out, uint64_t value, int digits)
{
    char backwards[20];
    int size = 0;

    for (; value > 0 || size < digits; value /= 10)
        backwards[size++] = (char)('0' + value % 10);
    while (size > 0)
        *out++ = backwards[--size];
    return out;
}

static char *put_text(char *out, const char *text)
{
    size_t size = strlen(text);

    memcpy(out, text, size);
    return out + size;
}

/* "x001/x234/067" */
static char *put_number(char *out, uint64_t number)
{
    uint64_t unit = 1;

    while (number / unit >= 1000)
        unit *= 1000;
    for (; unit > 1; unit /= 1000) {
        *out++ = 'x';
        out = put(out, number / unit % 1000, 3);
        *out++ = '/';
    }
    return put(out, number % 1000, 3);
}

size_t tile_path_write(char out[static TILE_PATH_CHARS],
                       const struct tile_path *path)
{
    char *end = put_text(out, "tile/");

    assert(path->level >= -1 && path->level <= TREE_LEVELS_MAX);
    assert(path->width >= 1 && path->width <= TILE_HASHES);
    assert(path->number <= INT64_MAX);
    end = path->level < 0 ? put_text(end, "entries")
                          : put(end, (uint64_t)path->level, 1);
    *end++ = '/';
    end = put_number(end, path->number);
    if (path->width < TILE_HASHES)
        end = put(put_text(end, ".p/"), path->width, 1);
    *end = '\0';
    return (size_t)(end - out);
}

/* What is left of a path that is being read. */
struct rest {
    const char *text;
    size_t size;
};

static bool skip(struct rest *rest, const char *expected)
{
    size_t size = strlen(expected);

    if (rest->size < size || memcmp(rest->text, expected, size) != 0)
        return false;
    rest->text += size;
    rest->size -= size;
    return true;
}

/* Adds up to most digits to *value; returns how many there were. */
static int take_digits(struct rest *rest, uint64_t *value, int most)
{
    int taken = 0;

    while (taken < most && rest->size > 0 && *rest->text >= '0' &&
           *rest->text <= '9') {
        *value = *value * 10 + (uint64_t)(*rest->text - '0');
        rest->text++;
        rest->size--;
        taken++;
    }
    return taken;
}

/* A number below 1000 without leading zeros. */
static bool take_small(struct rest *rest, uint64_t *value)
{
    bool begins_with_zero = rest->size > 0 && *rest->text == '0';
    int digits;

    *value = 0;
    digits = take_digits(rest, value, 3);
    return digits == 1 || (digits > 1 && !begins_with_zero);
}

static bool take_number(struct rest *rest, uint64_t *number)
{
    *number = 0;
    while (skip(rest, "x")) {
        if (take_digits(rest, number, 3) != 3 || !skip(rest, "/"))
            return false;
        if (*number == 0 || *number > INT64_MAX / 1000)
            return false; /* "x000/" says nothing. */
    }
    return take_digits(rest, number, 3) == 3 && *number <= INT64_MAX;
}

bool tile_path_read(struct tile_path *path, const char *text, size_t size)
{
    struct rest rest = {text, size};
    uint64_t level = 0, number, width = TILE_HASHES;
    bool is_entries = skip(&rest, "entries");

    if (!is_entries && (!take_small(&rest, &level) || level > TREE_LEVELS_MAX))
        return false;
    if (!skip(&rest, "/") || !take_number(&rest, &number))
        return false;
    if (skip(&rest, ".p/") &&
        (!take_small(&rest, &width) || width == 0 || width >= TILE_HASHES))
        return false;
    if (rest.size > 0)
        return false;
    *path = (struct tile_path){
        .level = is_entries ? -1 : (int)level,
        .number = number,
        .width = (unsigned)width,
    };
    return true;
}

uint64_t tile_level_size(uint64_t size, int level)
{
    if (level < 0)
        return size;
    return level < TILE_LEVELS ? size >> 8 * level : 0;
}

bool tile_path_is_within(const struct tile_path *path, uint64_t size)
{
    uint64_t hashes = tile_level_size(size, path->level);

    return path->number <= hashes / TILE_HASHES &&
           path->number * TILE_HASHES + path->width <= hashes;
}

struct tile_span tile_span_of(int height, uint64_t number)
{
    uint64_t first;

    assert(height >= 0 && height < TREE_LEVELS_MAX);
    assert(number <= (uint64_t)INT64_MAX >> height);
    first = number << height % 8;
    return (struct tile_span){
        .level = height / 8,
        .number = first / TILE_HASHES,
        .first = (unsigned)(first % TILE_HASHES),
        .count = 1U << height % 8,
    };
}
