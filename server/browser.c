#include "server/browser.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool browser_read_key(struct key *key, const char *text)
{
    return text != NULL && key_read(key, text, strlen(text)) &&
           crypto_core_ed25519_is_valid_point(key->bytes) == 1;
}

bool browser_key_is_of(const struct state *state, const char *origin,
                       struct id party, const struct key *key, bool *ended)
{
    uint32_t key_id = signer_key_id(origin, party, key);
    uint8_t id[4] = {(uint8_t)(key_id >> 24), (uint8_t)(key_id >> 16),
                     (uint8_t)(key_id >> 8), (uint8_t)key_id};
    struct link link = link_of(party.bytes, sizeof party.bytes, id, sizeof id);
    const struct record_key *record =
        (const void *)state_find(state, RECORD_key, link.key);

    *ended = false;
    if (record == NULL || !key_equal(&record->key, key) ||
        !id_equal(record->party, party))
        return false;
    *ended = record->head.state != STATE_key_ACTIVE;
    return !*ended;
}

bool browser_note(char out[static DRAFT_NOTE_BYTES], const char *origin,
                  struct id party, const struct key *key, struct text text,
                  const char *signature, struct error *error)
{
    uint32_t key_id = signer_key_id(origin, party, key);
    uint8_t blob[4 + SIGNATURE_BYTES] = {
        (uint8_t)(key_id >> 24), (uint8_t)(key_id >> 16),
        (uint8_t)(key_id >> 8), (uint8_t)key_id};
    char name[ID_CHARS + 1], base64[BASE64_CHARS(sizeof blob) + 1];
    struct envelope *envelope;
    size_t size = 0;
    int written;
    bool right;

    if (signature == NULL ||
        sodium_base642bin(blob + 4, SIGNATURE_BYTES, signature,
                          strlen(signature), NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != SIGNATURE_BYTES)
        return fail(error, ERROR_SIGNATURE, "the signature is malformed");
    base64_write(base64, blob, sizeof blob);
    id_write(name, party);
    written = snprintf(out, DRAFT_NOTE_BYTES, "%.*s\n\xe2\x80\x94 %s/%s %s\n",
                       (int)text.size, text.bytes, origin, name, base64);
    if (written < 0 || written >= DRAFT_NOTE_BYTES)
        return fail(error, ERROR_SIZE, "the text is too long");
    envelope = malloc(sizeof *envelope);
    if (envelope == NULL)
        abort();
    right = envelope_read(envelope, out, (size_t)written, origin, error) &&
            (note_verify(&envelope->note, 0, key) ||
             fail(error, ERROR_SIGNATURE, "the signature is wrong"));
    free(envelope);
    return right;
}
