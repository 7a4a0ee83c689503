#include "server/config.h"
#include "server/log.h"
#include "server/vault_inside.h"
#include "sql/person.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool first_key(struct node *node, const char *folder,
                      struct error *error)
{
    int64_t known;
    struct error why = {0};
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error) ||
        !store_vault_key_count(loan.db, &known, error))
        return false;
    if (known > 0)
        log_event(LOG_WARNING, "vault",
                  "the database was made with keys that are not in %s", folder);
    else if ((mkdir(folder, 0700) == 0 || errno == EEXIST) &&
             seal_key_create(folder, 1, &why) &&
             seal_ring_load(&node->ring, folder, &why))
        log_event(LOG_INFO, "vault", "made %s/kek-1.key: keep a copy", folder);
    else
        log_event(LOG_WARNING, "vault", "%s: %s", folder, why.text);
    return true;
}

/* Are these the keys that this database was made with? */
static bool compare(struct node *node, struct error *error)
{
    uint32_t numbers[SEAL_KEYS_MAX];
    size_t count = seal_numbers(node->ring, numbers);
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct hash print;
        bool same;

        if (!seal_print(node->ring, numbers[i], &print))
            continue;
        if (!store_vault_key(loan.db, numbers[i], &print, &same, error))
            return false;
        if (same)
            continue;
        log_event(LOG_WARNING, "vault",
                  "kek-%u.key is not the key of this database",
                  (unsigned)numbers[i]);
        seal_ring_free(node->ring);
        node->ring = NULL;
        return true;
    }
    return true;
}

bool vault_start(struct node *node, struct error *error)
{
    const char *folder = node->config->vault_keys_dir[0] != '\0'
                             ? node->config->vault_keys_dir
                             : node->config->state_dir;
    struct error why = {0};

    if (!seal_ring_load(&node->ring, folder, &why)) {
        if (why.code != ERROR_ABSENT) {
            log_event(LOG_WARNING, "vault", "%s", why.text);
            return true;
        }
        if (!first_key(node, folder, error))
            return false;
    }
    return node->ring == NULL || compare(node, error);
}

bool vault_ring(const struct node *node, struct error *error)
{
    return node->ring != NULL ||
           fail(error, ERROR_READ_ONLY,
                "this server does not have the keys of personal data");
}

struct store_person vault_person(int32_t ledger_id, struct id party)
{
    struct store_person person = {.ledger_id = ledger_id};

    memcpy(person.subject, party.bytes, sizeof person.subject);
    return person;
}

bool vault_key(struct node *node, struct db *db,
               const struct store_person *person, enum vault_part part,
               uint8_t key[static SEAL_KEY_BYTES], struct error *error)
{
    uint8_t nonce[SEAL_NONCE_BYTES], wrapped[PERSON_WRAPPED_BYTES];

    return store_subject_key(db, person, part, nonce, wrapped, error) &&
           person_unwrap(node->ring, person, part, nonce, wrapped, key, error);
}

/* The key there is, or a new one; of two at once the first stays. */
bool vault_key_make(struct node *node, struct db *db,
                    const struct store_person *person, enum vault_part part,
                    uint8_t key[static SEAL_KEY_BYTES], struct error *error)
{
    uint8_t box[PERSON_WRAPPED_BYTES];
    struct store_box wrapped = {
        .bytes = {.bytes = (const char *)box, .size = sizeof box}};
    struct error why = {0};

    if (vault_key(node, db, person, part, key, &why))
        return true;
    if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    randombytes_buf(key, SEAL_KEY_BYTES);
    person_wrap(node->ring, person, part, key, wrapped.nonce, box);
    return store_subject_key_insert(db, person, part,
                                    seal_box_number(box, sizeof box), &wrapped,
                                    error) &&
           vault_key(node, db, person, part, key, error);
}

void vault_forget(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}
