#include "sql/store_balance.h"

#include <string.h>

bool store_balances(struct db *db, int32_t ledger_id, struct date until,
                    int64_t size,
                    bool (*each)(void *context,
                                 const struct store_balance *balance,
                                 struct error *error),
                    void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(
            db,
            "SELECT account, owner, sum(amount)::bigint AS amount"
            " FROM posting WHERE ledger_id = $1 AND effective <= $2"
            " AND idx < $3 GROUP BY account, owner"
            " HAVING sum(amount) <> 0"
            " ORDER BY account, owner NULLS FIRST",
            PARAMS(param_int4(ledger_id), param_date(until), param_int8(size)),
            &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_balance balance = {
            .account = (int16_t)row_int(rows, i, "account"),
            .owned = !row_is_null(rows, i, "owner"),
            .amount = amount_from_minor(row_int(rows, i, "amount")),
        };

        if (balance.owned)
            row_fixed(rows, i, "owner", balance.owner, UUID_BYTES);
        if (!each(context, &balance, error))
            return false;
    }
    return true;
}
