/*
 * grow: static logs of real entries, of any size, for those who audit.
 *
 * Tiles, bundles, checkpoint, policy and receipts as files in a folder.
 * Whatever a plan makes wrong, hashes and log signatures fit it.
 */
#ifndef TESTS_AUDIT_GROW_H
#define TESTS_AUDIT_GROW_H

#include "tests/audit/acts.h"

/* ---- Files ---- */

static inline void grow_write(const struct grow_plan *plan, const char *name,
                              const void *bytes, size_t size)
{
    char path[1024];
    FILE *file;

    if (plan->dir == NULL)
        return;
    (void)snprintf(path, sizeof path, "%s/%s", plan->dir, name);
    file = fopen(path, "wbe");
    if (file == NULL) {
        for (char *at = path + 1; *at != '\0'; at++)
            if (*at == '/') {
                *at = '\0';
                (void)mkdir(path, 0777);
                *at = '/';
            }
        file = fopen(path, "wbe");
    }
    assert(file != NULL);
    assert(fwrite(bytes, 1, size, file) == size);
    assert(fclose(file) == 0);
}

static inline void grow_tile(const struct grow *grow, int level,
                             uint64_t number, unsigned width, const void *bytes,
                             size_t size)
{
    const struct tile_path path = {level, number, width};
    char name[TILE_PATH_CHARS];

    (void)tile_path_write(name, &path);
    grow_write(&grow->plan, name, bytes, size);
}

static inline void grow_full(void *context, int level, uint64_t number,
                             const struct hash *hashes)
{
    grow_tile(context, level, number, TILE_HASHES, hashes, TILE_BYTES);
}

/* What receipts are made of at the end. */
static inline void grow_keep(struct grow *grow, const struct hash *hash)
{
    if (grow->plan.receipts == NULL)
        return;
    grow->hashes[grow->index] = *hash;
    for (size_t i = 0; grow->plan.receipts[i] != 0; i++) {
        char *leaf;

        if (grow->plan.receipts[i] != grow->index)
            continue;
        leaf = malloc(grow->leaf_size);
        assert(leaf != NULL);
        memcpy(leaf, grow->leaf, grow->leaf_size);
        grow->receipts[i] = (struct receipt){
            .index = grow->index, .leaf = {leaf, (uint32_t)grow->leaf_size}};
    }
}

static inline void grow_append(struct grow *grow)
{
    struct hash hash = tree_leaf_hash(grow->leaf, grow->leaf_size);
    uint8_t *at = grow->bundle + grow->bundle_size;

    assert(grow->bundle_size + 2 + grow->leaf_size <= sizeof grow->bundle);
    at[0] = (uint8_t)(grow->leaf_size >> 8);
    at[1] = (uint8_t)grow->leaf_size;
    memcpy(at + 2, grow->leaf, grow->leaf_size);
    grow->bundle_size += 2 + grow->leaf_size;
    grow_keep(grow, &hash);
    tile_edge_append(&grow->edge, grow->index, &hash, grow_full, grow);
    tree_append(&grow->tree, &hash);
    if (++grow->index % TILE_HASHES == 0) {
        grow_tile(grow, -1, grow->index / TILE_HASHES - 1, TILE_HASHES,
                  grow->bundle, grow->bundle_size);
        grow->bundle_size = 0;
    }
}

/* ---- Checkpoint and policy ---- */

static inline void grow_witness_name(char *out, size_t room, uint64_t i)
{
    (void)snprintf(out, room, "witness.example/w%" PRIu64, i);
}

static inline size_t grow_checkpoint(char *out, size_t room,
                                     const struct grow *grow)
{
    struct checkpoint checkpoint = {.size = grow->tree.size,
                                    .root = tree_root(&grow->tree)};
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX], name[64];
    struct secret_key secret;
    size_t size, used;

    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, GROW_ORIGIN);
    size = checkpoint_write(text, &checkpoint);
    used = (size_t)snprintf(out, room, "%s\n", text);
    for (const uint8_t *key = grow->plan.log_keys; *key != 0; key++) {
        (void)grow_key(*key, &secret);
        (void)note_sign(line, GROW_ORIGIN, text, size, &secret);
        used += (size_t)snprintf(out + used, room - used, "%s", line);
    }
    for (uint64_t i = 0; grow->plan.stamps != NULL && grow->plan.stamps[i] != 0;
         i++) {
        (void)grow_key(GROW_WITNESS + i, &secret);
        grow_witness_name(name, sizeof name, i);
        (void)note_cosign(line, name, text, size, grow->plan.stamps[i],
                          &secret);
        used += (size_t)snprintf(out + used, room - used, "%s", line);
    }
    assert(used < room);
    return used;
}

/* log_keys: numbers, 0 ends.  witnesses: how many; needed of them. */
static inline size_t grow_policy(char *out, size_t room,
                                 const uint8_t *log_keys, uint64_t witnesses,
                                 unsigned needed)
{
    char vkey[VKEY_CHARS_MAX], name[64];
    struct secret_key secret;
    struct key key;
    size_t used = 0;

    for (; *log_keys != 0; log_keys++) {
        key = grow_key(*log_keys, &secret);
        vkey_write(vkey, GROW_ORIGIN, KEY_TYPE_ED25519, &key);
        used += (size_t)snprintf(out + used, room - used, "log %s\n", vkey);
    }
    for (uint64_t i = 0; i < witnesses; i++) {
        key = grow_key(GROW_WITNESS + i, &secret);
        grow_witness_name(name, sizeof name, i);
        vkey_write(vkey, name, KEY_TYPE_COSIGNATURE, &key);
        used += (size_t)snprintf(out + used, room - used,
                                 "witness w%" PRIu64 " %s\n", i, vkey);
    }
    if (needed == 0)
        used += (size_t)snprintf(out + used, room - used, "quorum none\n");
    else {
        used += (size_t)snprintf(out + used, room - used, "group all_of %u",
                                 needed);
        for (uint64_t i = 0; i < witnesses; i++)
            used += (size_t)snprintf(out + used, room - used, " w%" PRIu64, i);
        used += (size_t)snprintf(out + used, room - used, "\nquorum all_of\n");
    }
    assert(used < room);
    return used;
}

/* ---- Receipts ---- */

static inline bool grow_node(void *context, int height, uint64_t number,
                             struct hash *hash, struct error *error)
{
    const struct grow *grow = context;

    (void)error;
    *hash = tree_fold(grow->hashes + (number << height), 1U << height);
    return true;
}

static inline void grow_receipts(struct grow *grow, const char *checkpoint,
                                 size_t size)
{
    static char bytes[RECEIPT_BYTES_MAX];
    struct error error = {0};
    char name[64];

    for (size_t i = 0;
         grow->plan.receipts != NULL && grow->plan.receipts[i] != 0; i++) {
        struct receipt *receipt = &grow->receipts[i];
        size_t used;

        assert(receipt->index > 0);
        assert(proof_make_inclusion(&receipt->proof, receipt->index,
                                    grow->index, grow_node, grow, &error));
        receipt->checkpoint = (struct text){checkpoint, (uint32_t)size};
        used = receipt_write(bytes, sizeof bytes, receipt);
        (void)snprintf(name, sizeof name, "receipt/%" PRIu64, receipt->index);
        grow_write(&grow->plan, name, bytes, used);
        free((void *)(uintptr_t)receipt->leaf.bytes);
    }
}

/* ---- All of it ---- */

static inline void grow_partial(struct grow *grow)
{
    for (int level = 0; level < TILE_LEVELS; level++) {
        uint64_t size = tile_level_size(grow->index, level);
        unsigned width = (unsigned)(size % TILE_HASHES);

        if (width > 0)
            grow_tile(grow, level, size / TILE_HASHES, width,
                      grow->edge.hashes[level], width * sizeof(struct hash));
    }
    if (grow->index % TILE_HASHES > 0)
        grow_tile(grow, -1, grow->index / TILE_HASHES,
                  (unsigned)(grow->index % TILE_HASHES), grow->bundle,
                  grow->bundle_size);
}

/* Writes the log, its checkpoint and a policy for the last of its keys and all
 * that cosign. */
static inline void grow_log(const struct grow_plan *plan)
{
    struct grow *grow = calloc(1, sizeof *grow);
    char bytes[CHECKPOINT_NOTE_MAX];
    unsigned witnesses = 0;
    size_t size;

    assert(grow != NULL);
    grow->plan = *plan;
    if (plan->receipts != NULL) {
        grow->hashes = calloc(plan->size, sizeof grow->hashes[0]);
        grow->receipts = calloc(64, sizeof grow->receipts[0]);
        assert(grow->hashes != NULL && grow->receipts != NULL);
    }
    while (grow->index < plan->size) {
        grow_entry(grow);
        grow_append(grow);
    }
    grow_partial(grow);
    while (plan->stamps != NULL && plan->stamps[witnesses] != 0)
        witnesses++;
    size = grow_checkpoint(bytes, sizeof bytes, grow);
    grow_write(plan, "checkpoint", bytes, size);
    grow_receipts(grow, bytes, size);
    size =
        grow_policy(bytes, sizeof bytes,
                    plan->log_keys + strlen((const char *)plan->log_keys) - 1,
                    witnesses, witnesses);
    grow_write(plan, "policy", bytes, size);
    free(grow->hashes);
    free(grow->receipts);
    free(grow);
}

#endif
