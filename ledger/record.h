/*
 * record: what the fold remembers, as structs and as tables of attributes.
 */
#ifndef LEDGER_RECORD_H
#define LEDGER_RECORD_H

#include "ledger/entry.h"

/* clang-format off */
enum record_type {
#define RECORD(record, letter, help) RECORD_##record,
#include "ledger/records.def"
    RECORD_COUNT
};

/* One number for each state of each record; 0 is none. */
enum record_state {
    STATE_none,
#define STATE(record, NAME, word) STATE_##record##_##NAME,
#define STATE_OF_ALL(NAME, word) STATE_##NAME,
#include "ledger/states.def"
    STATE_COUNT
};

enum transition {
    TRANSITION_none,
#define TRANSITION(transition, help) TRANSITION_##transition,
#include "ledger/states.def"
    TRANSITION_COUNT
};

enum account {
    ACCOUNT_none,
#define ACCOUNT(account, name, code, code_2026, side, owner, control, help) \
    ACCOUNT_##account,
#include "ledger/accounts.def"
    ACCOUNT_COUNT
};

/* How every record begins. */
struct record {
    uint8_t key[16];
    uint8_t type;  /* enum record_type */
    uint8_t state; /* enum record_state */
    uint8_t unused[6];
    int64_t made;    /* Index of the entry that made it. */
    int64_t touched; /* Of the last that made, moved or set it. */
};

/* struct record_pledge, ... */
#define RECORD(name, letter, help) \
    struct record_##name { struct record head;
#define ATTR(name, attr, type, help) field_##type attr;
#define DONE(name) };
#include "ledger/records.def"
/* clang-format on */

struct attr_spec {
    const char *name;
    const char *help;
    enum field_type type;
    uint16_t offset;
};

struct record_spec {
    const char *name;
    const char *help;
    uint8_t letter; /* Of its ids; 0: the key is composed. */
    uint16_t bytes;
    uint16_t attr_count;
    const struct attr_spec *attrs;
};

const struct record_spec *record_spec(enum record_type type);
/* RECORD_COUNT if no record has that letter. */
enum record_type record_type_of_letter(uint8_t letter);
enum record_type record_type_read(const char *name);
const struct attr_spec *record_attr(enum record_type type, const char *name);
/* Bytes of it that digests count: LATER attributes up to the last one that
 * is not zero, so that a past without them has the digest it had. */
size_t record_digest_bytes(const struct record *record);
/* The id of a record whose type has a letter. */
struct id record_id(const struct record *record);

const char *state_word(enum record_state state);
/* Which record a state belongs to; RECORD_COUNT for none and REVERSED. */
enum record_type state_record(enum record_state state);
/* The state in which it begins. */
enum record_state state_first(enum record_type type);
const char *transition_word(enum transition transition);
/* STATE_none if that may not happen in this state. */
enum record_state state_after(enum record_state from, enum transition what);
/* What may happen in a state, as "accept, refuse"; terminated. */
void state_allows(char *out, size_t room, enum record_state from);
/* Kind that the clerk writes when a transition is due, or ENTRY_none. */
enum entry_kind due_kind(enum record_type type, enum transition what);

enum side { SIDE_DEBIT, SIDE_CREDIT, SIDE_EITHER, SIDE_MEMO };
struct account_spec {
    const char *name; /* Identity, "capital-paid". */
    const char *code, *code_2026;
    const char *help;
    enum side side;
    bool control;
};
/* NULL for none. */
const struct account_spec *account_spec(enum account account);
enum account account_read(const char *name);

/* BLAKE2b-128 of parts: the key of a record that has no id of its own. */
struct link link_of(const void *a, size_t a_size, const void *b, size_t b_size);
struct link link_of_id(struct id id);
struct link member_key(struct id party); /* Of somebody's membership. */
bool link_is_none(struct link link);
bool link_equal(struct link a, struct link b);

#endif
