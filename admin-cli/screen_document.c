#include "admin-cli/screen.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMNS_MAX = 12, /* Of one table. */
    CELL_BYTES = 120,
    CELL_WIDTH_MAX = 48, /* Wider texts are cut off on the screen. */
};

/* How many columns UTF-8 takes, one for each character. */
static size_t width(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* "" for objects and arrays, which are shown apart. */
static const char *write_cell(char out[static CELL_BYTES], const json_t *value)
{
    out[0] = '\0';
    if (json_is_string(value))
        return screen_clean(out, CELL_BYTES, json_string_value(value));
    if (json_is_integer(value))
        (void)snprintf(out, CELL_BYTES, "%lld",
                       (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(out, CELL_BYTES, json_is_true(value) ? "yes" : "no");
    return out;
}

static bool is_nested(const json_t *value)
{
    return json_is_object(value) || json_is_array(value);
}

static bool is_number(const char *cell)
{
    return *cell != '\0' && strspn(cell, "-.0123456789") == strlen(cell) &&
           (strlen(cell) < 5 || cell[4] != '-'); /* No date. */
}

struct table {
    const char *names[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    bool numbers[COLUMNS_MAX];
    size_t count;
};

/* A column for each scalar that some row has, in the order they come. */
static void add_columns(struct table *table, json_t *row)
{
    const char *name;
    json_t *value;

    json_object_foreach(row, name, value)
    {
        char cell[CELL_BYTES];
        size_t i = 0, wide;

        if (is_nested(value))
            continue;
        while (i < table->count && strcmp(table->names[i], name) != 0)
            i++;
        if (i == COLUMNS_MAX)
            continue;
        if (i == table->count) {
            table->names[i] = name;
            table->widths[i] = width(name);
            table->numbers[i] = is_number(write_cell(cell, value));
            table->count++;
        }
        wide = width(write_cell(cell, value));
        if (wide > table->widths[i])
            table->widths[i] = wide > CELL_WIDTH_MAX ? CELL_WIDTH_MAX : wide;
    }
}

static void print_cell(FILE *out, const char *text, size_t wide, bool right,
                       bool last)
{
    const size_t is = width(text);
    const int pad = is < wide ? (int)(wide - is) : 0;

    if (right)
        (void)fprintf(out, "%*s%s", pad, "", text);
    else
        (void)fprintf(out, "%s%*s", text, last ? 0 : pad, "");
    (void)fprintf(out, last ? "\n" : "  ");
}

static void print_table(FILE *out, json_t *rows)
{
    struct table table = {0};
    char cell[CELL_BYTES];
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        add_columns(&table, row);
    }
    for (size_t c = 0; c < table.count; c++)
        print_cell(out, table.names[c], table.widths[c], table.numbers[c],
                   c + 1 == table.count);
    json_array_foreach(rows, i, row)
    {
        for (size_t c = 0; c < table.count; c++)
            print_cell(out,
                       write_cell(cell, json_object_get(row, table.names[c])),
                       table.widths[c], table.numbers[c], c + 1 == table.count);
    }
}

static void print_list(FILE *out, json_t *list)
{
    char cell[CELL_BYTES];
    json_t *item;
    size_t i;

    if (json_is_object(json_array_get(list, 0))) {
        print_table(out, list);
        return;
    }
    json_array_foreach(list, i, item)
    {
        (void)fprintf(out, "  %s\n", write_cell(cell, item));
    }
}

/* Scalars as lines; then what is nested, each under its name. */
static void print_object(FILE *out, json_t *object, const char *before,
                         int depth)
{
    char cell[CELL_BYTES], name_inside[160];
    const char *name;
    json_t *value;
    int longest = 0;

    json_object_foreach(object, name, value)
    {
        if (!is_nested(value) && (int)strlen(name) > longest)
            longest = (int)strlen(name);
    }
    json_object_foreach(object, name, value)
    {
        if (!is_nested(value))
            (void)fprintf(out, "%-*s  %s\n", longest, name,
                          write_cell(cell, value));
    }
    if (depth > 4)
        return;
    json_object_foreach(object, name, value)
    {
        if (!is_nested(value))
            continue;
        (void)snprintf(name_inside, sizeof name_inside, "%.70s%s%.70s", before,
                       *before == '\0' ? "" : ".", name);
        if (json_is_array(value) && json_array_size(value) == 0) {
            (void)fprintf(out, "\n%s: none\n", name_inside);
            continue;
        }
        (void)fprintf(out, "\n%s\n", name_inside);
        if (json_is_array(value))
            print_list(out, value);
        else
            print_object(out, value, name_inside, depth + 1);
    }
}

void screen_document(FILE *out, const json_t *document, bool as_json)
{
    json_t *copy;

    if (as_json) {
        (void)json_dumpf(document, out, JSON_INDENT(2));
        (void)fprintf(out, "\n");
        return;
    }
    copy = json_deep_copy(document);
    screen_for_people(copy);
    if (json_is_array(copy))
        print_list(out, copy);
    else
        print_object(out, copy, "", 0);
    json_decref(copy);
}
