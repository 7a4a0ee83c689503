/* What ledgers of an older rules number do not know. */
#include "ledger/entry.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */

static const uint8_t kinds[ENTRY_KIND_COUNT] = {
    [ENTRY_none] = 1,
#define KIND_SINCE(kind, n) [ENTRY_##kind] = (n),
#include "ledger/entries.def"
};

static const struct {
    uint8_t type, value, rules;
} choices[] = {
#define CHOICE_SINCE(choice, CONSTANT, n) {TYPE_##choice, CONSTANT, n},
#include "ledger/types.def"
    {TYPE_COUNT, 0, 0},
};

static const struct {
    uint8_t type, rules;
    const char *letters;
} ids[] = {
#define LETTERS_SINCE(type, letters, n) {TYPE_##type, n, letters},
#include "ledger/types.def"
    {TYPE_COUNT, 0, ""},
};

/* clang-format on */

int kind_since(enum entry_kind kind)
{
    assert(kind > ENTRY_none && kind < ENTRY_KIND_COUNT);
    return kinds[kind] > 1 ? kinds[kind] : 1;
}

int value_since(enum field_type type, const void *value)
{
    enum form form = type_spec(type)->form;

    if (form == FORM_CHOICE)
        for (size_t i = 0; choices[i].type != TYPE_COUNT; i++)
            if (choices[i].type == (uint8_t)type &&
                choices[i].value == *(const uint8_t *)value)
                return choices[i].rules;
    if (form == FORM_ID)
        for (size_t i = 0; ids[i].type != TYPE_COUNT; i++)
            if (ids[i].type == (uint8_t)type &&
                strchr(ids[i].letters, ((const struct id *)value)->letter) !=
                    NULL)
                return ids[i].rules;
    return 1;
}

static bool unknown(const struct field_spec *field, int rules,
                    struct error *error)
{
    (void)fail(error, ERROR_FIELD,
               "%s, or what it says, counts from rules number %d on",
               field->name, rules);
    (void)snprintf(error->pointer, sizeof error->pointer, "/%s", field->name);
    return false;
}

static bool object_counts(const struct object_spec *spec, const void *base,
                          uint64_t present, int64_t rules, struct error *error);

static bool items_count(const struct field_spec *field, const struct list *list,
                        int64_t rules, struct error *error)
{
    bool words = field->shape == SHAPE_WORDS;
    size_t bytes = words ? type_spec(field->type)->bytes : field->object->bytes;

    for (uint32_t i = 0; i < list->count; i++) {
        const void *item = (const uint8_t *)list->items + bytes * i;

        if (!words && !object_counts(field->object, item,
                                     *(const uint64_t *)item, rules, error))
            return false;
        if (words && value_since(field->type, item) > rules)
            return unknown(field, value_since(field->type, item), error);
    }
    return true;
}

static bool field_counts(const struct field_spec *field, const void *value,
                         int64_t rules, struct error *error)
{
    if (field->since > rules)
        return unknown(field, field->since, error);
    switch (field->shape) {
    case SHAPE_ONE:
        return value_since(field->type, value) <= rules ||
               unknown(field, value_since(field->type, value), error);
    case SHAPE_PART:
        return object_counts(field->object, value, *(const uint64_t *)value,
                             rules, error);
    case SHAPE_LIST:
    case SHAPE_WORDS:
        return items_count(field, value, rules, error);
    }
    impossible();
}

static bool object_counts(const struct object_spec *spec, const void *base,
                          uint64_t present, int64_t rules, struct error *error)
{
    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];

        if ((present >> field->bit & 1) != 0 &&
            !field_counts(field, (const uint8_t *)base + field->offset, rules,
                          error))
            return false;
    }
    return true;
}

bool entry_counts(const struct entry *entry, int64_t rules, struct error *error)
{
    int since = kind_since(entry->kind);

    if (rules >= RULES_KNOWN)
        return true;
    if (since > rules)
        return fail(error, ERROR_KIND,
                    "%s is a kind of rules number %d; the ledger has %d",
                    entry_spec(entry->kind)->name, since, (int)rules);
    return object_counts(&entry_spec(entry->kind)->fields, entry,
                         entry->present, rules, error);
}
