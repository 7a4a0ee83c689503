#include "admin-cli/export_log.h"

#include "admin-cli/file.h"
#include "admin-cli/published.h"
#include "admin-cli/screen.h"
#include "admin-cli/trust.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct copy {
    struct export_log *export;
    struct source *source;
    struct trust trust;
    struct note note;
    char *checkpoint; /* Bytes. */
    size_t checkpoint_size;
    uint64_t before; /* Size of the log in the folder. */
    /* Roots of all full tiles of level 0: the hashes of level 1; then of the
     * level above, as they are written. */
    struct hash *roots;
    uint64_t root_count;
    struct hash edge[TILE_HASHES]; /* Of the partial tile of level 0. */
    unsigned edge_count;
};

/* ---- Files ---- */

static bool write_file(struct copy *copy, const char *name, const void *bytes,
                       size_t size, struct error *error)
{
    char path[SOURCE_PATH_BYTES + TILE_PATH_CHARS];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", copy->export->to, name) >=
        sizeof path)
        return fail(error, ERROR_USAGE, "the path is too long");
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        *at = '/';
    }
    copy->export->written++;
    return file_write(path, bytes, size, error);
}

static bool write_tile(struct copy *copy, int level, uint64_t number,
                       unsigned width, const void *bytes, size_t size,
                       struct error *error)
{
    const struct tile_path path = {level, number, width};
    char name[TILE_PATH_CHARS];

    (void)tile_path_write(name, &path);
    return write_file(copy, name, bytes, size, error);
}

/* ---- The two checkpoints ---- */

static bool open_checkpoint(struct copy *copy, struct error *error)
{
    struct error why = {0};

    if (!published_checkpoint(copy->source, &copy->checkpoint,
                              &copy->checkpoint_size, &copy->note,
                              &copy->export->checkpoint, error))
        return false;
    if (policy_check(&copy->trust.policy, &copy->note,
                     &copy->export->checkpoint, &why))
        return true;
    return fail(error, ERROR_PROOF, "the checkpoint: %s", why.text);
}

/* What is in the folder is a beginning of what the source shows? */
static bool continue_copy(struct copy *copy, struct error *error)
{
    const struct checkpoint *now = &copy->export->checkpoint;
    struct checkpoint then;
    struct source folder;
    struct note *note = malloc(sizeof *note);
    struct error why = {0};
    char *bytes;
    size_t size;
    bool found;

    assert(note != NULL);
    found = source_open(&folder, copy->export->to, NULL, error) &&
            published_checkpoint(&folder, &bytes, &size, note, &then, &why);
    free(note);
    if (!found && why.code == ERROR_ABSENT)
        return true;
    if (!found)
        return error->code != ERROR_NONE ||
               fail(error, why.code, "%s/checkpoint: %s", copy->export->to,
                    why.text);
    free(bytes);
    if (strcmp(then.origin, now->origin) != 0)
        return fail(error, ERROR_ORIGIN, "%s holds the log of %s, not of %s",
                    copy->export->to, then.origin, now->origin);
    if (then.size > now->size)
        return fail(error, ERROR_PROOF,
                    "%s holds %" PRIu64 " entries, the source only %" PRIu64,
                    copy->export->to, then.size, now->size);
    copy->before = then.size;
    return source_extends(copy->source, then.size, &then.root, now->size,
                          &now->root, error);
}

/* ---- Hashes, authenticated by the root ---- */

static bool fetch_hashes(struct copy *copy, int level, uint64_t number,
                         unsigned width, struct hash *hashes,
                         struct error *error)
{
    const struct tile_path path = {level, number, width};
    const size_t wanted = width * sizeof(struct hash);
    char *bytes, name[TILE_PATH_CHARS];
    size_t size;

    if (!source_tile(copy->source, &path, &bytes, &size, error))
        return false;
    if (size == wanted)
        memcpy(hashes, bytes, wanted);
    free(bytes);
    (void)tile_path_write(name, &path);
    return size == wanted ||
           fail(error, ERROR_PROOF, "%s has %zu bytes", name, size);
}

static bool check_root(const struct copy *copy, struct error *error)
{
    const struct checkpoint *checkpoint = &copy->export->checkpoint;
    struct tree upper = {.size = 0}, tree = {.size = 0};
    struct hash root;

    for (uint64_t i = 0; i < copy->root_count; i++)
        tree_append(&upper, &copy->roots[i]);
    for (int i = 0; i + 8 < TREE_LEVELS_MAX; i++)
        tree.nodes[i + 8] = upper.nodes[i];
    tree.size = copy->root_count * TILE_HASHES;
    for (unsigned i = 0; i < copy->edge_count; i++)
        tree_append(&tree, &copy->edge[i]);
    root = tree_root(&tree);
    if (hash_equal(&root, &checkpoint->root))
        return true;
    return fail(error, ERROR_PROOF,
                "the tiles hash to another root than the checkpoint's");
}

/* Level 1 and the partial tile of level 0 make the root. */
static bool fetch_roots(struct copy *copy, struct error *error)
{
    const uint64_t size = copy->export->checkpoint.size;

    copy->root_count = size / TILE_HASHES;
    copy->edge_count = (unsigned)(size % TILE_HASHES);
    for (uint64_t at = 0; at < copy->root_count; at += TILE_HASHES) {
        const uint64_t left = copy->root_count - at;
        const unsigned width =
            left < TILE_HASHES ? (unsigned)left : TILE_HASHES;
        struct hash *more = realloc(copy->roots, (size_t)(at + TILE_HASHES) *
                                                     sizeof copy->roots[0]);

        assert(more != NULL);
        copy->roots = more;
        if (!fetch_hashes(copy, 1, at / TILE_HASHES, width, copy->roots + at,
                          error))
            return false;
    }
    if (copy->edge_count > 0 &&
        !fetch_hashes(copy, 0, copy->root_count, copy->edge_count, copy->edge,
                      error))
        return false;
    return check_root(copy, error);
}

/* ---- Copying ---- */

static bool check_bundle(const struct copy *copy, uint64_t number,
                         unsigned width, struct text rest,
                         struct hash hashes[static TILE_HASHES])
{
    struct text leaf;
    struct hash root;

    for (unsigned i = 0; i < width; i++) {
        if (!bundle_take(&rest, &leaf))
            return false;
        hashes[i] = tree_leaf_hash(leaf.bytes, leaf.size);
    }
    if (rest.size > 0)
        return false;
    if (width < TILE_HASHES)
        return memcmp(hashes, copy->edge, width * sizeof hashes[0]) == 0;
    root = tree_fold(hashes, TILE_HASHES);
    return hash_equal(&root, &copy->roots[number]);
}

/* A bundle and the tile of its leaf hashes. */
static bool copy_bundle(struct copy *copy, uint64_t number, unsigned width,
                        struct error *error)
{
    const struct tile_path path = {-1, number, width};
    struct hash hashes[TILE_HASHES];
    char *bytes;
    size_t size;
    bool good;

    if (!source_tile(copy->source, &path, &bytes, &size, error))
        return false;
    good = check_bundle(copy, number, width,
                        (struct text){bytes, (uint32_t)size}, hashes) ||
           fail(error, ERROR_PROOF,
                "the entries from %" PRIu64 " on are not those of the tree",
                number * TILE_HASHES);
    good = good && write_tile(copy, -1, number, width, bytes, size, error) &&
           write_tile(copy, 0, number, width, hashes, width * sizeof hashes[0],
                      error);
    free(bytes);
    return good;
}

static bool copy_bundles(struct copy *copy, struct error *error)
{
    const uint64_t size = copy->export->checkpoint.size;

    if (size > copy->before)
        source_ahead(copy->source, copy->before, size, false);
    for (uint64_t at = copy->before / TILE_HASHES * TILE_HASHES;
         at < size && size > copy->before; at += TILE_HASHES) {
        const unsigned width =
            size - at < TILE_HASHES ? (unsigned)(size - at) : TILE_HASHES;

        if (!copy_bundle(copy, at / TILE_HASHES, width, error))
            return false;
        screen_progress("entries", at + width, size);
    }
    return true;
}

/* The tiles above level 0 out of the roots below, level by level. */
static bool write_upper(struct copy *copy, struct error *error)
{
    uint64_t before = copy->before / TILE_HASHES;

    if (copy->before == copy->export->checkpoint.size)
        return true;
    for (int level = 1; copy->root_count > 0; level++) {
        const uint64_t full = copy->root_count / TILE_HASHES;
        const unsigned width = (unsigned)(copy->root_count % TILE_HASHES);
        const struct hash *hashes = copy->roots;

        for (uint64_t i = before / TILE_HASHES; i < full; i++)
            if (!write_tile(copy, level, i, TILE_HASHES,
                            hashes + i * TILE_HASHES, TILE_BYTES, error))
                return false;
        if (width > 0 &&
            !write_tile(copy, level, full, width, hashes + full * TILE_HASHES,
                        width * sizeof *hashes, error))
            return false;
        for (uint64_t i = 0; i < full; i++)
            copy->roots[i] =
                tree_fold(copy->roots + i * TILE_HASHES, TILE_HASHES);
        copy->root_count = full;
        before /= TILE_HASHES;
    }
    return true;
}

static bool run(struct copy *copy, struct error *error)
{
    return open_checkpoint(copy, error) && continue_copy(copy, error) &&
           fetch_roots(copy, error) && copy_bundles(copy, error) &&
           write_upper(copy, error) &&
           write_file(copy, "policy", copy->trust.text, copy->trust.size,
                      error) &&
           write_file(copy, "checkpoint", copy->checkpoint,
                      copy->checkpoint_size, error);
}

bool export_log(struct export_log *export, struct source *source,
                struct error *error)
{
    struct copy *copy = calloc(1, sizeof *copy);
    bool good;

    assert(copy != NULL);
    copy->export = export;
    copy->source = source;
    export->written = 0;
    good =
        trust_open(&copy->trust, export->policy, export->vkey, source, error) &&
        run(copy, error);
    trust_close(&copy->trust);
    free(copy->checkpoint);
    free(copy->roots);
    free(copy);
    return good;
}
