#include "admin-cli/source.h"

#include "admin-cli/file.h"
#include "admin-cli/prefetch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_address(const char *where)
{
    return strncmp(where, "http://", 7) == 0 ||
           strncmp(where, "https://", 8) == 0 ||
           strncmp(where, "unix:/", 6) == 0;
}

/* A node's own address serves where it has one ledger only. */
static void find_prefix(struct source *source)
{
    const char *host = strstr(source->client.base, "://");
    struct error ignored = {0};

    (void)snprintf(source->prefix, sizeof source->prefix, "/");
    if ((*source->client.socket != '\0' || strchr(host + 3, '/') == NULL) &&
        client_find_ledger(&source->client, &ignored))
        (void)snprintf(source->prefix, sizeof source->prefix, "~/");
}

bool source_open(struct source *source, const char *where,
                 const struct settings *settings, struct error *error)
{
    struct settings *own;
    bool good;

    memset(source, 0, sizeof *source);
    source->remote = where == NULL || is_address(where);
    if (!source->remote) {
        if ((size_t)snprintf(source->dir, sizeof source->dir, "%s", where) >=
            sizeof source->dir)
            return fail(error, ERROR_USAGE, "the path is too long");
        return true;
    }
    if (where == NULL) {
        (void)snprintf(source->prefix, sizeof source->prefix, "~/");
        return client_open(&source->client, settings, error) &&
               client_find_ledger(&source->client, error);
    }
    own = malloc(sizeof *own);
    assert(own != NULL);
    *own = *settings;
    own->values[SETTING_NODE] = where;
    if (strncmp(where, "unix:/", 6) != 0)
        own->values[SETTING_LEDGER] = NULL;
    good = client_open(&source->client, own, error);
    free(own);
    if (good)
        find_prefix(source);
    return good;
}

bool source_again(struct source *source, const struct source *other,
                  struct error *error)
{
    *source = *other;
    source->prefetch = NULL;
    return !source->remote ||
           client_again(&source->client, &other->client, error);
}

void source_ahead(struct source *source, uint64_t from, uint64_t size,
                  bool tiles)
{
    if (source->remote && source->prefetch == NULL)
        source->prefetch = prefetch_start(source, from, size, tiles);
}

void source_close(struct source *source)
{
    prefetch_end(source->prefetch);
    if (source->remote)
        client_close(&source->client);
    memset(source, 0, sizeof *source);
}

static bool get_remote(struct source *source, const char *path, char **bytes,
                       size_t *size, struct error *error)
{
    struct answer answer = {0};
    char url[SOURCE_PATH_BYTES];

    (void)snprintf(url, sizeof url, "%s%s", source->prefix, path);
    if (!client_send(&source->client, "GET", url, NULL, NULL, 0, &answer,
                     error))
        return false;
    if (answer.status != 200) {
        const int status = answer.status;

        answer_close(&answer);
        return fail(error, ERROR_REQUEST, "%s: the answer is %d, not 200", path,
                    status);
    }
    *size = answer.size;
    *bytes = answer.body != NULL ? answer.body : calloc(1, 1);
    assert(*bytes != NULL);
    answer.body = NULL;
    answer_close(&answer);
    return true;
}

bool source_get(struct source *source, const char *path, char **bytes,
                size_t *size, struct error *error)
{
    char name[2 * SOURCE_PATH_BYTES];

    if (source->remote)
        return get_remote(source, path, bytes, size, error);
    (void)snprintf(name, sizeof name, "%s/%s", source->dir, path);
    return file_read(name, CLIENT_ANSWER_MAX, bytes, size, error);
}

bool bundle_take(struct text *rest, struct text *leaf)
{
    const uint8_t *at = (const uint8_t *)rest->bytes;
    uint32_t size;

    if (rest->size < 2)
        return false;
    size = (uint32_t)(at[0] << 8 | at[1]);
    if (rest->size - 2 < size)
        return false;
    *leaf = (struct text){rest->bytes + 2, size};
    rest->bytes += 2 + size;
    rest->size -= 2 + size;
    return true;
}

/* What the partial tile would be. */
static size_t cut(const struct tile_path *path, const char *bytes, size_t size)
{
    struct text rest = {bytes, (uint32_t)size}, leaf;
    const size_t hashes = path->width * sizeof(struct hash);

    if (path->level >= 0)
        return size < hashes ? size : hashes;
    for (unsigned i = 0; i < path->width; i++)
        if (!bundle_take(&rest, &leaf))
            return size;
    return (size_t)(rest.bytes - bytes);
}

bool source_tile(struct source *source, const struct tile_path *path,
                 char **bytes, size_t *size, struct error *error)
{
    struct tile_path full = *path;
    char name[TILE_PATH_CHARS];
    struct error why = {0}, ignored = {0};

    if (source->prefetch != NULL && prefetch_has(source->prefetch, path))
        return prefetch_take(source->prefetch, bytes, size, error);
    (void)tile_path_write(name, path);
    if (source_get(source, name, bytes, size, &why))
        return true;
    full.width = TILE_HASHES;
    if (why.code == ERROR_ABSENT && path->width < TILE_HASHES) {
        (void)tile_path_write(name, &full);
        if (source_get(source, name, bytes, size, &ignored)) {
            *size = cut(path, *bytes, *size);
            return true;
        }
        (void)tile_path_write(name, path);
    }
    if (why.code == ERROR_ABSENT)
        return fail(error, ERROR_PROOF, "%s is missing", name);
    *error = why;
    return false;
}

/* ---- Proofs out of tiles ---- */

static bool load_tile(struct source_tree *tree, int level, uint64_t number,
                      struct error *error)
{
    const uint64_t left =
        tile_level_size(tree->size, level) - number * TILE_HASHES;
    const struct tile_path path = {
        level, number, left < TILE_HASHES ? (unsigned)left : TILE_HASHES};
    char *bytes, name[TILE_PATH_CHARS];
    size_t size;
    bool good;

    if (tree->tiles[level].width == path.width &&
        tree->tiles[level].number == number)
        return true;
    if (!source_tile(tree->source, &path, &bytes, &size, error))
        return false;
    good = size == path.width * sizeof(struct hash);
    if (good) {
        memcpy(tree->tiles[level].hashes, bytes, size);
        tree->tiles[level].number = number;
        tree->tiles[level].width = path.width;
    }
    free(bytes);
    (void)tile_path_write(name, &path);
    return good || fail(error, ERROR_PROOF, "%s has %zu bytes", name, size);
}

bool source_node(void *context, int height, uint64_t number, struct hash *hash,
                 struct error *error)
{
    struct source_tree *tree = context;
    const struct tile_span span = tile_span_of(height, number);

    if (!load_tile(tree, span.level, span.number, error))
        return false;
    *hash = tree_fold(tree->tiles[span.level].hashes + span.first, span.count);
    return true;
}

bool source_extends(struct source *source, uint64_t size1,
                    const struct hash *root1, uint64_t size2,
                    const struct hash *root2, struct error *error)
{
    struct source_tree *tree;
    struct proof proof;
    bool made;

    assert(size1 <= size2);
    if (size1 == 0)
        return true;
    tree = calloc(1, sizeof *tree);
    assert(tree != NULL);
    tree->source = source;
    tree->size = size2;
    made =
        proof_make_consistency(&proof, size1, size2, source_node, tree, error);
    free(tree);
    if (!made)
        return false;
    if (proof_verify_consistency(&proof, size1, size2, root1, root2))
        return true;
    return fail(error, ERROR_PROOF,
                "the log of %" PRIu64
                " entries is no extension of that of %" PRIu64,
                size2, size1);
}
