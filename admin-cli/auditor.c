#include "admin-cli/auditor.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void auditor_start(struct auditor *auditor, const char *origin, int threads)
{
    uint8_t seed[16];

    memset(auditor, 0, sizeof *auditor);
    (void)snprintf(auditor->origin, sizeof auditor->origin, "%s", origin);
    randombytes_buf(seed, sizeof seed);
    randombytes_buf(auditor->text_seed, sizeof auditor->text_seed);
    auditor->state = state_create(seed);
    auditor->envelope = must(calloc(1, sizeof *auditor->envelope));
    auditor->lists = must(malloc(sizeof *auditor->lists));
    auditor->outcome = must(calloc(1, sizeof *auditor->outcome));
    if (threads > 0)
        auditor->verifier = verifier_create(threads);
}

void auditor_end(struct auditor *auditor)
{
    verifier_free(auditor->verifier);
    bundle_free(auditor->bundle);
    state_free(auditor->state);
    free(auditor->envelope);
    free(auditor->lists);
    free(auditor->outcome);
    free(auditor->texts);
    memset(auditor, 0, sizeof *auditor);
}

/* Free place or the place that has it; 0 marks a free one. */
static size_t seek(const uint64_t *texts, size_t room, uint64_t text)
{
    size_t at = (size_t)((text >> 32) * room >> 32);

    while (texts[at] != 0 && texts[at] != text)
        at = at + 1 == room ? 0 : at + 1;
    return at;
}

/* A table that is full to 98 % is 34 steps long on average, side by side. */
static void make_room(struct auditor *auditor)
{
    size_t room = auditor->text_room == 0 ? 1024 : auditor->text_room * 2;
    uint64_t *texts;

    if (auditor->text_most > 0 && auditor->text_room == 0)
        room = (size_t)(auditor->text_most + auditor->text_most / 64 + 64);
    texts = must(calloc(room, sizeof texts[0]));

    for (size_t i = 0; i < auditor->text_room; i++)
        if (auditor->texts[i] != 0)
            texts[seek(texts, room, auditor->texts[i])] = auditor->texts[i];
    free(auditor->texts);
    auditor->texts = texts;
    auditor->text_room = room;
}

/*
 * 64 keyed bits for each text: two of a million are taken for equal by chance
 * once in ten million audits, and nobody can aim at a key of this process.
 */
static bool enters_once(struct auditor *auditor, const struct hash *text_hash,
                        struct error *error)
{
    uint8_t bytes[crypto_shorthash_BYTES];
    uint64_t text;
    size_t at;

    if (auditor->text_room == 0 ||
        ((uint64_t)auditor->state->size >= auditor->text_most &&
         (size_t)auditor->state->size >= auditor->text_room / 4 * 3))
        make_room(auditor);
    (void)crypto_shorthash(bytes, text_hash->bytes, sizeof text_hash->bytes,
                           auditor->text_seed);
    memcpy(&text, bytes, sizeof text);
    text += text == 0;
    at = seek(auditor->texts, auditor->text_room, text);
    if (auditor->texts[at] != 0)
        return fail(error, ERROR_TAKEN, "its text is in the log already");
    auditor->texts[at] = text;
    return true;
}

void auditor_expect(struct auditor *auditor, uint64_t size)
{
    assert(auditor->text_room == 0 && size <= UINT32_MAX / 2);
    auditor->text_most = size;
}

/* Hand over what was collected. */
static void flush(struct auditor *auditor)
{
    if (auditor->bundle == NULL)
        return;
    if (auditor->verifier != NULL)
        verifier_push(auditor->verifier, auditor->bundle);
    else
        bundle_free(auditor->bundle);
    auditor->bundle = NULL;
}

void auditor_bundle(struct auditor *auditor, char *bytes)
{
    flush(auditor);
    auditor->bundle = bundle_create(bytes);
}

/* Called by the fold with the key that is valid at this index. */
static bool note_check(void *context, size_t i, const struct key *key)
{
    struct auditor *auditor = context;
    struct bundle *bundle = auditor->bundle;

    if (auditor->state->size < auditor->trusted_size)
        return true;
    assert(bundle->count < BUNDLE_CHECKS_MAX);
    bundle->checks[bundle->count++] =
        (struct check){.text = auditor->envelope->note.text,
                       .line = auditor->envelope->note.lines[i],
                       .key = *key,
                       .index = auditor->state->size};
    return true;
}

/* The finding names the index; what it was goes after it. */
static bool finding(const struct auditor *auditor, const struct error *why,
                    struct error *error)
{
    return fail(error, ERROR_PROOF, "entry %" PRId64 ": %s (%s)",
                auditor->state->size, why->text, error_spec(why->code)->name);
}

static bool fold_leaf(struct auditor *auditor, const char *leaf, size_t size,
                      struct error *error)
{
    const struct view view = {.state = auditor->state};
    struct envelope *envelope = auditor->envelope;
    struct instant accepted;
    struct text note;
    struct meta meta;

    if (!leaf_read(&accepted, &note, leaf, size, error) ||
        !envelope_read(envelope, note.bytes, note.size, auditor->origin,
                       error) ||
        !entry_parse(&auditor->entry, auditor->lists, envelope->json.bytes,
                     envelope->json.size, error) ||
        !enters_once(auditor, &envelope->text_hash, error))
        return false;
    if (accepted.ms < auditor->state->accepted.ms)
        return fail(error, ERROR_RULE, "accepted before the entry before it");
    meta = (struct meta){.origin = auditor->origin,
                         .index = auditor->state->size,
                         .accepted = accepted,
                         .signers = envelope->signers,
                         .signer_count = envelope->signer_count,
                         .verify = note_check,
                         .context = auditor};
    if (auditor->punctual != NULL)
        punctual_before(auditor->punctual, auditor->state, accepted,
                        auditor->origin);
    if (!fold_entry(&view, &auditor->entry, &meta, auditor->outcome, error))
        return false;
    fold_done(auditor->state, accepted);
    if (auditor->punctual != NULL)
        punctual_after(auditor->punctual, auditor->state, &auditor->entry);
    return true;
}

bool auditor_leaf(struct auditor *auditor, const char *leaf, size_t size,
                  struct error *error)
{
    struct error why = {0};

    auditor->leaf_hash = tree_leaf_hash(leaf, size);
    tree_append(&auditor->tree, &auditor->leaf_hash);
    if (fold_leaf(auditor, leaf, size, &why))
        return true;
    return finding(auditor, &why, error);
}

bool auditor_finish(struct auditor *auditor, struct error *error)
{
    int64_t wrong;

    flush(auditor);
    if (auditor->verifier == NULL)
        return true;
    wrong = verifier_finish(auditor->verifier);
    if (wrong < 0)
        return true;
    return fail(error, ERROR_PROOF,
                "entry %" PRId64 ": a signature is wrong (bad-signature)",
                wrong);
}
