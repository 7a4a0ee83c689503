/*
 * seal: boxes around what is personal, and the keys of a node that seal them.
 *
 * The keys are files outside PostgreSQL, "kek-1.key", "kek-2.key", ... of 32
 * bytes in one folder: who has the database alone, or an old copy of it, can
 * read nothing.  The newest seals, all that are there open; a key that is
 * made while a server runs is found at once.  When nothing is sealed with an
 * old one any more its file is destroyed, and with it whatever was erased
 * from the tables but lives on in backups.
 *
 * A box is XChaCha20-Poly1305.  Its place (purpose, ledger, row) is
 * authenticated with it, so that a row which is moved or swapped does not
 * open.  Keys are held in locked, guarded memory, and never leave this module
 * but as what a subject's key is wrapped with.  Any thread may call all.
 */
#ifndef SQL_SEAL_H
#define SQL_SEAL_H

#include "ledger/error.h"

enum {
    SEAL_KEYS_MAX = 16, /* In the folder at once. */
    SEAL_KEY_BYTES = 32,
    SEAL_NONCE_BYTES = 24,
    SEAL_EXTRA_BYTES = 4 + 16, /* By which a box is longer. */
};

/* What is in a box.  The words are part of every box: never changed. */
enum seal_purpose {
    SEAL_INTAKE,  /* "intake": a form that waits for its confirmation */
    SEAL_OUTBOX,  /* "outbox": a mail that waits to be sent */
    SEAL_SESSION, /* "session": who is signed in */
    SEAL_SUBJECT, /* "subject": the key of a person */
    SEAL_VAULT,   /* "vault": personal data, sealed with a person's key */
    SEAL_CONTACT, /* "contact": an address, sealed with a person's key */
};

/* Where a box belongs.  row is the bytes of the row's key column (a uuid or a
 * token's hash); ledger_id is 0 where the table has none. */
struct seal_place {
    enum seal_purpose purpose;
    int32_t ledger_id;
    const void *row;
    size_t row_size;
};

struct seal_ring;

/*
 * The keys of a folder.  Fails with ERROR_ABSENT if there is none, or
 * ERROR_SYSTEM (a file that others may read, of another size, too many).
 */
MUST_USE bool seal_ring_load(struct seal_ring **ring, const char *folder,
                             struct error *error);
/* Zeroes and forgets the keys; NULL is allowed. */
void seal_ring_free(struct seal_ring *ring);

/* Make "kek-<number>.key".  Fails with ERROR_TAKEN or ERROR_SYSTEM. */
MUST_USE bool seal_key_create(const char *folder, uint32_t number,
                              struct error *error);
/* Overwrite and remove the file, and forget the key: what it sealed is gone
 * for ever.  Fails with ERROR_ABSENT or ERROR_SYSTEM; asserts it is not the
 * newest. */
MUST_USE bool seal_key_destroy(struct seal_ring *ring, uint32_t number,
                               struct error *error);

/* The number of the key that seals now. */
uint32_t seal_newest(struct seal_ring *ring);
/* The numbers there are, ascending; how many. */
size_t seal_numbers(struct seal_ring *ring, uint32_t out[static SEAL_KEYS_MAX]);

/* Tells two keys of one number apart, and nothing else.  False: no such key. */
MUST_USE bool seal_print(struct seal_ring *ring, uint32_t number,
                         struct hash *print);

/*
 * Seal size bytes into box, which has room for size + SEAL_EXTRA_BYTES (its
 * size then); nonce is kept beside it.
 */
void seal_close(struct seal_ring *ring, const struct seal_place *place,
                const void *plain, size_t size,
                uint8_t nonce[static SEAL_NONCE_BYTES], uint8_t *box);

/*
 * Open a box into plain, which has room for box_size - SEAL_EXTRA_BYTES (its
 * size then).  Fails with ERROR_ABSENT if the key is not (any more) here, or
 * ERROR_DOUBT if the box was changed or is of another place.
 */
MUST_USE bool seal_open(struct seal_ring *ring, const struct seal_place *place,
                        const uint8_t nonce[static SEAL_NONCE_BYTES],
                        const uint8_t *box, size_t box_size, void *plain,
                        struct error *error);

/* The number of the key that a box names; 0 for what is no box. */
uint32_t seal_box_number(const uint8_t *box, size_t box_size);

/* The same with a key of the caller's (number 0): a person's. */
void seal_close_with(const uint8_t key[static SEAL_KEY_BYTES],
                     const struct seal_place *place, const void *plain,
                     size_t size, uint8_t nonce[static SEAL_NONCE_BYTES],
                     uint8_t *box);
MUST_USE bool seal_open_with(const uint8_t key[static SEAL_KEY_BYTES],
                             const struct seal_place *place,
                             const uint8_t nonce[static SEAL_NONCE_BYTES],
                             const uint8_t *box, size_t box_size, void *plain,
                             struct error *error);

/*
 * A keyed hash to find rows by (an address, say) without keeping what is
 * looked for.  what keeps uses apart.  A row that was made under an older key
 * is found by the hash under that key: try all seal_numbers().  False: there
 * is no such key.
 */
MUST_USE bool seal_mac(struct seal_ring *ring, uint32_t number,
                       const char *what, const void *bytes, size_t size,
                       struct hash *mac);

#endif
