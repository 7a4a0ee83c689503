/*
 * leaf: the envelope of an entry: text, note, leaf (formats A.1 and A.3).
 *
 *   terreau/leaf/v1 <accepted>\n
 *   terreau/entry/v1\n<origin>\n<canonical JSON>\n
 *   \n
 *   — <origin>/<party id> <base64>\n ...
 */
#ifndef LEDGER_LEAF_H
#define LEDGER_LEAF_H

#include "ledger/fold.h"

/* "terreau/entry/v1\n<origin>\n<json>\n"; its length, 0: no room. */
size_t entry_text_write(char *out, size_t room, const char *origin,
                        const char *json, size_t json_size);
/* text_hash = SHA-256(entry text): unique per ledger for ever. */
struct hash entry_text_hash(struct text text);
/* Length, 0: no room. */
size_t leaf_write(char *out, size_t room, struct instant accepted,
                  const char *note, size_t note_size);

/* A note taken apart; points into its bytes. */
struct envelope {
    struct note note;
    struct text json;
    struct hash text_hash;
    struct signer signers[SIGNERS_MAX];
    size_t signer_count;
};

/*
 * Take apart an entry note meant for origin.  Fails with ERROR_NOTE,
 * ERROR_ORIGIN, ERROR_SIGNATURE or ERROR_SIZE.  No signature is verified.
 */
MUST_USE bool envelope_read(struct envelope *envelope, const char *bytes,
                            size_t size, const char *origin,
                            struct error *error);

/* The same of one that was read before, and whose text's hash was kept. */
MUST_USE bool envelope_read_again(struct envelope *envelope, const char *bytes,
                                  size_t size, const char *origin,
                                  const struct hash *text_hash,
                                  struct error *error);

/* accepted and the note's bytes of a leaf. */
MUST_USE bool leaf_read(struct instant *accepted, struct text *note,
                        const void *leaf, size_t size, struct error *error);

#endif
