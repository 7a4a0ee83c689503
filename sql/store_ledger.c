#include "sql/store_ledger.h"

#include <inttypes.h>
#include <string.h>

static bool read_ledger(const PGresult *rows, int row,
                        struct store_ledger *ledger, struct error *error)
{
    struct store_ledger found = {
        .ledger_id = (int32_t)row_int(rows, row, "ledger_id"),
        .opened = row_instant(rows, row, "opened_at"),
    };

    if (!row_text(rows, row, "name", found.name, sizeof found.name) ||
        !row_text(rows, row, "origin", found.origin, sizeof found.origin))
        return fail(error, ERROR_STORE, "ledger %" PRId32 " is not ours",
                    found.ledger_id);
    *ledger = found;
    return true;
}

bool store_ledger_create(struct db *db, const char *name, const char *origin,
                         struct store_ledger *ledger, struct error *error)
{
    struct error why = {0};
    DB_RESULT(rows);

    if (strlen(origin) > ORIGIN_BYTES_MAX)
        return fail(error, ERROR_FIELD, "the origin is too long");
    if (db_query(db,
                 "WITH made AS ("
                 " INSERT INTO ledger (name, origin) VALUES ($1, $2)"
                 " RETURNING ledger_id, name, origin, opened_at),"
                 " started AS ("
                 " INSERT INTO head (ledger_id, size, root, accepted_ms)"
                 " SELECT ledger_id, 0, sha256(''), 0 FROM made)"
                 " SELECT ledger_id, name, origin, opened_at FROM made",
                 PARAMS(param_text(name), param_text(origin)), &rows, &why))
        return read_ledger(rows, 0, ledger, error);
    if (why.code == ERROR_TAKEN)
        return fail(error, ERROR_TAKEN, "the name or origin is in use");
    if (strcmp(db->failure.constraint, "ledger_name_check") == 0)
        return fail(error, ERROR_FIELD,
                    "a ledger's name has 1 to %d of a-z, 0-9 and '-',"
                    " and does not start with '-'",
                    LEDGER_NAME_CHARS_MAX);
    return fail_again(error, why.code, &why);
}

bool store_ledger_find(struct db *db, const char *name,
                       struct store_ledger *ledger, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id, name, origin, opened_at FROM ledger"
                  " WHERE name = $1",
                  PARAMS(param_text(name)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such ledger");
    return read_ledger(rows, 0, ledger, error);
}

bool store_ledger_list(struct db *db, int32_t after, struct store_ledger *page,
                       size_t room, size_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id, name, origin, opened_at FROM ledger"
                  " WHERE ledger_id > $1 ORDER BY ledger_id LIMIT $2",
                  PARAMS(param_int4(after), param_int8((int64_t)room)), &rows,
                  error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        if (!read_ledger(rows, i, &page[i], error))
            return false;
    *count = (size_t)PQntuples(rows);
    return true;
}

bool store_head(struct db *db, int32_t ledger_id, struct store_head *head,
                struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT size, root, accepted_ms,"
                  " floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
                  " AS clock_ms FROM head WHERE ledger_id = $1",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such ledger");
    head->size = row_int(rows, 0, "size");
    row_fixed(rows, 0, "root", head->root.bytes, sizeof head->root.bytes);
    head->accepted.ms = row_int(rows, 0, "accepted_ms");
    head->clock.ms = row_int(rows, 0, "clock_ms");
    return true;
}

bool store_sizes(struct db *db, int32_t after, struct store_size *page,
                 size_t room, size_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id, size FROM head WHERE ledger_id > $1"
                  " ORDER BY ledger_id LIMIT $2",
                  PARAMS(param_int4(after), param_int8((int64_t)room)), &rows,
                  error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        page[i] = (struct store_size){
            .ledger_id = (int32_t)row_int(rows, i, "ledger_id"),
            .size = row_int(rows, i, "size"),
        };
    *count = (size_t)PQntuples(rows);
    return true;
}

bool store_stray(struct db *db, struct store_stray *stray, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT name, ledger_id, at FROM"
                  " (SELECT 'entry' AS name, ledger_id, idx AS at FROM entry"
                  "  UNION ALL SELECT 'head', ledger_id, size FROM head"
                  "  UNION ALL SELECT 'posting', ledger_id, idx FROM posting"
                  "  UNION ALL SELECT 'subject', ledger_id, idx FROM subject"
                  "  UNION ALL SELECT 'tile', ledger_id, number FROM tile"
                  "  UNION ALL SELECT 'checkpoint', ledger_id, size"
                  "   FROM checkpoint"
                  "  UNION ALL SELECT 'cosignature', ledger_id, size"
                  "   FROM cosignature"
                  "  UNION ALL SELECT 'signer', ledger_id, epoch FROM signer)"
                  "  AS evidence"
                  " WHERE ledger_id NOT IN (SELECT ledger_id FROM ledger)"
                  " LIMIT 1",
                  NO_PARAMS, &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "every row has its ledger");
    stray->ledger_id = (int32_t)row_int(rows, 0, "ledger_id");
    stray->at = row_int(rows, 0, "at");
    return row_text(rows, 0, "name", stray->table, sizeof stray->table) ||
           fail(error, ERROR_STORE, "a table has a strange name");
}
