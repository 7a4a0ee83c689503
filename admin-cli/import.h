/*
 * import: the statements of bank files into the ledger.
 *
 * Asks the node which lines it has, says the statement for the rest, then
 * each line.  The texts are derived from what the bank wrote: doing it twice,
 * or after an interruption, adds only what is missing.  Nothing that names a
 * payer is in them: that goes to the node's vault alone, for refunds.
 */
#ifndef ADMIN_CLI_IMPORT_H
#define ADMIN_CLI_IMPORT_H

#include "admin-cli/act.h"
#include "admin-cli/statement.h"

/* The ledger's bank account, as the node shows it. */
struct import_account {
    struct id id;
    char iban[36];         /* "": not public. */
    bool has_closing;      /* The node says where it stands: */
    struct amount closing; /* after the last statement, */
    struct date covered;   /* whose last day this is. */
};

/* One file, read whole before anything is sent. */
struct import_file {
    const char *path;
    struct hash sha256;
    struct camt_file camt;
};

struct import {
    struct desk *desk;
    struct act *act; /* Used again for each entry. */
    struct import_account account;
    bool any_iban, only_look, no_payers;
    const struct amount *opening; /* NULL: as the files say. */
    json_t *report;               /* Array: an object for each statement. */
};

/* Finds the account: with that id, or the only one if text is NULL. */
MUST_USE bool import_find_account(struct import_account *account,
                                  struct desk *desk, const char *text,
                                  struct error *error);

/* Imports all statements of the account that are in the file; those of other
 * accounts are reported as skipped.  Stops at the first refusal. */
MUST_USE bool import_take(struct import *import, const struct import_file *file,
                          struct error *error);

/*
 * Hands the node's vault who paid the statement's lines, and from where; what
 * the vault has already stays.  *sealed: of how many it has them now; lines
 * that are nobody's yet are left out.  A node without a vault is told of on
 * stderr, and is no failure.
 */
MUST_USE bool import_payers(size_t *sealed, const struct import *import,
                            const struct statement *statement,
                            struct error *error);

/* The lines of a statement that were set apart or summed up, with reasons. */
json_t *import_oddities(const struct statement *statement, int digits);

/*
 * Lines that imports by this user have set apart or summed up are remembered
 * on this machine: those of a statement as its last import saw them, until a
 * later one books what the bank calls by the same reference.
 */
MUST_USE bool quarantine_keep(const char *origin,
                              const struct statement *statement,
                              const char *number, int digits,
                              struct error *error);
/* All of a ledger, an array, the caller's. */
MUST_USE bool quarantine_read(json_t **list, const char *origin,
                              struct error *error);

/* The entry that says a line of that statement; the ledger's rules number
 * decides what it may say. */
void import_line(struct entry *entry, const struct statement_line *line,
                 struct id statement, int64_t rules);

#endif
