/*
 * totals: the figures that a node shows and that anybody can recompute.
 *
 * Pure: the server prints them, the auditor computes them from its own fold
 * and compares name by name.
 */
#ifndef LEDGER_TOTALS_H
#define LEDGER_TOTALS_H

#include "ledger/state.h"

enum { TOTALS_MAX = STATE_COUNT + ACCOUNT_COUNT + 32, TOTAL_NAME_CHARS = 64 };

/* Money in minor units, or a count, as the name says. */
struct total {
    char name[TOTAL_NAME_CHARS];
    int64_t value;
};

/*
 * In a fixed order: "entries", "capital", "capital_floor", ...,
 * "account.<name>" (debits less credits over all owners), and
 * "<record>.<state>" (how many).  Zero accounts and counts are left out.
 * Returns how many; nothing but 0 before ledger.open.
 */
size_t totals_of(struct total totals[static TOTALS_MAX],
                 const struct state *state);

/*
 * Laws that no history may break: real and memo postings each sum to zero,
 * capital in pairs, holdings equal issued shares.  Fails with ERROR_PROOF
 * and names the law.
 */
MUST_USE bool laws_hold(const struct state *state, struct error *error);

#endif
