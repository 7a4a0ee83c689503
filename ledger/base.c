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

/* The six bits of a character, or -1. */
static int six_bits(char c, int variant)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (variant == URL ? '-' : '+'))
        return 62;
    if (c == (variant == URL ? '_' : '/'))
        return 63;
    return -1;
}

/*
 * One spelling only.  Not libsodium's decoder: that of version 1.0.18 takes
 * some bytes above 0x7f for characters of base64 (found by fuzzing).
 */
static bool decode(uint8_t *out, size_t room, size_t *size, const char *text,
                   size_t text_size, int variant)
{
    size_t padding = 0, got = 0;
    unsigned bits = 0, held = 0; /* held: bits not written yet. */

    if (variant == PADDED && text_size % 4 != 0)
        return false;
    while (variant == PADDED && padding < 2 && padding < text_size &&
           text[text_size - 1 - padding] == '=')
        padding++;
    text_size -= padding;
    for (size_t i = 0; i < text_size; i++) {
        int six = six_bits(text[i], variant);

        if (six < 0)
            return false;
        bits = bits << 6 | (unsigned)six;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        if (got == room)
            return false;
        out[got++] = (uint8_t)(bits >> held);
        bits &= (1U << held) - 1;
    }
    if (held >= 6 || bits != 0 || (variant == PADDED && padding != held / 2))
        return false; /* A lone character, spare bits, wrong padding. */
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
