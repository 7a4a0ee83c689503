/*
 * form: application/x-www-form-urlencoded, as a body and as a query string.
 *
 * Strict: bounded, each name once, valid UTF-8, no control characters beside
 * tab and line ends, every '%' followed by two hex digits, every part a
 * name=value.  Names are 1 to 40 of a-z, 0-9 and '_'.  No allocation: values
 * are decoded in place and live as long as the caller's text.
 */
#ifndef SERVER_FORM_H
#define SERVER_FORM_H

#include "ledger/error.h"

enum { FORM_FIELDS_MAX = 48, FORM_NAME_MAX = 40, FORM_VALUE_MAX = 4096 };

struct form_field {
    const char *name;
    const char *value; /* Terminated; holds no NUL. */
};

struct form_data {
    struct form_field fields[FORM_FIELDS_MAX];
    size_t count;
};

/*
 * Parse size bytes of text, which is overwritten; text[size] must be
 * writable.  An empty text is a form without fields.  Fails with
 * ERROR_REQUEST, the pointer naming the field where it has a valid name.
 */
MUST_USE bool form_parse(struct form_data *form, char *text, size_t size,
                         struct error *error);

/* The value of a field, or NULL.  Lives as long as the parsed text. */
const char *form_value(const struct form_data *form, const char *name);

/* Does the list of words ("after limit kind") hold each name of the form? */
bool form_names_are_of(const struct form_data *form, const char *words,
                       const char **stranger);

/* Well-formed UTF-8 without control characters but tab, CR and LF? */
bool form_text_is_plain(const char *text, size_t size);

#endif
