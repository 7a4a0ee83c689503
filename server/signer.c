#include "server/signer.h"
#include "sql/keyfile.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PATH_CHARS = 1024 };

static bool load_key(struct log_signer *signer, const char *folder,
                     const char *name, struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    (void)snprintf(path, sizeof path, "%s/%s.log.key", folder, name);
    if (keyfile_load(path, &signer->secret, &signer->key, &why))
        return true;
    if (why.code != ERROR_ABSENT)
        return fail(error, why.code, "%s", why.text);
    (void)snprintf(path, sizeof path, "%s/log.key", folder);
    return keyfile_load(path, &signer->secret, &signer->key, error);
}

bool signer_open(struct log_signer *signer, const char *folder,
                 const struct store_ledger *ledger, const char *conninfo,
                 struct error *error)
{
    char path[PATH_CHARS];

    *signer = (struct log_signer){.ledger_id = ledger->ledger_id,
                                  .conninfo = conninfo,
                                  .highwater = {.file = -1}};
    (void)snprintf(signer->origin, sizeof signer->origin, "%s", ledger->origin);
    if (!load_key(signer, folder, ledger->name, error))
        return false;
    signer->has_key = true;
    (void)snprintf(path, sizeof path, "%s/%s.highwater", folder, ledger->name);
    return highwater_open(&signer->highwater, path, ledger->origin, error);
}

void signer_close(struct log_signer *signer)
{
    db_close(&signer->db);
    highwater_close(&signer->highwater);
    sodium_memzero(&signer->secret, sizeof signer->secret);
    signer->has_key = false;
}

/* A connection that answers. */
static bool connect_db(struct log_signer *signer, struct error *error)
{
    bool reopened;

    if (signer->db.connection == NULL)
        return db_open(&signer->db, signer->conninfo, error);
    return db_revive(&signer->db, &reopened, error);
}

/* What this host signed must be the beginning of what the log is. */
static bool compare_file(const struct log_signer *signer, int64_t size,
                         const struct tree *tree_then, struct error *error)
{
    const struct highwater *highwater = &signer->highwater;
    struct hash root = tree_root(tree_then);

    if (highwater->sequence == 0)
        return true;
    if (highwater->size > size)
        return fail(error, ERROR_DOUBT,
                    "the log has %" PRId64 " entries, but %" PRId64
                    " were signed",
                    size, highwater->size);
    if (tree_then->size != (uint64_t)highwater->size ||
        !hash_equal(&root, &highwater->root))
        return fail(error, ERROR_DOUBT,
                    "at size %" PRId64 " another root was signed",
                    highwater->size);
    return true;
}

bool signer_start(struct log_signer *signer, int64_t size,
                  const struct tree *tree_then, const char *host,
                  struct error *error)
{
    int64_t highest;

    assert(signer->has_key);
    if (!compare_file(signer, size, tree_then, error) ||
        !connect_db(signer, error) ||
        !store_signer_highest(&signer->db, signer->ledger_id, &highest,
                              error) ||
        !store_signer_insert(&signer->db, signer->ledger_id, highest + 1, host,
                             error))
        return false;
    signer->tree =
        signer->highwater.sequence == 0 ? (struct tree){0} : *tree_then;
    signer->epoch = highest + 1;
    atomic_store(&signer->active, true);
    return true;
}

static bool check_epoch(struct log_signer *signer, struct error *error)
{
    int64_t highest;

    if (!store_signer_highest(&signer->db, signer->ledger_id, &highest, error))
        return false;
    if (highest == signer->epoch)
        return true;
    atomic_store(&signer->active, false);
    return fail(error, ERROR_CONFLICT,
                "a signer of epoch %" PRId64 " has taken over from %" PRId64,
                highest, signer->epoch);
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

/* From the last signed size to this one, by the leaves as they are stored. */
static bool extend(struct log_signer *signer, int64_t size,
                   const struct hash *root, struct tree *tree,
                   struct error *error)
{
    struct store_each each = {.context = tree, .entry = add_leaf};
    struct hash reached;

    *tree = signer->tree;
    if ((uint64_t)size < tree->size)
        return fail(error, ERROR_DOUBT,
                    "size %" PRId64 " is less than %" PRIu64
                    ", which was signed",
                    size, tree->size);
    if ((uint64_t)size > tree->size &&
        !store_entries(&signer->db, signer->ledger_id, (int64_t)tree->size,
                       size, each, error)) {
        if (error->code == ERROR_ABSENT)
            error->code = ERROR_DOUBT;
        return false;
    }
    reached = tree_root(tree);
    if (!hash_equal(&reached, root))
        return fail(
            error, ERROR_DOUBT,
            "the leaves stored do not hash to the root at size %" PRId64, size);
    return true;
}

static void write_note(const struct log_signer *signer, int64_t size,
                       const struct hash *root, struct store_checkpoint *out)
{
    struct checkpoint checkpoint = {.size = (uint64_t)size, .root = *root};
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX];
    size_t text_size, line_size;

    memcpy(checkpoint.origin, signer->origin, sizeof checkpoint.origin);
    text_size = checkpoint_write(text, &checkpoint);
    line_size =
        note_sign(line, signer->origin, text, text_size, &signer->secret);
    assert(text_size + 1 + line_size <= sizeof out->note);
    out->size = size;
    out->root = *root;
    out->note_size = text_size + 1 + line_size;
    memcpy(out->note, text, text_size);
    out->note[text_size] = '\n';
    memcpy(out->note + text_size + 1, line, line_size);
}

bool signer_sign(struct log_signer *signer, int64_t size,
                 const struct hash *root, struct store_checkpoint *checkpoint,
                 struct error *error)
{
    struct store_checkpoint made = {0};
    struct tree tree;

    assert(signer->epoch > 0);
    if (!connect_db(signer, error) || !check_epoch(signer, error) ||
        !extend(signer, size, root, &tree, error))
        return false;
    write_note(signer, size, root, &made);
    if (!highwater_write(&signer->highwater, size, root, error))
        return false;
    signer->tree = tree;
    if (!store_checkpoint_insert(&signer->db, signer->ledger_id, &made, error))
        return false;
    *checkpoint = made;
    return true;
}
