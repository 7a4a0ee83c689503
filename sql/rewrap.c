#include "sql/rewrap.h"
#include "sql/person.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 256 };

struct work {
    struct db *db;
    struct seal_ring *ring;
    uint32_t newest;
    int64_t done;
};

/* ---- Keys of persons ---- */

static bool rewrap_key(struct work *work, const PGresult *rows, int row,
                       struct error *error)
{
    struct store_person person = {.ledger_id =
                                      (int32_t)row_int(rows, row, "ledger_id")};
    enum vault_part part = (enum vault_part)row_int(rows, row, "part");
    uint8_t nonce[SEAL_NONCE_BYTES], wrapped[PERSON_WRAPPED_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    bool opened;
    DB_RESULT(none);

    row_fixed(rows, row, "subject", person.subject, sizeof person.subject);
    row_fixed(rows, row, "nonce", nonce, sizeof nonce);
    row_fixed(rows, row, "wrapped", wrapped, sizeof wrapped);
    opened =
        person_unwrap(work->ring, &person, part, nonce, wrapped, key, error);
    if (opened)
        person_wrap(work->ring, &person, part, key, nonce, wrapped);
    sodium_memzero(key, sizeof key);
    work->done++;
    return opened &&
           db_query(work->db,
                    "UPDATE subject_key SET kek = $4, nonce = $5, wrapped = $6"
                    " WHERE ledger_id = $1 AND subject = $2 AND part = $3",
                    PARAMS(param_int4(person.ledger_id),
                           param_uuid(person.subject),
                           param_int2((int16_t)part),
                           param_int4((int32_t)seal_box_number(wrapped,
                                                               sizeof wrapped)),
                           param_bytes(nonce, sizeof nonce),
                           param_bytes(wrapped, sizeof wrapped)),
                    &none, error);
}

static bool keys_page(struct work *work, bool *more, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(work->db,
                  "SELECT ledger_id, subject, part, nonce, wrapped"
                  " FROM subject_key WHERE kek <> $1"
                  " LIMIT $2 FOR UPDATE",
                  PARAMS(param_int4((int32_t)work->newest), param_int8(PAGE)),
                  &rows, error))
        return false;
    *more = PQntuples(rows) == PAGE;
    for (int i = 0; i < PQntuples(rows); i++)
        if (!rewrap_key(work, rows, i, error))
            return false;
    return true;
}

/* ---- Addresses: the hash that finds them is by a key of the node, too ---- */

static bool rewrap_address(struct work *work, const PGresult *rows, int row,
                           struct error *error)
{
    struct store_contact contact = {
        .person = {.ledger_id = (int32_t)row_int(rows, row, "ledger_id")},
        .address = {.bytes = row_bytes(rows, row, "address")},
    };
    uint8_t nonce[SEAL_NONCE_BYTES], wrapped[PERSON_WRAPPED_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    char email[PERSON_EMAIL_BYTES + 1];
    struct hash mac;
    bool opened;
    DB_RESULT(none);

    row_fixed(rows, row, "subject", contact.person.subject, UUID_BYTES);
    row_fixed(rows, row, "nonce", contact.address.nonce, SEAL_NONCE_BYTES);
    opened = store_subject_key(work->db, &contact.person, PART_CONTACT, nonce,
                               wrapped, error) &&
             person_unwrap(work->ring, &contact.person, PART_CONTACT, nonce,
                           wrapped, key, error) &&
             person_open_address(key, &contact, email, error);
    sodium_memzero(key, sizeof key);
    if (!opened)
        return false;
    opened = person_mac(work->ring, work->newest, email, &mac);
    sodium_memzero(email, sizeof email);
    assert(opened); /* The newest is never destroyed. */
    work->done++;
    return db_query(work->db,
                    "UPDATE contact SET kek = $3, mac = $4"
                    " WHERE ledger_id = $1 AND subject = $2",
                    PARAMS(param_int4(contact.person.ledger_id),
                           param_uuid(contact.person.subject),
                           param_int4((int32_t)work->newest), param_hash(&mac)),
                    &none, error);
}

static bool addresses_page(struct work *work, bool *more, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(work->db,
                  "SELECT ledger_id, subject, nonce, address FROM contact"
                  " WHERE kek <> $1 LIMIT $2 FOR UPDATE",
                  PARAMS(param_int4((int32_t)work->newest), param_int8(PAGE)),
                  &rows, error))
        return false;
    *more = PQntuples(rows) == PAGE;
    for (int i = 0; i < PQntuples(rows); i++)
        if (!rewrap_address(work, rows, i, error))
            return false;
    return true;
}

/* ---- Rows that wait ---- */

static bool rewrap_row(void *context, const struct store_sealed *row,
                       struct error *error)
{
    struct work *work = context;
    struct seal_place place = store_sealed_place(row);
    size_t size = row->box.bytes.size;
    struct store_sealed fresh = *row;
    uint8_t *plain, *box;
    bool good;

    if (size < SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "a sealed row is damaged");
    plain = malloc(size);
    box = malloc(size);
    assert(plain != NULL && box != NULL);
    good = seal_open(work->ring, &place, row->box.nonce,
                     (const uint8_t *)row->box.bytes.bytes, size, plain, error);
    if (good) {
        seal_close(work->ring, &place, plain, size - SEAL_EXTRA_BYTES,
                   fresh.box.nonce, box);
        fresh.box.bytes = (struct text){(const char *)box, (uint32_t)size};
        good = store_sealed_replace(work->db, &fresh, error);
        sodium_memzero(plain, size);
    }
    free(plain);
    free(box);
    work->done++;
    return good;
}

/* Each page is a transaction of its own. */
static bool sealed_page(struct work *work, int table, bool *more,
                        struct error *error)
{
    int64_t before = work->done;

    if (!store_sealed_older(work->db, table, work->newest, PAGE, rewrap_row,
                            work, error))
        return false;
    *more = work->done - before == PAGE;
    return true;
}

static bool one_page(struct work *work, int step, bool *more,
                     struct error *error)
{
    DB_TRANSACTION(transaction);
    bool good;

    if (!db_begin(work->db, &transaction, error))
        return false;
    if (step == 0)
        good = keys_page(work, more, error);
    else if (step == 1)
        good = addresses_page(work, more, error);
    else
        good = sealed_page(work, step - 2, more, error);
    return good && db_commit(&transaction, error);
}

bool rewrap_all(struct db *db, struct seal_ring *ring, struct rewrapped *count,
                struct error *error)
{
    struct work work = {.db = db, .ring = ring, .newest = seal_newest(ring)};

    *count = (struct rewrapped){0};
    for (int step = 0; step < 2 + SEALED_TABLES; step++) {
        bool more = true;

        work.done = 0;
        while (more)
            if (!one_page(&work, step, &more, error))
                return false;
        if (step == 0)
            count->keys = work.done;
        else if (step == 1)
            count->addresses = work.done;
        else
            count->waiting += work.done;
    }
    return true;
}
