#include "server/telling.h"
#include "server/buffer.h"
#include "server/catalogue.h"
#include "server/naming.h"
#include "server/prose.h"
#include "server/words.h"

#include <assert.h>
#include <string.h>

static const char *language_of(const struct wire *wire)
{
    return wire->french ? "fr" : "en";
}

/* A sentence of a table without its full stop. */
static json_t *without_stop(const char *text)
{
    size_t size = strlen(text);

    return wire_text(text, size > 0 && text[size - 1] == '.' ? size - 1 : size);
}

static const struct entry_spec *spec_of(const char *kind)
{
    return entry_spec(
        entry_kind_read((struct text){kind, (uint32_t)strlen(kind)}));
}

json_t *tell_kind(const struct wire *wire, const char *kind)
{
    const struct entry_spec *spec = spec_of(kind);

    return spec == NULL ? json_string(kind)
                        : without_stop(say(language_of(wire), spec->help));
}

json_t *tell_account(const struct wire *wire, int account)
{
    const struct account_spec *spec = account_spec((enum account)account);

    assert(spec != NULL);
    return without_stop(say(language_of(wire), spec->help));
}

/* What a member is called: "Share class" for share_class without a word. */
static void put_label(struct buffer *out, const struct wire *wire,
                      const char *name)
{
    const char *known = word_label(name, wire->french);

    if (known != NULL) {
        buffer_text(out, known);
        return;
    }
    for (const char *c = name; *c != '\0'; c++) {
        char shown = *c == '_' ? ' ' : *c;

        if (c == name && shown >= 'a' && shown <= 'z')
            shown = (char)(shown - 'a' + 'A');
        buffer_add(out, &shown, 1);
    }
}

static json_t *label(const struct wire *wire, const char *name)
{
    json_t *text;
    BUFFER(out);

    put_label(&out, wire, name);
    text = wire_text(out.bytes, out.size);
    return text;
}

static json_t *tell_string(const struct wire *wire, enum field_type type,
                           const char *text)
{
    struct date date;
    struct instant instant;

    switch (type_spec(type)->form) {
    case FORM_CHOICE:
        return wire_word(wire, text);
    case FORM_DATE:
        return date_read(&date, text, strlen(text)) ? wire_date(wire, date)
                                                    : json_string(text);
    case FORM_INSTANT:
        return instant_read(&instant, text, strlen(text))
                   ? wire_instant(wire, instant)
                   : json_string(text);
    case FORM_KIND:
    case FORM_NONCE:
    case FORM_FLAG:
    case FORM_NUMBER:
    case FORM_AMOUNT:
    case FORM_HASH:
    case FORM_KEY:
    case FORM_TEXT:
    case FORM_TITLE:
    case FORM_CODE:
    case FORM_IBAN:
    case FORM_RF:
    case FORM_ID:
    case FORM_LINK:
    case FORM_CHAIN:
        return json_string(text);
    }
    impossible();
}

/* A value of the entry's own JSON as people read it. */
static json_t *tell_value(const struct wire *wire, enum field_type type,
                          const json_t *value)
{
    int64_t number = json_integer_value(value);

    if (json_is_string(value))
        return tell_string(wire, type, json_string_value(value));
    if (json_is_boolean(value))
        return json_string(
            say(language_of(wire), json_is_true(value) ? "yes" : "no"));
    if (!json_is_integer(value))
        return json_string("");
    if (type_spec(type)->form == FORM_AMOUNT)
        return wire_amount(wire, amount_from_minor(number));
    return wire_value(wire, type, &number);
}

/* An id by what people call its record; anything else as tell_value(). */
static json_t *tell_part(const struct reading *reading, enum field_type type,
                         const json_t *value)
{
    json_auto_t *name = type_spec(type)->form == FORM_ID
                            ? name_text(reading, json_string_value(value))
                            : json_null();

    return json_is_object(name) ? json_incref(json_object_get(name, "text"))
                                : tell_value(&reading->wire, type, value);
}

/* "Title: A workshop, Amount: 120,00 €" */
static json_t *tell_object(const struct reading *reading,
                           const struct object_spec *spec, const json_t *object)
{
    const struct wire *wire = &reading->wire;
    const char *colon = say(language_of(wire), ":");
    json_t *text;
    BUFFER(out);

    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];
        const json_t *value = json_object_get(object, field->name);
        json_auto_t *told = NULL;

        if (value == NULL || field->shape != SHAPE_ONE)
            continue;
        told = tell_part(reading, field->type, value);
        if (json_string_value(told) == NULL)
            continue;
        buffer_text(&out, out.size == 0 ? "" : "; ");
        put_label(&out, wire, field->name);
        buffer_print(&out, "%s %s", colon, json_string_value(told));
    }
    text = wire_text(out.size == 0 ? "" : out.bytes, out.size);
    return text;
}

static json_t *tell_items(const struct reading *reading,
                          const struct field_spec *field, const json_t *value)
{
    json_t *items = json_array();

    if (field->shape == SHAPE_PART)
        wire_append(items, tell_object(reading, field->object, value));
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);

        wire_append(items, field->shape == SHAPE_LIST
                               ? tell_object(reading, field->object, item)
                               : tell_part(reading, field->type, item));
    }
    return items;
}

static json_t *tell_field(const struct reading *reading,
                          const struct field_spec *field, const json_t *value)
{
    const struct wire *wire = &reading->wire;
    bool one = field->shape == SHAPE_ONE;
    json_auto_t *name = one && type_spec(field->type)->form == FORM_ID
                            ? name_text(reading, json_string_value(value))
                            : json_null();
    json_t *told = json_object();

    wire_set(told, "label", label(wire, field->name));
    wire_set(told, "value",
             one ? tell_value(wire, field->type, value) : json_string(""));
    wire_set(told, "url", json_null());
    wire_set(told, "items",
             one ? json_array() : tell_items(reading, field, value));
    if (json_is_object(name)) {
        wire_set(told, "value", json_incref(json_object_get(name, "text")));
        wire_set(told, "url", json_incref(json_object_get(name, "url")));
    }
    return told;
}

json_t *tell_fields(const struct reading *reading, const char *kind,
                    const json_t *entry)
{
    const struct entry_spec *spec = spec_of(kind);
    json_t *list = json_array();

    for (size_t i = 0; spec != NULL && i < spec->fields.count; i++) {
        const struct field_spec *field = &spec->fields.fields[i];
        const json_t *value = json_object_get(entry, field->name);

        if (value != NULL && strcmp(field->name, "kind") != 0 &&
            strcmp(field->name, "nonce") != 0)
            wire_append(list, tell_field(reading, field, value));
    }
    return list;
}
