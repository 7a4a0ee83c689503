#include "admin-cli/fsck.h"

#include "admin-cli/screen.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 };

/* What the leaves say the other tables must hold. */
struct expected {
    struct posting_row {
        int64_t idx;
        struct date effective;
        struct posting posting;
        int16_t line;
    } * postings; /* Of the chunk at hand. */
    size_t posting_count, posting_room, posting_seen;
    uint8_t subject_key[crypto_shorthash_KEYBYTES];
    uint64_t *subjects; /* For each entry a sum that order does not change. */
    size_t subject_room;
    struct hash *tiles[TILE_LEVELS]; /* Of full tiles, by number. */
    size_t tile_count[TILE_LEVELS];
};

struct fsck {
    struct db *db;
    const struct store_ledger *ledger;
    const struct fsck_trust *trust;
    struct fsck_report *report;
    struct auditor auditor;
    struct expected expected;
    struct tile_edge *edge;
    struct store_checkpoint *checkpoint; /* The next to be met. */
    bool has_checkpoint;
    struct note *note;
    char *bytes; /* Leaves of the chunk; the auditor's. */
    size_t used;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static bool differs(struct error *error, const char *table, int64_t index,
                    const char *what)
{
    return fail(error, ERROR_PROOF, "table %s, entry %" PRId64 ": %s", table,
                index, what);
}

/* ---- Entries ---- */

/* With a key of this run, so that no rows can be made that cancel out. */
static uint64_t subject_sum(const struct expected *expected,
                            const uint8_t subject[16], int64_t idx)
{
    uint8_t bytes[24], hash[crypto_shorthash_BYTES];
    uint64_t sum;

    memcpy(bytes, subject, 16);
    memcpy(bytes + 16, &idx, sizeof idx);
    (void)crypto_shorthash(hash, bytes, sizeof bytes, expected->subject_key);
    memcpy(&sum, hash, sizeof sum);
    return sum;
}

static void expect_postings(struct fsck *fsck, int64_t idx)
{
    struct expected *expected = &fsck->expected;
    const struct outcome *outcome = fsck->auditor.outcome;

    for (size_t i = 0; i < outcome->posting_count; i++) {
        if (expected->posting_count == expected->posting_room) {
            expected->posting_room = expected->posting_room * 2 + 1024;
            expected->postings = must(
                realloc(expected->postings,
                        expected->posting_room * sizeof expected->postings[0]));
        }
        expected->postings[expected->posting_count++] = (struct posting_row){
            idx, outcome->effective, outcome->postings[i], (int16_t)i};
    }
}

static void expect_subjects(struct fsck *fsck, int64_t idx)
{
    struct expected *expected = &fsck->expected;
    const struct outcome *outcome = fsck->auditor.outcome;

    assert((size_t)idx < expected->subject_room);
    for (size_t i = 0; i < outcome->subject_count; i++)
        expected->subjects[idx] +=
            subject_sum(expected, outcome->subjects[i].key.key, idx);
}

static void expect_tile(void *context, int level, uint64_t number,
                        const struct hash *hashes)
{
    struct expected *expected = context;
    size_t *count = &expected->tile_count[level];
    struct hash *hash;

    assert(*count == number);
    expected->tiles[level] =
        must(realloc(expected->tiles[level],
                     (*count + 1) * sizeof expected->tiles[level][0]));
    hash = &expected->tiles[level][(*count)++];
    (void)crypto_generichash(hash->bytes, sizeof hash->bytes,
                             (const uint8_t *)hashes, TILE_BYTES, NULL, 0);
}

static bool compare_columns(const struct fsck *fsck,
                            const struct store_entry *row, struct error *error)
{
    const struct auditor *auditor = &fsck->auditor;

    if (row->kind != (int16_t)auditor->entry.kind)
        return differs(error, "entry", row->idx, "kind differs from the leaf");
    if (row->accepted.ms != auditor->state->accepted.ms)
        return differs(error, "entry", row->idx,
                       "accepted_ms differs from the leaf");
    if (row->effective.days != auditor->outcome->effective.days)
        return differs(error, "entry", row->idx,
                       "effective differs from the leaf");
    if (!hash_equal(&row->text_hash, &auditor->envelope->text_hash))
        return differs(error, "entry", row->idx,
                       "text_hash differs from the leaf");
    if (!hash_equal(&row->leaf_hash, &auditor->leaf_hash))
        return differs(error, "entry", row->idx,
                       "leaf_hash differs from the leaf");
    return true;
}

/* ---- Checkpoints ---- */

static bool next_checkpoint(struct fsck *fsck, int64_t from,
                            struct error *error)
{
    struct error why = {0};

    fsck->has_checkpoint = store_checkpoint_from(
        fsck->db, fsck->ledger->ledger_id, from, fsck->checkpoint, &why);
    if (fsck->has_checkpoint || why.code == ERROR_ABSENT)
        return true;
    *error = why;
    return false;
}

static bool bad_checkpoint(const struct fsck *fsck, const char *what,
                           struct error *error)
{
    return fail(error, ERROR_PROOF,
                "table checkpoint, size %" PRId64 ", entry %" PRId64 ": %s",
                fsck->checkpoint->size, fsck->checkpoint->size - 1, what);
}

/* The checkpoint whose size the tree has just reached. */
static bool check_checkpoint(struct fsck *fsck, struct error *error)
{
    const struct store_checkpoint *row = fsck->checkpoint;
    struct hash root = tree_root(&fsck->auditor.tree);
    struct checkpoint checkpoint;
    struct error why = {0};

    if (!note_parse(fsck->note, row->note, row->note_size, &why) ||
        !checkpoint_read(&checkpoint, fsck->note->text, &why))
        return bad_checkpoint(fsck, why.text, error);
    if (!hash_equal(&root, &row->root) || !hash_equal(&root, &checkpoint.root))
        return bad_checkpoint(fsck, "root differs from the leaves", error);
    if (checkpoint.size != (uint64_t)row->size ||
        strcmp(checkpoint.origin, fsck->ledger->origin) != 0)
        return bad_checkpoint(fsck, "note is of another log or size", error);
    if (fsck->trust->keys != NULL &&
        !fsck_lines(fsck->note, fsck->ledger->origin, fsck->trust->keys, &why))
        return bad_checkpoint(fsck, why.text, error);
    fsck->report->checkpoints++;
    return next_checkpoint(fsck, row->size + 1, error);
}

/* What was signed here last is part of the log. */
static bool check_signed_last(const struct fsck *fsck, struct error *error)
{
    const struct highwater *last = fsck->trust->signed_last;
    struct hash root = tree_root(&fsck->auditor.tree);

    if (last == NULL || last->sequence == 0 ||
        last->size != fsck->auditor.state->size ||
        hash_equal(&last->root, &root))
        return true;
    return differs(error, "entry", last->size - 1,
                   "another root was signed here last");
}

/* ---- The walk ---- */

static bool read_entry(void *context, const struct store_entry *row,
                       struct error *error)
{
    struct fsck *fsck = context;
    struct auditor *auditor = &fsck->auditor;
    char *leaf = fsck->bytes + fsck->used;
    struct error why = {0};

    assert(row->leaf.size <= LEAF_BYTES_MAX);
    memcpy(leaf, row->leaf.bytes, row->leaf.size);
    fsck->used += row->leaf.size;
    if (!auditor_leaf(auditor, leaf, row->leaf.size, &why))
        return fail(error, ERROR_PROOF, "table entry, leaf: %s", why.text);
    if (!compare_columns(fsck, row, error))
        return false;
    expect_postings(fsck, row->idx);
    expect_subjects(fsck, row->idx);
    tile_edge_append(fsck->edge, (uint64_t)row->idx, &auditor->leaf_hash,
                     expect_tile, &fsck->expected);
    fsck->report->entries++;
    return true;
}

static bool same_posting(const struct posting_row *expected,
                         const struct store_posting *row)
{
    bool owned = expected->posting.owner.type != RECORD_nobody;

    return expected->idx == row->idx && expected->line == row->line &&
           (int16_t)expected->posting.account == row->account &&
           owned == row->owned &&
           (!owned || memcmp(expected->posting.owner.key.key, row->owner,
                             UUID_BYTES) == 0) &&
           expected->effective.days == row->effective.days &&
           amount_equal(expected->posting.amount, row->amount);
}

static bool read_posting(void *context, const struct store_posting *row,
                         struct error *error)
{
    struct fsck *fsck = context;
    struct expected *expected = &fsck->expected;

    if (expected->posting_seen == expected->posting_count)
        return differs(error, "posting", row->idx,
                       "a line that the entry does not post");
    if (!same_posting(&expected->postings[expected->posting_seen], row)) {
        int64_t idx = expected->postings[expected->posting_seen].idx;

        return differs(error, "posting", idx < row->idx ? idx : row->idx,
                       "a line differs from what the entry posts");
    }
    expected->posting_seen++;
    fsck->report->postings++;
    return true;
}

static bool check_postings(struct fsck *fsck, int64_t from, int64_t until,
                           struct error *error)
{
    struct expected *expected = &fsck->expected;

    expected->posting_seen = 0;
    if (!store_postings(
            fsck->db, fsck->ledger->ledger_id, from, until,
            (struct store_each){.context = fsck, .posting = read_posting},
            error))
        return false;
    if (expected->posting_seen < expected->posting_count)
        return differs(error, "posting",
                       expected->postings[expected->posting_seen].idx,
                       "a line that the entry posts is missing");
    expected->posting_count = 0;
    return true;
}

/* Where a range ends: after CHUNK, where a checkpoint is, or what was signed
 * here last. */
static int64_t range_end(const struct fsck *fsck, int64_t at, int64_t size)
{
    const struct highwater *last = fsck->trust->signed_last;
    int64_t until = at + CHUNK < size ? at + CHUNK : size;

    if (fsck->has_checkpoint && fsck->checkpoint->size > at &&
        fsck->checkpoint->size < until)
        until = fsck->checkpoint->size;
    if (last != NULL && last->size > at && last->size < until)
        until = last->size;
    return until;
}

static bool read_range(struct fsck *fsck, int64_t from, int64_t until,
                       struct error *error)
{
    struct error why = {0};

    fsck->bytes = must(malloc((size_t)CHUNK * LEAF_BYTES_MAX));
    fsck->used = 0;
    auditor_bundle(&fsck->auditor, fsck->bytes);
    if (!store_entries(
            fsck->db, fsck->ledger->ledger_id, from, until,
            (struct store_each){.context = fsck, .entry = read_entry}, &why)) {
        if (why.code == ERROR_ABSENT)
            return fail(error, ERROR_PROOF, "table entry: %s", why.text);
        *error = why;
        return false;
    }
    if (!check_postings(fsck, from, until, error) ||
        !check_signed_last(fsck, error))
        return false;
    return !fsck->has_checkpoint || fsck->checkpoint->size != until ||
           check_checkpoint(fsck, error);
}

static bool read_entries(struct fsck *fsck, int64_t size, struct error *error)
{
    int64_t at = 0;

    if (!next_checkpoint(fsck, 0, error))
        return false;
    if (fsck->has_checkpoint && fsck->checkpoint->size == 0 &&
        !check_checkpoint(fsck, error))
        return false;
    while (at < size) {
        int64_t until = range_end(fsck, at, size);

        if (!read_range(fsck, at, until, error))
            return false;
        at = until;
        screen_progress("entries", (size_t)at, (size_t)size);
    }
    if (fsck->has_checkpoint)
        return bad_checkpoint(fsck, "the log is shorter than that", error);
    return true;
}

static bool check_head(struct fsck *fsck, const struct store_head *head,
                       struct error *error)
{
    struct hash root = tree_root(&fsck->auditor.tree);

    if (!hash_equal(&root, &head->root))
        return differs(error, "head", head->size - 1,
                       "root differs from the leaves");
    if (head->accepted.ms != fsck->auditor.state->accepted.ms)
        return differs(error, "head", head->size - 1,
                       "accepted_ms differs from the last leaf");
    return true;
}

/* Before the walk: as many entries as head says and as were signed here. */
static bool check_size(struct fsck *fsck, const struct store_head *head,
                       struct error *error)
{
    const struct highwater *signed_last = fsck->trust->signed_last;
    int64_t last;

    if (!store_entry_last(fsck->db, fsck->ledger->ledger_id, &last, error))
        return false;
    if (last != head->size - 1)
        return differs(error, "head", last < head->size ? last + 1 : head->size,
                       "size differs from the entries there are");
    if (signed_last != NULL && signed_last->size > head->size)
        return fail(error, ERROR_PROOF,
                    "table entry, entry %" PRId64 ": missing: a checkpoint of "
                    "%" PRId64 " entries was signed here",
                    head->size, signed_last->size);
    return true;
}

static bool read_subject(void *context, const struct store_subject *row,
                         struct error *error)
{
    struct fsck *fsck = context;

    if (row->idx < 0 || row->idx >= fsck->auditor.state->size)
        return differs(error, "subject", row->idx,
                       "a row of an entry that is not there");
    fsck->expected.subjects[row->idx] -=
        subject_sum(&fsck->expected, row->subject, row->idx);
    fsck->report->subjects++;
    return true;
}

static bool check_subjects(struct fsck *fsck, struct error *error)
{
    if (!store_subjects(
            fsck->db, fsck->ledger->ledger_id,
            (struct store_each){.context = fsck, .subject = read_subject},
            error))
        return false;
    for (int64_t i = 0; i < fsck->auditor.state->size; i++)
        if (fsck->expected.subjects[i] != 0)
            return differs(error, "subject", i,
                           "rows differ from what the entry touches");
    return true;
}

static bool read_tile(void *context, const struct store_tile *row,
                      struct error *error)
{
    struct fsck *fsck = context;
    const struct expected *expected = &fsck->expected;
    int64_t index =
        row->level == TILE_LEVELS - 1
            ? 0
            : (int64_t)((uint64_t)row->number << (8 * row->level + 8));
    struct hash hash;

    (void)crypto_generichash(hash.bytes, sizeof hash.bytes,
                             (const uint8_t *)row->hashes, TILE_BYTES, NULL, 0);
    if ((uint64_t)row->number >= expected->tile_count[row->level] ||
        !hash_equal(&hash, &expected->tiles[row->level][row->number]))
        return differs(error, "tile", index, "hashes differ from the leaves");
    fsck->report->tiles++;
    return true;
}

static bool check_tiles(struct fsck *fsck, struct error *error)
{
    int64_t count = 0;

    if (!store_tiles(fsck->db, fsck->ledger->ledger_id,
                     (struct store_each){.context = fsck, .tile = read_tile},
                     error))
        return false;
    for (int level = 0; level < TILE_LEVELS; level++)
        count += (int64_t)fsck->expected.tile_count[level];
    if (count == fsck->report->tiles)
        return true;
    return differs(error, "tile", 0, "a full tile is missing");
}

static bool check_all(struct fsck *fsck, struct error *error)
{
    struct store_head head;
    struct error why = {0};

    if (!store_head(fsck->db, fsck->ledger->ledger_id, &head, &why)) {
        if (why.code == ERROR_ABSENT)
            return differs(error, "head", 0, "the row is missing");
        *error = why;
        return false;
    }
    if (!check_size(fsck, &head, error))
        return false;
    fsck->expected.subject_room = (size_t)head.size + 1;
    fsck->expected.subjects = must(
        calloc(fsck->expected.subject_room, sizeof fsck->expected.subjects[0]));
    if (!check_postings(fsck, INT64_MIN, 0, error) ||
        !read_entries(fsck, head.size, error) ||
        !auditor_finish(&fsck->auditor, error))
        return false;
    fsck->report->signatures = verifier_checked(fsck->auditor.verifier);
    return check_head(fsck, &head, error) &&
           check_postings(fsck, head.size, INT64_MAX, error) &&
           check_subjects(fsck, error) && check_tiles(fsck, error) &&
           fsck_signed(fsck->db, fsck->ledger, fsck->trust->policy,
                       fsck->report, error);
}

bool fsck_ledger(struct db *db, const struct store_ledger *ledger,
                 const struct fsck_trust *trust, struct fsck_report *report,
                 struct error *error)
{
    struct fsck fsck = {
        .db = db, .ledger = ledger, .trust = trust, .report = report};
    bool good;

    memset(report, 0, sizeof *report);
    crypto_shorthash_keygen(fsck.expected.subject_key);
    fsck.edge = must(calloc(1, sizeof *fsck.edge));
    fsck.note = must(calloc(1, sizeof *fsck.note));
    fsck.checkpoint = must(calloc(1, sizeof *fsck.checkpoint));
    auditor_start(&fsck.auditor, ledger->origin, 2);
    good = check_all(&fsck, error);
    auditor_end(&fsck.auditor);
    for (int level = 0; level < TILE_LEVELS; level++)
        free(fsck.expected.tiles[level]);
    free(fsck.expected.subjects);
    free(fsck.expected.postings);
    free(fsck.checkpoint);
    free(fsck.note);
    free(fsck.edge);
    return good;
}
