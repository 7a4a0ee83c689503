#include "sql/store_session.h"

bool store_sign_in_insert(struct db *db, const struct store_sign_in *row,
                          int minutes, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO sign_in (token_hash, browser_hash, code_hash,"
                    " nonce, ciphertext, expires_at) VALUES ($1, $2, $3, $4,"
                    " $5, now() + make_interval(mins => $6))",
                    PARAMS(param_hash(&row->token), param_hash(&row->browser),
                           param_hash(&row->code),
                           param_bytes(row->nonce, sizeof row->nonce),
                           param_bytes(row->box.bytes, row->box.size),
                           param_int4(minutes)),
                    &none, error);
}

bool store_sign_in_find(struct db *db, const struct hash *token,
                        const struct hash *browser, bool *own,
                        struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT browser_hash = $2 AS own FROM sign_in"
                  " WHERE token_hash = $1 AND used_at IS NULL"
                  " AND expires_at > now()",
                  PARAMS(param_hash(token), param_hash(browser)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "the link does not work any more");
    *own = row_bool(rows, 0, "own");
    return true;
}

static bool give_sign_in(const PGresult *rows, int row,
                         bool (*each)(void *context,
                                      const struct store_sign_in *row,
                                      struct error *error),
                         void *context, struct error *error)
{
    struct store_sign_in found = {.box = row_bytes(rows, row, "ciphertext")};

    row_fixed(rows, row, "token_hash", found.token.bytes,
              sizeof found.token.bytes);
    row_fixed(rows, row, "nonce", found.nonce, sizeof found.nonce);
    return each(context, &found, error);
}

bool store_sign_in_use(struct db *db, const struct hash *token,
                       const struct hash *browser,
                       bool (*each)(void *context,
                                    const struct store_sign_in *row,
                                    struct error *error),
                       void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "UPDATE sign_in SET used_at = now() WHERE token_hash = $1"
                  " AND browser_hash = $2 AND used_at IS NULL"
                  " AND expires_at > now()"
                  " RETURNING token_hash, nonce, ciphertext",
                  PARAMS(param_hash(token), param_hash(browser)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "the link does not work any more");
    return give_sign_in(rows, 0, each, context, error);
}

bool store_sign_in_guess(struct db *db, const struct hash *browser,
                         const struct hash *code, int tries,
                         bool (*each)(void *context,
                                      const struct store_sign_in *row,
                                      struct error *error),
                         void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(
            db,
            "UPDATE sign_in SET tries = tries + 1, used_at = CASE"
            " WHEN code_hash = $2 THEN now() END"
            " WHERE browser_hash = $1 AND used_at IS NULL"
            " AND expires_at > now() AND tries < $3"
            " RETURNING token_hash, nonce, ciphertext,"
            " used_at IS NOT NULL AS good",
            PARAMS(param_hash(browser), param_hash(code), param_int4(tries)),
            &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        if (row_bool(rows, i, "good"))
            return give_sign_in(rows, i, each, context, error);
    return fail(error, ERROR_ABSENT, "the code does not work");
}

bool store_session_insert(struct db *db, const struct store_session *row,
                          struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO session (session_hash, person, nonce,"
                    " ciphertext) VALUES ($1, $2, $3, $4)",
                    PARAMS(param_hash(&row->session), param_hash(&row->person),
                           param_bytes(row->nonce, sizeof row->nonce),
                           param_bytes(row->box.bytes, row->box.size)),
                    &none, error);
}

/* A request a minute writes; the others only read. */
static bool touch(struct db *db, const struct hash *session,
                  struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "UPDATE session SET seen_at = now()"
                    " WHERE session_hash = $1"
                    " AND seen_at < now() - interval '1 minute'",
                    PARAMS(param_hash(session)), &none, error);
}

bool store_session_find(struct db *db, const struct hash *session,
                        int idle_minutes, int most_minutes,
                        bool (*each)(void *context,
                                     const struct store_session *row,
                                     struct error *error),
                        void *context, struct error *error)
{
    struct store_session found = {.session = *session};
    bool is_old;
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT person, nonce, ciphertext,"
                  " seen_at < now() - interval '1 minute' AS old FROM session"
                  " WHERE session_hash = $1"
                  " AND seen_at > now() - make_interval(mins => $2)"
                  " AND made_at > now() - make_interval(mins => $3)",
                  PARAMS(param_hash(session), param_int4(idle_minutes),
                         param_int4(most_minutes)),
                  &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such session");
    row_fixed(rows, 0, "person", found.person.bytes, sizeof found.person.bytes);
    row_fixed(rows, 0, "nonce", found.nonce, sizeof found.nonce);
    found.box = row_bytes(rows, 0, "ciphertext");
    is_old = row_bool(rows, 0, "old");
    return each(context, &found, error) &&
           (!is_old || touch(db, session, error));
}

bool store_session_end(struct db *db, const struct hash *session,
                       struct error *error)
{
    DB_RESULT(none);

    return db_query(db, "DELETE FROM session WHERE session_hash = $1",
                    PARAMS(param_hash(session)), &none, error);
}

bool store_session_end_person(struct db *db, const struct hash *person,
                              struct error *error)
{
    DB_RESULT(none);

    return db_query(db, "DELETE FROM session WHERE person = $1",
                    PARAMS(param_hash(person)), &none, error);
}

bool store_session_purge(struct db *db, int idle_minutes, int most_minutes,
                         struct error *error)
{
    DB_RESULT(none);
    DB_RESULT(nothing);

    return db_query(db, "DELETE FROM sign_in WHERE expires_at < now()",
                    NO_PARAMS, &none, error) &&
           db_query(db,
                    "DELETE FROM session"
                    " WHERE seen_at < now() - make_interval(mins => $1)"
                    " OR made_at < now() - make_interval(mins => $2)",
                    PARAMS(param_int4(idle_minutes), param_int4(most_minutes)),
                    &nothing, error);
}
