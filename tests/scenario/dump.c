#include "tests/scenario/dump.h"

#include "ledger/checkpoint.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct dump {
    const char *dir;
    struct tree tree;
    struct tile_edge edge;
    size_t size;
    uint8_t bundle[TILE_HASHES * (LEAF_BYTES_MAX + 2)];
};

static void write_file(const struct dump *dump, const char *name,
                       const void *bytes, size_t size)
{
    char path[1024];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", dump->dir, name);
    for (char *at = path + 1; *at != '\0'; at++)
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0777);
            *at = '/';
        }
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size ||
        fclose(file) != 0)
        breach("%s cannot be written", path);
}

static void write_tile(const struct dump *dump, int level, uint64_t number,
                       unsigned width, const void *bytes, size_t size)
{
    const struct tile_path path = {level, number, width};
    char name[TILE_PATH_CHARS];

    (void)tile_path_write(name, &path);
    write_file(dump, name, bytes, size);
}

static void full_tile(void *context, int level, uint64_t number,
                      const struct hash *hashes)
{
    write_tile(context, level, number, TILE_HASHES, hashes, TILE_BYTES);
}

static void append(struct dump *dump, const struct leaf *leaf)
{
    struct hash hash = tree_leaf_hash(leaf->bytes, leaf->size);
    uint8_t *at = dump->bundle + dump->size;

    at[0] = (uint8_t)(leaf->size >> 8);
    at[1] = (uint8_t)leaf->size;
    memcpy(at + 2, leaf->bytes, leaf->size);
    dump->size += 2 + leaf->size;
    tile_edge_append(&dump->edge, dump->tree.size, &hash, full_tile, dump);
    tree_append(&dump->tree, &hash);
    if (dump->tree.size % TILE_HASHES != 0)
        return;
    write_tile(dump, -1, dump->tree.size / TILE_HASHES - 1, TILE_HASHES,
               dump->bundle, dump->size);
    dump->size = 0;
}

static void write_partial(const struct dump *dump)
{
    unsigned last = (unsigned)(dump->tree.size % TILE_HASHES);

    for (int level = 0; level < TILE_LEVELS; level++) {
        uint64_t size = tile_level_size(dump->tree.size, level);
        unsigned width = (unsigned)(size % TILE_HASHES);

        if (width > 0)
            write_tile(dump, level, size / TILE_HASHES, width,
                       dump->edge.hashes[level], width * sizeof(struct hash));
    }
    if (last > 0)
        write_tile(dump, -1, dump->tree.size / TILE_HASHES, last, dump->bundle,
                   dump->size);
}

static void write_signed(const struct dump *dump)
{
    struct checkpoint checkpoint = {.origin = ORIGIN,
                                    .size = dump->tree.size,
                                    .root = tree_root(&dump->tree)};
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX];
    char vkey[VKEY_CHARS_MAX], note[sizeof text + sizeof line + 1];
    size_t size = checkpoint_write(text, &checkpoint);
    struct key public;
    struct secret_key secret = name_secret((struct text){"log", 3}, &public);

    (void)note_sign(line, ORIGIN, text, size, &secret);
    size = (size_t)snprintf(note, sizeof note, "%s\n%s", text, line);
    write_file(dump, "checkpoint", note, size);
    vkey_write(vkey, ORIGIN, KEY_TYPE_ED25519, &public);
    size = (size_t)snprintf(note, sizeof note, "log %s\nquorum none\n", vkey);
    write_file(dump, "policy", note, size);
}

void dump_log(const char *dir, const struct world *world,
              const struct leaf *last)
{
    struct dump *dump = calloc(1, sizeof *dump);

    if (dump == NULL)
        abort();
    dump->dir = dir;
    for (size_t i = 0; i < world->leaf_count; i++)
        append(dump, &world->leaves[i]);
    if (last != NULL)
        append(dump, last);
    write_partial(dump);
    write_signed(dump);
    free(dump);
}

/* Of each step of each kind; or, before any, of each error for signers. */
static bool is_first(struct coverage *coverage, const struct wrong *wrong,
                     int step)
{
    bool *seen = &coverage->signers[wrong->leaf.kind][wrong->code];

    assert(wrong->code < 64);
    if (step >= 0)
        return step < 64 && coverage->steps[wrong->leaf.kind][step] == 1;
    if (wrong->code != ERROR_SIGNATURE && wrong->code != ERROR_REVOKED &&
        wrong->code != ERROR_UNSIGNED)
        return false;
    return !*seen && (*seen = true);
}

void dump_wrong(const struct world *world, const struct wrong *wrong)
{
    struct coverage *coverage = world->coverage;
    int step = world->outcome.refused_step;
    char dir[600], name[700];
    FILE *file;

    if (coverage->wrong_dir == NULL || !is_first(coverage, wrong, step))
        return;
    (void)snprintf(dir, sizeof dir, "%.500s/%d", coverage->wrong_dir,
                   ++coverage->wrong_count);
    dump_log(dir, world, &wrong->leaf);
    (void)snprintf(name, sizeof name, "%s/expected", dir);
    file = fopen(name, "w");
    assert(file != NULL);
    (void)fprintf(file, "%zu %s %s %d\n", wrong->index,
                  error_spec(wrong->code)->name,
                  entry_spec(wrong->leaf.kind)->name, step);
    (void)fclose(file);
}
