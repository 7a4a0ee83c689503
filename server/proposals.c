#include "server/proposals.h"
#include "server/host.h"
#include "server/log.h"
#include "server/node.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Signature lines, ordered by name and key ID, each once. */
struct line {
    struct text name;
    uint32_t key_id;
    struct text line; /* With its newline. */
};
struct gathering {
    struct line lines[2 * NOTE_LINES_MAX];
    size_t count;
    char *bytes; /* Copies; LEAF_BYTES_MAX of them. */
    size_t used;
    char text[TEXT_BYTES_MAX];
    size_t text_size;
};

static int compare_lines(const struct line *a, const struct line *b)
{
    size_t common = a->name.size < b->name.size ? a->name.size : b->name.size;
    int order = memcmp(a->name.bytes, b->name.bytes, common);

    if (order == 0 && a->name.size != b->name.size)
        order = a->name.size < b->name.size ? -1 : 1;
    if (order == 0 && a->key_id != b->key_id)
        order = a->key_id < b->key_id ? -1 : 1;
    return order;
}

/* Insert in order; the one that is there already stands. */
static bool gather(struct gathering *gathering, struct text name,
                   uint32_t key_id, struct text line)
{
    struct line fresh = {.key_id = key_id};
    size_t at = 0;
    char *copy = gathering->bytes + gathering->used;

    fresh.name = name;
    while (at < gathering->count &&
           compare_lines(&gathering->lines[at], &fresh) < 0)
        at++;
    if (at < gathering->count &&
        compare_lines(&gathering->lines[at], &fresh) == 0)
        return true;
    if (gathering->count == SIGNERS_MAX ||
        gathering->used + name.size + line.size > LEAF_BYTES_MAX)
        return false;
    memcpy(copy, name.bytes, name.size);
    memcpy(copy + name.size, line.bytes, line.size);
    fresh.name.bytes = copy;
    fresh.line = (struct text){copy + name.size, line.size};
    gathering->used += name.size + line.size;
    memmove(&gathering->lines[at + 1], &gathering->lines[at],
            (gathering->count - at) * sizeof fresh);
    gathering->lines[at] = fresh;
    gathering->count++;
    return true;
}

static struct gathering *gathering_create(void)
{
    struct gathering *gathering = calloc(1, sizeof *gathering);

    if (gathering == NULL)
        abort();
    gathering->bytes = malloc(LEAF_BYTES_MAX);
    if (gathering->bytes == NULL)
        abort();
    return gathering;
}

static void gathering_free(struct gathering *gathering)
{
    free(gathering->bytes);
    free(gathering);
}

static size_t write_note(const struct gathering *gathering, struct text text,
                         char *out, size_t room)
{
    size_t size = text.size + 1;

    if (size > room)
        return 0;
    memcpy(out, text.bytes, text.size);
    out[text.size] = '\n';
    for (size_t i = 0; i < gathering->count; i++) {
        struct text line = gathering->lines[i].line;

        if (size + line.size > room)
            return 0;
        memcpy(out + size, line.bytes, line.size);
        size += line.size;
    }
    return size;
}

/* From the name's start back over "— ", to the end of the blob. */
static struct text whole_line(const struct note_line *line)
{
    const char *start = line->name.bytes - 4;
    const char *end = line->blob.bytes + line->blob.size + 1;

    assert(memcmp(start, "\xe2\x80\x94 ", 4) == 0 && end[-1] == '\n');
    return (struct text){start, (uint32_t)(end - start)};
}

static bool key_is_revoked(const struct ledger_host *host, struct id party,
                           uint32_t key_id)
{
    const struct state *base = host->at.base;
    const struct record *owner = state_find_id(base, party);

    if (owner != NULL && owner->state != STATE_party_ACTIVE)
        return true; /* Forgotten, with all their keys. */
    for (size_t i = 0; i < state_count(base, RECORD_key); i++) {
        const struct record_key *key =
            (const void *)state_at(base, RECORD_key, i);

        if (key->head.state == STATE_key_REVOKED &&
            id_equal(key->party, party) &&
            signer_key_id(host->origin, party, &key->key) == key_id)
            return true;
    }
    return false;
}

/* A key that was revoked since would spoil the others' signatures. */
static bool line_counts(struct ledger_host *host, struct text name,
                        uint32_t key_id)
{
    const size_t prefix = strlen(host->origin) + 1;
    struct id party;
    bool counts;

    if (name.size <= prefix ||
        !id_read(&party, name.bytes + prefix, name.size - prefix))
        return true; /* The clerk's. */
    host_read(host);
    counts = !key_is_revoked(host, party, key_id);
    host_done(host);
    return counts;
}

struct reading {
    struct ledger_host *host;
    struct gathering *gathering;
};

static bool each_signature(void *context, const struct store_signature *row,
                           struct error *error)
{
    struct reading *reading = context;

    if (!line_counts(reading->host, row->name, row->key_id))
        return true;
    if (!gather(reading->gathering, row->name, row->key_id, row->line))
        return fail(error, ERROR_SIZE, "an entry has at most %d signatures",
                    SIGNERS_MAX);
    return true;
}

static bool keep_rows(struct db *db, struct ledger_host *host,
                      const struct item *item, struct error *error)
{
    const struct envelope *envelope = &item->envelope;

    if (!store_proposal_insert(db, host->ledger_id, &envelope->text_hash,
                               envelope->note.text, error))
        return false;
    for (size_t i = 0; i < envelope->note.line_count; i++) {
        const struct note_line *line = &envelope->note.lines[i];
        struct store_signature row = {line->name, line->key_id,
                                      whole_line(line)};

        if (!store_proposal_sign(db, host->ledger_id, &envelope->text_hash,
                                 &row, error))
            return false;
    }
    return true;
}

/* The same entry again, with the lines of others. */
static bool queue_merged(struct ledger_host *host, const struct item *item,
                         const struct gathering *gathering, struct error *error)
{
    char *note = malloc(LEAF_BYTES_MAX);
    struct item *merged;
    size_t size;

    if (note == NULL)
        abort();
    size =
        write_note(gathering, item->envelope.note.text, note, LEAF_BYTES_MAX);
    merged = item_create(note, size);
    free(note);
    merged->done = item->done;
    merged->context = item->context;
    merged->brief = item->brief;
    merged->kind = item->kind;
    merged->has_clock = item->has_clock;
    merged->clock = item->clock;
    merged->is_merged = true;
    if (envelope_read(&merged->envelope, merged->bytes, size, host->origin,
                      error) &&
        queue_push(&host->queue, merged, error))
        return true;
    item_free(merged);
    return false;
}

bool proposals_keep(struct ledger_host *host, struct item *item)
{
    struct gathering *gathering = gathering_create();
    struct reading reading = {host, gathering};
    struct error error = {0};
    bool kept, queued = false;
    POOL_LOAN(loan);

    for (size_t i = 0; i < item->envelope.note.line_count; i++) {
        const struct note_line *line = &item->envelope.note.lines[i];

        (void)gather(gathering, line->name, line->key_id, whole_line(line));
    }
    kept = pool_borrow(&host->node->pool, &loan, &error) &&
           keep_rows(loan.db, host, item, &error) &&
           store_proposal_signatures(loan.db, host->ledger_id,
                                     &item->envelope.text_hash, each_signature,
                                     &reading, &error);
    if (kept && gathering->count > item->envelope.note.line_count)
        queued = queue_merged(host, item, gathering, &error);
    gathering_free(gathering);
    if (!queued && error.code != ERROR_NONE)
        item->error = error;
    if (queued)
        item_free(item);
    return queued;
}

void proposals_forget(struct ledger_host *host, const struct hash *text_hash)
{
    struct error error = {0};
    POOL_LOAN(loan);

    if (!pool_borrow(&host->node->pool, &loan, &error) ||
        !store_proposal_delete(loan.db, host->ledger_id, text_hash, &error))
        log_event(LOG_WARNING, "proposal", "%s: %s", host->name, error.text);
}

static bool each_proposal(void *context, const struct store_proposal *row,
                          struct error *error)
{
    struct reading *reading = context;

    if (row->text.size > sizeof reading->gathering->text)
        return fail(error, ERROR_SIZE, "the proposal is too large");
    memcpy(reading->gathering->text, row->text.bytes, row->text.size);
    reading->gathering->text_size = row->text.size;
    return true;
}

/* Signature lines that come alone, behind the proposal's text. */
static bool gather_lines(struct gathering *gathering, struct text text,
                         struct text lines, struct error *error)
{
    size_t size = text.size + 1 + lines.size;
    char *bytes;
    struct note *note;
    bool good;

    if (lines.size > LEAF_BYTES_MAX)
        return fail(error, ERROR_SIZE, "these are too many lines");
    bytes = malloc(size);
    note = malloc(sizeof *note);
    if (bytes == NULL || note == NULL)
        abort();
    memcpy(bytes, text.bytes, text.size);
    bytes[text.size] = '\n';
    memcpy(bytes + text.size + 1, lines.bytes, lines.size);
    good = note_parse(note, bytes, size, error);
    if (good && note->text.size != text.size)
        good = fail(error, ERROR_NOTE, "send signature lines and no more");
    for (size_t i = 0; good && i < note->line_count; i++)
        if (!gather(gathering, note->lines[i].name, note->lines[i].key_id,
                    whole_line(&note->lines[i])))
            good = fail(error, ERROR_SIZE, "an entry has at most %d signatures",
                        SIGNERS_MAX);
    free(note);
    free(bytes);
    return good;
}

size_t proposals_note(struct ledger_host *host, const struct hash *text_hash,
                      struct text lines, char *out, size_t room,
                      struct error *error)
{
    struct gathering *gathering = gathering_create();
    struct reading reading = {host, gathering};
    struct text text = {gathering->text, 0};
    size_t size = 0;
    bool good;
    POOL_LOAN(loan);

    good = pool_borrow(&host->node->pool, &loan, error) &&
           store_proposal_get(loan.db, host->ledger_id, text_hash,
                              each_proposal, &reading, error);
    text.size = (uint32_t)gathering->text_size;
    /* The new ones first: a line that is wrong shows as theirs. */
    good = good &&
           (lines.size == 0 || gather_lines(gathering, text, lines, error)) &&
           store_proposal_signatures(loan.db, host->ledger_id, text_hash,
                                     each_signature, &reading, error);
    if (good) {
        size = write_note(gathering, text, out, room);
        if (size == 0)
            (void)fail(error, ERROR_SIZE, "the entry is too large");
    }
    gathering_free(gathering);
    return size;
}
