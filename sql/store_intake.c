#include "sql/store_intake.h"

#define COLUMNS                                                                \
    "token_hash, confirm_hash IS NOT NULL AS signed,"                          \
    " used_at IS NOT NULL AS used, done_at IS NOT NULL AS done, expires_at,"   \
    " nonce, ciphertext"

static struct param param_nonce(struct intake_box box)
{
    return param_bytes(box.nonce, INTAKE_NONCE_BYTES);
}

bool store_intake_insert(struct db *db, int32_t ledger_id,
                         const struct hash *token_hash, struct intake_box box,
                         struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db,
        "INSERT INTO intake"
        " (ledger_id, token_hash, nonce, ciphertext, expires_at)"
        " VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5::int4))",
        PARAMS(param_int4(ledger_id), param_hash(token_hash), param_nonce(box),
               param_bytes(box.bytes, box.size), param_int4(INTAKE_SECONDS)),
        &none, error);
}

static bool give_row(const PGresult *rows, int row, store_intake_fn *each,
                     void *context, struct error *error)
{
    struct store_intake intake = {
        .is_signed = row_bool(rows, row, "signed"),
        .used = row_bool(rows, row, "used"),
        .done = row_bool(rows, row, "done"),
        .expires = row_instant(rows, row, "expires_at"),
        .box = row_bytes(rows, row, "ciphertext"),
    };

    row_fixed(rows, row, "token_hash", intake.token_hash.bytes,
              sizeof intake.token_hash.bytes);
    row_fixed(rows, row, "nonce", intake.nonce, sizeof intake.nonce);
    return each(context, &intake, error);
}

static bool give_one(struct db *db, const char *sql, int32_t ledger_id,
                     const struct hash *hash, store_intake_fn *each,
                     void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db, sql, PARAMS(param_int4(ledger_id), param_hash(hash)),
                  &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such form");
    return give_row(rows, 0, each, context, error);
}

bool store_intake_get(struct db *db, int32_t ledger_id,
                      const struct hash *token_hash, store_intake_fn *each,
                      void *context, struct error *error)
{
    return give_one(db,
                    "SELECT " COLUMNS " FROM intake WHERE ledger_id = $1"
                    " AND token_hash = $2 AND expires_at > now()",
                    ledger_id, token_hash, each, context, error);
}

bool store_intake_confirmed_by(struct db *db, int32_t ledger_id,
                               const struct hash *confirm_hash,
                               store_intake_fn *each, void *context,
                               struct error *error)
{
    return give_one(db,
                    "SELECT " COLUMNS " FROM intake WHERE ledger_id = $1"
                    " AND confirm_hash = $2 AND expires_at > now()",
                    ledger_id, confirm_hash, each, context, error);
}

bool store_intake_sign(struct db *db, int32_t ledger_id,
                       const struct hash *token_hash,
                       const struct hash *confirm_hash, struct intake_box box,
                       struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "UPDATE intake SET confirm_hash = $3, nonce = $4,"
                  " ciphertext = $5,"
                  " expires_at = now() + make_interval(secs => $6::int4)"
                  " WHERE ledger_id = $1 AND token_hash = $2"
                  " AND used_at IS NULL RETURNING 1",
                  PARAMS(param_int4(ledger_id), param_hash(token_hash),
                         param_hash(confirm_hash), param_nonce(box),
                         param_bytes(box.bytes, box.size),
                         param_int4(INTAKE_SECONDS)),
                  &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such form");
    return true;
}

bool store_intake_use(struct db *db, int32_t ledger_id,
                      const struct hash *token_hash, bool *mine,
                      struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "UPDATE intake SET used_at = now() WHERE ledger_id = $1"
                  " AND token_hash = $2 AND used_at IS NULL"
                  " AND confirm_hash IS NOT NULL AND expires_at > now()"
                  " RETURNING 1",
                  PARAMS(param_int4(ledger_id), param_hash(token_hash)), &rows,
                  error))
        return false;
    *mine = PQntuples(rows) > 0;
    return true;
}

bool store_intake_done(struct db *db, int32_t ledger_id,
                       const struct hash *token_hash, struct intake_box box,
                       bool *mine, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "UPDATE intake SET done_at = now(), nonce = $3,"
                  " ciphertext = $4 WHERE ledger_id = $1 AND token_hash = $2"
                  " AND used_at IS NOT NULL AND done_at IS NULL RETURNING 1",
                  PARAMS(param_int4(ledger_id), param_hash(token_hash),
                         param_nonce(box), param_bytes(box.bytes, box.size)),
                  &rows, error))
        return false;
    *mine = PQntuples(rows) > 0;
    return true;
}

bool store_intake_delete(struct db *db, int32_t ledger_id,
                         const struct hash *token_hash, struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db, "DELETE FROM intake WHERE ledger_id = $1 AND token_hash = $2",
        PARAMS(param_int4(ledger_id), param_hash(token_hash)), &none, error);
}

bool store_intakes_used(struct db *db, int32_t ledger_id, int seconds,
                        int limit, store_intake_fn *each, void *context,
                        struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT " COLUMNS " FROM intake WHERE ledger_id = $1"
                  " AND used_at < now() - make_interval(secs => $2::int4)"
                  " AND done_at IS NULL ORDER BY used_at, token_hash LIMIT $3",
                  PARAMS(param_int4(ledger_id), param_int4(seconds),
                         param_int8(limit)),
                  &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        if (!give_row(rows, i, each, context, error))
            return false;
    return true;
}

bool store_intakes_expire(struct db *db, int32_t ledger_id, int64_t *count,
                          struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "WITH gone AS (DELETE FROM intake WHERE ledger_id = $1"
                  " AND expires_at <= now()"
                  " AND (used_at IS NULL OR done_at IS NOT NULL)"
                  " RETURNING 1) SELECT count(*) AS count FROM gone",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    *count = row_int(rows, 0, "count");
    return true;
}
