#include "sql/store_checkpoint.h"

#include <inttypes.h>
#include <string.h>

static bool read_checkpoint(const PGresult *rows,
                            struct store_checkpoint *checkpoint,
                            struct error *error)
{
    struct text note;

    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such checkpoint");
    note = row_bytes(rows, 0, "note");
    if (note.size > sizeof checkpoint->note)
        return fail(error, ERROR_SIZE, "the checkpoint's note is too long");
    checkpoint->size = row_int(rows, 0, "size");
    row_fixed(rows, 0, "root", checkpoint->root.bytes,
              sizeof checkpoint->root.bytes);
    checkpoint->note_size = note.size;
    memcpy(checkpoint->note, note.bytes, note.size);
    return true;
}

/* What is there under that size has the same root. */
static bool agree(struct db *db, int32_t ledger_id,
                  const struct store_checkpoint *checkpoint,
                  struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT root = $3 AS equal FROM checkpoint"
                  " WHERE ledger_id = $1 AND size = $2",
                  PARAMS(param_int4(ledger_id), param_int8(checkpoint->size),
                         param_hash(&checkpoint->root)),
                  &rows, error))
        return false;
    if (PQntuples(rows) != 1 || !row_bool(rows, 0, "equal"))
        return fail(error, ERROR_DOUBT,
                    "size %" PRId64 " was signed with another root",
                    checkpoint->size);
    return true;
}

bool store_checkpoint_insert(struct db *db, int32_t ledger_id,
                             const struct store_checkpoint *checkpoint,
                             struct error *error)
{
    DB_RESULT(rows);

    if (checkpoint->note_size > sizeof checkpoint->note)
        return fail(error, ERROR_SIZE, "the checkpoint's note is too long");
    if (!db_query(db,
                  "INSERT INTO checkpoint (ledger_id, size, root, note)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
                  " RETURNING size",
                  PARAMS(param_int4(ledger_id), param_int8(checkpoint->size),
                         param_hash(&checkpoint->root),
                         param_bytes(checkpoint->note, checkpoint->note_size)),
                  &rows, error))
        return false;
    return PQntuples(rows) == 1 || agree(db, ledger_id, checkpoint, error);
}

bool store_checkpoint_latest(struct db *db, int32_t ledger_id,
                             struct store_checkpoint *checkpoint,
                             struct error *error)
{
    DB_RESULT(rows);

    return db_query(db,
                    "SELECT size, root, note FROM checkpoint"
                    " WHERE ledger_id = $1 ORDER BY size DESC LIMIT 1",
                    PARAMS(param_int4(ledger_id)), &rows, error) &&
           read_checkpoint(rows, checkpoint, error);
}

bool store_checkpoint_from(struct db *db, int32_t ledger_id, int64_t size,
                           struct store_checkpoint *checkpoint,
                           struct error *error)
{
    DB_RESULT(rows);

    return db_query(db,
                    "SELECT size, root, note FROM checkpoint"
                    " WHERE ledger_id = $1 AND size >= $2"
                    " ORDER BY size LIMIT 1",
                    PARAMS(param_int4(ledger_id), param_int8(size)), &rows,
                    error) &&
           read_checkpoint(rows, checkpoint, error);
}

/* A text parameter that is not terminated. */
static struct param param_name(struct text name)
{
    struct param param = param_bytes(name.bytes, name.size);

    param.type = OID_TEXT;
    return param;
}

bool store_cosignature_insert(struct db *db, int32_t ledger_id,
                              const struct store_cosignature *line,
                              struct error *error)
{
    DB_RESULT(none);

    if (line->witness.size > STORE_NAME_BYTES_MAX ||
        line->line.size > STORE_LINE_BYTES_MAX)
        return fail(error, ERROR_SIZE, "the cosignature is too long");
    return db_query(db,
                    "INSERT INTO cosignature"
                    " (ledger_id, size, witness, stamp, line)"
                    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    PARAMS(param_int4(ledger_id), param_int8(line->size),
                           param_name(line->witness), param_int8(line->stamp),
                           param_bytes(line->line.bytes, line->line.size)),
                    &none, error);
}

bool store_cosignatures(struct db *db, int32_t ledger_id, int64_t size,
                        bool (*each)(void *context,
                                     const struct store_cosignature *row,
                                     struct error *error),
                        void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT DISTINCT ON (witness) size, witness, stamp, line"
                  " FROM cosignature WHERE ledger_id = $1 AND size = $2"
                  " ORDER BY witness, stamp DESC",
                  PARAMS(param_int4(ledger_id), param_int8(size)), &rows,
                  error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_cosignature row = {
            .size = row_int(rows, i, "size"),
            .witness = row_bytes(rows, i, "witness"),
            .stamp = row_int(rows, i, "stamp"),
            .line = row_bytes(rows, i, "line"),
        };

        if (!each(context, &row, error))
            return false;
    }
    return true;
}

bool store_signer_highest(struct db *db, int32_t ledger_id, int64_t *epoch,
                          struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT coalesce(max(epoch), 0) AS epoch FROM signer"
                  " WHERE ledger_id = $1",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    *epoch = row_int(rows, 0, "epoch");
    return true;
}

bool store_signer_insert(struct db *db, int32_t ledger_id, int64_t epoch,
                         const char *host, struct error *error)
{
    DB_RESULT(none);

    return db_query(
        db,
        "INSERT INTO signer (ledger_id, epoch, host)"
        " VALUES ($1, $2, $3)",
        PARAMS(param_int4(ledger_id), param_int8(epoch), param_text(host)),
        &none, error);
}
