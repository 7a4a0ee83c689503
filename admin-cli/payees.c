#include "admin-cli/payees.h"

#include "admin-cli/file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum column { COLUMN_ID, COLUMN_NAME, COLUMN_IBAN, COLUMN_BIC, COLUMN_TEXT };
enum { COLUMNS = 5, CELLS_MAX = 32 };
static const char *const columns[COLUMNS] = {"id", "name", "iban", "bic",
                                             "text"};

static int compare(const void *a, const void *b)
{
    const struct payee *one = a, *other = b;

    return strcmp(one->id, other->id);
}

static char *copy(const char *text)
{
    char *made = strdup(text);

    assert(made != NULL);
    return made;
}

/* place: of the line or the object, from 1. */
static bool add(struct payees *payees, size_t place,
                const char *const values[COLUMNS], struct error *error)
{
    struct payee *payee;

    if (payees->count == PAYEES_MAX)
        return fail(error, ERROR_SIZE, "more than %d payees", PAYEES_MAX);
    if (payees->count % 1024 == 0) {
        payees->list = realloc(payees->list,
                               (payees->count + 1024) * sizeof *payees->list);
        assert(payees->list != NULL);
    }
    payee = &payees->list[payees->count];
    if (*values[COLUMN_ID] == '\0' || *values[COLUMN_NAME] == '\0')
        return fail(error, ERROR_FIELD, "payee %zu has no id or no name",
                    place);
    if (!iban_read(payee->iban, values[COLUMN_IBAN],
                   strlen(values[COLUMN_IBAN])))
        return fail(error, ERROR_FIELD, "payee %zu: the IBAN is wrong", place);
    payee->id = copy(values[COLUMN_ID]);
    payee->name = copy(values[COLUMN_NAME]);
    payee->bic = copy(values[COLUMN_BIC]);
    payee->text = copy(values[COLUMN_TEXT]);
    payees->count++;
    return true;
}

static bool sort(struct payees *payees, struct error *error)
{
    if (payees->count == 0)
        return fail(error, ERROR_FIELD, "nobody is to be paid");
    qsort(payees->list, payees->count, sizeof *payees->list, compare);
    for (size_t i = 1; i < payees->count; i++)
        if (strcmp(payees->list[i].id, payees->list[i - 1].id) == 0)
            return fail(error, ERROR_FIELD, "%.40s is there twice",
                        payees->list[i].id);
    return true;
}

/* ---- CSV ---- */

/* Cuts the next cell off *at, quotes undone in place; at the end of the line
 * *at is the next one, and *last is set. */
static char *cut_cell(char **at, char separator, bool *last)
{
    char *cell = *at, *in = *at, *out = *at;
    bool quoted = *in == '"';

    if (quoted)
        in++;
    for (; *in != '\0'; in++) {
        if (quoted && *in == '"') {
            if (in[1] != '"') {
                quoted = false;
                continue;
            }
            in++;
        } else if (!quoted && (*in == separator || *in == '\n')) {
            break;
        }
        if (*in != '\r')
            *out++ = *in;
    }
    *last = *in != separator;
    *at = *in == '\0' ? in : in + 1;
    *out = '\0';
    return cell;
}

static size_t cut_line(char *cells[CELLS_MAX], char **at, char separator)
{
    size_t count = 0;
    bool last = false;

    while (!last) {
        char *cell = cut_cell(at, separator, &last);

        if (count < CELLS_MAX)
            cells[count++] = cell;
    }
    return count;
}

static bool find_columns(size_t where[COLUMNS], char *const *cells,
                         size_t count, struct error *error)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        where[i] = CELLS_MAX;
        for (size_t j = 0; j < count; j++)
            if (strcmp(cells[j], columns[i]) == 0)
                where[i] = j;
        if (where[i] == CELLS_MAX && i <= COLUMN_IBAN)
            return fail(error, ERROR_FIELD,
                        "the first line names no column '%s'", columns[i]);
    }
    return true;
}

static bool read_csv(struct payees *payees, char *bytes, struct error *error)
{
    char separator = ',', *cells[CELLS_MAX], *at = bytes;
    const size_t first = strcspn(bytes, "\n");
    size_t where[COLUMNS];

    if (memchr(bytes, ';', first) != NULL)
        separator = ';';
    if (!find_columns(where, cells, cut_line(cells, &at, separator), error))
        return false;
    for (size_t line = 2; *at != '\0'; line++) {
        const char *values[COLUMNS];
        const size_t count = cut_line(cells, &at, separator);

        if (count == 1 && *cells[0] == '\0')
            continue;
        for (size_t i = 0; i < COLUMNS; i++)
            values[i] = where[i] < count ? cells[where[i]] : "";
        if (!add(payees, line, values, error))
            return false;
    }
    return sort(payees, error);
}

/* ---- JSON ---- */

bool payees_add(struct payees *payees, const json_t *array, struct error *error)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *object = json_array_get(array, i);
        const char *values[COLUMNS];

        for (size_t j = 0; j < COLUMNS; j++) {
            values[j] = json_string_value(json_object_get(object, columns[j]));
            if (values[j] == NULL)
                values[j] = "";
        }
        if (!add(payees, i + 1, values, error))
            return false;
    }
    return sort(payees, error);
}

bool payees_from_json(struct payees *payees, const json_t *array,
                      struct error *error)
{
    *payees = (struct payees){0};
    if (!json_is_array(array))
        return fail(error, ERROR_FIELD, "payees are a JSON array of objects");
    if (payees_add(payees, array, error))
        return true;
    payees_close(payees);
    return false;
}

bool payees_read(struct payees *payees, const char *path, struct error *error)
{
    json_t *json = NULL;
    char *bytes, *at;
    size_t size;
    bool done;

    *payees = (struct payees){0};
    if (!file_read(path, PAYEES_FILE_MAX, &bytes, &size, error))
        return false;
    at = strncmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? bytes + 3 : bytes;
    if (*at == '[')
        json = json_loads(at, JSON_REJECT_DUPLICATES, NULL);
    done = *at == '[' ? payees_from_json(payees, json, error)
                      : read_csv(payees, at, error);
    json_decref(json);
    free(bytes);
    if (!done)
        payees_close(payees);
    return done;
}

void payees_close(struct payees *payees)
{
    for (size_t i = 0; i < payees->count; i++) {
        free(payees->list[i].id);
        free(payees->list[i].name);
        free(payees->list[i].bic);
        free(payees->list[i].text);
    }
    free(payees->list);
    *payees = (struct payees){0};
}

const struct payee *payees_find(const struct payees *payees, const char *id)
{
    size_t from = 0, until = payees->count;

    while (from < until) {
        const size_t middle = from + (until - from) / 2;
        const int order = strcmp(payees->list[middle].id, id);

        if (order == 0)
            return &payees->list[middle];
        if (order < 0)
            from = middle + 1;
        else
            until = middle;
    }
    return NULL;
}
