#include "sql/store_expired.h"
#include "sql/store_vault.h"

static bool delete_and_count(struct db *db, const char *what, int64_t *count,
                             struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db, what, NO_PARAMS, &rows, error))
        return false;
    *count = row_int(rows, 0, "n");
    return true;
}

bool store_erase_expired(struct db *db, struct date day, struct expired *count,
                         struct error *error)
{
    *count = (struct expired){0};
    return store_vault_expire(db, day, &count->vault, error) &&
           delete_and_count(
               db,
               "WITH gone AS (DELETE FROM intake WHERE expires_at <= now()"
               " AND (used_at IS NULL OR done_at IS NOT NULL) RETURNING 1)"
               " SELECT count(*) AS n FROM gone",
               &count->forms, error) &&
           delete_and_count(
               db,
               "WITH gone AS (DELETE FROM sign_in WHERE expires_at < now()"
               " RETURNING 1) SELECT count(*) AS n FROM gone",
               &count->links, error) &&
           delete_and_count(db,
                            "WITH gone AS (DELETE FROM outbox WHERE sent_at"
                            " < now() - interval '24 hours' RETURNING 1)"
                            " SELECT count(*) AS n FROM gone",
                            &count->letters, error);
}
