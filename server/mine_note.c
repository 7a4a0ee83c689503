/* What the clerk says for somebody who proved an e-mail address. */
#include "server/clerk.h"
#include "server/door.h"
#include "server/mine.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

static void start(struct entry *entry, enum entry_kind kind)
{
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->common.kind = (uint16_t)kind;
    randombytes_buf(entry->common.nonce.bytes,
                    sizeof entry->common.nonce.bytes);
    GIVE(entry, common, kind);
    GIVE(entry, common, nonce);
}

static size_t sign(struct ledger_host *host, const struct entry *entry,
                   char out[static MINE_NOTE_BYTES])
{
    char json[2048], text[2560];
    size_t size = entry_write(json, sizeof json, entry);

    size = entry_text_write(text, sizeof text, host->origin, json, size);
    assert(size > 0);
    size = clerk_note(host, out, MINE_NOTE_BYTES,
                      (struct text){text, (uint32_t)size});
    assert(size > 0);
    return size;
}

size_t mine_erase_note(struct ledger_host *host, struct id party, bool all,
                       char out[static MINE_NOTE_BYTES])
{
    struct entry entry;

    start(&entry, ENTRY_party_erase);
    entry.party_erase.basis = ERASE_REQUEST;
    entry.party_erase.party = party;
    entry.party_erase.scope = all ? ERASE_ALL : ERASE_CONTACT;
    GIVE(&entry, party_erase, basis);
    GIVE(&entry, party_erase, party);
    GIVE(&entry, party_erase, scope);
    return sign(host, &entry, out);
}

static bool fold_note(const struct view *view, const struct ledger_host *host,
                      struct folder *folder, const char *note, size_t size,
                      struct error *error)
{
    struct envelope *envelope = &folder->envelope;
    struct meta meta = {.origin = host->origin,
                        .index = host->at.size,
                        .accepted = node_now(host->node),
                        .signers = envelope->signers,
                        .verify = line_is_trusted};

    if (meta.accepted.ms < host->at.accepted.ms)
        meta.accepted = host->at.accepted;
    if (!envelope_read(envelope, note, size, host->origin, error))
        return false;
    meta.signer_count = envelope->signer_count;
    folder->lists.used = 0;
    return entry_parse(&folder->entry, &folder->lists, envelope->json.bytes,
                       envelope->json.size, error) &&
           fold_entry(view, &folder->entry, &meta, &folder->outcome, error);
}

bool mine_try(struct ledger_host *host, const char *note, size_t size,
              struct error *error)
{
    struct folder *folder = folder_create();
    struct view view = {.layer_count = 1};
    uint8_t seed[16];
    bool taken;

    randombytes_buf(seed, sizeof seed);
    view.layers[0] = layer_create(seed);
    host_read(host);
    view.state = host->at.base;
    taken = fold_note(&view, host, folder, note, size, error);
    host_done(host);
    layer_free(view.layers[0]);
    folder_free(folder);
    return taken;
}
