/*
 * payees: who is paid, and where: names and IBANs that are in no ledger.
 *
 * They come from the node's vault, by a disclosure, or from a file that the
 * treasurer has: CSV with a line of column names (comma or semicolon), or a
 * JSON array of objects.  Columns: id (the pledge, redemption or party, or the
 * end-to-end reference), name, iban, and where there are some bic and text.
 */
#ifndef ADMIN_CLI_PAYEES_H
#define ADMIN_CLI_PAYEES_H

#include "ledger/rf.h"

#include "ledger/error.h"

#include <jansson.h>

enum { PAYEES_MAX = 200000, PAYEES_FILE_MAX = 64 * 1024 * 1024 };

struct payee {
    char *id, *name, *bic, *text;  /* Never NULL; text "": none. */
    char iban[IBAN_CHARS_MAX + 1]; /* Without spaces. */
};

struct payees {
    struct payee *list; /* Sorted by id. */
    size_t count;
};

/*
 * On success the caller ends with payees_close().  Fails with ERROR_FIELD,
 * naming the line or place (a column is missing, an IBAN is wrong, an id is
 * there twice), never a name, and as file_read().
 */
MUST_USE bool payees_read(struct payees *payees, const char *path,
                          struct error *error);
/* The same from JSON that is at hand. */
MUST_USE bool payees_from_json(struct payees *payees, const json_t *array,
                               struct error *error);
/* Adds those of an array of objects.  On failure payees may hold some. */
MUST_USE bool payees_add(struct payees *payees, const json_t *array,
                         struct error *error);
/*
 * From the vault: what disclosures showed of parties.  Adds those who are not
 * there yet: by what their money had paid, which goes back to the account it
 * last came from, and by the party, to the account that they gave or, if they
 * gave none, the same.
 */
MUST_USE bool payees_from_vault(struct payees *payees, const json_t *parties,
                                struct error *error);
void payees_close(struct payees *payees);

/* NULL: nobody by that id. */
const struct payee *payees_find(const struct payees *payees, const char *id);

#endif
