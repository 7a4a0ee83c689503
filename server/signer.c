#include "server/signer.h"
#include "sql/probe.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PATH_CHARS = 1024, TILE_BITS = 8 };

bool signer_open(struct log_signer *signer, const char *folder,
                 const struct store_ledger *ledger, const char *conninfo,
                 struct error *error)
{
    char path[PATH_CHARS];

    *signer = (struct log_signer){.ledger_id = ledger->ledger_id,
                                  .conninfo = conninfo,
                                  .highwater = {.file = -1}};
    (void)snprintf(signer->origin, sizeof signer->origin, "%s", ledger->origin);
    if (!log_keys_load(&signer->keys, &signer->secrets, folder, ledger->name,
                       error))
        return false;
    (void)snprintf(path, sizeof path, "%s/%s.highwater", folder, ledger->name);
    return highwater_open(&signer->highwater, path, ledger->origin, error);
}

void signer_close(struct log_signer *signer)
{
    db_close(&signer->db);
    highwater_close(&signer->highwater);
    sodium_memzero(&signer->secrets, sizeof signer->secrets);
    signer->keys.count = 0;
    signer->epoch = 0;
}

/* A connection that answers. */
static bool connect_db(struct log_signer *signer, struct error *error)
{
    bool reopened;

    if (signer->db.connection == NULL)
        return db_open(&signer->db, signer->conninfo, error);
    return db_revive(&signer->db, &reopened, error);
}

/* A complete subtree of 2^height leaves; the tree ends where it begins. */
static void append_subtree(struct tree *tree, int height, struct hash node)
{
    const uint64_t size = tree->size + (UINT64_C(1) << height);
    int level = height;

    for (; tree->size >> level & 1; level++)
        node = tree_node_hash(&tree->nodes[level], &node);
    tree->nodes[level] = node;
    tree->size = size;
}

/* The full tiles of a tree, the highest levels first. */
static bool add_tiles(struct log_signer *signer, uint64_t size,
                      struct tree *tree, struct error *error)
{
    for (int level = TILE_LEVELS - 2; level >= 0; level--) {
        const int height = TILE_BITS * (level + 1);
        struct store_tile tile;

        while (tree->size >> height < size >> height) {
            if (!store_tile(&signer->db, signer->ledger_id, level,
                            (int64_t)(tree->size >> height), &tile, error))
                return false;
            append_subtree(tree, height, tree_fold(tile.hashes, TILE_HASHES));
        }
    }
    return true;
}

static bool add_leaf(void *context, const struct store_entry *entry,
                     struct error *error)
{
    struct tree *tree = context;
    struct hash leaf = tree_leaf_hash(entry->leaf.bytes, entry->leaf.size);

    (void)error;
    tree_append(tree, &leaf);
    return true;
}

/* On to that size, by the leaves as they are stored. */
static bool add_leaves(struct log_signer *signer, int64_t size,
                       struct tree *tree, struct error *error)
{
    struct store_each each = {.context = tree, .entry = add_leaf};

    return (uint64_t)size == tree->size ||
           store_entries(&signer->db, signer->ledger_id, (int64_t)tree->size,
                         size, each, error);
}

/* The log's tree at that size, from full tiles and leaves as stored. */
static bool read_tree(struct log_signer *signer, int64_t size,
                      struct tree *tree, struct error *error)
{
    *tree = (struct tree){0};
    if (add_tiles(signer, (uint64_t)size, tree, error) &&
        add_leaves(signer, size, tree, error))
        return true;
    if (error->code == ERROR_ABSENT)
        error->code = ERROR_DOUBT;
    return false;
}

/* What this host signed must be the beginning of what the log is.  Tiles and
 * leaves are believed, since they have to lead to the root that was signed. */
static bool compare_file(struct log_signer *signer, struct tree *tree,
                         struct error *error)
{
    const struct highwater *highwater = &signer->highwater;
    struct store_head head;
    struct hash root;

    *tree = (struct tree){0};
    if (highwater->sequence == 0)
        return true;
    if (!store_head(&signer->db, signer->ledger_id, &head, error))
        return false;
    if (highwater->size > head.size)
        return fail(error, ERROR_DOUBT,
                    "the log has %" PRId64 " entries, but %" PRId64
                    " were signed",
                    head.size, highwater->size);
    if (!read_tree(signer, highwater->size, tree, error))
        return false;
    root = tree_root(tree);
    if (!hash_equal(&root, &highwater->root))
        return fail(error, ERROR_DOUBT,
                    "at size %" PRId64 " another root was signed",
                    highwater->size);
    return true;
}

static bool check_epoch(struct log_signer *signer, struct error *error)
{
    int64_t highest;

    if (!store_signer_highest(&signer->db, signer->ledger_id, &highest, error))
        return false;
    if (highest == signer->epoch)
        return true;
    (void)fail(error, ERROR_CONFLICT,
               "a signer of epoch %" PRId64 " has taken over from %" PRId64,
               highest, signer->epoch);
    signer->epoch = 0;
    return false;
}

bool signer_start(struct log_signer *signer, const char *host,
                  struct error *error)
{
    struct error ignored = {0};
    struct tree tree;
    int64_t highest;

    assert(signer->keys.count > 0);
    if (!connect_db(signer, error))
        return false;
    if (signer->epoch > 0 && check_epoch(signer, &ignored))
        return true; /* It has been here all the time. */
    if (!compare_file(signer, &tree, error) ||
        !store_signer_highest(&signer->db, signer->ledger_id, &highest,
                              error) ||
        !store_signer_insert(&signer->db, signer->ledger_id, highest + 1, host,
                             error))
        return false;
    signer->tree = tree;
    signer->epoch = highest + 1;
    return true;
}

/*
 * From the last signed size to this one, by the leaves as they are stored.  A
 * smaller size that another server asks for late is the beginning of what was
 * signed, and not signed again.
 */
static bool extend(struct log_signer *signer, int64_t size,
                   const struct hash *root, struct tree *tree,
                   struct error *error)
{
    const bool before = (uint64_t)size < signer->tree.size;
    struct hash reached;

    *tree = signer->tree;
    if (before ? !read_tree(signer, size, tree, error)
               : !add_leaves(signer, size, tree, error)) {
        if (error->code == ERROR_ABSENT)
            error->code = ERROR_DOUBT;
        return false;
    }
    reached = tree_root(tree);
    if (!hash_equal(&reached, root))
        return fail(
            error, ERROR_DOUBT,
            "the leaves stored do not hash to the root at size %" PRId64, size);
    if (before)
        return fail(error, ERROR_TAKEN, "size %" PRIu64 " was signed already",
                    signer->tree.size);
    return true;
}

size_t checkpoint_note(struct store_checkpoint *out, const char *origin,
                       int64_t size, const struct hash *root)
{
    struct checkpoint checkpoint = {.size = (uint64_t)size, .root = *root};
    size_t text_size;

    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", origin);
    text_size = checkpoint_write(out->note, &checkpoint);
    out->note[text_size] = '\n';
    out->size = size;
    out->root = *root;
    out->note_size = text_size + 1;
    return text_size;
}

/* A line by each key: two while they overlap. */
void checkpoint_sign(struct store_checkpoint *out, const char *origin,
                     int64_t size, const struct hash *root,
                     const struct log_keys *keys,
                     const struct log_secrets *secrets)
{
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX];
    size_t text_size = checkpoint_note(out, origin, size, root);

    memcpy(text, out->note, text_size);
    for (size_t i = 0; i < keys->count; i++) {
        size_t line_size =
            note_sign(line, origin, text, text_size, &secrets->keys[i]);

        assert(out->note_size + line_size <= sizeof out->note);
        memcpy(out->note + out->note_size, line, line_size);
        out->note_size += line_size;
    }
}

bool signer_sign(struct log_signer *signer, int64_t size,
                 const struct hash *root, struct store_checkpoint *checkpoint,
                 struct error *error)
{
    struct store_checkpoint made = {0};
    struct tree tree;

    if (signer->epoch == 0)
        return fail(error, ERROR_CONFLICT, "another signer has taken over");
    if (!connect_db(signer, error) || !check_epoch(signer, error) ||
        !extend(signer, size, root, &tree, error))
        return false;
    PROBE(leaves_read);
    checkpoint_sign(&made, signer->origin, size, root, &signer->keys,
                    &signer->secrets);
    PROBE(signature_made);
    if (!highwater_write(&signer->highwater, size, root, error))
        return false;
    PROBE(highwater_written);
    signer->tree = tree;
    if (!store_checkpoint_insert(&signer->db, signer->ledger_id, &made, error))
        return false;
    PROBE(checkpoint_stored);
    *checkpoint = made;
    return true;
}
