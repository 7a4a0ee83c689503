/*
 * store_balance: what the postings add up to on a day.
 */
#ifndef SQL_STORE_BALANCE_H
#define SQL_STORE_BALANCE_H

#include "sql/store.h"

struct store_balance {
    int16_t account;
    bool owned;
    uint8_t owner[UUID_BYTES]; /* Zero unless owned. */
    struct amount amount;      /* Debits less credits; not zero. */
};

/*
 * Balances of all accounts and owners at the end of a day, by postings of
 * the first size entries; ordered by account and owner.
 */
MUST_USE bool store_balances(struct db *db, int32_t ledger_id,
                             struct date until, int64_t size,
                             bool (*each)(void *context,
                                          const struct store_balance *balance,
                                          struct error *error),
                             void *context, struct error *error);

#endif
