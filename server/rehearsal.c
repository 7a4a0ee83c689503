#include "server/rehearsal.h"
#include "server/clerk.h"
#include "server/node.h"

#include <sodium.h>
#include <string.h>

/* One fold into the view's layer; what it changes stays there. */
static bool rehearse(const struct view *view, const struct ledger_host *host,
                     struct folder *folder, const char *note, int64_t index,
                     struct error *error)
{
    struct envelope *envelope = &folder->envelope;
    struct instant now = node_now(host->node);
    struct meta meta = {.origin = host->origin,
                        .index = index,
                        .accepted = now,
                        .signers = envelope->signers,
                        .verify = line_is_trusted};

    if (now.ms < host->at.accepted.ms)
        meta.accepted = host->at.accepted;
    if (!envelope_read(envelope, note, strlen(note), host->origin, error))
        return false;
    meta.signer_count = envelope->signer_count;
    folder->lists.used = 0;
    return entry_parse(&folder->entry, &folder->lists, envelope->json.bytes,
                       envelope->json.size, error) &&
           fold_entry(view, &folder->entry, &meta, &folder->outcome, error);
}

bool rehearse_notes(struct ledger_host *host,
                    const char *const notes[static DRAFT_TEXTS],
                    struct error *error)
{
    uint8_t seed[16];
    struct folder *folder = folder_create();
    struct view view = {.layer_count = 1};
    bool taken = true;

    randombytes_buf(seed, sizeof seed);
    view.layers[0] = layer_create(seed);
    host_read(host);
    view.state = host->at.base;
    for (int i = 0; i < DRAFT_TEXTS && taken; i++)
        taken =
            rehearse(&view, host, folder, notes[i], host->at.size + i, error);
    host_done(host);
    layer_free(view.layers[0]);
    folder_free(folder);
    return taken;
}

bool rehearse_texts(struct ledger_host *host,
                    const struct draft_text texts[static DRAFT_TEXTS],
                    struct error *error)
{
    char notes[DRAFT_TEXTS][DRAFT_NOTE_BYTES];
    const char *list[DRAFT_TEXTS];

    if (!host->node->has_clerk)
        return fail(error, ERROR_READ_ONLY, "this node has no clerk");
    for (size_t i = 0; i < DRAFT_TEXTS; i++) {
        struct text text = {texts[i].bytes, (uint32_t)texts[i].size};
        size_t size = clerk_note(host, notes[i], sizeof notes[i] - 1, text);

        notes[i][size] = '\0';
        list[i] = notes[i];
    }
    return rehearse_notes(host, list, error);
}
