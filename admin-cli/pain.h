/*
 * pain: a file of credit transfers for the bank, pain.001.001.09.
 *
 * One batch of SEPA transfers from one account.  Texts are spelt as sepa.h
 * has it and escaped by the writer; the sums are computed here from what is
 * written, never taken over.
 */
#ifndef ADMIN_CLI_PAIN_H
#define ADMIN_CLI_PAIN_H

#include "ledger/amount.h"
#include "ledger/date.h"

struct pain_payment {
    const char *id; /* End-to-end: comes back on the statement. */
    const char *name, *iban;
    const char *bic;  /* "": the bank finds it by the IBAN. */
    const char *text; /* For the payee. */
    struct amount amount;
};

struct pain_order {
    const char *id;       /* Of the message: another for each file. */
    const char *batch_id; /* Comes back on the statement, if it is one line. */
    struct instant created;
    struct date execute;
    const char *name, *iban; /* Who pays. */
    const char *bic;         /* "": not given. */
    const struct pain_payment *payments;
    size_t count;
};

enum { PAIN_PAYMENTS_MAX = 100000 };

/*
 * Writes the whole file; *bytes is terminated and freed by the caller.
 * Fails with ERROR_FIELD (what the bank would refuse: a name without letters,
 * an IBAN that is wrong or out of reach, an id; it says of which payment, by
 * its id, never by name) or ERROR_RANGE (an amount is not 0.01 to
 * 999999999.99, or there are no payments, or too many).
 */
MUST_USE bool pain_write(const struct pain_order *order, char **bytes,
                         size_t *size, struct error *error);

/*
 * Reads what pain_write() made, as the bank will: counts the transfers and
 * adds them up.  Fails with ERROR_MISMATCH if count or sum are not these, or
 * not what the file says of itself, and as xml_open().
 */
MUST_USE bool pain_check(const char *bytes, size_t size, size_t count,
                         struct amount total, struct error *error);

#endif
