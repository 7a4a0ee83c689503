#include "server/form.h"
#include "ledger/utf8.h"

#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decode in place and terminate; false at a '%' without two hex digits. */
static bool unescape(char *text, size_t *size)
{
    size_t out = 0;

    for (size_t in = 0; in < *size; in++) {
        if (text[in] == '%') {
            int high = in + 2 < *size ? hex_digit(text[in + 1]) : -1;
            int low = in + 2 < *size ? hex_digit(text[in + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            text[out++] = (char)(high * 16 + low);
            in += 2;
        } else {
            text[out++] = text[in] == '+' ? ' ' : text[in];
        }
    }
    text[out] = '\0';
    *size = out;
    return true;
}

static bool name_is_valid(const char *name, size_t size)
{
    if (size == 0 || size > FORM_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') ||
              (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
            return false;
    return true;
}

/* One name=value of size bytes at text, which may be terminated there. */
static bool parse_part(struct form_data *form, char *text, size_t size,
                       struct error *error)
{
    char *equals = memchr(text, '=', size);
    size_t name_size = equals == NULL ? size : (size_t)(equals - text);
    char *value = text + name_size + 1;
    size_t value_size = size - name_size - 1;

    if (!name_is_valid(text, name_size))
        return fail(error, ERROR_REQUEST, "a form field has a bad name");
    if (equals == NULL)
        return fail(error, ERROR_REQUEST, "a form field has no value");
    text[name_size] = '\0';
    (void)snprintf(error->pointer, sizeof error->pointer, "/%s", text);
    if (form_value(form, text) != NULL)
        return fail(error, ERROR_REQUEST, "%s is there twice", text);
    if (form->count == FORM_FIELDS_MAX)
        return fail(error, ERROR_REQUEST, "there are more than %d fields",
                    FORM_FIELDS_MAX);
    if (!unescape(value, &value_size))
        return fail(error, ERROR_REQUEST, "%s has a bad %%-escape", text);
    if (value_size > FORM_VALUE_MAX)
        return fail(error, ERROR_REQUEST, "%s is longer than %d bytes", text,
                    FORM_VALUE_MAX);
    if (!form_text_is_plain(value, value_size))
        return fail(error, ERROR_REQUEST, "%s is not plain UTF-8 text", text);
    error->pointer[0] = '\0';
    form->fields[form->count++] = (struct form_field){text, value};
    return true;
}

bool form_parse(struct form_data *form, char *text, size_t size,
                struct error *error)
{
    form->count = 0;
    text[size] = '\0';
    for (size_t start = 0; size > 0;) {
        char *end = memchr(text + start, '&', size - start);
        size_t part = end == NULL ? size - start : (size_t)(end - text) - start;

        if (!parse_part(form, text + start, part, error))
            return false;
        if (end == NULL)
            break;
        start += part + 1;
    }
    return true;
}

const char *form_value(const struct form_data *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value;
    return NULL;
}

static bool word_is_in(const char *words, const char *word)
{
    size_t size = strlen(word);

    while (*words != '\0') {
        size_t length = strcspn(words, " ");

        if (length == size && memcmp(words, word, size) == 0)
            return true;
        words += length;
        words += strspn(words, " ");
    }
    return false;
}

bool form_names_are_of(const struct form_data *form, const char *words,
                       const char **stranger)
{
    for (size_t i = 0; i < form->count; i++) {
        if (!word_is_in(words, form->fields[i].name)) {
            *stranger = form->fields[i].name;
            return false;
        }
    }
    return true;
}

bool form_text_is_plain(const char *text, size_t size)
{
    for (size_t i = 0, step; i < size; i += step) {
        bool space = text[i] == '\t' || text[i] == '\r' || text[i] == '\n';

        step = space ? 1 : utf8_step(text + i, size - i);
        if (step == 0)
            return false;
    }
    return true;
}
