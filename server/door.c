#include "server/door.h"
#include "server/clerk.h"
#include "server/node.h"
#include "server/teller.h"

#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

struct entry_lists *door_lists(void)
{
    static _Thread_local struct entry_lists lists;

    lists.used = 0;
    return &lists;
}

bool door_check_nfc(struct text json, struct error *error)
{
    uint8_t *normal;
    size_t size = 0, plain = 0;
    bool same;

    while (plain < json.size && (json.bytes[plain] & 0x80) == 0)
        plain++;
    if (plain == json.size)
        return true;
    normal = u8_normalize(UNINORM_NFC, (const uint8_t *)json.bytes, json.size,
                          NULL, &size);
    if (normal == NULL)
        abort();
    same = size == json.size && memcmp(normal, json.bytes, size) == 0;
    free(normal);
    if (!same)
        return fail(error, ERROR_SYNTAX,
                    "a text is not in Unicode normal form C");
    return true;
}

bool door_read_clock(struct ledger_host *host, const struct entry *entry,
                     const char *text, struct instant *clock,
                     struct error *error)
{
    const struct record_ledger *ledger;
    bool trial;

    host_read(host);
    ledger = state_ledger(host->at.base);
    trial = ledger != NULL ? ledger->trial
                           : entry->kind == ENTRY_ledger_open &&
                                 HAS(entry, ledger_open, trial) &&
                                 entry->ledger_open.trial;
    host_done(host);
    if (!trial)
        return fail(error, ERROR_REQUEST,
                    "only a trial ledger takes Terreau-Clock");
    if (!instant_read(clock, text, strlen(text)) &&
        !instant_read_ms(clock, text, strlen(text)))
        return fail(error, ERROR_REQUEST,
                    "Terreau-Clock is not an instant, as"
                    " 2026-03-09T08:15:00Z");
    return true;
}

/* ---- Signatures ---- */

static bool is_key_of(const char *origin, const struct signer *signer,
                      struct id party, const struct key *key)
{
    return id_equal(party, signer->party) &&
           signer_key_id(origin, party, key) == signer->key_id;
}

/* Keys that come with the entry which makes them known. */
static const struct key *own_key(const char *origin,
                                 const struct signer *signer,
                                 const struct entry *entry)
{
    const struct list *officers = &entry->ledger_open.officers;
    const struct object_officer *officer = officers->items;

    if (entry->kind == ENTRY_party_register &&
        HAS(entry, party_register, key) &&
        is_key_of(origin, signer, entry->party_register.party,
                  &entry->party_register.key))
        return &entry->party_register.key;
    if (entry->kind == ENTRY_key_add &&
        is_key_of(origin, signer, entry->key_add.party, &entry->key_add.key))
        return &entry->key_add.key;
    if (entry->kind != ENTRY_ledger_open)
        return NULL;
    if (signer->clerk)
        return &entry->ledger_open.clerk;
    for (uint32_t i = 0; i < officers->count; i++)
        if (is_key_of(origin, signer, officer[i].party, &officer[i].key))
            return &officer[i].key;
    return NULL;
}

bool door_verify(struct ledger_host *host, struct item *item,
                 const struct entry *entry, struct error *error)
{
    const struct envelope *envelope = &item->envelope;
    bool known[SIGNERS_MAX];

    host_read(host);
    for (size_t i = 0; i < envelope->signer_count; i++) {
        struct view view = {.state = host->at.base};

        known[i] = signer_key(&item->keys[i], &envelope->signers[i], &view);
    }
    host_done(host);
    for (size_t i = 0; i < envelope->signer_count; i++) {
        const struct key *own =
            known[i] ? NULL
                     : own_key(host->origin, &envelope->signers[i], entry);

        if (own != NULL)
            item->keys[i] = *own;
        if (!known[i] && own == NULL)
            continue; /* Its key may be on its way. */
        if (!note_verify(&envelope->note, i, &item->keys[i]))
            return fail(error, ERROR_SIGNATURE, "signature line %zu is wrong",
                        i + 1);
        item->verified[i] = true;
    }
    return true;
}

/* ---- Opening ---- */

/*
 * The operator made the row: the node's clerk agrees to keep this ledger, and
 * signs before the officers' lines.
 */
static struct item *add_clerk(struct ledger_host *host, const struct item *item,
                              struct error *error)
{
    struct text text = item->envelope.note.text;
    char *note = malloc(LEAF_BYTES_MAX);
    struct item *signed_item = NULL;
    size_t size, rest = item->size - text.size - 1;

    if (note == NULL)
        abort();
    size = clerk_note(host, note, LEAF_BYTES_MAX, text);
    if (size > 0 && rest <= LEAF_BYTES_MAX - size) {
        memcpy(note + size, item->bytes + text.size + 1, rest);
        signed_item = item_create(note, size + rest);
        if (!envelope_read(&signed_item->envelope, signed_item->bytes,
                           size + rest, host->origin, error)) {
            item_free(signed_item);
            signed_item = NULL;
        }
    } else {
        (void)fail(error, ERROR_SIZE, "the entry is too large");
    }
    free(note);
    return signed_item;
}

static bool is_signed_by_clerk(const struct envelope *envelope)
{
    for (size_t i = 0; i < envelope->signer_count; i++)
        if (envelope->signers[i].clerk)
            return true;
    return false;
}

/* A ledger.open for this node gets its clerk's line. */
static bool prepare_opening(struct ledger_host *host, struct item **item,
                            const struct entry *entry, struct error *error)
{
    struct item *with_clerk;

    if (entry->kind != ENTRY_ledger_open || host_size(host) > 0)
        return true;
    if (!host->node->has_clerk)
        return fail(error, ERROR_READ_ONLY, "this node has no clerk");
    if (!key_equal(&entry->ledger_open.clerk, &host->node->clerk_key)) {
        (void)memcpy(error->pointer, "/clerk", sizeof "/clerk");
        return fail(error, ERROR_FIELD,
                    "the clerk's key is not this node's (see keys)");
    }
    if (is_signed_by_clerk(&(*item)->envelope))
        return true;
    with_clerk = add_clerk(host, *item, error);
    if (with_clerk == NULL)
        return false;
    item_free(*item);
    *item = with_clerk;
    return true;
}

bool door_opens_ledger(struct node *node, const char *bytes, size_t size,
                       const char *origin)
{
    struct envelope *envelope = malloc(sizeof *envelope);
    struct error error = {0};
    struct entry entry;
    bool opens = false;

    if (envelope == NULL)
        abort();
    if (node->has_clerk &&
        envelope_read(envelope, bytes, size, origin, &error) &&
        entry_parse(&entry, door_lists(), envelope->json.bytes,
                    envelope->json.size, &error) &&
        entry.kind == ENTRY_ledger_open &&
        key_equal(&entry.ledger_open.clerk, &node->clerk_key))
        for (size_t i = 0; i < envelope->signer_count; i++)
            opens =
                opens || (envelope->signers[i].clerk &&
                          note_verify(&envelope->note, i, &node->clerk_key));
    free(envelope);
    return opens;
}

/* ---- The way in ---- */

/* What is wrong whatever the log says. */
static bool read_item(struct ledger_host *host, struct item **item,
                      struct entry *entry, const char *clock,
                      struct error *error)
{
    struct envelope *envelope = &(*item)->envelope;

    if (!envelope_read(envelope, (*item)->bytes, (*item)->size, host->origin,
                       error) ||
        !door_check_nfc(envelope->json, error) ||
        !entry_parse(entry, door_lists(), envelope->json.bytes,
                     envelope->json.size, error) ||
        !prepare_opening(host, item, entry, error))
        return false;
    /* The item may be another one now, with bytes of its own. */
    if (!entry_parse(entry, door_lists(), (*item)->envelope.json.bytes,
                     (*item)->envelope.json.size, error))
        return false;
    (*item)->kind = entry->kind;
    (*item)->has_clock = clock != NULL;
    return clock == NULL ||
           door_read_clock(host, entry, clock, &(*item)->clock, error);
}

bool door_enter(struct ledger_host *host, const struct submission *submission,
                struct error *error)
{
    struct item *item;
    struct items refused = {0};
    struct entry entry;

    if (submission->size > LEAF_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an entry has at most %d bytes",
                    LEAF_BYTES_MAX);
    item = item_create(submission->bytes, submission->size);
    if (!read_item(host, &item, &entry, submission->clock, error)) {
        item_free(item);
        return false;
    }
    item->done = submission->done;
    item->context = submission->context;
    item->brief = submission->brief;
    if (!host_is_writable(host, &item->error) ||
        !door_verify(host, item, &entry, &item->error)) {
        /* It may be in the log all the same: the teller looks. */
        items_push(&refused, item);
        teller_answer(host->teller, &refused);
        return true;
    }
    if (queue_push(&host->queue, item, error))
        return true;
    item_free(item);
    return false;
}
