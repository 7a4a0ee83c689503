#include "ledger/note.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define DASH "\xe2\x80\x94 " /* U+2014 and a space. */

enum {
    DASH_BYTES = 4,
    ID_BYTES = 4,
    STAMP_BYTES = 8,
    COSIGNATURE_BYTES = ID_BYTES + STAMP_BYTES + SIGNATURE_BYTES,
    HEADER_CHARS_MAX = 64, /* "cosignature/v1\ntime <decimal>\n" */
};

/* The code point at text, or -1 if it is not UTF-8; *bytes it takes. */
static int32_t rune(const char *text, size_t size, size_t *bytes)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text[0];
    int32_t point;

    *bytes = first < 0x80   ? 1
             : first < 0xc2 ? 0
             : first < 0xe0 ? 2
             : first < 0xf0 ? 3
             : first < 0xf5 ? 4
                            : 0;
    if (*bytes == 0 || *bytes > size)
        return -1;
    point = *bytes == 1 ? first : first & (0x7f >> *bytes);
    for (size_t i = 1; i < *bytes; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80)
            return -1;
        point = point << 6 | ((uint8_t)text[i] & 0x3f);
    }
    if (point < least[*bytes] || point > 0x10ffff ||
        (point >= 0xd800 && point <= 0xdfff))
        return -1;
    return point;
}

/* Unicode's White_Space above the control characters. */
static bool is_space(int32_t point)
{
    return point == ' ' || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
           point == 0x2029 || point == 0x202f || point == 0x205f ||
           point == 0x3000;
}

bool note_name_is_good(const char *name, size_t size)
{
    size_t bytes;

    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i += bytes) {
        int32_t point = rune(name + i, size - i, &bytes);

        if (point < ' ' || point == '+' || is_space(point))
            return false;
    }
    return true;
}

static bool check_characters(const char *text, size_t size, struct error *error)
{
    size_t bytes;

    for (size_t i = 0; i < size; i += bytes) {
        int32_t point;

        bytes = 1;
        if ((uint8_t)text[i] >= ' ' && (uint8_t)text[i] < 0x80)
            continue;
        point = rune(text + i, size - i, &bytes);
        if (point < 0)
            return fail(error, ERROR_NOTE, "byte %zu is not UTF-8", i);
        if (point < ' ' && point != '\n')
            return fail(error, ERROR_NOTE, "byte %zu is a control character",
                        i);
    }
    return true;
}

static uint32_t read_big_endian(const uint8_t bytes[static ID_BYTES])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_big_endian(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

/* text is one line without its \n. */
static bool parse_line(struct note_line *line, const char *text, size_t size,
                       struct error *error)
{
    uint8_t head[6];
    size_t head_size;
    const char *space;

    if (size < DASH_BYTES || memcmp(text, DASH, DASH_BYTES) != 0)
        return fail(error, ERROR_NOTE,
                    "a signature line begins with a dash and a space");
    text += DASH_BYTES;
    size -= DASH_BYTES;
    space = memchr(text, ' ', size);
    if (space == NULL)
        return fail(error, ERROR_NOTE, "a signature line has two parts");
    line->name.bytes = text;
    line->name.size = (uint32_t)(space - text);
    line->blob.bytes = space + 1;
    line->blob.size = (uint32_t)(size - line->name.size - 1);
    if (!note_name_is_good(text, line->name.size))
        return fail(error, ERROR_NOTE, "the name of a signer is malformed");
    if (line->blob.size > BASE64_CHARS(NOTE_BLOB_BYTES_MAX))
        return fail(error, ERROR_SIZE, "a signature is too large");
    if (line->blob.size < BASE64_CHARS(ID_BYTES + 1) ||
        !base64_is_good(line->blob.bytes, line->blob.size) ||
        !base64_read(head, sizeof head, &head_size, line->blob.bytes,
                     BASE64_CHARS(sizeof head)) ||
        head_size <= ID_BYTES)
        return fail(error, ERROR_NOTE, "a signature is not canonical base64");
    line->key_id = read_big_endian(head);
    return true;
}

/* Where the last "\n\n" is, or SIZE_MAX. */
static size_t find_separator(const char *bytes, size_t size)
{
    for (size_t i = size; i-- > 1;)
        if (bytes[i] == '\n' && bytes[i - 1] == '\n')
            return i - 1;
    return SIZE_MAX;
}

bool note_parse(struct note *note, const char *bytes, size_t size,
                struct error *error)
{
    size_t separator;

    if (size > NOTE_BYTES_MAX)
        return fail(error, ERROR_SIZE, "a note has at most %d bytes",
                    NOTE_BYTES_MAX);
    if (!check_characters(bytes, size, error))
        return false;
    separator = find_separator(bytes, size);
    if (separator == SIZE_MAX)
        return fail(error, ERROR_NOTE, "no empty line before the signatures");
    if (bytes[size - 1] != '\n' || separator + 2 == size)
        return fail(error, ERROR_NOTE, "a note ends in signature lines");
    note->text.bytes = bytes;
    note->text.size = (uint32_t)separator + 1;
    note->line_count = 0;
    for (size_t i = separator + 2; i < size;) {
        const char *line = bytes + i;
        const char *end = memchr(line, '\n', size - i);

        assert(end != NULL);
        if (note->line_count == NOTE_LINES_MAX)
            return fail(error, ERROR_SIZE, "a note has at most %d signatures",
                        NOTE_LINES_MAX);
        if (!parse_line(&note->lines[note->line_count++], line,
                        (size_t)(end - line), error))
            return false;
        i = (size_t)(end - bytes) + 1;
    }
    return true;
}

uint32_t note_key_id(const char *name, size_t name_size, uint8_t type,
                     const struct key *key)
{
    crypto_hash_sha256_state state;
    uint8_t hash[crypto_hash_sha256_BYTES];
    const uint8_t middle[] = {'\n', type};

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)name, name_size);
    (void)crypto_hash_sha256_update(&state, middle, sizeof middle);
    (void)crypto_hash_sha256_update(&state, key->bytes, sizeof key->bytes);
    (void)crypto_hash_sha256_final(&state, hash);
    return read_big_endian(hash);
}

/* The blob of a line that claims to be by this key; false if its length or
 * key ID is another. */
static bool open_blob(const struct note_line *line, uint8_t type,
                      const struct key *key, uint8_t *blob, size_t blob_size)
{
    size_t size;

    return base64_read(blob, blob_size, &size, line->blob.bytes,
                       line->blob.size) &&
           size == blob_size &&
           line->key_id ==
               note_key_id(line->name.bytes, line->name.size, type, key);
}

bool note_verify(const struct note *note, size_t i, const struct key *key)
{
    uint8_t blob[ID_BYTES + SIGNATURE_BYTES];

    assert(i < note->line_count);
    return open_blob(&note->lines[i], KEY_TYPE_ED25519, key, blob,
                     sizeof blob) &&
           crypto_sign_verify_detached(blob + ID_BYTES,
                                       (const uint8_t *)note->text.bytes,
                                       note->text.size, key->bytes) == 0;
}

struct cosigned {
    uint8_t bytes[HEADER_CHARS_MAX + COSIGNED_TEXT_MAX];
    size_t size;
};

/* SPEC C2SP tlog-cosignature: the header line, the time, the whole text. */
static void compose(struct cosigned *message, uint64_t stamp, const char *text,
                    size_t size)
{
    int header = snprintf((char *)message->bytes, HEADER_CHARS_MAX,
                          "cosignature/v1\ntime %" PRIu64 "\n", stamp);

    assert(header > 0 && header < HEADER_CHARS_MAX);
    assert(size <= COSIGNED_TEXT_MAX);
    memcpy(message->bytes + header, text, size);
    message->size = (size_t)header + size;
}

bool note_verify_cosignature(const struct note *note, size_t i,
                             const struct key *key, uint64_t *stamp)
{
    uint8_t blob[COSIGNATURE_BYTES];
    struct cosigned message;
    uint64_t seconds = 0;

    assert(i < note->line_count);
    if (note->text.size > COSIGNED_TEXT_MAX ||
        !open_blob(&note->lines[i], KEY_TYPE_COSIGNATURE, key, blob,
                   sizeof blob))
        return false;
    for (size_t j = 0; j < STAMP_BYTES; j++)
        seconds = seconds << 8 | blob[ID_BYTES + j];
    if (seconds > INT64_MAX)
        return false;
    compose(&message, seconds, note->text.bytes, note->text.size);
    if (crypto_sign_verify_detached(blob + ID_BYTES + STAMP_BYTES,
                                    message.bytes, message.size,
                                    key->bytes) != 0)
        return false;
    *stamp = seconds;
    return true;
}

bool note_line_is_by(const struct note *note, size_t i, const struct vkey *vkey)
{
    assert(i < note->line_count);
    return note->lines[i].key_id == vkey->key_id &&
           text_is(note->lines[i].name, vkey->name);
}

bool note_opens(const struct note *note, const struct vkey *vkey,
                uint64_t *stamp, struct error *error)
{
    uint64_t newest = 0;
    size_t found = 0;

    for (size_t i = 0; i < note->line_count; i++) {
        uint64_t seconds = 0;

        if (!note_line_is_by(note, i, vkey))
            continue;
        if (vkey->type == KEY_TYPE_COSIGNATURE
                ? !note_verify_cosignature(note, i, &vkey->key, &seconds)
                : !note_verify(note, i, &vkey->key))
            return fail(error, ERROR_SIGNATURE,
                        "the signature by %.100s is wrong", vkey->name);
        if (seconds > newest)
            newest = seconds;
        found++;
    }
    if (found == 0)
        return fail(error, ERROR_SIGNATURE,
                    "there is no signature by %.100s with key ID %08" PRIx32,
                    vkey->name, vkey->key_id);
    if (stamp != NULL)
        *stamp = newest;
    return true;
}

/* The line of a blob whose first four bytes are still to be filled. */
static size_t write_line(char *out, const char *name, uint8_t type,
                         const struct secret_key *secret, uint8_t *blob,
                         size_t blob_size)
{
    size_t name_size = strlen(name);
    struct key key;
    char *end = out;

    assert(name_size <= NOTE_NAME_BYTES_MAX);
    assert(note_name_is_good(name, name_size));
    memcpy(key.bytes, secret->bytes + 32, sizeof key.bytes);
    write_big_endian(blob, note_key_id(name, name_size, type, &key), ID_BYTES);
    memcpy(end, DASH, DASH_BYTES);
    end += DASH_BYTES;
    memcpy(end, name, name_size);
    end += name_size;
    *end++ = ' ';
    base64_write(end, blob, blob_size);
    end += BASE64_CHARS(blob_size);
    *end++ = '\n';
    *end = '\0';
    return (size_t)(end - out);
}

size_t note_sign(char out[static NOTE_SIGNATURE_CHARS_MAX], const char *name,
                 const char *text, size_t size, const struct secret_key *secret)
{
    uint8_t blob[ID_BYTES + SIGNATURE_BYTES];

    assert(size > 0 && text[size - 1] == '\n');
    (void)crypto_sign_detached(blob + ID_BYTES, NULL, (const uint8_t *)text,
                               size, secret->bytes);
    return write_line(out, name, KEY_TYPE_ED25519, secret, blob, sizeof blob);
}

size_t note_cosign(char out[static NOTE_SIGNATURE_CHARS_MAX], const char *name,
                   const char *text, size_t size, uint64_t stamp,
                   const struct secret_key *secret)
{
    uint8_t blob[COSIGNATURE_BYTES];
    struct cosigned message;

    assert(size > 0 && text[size - 1] == '\n');
    assert(stamp <= INT64_MAX);
    compose(&message, stamp, text, size);
    write_big_endian(blob + ID_BYTES, stamp, STAMP_BYTES);
    (void)crypto_sign_detached(blob + ID_BYTES + STAMP_BYTES, NULL,
                               message.bytes, message.size, secret->bytes);
    return write_line(out, name, KEY_TYPE_COSIGNATURE, secret, blob,
                      sizeof blob);
}
