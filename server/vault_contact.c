#include "server/vault_inside.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static struct seal_place contact_place(const struct store_person *person)
{
    return (struct seal_place){SEAL_CONTACT, person->ledger_id, person->subject,
                               UUID_BYTES};
}

/* What is looked up: nobody types capitals twice alike. */
static size_t fold_case(char out[static VAULT_EMAIL_BYTES + 1],
                        const char *email)
{
    size_t size = strnlen(email, VAULT_EMAIL_BYTES);

    for (size_t i = 0; i < size; i++)
        out[i] = (char)(email[i] >= 'A' && email[i] <= 'Z' ? email[i] | 0x20
                                                           : email[i]);
    out[size] = '\0';
    return size;
}

bool vault_contact_put(struct node *node, struct db *db,
                       const struct store_person *person, const char *email,
                       struct error *error)
{
    uint8_t key[SEAL_KEY_BYTES], box[VAULT_EMAIL_BYTES + SEAL_EXTRA_BYTES];
    struct store_contact contact = {.person = *person};
    struct seal_place place = contact_place(person);
    uint32_t kek = seal_newest(node->ring);
    size_t size = strnlen(email, VAULT_EMAIL_BYTES);
    char folded[VAULT_EMAIL_BYTES + 1];
    struct hash mac;

    if (size == 0)
        return store_contact_delete(db, person, error);
    if (!vault_key_make(node, db, person, PART_CONTACT, key, error))
        return false;
    seal_close_with(key, &place, email, size, contact.address.nonce, box);
    sodium_memzero(key, sizeof key);
    contact.address.bytes =
        (struct text){(const char *)box, (uint32_t)size + SEAL_EXTRA_BYTES};
    if (!seal_mac(node->ring, kek, "email", folded, fold_case(folded, email),
                  &mac))
        return fail(error, ERROR_READ_ONLY, "the node's key went away");
    return store_contact_put(db, kek, &mac, &contact, error);
}

/* Opens a row: a hash that was copied to another row finds nobody. */
struct opening {
    struct node *node;
    struct db *db;
    char email[VAULT_EMAIL_BYTES + 1];
};

static bool open_contact(void *context, const struct store_contact *row,
                         struct error *error)
{
    struct opening *opening = context;
    struct seal_place place = contact_place(&row->person);
    uint8_t key[SEAL_KEY_BYTES];
    size_t size = row->address.bytes.size;
    bool opened;

    if (size < SEAL_EXTRA_BYTES || size > VAULT_EMAIL_BYTES + SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "a sealed address is damaged");
    opened = vault_key(opening->node, opening->db, &row->person, PART_CONTACT,
                       key, error) &&
             seal_open_with(key, &place, row->address.nonce,
                            (const uint8_t *)row->address.bytes.bytes, size,
                            opening->email, error);
    sodium_memzero(key, sizeof key);
    if (opened)
        opening->email[size - SEAL_EXTRA_BYTES] = '\0';
    return opened;
}

struct finding {
    struct opening opening;
    char wanted[VAULT_EMAIL_BYTES + 1]; /* Folded. */
    struct vault_party *out;
    size_t count;
};

static bool add_party(void *context, const struct store_contact *row,
                      struct error *error)
{
    struct finding *finding = context;
    char folded[VAULT_EMAIL_BYTES + 1];
    struct vault_party party = {.ledger_id = row->person.ledger_id,
                                .party = {.letter = 'p'}};

    if (finding->count == VAULT_PARTIES_MAX)
        return true;
    if (!open_contact(&finding->opening, row, error))
        return false;
    (void)fold_case(folded, finding->opening.email);
    if (strcmp(folded, finding->wanted) != 0)
        return fail(error, ERROR_DOUBT, "an address has another's hash");
    memcpy(party.party.bytes, row->person.subject, UUID_BYTES);
    finding->out[finding->count++] = party;
    return true;
}

bool vault_parties_of_email(struct node *node, struct db *db, const char *email,
                            struct vault_party out[static VAULT_PARTIES_MAX],
                            size_t *count, struct error *error)
{
    struct finding finding = {.opening = {.node = node, .db = db}, .out = out};
    uint32_t numbers[SEAL_KEYS_MAX];
    struct hash macs[SEAL_KEYS_MAX];
    size_t keys, size, tried = 0;
    bool good;

    if (!vault_ring(node, error))
        return false;
    size = fold_case(finding.wanted, email);
    keys = seal_numbers(node->ring, numbers);
    for (size_t i = 0; i < keys; i++)
        tried += seal_mac(node->ring, numbers[i], "email", finding.wanted, size,
                          &macs[tried]);
    good = store_contacts(db, macs, tried, add_party, &finding, error);
    *count = finding.count;
    sodium_memzero(&finding, sizeof finding);
    return good;
}

bool vault_email_of(struct node *node, struct db *db, int32_t ledger_id,
                    struct id party, char out[static VAULT_EMAIL_BYTES + 1],
                    struct error *error)
{
    struct store_person person = vault_person(ledger_id, party);
    struct opening opening = {.node = node, .db = db};

    if (!vault_ring(node, error) ||
        !store_contact_get(db, &person, open_contact, &opening, error))
        return false;
    memcpy(out, opening.email, sizeof opening.email);
    sodium_memzero(&opening, sizeof opening);
    return true;
}
