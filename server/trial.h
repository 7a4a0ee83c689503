/*
 * trial: balances added up by account, and the trial balance they make.
 *
 * A total that would leave the range of amounts stops there; single balances
 * are exact.
 */
#ifndef SERVER_TRIAL_H
#define SERVER_TRIAL_H

#include "server/wire.h"

struct trial {
    struct {
        struct amount debit, credit; /* Both at least zero. */
    } accounts[ACCOUNT_COUNT];
};

/* A balance: debits less credits. */
void trial_add(struct trial *trial, enum account account, struct amount amount);

/* Every balance of the state. */
void trial_of_state(struct trial *trial, const struct state *state);

/*
 * accounts[{account, code, debit, credit, balance}] that are not zero, and
 * the sums of both columns; memo accounts or all others.
 */
json_t *trial_json(const struct wire *wire, const struct trial *trial,
                   bool memo, bool from_2026);

/* "109" by the first day of the fiscal year (the calendar year). */
const char *account_code(enum account account, bool from_2026);

#endif
