#include "sql/store_outbox.h"

bool store_outbox_insert(struct db *db, const struct store_mail *mail,
                         struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO outbox (ledger_id, mail_id, nonce, ciphertext)"
                    " VALUES ($1, $2, $3, $4)",
                    PARAMS(param_int4(mail->ledger_id),
                           param_uuid(mail->mail_id),
                           param_bytes(mail->nonce, sizeof mail->nonce),
                           param_bytes(mail->box.bytes, mail->box.size)),
                    &none, error);
}

bool store_outbox_due(struct db *db, int32_t *ledger_ids, size_t room,
                      size_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id FROM outbox WHERE sent_at IS NULL"
                  " AND attempts >= 0 AND due_at <= now()"
                  " GROUP BY ledger_id ORDER BY min(due_at) LIMIT $1",
                  PARAMS(param_int8((int64_t)room)), &rows, error))
        return false;
    *count = (size_t)PQntuples(rows);
    for (size_t i = 0; i < *count; i++)
        ledger_ids[i] = (int32_t)row_int(rows, (int)i, "ledger_id");
    return true;
}

bool store_outbox_claim(struct db *db, int32_t ledger_id, int limit,
                        int lease_seconds,
                        bool (*each)(void *context,
                                     const struct store_mail *row,
                                     struct error *error),
                        void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "UPDATE outbox SET attempts = attempts + 1,"
                  " due_at = now() + make_interval(secs => $3)"
                  " WHERE ledger_id = $1 AND mail_id IN ("
                  " SELECT mail_id FROM outbox WHERE ledger_id = $1"
                  " AND sent_at IS NULL AND attempts >= 0"
                  " AND due_at <= now() ORDER BY due_at LIMIT $2"
                  " FOR UPDATE SKIP LOCKED)"
                  " RETURNING mail_id, nonce, ciphertext, attempts",
                  PARAMS(param_int4(ledger_id), param_int8(limit),
                         param_int4(lease_seconds)),
                  &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_mail mail = {
            .ledger_id = ledger_id,
            .box = row_bytes(rows, i, "ciphertext"),
            .attempts = (int)row_int(rows, i, "attempts"),
        };

        row_fixed(rows, i, "mail_id", mail.mail_id, sizeof mail.mail_id);
        row_fixed(rows, i, "nonce", mail.nonce, sizeof mail.nonce);
        if (!each(context, &mail, error))
            return false;
    }
    return true;
}

bool store_outbox_sent(struct db *db, const struct store_mail *mail,
                       struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db,
        "UPDATE outbox SET sent_at = now(), ciphertext = ''"
        " WHERE ledger_id = $1 AND mail_id = $2",
        PARAMS(param_int4(mail->ledger_id), param_uuid(mail->mail_id)), &none,
        error);
}

bool store_outbox_retry(struct db *db, const struct store_mail *mail,
                        int64_t seconds, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "UPDATE outbox SET due_at ="
                    " now() + make_interval(secs => $3::int)"
                    " WHERE ledger_id = $1 AND mail_id = $2",
                    PARAMS(param_int4(mail->ledger_id),
                           param_uuid(mail->mail_id),
                           param_int4((int32_t)seconds)),
                    &none, error);
}

bool store_outbox_park(struct db *db, const struct store_mail *mail, int days,
                       struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "UPDATE outbox SET attempts = -1,"
                    " due_at = now() + make_interval(days => $3)"
                    " WHERE ledger_id = $1 AND mail_id = $2",
                    PARAMS(param_int4(mail->ledger_id),
                           param_uuid(mail->mail_id), param_int4(days)),
                    &none, error);
}

bool store_outbox_drop(struct db *db, const struct store_mail *mail,
                       struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db, "DELETE FROM outbox WHERE ledger_id = $1 AND mail_id = $2",
        PARAMS(param_int4(mail->ledger_id), param_uuid(mail->mail_id)), &none,
        error);
}

bool store_outbox_purge(struct db *db, int sent_hours, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "DELETE FROM outbox"
                    " WHERE sent_at < now() - make_interval(hours => $1)"
                    " OR (sent_at IS NULL AND attempts < 0 AND due_at < now())",
                    PARAMS(param_int4(sent_hours)), &none, error);
}

bool store_outbox_count(struct db *db, struct store_outbox_counts *counts,
                        struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT count(*) FILTER (WHERE sent_at IS NULL"
                  " AND attempts >= 0) AS waiting,"
                  " count(*) FILTER (WHERE sent_at IS NULL"
                  " AND attempts < 0) AS parked,"
                  " count(sent_at) AS sent FROM outbox",
                  NO_PARAMS, &rows, error))
        return false;
    *counts = (struct store_outbox_counts){
        .waiting = row_int(rows, 0, "waiting"),
        .parked = row_int(rows, 0, "parked"),
        .sent = row_int(rows, 0, "sent"),
    };
    return true;
}
