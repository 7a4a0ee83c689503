#include "sql/store_read.h"
#include "sql/array.h"
#include "sql/pipeline.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define ENTRY_COLUMNS                                                          \
    "idx, kind, accepted_ms, effective, text_hash, leaf_hash, leaf"

enum { CHUNK_ENTRIES = 512, CHUNK_ROWS = 4096, CHUNK_TILES = 64, AHEAD = 2 };

static void read_hash(const PGresult *rows, int row, const char *column,
                      struct hash *hash)
{
    row_fixed(rows, row, column, hash->bytes, sizeof hash->bytes);
}

static bool each_entry(const PGresult *rows, int row, struct store_each each,
                       struct error *error)
{
    struct store_entry entry = {
        .idx = row_int(rows, row, "idx"),
        .kind = (int16_t)row_int(rows, row, "kind"),
        .accepted = {row_int(rows, row, "accepted_ms")},
        .effective = row_date(rows, row, "effective"),
        .leaf = row_bytes(rows, row, "leaf"),
    };

    read_hash(rows, row, "text_hash", &entry.text_hash);
    read_hash(rows, row, "leaf_hash", &entry.leaf_hash);
    return each.entry(each.context, &entry, error);
}

static bool each_entries(const PGresult *rows, struct store_each each,
                         struct error *error)
{
    for (int i = 0; i < PQntuples(rows); i++)
        if (!each_entry(rows, i, each, error))
            return false;
    return true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One chunk of a range of entries, without gaps. */
static bool each_chunk(const PGresult *rows, int64_t from, int64_t until,
                       struct store_each each, struct error *error)
{
    for (int64_t idx = from; idx < until; idx++) {
        int row = (int)(idx - from);

        if (row >= PQntuples(rows) || row_int(rows, row, "idx") != idx)
            return fail(error, ERROR_ABSENT, "entry %" PRId64 " is missing",
                        idx);
        if (!each_entry(rows, row, each, error))
            return false;
    }
    return true;
}

static bool send_chunk(struct db *db, int32_t ledger_id, int64_t from,
                       int64_t until, struct error *error)
{
    return pipeline_send(db,
                         "SELECT " ENTRY_COLUMNS " FROM entry"
                         " WHERE ledger_id = $1 AND idx >= $2 AND idx < $3"
                         " ORDER BY idx",
                         PARAMS(param_int4(ledger_id), param_int8(from),
                                param_int8(until)),
                         error) &&
           pipeline_sync(db, error);
}

static bool read_chunk(struct db *db, int64_t from, int64_t until,
                       struct store_each each, struct error *error)
{
    DB_RESULT(rows);

    return pipeline_receive(db, &rows, error) &&
           pipeline_receive_sync(db, error) &&
           each_chunk(rows, from, until, each, error);
}

bool store_entries(struct db *db, int32_t ledger_id, int64_t from,
                   int64_t until, struct store_each each, struct error *error)
{
    int64_t asked = from;

    assert(from >= 0 && db->unread == 0);
    while (from < until) {
        int64_t end = least(from + CHUNK_ENTRIES, until);

        while (asked < until && asked < from + AHEAD * CHUNK_ENTRIES) {
            if (!send_chunk(db, ledger_id, asked,
                            least(asked + CHUNK_ENTRIES, until), error))
                return false;
            asked += CHUNK_ENTRIES;
        }
        if (!read_chunk(db, from, end, each, error)) {
            pipeline_drain(db);
            return false;
        }
        from = end;
    }
    return true;
}

bool store_entries_of_texts(struct db *db, int32_t ledger_id,
                            const struct hash *texts, size_t count,
                            struct store_each each, struct error *error)
{
    struct array array = {0};
    bool found;
    DB_RESULT(rows);

    array_start(&array, OID_BYTEA);
    for (size_t i = 0; i < count; i++)
        array_bytes(&array, texts[i].bytes, sizeof texts[i].bytes);
    found = db_query(db,
                     "SELECT " ENTRY_COLUMNS " FROM entry WHERE ledger_id = $1"
                     " AND text_hash = ANY ($2) ORDER BY idx",
                     PARAMS(param_int4(ledger_id), array_param(&array)), &rows,
                     error);
    array_free(&array);
    return found && each_entries(rows, each, error);
}

bool store_entries_of_subject(struct db *db, int32_t ledger_id,
                              const uint8_t subject[static UUID_BYTES],
                              int64_t after, int limit, struct store_each each,
                              struct error *error)
{
    DB_RESULT(rows);

    return db_query(db,
                    "SELECT " ENTRY_COLUMNS " FROM subject"
                    " JOIN entry USING (ledger_id, idx)"
                    " WHERE ledger_id = $1 AND subject = $2 AND idx > $3"
                    " ORDER BY idx LIMIT $4",
                    PARAMS(param_int4(ledger_id), param_uuid(subject),
                           param_int8(after), param_int8(limit)),
                    &rows, error) &&
           each_entries(rows, each, error);
}

bool store_entries_of_kind(struct db *db, int32_t ledger_id, int16_t kind,
                           int64_t after, int limit, struct store_each each,
                           struct error *error)
{
    DB_RESULT(rows);

    return db_query(db,
                    "SELECT " ENTRY_COLUMNS " FROM entry"
                    " WHERE ledger_id = $1 AND kind = $2 AND idx > $3"
                    " ORDER BY idx LIMIT $4",
                    PARAMS(param_int4(ledger_id), param_int2(kind),
                           param_int8(after), param_int8(limit)),
                    &rows, error) &&
           each_entries(rows, each, error);
}

bool store_entry_last(struct db *db, int32_t ledger_id, int64_t *idx,
                      struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT coalesce(max(idx), -1) AS idx FROM entry"
                  " WHERE ledger_id = $1",
                  PARAMS(param_int4(ledger_id)), &rows, error))
        return false;
    *idx = row_int(rows, 0, "idx");
    return true;
}

bool store_leaf_hashes(struct db *db, int32_t ledger_id, int64_t from,
                       struct hash *hashes, size_t count, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT idx, leaf_hash FROM entry WHERE ledger_id = $1"
                  " AND idx >= $2 AND idx < $3 ORDER BY idx",
                  PARAMS(param_int4(ledger_id), param_int8(from),
                         param_int8(from + (int64_t)count)),
                  &rows, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t idx = from + (int64_t)i;
        int row = (int)i;

        if (row >= PQntuples(rows) || row_int(rows, row, "idx") != idx)
            return fail(error, ERROR_ABSENT, "entry %" PRId64 " is missing",
                        idx);
        read_hash(rows, row, "leaf_hash", &hashes[i]);
    }
    return true;
}

static void read_tile(const PGresult *rows, int row, struct store_tile *tile)
{
    tile->level = (int)row_int(rows, row, "level");
    tile->number = row_int(rows, row, "number");
    row_fixed(rows, row, "hashes", tile->hashes, sizeof tile->hashes);
}

bool store_tile(struct db *db, int32_t ledger_id, int level, int64_t number,
                struct store_tile *tile, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT level, number, hashes FROM tile"
                  " WHERE ledger_id = $1 AND level = $2 AND number = $3",
                  PARAMS(param_int4(ledger_id), param_int4(level),
                         param_int8(number)),
                  &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such tile");
    read_tile(rows, 0, tile);
    return true;
}

bool store_postings(struct db *db, int32_t ledger_id, int64_t from,
                    int64_t until, struct store_each each, struct error *error)
{
    struct store_posting last = {.idx = from, .line = -1};
    int count = CHUNK_ROWS;

    while (count == CHUNK_ROWS) {
        DB_RESULT(rows);

        if (!db_query(db,
                      "SELECT idx, line, account, owner, effective, amount"
                      " FROM posting WHERE ledger_id = $1"
                      " AND (idx, line) > ($2, $3) AND idx < $4"
                      " ORDER BY idx, line LIMIT $5",
                      PARAMS(param_int4(ledger_id), param_int8(last.idx),
                             param_int2(last.line), param_int8(until),
                             param_int8(CHUNK_ROWS)),
                      &rows, error))
            return false;
        count = PQntuples(rows);
        for (int i = 0; i < count; i++) {
            last = (struct store_posting){
                .idx = row_int(rows, i, "idx"),
                .line = (int16_t)row_int(rows, i, "line"),
                .account = (int16_t)row_int(rows, i, "account"),
                .owned = !row_is_null(rows, i, "owner"),
                .effective = row_date(rows, i, "effective"),
                .amount = amount_from_minor(row_int(rows, i, "amount")),
            };
            if (last.owned)
                row_fixed(rows, i, "owner", last.owner, UUID_BYTES);
            if (!each.posting(each.context, &last, error))
                return false;
        }
    }
    return true;
}

bool store_subjects(struct db *db, int32_t ledger_id, struct store_each each,
                    struct error *error)
{
    struct store_subject last = {.idx = INT64_MIN};
    int count = CHUNK_ROWS;

    while (count == CHUNK_ROWS) {
        DB_RESULT(rows);

        if (!db_query(db,
                      "SELECT subject, idx FROM subject WHERE ledger_id = $1"
                      " AND (subject, idx) > ($2, $3)"
                      " ORDER BY subject, idx LIMIT $4",
                      PARAMS(param_int4(ledger_id), param_uuid(last.subject),
                             param_int8(last.idx), param_int8(CHUNK_ROWS)),
                      &rows, error))
            return false;
        count = PQntuples(rows);
        for (int i = 0; i < count; i++) {
            row_fixed(rows, i, "subject", last.subject, UUID_BYTES);
            last.idx = row_int(rows, i, "idx");
            if (!each.subject(each.context, &last, error))
                return false;
        }
    }
    return true;
}

bool store_tiles(struct db *db, int32_t ledger_id, struct store_each each,
                 struct error *error)
{
    struct store_tile last = {.level = -1};
    int count = CHUNK_TILES;

    while (count == CHUNK_TILES) {
        DB_RESULT(rows);

        if (!db_query(db,
                      "SELECT level, number, hashes FROM tile"
                      " WHERE ledger_id = $1 AND (level, number) > ($2, $3)"
                      " ORDER BY level, number LIMIT $4",
                      PARAMS(param_int4(ledger_id),
                             param_int2((int16_t)last.level),
                             param_int8(last.number), param_int8(CHUNK_TILES)),
                      &rows, error))
            return false;
        count = PQntuples(rows);
        for (int i = 0; i < count; i++) {
            read_tile(rows, i, &last);
            if (!each.tile(each.context, &last, error))
                return false;
        }
    }
    return true;
}
