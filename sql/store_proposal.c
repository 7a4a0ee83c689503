#include "sql/store_proposal.h"

static struct param param_name(struct text name)
{
    struct param param = param_bytes(name.bytes, name.size);

    param.type = OID_TEXT;
    return param;
}

bool store_proposal_insert(struct db *db, int32_t ledger_id,
                           const struct hash *text_hash, struct text text,
                           struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO proposal (ledger_id, text_hash, text)"
                    " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    PARAMS(param_int4(ledger_id), param_hash(text_hash),
                           param_bytes(text.bytes, text.size)),
                    &none, error);
}

bool store_proposal_sign(struct db *db, int32_t ledger_id,
                         const struct hash *text_hash,
                         const struct store_signature *signature,
                         struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(
            db,
            "WITH found AS (SELECT ledger_id, text_hash FROM proposal"
            " WHERE ledger_id = $1 AND text_hash = $2),"
            " signed AS (INSERT INTO proposal_signature"
            " (ledger_id, text_hash, name, key_id, line)"
            " SELECT ledger_id, text_hash, $3, $4, $5 FROM found"
            " ON CONFLICT DO NOTHING)"
            " SELECT 1 FROM found",
            PARAMS(param_int4(ledger_id), param_hash(text_hash),
                   param_name(signature->name),
                   param_int4((int32_t)signature->key_id),
                   param_bytes(signature->line.bytes, signature->line.size)),
            &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such proposal");
    return true;
}

static bool each_proposal(const PGresult *rows, int row,
                          bool (*each)(void *context,
                                       const struct store_proposal *row,
                                       struct error *error),
                          void *context, struct error *error)
{
    struct store_proposal proposal = {
        .made = row_instant(rows, row, "made_at"),
        .text = row_bytes(rows, row, "text"),
    };

    row_fixed(rows, row, "text_hash", proposal.text_hash.bytes,
              sizeof proposal.text_hash.bytes);
    return each(context, &proposal, error);
}

bool store_proposal_get(struct db *db, int32_t ledger_id,
                        const struct hash *text_hash,
                        bool (*each)(void *context,
                                     const struct store_proposal *row,
                                     struct error *error),
                        void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT text_hash, made_at, text FROM proposal"
                  " WHERE ledger_id = $1 AND text_hash = $2",
                  PARAMS(param_int4(ledger_id), param_hash(text_hash)), &rows,
                  error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such proposal");
    return each_proposal(rows, 0, each, context, error);
}

bool store_proposals(struct db *db, int32_t ledger_id, int limit,
                     bool (*each)(void *context,
                                  const struct store_proposal *row,
                                  struct error *error),
                     void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT text_hash, made_at, text FROM proposal"
                  " WHERE ledger_id = $1 ORDER BY made_at, text_hash LIMIT $2",
                  PARAMS(param_int4(ledger_id), param_int8(limit)), &rows,
                  error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        if (!each_proposal(rows, i, each, context, error))
            return false;
    return true;
}

bool store_proposal_signatures(struct db *db, int32_t ledger_id,
                               const struct hash *text_hash,
                               bool (*each)(void *context,
                                            const struct store_signature *row,
                                            struct error *error),
                               void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT name, key_id, line FROM proposal_signature"
                  " WHERE ledger_id = $1 AND text_hash = $2"
                  " ORDER BY name, key_id",
                  PARAMS(param_int4(ledger_id), param_hash(text_hash)), &rows,
                  error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_signature signature = {
            .name = row_bytes(rows, i, "name"),
            .key_id = (uint32_t)row_int(rows, i, "key_id"),
            .line = row_bytes(rows, i, "line"),
        };

        if (!each(context, &signature, error))
            return false;
    }
    return true;
}

bool store_proposal_delete(struct db *db, int32_t ledger_id,
                           const struct hash *text_hash, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "WITH lines AS (DELETE FROM proposal_signature"
                    " WHERE ledger_id = $1 AND text_hash = $2)"
                    " DELETE FROM proposal"
                    " WHERE ledger_id = $1 AND text_hash = $2",
                    PARAMS(param_int4(ledger_id), param_hash(text_hash)), &none,
                    error);
}

bool store_proposals_expire(struct db *db, int32_t ledger_id, int days,
                            int64_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "WITH gone AS (DELETE FROM proposal WHERE ledger_id = $1"
                  " AND made_at < now() - make_interval(days => $2)"
                  " RETURNING text_hash),"
                  " lines AS (DELETE FROM proposal_signature"
                  " USING gone WHERE ledger_id = $1"
                  " AND proposal_signature.text_hash = gone.text_hash)"
                  " SELECT count(*) AS count FROM gone",
                  PARAMS(param_int4(ledger_id), param_int4(days)), &rows,
                  error))
        return false;
    *count = row_int(rows, 0, "count");
    return true;
}
