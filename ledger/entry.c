#include "ledger/entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */

/* profile_words[], ... */
#define CHOICES(choice) static const char *const choice##_words[] = {NULL,
#define CHOICE(choice, CONSTANT, word) word,
#define END_CHOICES(choice) };
#include "ledger/types.def"

static const struct type_spec types[] = {
#define TYPE(type, c_type, FORM, letters, least, most, help) \
    [TYPE_##type] = {#type, help, letters, FORM_##FORM, sizeof(c_type), \
                     least, most, NULL, 0},
#define CHOICES(choice) \
    [TYPE_##choice] = {#choice, "One word of a closed list.", "", \
                       FORM_CHOICE, sizeof(uint8_t), 1, choice##_after - 1, \
                       choice##_words, choice##_after - 1},
#include "ledger/types.def"
};

/* decision_fields[], ...: in table order; sorted by entry_start(). */
#define OBJECT(object) static struct field_spec object##_fields[] = {
#define FIELD(owner, field, type, must, help) \
    {#field, help, SHAPE_ONE, TYPE_##type, NULL, FIELD_##must, \
     BIT_##owner##_##field, 0, 0, offsetof(struct object_##owner, field), 1},
#define END(object) };
#define FIELD_MUST true
#define FIELD_MAY false
#include "ledger/objects.def"

#define OBJECT(object) static const struct object_spec object##_spec = { \
    #object, object##_fields, \
    sizeof object##_fields / sizeof object##_fields[0], \
    sizeof(struct object_##object)};
#include "ledger/objects.def"

/* pledge_make_fields[], ...: common and own. */
#define COMMON(field, type, must) \
    {#field, "", SHAPE_ONE, TYPE_##type, NULL, must, BIT_common_##field, 0, 0, \
     offsetof(struct entry, common.field), 1}
#define ENTRY(owner, name, help) static struct field_spec owner##_fields[] = { \
    COMMON(effective, date, false), COMMON(kind, kind, true), \
    COMMON(nonce, nonce, true), COMMON(note, memo, false),
#define FIELD(owner, field, type, must, help) \
    {#field, help, SHAPE_ONE, TYPE_##type, NULL, FIELD_##must, \
     BIT_##owner##_##field, 0, 0, offsetof(struct entry, owner.field), 1},
#define PART(owner, field, object, must, help) \
    {#field, help, SHAPE_PART, TYPE_COUNT, &object##_spec, FIELD_##must, \
     BIT_##owner##_##field, 0, 0, offsetof(struct entry, owner.field), 1},
#define LIST(owner, field, object, least, most, help) \
    {#field, help, SHAPE_LIST, TYPE_COUNT, &object##_spec, (least) > 0, \
     BIT_##owner##_##field, least, most, \
     offsetof(struct entry, owner.field), 1},
#define WORDS(owner, field, type, least, most, help) \
    {#field, help, SHAPE_WORDS, TYPE_##type, NULL, (least) > 0, \
     BIT_##owner##_##field, least, most, \
     offsetof(struct entry, owner.field), 1},
#define END(kind) };
#include "ledger/entries.def"

static const struct entry_spec specs[] = {
#define ENTRY(kind, name, help) \
    [ENTRY_##kind] = {name, help, \
                      {name, kind##_fields, \
                       sizeof kind##_fields / sizeof kind##_fields[0], \
                       sizeof(struct entry)}},
#include "ledger/entries.def"
};

/* Fields that older ledgers do not know. */
static const struct {
    struct field_spec *fields;
    uint8_t bit, rules;
} newer[] = {
#define FIELD_SINCE(owner, field, n) \
    {owner##_fields, BIT_##owner##_##field, n},
#include "ledger/objects.def"
#define FIELD_SINCE(owner, field, n) \
    {owner##_fields, BIT_##owner##_##field, n},
#include "ledger/entries.def"
    {NULL, 0, 0},
};

/* clang-format on */

_Static_assert(sizeof(struct entry) <= 1024, "an entry stays small");

static int by_name(const void *a, const void *b)
{
    const struct field_spec *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static void mark_since(struct field_spec *fields, uint8_t bit, uint8_t rules)
{
    while (fields->bit != bit)
        fields++;
    fields->since = rules;
}

/* The common fields' help is written once, in objects.def. */
static void explain_common(struct field_spec *fields)
{
    for (size_t i = 0; i < BITS_common; i++)
        fields[i].help = common_fields[i].help;
}

void entry_start(void)
{
    static bool started;

    if (started)
        return;
#define ENTRY(kind, name, help)                                                \
    explain_common(kind##_fields);                                             \
    _Static_assert((int)BITS_##kind <= 64, "one bit a field");
#include "ledger/entries.def"
    for (size_t i = 0; newer[i].fields != NULL; i++)
        mark_since(newer[i].fields, newer[i].bit, newer[i].rules);
#define SORT(list)                                                             \
    qsort(list, sizeof(list) / sizeof((list)[0]), sizeof((list)[0]), by_name);
#define OBJECT(object) SORT(object##_fields)
#include "ledger/objects.def"
#define ENTRY(kind, name, help) SORT(kind##_fields)
#include "ledger/entries.def"
    started = true;
}

const struct type_spec *type_spec(enum field_type type)
{
    assert(type < TYPE_COUNT);
    return &types[type];
}

uint8_t choice_read(enum field_type choice, struct text word)
{
    const struct type_spec *spec = type_spec(choice);

    assert(spec->form == FORM_CHOICE);
    for (uint8_t i = 1; i <= spec->word_count; i++)
        if (text_is(word, spec->words[i]))
            return i;
    return 0;
}

const char *choice_word(enum field_type choice, uint8_t value)
{
    const struct type_spec *spec = type_spec(choice);

    assert(spec->form == FORM_CHOICE);
    assert(value <= spec->word_count);
    return value == 0 ? "" : spec->words[value];
}

int currency_digits(uint8_t currency)
{
    return currency == CURRENCY_JPY ? 0 : 2;
}

const struct entry_spec *entry_spec(enum entry_kind kind)
{
    if (kind >= ENTRY_KIND_COUNT || specs[kind].name == NULL)
        return NULL;
    return &specs[kind];
}

enum entry_kind entry_kind_read(struct text name)
{
    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++)
        if (text_is(name, specs[kind].name))
            return (enum entry_kind)kind;
    return ENTRY_none;
}

const struct field_spec *entry_field(enum entry_kind kind, const char *name)
{
    const struct entry_spec *spec = entry_spec(kind);

    for (size_t i = 0; spec != NULL && i < spec->fields.count; i++)
        if (strcmp(spec->fields.fields[i].name, name) == 0)
            return &spec->fields.fields[i];
    return NULL;
}

struct title title_from(const char *bytes, size_t size)
{
    struct title title = {0};

    assert(size <= sizeof title.bytes);
    title.size = (uint8_t)size;
    memcpy(title.bytes, bytes, size);
    return title;
}
