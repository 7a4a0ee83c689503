#include "server/batch.h"
#include "sql/store_vault.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const bool creates[ENTRY_KIND_COUNT] = {
#define ENTRY(kind, name, help) [ENTRY_##kind] = (0
#define NEW(kind, slot, path) | 1
#define END(kind) ) != 0,
#include "ledger/entries.def"
};
/* clang-format on */

enum { SEEN_PLACES = 2 * BATCH_ENTRIES_MAX };

bool kind_creates(enum entry_kind kind)
{
    return creates[kind];
}

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

struct batch *batch_create(void)
{
    struct batch *batch = must(calloc(1, sizeof *batch));

    batch->leaves = must(malloc(BATCH_BYTES_MAX + LEAF_BYTES_MAX));
    return batch;
}

void batch_free(struct batch *batch)
{
    struct items items = {0};
    struct item *item;

    if (batch == NULL)
        return;
    batch_undo(batch, &items);
    while ((item = items_pop(&items)) != NULL)
        item_free(item);
    layer_free(batch->layer);
    free(batch->postings);
    free(batch->subjects);
    free(batch->tiles);
    free(batch->leaves);
    free(batch);
}

void batch_start(struct batch *batch, int32_t ledger_id,
                 const struct point *before, const uint8_t seed[static 16])
{
    assert(batch->rows.entry_count == 0 && batch->others.count == 0);
    if (batch->layer == NULL)
        batch->layer = layer_create(seed);
    layer_clear(batch->layer);
    batch->rows = (struct store_batch){.ledger_id = ledger_id,
                                       .old_size = before->size,
                                       .entries = batch->entries};
    batch->after = *before;
    batch->after.base = NULL;
    batch->statements = false;
    batch->leaf_bytes = 0;
    memset(batch->seen, 0, sizeof batch->seen);
}

bool batch_is_full(const struct batch *batch)
{
    return batch->rows.entry_count == BATCH_ENTRIES_MAX ||
           batch->leaf_bytes >= BATCH_BYTES_MAX;
}

bool batch_writes_nothing(const struct batch *batch)
{
    return batch->rows.entry_count == 0;
}

/* Where the text is in the table, or would be. */
static size_t seek(const struct batch *batch, const struct hash *text_hash)
{
    size_t at =
        (size_t)(text_hash->bytes[0] | text_hash->bytes[1] << 8) % SEEN_PLACES;

    while (
        batch->seen[at] != 0 &&
        !hash_equal(&batch->entries[batch->seen[at] - 1].text_hash, text_hash))
        at = (at + 1) % SEEN_PLACES;
    return at;
}

int batch_find(const struct batch *batch, const struct hash *text_hash)
{
    return batch->seen[seek(batch, text_hash)] - 1;
}

static bool verify_line(void *context, size_t i, const struct key *key)
{
    struct item *item = context;

    if (item->verified[i] && key_equal(&item->keys[i], key))
        return true;
    if (!note_verify(&item->envelope.note, i, key))
        return false;
    item->verified[i] = true;
    item->keys[i] = *key;
    return true;
}

static bool fold_item(struct bench *bench, struct item *item, int64_t index,
                      struct instant accepted)
{
    struct folder *folder = bench->folder;
    const struct envelope *envelope = &item->envelope;
    struct meta meta = {
        .origin = bench->origin,
        .index = index,
        .accepted = accepted,
        .signers = envelope->signers,
        .signer_count = envelope->signer_count,
        .verify = verify_line,
        .context = item,
    };

    folder->lists.used = 0;
    folder->outcome.missing[0] = '\0';
    if (!entry_parse(&folder->entry, &folder->lists, envelope->json.bytes,
                     envelope->json.size, &item->error))
        return false;
    if (fold_entry(&bench->view, &folder->entry, &meta, &folder->outcome,
                   &item->error))
        return true;
    memcpy(item->missing, folder->outcome.missing, sizeof item->missing);
    return false;
}

static void *grown(void *items, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return items;
    *room = *room == 0 ? 64 : *room * 2;
    return must(realloc(items, *room * bytes));
}

static void add_postings(struct batch *batch, const struct outcome *outcome,
                         int64_t index)
{
    static const struct link nobody;

    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];
        struct store_posting row = {
            .idx = index,
            .line = (int16_t)i,
            .account = (int16_t)posting->account,
            .owned = posting->owner.type != RECORD_nobody,
            .effective = outcome->effective,
            .amount = posting->amount,
        };

        memcpy(row.owner, row.owned ? posting->owner.key.key : nobody.key,
               sizeof row.owner);
        batch->postings = grown(batch->postings, batch->rows.posting_count,
                                &batch->posting_room, sizeof row);
        batch->postings[batch->rows.posting_count++] = row;
    }
    batch->rows.postings = batch->postings;
}

static int compare_subjects(const void *a, const void *b)
{
    return memcmp(((const struct store_subject *)a)->subject,
                  ((const struct store_subject *)b)->subject, UUID_BYTES);
}

/* Each once, though two of different types may share a key. */
static void add_subjects(struct batch *batch, const struct outcome *outcome,
                         int64_t index)
{
    size_t first = batch->rows.subject_count, end = first;

    for (size_t i = 0; i < outcome->subject_count; i++) {
        struct store_subject row = {.idx = index};

        memcpy(row.subject, outcome->subjects[i].key.key, UUID_BYTES);
        batch->subjects = grown(batch->subjects, batch->rows.subject_count,
                                &batch->subject_room, sizeof row);
        batch->subjects[batch->rows.subject_count++] = row;
    }
    batch->rows.subjects = batch->subjects;
    if (outcome->subject_count == 0)
        return;
    qsort(batch->subjects + first, batch->rows.subject_count - first,
          sizeof batch->subjects[0], compare_subjects);
    for (size_t i = first; i < batch->rows.subject_count; i++)
        if (end == first || compare_subjects(&batch->subjects[end - 1],
                                             &batch->subjects[i]) != 0)
            batch->subjects[end++] = batch->subjects[i];
    batch->rows.subject_count = end;
}

static void add_tile(void *context, int level, uint64_t number,
                     const struct hash *hashes)
{
    struct batch *batch = context;
    struct store_tile *tile;

    batch->tiles = grown(batch->tiles, batch->rows.tile_count,
                         &batch->tile_room, sizeof batch->tiles[0]);
    tile = &batch->tiles[batch->rows.tile_count++];
    tile->level = level;
    tile->number = (int64_t)number;
    memcpy(tile->hashes, hashes, sizeof tile->hashes);
    batch->rows.tiles = batch->tiles;
}

/* In the same transaction, so that a crash forgets nobody's erasure. */
static void add_erasure(struct batch *batch, const struct entry *entry)
{
    struct store_erasure row = {0};

    if (entry->kind != ENTRY_party_erase)
        return;
    memcpy(row.subject, entry->party_erase.party.bytes, sizeof row.subject);
    row.part =
        entry->party_erase.scope == ERASE_ALL ? PART_IDENTITY : PART_CONTACT;
    batch->erasures[batch->rows.erasure_count++] = row;
    batch->rows.erasures = batch->erasures;
}

static void add_entry(struct batch *batch, struct item *item,
                      const struct outcome *outcome)
{
    size_t place = batch->rows.entry_count++;

    item->index = batch->after.size;
    item->leaf_hash = tree_leaf_hash(item->leaf.bytes, item->leaf.size);
    batch->items[place] = item;
    batch->entries[place] = (struct store_entry){
        .idx = item->index,
        .kind = (int16_t)item->kind,
        .accepted = item->accepted,
        .effective = outcome->effective,
        .text_hash = item->envelope.text_hash,
        .leaf_hash = item->leaf_hash,
        .leaf = item->leaf,
    };
    batch->seen[seek(batch, &item->envelope.text_hash)] = (uint16_t)(place + 1);
    add_postings(batch, outcome, item->index);
    add_subjects(batch, outcome, item->index);
    tree_append_tiles(&batch->after.tree, &batch->after.edge, &item->leaf_hash,
                      add_tile, batch);
    batch->after.size++;
    batch->after.accepted = item->accepted;
    batch->statements = batch->statements ||
                        item->kind == ENTRY_bank_statement ||
                        item->kind == ENTRY_bank_line;
}

void batch_add(struct batch *batch, struct bench *bench, struct item *item,
               struct instant accepted)
{
    struct layer *scratch = bench->view.layers[0];
    int first = batch_find(batch, &item->envelope.text_hash);
    char *leaf = batch->leaves + batch->leaf_bytes;
    size_t size;

    assert(!batch_is_full(batch));
    if (first >= 0 && !item->known) {
        item->twin = true;
        item->index = batch->entries[first].idx;
    }
    if (item->known || item->twin || item->error.code != ERROR_NONE) {
        items_push(&batch->others, item);
        return;
    }
    item->accepted = accepted;
    size = leaf_write(leaf, LEAF_BYTES_MAX, accepted, item->bytes, item->size);
    if (size == 0)
        (void)fail(&item->error, ERROR_SIZE, "an entry has at most %d bytes",
                   LEAF_BYTES_MAX);
    if (size == 0 || !fold_item(bench, item, batch->after.size, accepted)) {
        layer_clear(scratch);
        items_push(&batch->others, item);
        return;
    }
    layer_merge(batch->layer, scratch);
    item->leaf = (struct text){leaf, (uint32_t)size};
    batch->leaf_bytes += size;
    add_entry(batch, item, &bench->folder->outcome);
    add_erasure(batch, &bench->folder->entry);
}

static void take_back(struct items *items, struct item *item)
{
    item->error = (struct error){0};
    item->missing[0] = '\0';
    item->twin = false;
    items_push(items, item);
}

void batch_undo(struct batch *batch, struct items *items)
{
    struct item *item;

    for (size_t i = 0; i < batch->rows.entry_count; i++)
        take_back(items, batch->items[i]);
    while ((item = items_pop(&batch->others)) != NULL)
        take_back(items, item);
    batch->rows.entry_count = batch->rows.erasure_count = 0;
    if (batch->layer != NULL)
        layer_clear(batch->layer);
}
