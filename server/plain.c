/*
 * plain: the HTML of a document that has no template of its own.
 *
 * Values become a definition list, lists of objects a table, other lists a
 * list; each part of the document gets a heading.  Everything is escaped.
 */
#include "server/catalogue.h"
#include "server/page.h"
#include "server/words.h"

#include <string.h>

enum { DEPTH_MAX = 12, COLUMNS_MAX = 16, LEVEL_MAX = 4 };

struct plain {
    struct buffer *out;
    bool french;
    int depth;
    const char *label; /* Key of what is being put, or NULL. */
};

static void put(struct plain *plain, const json_t *value, int level);

/* "share_class" reads "Share class". */
static void put_label(struct plain *plain, const char *key)
{
    const char *known = word_label(key, plain->french);
    char label[64];
    size_t size = 0;

    if (known != NULL) {
        page_escape(plain->out, known);
        return;
    }
    for (; key[size] != '\0' && size < sizeof label - 1; size++)
        label[size] = key[size] == '_' ? ' ' : key[size];
    label[size] = '\0';
    if (label[0] >= 'a' && label[0] <= 'z')
        label[0] = (char)(label[0] - 'a' + 'A');
    page_escape(plain->out, label);
}

static bool is_link(const char *text)
{
    return page_url_is_safe(text) &&
           (text[0] == '/' || strncmp(text, "http", 4) == 0) &&
           strlen(text) < 1000;
}

static void put_text(struct plain *plain, const char *text)
{
    if (strchr(text, '\n') != NULL) {
        buffer_text(plain->out, "<pre class=\"raw\" tabindex=\"0\">");
        page_escape(plain->out, text);
        buffer_text(plain->out, "</pre>");
    } else if (is_link(text)) {
        buffer_text(plain->out, "<a href=\"");
        page_escape(plain->out, text);
        buffer_text(plain->out, "\">");
        page_escape(plain->out, text);
        buffer_text(plain->out, "</a>");
    } else {
        page_escape(plain->out, text);
    }
}

static void put_scalar(struct plain *plain, const json_t *value)
{
    if (json_is_string(value))
        put_text(plain, json_string_value(value));
    else if (json_is_integer(value))
        buffer_print(plain->out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        buffer_print(plain->out, "%.15g", json_real_value(value));
    else if (json_is_true(value))
        buffer_text(plain->out, say(plain->french ? "fr" : "en", "yes"));
    else if (json_is_false(value))
        buffer_text(plain->out, say(plain->french ? "fr" : "en", "no"));
    else
        buffer_text(plain->out, say(plain->french ? "fr" : "en", "none"));
}

static bool is_compound(const json_t *value)
{
    return (json_is_object(value) && json_object_size(value) > 0) ||
           (json_is_array(value) && json_array_size(value) > 0);
}

static bool is_table(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_object(json_array_get(list, i)))
            return false;
    return json_array_size(list) > 0;
}

/* Every key of any row, in the order they first come. */
static size_t find_columns(const json_t *rows, const char *columns[COLUMNS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const char *key;
        json_t *value;

        json_object_foreach(row, key, value)
        {
            size_t at = 0;

            (void)value;
            while (at < count && strcmp(columns[at], key) != 0)
                at++;
            if (at == count && count < COLUMNS_MAX)
                columns[count++] = key;
        }
    }
    return count;
}

static void put_cell(struct plain *plain, const json_t *value)
{
    buffer_text(plain->out,
                json_is_number(value) ? "<td class=\"n\">" : "<td>");
    if (value != NULL)
        put(plain, value, LEVEL_MAX);
    buffer_text(plain->out, "</td>");
}

static void put_table(struct plain *plain, const json_t *rows)
{
    const char *columns[COLUMNS_MAX];
    size_t count = find_columns(rows, columns);

    buffer_text(plain->out, "<div class=\"scroll\" role=\"region\" "
                            "tabindex=\"0\" aria-label=\"");
    put_label(plain, plain->label == NULL ? "table" : plain->label);
    buffer_text(plain->out, "\">\n<table>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        buffer_text(plain->out, "<th scope=\"col\">");
        put_label(plain, columns[i]);
        buffer_text(plain->out, "</th>");
    }
    buffer_text(plain->out, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < json_array_size(rows); row++) {
        const json_t *object = json_array_get(rows, row);

        buffer_text(plain->out, "<tr>");
        for (size_t i = 0; i < count; i++)
            put_cell(plain, json_object_get(object, columns[i]));
        buffer_text(plain->out, "</tr>\n");
    }
    buffer_text(plain->out, "</tbody></table></div>\n");
}

static void put_list(struct plain *plain, const json_t *list)
{
    buffer_text(plain->out, "<ul>");
    for (size_t i = 0; i < json_array_size(list); i++) {
        buffer_text(plain->out, "<li>");
        put(plain, json_array_get(list, i), LEVEL_MAX);
        buffer_text(plain->out, "</li>");
    }
    buffer_text(plain->out, "</ul>\n");
}

/* Members with one value, or below the deepest heading all of them. */
static void put_members(struct plain *plain, json_t *object, bool all)
{
    const char *key;
    json_t *value;
    bool begun = false;

    json_object_foreach(object, key, value)
    {
        if (!all && is_compound(value))
            continue;
        if (!begun)
            buffer_text(plain->out, "<dl class=\"kv\">\n");
        begun = true;
        buffer_text(plain->out, "<dt>");
        put_label(plain, key);
        buffer_text(plain->out, "</dt><dd>");
        put(plain, value, LEVEL_MAX);
        buffer_text(plain->out, "</dd>\n");
    }
    if (begun)
        buffer_text(plain->out, "</dl>\n");
}

static void put_object(struct plain *plain, const json_t *object, int level)
{
    /* jansson's iteration takes no const. */
    json_t *iterated = (json_t *)(uintptr_t)object;
    const char *key;
    json_t *value;

    put_members(plain, iterated, level >= LEVEL_MAX);
    if (level >= LEVEL_MAX)
        return;
    json_object_foreach(iterated, key, value)
    {
        if (!is_compound(value))
            continue;
        buffer_print(plain->out, "<h%d>", level);
        put_label(plain, key);
        buffer_print(plain->out, "</h%d>\n", level);
        plain->label = key;
        put(plain, value, level + 1);
    }
}

static void put(struct plain *plain, const json_t *value, int level)
{
    if (!is_compound(value)) {
        put_scalar(plain, value);
        return;
    }
    if (plain->depth == DEPTH_MAX) {
        buffer_text(plain->out, "\xe2\x80\xa6");
        return;
    }
    plain->depth++;
    if (json_is_object(value))
        put_object(plain, value, level);
    else if (is_table(value))
        put_table(plain, value);
    else
        put_list(plain, value);
    plain->depth--;
}

void page_plain(struct buffer *out, const json_t *document, bool french)
{
    struct plain plain = {.out = out, .french = french};

    put(&plain, document, 2);
}
