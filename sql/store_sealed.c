#include "sql/store_sealed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Key columns are a uuid or a hash: uuid_send() gives the bytes of either. */
static const struct {
    enum seal_purpose purpose;
    const char *of, *older, *remove, *replace;
} sealed_tables[SEALED_TABLES] = {
    {
        SEAL_INTAKE,
        "SELECT ledger_id, token_hash AS row, nonce, ciphertext FROM intake"
        " WHERE ledger_id = $1",
        "SELECT ledger_id, token_hash AS row, nonce, ciphertext FROM intake"
        " WHERE substring(ciphertext FOR 4) <> $1"
        " AND octet_length(ciphertext) > 0 LIMIT $2",
        "DELETE FROM intake WHERE ledger_id = $1 AND token_hash = $2",
        "UPDATE intake SET nonce = $3, ciphertext = $4"
        " WHERE ledger_id = $1 AND token_hash = $2",
    },
    {
        SEAL_OUTBOX,
        "SELECT ledger_id, uuid_send(mail_id) AS row, nonce, ciphertext"
        " FROM outbox WHERE ledger_id = $1",
        "SELECT ledger_id, uuid_send(mail_id) AS row, nonce, ciphertext"
        " FROM outbox WHERE substring(ciphertext FOR 4) <> $1"
        " AND octet_length(ciphertext) > 0 LIMIT $2",
        "DELETE FROM outbox WHERE ledger_id = $1"
        " AND uuid_send(mail_id) = $2",
        "UPDATE outbox SET nonce = $3, ciphertext = $4"
        " WHERE ledger_id = $1 AND uuid_send(mail_id) = $2",
    },
    /* Not per ledger, and found by hashes of an older key, too: they go. */
    {
        SEAL_SESSION,
        "SELECT 0 AS ledger_id, token_hash AS row, nonce, ciphertext"
        " FROM sign_in WHERE $1::int = 0",
        "SELECT 0 AS ledger_id, token_hash AS row, nonce, ciphertext"
        " FROM sign_in WHERE substring(ciphertext FOR 4) <> $1 LIMIT $2",
        "DELETE FROM sign_in WHERE $1::int = 0 AND token_hash = $2",
        NULL,
    },
    {
        SEAL_SESSION,
        "SELECT 0 AS ledger_id, session_hash AS row, nonce, ciphertext"
        " FROM session WHERE $1::int = 0",
        "SELECT 0 AS ledger_id, session_hash AS row, nonce, ciphertext"
        " FROM session WHERE substring(ciphertext FOR 4) <> $1 LIMIT $2",
        "DELETE FROM session WHERE $1::int = 0 AND session_hash = $2",
        NULL,
    },
};

struct seal_place store_sealed_place(const struct store_sealed *row)
{
    return (struct seal_place){sealed_tables[row->table].purpose,
                               row->ledger_id, row->row.bytes, row->row.size};
}

static bool each_row(const PGresult *rows, int table,
                     bool (*each)(void *context, const struct store_sealed *row,
                                  struct error *error),
                     void *context, struct error *error)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_sealed row = {
            .table = table,
            .ledger_id = (int32_t)row_int(rows, i, "ledger_id"),
            .row = row_bytes(rows, i, "row"),
            .box = {.bytes = row_bytes(rows, i, "ciphertext")},
        };

        row_fixed(rows, i, "nonce", row.box.nonce, sizeof row.box.nonce);
        if (!each(context, &row, error))
            return false;
    }
    return true;
}

bool store_sealed_of(struct db *db, int table, int32_t ledger_id,
                     bool (*each)(void *context, const struct store_sealed *row,
                                  struct error *error),
                     void *context, struct error *error)
{
    DB_RESULT(rows);

    return db_query(db, sealed_tables[table].of, PARAMS(param_int4(ledger_id)),
                    &rows, error) &&
           each_row(rows, table, each, context, error);
}

bool store_sealed_older(struct db *db, int table, uint32_t number, int limit,
                        bool (*each)(void *context,
                                     const struct store_sealed *row,
                                     struct error *error),
                        void *context, struct error *error)
{
    uint8_t prefix[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                         (uint8_t)(number >> 8), (uint8_t)number};
    DB_RESULT(rows);

    return db_query(
               db, sealed_tables[table].older,
               PARAMS(param_bytes(prefix, sizeof prefix), param_int8(limit)),
               &rows, error) &&
           each_row(rows, table, each, context, error);
}

bool store_sealed_delete(struct db *db, const struct store_sealed *row,
                         struct error *error)
{
    DB_RESULT(none);

    return db_query(db, sealed_tables[row->table].remove,
                    PARAMS(param_int4(row->ledger_id),
                           param_bytes(row->row.bytes, row->row.size)),
                    &none, error);
}

bool store_sealed_replace(struct db *db, const struct store_sealed *row,
                          struct error *error)
{
    DB_RESULT(none);

    if (sealed_tables[row->table].replace == NULL)
        return store_sealed_delete(db, row, error);
    return db_query(
        db, sealed_tables[row->table].replace,
        PARAMS(param_int4(row->ledger_id),
               param_bytes(row->row.bytes, row->row.size),
               param_bytes(row->box.nonce, sizeof row->box.nonce),
               param_bytes(row->box.bytes.bytes, row->box.bytes.size)),
        &none, error);
}
