#include "sql/person.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static struct seal_place key_place(uint8_t row[static UUID_BYTES + 1],
                                   const struct store_person *person,
                                   enum vault_part part)
{
    memcpy(row, person->subject, UUID_BYTES);
    row[UUID_BYTES] = (uint8_t)part;
    return (struct seal_place){SEAL_SUBJECT, person->ledger_id, row,
                               UUID_BYTES + 1};
}

void person_wrap(struct seal_ring *ring, const struct store_person *person,
                 enum vault_part part, const uint8_t key[static SEAL_KEY_BYTES],
                 uint8_t nonce[static SEAL_NONCE_BYTES],
                 uint8_t wrapped[static PERSON_WRAPPED_BYTES])
{
    uint8_t row[UUID_BYTES + 1];
    struct seal_place place = key_place(row, person, part);

    seal_close(ring, &place, key, SEAL_KEY_BYTES, nonce, wrapped);
}

bool person_unwrap(struct seal_ring *ring, const struct store_person *person,
                   enum vault_part part,
                   const uint8_t nonce[static SEAL_NONCE_BYTES],
                   const uint8_t wrapped[static PERSON_WRAPPED_BYTES],
                   uint8_t key[static SEAL_KEY_BYTES], struct error *error)
{
    uint8_t row[UUID_BYTES + 1];
    struct seal_place place = key_place(row, person, part);

    return seal_open(ring, &place, nonce, wrapped, PERSON_WRAPPED_BYTES, key,
                     error);
}

static struct seal_place contact_place(const struct store_person *person)
{
    return (struct seal_place){SEAL_CONTACT, person->ledger_id, person->subject,
                               UUID_BYTES};
}

void person_seal_address(const uint8_t key[static SEAL_KEY_BYTES],
                         const char *email, struct store_contact *contact,
                         uint8_t *box)
{
    struct seal_place place = contact_place(&contact->person);
    size_t size = strnlen(email, PERSON_EMAIL_BYTES);

    seal_close_with(key, &place, email, size, contact->address.nonce, box);
    contact->address.bytes =
        (struct text){(const char *)box, (uint32_t)size + SEAL_EXTRA_BYTES};
}

bool person_open_address(const uint8_t key[static SEAL_KEY_BYTES],
                         const struct store_contact *contact,
                         char email[static PERSON_EMAIL_BYTES + 1],
                         struct error *error)
{
    struct seal_place place = contact_place(&contact->person);
    size_t size = contact->address.bytes.size;

    if (size < SEAL_EXTRA_BYTES || size > PERSON_EMAIL_BYTES + SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "a sealed address is damaged");
    if (!seal_open_with(key, &place, contact->address.nonce,
                        (const uint8_t *)contact->address.bytes.bytes, size,
                        email, error))
        return false;
    email[size - SEAL_EXTRA_BYTES] = '\0';
    return true;
}

size_t person_fold_case(char out[static PERSON_EMAIL_BYTES + 1],
                        const char *email)
{
    size_t size = strnlen(email, PERSON_EMAIL_BYTES);

    for (size_t i = 0; i < size; i++)
        out[i] = (char)(email[i] >= 'A' && email[i] <= 'Z' ? email[i] | 0x20
                                                           : email[i]);
    out[size] = '\0';
    return size;
}

bool person_mac(struct seal_ring *ring, uint32_t number, const char *email,
                struct hash *mac)
{
    char folded[PERSON_EMAIL_BYTES + 1];
    size_t size = person_fold_case(folded, email);
    bool made = seal_mac(ring, number, "email", folded, size, mac);

    sodium_memzero(folded, sizeof folded);
    return made;
}
