/*
 * state: what the log so far adds up to: records, layers over them, views.
 *
 * A state is the fold of committed entries.  A layer holds copies of changed
 * records; a view looks through its layers, newest first, into the state.
 * Whoever folds with no layer folds straight into the state.
 *
 * No locks: the sequencer is the only writer of a state, under a write lock
 * of its own; readers hold the read lock.
 */
#ifndef LEDGER_STATE_H
#define LEDGER_STATE_H

#include "ledger/table.h"

struct state {
    struct table tables[RECORD_COUNT];
    int64_t size;            /* Entries folded. */
    struct instant accepted; /* Of the last entry. */
    struct due_entry {
        int64_t at_ms;
        struct link key;
    } * dues; /* Unordered; those that are over leave lazily. */
    size_t due_count, due_room;
    uint8_t seed[16];
};

/* seed: 16 random bytes of this process. */
struct state *state_create(const uint8_t seed[static 16]);
void state_free(struct state *state);

/* The ledger's own record; NULL before ledger.open. */
const struct record_ledger *state_ledger(const struct state *state);
/* NULL if there is none. */
const struct record *state_find(const struct state *state,
                                enum record_type type,
                                const uint8_t key[static 16]);
const struct record *state_find_id(const struct state *state, struct id id);
/* Records of a type, in the order they were made: 0 to state_count()-1. */
size_t state_count(const struct state *state, enum record_type type);
const struct record *state_at(const struct state *state, enum record_type type,
                              size_t i);
/* Key of the balance of an account and owner; see link_of_id(). */
struct link balance_key(enum account account, struct link owner);
/* Debits less credits; zero if never posted to.  owner: see link_of_id(). */
struct amount state_balance(const struct state *state, enum account account,
                            struct link owner);
/* BLAKE2b-256 over all records in order, size and accepted: equal logs give
 * equal digests on every machine of one byte order. */
struct hash state_digest(const struct state *state);
size_t state_bytes(const struct state *state);

struct layer {
    struct table changed;
};
/* seed: as of the state. */
struct layer *layer_create(const uint8_t seed[static 16]);
void layer_free(struct layer *layer);
void layer_clear(struct layer *layer);
/* Put what from has changed over to; from is cleared. */
void layer_merge(struct layer *to, struct layer *from);
void state_merge(struct state *state, struct layer *from);

enum { VIEW_LAYERS = 3 };
struct view {
    struct state *state;
    struct layer *layers[VIEW_LAYERS]; /* Newest first: scratch, ... */
    int layer_count;
};

const struct record *view_find(const struct view *view, enum record_type type,
                               const uint8_t key[static 16]);
/* The record in the newest layer, copied there if need be; it exists. */
struct record *view_edit(const struct view *view, enum record_type type,
                         const uint8_t key[static 16]);
/* A new record in its first state; it must not exist. */
struct record *view_new(const struct view *view, enum record_type type,
                        const uint8_t key[static 16]);
/*
 * A deadline at or before now that is still waiting, the earliest first and
 * of equal ones the smallest key; skip() may pass some over.  NULL: none.
 */
const struct record_due *
view_next_due(const struct view *view, struct instant now,
              bool (*skip)(void *context, const struct record_due *),
              void *context);
/* For whoever folds straight into the state and makes a deadline. */
void state_remember_due(struct state *state, const struct record_due *due);

#endif
