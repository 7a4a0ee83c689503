/*
 * note: C2SP signed notes: parse, verify, sign, write; keys and key IDs.
 *
 * A note is a text that ends in \n, an empty line, and signature lines
 * "— <name> <base64(key ID || signature)>".  Source: docs on the formats, A.1
 * and C2SP signed-note v1.0.0.  Nothing is allocated: a struct note points
 * into the bytes it was parsed from.
 */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "ledger/error.h"

enum {
    NOTE_BYTES_MAX = 1000000,    /* As golang.org/x/mod, ... */
    NOTE_LINES_MAX = 100,        /* ... and these too. */
    NOTE_NAME_BYTES_MAX = 200,   /* Longest signer name. */
    NOTE_BLOB_BYTES_MAX = 5000,  /* Unknown algorithms may be large. */
    KEY_TYPE_ED25519 = 0x01,     /* Logs and authors. */
    KEY_TYPE_COSIGNATURE = 0x04, /* Witnesses. */
    SIGNATURE_BYTES = 64,
    VKEY_CHARS_MAX = 300,
    COSIGNED_TEXT_MAX = 4096, /* Of a checkpoint that is cosigned. */
};

struct note_line {
    struct text name;
    uint32_t key_id;
    struct text blob; /* base64 of key ID and signature, undecoded. */
};

struct note {
    struct text text; /* What is signed, final newline included. */
    size_t line_count;
    struct note_line lines[NOTE_LINES_MAX];
};

/* A key as verifiers know it. */
struct vkey {
    char name[NOTE_NAME_BYTES_MAX + 1];
    uint8_t type;
    uint32_t key_id;
    struct key key;
};

/* Not empty, UTF-8, without spaces of Unicode, control characters or '+'. */
bool note_name_is_good(const char *name, size_t size);

/* Strict: UTF-8, no control characters but \n, canonical base64, the last
 * empty line separates.  *note points into bytes.  Fails with ERROR_NOTE or
 * ERROR_SIZE; *note is then of no use. */
MUST_USE bool note_parse(struct note *note, const char *bytes, size_t size,
                         struct error *error);

/* First four bytes of SHA-256(name || \n || type || key), big-endian. */
uint32_t note_key_id(const char *name, size_t name_size, uint8_t type,
                     const struct key *key);

/*
 * Is line i an Ed25519 signature (type 0x01) by key over the note's text?
 * Its key ID has to be that of the line's name with this key, too.
 */
MUST_USE bool note_verify(const struct note *note, size_t i,
                          const struct key *key);

/* Is line i a cosignature (type 0x04) by key?  *stamp: its POSIX seconds.
 * Texts longer than COSIGNED_TEXT_MAX are never cosigned. */
MUST_USE bool note_verify_cosignature(const struct note *note, size_t i,
                                      const struct key *key, uint64_t *stamp);

/* Has line i the vkey's name and key ID?  (Whether it is right is asked
 * above.)  The rest of the world ignores every other line. */
bool note_line_is_by(const struct note *note, size_t i,
                     const struct vkey *vkey);

/*
 * Verify with one vkey: true if at least one line has its name and ID and
 * every such line is right.  Fails with ERROR_SIGNATURE otherwise.  *stamp
 * (may be NULL): the newest cosignature's time, or 0 for a type 0x01 key.
 */
MUST_USE bool note_opens(const struct note *note, const struct vkey *vkey,
                         uint64_t *stamp, struct error *error);

/* libsodium's secret key: seed and public key, 64 bytes. */
struct secret_key {
    uint8_t bytes[64];
};

/*
 * Write "— name base64\n" for text signed by secret; returns its length;
 * terminated.  The name is good and at most NOTE_NAME_BYTES_MAX long, the
 * text ends in \n; asserted.
 */
enum { NOTE_SIGNATURE_CHARS_MAX = 3 + 1 + NOTE_NAME_BYTES_MAX + 1 + 108 + 2 };
size_t note_sign(char out[static NOTE_SIGNATURE_CHARS_MAX], const char *name,
                 const char *text, size_t size,
                 const struct secret_key *secret);
/* The same as a witness: type 0x04 over a checkpoint's text of at most
 * COSIGNED_TEXT_MAX bytes, as checkpoint_read() takes them. */
size_t note_cosign(char out[static NOTE_SIGNATURE_CHARS_MAX], const char *name,
                   const char *text, size_t size, uint64_t stamp,
                   const struct secret_key *secret);

/* name+hex8+base64(type || key).  Reading takes types 0x01 and 0x04 only and
 * fails with ERROR_NOTE. */
void vkey_write(char out[static VKEY_CHARS_MAX], const char *name, uint8_t type,
                const struct key *key);
MUST_USE bool vkey_read(struct vkey *vkey, const char *text, size_t size,
                        struct error *error);

#endif
