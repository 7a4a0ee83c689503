#include "ledger/note.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ID_HEX = 8, BLOB_BYTES = 33, BLOB_CHARS = BASE64_CHARS(BLOB_BYTES) };

void vkey_write(char out[static VKEY_CHARS_MAX], const char *name, uint8_t type,
                const struct key *key)
{
    size_t name_size = strlen(name);
    uint8_t blob[BLOB_BYTES];
    char base64[BLOB_CHARS + 1];
    int size;

    assert(name_size <= NOTE_NAME_BYTES_MAX);
    assert(note_name_is_good(name, name_size));
    blob[0] = type;
    memcpy(blob + 1, key->bytes, sizeof key->bytes);
    base64_write(base64, blob, sizeof blob);
    size = snprintf(out, VKEY_CHARS_MAX, "%s+%08" PRIx32 "+%s", name,
                    note_key_id(name, name_size, type, key), base64);
    assert(size > 0 && size < VKEY_CHARS_MAX);
}

/* Eight lower-case hex digits. */
static bool read_id(uint32_t *id, const char *text)
{
    uint32_t value = 0;

    for (size_t i = 0; i < ID_HEX; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, text[i], 16);

        if (digit == NULL)
            return false;
        value = value << 4 | (uint32_t)(digit - digits);
    }
    *id = value;
    return true;
}

bool vkey_read(struct vkey *vkey, const char *text, size_t size,
               struct error *error)
{
    const char *plus = size > 0 ? memchr(text, '+', size) : NULL;
    struct vkey read = {0};
    uint8_t blob[BLOB_BYTES];
    size_t name_size, blob_size;

    if (plus == NULL)
        return fail(error, ERROR_NOTE, "a key is written name+ID+base64");
    name_size = (size_t)(plus - text);
    if (name_size > NOTE_NAME_BYTES_MAX || !note_name_is_good(text, name_size))
        return fail(error, ERROR_NOTE, "the name of a key is malformed");
    if (size != name_size + 1 + ID_HEX + 1 + BLOB_CHARS ||
        plus[1 + ID_HEX] != '+' || !read_id(&read.key_id, plus + 1))
        return fail(error, ERROR_NOTE, "a key is written name+ID+base64");
    if (!base64_read(blob, sizeof blob, &blob_size, plus + 2 + ID_HEX,
                     BLOB_CHARS) ||
        blob_size != sizeof blob)
        return fail(error, ERROR_NOTE, "a key is not canonical base64");
    if (blob[0] != KEY_TYPE_ED25519 && blob[0] != KEY_TYPE_COSIGNATURE)
        return fail(error, ERROR_NOTE, "keys of type 0x%02x are not supported",
                    blob[0]);
    read.type = blob[0];
    memcpy(read.name, text, name_size);
    memcpy(read.key.bytes, blob + 1, sizeof read.key.bytes);
    if (read.key_id != note_key_id(text, name_size, read.type, &read.key))
        return fail(error, ERROR_NOTE, "the ID of a key is not its own");
    *vkey = read;
    return true;
}
