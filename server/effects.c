#include "server/effects.h"
#include "server/door.h"
#include "server/node.h"
#include "server/reading.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trying {
    struct ledger_host *host;
    struct item *item;
    struct folder *folder;
    struct layer *layer;
    struct instant accepted;
};

static void trying_free(struct trying *trying)
{
    layer_free(trying->layer);
    folder_free(trying->folder);
    if (trying->item != NULL)
        item_free(trying->item);
}

/* Nobody has signed: put some line there, so that it reads as a note. */
static bool read_unsigned(struct trying *trying, const char *bytes, size_t size,
                          struct error *error)
{
    char name[NOTE_NAME_BYTES_MAX + 1], line[NOTE_SIGNATURE_CHARS_MAX];
    struct secret_key nobody;
    struct key key;
    struct item *item;
    size_t line_size;
    char *note;

    (void)crypto_sign_keypair(key.bytes, nobody.bytes);
    (void)snprintf(name, sizeof name, "%s/clerk", trying->host->origin);
    line_size = note_sign(line, name, bytes, size, &nobody);
    note = malloc(size + 1 + line_size);
    if (note == NULL)
        abort();
    memcpy(note, bytes, size);
    note[size] = '\n';
    memcpy(note + size + 1, line, line_size);
    item = item_create(note, size + 1 + line_size);
    free(note);
    trying->item = item;
    if (!envelope_read(&item->envelope, item->bytes, item->size,
                       trying->host->origin, error))
        return false;
    item->envelope.signer_count = 0;
    return true;
}

static bool has_lines(const char *bytes, size_t size)
{
    for (size_t i = 1; i < size; i++)
        if (bytes[i] == '\n' && bytes[i - 1] == '\n')
            return true;
    return false;
}

static bool read_note(struct trying *trying, const char *bytes, size_t size,
                      struct error *error)
{
    if (size > LEAF_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an entry has at most %d bytes",
                    LEAF_BYTES_MAX);
    if (!has_lines(bytes, size))
        return read_unsigned(trying, bytes, size, error);
    trying->item = item_create(bytes, size);
    return envelope_read(&trying->item->envelope, trying->item->bytes, size,
                         trying->host->origin, error);
}

static bool verify_line(void *context, size_t i, const struct key *key)
{
    const struct item *item = context;

    return (item->verified[i] && key_equal(&item->keys[i], key)) ||
           note_verify(&item->envelope.note, i, key);
}

/* The read lock is held.  True with ERROR_UNSIGNED, too. */
static bool try_fold(struct trying *trying, const struct state *base,
                     struct error *error)
{
    struct envelope *envelope = &trying->item->envelope;
    /* Nothing is written through a view but into its newest layer. */
    struct view view = {.state = trying->host->at.base,
                        .layers = {trying->layer},
                        .layer_count = 1};
    struct meta meta = {
        .origin = trying->host->origin,
        .index = trying->host->at.size,
        .accepted = trying->accepted,
        .signers = envelope->signers,
        .signer_count = envelope->signer_count,
        .verify = verify_line,
        .context = trying->item,
    };
    struct error why = {0};

    assert(base == view.state);
    trying->folder->outcome.missing[0] = '\0';
    if (fold_entry(&view, &trying->folder->entry, &meta,
                   &trying->folder->outcome, &why) ||
        why.code == ERROR_UNSIGNED)
        return true;
    *error = why;
    return false;
}

static json_t *describe_record(const struct wire *wire,
                               const struct record *before,
                               const struct record *after)
{
    const struct record_spec *spec = record_spec(after->type);
    struct wire plain = *wire;

    plain.state = NULL;
    return json_pack(
        "{s:s, s:o, s:o, s:o}", "record", spec->name, "id",
        spec->letter == 0 ? json_null() : wire_id(record_id(after)), "before",
        before == NULL ? json_null() : wire_record(&plain, before), "after",
        wire_record(&plain, after));
}

static json_t *describe_records(const struct wire *wire,
                                const struct state *base,
                                const struct layer *layer)
{
    json_t *list = json_array();

    for (size_t i = 0; i < layer->changed.count; i++) {
        const struct record *after = table_at(&layer->changed, i);
        const struct record *before = state_find(base, after->type, after->key);

        if (after->type != RECORD_undo && after->type != RECORD_unique &&
            after->type != RECORD_due)
            wire_append(list, describe_record(wire, before, after));
    }
    return list;
}

static json_t *describe_owner(const struct owner *owner)
{
    struct id id = {0};

    if (owner->type == RECORD_nobody)
        return json_null();
    id.letter = record_spec(owner->type)->letter;
    memcpy(id.bytes, owner->key.key, sizeof id.bytes);
    if (id.letter == 0)
        return json_string(record_spec(owner->type)->name);
    return wire_id(id);
}

static json_t *describe_postings(const struct wire *wire,
                                 const struct outcome *outcome)
{
    json_t *list = json_array();

    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];

        wire_append(list,
                    json_pack("{s:s, s:o, s:o}", "account",
                              account_spec(posting->account)->name, "owner",
                              describe_owner(&posting->owner), "amount",
                              wire_amount(wire, posting->amount)));
    }
    return list;
}

static json_t *describe(const struct trying *trying, const struct wire *wire,
                        const struct state *base)
{
    const struct outcome *outcome = &trying->folder->outcome;
    const char *kind = entry_spec(trying->folder->entry.kind)->name;

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", kind,
                     "text_hash", wire_hash(&trying->item->envelope.text_hash),
                     "accepted", wire_instant(wire, trying->accepted),
                     "effective", wire_date(wire, outcome->effective),
                     "records", describe_records(wire, base, trying->layer),
                     "postings", describe_postings(wire, outcome), "missing",
                     outcome->missing[0] == '\0'
                         ? json_null()
                         : json_string(outcome->missing));
}

static bool try_note(struct trying *trying, const struct request *request,
                     json_t **document, struct error *error)
{
    const char *clock = request->headers.terreau_clock;
    struct entry *entry = &trying->folder->entry;
    struct envelope *envelope = &trying->item->envelope;
    READING(reading);

    trying->accepted = node_now(trying->host->node);
    if (!door_check_nfc(envelope->json, error) ||
        !entry_parse(entry, &trying->folder->lists, envelope->json.bytes,
                     envelope->json.size, error) ||
        !door_verify(trying->host, trying->item, entry, error) ||
        (clock != NULL && !door_read_clock(trying->host, entry, clock,
                                           &trying->accepted, error)))
        return false;
    reading_hold(&reading, request, trying->host);
    if (trying->accepted.ms < reading.accepted.ms) {
        if (clock != NULL)
            return fail(error, ERROR_REQUEST,
                        "Terreau-Clock is before the last entry");
        trying->accepted = reading.accepted;
    }
    if (!try_fold(trying, reading.state, error))
        return false;
    *document = describe(trying, &reading.wire, reading.state);
    return true;
}

bool effects_of(const struct request *request, struct ledger_host *host,
                const char *bytes, size_t size, json_t **document,
                struct error *error)
{
    struct trying trying = {.host = host, .folder = folder_create()};
    uint8_t seed[16];
    bool done;

    randombytes_buf(seed, sizeof seed);
    trying.layer = layer_create(seed);
    done = read_note(&trying, bytes, size, error) &&
           try_note(&trying, request, document, error);
    trying_free(&trying);
    return done;
}
