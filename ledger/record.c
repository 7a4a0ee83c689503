#include "ledger/record.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */

/* pledge_attrs[], ... */
#define RECORD(record, letter, help) \
    static const struct attr_spec record##_attrs[] = {
#define ATTR(record, attr, type, help) \
    {#attr, help, TYPE_##type, offsetof(struct record_##record, attr)},
#define DONE(record) {NULL, NULL, TYPE_COUNT, 0}};
#include "ledger/records.def"

#define RECORD(record, letter, help) \
    _Static_assert(sizeof(struct record_##record) <= RECORD_BYTES_MAX, \
                   "a record is small");
#include "ledger/records.def"

/* Bytes of a record before its LATER attributes; 0: it has none. */
static const uint16_t first_bytes[RECORD_COUNT + 1] = {
#define LATER(record, attr) \
    [RECORD_##record] = (offsetof(struct record_##record, attr) + \
                         sizeof(((struct record_##record *)0)->attr) + 7) / \
                        8 * 8,
#include "ledger/records.def"
    [RECORD_COUNT] = 0,
};

static const struct record_spec specs[] = {
#define RECORD(record, letter, help) \
    [RECORD_##record] = {#record, help, letter, \
        sizeof(struct record_##record), \
        sizeof record##_attrs / sizeof record##_attrs[0] - 1, record##_attrs},
#include "ledger/records.def"
};

struct state_spec {
    const char *word;
    enum record_type record;
};

static const struct state_spec states[] = {
    [STATE_none] = {"none", RECORD_COUNT},
#define STATE(record, NAME, word) \
    [STATE_##record##_##NAME] = {word, RECORD_##record},
#define STATE_OF_ALL(NAME, word) [STATE_##NAME] = {word, RECORD_COUNT},
#include "ledger/states.def"
};

static const char *const transitions[] = {
    [TRANSITION_none] = "none",
#define TRANSITION(transition, help) [TRANSITION_##transition] = #transition,
#include "ledger/states.def"
};

/* after[state][transition] */
static const uint8_t after[STATE_COUNT][TRANSITION_COUNT] = {
#define MAY(record, FROM, transition, TO) \
    [STATE_##record##_##FROM][TRANSITION_##transition] = STATE_##record##_##TO,
#include "ledger/states.def"
};

static const struct {
    enum record_type type;
    enum transition what;
    enum entry_kind kind;
} dues[] = {
#define ACT_DUE(record, transition, kind) \
    {RECORD_##record, TRANSITION_##transition, ENTRY_##kind},
#include "ledger/states.def"
};

static const struct account_spec accounts[] = {
#define CONTROL_CONTROL true
#define CONTROL_OPEN false
#define ACCOUNT(account, name, code, code_2026, side, owner, control, help) \
    [ACCOUNT_##account] = {name, code, code_2026, help, SIDE_##side, \
                           CONTROL_##control},
#include "ledger/accounts.def"
};

/* clang-format on */

const struct record_spec *record_spec(enum record_type type)
{
    assert(type < RECORD_COUNT);
    return &specs[type];
}

size_t record_digest_bytes(const struct record *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    size_t first = first_bytes[record->type], size = specs[record->type].bytes;

    if (first == 0)
        return size;
    while (size > first && bytes[size - 1] == 0)
        size--;
    return size;
}

enum record_type record_type_of_letter(uint8_t letter)
{
    for (int type = 0; letter != 0 && type < RECORD_COUNT; type++)
        if (specs[type].letter == letter)
            return (enum record_type)type;
    return RECORD_COUNT;
}

enum record_type record_type_read(const char *name)
{
    for (int type = 0; type < RECORD_COUNT; type++)
        if (strcmp(specs[type].name, name) == 0)
            return (enum record_type)type;
    return RECORD_COUNT;
}

const struct attr_spec *record_attr(enum record_type type, const char *name)
{
    const struct record_spec *spec = record_spec(type);

    for (uint16_t i = 0; i < spec->attr_count; i++)
        if (strcmp(spec->attrs[i].name, name) == 0)
            return &spec->attrs[i];
    return NULL;
}

struct id record_id(const struct record *record)
{
    struct id id = {.letter = record_spec(record->type)->letter};

    assert(id.letter != 0);
    memcpy(id.bytes, record->key, sizeof id.bytes);
    return id;
}

const char *state_word(enum record_state state)
{
    assert(state < STATE_COUNT);
    return states[state].word;
}

enum record_type state_record(enum record_state state)
{
    assert(state < STATE_COUNT);
    return states[state].record;
}

enum record_state state_first(enum record_type type)
{
    for (int state = 1; state < STATE_COUNT; state++)
        if (states[state].record == type)
            return (enum record_state)state;
    impossible();
}

const char *transition_word(enum transition transition)
{
    assert(transition < TRANSITION_COUNT);
    return transitions[transition];
}

enum record_state state_after(enum record_state from, enum transition what)
{
    assert(from < STATE_COUNT && what < TRANSITION_COUNT);
    return (enum record_state)after[from][what];
}

void state_allows(char *out, size_t room, enum record_state from)
{
    size_t used = 0;

    assert(from < STATE_COUNT);
    out[0] = '\0';
    for (int what = 1; what < TRANSITION_COUNT; what++) {
        int size;

        if (after[from][what] == STATE_none)
            continue;
        size = snprintf(out + used, room - used, "%s%s", used ? ", " : "",
                        transitions[what]);
        if (size < 0 || used + (size_t)size >= room)
            return;
        used += (size_t)size;
    }
    if (used == 0)
        (void)snprintf(out, room, "nothing");
}

enum entry_kind due_kind(enum record_type type, enum transition what)
{
    for (size_t i = 0; i < sizeof dues / sizeof dues[0]; i++)
        if (dues[i].type == type && dues[i].what == what)
            return dues[i].kind;
    return ENTRY_none;
}

const struct account_spec *account_spec(enum account account)
{
    if (account >= ACCOUNT_COUNT || accounts[account].name == NULL)
        return NULL;
    return &accounts[account];
}

enum account account_read(const char *name)
{
    for (int account = 1; account < ACCOUNT_COUNT; account++)
        if (strcmp(accounts[account].name, name) == 0)
            return (enum account)account;
    return ACCOUNT_none;
}

struct link link_of(const void *a, size_t a_size, const void *b, size_t b_size)
{
    crypto_generichash_state hash;
    struct link link;

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof link.key);
    (void)crypto_generichash_update(&hash, a, a_size);
    if (b_size > 0)
        (void)crypto_generichash_update(&hash, b, b_size);
    (void)crypto_generichash_final(&hash, link.key, sizeof link.key);
    return link;
}

struct link link_of_id(struct id id)
{
    struct link link;

    memcpy(link.key, id.bytes, sizeof link.key);
    return link;
}

bool link_is_none(struct link link)
{
    static const struct link none;

    return memcmp(&link, &none, sizeof none) == 0;
}

bool link_equal(struct link a, struct link b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}
