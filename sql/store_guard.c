#include "sql/store_guard.h"

#include <string.h>

bool store_cosigned(struct db *db, int32_t ledger_id,
                    struct store_cosigned *cosigned, struct error *error)
{
    DB_RESULT(rows);

    *cosigned = (struct store_cosigned){.size = -1};
    if (!db_query(db,
                  "SELECT size, stamp FROM cosignature WHERE ledger_id = $1"
                  " ORDER BY size DESC, stamp DESC LIMIT 1",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    if (PQntuples(rows) == 1) {
        cosigned->size = row_int(rows, 0, "size");
        cosigned->stamp = row_int(rows, 0, "stamp");
    }
    return true;
}

bool store_acceptance_find(struct db *db, int32_t ledger_id, int64_t size,
                           const struct hash *root, bool *accepted,
                           struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(
            db,
            "SELECT count(*) > 0 AS accepted FROM acceptance"
            " WHERE ledger_id = $1 AND size = $2 AND root = $3"
            " AND at > now() - interval '1 hour'",
            PARAMS(param_int4(ledger_id), param_int8(size), param_hash(root)),
            &rows, error))
        return false;
    *accepted = row_bool(rows, 0, "accepted");
    return true;
}

bool store_acceptance_insert(struct db *db, int32_t ledger_id, int64_t size,
                             const struct hash *root, const char *reason,
                             struct error *error)
{
    DB_RESULT(none);

    if (strlen(reason) > STORE_REASON_BYTES_MAX)
        return fail(error, ERROR_SIZE, "a reason has at most %d bytes",
                    STORE_REASON_BYTES_MAX);
    return db_query(db,
                    "INSERT INTO acceptance (ledger_id, size, root, reason)"
                    " VALUES ($1, $2, $3, $4)",
                    PARAMS(param_int4(ledger_id), param_int8(size),
                           param_hash(root), param_text(reason)),
                    &none, error);
}
