#include "server/vault_inside.h"
#include "sql/person.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert((int)VAULT_EMAIL_BYTES == (int)PERSON_EMAIL_BYTES, "one size");

bool vault_contact_put(struct node *node, struct db *db,
                       const struct store_person *person, const char *email,
                       struct error *error)
{
    uint8_t key[SEAL_KEY_BYTES], box[VAULT_EMAIL_BYTES + SEAL_EXTRA_BYTES];
    struct store_contact contact = {.person = *person};
    uint32_t kek = seal_newest(node->ring);
    struct hash mac;

    if (email[0] == '\0')
        return store_contact_delete(db, person, error);
    if (!vault_key_make(node, db, person, PART_CONTACT, key, error))
        return false;
    person_seal_address(key, email, &contact, box);
    sodium_memzero(key, sizeof key);
    if (!person_mac(node->ring, kek, email, &mac))
        return fail(error, ERROR_READ_ONLY, "the node's key went away");
    return store_contact_put(db, kek, &mac, &contact, error);
}

struct opening {
    struct node *node;
    struct db *db;
    char email[VAULT_EMAIL_BYTES + 1];
};

static bool open_contact(void *context, const struct store_contact *row,
                         struct error *error)
{
    struct opening *opening = context;
    uint8_t key[SEAL_KEY_BYTES];
    bool opened = vault_key(opening->node, opening->db, &row->person,
                            PART_CONTACT, key, error) &&
                  person_open_address(key, row, opening->email, error);

    sodium_memzero(key, sizeof key);
    return opened;
}

struct finding {
    struct opening opening;
    char wanted[VAULT_EMAIL_BYTES + 1]; /* Folded. */
    struct vault_party *out;
    size_t count;
};

/* Opens the row: a hash that was copied to another row finds nobody. */
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
    (void)person_fold_case(folded, finding->opening.email);
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
    size_t keys, tried = 0;
    bool good;

    if (!vault_ring(node, error))
        return false;
    (void)person_fold_case(finding.wanted, email);
    keys = seal_numbers(node->ring, numbers);
    for (size_t i = 0; i < keys; i++)
        tried += person_mac(node->ring, numbers[i], email, &macs[tried]);
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
