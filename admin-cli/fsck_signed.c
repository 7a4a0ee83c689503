#include "admin-cli/fsck.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fsck_lines(const struct note *note, const char *origin,
                const struct log_keys *keys, struct error *error)
{
    const struct key *key;

    for (size_t i = 0; i < note->line_count; i++) {
        bool good = false;

        for (size_t j = 0; !good && (key = log_keys_at(keys, j)) != NULL; j++)
            good = text_is(note->lines[i].name, origin) &&
                   note_verify(note, i, key);
        if (!good)
            return fail(error, ERROR_SIGNATURE,
                        "signature %zu is not right by a key of the log",
                        i + 1);
    }
    return true;
}

struct signed_rows {
    const struct policy *policy;
    struct fsck_report *report;
    struct note *note;
    char bytes[STORE_NOTE_BYTES_MAX + STORE_LINE_BYTES_MAX];
};

static bool differs(const struct store_cosignature *row, const char *what,
                    struct error *error)
{
    return fail(error, ERROR_PROOF,
                "table cosignature, size %" PRId64 ", witness %.*s, stamp "
                "%" PRId64 ", entry %" PRId64 ": %s",
                row->size, (int)row->witness.size, row->witness.bytes,
                row->stamp, row->size - 1, what);
}

/* The seconds in a cosignature: after the key ID, big-endian. */
static bool stamp_read(uint64_t *stamp, struct text blob)
{
    enum { KEY_ID = 4, STAMP = 8 };
    uint8_t bytes[KEY_ID + STAMP + SIGNATURE_BYTES];
    size_t size;

    if (!base64_read(bytes, sizeof bytes, &size, blob.bytes, blob.size) ||
        size != sizeof bytes)
        return false;
    *stamp = 0;
    for (int i = 0; i < STAMP; i++)
        *stamp = *stamp << 8 | bytes[KEY_ID + i];
    return true;
}

/* Is the last line right, as far as we know its witness?  A note that has
 * another key's line of that name says nothing. */
static bool opens(const struct signed_rows *rows, struct error *error)
{
    const struct policy *policy = rows->policy;

    for (size_t i = 0; policy != NULL && i < policy->witness_count; i++) {
        const struct vkey *vkey = &policy->witnesses[i].vkey;

        if (note_line_is_by(rows->note, rows->note->line_count - 1, vkey) &&
            !note_opens(rows->note, vkey, NULL, error))
            return false;
    }
    return true;
}

static bool read_cosignature(void *context, const struct store_cosignature *row,
                             struct text checkpoint, struct error *error)
{
    struct signed_rows *rows = context;
    const struct note_line *line;
    struct error why = {0};
    uint64_t stamp;

    if (checkpoint.size == 0)
        return differs(row, "there is no checkpoint of that size", error);
    if (checkpoint.size + row->line.size > sizeof rows->bytes)
        return differs(row, "it is too long", error);
    memcpy(rows->bytes, checkpoint.bytes, checkpoint.size);
    memcpy(rows->bytes + checkpoint.size, row->line.bytes, row->line.size);
    if (!note_parse(rows->note, rows->bytes, checkpoint.size + row->line.size,
                    &why))
        return differs(row, why.text, error);
    line = &rows->note->lines[rows->note->line_count - 1];
    if (line->name.size != row->witness.size ||
        memcmp(line->name.bytes, row->witness.bytes, line->name.size) != 0)
        return differs(row, "the line has another name", error);
    if (!stamp_read(&stamp, line->blob) || stamp != (uint64_t)row->stamp)
        return differs(row, "the line has another time", error);
    if (!opens(rows, &why))
        return differs(row, why.text, error);
    rows->report->cosignatures++;
    return true;
}

bool fsck_signed(struct db *db, const struct store_ledger *ledger,
                 const struct policy *policy, struct fsck_report *report,
                 struct error *error)
{
    struct signed_rows *rows = calloc(1, sizeof *rows);
    int64_t epoch;
    bool good;

    assert(rows != NULL);
    rows->policy = policy;
    rows->report = report;
    rows->note = calloc(1, sizeof *rows->note);
    assert(rows->note != NULL);
    good = store_cosignatures_all(db, ledger->ledger_id, read_cosignature, rows,
                                  error);
    free(rows->note);
    free(rows);
    if (!good || !store_signer_gap(db, ledger->ledger_id, &epoch, error))
        return false;
    return epoch == 0 ||
           fail(error, ERROR_PROOF,
                "table signer, epoch %" PRId64 ": epochs before it are missing",
                epoch);
}

bool fsck_strays(struct db *db, struct error *error)
{
    struct store_stray stray;
    struct error why = {0};

    if (store_stray(db, &stray, &why))
        return fail(error, ERROR_PROOF,
                    "table %s, ledger %" PRId32 ", row of %" PRId64
                    ": there is no such ledger",
                    stray.table, stray.ledger_id, stray.at);
    if (why.code == ERROR_ABSENT)
        return true;
    *error = why;
    return false;
}
