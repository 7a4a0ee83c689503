#include "ledger/base.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
    PADDED = sodium_base64_VARIANT_ORIGINAL,
    URL = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
};

bool id_equal(struct id a, struct id b)
{
    return a.letter == b.letter &&
           memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

bool id_is_none(struct id id)
{
    return id.letter == 0;
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool key_equal(const struct key *a, const struct key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool text_is(struct text text, const char *literal)
{
    size_t size = strlen(literal);

    return text.size == size &&
           (size == 0 || memcmp(text.bytes, literal, size) == 0);
}

static void write_url(char *out, size_t chars, const uint8_t *bytes,
                      size_t size)
{
    assert(sodium_base64_encoded_len(size, URL) == chars + 1);

    (void)sodium_bin2base64(out, chars + 1, bytes, size, URL);
}

void id_write(char out[static ID_CHARS + 1], struct id id)
{
    assert(id.letter >= 'a' && id.letter <= 'z');

    out[0] = (char)id.letter;
    out[1] = '-';
    write_url(out + 2, ID_CHARS - 2, id.bytes, sizeof id.bytes);
}

void hash_write(char out[static HASH_CHARS + 1], const struct hash *hash)
{
    (void)sodium_bin2hex(out, HASH_CHARS + 1, hash->bytes, sizeof hash->bytes);
}

void key_write(char out[static KEY_CHARS + 1], const struct key *key)
{
    write_url(out, KEY_CHARS, key->bytes, sizeof key->bytes);
}

void nonce_write(char out[static NONCE_CHARS + 1], const struct nonce *nonce)
{
    write_url(out, NONCE_CHARS, nonce->bytes, sizeof nonce->bytes);
}

/* The six bits of a character; above them, which variant it is none of. */
enum { NOT_URL = 0x40, NOT_PADDED = 0x80, SIX = 0x3f };

static const uint8_t sixes[128] = {
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0x7e, 0xc0, 0xbe, 0xc0, 0x7f,
    0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
    0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12,
    0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xc0, 0xc0, 0xc0, 0xc0, 0xbf,
    0xc0, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24,
    0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30,
    0x31, 0x32, 0x33, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0};

/* Four characters are three bytes; false: one of them is no character. */
static bool decode_four(uint8_t out[static 3], const char *text,
                        uint8_t foreign)
{
    uint8_t all = 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < 4; i++) {
        const uint8_t c = (uint8_t)text[i];
        const uint8_t six = sixes[c & 0x7f];

        all |= (uint8_t)(six | (c & 0x80) | (c & 0x80) >> 1);
        bits = bits << 6 | (six & SIX);
    }
    out[0] = (uint8_t)(bits >> 16);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
    return (all & foreign) == 0;
}

/* The last two or three characters, whose spare bits are zero. */
static bool decode_rest(uint8_t out[static 3], const char *text, size_t size,
                        uint8_t foreign)
{
    char four[4] = {'A', 'A', 'A', 'A'};

    if (size == 1)
        return false;
    memcpy(four, text, size);
    return decode_four(out, four, foreign) && out[size - 1] == 0;
}

/*
 * One spelling only.  Not libsodium's decoder: that of version 1.0.18 takes
 * some bytes above 0x7f for characters of base64 (found by fuzzing).
 */
static bool decode(uint8_t *out, size_t room, size_t *size, const char *text,
                   size_t text_size, int variant)
{
    const uint8_t foreign = variant == URL ? NOT_URL : NOT_PADDED;
    size_t padding = 0, got = 0, rest;
    uint8_t last[3];

    if (variant == PADDED && text_size % 4 != 0)
        return false;
    while (variant == PADDED && padding < 2 && padding < text_size &&
           text[text_size - 1 - padding] == '=')
        padding++;
    text_size -= padding;
    rest = text_size % 4;
    if (variant == PADDED && padding != (4 - rest) % 4)
        return false;
    for (; text_size >= 4; text += 4, text_size -= 4, got += 3)
        if (got + 3 > room || !decode_four(out + got, text, foreign))
            return false;
    if (rest > 0) {
        if (got + rest - 1 > room || !decode_rest(last, text, rest, foreign))
            return false;
        memcpy(out + got, last, rest - 1);
        got += rest - 1;
    }
    *size = got;
    return true;
}

static bool read_url(uint8_t *out, size_t size, const char *text,
                     size_t text_size)
{
    uint8_t bytes[32];
    size_t got;

    assert(size <= sizeof bytes);
    if (!decode(bytes, sizeof bytes, &got, text, text_size, URL) || got != size)
        return false;
    memcpy(out, bytes, size);
    return true;
}

bool id_read(struct id *out, const char *text, size_t size)
{
    if (size != ID_CHARS || text[0] < 'a' || text[0] > 'z' || text[1] != '-')
        return false;
    if (!read_url(out->bytes, sizeof out->bytes, text + 2, size - 2))
        return false;
    out->letter = (uint8_t)text[0];
    return true;
}

/* The value of a lower-case hex digit, or -1. */
static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool hash_read(struct hash *out, const char *text, size_t size)
{
    struct hash hash;

    if (size != HASH_CHARS)
        return false;
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        hash.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = hash;
    return true;
}

bool key_read(struct key *out, const char *text, size_t size)
{
    return size == KEY_CHARS &&
           read_url(out->bytes, sizeof out->bytes, text, size);
}

bool nonce_read(struct nonce *out, const char *text, size_t size)
{
    return size == NONCE_CHARS &&
           read_url(out->bytes, sizeof out->bytes, text, size);
}

bool decimal_read(uint64_t *out, const char *text, size_t size)
{
    uint64_t value = 0;

    if (size == 0 || (size > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] < '0' || text[i] > '9' ||
            __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[i] - '0', &value))
            return false;
    *out = value;
    return true;
}

bool text_take_line(struct text *rest, struct text *line)
{
    const char *end =
        rest->size > 0 ? memchr(rest->bytes, '\n', rest->size) : NULL;

    if (end == NULL)
        return false;
    line->bytes = rest->bytes;
    line->size = (uint32_t)(end - rest->bytes);
    rest->bytes = end + 1;
    rest->size -= line->size + 1;
    return true;
}

void base64_write(char *out, const uint8_t *bytes, size_t size)
{
    (void)sodium_bin2base64(out, BASE64_CHARS(size) + 1, bytes, size, PADDED);
}

bool base64_read(uint8_t *out, size_t room, size_t *size, const char *text,
                 size_t text_size)
{
    size_t got;

    if (!decode(out, room, &got, text, text_size, PADDED))
        return false;
    *size = got;
    return true;
}

bool base64_is_good(const char *text, size_t size)
{
    uint8_t bytes[3072];
    size_t got;

    for (; size > 4096; text += 4096, size -= 4096)
        if (text[4095] == '=' ||
            !base64_read(bytes, sizeof bytes, &got, text, 4096))
            return false;
    return base64_read(bytes, sizeof bytes, &got, text, size);
}
