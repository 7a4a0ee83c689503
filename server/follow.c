#include "server/follow.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_ENTRIES = 512 }; /* Taken over together. */

struct following {
    struct point *point;
    const char *origin;
    pthread_rwlock_t *lock;
    struct folder *folder;
    struct layer *layer; /* NULL: straight into the base. */
    /* What is to be taken over with the layer. */
    struct tree tree;
    struct tile_edge edge;
    int64_t size, folded;
    struct instant accepted, folded_at;
    struct error stuck;
};

void point_start(struct point *point)
{
    uint8_t seed[16];

    randombytes_buf(seed, sizeof seed);
    *point = (struct point){.base = state_create(seed)};
    point->root = tree_root(&point->tree);
}

void point_free(struct point *point)
{
    state_free(point->base);
    point->base = NULL;
}

struct folder *folder_create(void)
{
    struct folder *folder = calloc(1, sizeof *folder);

    if (folder == NULL)
        abort();
    return folder;
}

void folder_free(struct folder *folder)
{
    free(folder);
}

bool line_is_trusted(void *context, size_t i, const struct key *key)
{
    (void)context;
    (void)i;
    (void)key;
    return true;
}

static void pass_over(void *context, int level, uint64_t number,
                      const struct hash *hashes)
{
    (void)context;
    (void)level;
    (void)number;
    (void)hashes;
}

static bool fold_row(struct following *following, const struct store_entry *row,
                     struct error *error)
{
    struct folder *folder = following->folder;
    struct view view = {.state = following->point->base};
    struct meta meta = {.origin = following->origin,
                        .index = row->idx,
                        .verify = line_is_trusted};
    struct text note;

    if (following->layer != NULL) {
        view.layers[0] = following->layer;
        view.layer_count = 1;
    }
    folder->lists.used = 0;
    if (!leaf_read(&meta.accepted, &note, row->leaf.bytes, row->leaf.size,
                   error) ||
        !envelope_read_again(&folder->envelope, note.bytes, note.size,
                             following->origin, &row->text_hash, error) ||
        !entry_parse(&folder->entry, &folder->lists,
                     folder->envelope.json.bytes, folder->envelope.json.size,
                     error))
        return false;
    meta.signers = folder->envelope.signers;
    meta.signer_count = folder->envelope.signer_count;
    return fold_entry(&view, &folder->entry, &meta, &folder->outcome, error);
}

/* Let the readers see how far it is. */
static void take_over(struct following *following)
{
    struct point *point = following->point;

    if (following->lock != NULL)
        (void)pthread_rwlock_wrlock(following->lock);
    if (following->layer != NULL)
        state_merge(point->base, following->layer);
    point->base->size = following->folded;
    point->base->accepted = following->folded_at;
    point->tree = following->tree;
    point->edge = following->edge;
    point->size = following->size;
    point->accepted = following->accepted;
    point->root = tree_root(&following->tree);
    point->stuck = following->stuck;
    if (following->lock != NULL)
        (void)pthread_rwlock_unlock(following->lock);
}

static bool each_row(void *context, const struct store_entry *row,
                     struct error *error)
{
    struct following *following = context;
    struct error why = {0};

    (void)error;
    assert(row->idx == following->size);
    if (following->stuck.code == ERROR_NONE) {
        /* An entry on a layer of its own could be dropped whole; here all
         * that is lost by a failure is the rest of this chunk's pages. */
        if (following->layer != NULL && following->size % CHUNK_ENTRIES == 0)
            take_over(following);
        if (fold_row(following, row, &why)) {
            following->folded = row->idx + 1;
            following->folded_at = row->accepted;
        } else {
            (void)fail(&following->stuck, why.code, "entry %" PRId64 ": %s",
                       row->idx, why.text);
            if (following->layer != NULL) {
                layer_clear(following->layer);
                following->folded = following->point->base->size;
                following->folded_at = following->point->base->accepted;
            }
        }
    }
    tree_append_tiles(&following->tree, &following->edge, &row->leaf_hash,
                      pass_over, NULL);
    following->accepted = row->accepted;
    following->size++;
    return true;
}

static bool read_rows(struct following *following, struct db *db,
                      int32_t ledger_id, const struct store_head *head,
                      struct error *error)
{
    struct store_each each = {.context = following, .entry = each_row};
    struct hash root;

    if (!store_entries(db, ledger_id, following->size, head->size, each,
                       error)) {
        /* A hole in the log is no failure of the database. */
        if (error->code == ERROR_ABSENT)
            error->code = ERROR_DOUBT;
        return false;
    }
    root = tree_root(&following->tree);
    if (!hash_equal(&root, &head->root) && following->lock == NULL)
        take_over(following); /* To be shown; nobody writes on it. */
    if (!hash_equal(&root, &head->root))
        return fail(error, ERROR_DOUBT,
                    "the root of the %" PRId64 " entries is not the head's",
                    head->size);
    take_over(following);
    return true;
}

bool follow(struct point *point, const char *origin, struct db *db,
            int32_t ledger_id, const struct store_head *head,
            pthread_rwlock_t *lock, struct error *error)
{
    struct following *following;
    bool done;

    if (head->size < point->size)
        return fail(error, ERROR_DOUBT,
                    "the log has %" PRId64 " entries, and had %" PRId64,
                    head->size, point->size);
    if (head->size == point->size && hash_equal(&head->root, &point->root))
        return true;
    following = calloc(1, sizeof *following);
    if (following == NULL)
        abort();
    *following = (struct following){
        .point = point,
        .origin = origin,
        .lock = lock,
        .folder = folder_create(),
        .layer = lock == NULL ? NULL : layer_create(point->base->seed),
        .tree = point->tree,
        .edge = point->edge,
        .size = point->size,
        .folded = point->base->size,
        .accepted = point->accepted,
        .folded_at = point->base->accepted,
        .stuck = point->stuck,
    };
    done = read_rows(following, db, ledger_id, head, error);
    layer_free(following->layer);
    folder_free(following->folder);
    free(following);
    return done;
}
