/*
 * error: why an operation did not happen.
 *
 * Every function that can fail for a reason outside the program returns bool
 * and takes a struct error last.  Bugs are not errors: they are assert()ed.
 */
#ifndef LEDGER_ERROR_H
#define LEDGER_ERROR_H

#include "ledger/base.h"

#ifdef NDEBUG
#error "assertions stay on: they are what keeps a bug from becoming a loss"
#endif

enum error_code {
    ERROR_NONE,
#define ERROR(code, name, http, help) ERROR_##code,
#include "ledger/errors.def"
};

struct error {
    enum error_code code;
    char text[400];   /* One sentence for the caller; never holds a secret. */
    char pointer[96]; /* JSON pointer to the culprit, or "". */
};

struct error_spec {
    const char *name; /* Stable identifier in replies and logs. */
    int http;         /* HTTP status. */
    const char *help; /* One sentence for the reference. */
};

/*
 * Record why, and return false, so that a failing path is one line:
 *
 *     if (!amount_is_positive(amount))
 *         return fail(error, ERROR_FIELD, "%s must be positive", field->name);
 */
bool fail(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* For the end of a switch that handles every enumerator. */
_Noreturn void impossible(void);

/* Never NULL; asserts that code is in the table. */
const struct error_spec *error_spec(enum error_code code);

#endif
