/* What imports have set apart, remembered for whoever made them. */
#include "admin-cli/import.h"

#include "admin-cli/file.h"
#include "admin-cli/seen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 * 1024 * 1024 };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static bool load(json_t **list, const char *path, struct error *error)
{
    char *bytes;
    size_t size;

    *list = NULL;
    if (*path == '\0' || !file_read(path, FILE_MAX, &bytes, &size, error)) {
        if (error->code != ERROR_NONE && error->code != ERROR_ABSENT)
            return false;
        *error = (struct error){0};
        *list = json_array();
        return true;
    }
    *list = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    return json_is_array(*list) ||
           fail(error, ERROR_SYSTEM, "%s is no list of lines set apart", path);
}

/* Has the statement an entry by that reference which is booked now? */
static bool books(const struct statement *statement, const char *reference)
{
    for (size_t i = 0; i < statement->count; i++)
        if (statement_books(statement->lines[i].doubt) &&
            strcmp(statement->lines[i].source_entry->bank_reference,
                   reference) == 0)
            return true;
    return false;
}

static bool is_over(const json_t *line, const struct statement *statement,
                    const char *id)
{
    const char *reference = text_of(line, "reference");

    return strcmp(text_of(line, "statement"), id) == 0 ||
           (!json_is_true(json_object_get(line, "booked")) &&
            *reference != '\0' && books(statement, reference));
}

/* What stays of the list, then the statement's own. */
static json_t *merge(const json_t *list, const struct statement *statement,
                     const char *number, int digits)
{
    json_t *merged = json_array(), *own = import_oddities(statement, digits);
    char id[ID_CHARS + 1];

    id_write(id, statement->id);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!is_over(json_array_get(list, i), statement, id))
            (void)json_array_append(merged, json_array_get(list, i));
    for (size_t i = 0; i < json_array_size(own); i++) {
        json_t *line = json_array_get(own, i);

        (void)json_object_set_new(line, "statement", json_string(id));
        (void)json_object_set_new(line, "number", json_string(number));
        (void)json_array_append(merged, line);
    }
    json_decref(own);
    return merged;
}

bool quarantine_keep(const char *origin, const struct statement *statement,
                     const char *number, int digits, struct error *error)
{
    char path[SEEN_PATH_BYTES];
    json_t *list, *merged;
    bool done = true;

    if (!seen_file(path, "quarantine", origin, error) ||
        !load(&list, path, error))
        return false;
    merged = merge(list, statement, number, digits);
    if (*path != '\0' && !json_equal(list, merged)) {
        char *bytes = json_dumps(merged, JSON_INDENT(1));

        assert(bytes != NULL);
        done = file_write(path, bytes, strlen(bytes), error);
        free(bytes);
    }
    json_decref(list);
    json_decref(merged);
    return done;
}

bool quarantine_read(json_t **list, const char *origin, struct error *error)
{
    char path[SEEN_PATH_BYTES];

    return seen_file(path, "quarantine", origin, error) &&
           load(list, path, error);
}
