/*
 * base: the small types that every part of the ledger shares, and their text.
 *
 * Pure values: no allocation, no I/O.  Readers are strict: each value has one
 * spelling, so that canonical JSON stays canonical.
 */
#ifndef LEDGER_BASE_H
#define LEDGER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

/* 128 random bits with a letter for the type: "p-" and 22 of base64url. */
struct id {
    uint8_t letter; /* Zero: no id. */
    uint8_t bytes[16];
};

struct hash {
    uint8_t bytes[32];
};

/* An Ed25519 public key. */
struct key {
    uint8_t bytes[32];
};

/* The author's 128 random bits that make an entry unique. */
struct nonce {
    uint8_t bytes[16];
};

/* UTF-8 that belongs to somebody else; in an entry still JSON-escaped. */
struct text {
    const char *bytes;
    uint32_t size;
};

enum {
    ID_CHARS = 24,    /* Letter, '-', 22 characters. */
    NONCE_CHARS = 22, /* base64url without padding. */
    KEY_CHARS = 43,   /* base64url without padding. */
    HASH_CHARS = 64,  /* Lower-case hex. */
};

bool id_equal(struct id a, struct id b);
bool id_is_none(struct id id);
bool hash_equal(const struct hash *a, const struct hash *b);
bool key_equal(const struct key *a, const struct key *b);
bool text_is(struct text text, const char *literal);

/* Text of a value; out is terminated.  An id must not be none. */
void id_write(char out[static ID_CHARS + 1], struct id id);
void hash_write(char out[static HASH_CHARS + 1], const struct hash *hash);
void key_write(char out[static KEY_CHARS + 1], const struct key *key);
void nonce_write(char out[static NONCE_CHARS + 1], const struct nonce *nonce);

/* Exactly size characters, one spelling only; false leaves *out alone. */
MUST_USE bool id_read(struct id *out, const char *text, size_t size);
MUST_USE bool hash_read(struct hash *out, const char *text, size_t size);
MUST_USE bool key_read(struct key *out, const char *text, size_t size);
MUST_USE bool nonce_read(struct nonce *out, const char *text, size_t size);

/* "0", or digits without a leading zero; false too if it needs 65 bits. */
MUST_USE bool decimal_read(uint64_t *out, const char *text, size_t size);

/* Cuts the next line off *rest, without its \n; false, and nothing is cut, if
 * no \n is left. */
MUST_USE bool text_take_line(struct text *rest, struct text *line);

/*
 * base64 of RFC 4648 section 4 with padding, as signed notes use it.
 * base64_write() terminates out, which holds BASE64_CHARS(size) + 1.
 * base64_read() takes one spelling only (no white space, no spare bits) and
 * fails if room is too small; then out may be partly written, *size is not.
 * base64_is_good() is the same question without the bytes; "" is good.
 */
#define BASE64_CHARS(size) (((size) + 2) / 3 * 4)
void base64_write(char *out, const uint8_t *bytes, size_t size);
MUST_USE bool base64_read(uint8_t *out, size_t room, size_t *size,
                          const char *text, size_t text_size);
bool base64_is_good(const char *text, size_t size);

#endif
