/*
 * statement: from what a bank wrote to the lines that the ledger books.
 *
 * Rules (docs on bank formats): only booked entries count; the sign is that
 * of CdtDbtInd and nothing else; details are booked one by one if they add up
 * to their entry, else the entry as a whole, unmatched; amounts with more
 * decimals than the currency has are never cut.
 *
 * Ids and nonces are hashes of what the bank said, so that reading the same
 * file, or an overlapping one, gives the same ids again.
 */
#ifndef ADMIN_CLI_STATEMENT_H
#define ADMIN_CLI_STATEMENT_H

#include "admin-cli/camt.h"
#include "ledger/amount.h"

/* Why a line is not booked, or not as the bank detailed it. */
enum statement_doubt {
#define DOUBT(code, booked, help) DOUBT_##code,
#include "admin-cli/doubts.def"
};

struct statement_line {
    struct id id;         /* y- */
    struct nonce nonce;   /* Of its entry. */
    struct hash source;   /* Of what identifies it at the bank. */
    struct amount amount; /* Signed: money in is positive. */
    struct date booked, valued;
    enum statement_doubt doubt;
    size_t entry;       /* Place in the statement, from 1. */
    size_t detail;      /* Place in the entry, from 1; 0: the entry itself. */
    char reference[26]; /* ISO 11649, valid; "": none found. */
    bool returned, reversal, fee;
    const struct camt_entry *source_entry;
    const struct camt_transaction *transaction; /* NULL: the entry itself. */
};

struct statement {
    struct id id;       /* e- */
    struct nonce nonce; /* Of its entry. */
    bool has_period;
    struct date from, to;
    struct amount opening, closing; /* As stated. */
    bool has_opening, has_closing;  /* Exactly, in the account's currency. */
    struct amount total;            /* Sum of the lines that are booked. */
    struct statement_line *lines;
    size_t count;
};

/* Is a line with that doubt sent to the ledger all the same? */
bool statement_books(enum statement_doubt doubt);
const char *statement_doubt_text(enum statement_doubt doubt);

/*
 * Makes the lines of statement number n of the file, for the ledger's bank
 * account and currency.  digits: of the minor unit.  The lines are in the
 * order of the file; those that are not booked are among them.  On success
 * the caller ends with statement_close().
 * Fails with ERROR_RANGE if the sums leave the range.
 */
MUST_USE bool statement_make(struct statement *statement,
                             const struct camt_file *file, size_t n,
                             struct id account, const char *currency,
                             int digits, struct error *error);
void statement_close(struct statement *statement);

#endif
