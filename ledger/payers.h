/*
 * payers: how an officer hands a node the names and accounts of who paid the
 * lines of a bank statement, for its vault.  It is never part of a log.  A
 * signed note around three lines and one for each payer:
 *
 *     terreau/payers/v1
 *     <origin>
 *     <instant>
 *     <line of the statement> <IBAN> <name, or - where the bank gave none>
 */
#ifndef LEDGER_PAYERS_H
#define LEDGER_PAYERS_H

#include "ledger/checkpoint.h"
#include "ledger/date.h"
#include "ledger/rf.h"

enum {
    PAYERS_MAX = 500,       /* In one note. */
    PAYERS_MINUTES = 10,    /* That a note is good for, before and after. */
    PAYER_NAME_BYTES = 280, /* Twice what banks carry. */
    PAYERS_HEAD_MAX = ORIGIN_BYTES_MAX + 64,
    PAYERS_ROW_MAX = ID_CHARS + IBAN_CHARS_MAX + PAYER_NAME_BYTES + 4,
};

struct payer {
    struct id line;
    char iban[IBAN_CHARS_MAX + 1];
    char name[PAYER_NAME_BYTES + 1]; /* "": not known. */
};

struct payers {
    struct instant asked;
    struct text rows; /* Points into what was read. */
};

/* The first three lines; returns their size. */
size_t payers_write_head(char out[static PAYERS_HEAD_MAX], const char *origin,
                         struct instant asked);
/* One line; returns its size. */
size_t payers_write_row(char out[static PAYERS_ROW_MAX],
                        const struct payer *payer);

/* Strict, and looks at all rows.  Fails with ERROR_NOTE, naming the row and
 * never what is in it, ERROR_SIZE, or ERROR_ORIGIN: for another log. */
MUST_USE bool payers_read(struct payers *payers, struct text text,
                          const char *origin, struct error *error);
/* The next of rows that payers_read() took; false after the last. */
bool payers_next(struct payers *payers, struct payer *payer);

#endif
