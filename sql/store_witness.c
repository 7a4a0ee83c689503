#include "sql/store_witness.h"

#include <sodium.h>
#include <string.h>

struct hash store_witness_hash(const char *origin)
{
    struct hash hash;

    (void)crypto_hash_sha256(hash.bytes, (const uint8_t *)origin,
                             strlen(origin));
    return hash;
}

bool store_witness_seen(struct db *db, const struct hash *origin_hash,
                        struct store_witness *seen, struct error *error)
{
    DB_RESULT(rows);
    struct text note;

    if (!db_query(db,
                  "SELECT origin, size, root, note FROM witness_seen"
                  " WHERE origin_hash = $1",
                  PARAMS(param_hash(origin_hash)), &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "nothing of this log was cosigned");
    note = row_bytes(rows, 0, "note");
    if (note.size > sizeof seen->note ||
        !row_text(rows, 0, "origin", seen->origin, sizeof seen->origin))
        return fail(error, ERROR_SIZE, "what was cosigned is too long");
    seen->size = row_int(rows, 0, "size");
    row_fixed(rows, 0, "root", seen->root.bytes, sizeof seen->root.bytes);
    seen->note_size = note.size;
    memcpy(seen->note, note.bytes, note.size);
    return true;
}

bool store_witness_all(struct db *db,
                       bool (*each)(void *context,
                                    const struct store_witness *seen,
                                    struct error *error),
                       void *context, struct error *error)
{
    struct store_witness seen = {0};
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT origin, size, root FROM witness_seen"
                  " WHERE size >= $1 ORDER BY origin",
                  PARAMS(param_int8(0)), &rows, error))
        return false;
    for (int i = 0; i < PQntuples(rows); i++) {
        if (!row_text(rows, i, "origin", seen.origin, sizeof seen.origin))
            return fail(error, ERROR_SIZE, "an origin is too long");
        seen.size = row_int(rows, i, "size");
        row_fixed(rows, i, "root", seen.root.bytes, sizeof seen.root.bytes);
        if (!each(context, &seen, error))
            return false;
    }
    return true;
}

/* One statement, and so one transaction: compare and set. */
bool store_witness_move(struct db *db, int64_t old_size,
                        const struct store_witness *seen, struct error *error)
{
    struct hash hash = store_witness_hash(seen->origin);
    DB_RESULT(rows);

    if (!db_query(db,
                  "WITH moved AS (UPDATE witness_seen"
                  " SET size = $4, root = $5, note = $6"
                  " WHERE origin_hash = $1 AND size = $3 RETURNING 1),"
                  " made AS (INSERT INTO witness_seen"
                  " (origin_hash, origin, size, root, note)"
                  " SELECT $1, $2, $4, $5, $6 WHERE $3 = 0 AND NOT EXISTS"
                  " (SELECT FROM witness_seen WHERE origin_hash = $1)"
                  " ON CONFLICT DO NOTHING RETURNING 1)"
                  " SELECT (SELECT count(*) FROM moved)"
                  " + (SELECT count(*) FROM made) AS rows",
                  PARAMS(param_hash(&hash), param_text(seen->origin),
                         param_int8(old_size), param_int8(seen->size),
                         param_hash(&seen->root),
                         param_bytes(seen->note, seen->note_size)),
                  &rows, error))
        return false;
    if (row_int(rows, 0, "rows") == 1)
        return true;
    return fail(error, ERROR_CONFLICT, "another checkpoint was cosigned");
}
