/*
 * payout: a batch of payments as the node shows it, and the bank's file of it.
 *
 * Who is paid, and where, is not in the ledger: it comes from payees.h.
 */
#ifndef ADMIN_CLI_PAYOUT_H
#define ADMIN_CLI_PAYOUT_H

#include "admin-cli/desk.h"
#include "admin-cli/payees.h"
#include "ledger/amount.h"
#include "ledger/date.h"

struct payout {
    struct id id, account;
    char reference[RF_CHARS_MAX + 1];
    json_t *payments; /* Those on their way; the caller ends with close. */
    int64_t count;
    struct amount total;
};

/* What is due of a campaign or class, and not in a batch. */
MUST_USE bool payout_count_due(struct desk *desk, struct id all_of,
                               int64_t *count, struct amount *total,
                               struct error *error);

/*
 * Waits until the clerk has made all its payments, then fetches them.  Fails
 * with ERROR_STATE if it is settled or called off.
 */
MUST_USE bool payout_fetch(struct payout *payout, struct desk *desk,
                           struct id id, struct error *error);
void payout_close(struct payout *payout);

/* From which account, and what the bank is told beside. */
struct payout_terms {
    char name[SHORT_TEXT_BYTES + 1], iban[IBAN_CHARS_MAX + 1];
    const char *bic, *text; /* text: where the payees' file has none. */
    struct instant now;
    struct date execute;
};

/*
 * The file, written and read again; *bytes is the caller's.  Fails with
 * ERROR_ABSENT (a payee is missing: which, and how many) and as pain_write().
 */
MUST_USE bool payout_write(const struct payout *payout,
                           const struct payees *payees,
                           const struct payout_terms *terms, char **bytes,
                           size_t *size, struct error *error);

#endif
