/*
 * person: how a person's keys are wrapped, and what an address is found by.
 *
 * Shared by the vault of the server and the rotation of the node's keys.
 */
#ifndef SQL_PERSON_H
#define SQL_PERSON_H

#include "sql/store_vault.h"

enum {
    PERSON_EMAIL_BYTES = 254,
    PERSON_WRAPPED_BYTES = SEAL_KEY_BYTES + SEAL_EXTRA_BYTES,
};

/* A key in its box, by the newest key of the ring. */
void person_wrap(struct seal_ring *ring, const struct store_person *person,
                 enum vault_part part, const uint8_t key[static SEAL_KEY_BYTES],
                 uint8_t nonce[static SEAL_NONCE_BYTES],
                 uint8_t wrapped[static PERSON_WRAPPED_BYTES]);
/* Fails as seal_open().  The key is the caller's to zero. */
MUST_USE bool person_unwrap(struct seal_ring *ring,
                            const struct store_person *person,
                            enum vault_part part,
                            const uint8_t nonce[static SEAL_NONCE_BYTES],
                            const uint8_t wrapped[static PERSON_WRAPPED_BYTES],
                            uint8_t key[static SEAL_KEY_BYTES],
                            struct error *error);

/* An address, sealed with the person's key of part 0; box has room for it and
 * SEAL_EXTRA_BYTES. */
void person_seal_address(const uint8_t key[static SEAL_KEY_BYTES],
                         const char *email, struct store_contact *contact,
                         uint8_t *box);
MUST_USE bool person_open_address(const uint8_t key[static SEAL_KEY_BYTES],
                                  const struct store_contact *contact,
                                  char email[static PERSON_EMAIL_BYTES + 1],
                                  struct error *error);

/* As it is looked up: nobody types capitals twice alike. */
size_t person_fold_case(char out[static PERSON_EMAIL_BYTES + 1],
                        const char *email);
/* False: the ring has no such key. */
MUST_USE bool person_mac(struct seal_ring *ring, uint32_t number,
                         const char *email, struct hash *mac);

#endif
