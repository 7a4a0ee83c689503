/* Documents as people read them: amounts in units, no housekeeping. */
#include "admin-cli/screen.h"
#include "ledger/record.h"

#include <string.h>

/* Members that are computed, so that no table has them. */
static const char *const computed[] = {
    "amount", "balance", "called",   "committed", "credit",
    "debit",  "due",     "floor",    "highest",   "new_capital",
    "paid",   "public",  "received", "signed",    "subscribed",
};

static bool is_amount(enum field_type type)
{
    return type_spec(type)->form == FORM_AMOUNT;
}

/* By the record that the object is, or its id names, the entry's kind, or the
 * name. */
static bool is_money(const json_t *object, const char *name)
{
    const char *id = json_string_value(json_object_get(object, "id"));
    const char *record = json_string_value(json_object_get(object, "record"));
    const char *word = json_string_value(json_object_get(object, "kind"));
    const struct field_spec *field = NULL;
    const struct attr_spec *attr = NULL;
    enum entry_kind kind = ENTRY_none;
    enum record_type type = RECORD_COUNT;

    if (record != NULL)
        type = record_type_read(record);
    else if (id != NULL && strlen(id) == ID_CHARS)
        type = record_type_of_letter((uint8_t)id[0]);
    if (type != RECORD_COUNT)
        attr = record_attr(type, name);
    if (attr != NULL)
        return is_amount(attr->type);
    if (word != NULL)
        kind = entry_kind_read((struct text){word, (uint32_t)strlen(word)});
    if (kind != ENTRY_none)
        field = entry_field(kind, name);
    if (field != NULL)
        return field->shape == SHAPE_ONE && is_amount(field->type);
    for (size_t i = 0; i < sizeof computed / sizeof computed[0]; i++)
        if (strcmp(computed[i], name) == 0)
            return true;
    return false;
}

static void convert(json_t *value, int digits)
{
    char text[AMOUNT_CHARS];
    const char *name;
    json_t *member;
    size_t i;
    void *next;

    json_array_foreach(value, i, member)
    {
        convert(member, digits);
    }
    json_object_foreach_safe(value, next, name, member)
    {
        const json_int_t minor = json_integer_value(member);

        if (!json_is_integer(member)) {
            convert(member, digits);
        } else if (is_money(value, name) && minor <= AMOUNT_MAX &&
                   minor >= -AMOUNT_MAX) {
            amount_write(text, amount_from_minor(minor), digits);
            (void)json_object_set_new(value, name, json_string(text));
        }
    }
}

/* Indices of entries, and the state twice, are for programs. */
static void tidy(json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    json_array_foreach(value, i, member)
    {
        tidy(member);
    }
    json_object_foreach(value, name, member)
    {
        tidy(member);
    }
    if (!json_is_object(value) || json_object_get(value, "touched") == NULL)
        return;
    member = json_object_get(value, "shown");
    if (json_is_string(member))
        (void)json_object_set(value, "state", member);
    (void)json_object_del(value, "shown");
    (void)json_object_del(value, "made");
    (void)json_object_del(value, "touched");
}

void screen_for_people(json_t *document)
{
    const char *currency =
        json_string_value(json_object_get(document, "currency"));
    uint8_t choice = 0;

    if (currency != NULL)
        choice = choice_read(
            TYPE_currency, (struct text){currency, (uint32_t)strlen(currency)});
    if (choice != 0)
        convert(document, currency_digits(choice));
    tidy(document);
}
