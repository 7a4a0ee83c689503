/*
 * error: why an operation did not happen.
 *
 * Every function that can fail for a reason outside the program returns bool
 * and takes a struct error last.  Bugs are not errors: they are assert()ed.
 *
 * The text is English.  Beside it an error keeps the format it was made of,
 * and where in the text each argument stands, so that whoever speaks another
 * language can look the format up and put the same arguments into its own.
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

enum { ERROR_ARGS_MAX = 6 };

struct error_span {
    uint16_t at, size;
};

struct error {
    enum error_code code;
    char text[400];     /* One sentence for the caller; never holds a secret. */
    char pointer[96];   /* JSON pointer to the culprit, or "". */
    const char *format; /* Literal; NULL: the text is all there is. */
    uint8_t arg_count;
    struct error_span args[ERROR_ARGS_MAX]; /* In text. */
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

/* The same for the reason of another error, whose code may not be the one to
 * tell.  The pointer of error stays. */
bool fail_again(struct error *error, enum error_code code,
                const struct error *why) __attribute__((cold));

/*
 * The conversion of a format that begins at its '%': how many characters it
 * has.  "%%" is one, too.
 */
size_t error_conversion(const char *format);

/* For the end of a switch that handles every enumerator. */
_Noreturn void impossible(void);

/* Never NULL; asserts that code is in the table. */
const struct error_spec *error_spec(enum error_code code);

#endif
