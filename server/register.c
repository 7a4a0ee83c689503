#include "server/register.h"
#include "server/catalogue.h"
#include "server/naming.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum column_form {
    FORM_OF_TEXT,
    FORM_OF_NUMBER,
    FORM_OF_TAG,
    FORM_OF_NAME,
    FORM_OF_ENTRY,
    FORM_OF_CODE
};

static const struct {
    const char *name, *lead, *empty;
} registers[] = {
#define REGISTER(name, lead, empty) {#name, lead, empty},
#include "server/registers.def"
};

static const struct column {
    const char *name, *heading, *member;
    enum column_form form;
} columns[] = {
#define COLUMN(name, heading, member, form)                                    \
    {#name, heading, member, FORM_OF_##form},
#include "server/registers.def"
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *language_of(const struct reading *reading)
{
    return reading->wire.french ? "fr" : "en";
}

/* The value of a dotted name. */
static const json_t *member(const json_t *item, const char *name)
{
    const char *dot = strchr(name, '.');
    char first[32];

    if (dot == NULL)
        return json_object_get(item, name);
    assert((size_t)(dot - name) < sizeof first);
    memcpy(first, name, (size_t)(dot - name));
    first[dot - name] = '\0';
    return member(json_object_get(item, first), dot + 1);
}

static void set_plain(json_t *cell, const json_t *value)
{
    if (json_is_integer(value))
        wire_set(
            cell, "text",
            json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    else if (json_is_string(value))
        wire_set(cell, "text", json_string(json_string_value(value)));
}

static void set_name(const struct reading *reading, json_t *cell,
                     const json_t *value)
{
    json_t *name = name_text(reading, json_string_value(value));

    if (json_is_object(name))
        (void)json_object_update(cell, name);
    json_decref(name);
}

static void set_entry(const struct reading *reading, json_t *cell,
                      const json_t *value)
{
    int64_t index;
    char number[24];
    BUFFER(text);

    if (json_is_integer(value))
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                       json_integer_value(value));
    else
        return;
    index = json_integer_value(value);
    say_with(&text, language_of(reading), "Entry {index}", "index", number,
             NULL);
    wire_set(cell, "text", wire_text(text.bytes, text.size));
    wire_set(cell, "url",
             reading_url(reading, "entries/%lld", (long long)index));
}

static json_t *make_cell(const struct reading *reading,
                         const struct column *column, const json_t *item,
                         bool head)
{
    static const char *const classes[] = {
        [FORM_OF_NUMBER] = "n", [FORM_OF_ENTRY] = "whole", [FORM_OF_TEXT] = "",
        [FORM_OF_TAG] = "",     [FORM_OF_NAME] = "",       [FORM_OF_CODE] = ""};
    const json_t *value = member(item, column->member);
    bool absent;
    json_t *cell = json_pack("{s:s, s:b, s:b, s:b, s:n, s:n}", "title",
                             say(language_of(reading), column->heading), "head",
                             head, "code", column->form == FORM_OF_CODE, "tag",
                             column->form == FORM_OF_TAG, "text", "url");

    assert(cell != NULL);
    if (column->form == FORM_OF_NAME)
        set_name(reading, cell, value);
    else if (column->form == FORM_OF_ENTRY)
        set_entry(reading, cell, value);
    else
        set_plain(cell, value);
    absent = json_is_null(json_object_get(cell, "text"));
    wire_set(
        cell, "class",
        json_sprintf("%s%s", classes[column->form], absent ? " none" : ""));
    return cell;
}

static json_t *make_rows(const struct reading *reading, const char *name,
                         const json_t *items)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *cells = json_array();

        for (size_t j = 0; j < COLUMNS; j++)
            if (strcmp(columns[j].name, name) == 0)
                wire_append(cells, make_cell(reading, &columns[j],
                                             json_array_get(items, i),
                                             json_array_size(cells) == 0));
        wire_append(rows, json_pack("{s:o}", "cells", cells));
    }
    return rows;
}

static json_t *make_columns(const struct reading *reading, const char *name)
{
    json_t *list = json_array();

    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(columns[i].name, name) == 0)
            wire_append(list,
                        json_pack("{s:s, s:b}", "title",
                                  say(language_of(reading), columns[i].heading),
                                  "number", columns[i].form == FORM_OF_NUMBER));
    return list;
}

void register_put(const struct reading *reading, json_t *body, const char *name)
{
    const char *language = language_of(reading);
    const json_t *list;

    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        if (!reading->wire.people || strcmp(registers[i].name, name) != 0)
            continue;
        wire_set(body, "lead", json_string(say(language, registers[i].lead)));
        list = json_object_get(body, name);
        if (json_array_size(list) == 0)
            wire_set(body, "empty",
                     json_string(say(language, registers[i].empty)));
        else
            wire_set(body, "table",
                     json_pack("{s:o, s:o}", "columns",
                               make_columns(reading, name), "rows",
                               make_rows(reading, name, list)));
    }
}

/* The list in a part of the document, which a template can ask for. */
static json_t *list_in(json_t *body, const char *name)
{
    if (json_object_get(body, name) == NULL)
        wire_set(body, name, json_pack("{s:[]}", "items"));
    return json_object_get(json_object_get(body, name), "items");
}

void register_figure(json_t *body, const char *label, json_t *value,
                     const char *note)
{
    wire_append(list_in(body, "figures"),
                json_pack("{s:s, s:o, s:s?}", "label", label, "value", value,
                          "note", note));
}

void register_choice(json_t *body, const char *text, json_t *url)
{
    wire_append(list_in(body, "choices"),
                json_pack("{s:s, s:o}", "text", text, "url", url));
}
