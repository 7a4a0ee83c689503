#include "sql/store_vault.h"
#include "sql/array.h"

#include <assert.h>
#include <string.h>

#define PERSON(person)                                                         \
    param_int4((person)->ledger_id), param_uuid((person)->subject)

static struct param param_box(const struct store_box *box)
{
    return param_bytes(box->bytes.bytes, box->bytes.size);
}

static struct param param_nonce(const struct store_box *box)
{
    return param_bytes(box->nonce, sizeof box->nonce);
}

bool store_vault_key(struct db *db, uint32_t number, const struct hash *print,
                     bool *same, struct error *error)
{
    DB_RESULT(none);
    DB_RESULT(rows);

    if (!db_query(db,
                  "INSERT INTO vault_key (number, print) VALUES ($1, $2)"
                  " ON CONFLICT DO NOTHING",
                  PARAMS(param_int4((int32_t)number), param_hash(print)), &none,
                  error) ||
        !db_query(db,
                  "SELECT print = $2 AS same FROM vault_key"
                  " WHERE number = $1",
                  PARAMS(param_int4((int32_t)number), param_hash(print)), &rows,
                  error))
        return false;
    *same = PQntuples(rows) == 1 && row_bool(rows, 0, "same");
    return true;
}

bool store_vault_key_count(struct db *db, int64_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db, "SELECT count(*) AS n FROM vault_key", NO_PARAMS, &rows,
                  error))
        return false;
    *count = row_int(rows, 0, "n");
    return true;
}

bool store_subject_key(struct db *db, const struct store_person *person,
                       enum vault_part part,
                       uint8_t nonce[static SEAL_NONCE_BYTES], uint8_t *wrapped,
                       struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT nonce, wrapped FROM subject_key"
                  " WHERE ledger_id = $1 AND subject = $2 AND part = $3",
                  PARAMS(PERSON(person), param_int2((int16_t)part)), &rows,
                  error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "no key: erased, or never known");
    row_fixed(rows, 0, "nonce", nonce, SEAL_NONCE_BYTES);
    row_fixed(rows, 0, "wrapped", wrapped, SEAL_KEY_BYTES + SEAL_EXTRA_BYTES);
    return true;
}

bool store_subject_key_insert(struct db *db, const struct store_person *person,
                              enum vault_part part, uint32_t kek,
                              const struct store_box *wrapped,
                              struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO subject_key"
                    " (ledger_id, subject, part, kek, nonce, wrapped)"
                    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    PARAMS(PERSON(person), param_int2((int16_t)part),
                           param_int4((int32_t)kek), param_nonce(wrapped),
                           param_box(wrapped)),
                    &none, error);
}

bool store_vault_next(struct db *db, int32_t ledger_id,
                      const uint8_t record[static UUID_BYTES],
                      enum vault_part part, int32_t *version,
                      struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT coalesce(max(version), 0) + 1 AS version FROM vault"
                  " WHERE ledger_id = $1 AND record = $2 AND part = $3",
                  PARAMS(param_int4(ledger_id), param_uuid(record),
                         param_int2((int16_t)part)),
                  &rows, error))
        return false;
    *version = (int32_t)row_int(rows, 0, "version");
    return true;
}

bool store_vault_insert(struct db *db, const struct store_person *person,
                        const struct store_vault *row, struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db,
        "INSERT INTO vault (ledger_id, subject, record, part,"
        " version, retain_until, nonce, ciphertext)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        PARAMS(PERSON(person), param_uuid(row->record),
               param_int2((int16_t)row->part), param_int4(row->version),
               row->retained ? param_date(row->retain_until) : param_null(),
               param_nonce(&row->box), param_box(&row->box)),
        &none, error);
}

bool store_vault_forget(struct db *db, int32_t ledger_id,
                        const struct store_vault *row, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "DELETE FROM vault WHERE ledger_id = $1 AND record = $2"
                    " AND part = $3 AND version < $4",
                    PARAMS(param_int4(ledger_id), param_uuid(row->record),
                           param_int2((int16_t)row->part),
                           param_int4(row->version)),
                    &none, error);
}

bool store_vault_rows(struct db *db, const struct store_person *person,
                      bool (*each)(void *context, const struct store_vault *row,
                                   struct error *error),
                      void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT DISTINCT ON (record, part) record, part, version,"
                  " retain_until, nonce, ciphertext FROM vault"
                  " WHERE ledger_id = $1 AND subject = $2"
                  " ORDER BY record, part, version DESC",
                  PARAMS(PERSON(person)), &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_vault row = {
            .part = (enum vault_part)row_int(rows, i, "part"),
            .version = (int32_t)row_int(rows, i, "version"),
            .retained = !row_is_null(rows, i, "retain_until"),
            .box = {.bytes = row_bytes(rows, i, "ciphertext")},
        };

        row_fixed(rows, i, "record", row.record, sizeof row.record);
        row_fixed(rows, i, "nonce", row.box.nonce, sizeof row.box.nonce);
        if (row.retained)
            row.retain_until = row_date(rows, i, "retain_until");
        if (!each(context, &row, error))
            return false;
    }
    return true;
}

bool store_vault_expire(struct db *db, struct date day, int64_t *count,
                        struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "WITH gone AS (DELETE FROM vault WHERE retain_until < $1"
                  " RETURNING 1) SELECT count(*) AS n FROM gone",
                  PARAMS(param_date(day)), &rows, error))
        return false;
    *count = row_int(rows, 0, "n");
    return true;
}

bool store_contact_delete(struct db *db, const struct store_person *person,
                          struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "DELETE FROM contact WHERE ledger_id = $1 AND subject = $2",
                    PARAMS(PERSON(person)), &none, error);
}

bool store_contact_put(struct db *db, uint32_t kek, const struct hash *mac,
                       const struct store_contact *contact, struct error *error)
{
    DB_RESULT(done);

    return store_contact_delete(db, &contact->person, error) &&
           db_query(db,
                    "INSERT INTO contact"
                    " (ledger_id, subject, kek, mac, nonce, address)"
                    " VALUES ($1, $2, $3, $4, $5, $6)",
                    PARAMS(PERSON(&contact->person), param_int4((int32_t)kek),
                           param_hash(mac), param_nonce(&contact->address),
                           param_box(&contact->address)),
                    &done, error);
}

static bool each_contact(const PGresult *rows,
                         bool (*each)(void *context,
                                      const struct store_contact *row,
                                      struct error *error),
                         void *context, struct error *error)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_contact row = {
            .person = {.ledger_id = (int32_t)row_int(rows, i, "ledger_id")},
            .address = {.bytes = row_bytes(rows, i, "address")},
        };

        row_fixed(rows, i, "subject", row.person.subject, UUID_BYTES);
        row_fixed(rows, i, "nonce", row.address.nonce, SEAL_NONCE_BYTES);
        if (!each(context, &row, error))
            return false;
    }
    return true;
}

bool store_contacts(struct db *db, const struct hash *macs, size_t count,
                    bool (*each)(void *context, const struct store_contact *row,
                                 struct error *error),
                    void *context, struct error *error)
{
    struct array list = {0};
    bool good;
    DB_RESULT(rows);

    array_start(&list, OID_BYTEA);
    for (size_t i = 0; i < count; i++)
        array_bytes(&list, macs[i].bytes, sizeof macs[i].bytes);
    good = db_query(db,
                    "SELECT ledger_id, subject, nonce, address FROM contact"
                    " WHERE mac = ANY ($1) ORDER BY ledger_id, subject",
                    PARAMS(array_param(&list)), &rows, error) &&
           each_contact(rows, each, context, error);
    array_free(&list);
    return good;
}

bool store_contact_get(struct db *db, const struct store_person *person,
                       bool (*each)(void *context,
                                    const struct store_contact *row,
                                    struct error *error),
                       void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id, subject, nonce, address FROM contact"
                  " WHERE ledger_id = $1 AND subject = $2",
                  PARAMS(PERSON(person)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "no address: erased, or never known");
    return each_contact(rows, each, context, error);
}

bool store_vault_erase(struct db *db, const struct store_person *person,
                       enum vault_part part, struct error *error)
{
    DB_RESULT(keys);
    DB_RESULT(rows);

    return db_query(db,
                    "DELETE FROM subject_key WHERE ledger_id = $1"
                    " AND subject = $2 AND part <= $3",
                    PARAMS(PERSON(person), param_int2((int16_t)part)), &keys,
                    error) &&
           db_query(db,
                    "DELETE FROM vault WHERE ledger_id = $1"
                    " AND subject = $2 AND part <= $3",
                    PARAMS(PERSON(person), param_int2((int16_t)part)), &rows,
                    error) &&
           store_contact_delete(db, person, error);
}

bool store_erasure_insert(struct db *db, const struct store_person *person,
                          enum vault_part part, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO erasure (ledger_id, subject, part)"
                    " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    PARAMS(PERSON(person), param_int2((int16_t)part)), &none,
                    error);
}

/* An advisory lock, since rows here are deleted and never updated. */
bool store_erasure_take(struct db *db, struct store_person *person,
                        enum vault_part *part, bool *found, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT ledger_id, subject, part FROM erasure"
                  " WHERE pg_try_advisory_xact_lock(ledger_id,"
                  " hashtext(subject::text)) LIMIT 1",
                  NO_PARAMS, &rows, error))
        return false;
    *found = PQntuples(rows) == 1;
    if (!*found)
        return true;
    person->ledger_id = (int32_t)row_int(rows, 0, "ledger_id");
    row_fixed(rows, 0, "subject", person->subject, UUID_BYTES);
    *part = (enum vault_part)row_int(rows, 0, "part");
    return true;
}

bool store_erasure_done(struct db *db, const struct store_person *person,
                        enum vault_part part, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "DELETE FROM erasure WHERE ledger_id = $1"
                    " AND subject = $2 AND part = $3",
                    PARAMS(PERSON(person), param_int2((int16_t)part)), &none,
                    error);
}

bool store_disclosure_read(struct db *db, int32_t ledger_id, int64_t idx,
                           const uint8_t nonce[static 16],
                           const struct key *key, struct error *error)
{
    DB_RESULT(none);

    return db_query(db,
                    "INSERT INTO disclosure_read (ledger_id, idx, nonce, key)"
                    " VALUES ($1, $2, $3, $4)",
                    PARAMS(param_int4(ledger_id), param_int8(idx),
                           param_bytes(nonce, 16),
                           param_bytes(key->bytes, sizeof key->bytes)),
                    &none, error);
}
