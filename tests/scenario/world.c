#include "tests/scenario/world.h"

#include "tests/scenario/dump.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLERK_ACTS = 4, NOTE_ROOM = LEAF_BYTES_MAX + 4096 };

void breach(const char *format, ...)
{
    va_list args;

    (void)fputs("not ok a law of the ledger is broken: ", stdout);
    va_start(args, format);
    (void)vfprintf(stdout, format, args);
    va_end(args);
    (void)fputs("\n", stdout);
    (void)fflush(stdout);
    exit(EXIT_FAILURE);
}

bool kind_creates(enum entry_kind kind)
{
#define NEW(name, slot, path)                                                  \
    if (kind == ENTRY_##name)                                                  \
        return true;
#include "ledger/entries.def"
    return false;
}

void world_start(struct world *world, struct coverage *coverage)
{
    static const uint8_t seed[16] = "scenario";

    memset(world, 0, sizeof *world);
    world->state = state_create(seed);
    world->scratch = layer_create(seed);
    world->coverage = coverage;
}

void world_end(struct world *world)
{
    for (size_t i = 0; i < world->leaf_count; i++)
        free(world->leaves[i].bytes);
    free(world->leaves);
    for (size_t i = 0; i < world->wrong_count; i++)
        free(world->wrongs[i].leaf.bytes);
    free(world->wrongs);
    names_free(&world->names);
    layer_free(world->scratch);
    state_free(world->state);
}

/* ---- Signing ---- */

struct line {
    char name[NOTE_NAME_BYTES_MAX + 1];
    uint32_t key_id;
    char bytes[NOTE_SIGNATURE_CHARS_MAX];
};

static int by_name(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    if (order != 0)
        return order;
    return left->key_id < right->key_id ? -1 : left->key_id > right->key_id;
}

static void sign(struct world *world, struct line *line,
                 const struct hand *hand)
{
    char id[ID_CHARS + 1] = "clerk";
    struct key public;
    struct secret_key secret = name_secret(hand->key, &public);
    char *middle;

    if (!text_is(hand->name, "clerk"))
        id_write(id, names_id(&world->names, 'p', hand->name));
    (void)snprintf(line->name, sizeof line->name, "%s/%s", ORIGIN, id);
    line->key_id =
        note_key_id(line->name, strlen(line->name), KEY_TYPE_ED25519, &public);
    (void)note_sign(line->bytes, line->name, world->text, world->text_size,
                    &secret);
    middle = line->bytes + strlen(line->bytes) - 40;
    if (hand->broken)
        *middle = *middle == 'A' ? 'B' : 'A';
}

size_t world_sign(struct world *world, char *out, size_t room,
                  const struct hand *hands, size_t count, bool sorted)
{
    struct line *lines = calloc(count + 1, sizeof lines[0]);
    size_t used = world->text_size;

    assert(lines != NULL && room > used + 1);
    for (size_t i = 0; i < count; i++)
        sign(world, &lines[i], &hands[i]);
    if (sorted)
        qsort(lines, count, sizeof lines[0], by_name);
    memcpy(out, world->text, used);
    out[used++] = '\n';
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(lines[i].bytes);

        assert(room - used > size);
        memcpy(out + used, lines[i].bytes, size);
        used += size;
    }
    free(lines);
    return used;
}

/* ---- Laws ---- */

static bool is_memo(enum account account)
{
    return account_spec(account)->side == SIDE_MEMO;
}

static void check_postings(const struct outcome *outcome)
{
    int64_t sums[2] = {0, 0};

    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];

        if (amount_is_zero(posting->amount))
            breach("a posting of nothing");
        sums[is_memo(posting->account)] += amount_to_minor(posting->amount);
    }
    if (sums[0] != 0 || sums[1] != 0)
        breach("the postings add up to %" PRId64 " and %" PRId64, sums[0],
               sums[1]);
}

static void check_balances(const struct state *state)
{
    int64_t sums[2] = {0, 0};

    for (size_t i = 0; i < state_count(state, RECORD_balance); i++) {
        const struct record_balance *balance =
            (const void *)state_at(state, RECORD_balance, i);

        sums[is_memo((enum account)balance->account)] +=
            amount_to_minor(balance->amount);
    }
    if (sums[0] != 0 || sums[1] != 0)
        breach("all balances add up to %" PRId64 " and %" PRId64, sums[0],
               sums[1]);
}

/* ---- Appending ---- */

static bool verify(void *context, size_t i, const struct key *key)
{
    const struct envelope *envelope = context;

    return note_verify(&envelope->note, i, key);
}

static struct leaf make_leaf(const struct world *world, const char *note,
                             size_t size, const struct hash *text_hash,
                             enum entry_kind kind)
{
    char *bytes = malloc(LEAF_BYTES_MAX);
    struct leaf leaf = {0, *text_hash, kind, bytes};

    assert(bytes != NULL);
    leaf.size = leaf_write(bytes, LEAF_BYTES_MAX, world->clock, note, size);
    assert(leaf.size > 0);
    return leaf;
}

static void keep_leaf(struct world *world, const char *note, size_t size,
                      const struct hash *text_hash, enum entry_kind kind)
{
    struct leaf *leaf;
    struct hash hash;

    if (world->leaf_count == world->leaf_room) {
        world->leaf_room = 2 * world->leaf_room + 64;
        world->leaves =
            realloc(world->leaves, world->leaf_room * sizeof world->leaves[0]);
    }
    assert(world->leaves != NULL);
    leaf = &world->leaves[world->leaf_count++];
    *leaf = make_leaf(world, note, size, text_hash, kind);
    hash = tree_leaf_hash(leaf->bytes, leaf->size);
    tree_append(&world->tree, &hash);
}

static void keep_wrong(struct world *world, const char *note, size_t size,
                       const struct envelope *envelope, enum entry_kind kind,
                       enum error_code code)
{
    struct wrong *wrong;

    if (world->wrong_count == world->wrong_room) {
        world->wrong_room = 2 * world->wrong_room + 64;
        world->wrongs =
            realloc(world->wrongs, world->wrong_room * sizeof world->wrongs[0]);
    }
    assert(world->wrongs != NULL);
    wrong = &world->wrongs[world->wrong_count++];
    *wrong =
        (struct wrong){make_leaf(world, note, size, &envelope->text_hash, kind),
                       world->leaf_count, code};
    dump_wrong(world, wrong);
}

static int64_t find_text(const struct world *world, const struct hash *hash)
{
    for (size_t i = 0; i < world->leaf_count; i++)
        if (hash_equal(&world->leaves[i].text_hash, hash))
            return (int64_t)i;
    return -1;
}

static void count_refusal(struct world *world, enum entry_kind kind,
                          const struct error *error)
{
    int step = world->outcome.refused_step;

    world->coverage->refused[kind]++;
    if (step >= 0 && step < 64)
        world->coverage->steps[kind][step]++;
    if (error->code == ERROR_UNSIGNED)
        world->coverage->unsigned_[kind]++;
}

/* Fold on a scratch layer; merged if accepted, dropped if refused. */
static bool fold(struct world *world, const struct entry *entry,
                 struct envelope *envelope, struct error *error)
{
    struct view view = {world->state, {world->scratch}, 1};
    struct meta meta = {.origin = ORIGIN,
                        .index = world->state->size,
                        .accepted = world->clock,
                        .signers = envelope->signers,
                        .signer_count = envelope->signer_count,
                        .verify = verify,
                        .context = envelope};
    struct hash before = state_digest(world->state), after;

    if (!fold_entry(&view, entry, &meta, &world->outcome, error)) {
        layer_clear(world->scratch);
        after = state_digest(world->state);
        if (!hash_equal(&before, &after))
            breach("a refused %s changed the state",
                   entry_spec(entry->kind)->name);
        count_refusal(world, entry->kind, error);
        return false;
    }
    check_postings(&world->outcome);
    state_merge(world->state, world->scratch);
    fold_done(world->state, world->clock);
    check_balances(world->state);
    world->coverage->accepted[entry->kind]++;
    world->last_kind = entry->kind;
    return true;
}

static bool append(struct world *world, const char *note, size_t size,
                   int64_t *index, struct error *error)
{
    static struct entry_lists lists;
    struct envelope envelope;
    struct entry entry;

    if (!envelope_read(&envelope, note, size, ORIGIN, error) ||
        !entry_parse(&entry, &lists, envelope.json.bytes, envelope.json.size,
                     error))
        return false;
    *index = find_text(world, &envelope.text_hash);
    if (*index >= 0 && !kind_creates(entry.kind))
        return fail(error, ERROR_TAKEN, "the same text is entry %" PRId64,
                    *index);
    if (!fold(world, &entry, &envelope, error)) {
        keep_wrong(world, note, size, &envelope, entry.kind, error->code);
        return false;
    }
    if (*index >= 0)
        breach("%s was taken twice", entry_spec(entry.kind)->name);
    *index = (int64_t)world->leaf_count;
    keep_leaf(world, note, size, &envelope.text_hash, entry.kind);
    return true;
}

/* ---- The clerk ---- */

struct skipped {
    size_t count;
    struct link keys[256];
};

static bool is_skipped(void *context, const struct record_due *due)
{
    const struct skipped *skipped = context;

    for (size_t i = 0; i < skipped->count; i++)
        if (memcmp(skipped->keys[i].key, due->head.key, 16) == 0)
            return true;
    return false;
}

/* One act that is due.  false: there is none that its rules allow. */
static bool act(struct world *world, struct skipped *skipped)
{
    static const struct hand clerk = {{"clerk", 5}, {"clerk", 5}, false};
    struct view view = {world->state, {world->scratch}, 1};
    const struct record_due *due =
        view_next_due(&view, world->clock, is_skipped, skipped);
    struct error error = {.code = ERROR_NONE};
    char json[JSON_BYTES_MAX], note[NOTE_ROOM];
    struct entry entry;
    int64_t index;
    size_t size;

    if (due == NULL)
        return false;
    if (!clerk_entry(&entry, &view, due, world->clock, ORIGIN)) {
        assert(skipped->count < 256);
        memcpy(skipped->keys[skipped->count++].key, due->head.key, 16);
        return true;
    }
    size = entry_write(json, sizeof json, &entry);
    world->text_size =
        entry_text_write(world->text, sizeof world->text, ORIGIN, json, size);
    size = world_sign(world, note, sizeof note, &clerk, 1, true);
    if (!append(world, note, size, &index, &error))
        breach("the clerk's %s is refused: %s", entry_spec(entry.kind)->name,
               error.text);
    return true;
}

/* At most four in a batch; batches until nothing is due any more. */
static void do_what_is_due(struct world *world)
{
    struct skipped skipped = {.count = 0};
    int acts;

    if (world->clerk_sleeps || state_ledger(world->state) == NULL)
        return;
    do {
        for (acts = 0; acts < CLERK_ACTS; acts++)
            if (!act(world, &skipped))
                break;
    } while (acts == CLERK_ACTS);
}

bool world_append(struct world *world, const char *note, size_t size,
                  int64_t *index, struct error *error)
{
    char *text = malloc(world->text_size + 1);
    size_t text_size = world->text_size;
    bool good;

    assert(text != NULL);
    memcpy(text, world->text, text_size);
    do_what_is_due(world);
    memcpy(world->text, text, text_size);
    world->text_size = text_size;
    free(text);
    *index = -1;
    good = append(world, note, size, index, error);
    return good;
}

/* ---- Replay ---- */

/* Read a leaf as those do who have nothing else, and fold it. */
static bool read_leaf(const struct view *view, const struct leaf *leaf,
                      struct instant *accepted, struct error *error)
{
    static struct entry_lists lists;
    static struct outcome outcome;
    struct envelope envelope;
    struct entry entry;
    struct text note;
    struct meta meta = {.origin = ORIGIN,
                        .index = view->state->size,
                        .verify = verify,
                        .context = &envelope};

    if (!leaf_read(accepted, &note, leaf->bytes, leaf->size, error) ||
        !envelope_read(&envelope, note.bytes, note.size, ORIGIN, error) ||
        !entry_parse(&entry, &lists, envelope.json.bytes, envelope.json.size,
                     error))
        breach("entry %" PRId64 " is not read again: %s", view->state->size,
               error->text);
    meta.accepted = *accepted;
    meta.signers = envelope.signers;
    meta.signer_count = envelope.signer_count;
    return fold_entry(view, &entry, &meta, &outcome, error);
}

/* The log up to here and this leaf: whoever audits it refuses the leaf. */
static void replay_wrong(struct state *state, struct layer *layer,
                         const struct wrong *wrong)
{
    struct view view = {state, {layer}, 1};
    struct error error = {.code = ERROR_NONE};
    struct instant accepted;

    if (read_leaf(&view, &wrong->leaf, &accepted, &error))
        breach("a log with %s as entry %zu is taken for right",
               entry_spec(wrong->leaf.kind)->name, wrong->index);
    if (error.code != wrong->code)
        breach("entry %zu is refused as %s, before as %s", wrong->index,
               error_spec(error.code)->name, error_spec(wrong->code)->name);
    layer_clear(layer);
}

static void replay_right(struct state *state, const struct leaf *leaf)
{
    struct view view = {state, {NULL}, 0};
    struct error error = {.code = ERROR_NONE};
    struct instant accepted;

    if (!read_leaf(&view, leaf, &accepted, &error))
        breach("entry %" PRId64 " is refused in replay: %s", state->size,
               error.text);
    fold_done(state, accepted);
}

/* What was refused where the log had so many entries. */
static size_t replay_wrongs(const struct world *world, struct state *state,
                            struct layer *layer, size_t next)
{
    while (next < world->wrong_count &&
           world->wrongs[next].index == (size_t)state->size)
        replay_wrong(state, layer, &world->wrongs[next++]);
    return next;
}

void world_replay(const struct world *world)
{
    static const uint8_t seed[16] = "another process";
    struct state *state = state_create(seed);
    struct layer *layer = layer_create(seed);
    struct hash first = state_digest(world->state), second, root;
    struct tree tree = {.size = 0};
    size_t wrongs = replay_wrongs(world, state, layer, 0);

    for (size_t i = 0; i < world->leaf_count; i++) {
        const struct leaf *leaf = &world->leaves[i];
        struct hash hash = tree_leaf_hash(leaf->bytes, leaf->size);

        tree_append(&tree, &hash);
        replay_right(state, leaf);
        wrongs = replay_wrongs(world, state, layer, wrongs);
    }
    assert(wrongs == world->wrong_count);
    second = state_digest(state);
    if (!hash_equal(&first, &second))
        breach("a second replay gives another state");
    first = tree_root(&world->tree);
    root = tree_root(&tree);
    if (!hash_equal(&first, &root))
        breach("a second replay gives another root");
    layer_free(layer);
    state_free(state);
}
