/* An act in words, and the exact text, before it is signed. */
#include "admin-cli/act.h"

#include "admin-cli/screen.h"

#include <stdio.h>
#include <string.h>

static void print_scalar(const struct field_spec *field, const json_t *value,
                         const struct desk *desk)
{
    char text[1100], amount[AMOUNT_CHARS];

    if (json_is_string(value)) {
        (void)fprintf(
            stderr, "%s",
            screen_clean(text, sizeof text, json_string_value(value)));
    } else if (json_is_boolean(value)) {
        (void)fprintf(stderr, "%s", json_is_true(value) ? "yes" : "no");
    } else if (type_spec(field->type)->form == FORM_AMOUNT) {
        amount_write(amount, amount_from_minor(json_integer_value(value)),
                     desk->digits);
        (void)fprintf(stderr, "%s %s", amount, desk->currency);
    } else {
        (void)fprintf(stderr, "%lld", (long long)json_integer_value(value));
    }
}

/* "body board, date 2026-01-10, ..." */
static void print_object(const struct object_spec *object, const json_t *value,
                         const struct desk *desk)
{
    bool first = true;

    for (uint16_t i = 0; i < object->count; i++) {
        const json_t *inner = json_object_get(value, object->fields[i].name);

        if (inner == NULL)
            continue;
        (void)fprintf(stderr, "%s%s ", first ? "" : ", ",
                      object->fields[i].name);
        print_scalar(&object->fields[i], inner, desk);
        first = false;
    }
}

static void print_field(const struct field_spec *field, json_t *value,
                        const struct desk *desk)
{
    json_t *item;
    size_t i;

    (void)fprintf(stderr, "  %-14s ", field->name);
    switch (field->shape) {
    case SHAPE_ONE:
        print_scalar(field, value, desk);
        break;
    case SHAPE_PART:
        print_object(field->object, value, desk);
        break;
    case SHAPE_LIST:
    case SHAPE_WORDS:
        json_array_foreach(value, i, item)
        {
            if (i > 0)
                (void)fprintf(stderr, "\n  %-14s ", "");
            if (field->shape == SHAPE_LIST)
                print_object(field->object, item, desk);
            else
                print_scalar(field, item, desk);
        }
        break;
    }
    (void)fprintf(stderr, "\n");
}

void act_show(const struct act *act, const struct desk *desk)
{
    const struct entry_spec *spec = entry_spec(act->kind);
    json_t *entry = json_loadb(act->json, act->json_size, 0, NULL);
    char heading[200], origin[ORIGIN_BYTES_MAX + 1];

    act_origin(act, origin);
    (void)snprintf(heading, sizeof heading, "%s: %s", spec->name, spec->help);
    screen_heading(heading);
    (void)fprintf(stderr, "  %-14s %s\n", "ledger", origin);
    for (uint16_t i = 0; i < spec->fields.count; i++) {
        const struct field_spec *field = &spec->fields.fields[i];
        json_t *value = json_object_get(entry, field->name);

        if (value != NULL && field->type != TYPE_kind &&
            field->type != TYPE_nonce)
            print_field(field, value, desk);
    }
    json_decref(entry);
    screen_heading("\nThe exact text");
    (void)fprintf(stderr, "%s", act->text);
}

void act_show_signers(const struct act *act)
{
    for (size_t i = 0; i < act->line_count; i++) {
        const char *name = act->lines[i] + 4;

        (void)fprintf(stderr, "%s%.*s\n", i == 0 ? "\nSigned by\n  " : "  ",
                      (int)strcspn(name, " "), name);
    }
    if (act->line_count == 0)
        (void)fprintf(stderr, "\nNobody has signed yet.\n");
}
