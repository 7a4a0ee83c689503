#include "sql/store_append.h"
#include "sql/pipeline.h"
#include "sql/probe.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define DIVISION_BY_ZERO "22012"
#define UNIQUE_VIOLATION "23505"

/* Columns of the write, in the order of the statements. */
enum {
    ENTRY_IDX,
    ENTRY_KIND,
    ENTRY_ACCEPTED,
    ENTRY_EFFECTIVE,
    ENTRY_TEXT_HASH,
    ENTRY_LEAF_HASH,
    ENTRY_LEAF,
    POSTING_IDX,
    POSTING_LINE,
    POSTING_ACCOUNT,
    POSTING_OWNER,
    POSTING_EFFECTIVE,
    POSTING_AMOUNT,
    SUBJECT_SUBJECT,
    SUBJECT_IDX,
    TILE_LEVEL,
    TILE_NUMBER,
    TILE_HASHES_COLUMN,
    ERASURE_SUBJECT,
    ERASURE_PART,
};
static_assert(ERASURE_PART + 1 == STORE_COLUMNS, "one array each");

/*
 * The clock is read above the locked row: below it, it would be read before
 * the wait for the lock.
 *
 * A head that is not where it should be divides by zero, so that the COMMIT
 * behind it in the pipeline cannot happen.
 */
static const struct {
    const char *name, *sql;
} statements[] = {
    {"lock", "WITH locked AS MATERIALIZED ("
             " SELECT size, root, accepted_ms FROM head"
             " WHERE ledger_id = $1::int FOR UPDATE)"
             " SELECT size, root, accepted_ms,"
             " floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
             " AS clock_ms FROM locked"},
    {"texts", "SELECT text_hash, idx FROM entry"
              " WHERE ledger_id = $1::int AND text_hash = ANY ($2::bytea[])"},
    {"entry", "INSERT INTO entry (ledger_id, idx, kind, accepted_ms,"
              " effective, text_hash, leaf_hash, leaf)"
              " SELECT $1::int, * FROM unnest($2::bigint[], $3::smallint[],"
              " $4::bigint[], $5::date[], $6::bytea[], $7::bytea[],"
              " $8::bytea[])"},
    {"posting", "INSERT INTO posting (ledger_id, idx, line, account, owner,"
                " effective, amount)"
                " SELECT $1::int, * FROM unnest($2::bigint[], $3::smallint[],"
                " $4::smallint[], $5::uuid[], $6::date[], $7::bigint[])"},
    {"subject", "INSERT INTO subject (ledger_id, subject, idx)"
                " SELECT $1::int, * FROM unnest($2::uuid[], $3::bigint[])"},
    {"tile", "INSERT INTO tile (ledger_id, level, number, hashes)"
             " SELECT $1::int, * FROM unnest($2::smallint[], $3::bigint[],"
             " $4::bytea[])"},
    {"erasure", "INSERT INTO erasure (ledger_id, subject, part)"
                " SELECT $1::int, * FROM unnest($2::uuid[], $3::smallint[])"
                " ON CONFLICT DO NOTHING"},
    {"head", "WITH moved AS ("
             " UPDATE head SET size = $3::bigint, root = $4::bytea,"
             " accepted_ms = $5::bigint"
             " WHERE ledger_id = $1::int AND size = $2::bigint RETURNING 1)"
             " SELECT 1 / count(*) AS moved FROM moved"},
};

static bool prepare(struct db *db, struct error *error)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (!db_prepare(db, statements[i].name, statements[i].sql, error)) {
            db_close(db);
            return false;
        }
    return true;
}

bool store_append_open(struct store_append *append, const char *conninfo,
                       struct error *error)
{
    *append = (struct store_append){0};
    return db_open(&append->db, conninfo, error) && prepare(&append->db, error);
}

void store_append_close(struct store_append *append)
{
    db_close(&append->db);
    array_free(&append->texts);
    for (int i = 0; i < STORE_COLUMNS; i++)
        array_free(&append->columns[i]);
}

bool store_lock_send(struct store_append *append, int32_t ledger_id,
                     const struct hash *texts, size_t text_count,
                     struct error *error)
{
    struct db *db = &append->db;

    assert(!append->locking);
    array_start(&append->texts, OID_BYTEA);
    for (size_t i = 0; i < text_count; i++)
        array_bytes(&append->texts, texts[i].bytes, sizeof texts[i].bytes);
    if (!pipeline_send(db, "BEGIN", NO_PARAMS, error) ||
        !pipeline_send_prepared(db, "lock", PARAMS(param_int4(ledger_id)),
                                error))
        return false;
    if (text_count > 0 &&
        !pipeline_send_prepared(
            db, "texts",
            PARAMS(param_int4(ledger_id), array_param(&append->texts)), error))
        return false;
    if (!pipeline_sync(db, error))
        return false;
    append->locking = true;
    append->void_lock = false;
    append->text_count = text_count;
    return true;
}

static bool receive_head(struct db *db, struct store_head *head,
                         struct error *error)
{
    DB_RESULT(begun);
    DB_RESULT(rows);

    if (!pipeline_receive(db, &begun, error) ||
        !pipeline_receive(db, &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_ABSENT, "there is no such ledger");
    head->size = row_int(rows, 0, "size");
    row_fixed(rows, 0, "root", head->root.bytes, sizeof head->root.bytes);
    head->accepted.ms = row_int(rows, 0, "accepted_ms");
    head->clock.ms = row_int(rows, 0, "clock_ms");
    return true;
}

static bool receive_places(struct db *db, struct store_place *places,
                           size_t room, size_t *count, struct error *error)
{
    DB_RESULT(rows);

    if (!pipeline_receive(db, &rows, error))
        return false;
    *count = (size_t)PQntuples(rows);
    assert(*count <= room); /* Text hashes are unique. */
    for (int i = 0; i < PQntuples(rows); i++) {
        assert(places != NULL); /* There was room. */
        row_fixed(rows, i, "text_hash", places[i].text_hash.bytes,
                  sizeof places[i].text_hash.bytes);
        places[i].idx = row_int(rows, i, "idx");
    }
    return true;
}

bool store_lock_finish(struct store_append *append, struct store_head *head,
                       struct store_place *places, size_t *count,
                       struct error *error)
{
    struct db *db = &append->db;
    struct store_head found = {0};

    assert(append->locking && !append->writing);
    append->locking = false;
    *count = 0;
    if (append->void_lock)
        return fail(error, ERROR_STORE, "the batch before it failed");
    if (!receive_head(db, &found, error))
        return false;
    if (append->text_count > 0 &&
        !receive_places(db, places, append->text_count, count, error))
        return false;
    if (!pipeline_receive_sync(db, error))
        return false;
    *head = found;
    return true;
}

static void start(struct store_append *append)
{
    static const enum oid types[STORE_COLUMNS] = {
        OID_INT8,  OID_INT2,  OID_INT8,  OID_DATE, OID_BYTEA,
        OID_BYTEA, OID_BYTEA, OID_INT8,  OID_INT2, OID_INT2,
        OID_UUID,  OID_DATE,  OID_INT8,  OID_UUID, OID_INT8,
        OID_INT2,  OID_INT8,  OID_BYTEA, OID_UUID, OID_INT2,
    };

    for (int i = 0; i < STORE_COLUMNS; i++)
        array_start(&append->columns[i], types[i]);
}

static void put_entry(struct array *columns, const struct store_entry *entry)
{
    array_int(&columns[ENTRY_IDX], entry->idx);
    array_int(&columns[ENTRY_KIND], entry->kind);
    array_int(&columns[ENTRY_ACCEPTED], entry->accepted.ms);
    array_date(&columns[ENTRY_EFFECTIVE], entry->effective);
    array_bytes(&columns[ENTRY_TEXT_HASH], entry->text_hash.bytes,
                sizeof entry->text_hash.bytes);
    array_bytes(&columns[ENTRY_LEAF_HASH], entry->leaf_hash.bytes,
                sizeof entry->leaf_hash.bytes);
    array_bytes(&columns[ENTRY_LEAF], entry->leaf.bytes, entry->leaf.size);
}

static void put_posting(struct array *columns,
                        const struct store_posting *posting)
{
    array_int(&columns[POSTING_IDX], posting->idx);
    array_int(&columns[POSTING_LINE], posting->line);
    array_int(&columns[POSTING_ACCOUNT], posting->account);
    if (posting->owned)
        array_bytes(&columns[POSTING_OWNER], posting->owner, UUID_BYTES);
    else
        array_null(&columns[POSTING_OWNER]);
    array_date(&columns[POSTING_EFFECTIVE], posting->effective);
    array_int(&columns[POSTING_AMOUNT], amount_to_minor(posting->amount));
}

static void put_batch(struct array *columns, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        assert(batch->entries[i].idx == batch->old_size + (int64_t)i);
        put_entry(columns, &batch->entries[i]);
    }
    for (size_t i = 0; i < batch->posting_count; i++)
        put_posting(columns, &batch->postings[i]);
    for (size_t i = 0; i < batch->subject_count; i++) {
        array_bytes(&columns[SUBJECT_SUBJECT], batch->subjects[i].subject,
                    UUID_BYTES);
        array_int(&columns[SUBJECT_IDX], batch->subjects[i].idx);
    }
    for (size_t i = 0; i < batch->tile_count; i++) {
        array_int(&columns[TILE_LEVEL], batch->tiles[i].level);
        array_int(&columns[TILE_NUMBER], batch->tiles[i].number);
        array_bytes(&columns[TILE_HASHES_COLUMN], batch->tiles[i].hashes,
                    sizeof batch->tiles[i].hashes);
    }
    for (size_t i = 0; i < batch->erasure_count; i++) {
        array_bytes(&columns[ERASURE_SUBJECT], batch->erasures[i].subject,
                    UUID_BYTES);
        array_int(&columns[ERASURE_PART], batch->erasures[i].part);
    }
}

/* One INSERT of the columns from first to before end. */
static bool send_insert(struct store_append *append, const char *name,
                        int32_t ledger_id, int first, int end,
                        struct error *error)
{
    struct param params[STORE_COLUMNS + 1] = {param_int4(ledger_id)};
    size_t count = 1;

    if (append->columns[first].count == 0)
        return true;
    for (int i = first; i < end; i++)
        params[count++] = array_param(&append->columns[i]);
    if (!pipeline_send_prepared(&append->db, name, params, count, error))
        return false;
    append->statements++;
    return true;
}

static bool send_rows(struct store_append *append,
                      const struct store_batch *batch, struct error *error)
{
    int32_t ledger_id = batch->ledger_id;

    if (!send_insert(append, "entry", ledger_id, ENTRY_IDX, POSTING_IDX,
                     error) ||
        !send_insert(append, "posting", ledger_id, POSTING_IDX, SUBJECT_SUBJECT,
                     error) ||
        !send_insert(append, "subject", ledger_id, SUBJECT_SUBJECT, TILE_LEVEL,
                     error) ||
        !send_insert(append, "tile", ledger_id, TILE_LEVEL, ERASURE_SUBJECT,
                     error) ||
        !send_insert(append, "erasure", ledger_id, ERASURE_SUBJECT,
                     STORE_COLUMNS, error))
        return false;
    if (!pipeline_send_prepared(
            &append->db, "head",
            PARAMS(param_int4(ledger_id), param_int8(batch->old_size),
                   param_int8(batch->head.size), param_hash(&batch->head.root),
                   param_int8(batch->head.accepted.ms)),
            error))
        return false;
    append->statements++;
    PROBE(rows_sent);
    return pipeline_send(&append->db, "COMMIT", NO_PARAMS, error);
}

void store_write_send(struct store_append *append,
                      const struct store_batch *batch)
{
    struct error why = {0};

    assert(!append->locking && !append->writing);
    assert(batch->entry_count > 0);
    assert(batch->head.size == batch->old_size + (int64_t)batch->entry_count);
    append->writing = true;
    append->statements = 0;
    append->unsent = (struct error){0};
    append->db.doubtful = false;
    start(append);
    put_batch(append->columns, batch);
    if (!send_rows(append, batch, &append->unsent))
        return;
    if (!pipeline_sync(&append->db, &why)) /* With COMMIT already under way. */
        (void)fail(&append->unsent, ERROR_UNKNOWN, "COMMIT: %s", why.text);
    PROBE(commit_sent);
}

/* Why a statement before COMMIT failed, in the caller's terms. */
static bool refuse(const struct db_failure *failure, const struct error *why,
                   struct error *error)
{
    if (failure->fatal && *failure->sqlstate == '\0')
        return fail(error, ERROR_UNKNOWN, "COMMIT: %s", why->text);
    if (strcmp(failure->sqlstate, DIVISION_BY_ZERO) == 0)
        return fail(error, ERROR_CONFLICT, "the head has moved");
    if (strcmp(failure->sqlstate, UNIQUE_VIOLATION) == 0 &&
        strcmp(failure->constraint, "entry_enters_once") != 0)
        return fail_again(error, ERROR_CONFLICT, why);
    return fail_again(error, why->code, why);
}

/* Read all answers of the write, also those after a failure. */
static bool receive_write(struct store_append *append, struct error *error)
{
    struct db *db = &append->db;
    struct error ignored = {0}; /* Its outcome is known by then. */
    bool good = true;

    for (int i = 0; i < append->statements; i++) {
        struct error why = {0};
        DB_RESULT(none);

        if (!pipeline_receive(db, &none, &why) && good)
            good = refuse(&db->failure, &why, error);
    }
    if (good)
        good = pipeline_receive_commit(db, error);
    else {
        DB_RESULT(skipped);

        db_ignore(pipeline_receive(db, &skipped, &(struct error){0}));
    }
    db_ignore(pipeline_receive_sync(db, &ignored));
    return good;
}

bool store_write_finish(struct store_append *append, struct error *error)
{
    bool good;

    assert(append->writing);
    append->writing = false;
    if (append->unsent.code != ERROR_NONE)
        good = fail(error, append->unsent.code, "%s", append->unsent.text);
    else
        good = receive_write(append, error);
    append->void_lock = !good;
    return good;
}

bool store_abandon(struct store_append *append, struct error *error)
{
    bool reopened;

    append->locking = false;
    append->writing = false;
    return db_revive(&append->db, &reopened, error) &&
           (!reopened || prepare(&append->db, error));
}

/* Does the log have these entries of the batch, at their places? */
static bool compare(struct db *db, const struct store_batch *batch,
                    bool *first_in, bool *last_in, struct error *error)
{
    const struct store_entry *first = &batch->entries[0];
    const struct store_entry *last = &batch->entries[batch->entry_count - 1];
    DB_RESULT(rows);

    if (!db_query(db,
                  "SELECT coalesce(bool_or(idx = $2 AND leaf_hash = $3),"
                  " false) AS first_in,"
                  " coalesce(bool_or(idx = $4 AND leaf_hash = $5),"
                  " false) AS last_in"
                  " FROM entry WHERE ledger_id = $1 AND idx IN ($2, $4)",
                  PARAMS(param_int4(batch->ledger_id), param_int8(first->idx),
                         param_hash(&first->leaf_hash), param_int8(last->idx),
                         param_hash(&last->leaf_hash)),
                  &rows, error))
        return false;
    *first_in = row_bool(rows, 0, "first_in");
    *last_in = row_bool(rows, 0, "last_in");
    return true;
}

bool store_resolve(struct store_append *append, const struct store_batch *batch,
                   bool *in, struct error *error)
{
    struct error ignored = {0}; /* What is known stays known. */
    struct db *db = &append->db;
    struct store_head head;
    bool first_in, last_in;
    size_t none;

    append->locking = false;
    append->writing = false;
    db_close(db);
    if (!db_open(db, db->conninfo, error) || !prepare(db, error) ||
        !store_lock_send(append, batch->ledger_id, NULL, 0, error) ||
        !store_lock_finish(append, &head, NULL, &none, error) ||
        !compare(db, batch, &first_in, &last_in, error))
        return false;
    db_ignore(store_abandon(append, &ignored));
    if (first_in != last_in)
        return fail(error, ERROR_DOUBT,
                    "the log has a part of the batch from %" PRId64,
                    batch->old_size);
    *in = first_in;
    return true;
}
