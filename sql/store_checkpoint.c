#include "sql/store_checkpoint.h"

#include <inttypes.h>
#include <string.h>

enum { CHUNK_ROWS = 1000 };

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

static struct store_cosignature read_cosignature(const PGresult *rows, int row)
{
    return (struct store_cosignature){
        .size = row_int(rows, row, "size"),
        .witness = row_bytes(rows, row, "witness"),
        .stamp = row_int(rows, row, "stamp"),
        .line = row_bytes(rows, row, "line"),
    };
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
        struct store_cosignature row = read_cosignature(rows, i);

        if (!each(context, &row, error))
            return false;
    }
    return true;
}

static bool append_line(void *context, const struct store_cosignature *line,
                        struct error *error)
{
    struct store_checkpoint *checkpoint = context;

    (void)error;
    if (line->line.size > sizeof checkpoint->note - checkpoint->note_size)
        return true;
    memcpy(checkpoint->note + checkpoint->note_size, line->line.bytes,
           line->line.size);
    checkpoint->note_size += line->line.size;
    return true;
}

bool store_checkpoint_cosigned(struct db *db, int32_t ledger_id,
                               struct store_checkpoint *checkpoint,
                               struct error *error)
{
    return store_cosignatures(db, ledger_id, checkpoint->size, append_line,
                              checkpoint, error);
}

bool store_cosigned_sizes(struct db *db, int32_t ledger_id, int64_t from,
                          int64_t *sizes, size_t most, size_t *count,
                          struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT DISTINCT size FROM cosignature"
                  " WHERE ledger_id = $1 AND size >= $2"
                  " ORDER BY size LIMIT $3",
                  PARAMS(param_int4(ledger_id), param_int8(from),
                         param_int8((int64_t)most)),
                  &rows, error))
        return false;
    *count = (size_t)PQntuples(rows);
    for (size_t i = 0; i < *count; i++)
        sizes[i] = row_int(rows, (int)i, "size");
    return true;
}

bool store_cosignature_last(struct db *db, int32_t ledger_id,
                            const char *witness, struct store_cosignature *last,
                            struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT size, stamp FROM cosignature"
                  " WHERE ledger_id = $1 AND witness = $2"
                  " ORDER BY size DESC, stamp DESC LIMIT 1",
                  PARAMS(param_int4(ledger_id), param_text(witness)), &rows,
                  error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "%.100s has cosigned nothing",
                    witness);
    *last = (struct store_cosignature){.size = row_int(rows, 0, "size"),
                                       .stamp = row_int(rows, 0, "stamp")};
    return true;
}

bool store_cosignatures_recent(struct db *db, int32_t ledger_id,
                               bool (*each)(void *context,
                                            const struct store_cosignature *row,
                                            struct error *error),
                               void *context, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT DISTINCT ON (witness) size, witness, stamp, line"
                  " FROM (SELECT size, witness, stamp, line FROM cosignature"
                  " WHERE ledger_id = $1 ORDER BY size DESC LIMIT 2000)"
                  " AS recent ORDER BY witness, size DESC, stamp DESC",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        struct store_cosignature row = read_cosignature(rows, i);

        if (!each(context, &row, error))
            return false;
    }
    return true;
}

/* In pages: a witness signs every few seconds, for years. */
bool store_cosignatures_all(struct db *db, int32_t ledger_id,
                            bool (*each)(void *context,
                                         const struct store_cosignature *row,
                                         struct text note, struct error *error),
                            void *context, struct error *error)
{
    struct store_cosignature row = {.size = INT64_MIN, .witness = {"", 0}};
    char witness[STORE_LINE_BYTES_MAX];
    int count = CHUNK_ROWS;

    while (count == CHUNK_ROWS) {
        DB_RESULT(rows);

        if (!db_query(db,
                      "SELECT size, witness, stamp, line, coalesce(note, '')"
                      " AS note FROM cosignature LEFT JOIN checkpoint"
                      " USING (ledger_id, size) WHERE ledger_id = $1"
                      " AND (size, witness, stamp) > ($2, $3, $4)"
                      " ORDER BY size, witness, stamp LIMIT $5",
                      PARAMS(param_int4(ledger_id), param_int8(row.size),
                             param_name(row.witness), param_int8(row.stamp),
                             param_int8(CHUNK_ROWS)),
                      &rows, error))
            return false;
        count = PQntuples(rows);
        for (int i = 0; i < count; i++) {
            row = read_cosignature(rows, i);
            if (row.witness.size > sizeof witness)
                return fail(error, ERROR_PROOF,
                            "table cosignature, size %" PRId64
                            ": a witness's name is too long",
                            row.size);
            if (!each(context, &row, row_bytes(rows, i, "note"), error))
                return false;
        }
        memcpy(witness, row.witness.bytes, row.witness.size);
        row.witness.bytes = witness;
    }
    return true;
}

bool store_signer_gap(struct db *db, int32_t ledger_id, int64_t *epoch,
                      struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT coalesce(min(epoch), 0) AS epoch FROM"
                  " (SELECT epoch, row_number() OVER (ORDER BY epoch) AS n"
                  "  FROM signer WHERE ledger_id = $1) AS numbered"
                  " WHERE epoch <> n",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    *epoch = row_int(rows, 0, "epoch");
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
