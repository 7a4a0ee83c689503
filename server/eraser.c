#include "server/eraser.h"
#include "server/log.h"
#include "server/session.h"
#include "server/vault.h"
#include "sql/person.h"
#include "sql/store_sealed.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct search {
    struct node *node;
    struct db *db;
    char email[PERSON_EMAIL_BYTES + 1]; /* Folded; "": not known. */
    char party[ID_CHARS + 1];           /* Folded, too. */
};

static char fold(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool contains(const uint8_t *bytes, size_t size, const char *folded)
{
    size_t wanted = strlen(folded);

    for (size_t i = 0; i + wanted <= size; i++) {
        size_t same = 0;

        while (same < wanted && fold(bytes[i + same]) == folded[same])
            same++;
        if (same == wanted)
            return true;
    }
    return false;
}

/* A row that does not open is nobody's any more, and goes with its age. */
static bool delete_if_theirs(void *context, const struct store_sealed *row,
                             struct error *error)
{
    struct search *search = context;
    struct seal_place place = store_sealed_place(row);
    size_t size = row->box.bytes.size;
    struct error why = {0};
    bool theirs = false;
    uint8_t *plain;

    if (size < SEAL_EXTRA_BYTES)
        return true;
    size -= SEAL_EXTRA_BYTES;
    plain = malloc(size + 1);
    assert(plain != NULL);
    if (seal_open(search->node->ring, &place, row->box.nonce,
                  (const uint8_t *)row->box.bytes.bytes, row->box.bytes.size,
                  plain, &why)) {
        theirs =
            contains(plain, size, search->party) ||
            (search->email[0] != '\0' && contains(plain, size, search->email));
        sodium_memzero(plain, size);
    }
    free(plain);
    return !theirs || store_sealed_delete(search->db, row, error);
}

/* Of one ledger, and of the node's own mails (ledger 0). */
static bool delete_waiting(struct search *search, int32_t ledger_id,
                           struct error *error)
{
    for (int table = 0; table < SEALED_TABLES; table++)
        if (!store_sealed_of(search->db, table, ledger_id, delete_if_theirs,
                             search, error) ||
            !store_sealed_of(search->db, table, 0, delete_if_theirs, search,
                             error))
            return false;
    return true;
}

static bool erase(struct node *node, struct db *db,
                  const struct store_person *person, enum vault_part part,
                  struct error *error)
{
    struct search search = {.node = node, .db = db};
    struct id party = {.letter = 'p'};
    char email[VAULT_EMAIL_BYTES + 1];
    struct error why = {0};
    bool known, done;

    memcpy(party.bytes, person->subject, sizeof party.bytes);
    id_write(search.party, party);
    for (char *c = search.party; *c != '\0'; c++)
        *c = fold((uint8_t)*c);
    known = vault_email_of(node, db, person->ledger_id, party, email, &why);
    if (!known && why.code != ERROR_ABSENT && why.code != ERROR_DOUBT)
        return fail_again(error, why.code, &why);
    if (known) /* Whom nobody can read is erased all the same. */
        (void)person_fold_case(search.email, email);
    done = delete_waiting(&search, person->ledger_id, error) &&
           (!known || session_end_all(node, db, email, error));
    sodium_memzero(email, sizeof email);
    sodium_memzero(search.email, sizeof search.email);
    return done &&
           vault_erase(node, db, person->ledger_id, party, part, error) &&
           store_erasure_done(db, person, part, error);
}

/* *found: there may be more. */
static bool erase_one(struct node *node, struct db *db, bool *found,
                      struct error *error)
{
    struct store_person person;
    enum vault_part part;
    DB_TRANSACTION(transaction);

    if (!db_begin(db, &transaction, error) ||
        !store_erasure_take(db, &person, &part, found, error))
        return false;
    if (!*found)
        return true;
    if (!erase(node, db, &person, part, error) ||
        !db_commit(&transaction, error))
        return false;
    log_event(LOG_INFO, "erase", "a person was erased from ledger %" PRId32,
              person.ledger_id);
    return true;
}

void eraser_run(struct node *node)
{
    struct error error = {0};
    bool found = true;
    POOL_LOAN(loan);

    if (node->ring == NULL || !pool_borrow(&node->pool, &loan, &error))
        return;
    while (found && !atomic_load(&node->stopping))
        if (!erase_one(node, loan.db, &found, &error)) {
            log_event(LOG_WARNING, "erase", "%s", error.text);
            return;
        }
}
