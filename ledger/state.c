#include "ledger/state.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

struct state *state_create(const uint8_t seed[static 16])
{
    struct state *state = must(calloc(1, sizeof *state));

    memcpy(state->seed, seed, sizeof state->seed);
    for (int type = 0; type < RECORD_COUNT; type++)
        table_start(&state->tables[type],
                    record_spec((enum record_type)type)->bytes, state->seed);
    return state;
}

void state_free(struct state *state)
{
    if (state == NULL)
        return;
    for (int type = 0; type < RECORD_COUNT; type++)
        table_free(&state->tables[type]);
    free(state->dues);
    free(state);
}

const struct record *state_find(const struct state *state,
                                enum record_type type,
                                const uint8_t key[static 16])
{
    return table_find(&state->tables[type], type, key);
}

const struct record_ledger *state_ledger(const struct state *state)
{
    static const struct link self;

    return (const void *)state_find(state, RECORD_ledger, self.key);
}

const struct record *state_find_id(const struct state *state, struct id id)
{
    enum record_type type = record_type_of_letter(id.letter);

    return type != RECORD_COUNT ? state_find(state, type, id.bytes) : NULL;
}

size_t state_count(const struct state *state, enum record_type type)
{
    return state->tables[type].count;
}

const struct record *state_at(const struct state *state, enum record_type type,
                              size_t i)
{
    return table_at(&state->tables[type], i);
}

struct link balance_key(enum account account, struct link owner)
{
    uint8_t code = (uint8_t)account;

    return link_of(&code, 1, owner.key, sizeof owner.key);
}

struct amount state_balance(const struct state *state, enum account account,
                            struct link owner)
{
    struct link key = balance_key(account, owner);
    const struct record_balance *balance =
        (const void *)state_find(state, RECORD_balance, key.key);

    return balance != NULL ? balance->amount : amount_from_minor(0);
}

struct hash state_digest(const struct state *state)
{
    crypto_generichash_state digest;
    struct hash hash;

    (void)crypto_generichash_init(&digest, NULL, 0, sizeof hash.bytes);
    for (int type = 0; type < RECORD_COUNT; type++) {
        const struct table *table = &state->tables[type];

        for (size_t i = 0; i < table->count; i++) {
            const struct record *record = table_at(table, i);

            (void)crypto_generichash_update(&digest, (const uint8_t *)record,
                                            record_digest_bytes(record));
        }
    }
    (void)crypto_generichash_update(&digest, (const uint8_t *)&state->size,
                                    sizeof state->size);
    (void)crypto_generichash_update(&digest, (const uint8_t *)&state->accepted,
                                    sizeof state->accepted);
    (void)crypto_generichash_final(&digest, hash.bytes, sizeof hash.bytes);
    return hash;
}

size_t state_bytes(const struct state *state)
{
    size_t bytes = sizeof *state + state->due_room * sizeof state->dues[0];

    for (int type = 0; type < RECORD_COUNT; type++)
        bytes += table_bytes(&state->tables[type]);
    return bytes;
}

struct layer *layer_create(const uint8_t seed[static 16])
{
    struct layer *layer = must(calloc(1, sizeof *layer + 16));
    uint8_t *copy = (uint8_t *)(layer + 1);

    memcpy(copy, seed, 16);
    table_start(&layer->changed, RECORD_BYTES_MAX, copy);
    return layer;
}

void layer_free(struct layer *layer)
{
    if (layer == NULL)
        return;
    table_free(&layer->changed);
    free(layer);
}

void layer_clear(struct layer *layer)
{
    table_clear(&layer->changed);
}

/* Copy a record into a table, over the one that is there or as a new one. */
static struct record *put_over(struct table *table, const struct record *record)
{
    struct record *place = table_find(table, record->type, record->key);

    if (place == NULL)
        place = table_put(table, record->type, record->key);
    memcpy(place, record, record_spec(record->type)->bytes);
    return place;
}

void layer_merge(struct layer *to, struct layer *from)
{
    for (size_t i = 0; i < from->changed.count; i++)
        (void)put_over(&to->changed, table_at(&from->changed, i));
    layer_clear(from);
}

void state_remember_due(struct state *state, const struct record_due *due)
{
    if (state->due_count == state->due_room) {
        state->due_room = state->due_room == 0 ? 16 : state->due_room * 2;
        state->dues =
            must(realloc(state->dues, state->due_room * sizeof state->dues[0]));
    }
    state->dues[state->due_count].at_ms = due->at.ms;
    memcpy(state->dues[state->due_count].key.key, due->head.key, 16);
    state->due_count++;
}

void state_merge(struct state *state, struct layer *from)
{
    for (size_t i = 0; i < from->changed.count; i++) {
        const struct record *record = table_at(&from->changed, i);
        const struct record *merged =
            put_over(&state->tables[record->type], record);

        if (merged->type == RECORD_due && merged->state == STATE_due_WAITING)
            state_remember_due(state, (const void *)merged);
    }
    layer_clear(from);
}

const struct record *view_find(const struct view *view, enum record_type type,
                               const uint8_t key[static 16])
{
    for (int i = 0; i < view->layer_count; i++) {
        const struct record *record =
            table_find(&view->layers[i]->changed, type, key);

        if (record != NULL)
            return record;
    }
    return state_find(view->state, type, key);
}

static struct table *newest(const struct view *view, enum record_type type)
{
    if (view->layer_count > 0)
        return &view->layers[0]->changed;
    return &view->state->tables[type];
}

struct record *view_edit(const struct view *view, enum record_type type,
                         const uint8_t key[static 16])
{
    struct table *table = newest(view, type);
    struct record *record = table_find(table, type, key);
    const struct record *older;

    if (record != NULL)
        return record;
    older = view_find(view, type, key);
    assert(older != NULL);
    record = table_put(table, type, key);
    memcpy(record, older, record_spec(type)->bytes);
    return record;
}

struct record *view_new(const struct view *view, enum record_type type,
                        const uint8_t key[static 16])
{
    struct record *record;

    assert(view_find(view, type, key) == NULL);
    record = table_put(newest(view, type), type, key);
    record->state = (uint8_t)state_first(type);
    return record;
}

static bool earlier(const struct record_due *a, const struct record_due *b)
{
    if (b == NULL || a->at.ms != b->at.ms)
        return b == NULL || a->at.ms < b->at.ms;
    return memcmp(a->head.key, b->head.key, sizeof a->head.key) < 0;
}

struct search {
    const struct view *view;
    struct instant now;
    bool (*skip)(void *context, const struct record_due *);
    void *context;
    const struct record_due *best;
};

static void consider(struct search *search, const uint8_t key[static 16])
{
    const struct record_due *due =
        (const void *)view_find(search->view, RECORD_due, key);

    if (due == NULL || due->head.state != STATE_due_WAITING)
        return;
    if (due->at.ms > search->now.ms || !earlier(due, search->best))
        return;
    if (search->skip == NULL || !search->skip(search->context, due))
        search->best = due;
}

const struct record_due *
view_next_due(const struct view *view, struct instant now,
              bool (*skip)(void *context, const struct record_due *),
              void *context)
{
    struct search search = {view, now, skip, context, NULL};
    struct state *state = view->state;

    for (size_t i = 0; i < state->due_count;) {
        const struct record *due =
            state_find(state, RECORD_due, state->dues[i].key.key);

        if (due == NULL || due->state != STATE_due_WAITING) {
            state->dues[i] = state->dues[--state->due_count];
            continue;
        }
        if (state->dues[i].at_ms <= now.ms)
            consider(&search, state->dues[i].key.key);
        i++;
    }
    for (int i = 0; i < view->layer_count; i++) {
        const struct table *changed = &view->layers[i]->changed;

        for (size_t j = 0; j < changed->count; j++)
            if (table_at(changed, j)->type == RECORD_due)
                consider(&search, table_at(changed, j)->key);
    }
    return search.best;
}
