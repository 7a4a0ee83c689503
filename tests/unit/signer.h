/*
 * signer: keys with names for the tests of what is signed.
 */
#ifndef TESTS_UNIT_SIGNER_H
#define TESTS_UNIT_SIGNER_H

#include "ledger/note.h"
#include "tests/check.h"

#include <sodium.h>

struct signer {
    const char *name;
    struct secret_key secret;
    struct vkey vkey;
};

/* Each number is another key. */
static inline struct signer signer_of(const char *name, uint8_t type,
                                      uint8_t number)
{
    struct signer signer = {.name = name};
    const uint8_t seed[32] = {number};
    char text[VKEY_CHARS_MAX];
    struct key key;

    assert_int_equal(
        crypto_sign_seed_keypair(key.bytes, signer.secret.bytes, seed), 0);
    vkey_write(text, name, type, &key);
    TAKEN(vkey_read(&signer.vkey, text, strlen(text), &error));
    return signer;
}

/* A note that grows: a text, the empty line, signatures. */
struct draft {
    char bytes[16384];
    size_t text_size;
    size_t size;
};

static inline void draft_begin(struct draft *draft, const char *text)
{
    draft->text_size = strlen(text);
    assert_true(draft->text_size + 1 < sizeof draft->bytes);
    memcpy(draft->bytes, text, draft->text_size);
    draft->bytes[draft->text_size] = '\n';
    draft->size = draft->text_size + 1;
}

static inline void draft_add(struct draft *draft, const char *line, size_t size)
{
    assert_true(draft->size + size <= sizeof draft->bytes);
    memcpy(draft->bytes + draft->size, line, size);
    draft->size += size;
}

static inline void draft_sign(struct draft *draft, const struct signer *signer)
{
    char line[NOTE_SIGNATURE_CHARS_MAX];

    draft_add(draft, line,
              note_sign(line, signer->name, draft->bytes, draft->text_size,
                        &signer->secret));
}

static inline void draft_cosign(struct draft *draft,
                                const struct signer *witness, uint64_t stamp)
{
    char line[NOTE_SIGNATURE_CHARS_MAX];

    draft_add(draft, line,
              note_cosign(line, witness->name, draft->bytes, draft->text_size,
                          stamp, &witness->secret));
}

#endif
