#include "sql/store_told.h"

bool store_telling(struct db *db, int32_t ledger_id, bool *known, int64_t *size,
                   struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db, "SELECT size FROM telling WHERE ledger_id = $1",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    *known = PQntuples(rows) > 0;
    *size = *known ? row_int(rows, 0, "size") : 0;
    return true;
}

bool store_telling_move(struct db *db, int32_t ledger_id, int64_t size,
                        struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO telling (ledger_id, size) VALUES ($1, $2)"
                    " ON CONFLICT (ledger_id) DO UPDATE"
                    " SET size = greatest(telling.size, excluded.size)",
                    PARAMS(param_int4(ledger_id), param_int8(size)), &none,
                    error);
}

bool store_told(struct db *db, int32_t ledger_id, struct id party,
                int64_t entry, const char *mail, bool *first,
                struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "INSERT INTO told (ledger_id, party, entry, mail)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1",
                  PARAMS(param_int4(ledger_id), param_uuid(party.bytes),
                         param_int8(entry), param_text(mail)),
                  &rows, error))
        return false;
    *first = PQntuples(rows) > 0;
    return true;
}
