/*
 * entry: what can be said, made from the tables: structs, fields, steps.
 *
 * Pure, and nothing is allocated: a parsed entry is a fixed struct, its texts
 * point into the note's own bytes, its lists into a buffer that the caller
 * lends.  entry_start() must have been called once before anything else here.
 */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include "ledger/amount.h"
#include "ledger/date.h"
#include "ledger/limits.h"

enum form {
    FORM_KIND,
    FORM_NONCE,
    FORM_FLAG,
    FORM_NUMBER,
    FORM_AMOUNT,
    FORM_DATE,
    FORM_INSTANT,
    FORM_HASH,
    FORM_KEY,
    FORM_TEXT,
    FORM_TITLE,
    FORM_CODE,
    FORM_IBAN,
    FORM_RF,
    FORM_ID,
    FORM_CHOICE,
    FORM_LINK,
    FORM_CHAIN,
};

/* Short texts that records keep: unescaped, the rest of the bytes zero. */
struct title {
    uint8_t size;
    char bytes[SHORT_TEXT_BYTES];
};
struct code {
    uint8_t size;
    char bytes[15];
};
struct iban {
    uint8_t size;
    char bytes[34];
};
struct reference {
    uint8_t size;
    char bytes[25];
};

/* The key of a record whose type is known from where the link stands. */
struct link {
    uint8_t key[16];
};
struct chain {
    struct link first, last;
    int64_t count;
};

/* In an entry; items are objects or scalars, one after the other. */
struct list {
    uint32_t count;
    const void *items;
};

/* clang-format off */
enum field_type {
#define TYPE(type, c_type, FORM, letters, least, most, help) TYPE_##type,
#define CHOICES(choice) TYPE_##choice,
#include "ledger/types.def"
    TYPE_COUNT
};

/* PROFILE_FR_SCIC_SAS, ...: the words of each choice, from 1; 0 is none. */
#define CHOICES(choice) enum choice_##choice { choice##_none,
#define CHOICE(choice, CONSTANT, word) CONSTANT,
#define END_CHOICES(choice) choice##_after };
#include "ledger/types.def"

#define TYPE(type, c_type, FORM, letters, least, most, help) \
    typedef c_type field_##type;
#define CHOICES(choice) typedef uint8_t field_##choice;
#include "ledger/types.def"

/* struct object_decision, ...; BIT_decision_body, ...: bits of present. */
#define OBJECT(object) struct object_##object { uint64_t present;
#define FIELD(owner, field, type, must, help) field_##type field;
#define END(object) };
#include "ledger/objects.def"
#define OBJECT(object) enum { BITS_BEFORE_##object = -1,
#define FIELD(owner, field, type, must, help) BIT_##owner##_##field,
#define END(object) BITS_##object };
#include "ledger/objects.def"

/* struct entry_pledge_make, ... */
#define ENTRY(kind, name, help) struct entry_##kind {
#define FIELD(owner, field, type, must, help) field_##type field;
#define PART(owner, field, object, must, help) struct object_##object field;
#define LIST(owner, field, object, least, most, help) struct list field;
#define WORDS(owner, field, type, least, most, help) struct list field;
#define END(kind) };
#include "ledger/entries.def"
#define ENTRY(kind, name, help) enum { \
    BITS_BEFORE_##kind = BITS_common - 1,
#define FIELD(owner, field, type, must, help) BIT_##owner##_##field,
#define PART(owner, field, object, must, help) BIT_##owner##_##field,
#define LIST(owner, field, object, least, most, help) BIT_##owner##_##field,
#define WORDS(owner, field, type, least, most, help) BIT_##owner##_##field,
#define END(kind) BITS_##kind };
#include "ledger/entries.def"

enum entry_kind {
    ENTRY_none,
#define ENTRY(kind, name, help) ENTRY_##kind,
#include "ledger/entries.def"
    ENTRY_KIND_COUNT
};

struct entry {
    enum entry_kind kind;
    uint64_t present; /* A bit for each field given: common, then own. */
    struct object_common common;
    union {
#define ENTRY(kind, name, help) struct entry_##kind kind;
#include "ledger/entries.def"
    };
};
/* clang-format on */

/* Was the field given?  HAS(entry, pledge_make, move_to) */
#define HAS(entry, kind, field)                                                \
    (((entry)->present >> BIT_##kind##_##field & 1) != 0)
/* The same in an object: GIVEN(officer, founder, key) */
#define GIVEN(item, object, field)                                             \
    (((item)->present >> BIT_##object##_##field & 1) != 0)

struct type_spec {
    const char *name;
    const char *help;
    const char *letters; /* Of ids. */
    enum form form;
    uint16_t bytes; /* Of the C type. */
    int64_t least, most;
    const char *const *words; /* Of choices; words[0] is NULL. */
    uint8_t word_count;       /* Highest value. */
};

enum shape { SHAPE_ONE, SHAPE_PART, SHAPE_LIST, SHAPE_WORDS };

struct object_spec;

struct field_spec {
    const char *name;
    const char *help;
    enum shape shape;
    enum field_type type;             /* Of shapes ONE and WORDS. */
    const struct object_spec *object; /* Of shapes PART and LIST. */
    bool must;
    uint8_t bit;
    uint16_t least, most; /* Items of a list. */
    uint16_t offset;      /* In struct entry, or in the object. */
    uint8_t since;        /* Rules number from which on it counts. */
};

/* Fields sorted by name, as canonical JSON has them. */
struct object_spec {
    const char *name;
    const struct field_spec *fields;
    uint16_t count;
    uint16_t bytes; /* Of the C struct. */
};

struct entry_spec {
    const char *name; /* "pledge.make" */
    const char *help;
    struct object_spec fields; /* Own and common fields, sorted. */
};

/* Build the sorted tables; idempotent, call it first in main(). */
void entry_start(void);

const struct type_spec *type_spec(enum field_type type);
/* 0 if the choice has no such word. */
uint8_t choice_read(enum field_type choice, struct text word);
const char *choice_word(enum field_type choice, uint8_t value);
/* Digits after the point of a currency. */
int currency_digits(uint8_t currency);

/* Returns NULL if there is no such kind. */
const struct entry_spec *entry_spec(enum entry_kind kind);
enum entry_kind entry_kind_read(struct text name); /* ENTRY_none: no such. */
/* Returns NULL if the kind has no such field. */
const struct field_spec *entry_field(enum entry_kind kind, const char *name);

/* Room for the lists of one parsed entry. */
struct entry_lists {
    size_t used;
    _Alignas(16) uint8_t bytes[LIST_BYTES_MAX];
};

/*
 * Parse canonical JSON, and nothing else.  *entry points into json and lists,
 * which must outlive it.  Fails with ERROR_SYNTAX (offset and pointer),
 * ERROR_KIND or ERROR_FIELD (pointer).
 */
MUST_USE bool entry_parse(struct entry *entry, struct entry_lists *lists,
                          const char *json, size_t size, struct error *error);

/*
 * Does all that the entry says count under a rules number?  Else it fails as
 * a program that knew no higher number would: ERROR_KIND, or ERROR_FIELD with
 * the pointer.
 */
MUST_USE bool entry_counts(const struct entry *entry, int64_t rules,
                           struct error *error);
/* The rules number from which on a kind counts, a word of a choice, an id
 * with a letter; since_value() takes what the type's field holds. */
int kind_since(enum entry_kind kind);
int value_since(enum field_type type, const void *value);

/* Write canonical JSON; returns its size, or 0 if room is too small. */
size_t entry_write(char *out, size_t room, const struct entry *entry);

/* Write one value as canonical JSON; for records and tools. */
size_t value_write(char *out, size_t room, enum field_type type,
                   const void *value);
/* Read one value from its JSON text, quotes included where it has them. */
MUST_USE bool value_read(void *value, enum field_type type, struct text json,
                         struct error *error);

struct title title_from(const char *bytes, size_t size);

#endif
