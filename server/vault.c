#include "server/vault_inside.h"
#include "server/wire.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 2 * UUID_BYTES + 1 + 4, BOX_BYTES_MAX = 16384 };

/* Subject, record, part and version: a row opens in its own place only. */
static struct seal_place row_place(uint8_t out[static ROW_BYTES],
                                   const struct store_person *person,
                                   const struct store_vault *row)
{
    uint32_t version = (uint32_t)row->version;

    memcpy(out, person->subject, UUID_BYTES);
    memcpy(out + UUID_BYTES, row->record, UUID_BYTES);
    out[ROW_BYTES - 5] = (uint8_t)row->part;
    for (int i = 0; i < 4; i++)
        out[ROW_BYTES - 4 + i] = (uint8_t)(version >> (24 - 8 * i));
    return (struct seal_place){SEAL_VAULT, person->ledger_id, out, ROW_BYTES};
}

static bool open_row(const uint8_t key[static SEAL_KEY_BYTES],
                     const struct store_person *person,
                     const struct store_vault *row, json_t **document,
                     struct error *error)
{
    size_t size = row->box.bytes.size;
    uint8_t place_row[ROW_BYTES];
    struct seal_place place = row_place(place_row, person, row);
    char *plain = calloc(1, size + 1);

    assert(plain != NULL);
    if (seal_open_with(key, &place, row->box.nonce,
                       (const uint8_t *)row->box.bytes.bytes, size, plain,
                       error)) {
        *document = json_loads(plain, JSON_REJECT_DUPLICATES, NULL);
        vault_forget(plain);
        return *document != NULL ||
               fail(error, ERROR_DOUBT, "a sealed row holds no document");
    }
    free(plain);
    return false;
}

static bool write_row(struct node *node, struct db *db,
                      const struct store_person *person,
                      struct store_vault *row, const json_t *document,
                      struct error *error)
{
    char *plain = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
    uint8_t key[SEAL_KEY_BYTES], place_row[ROW_BYTES], box[BOX_BYTES_MAX];
    struct seal_place place;
    size_t size;
    bool good;

    assert(plain != NULL);
    size = strlen(plain);
    assert(size + SEAL_EXTRA_BYTES <= sizeof box);
    good = vault_key_make(node, db, person, row->part, key, error) &&
           store_vault_next(db, person->ledger_id, row->record, row->part,
                            &row->version, error);
    if (good) {
        place = row_place(place_row, person, row);
        seal_close_with(key, &place, plain, size, row->box.nonce, box);
        row->box.bytes =
            (struct text){(const char *)box, (uint32_t)size + SEAL_EXTRA_BYTES};
        good = store_vault_insert(db, person, row, error);
    }
    /* Former addresses are of no use to anybody. */
    good = good && (row->part != PART_CONTACT ||
                    store_vault_forget(db, person->ledger_id, row, error));
    sodium_memzero(key, sizeof key);
    vault_forget(plain);
    return good;
}

struct reading {
    struct node *node;
    struct db *db;
    const struct store_person *person;
    bool has_key[VAULT_PARTS];
    uint8_t keys[VAULT_PARTS][SEAL_KEY_BYTES];
    json_t *documents;
};

static json_t *document_of(json_t *documents, const char *record)
{
    size_t i;
    json_t *document;

    json_array_foreach(
        documents, i,
        document) if (strcmp(json_string_value(json_object_get(document,
                                                               "record")),
                             record) == 0) return document;
    document = json_pack("{s:s, s:{}}", "record", record, "fields");
    (void)json_array_append_new(documents, document);
    return document;
}

static bool add_row(void *context, const struct store_vault *row,
                    struct error *error)
{
    struct reading *reading = context;
    char record[HASH_CHARS + 1];
    json_t *document, *opening;
    json_auto_t *said = NULL;

    if (!reading->has_key[row->part])
        return fail(error, ERROR_DOUBT, "a row of personal data has no key");
    if (!open_row(reading->keys[row->part], reading->person, row, &said, error))
        return false;
    (void)sodium_bin2hex(record, sizeof record, row->record,
                         sizeof row->record);
    document = document_of(reading->documents, record);
    (void)json_object_update(json_object_get(document, "fields"),
                             json_object_get(said, "fields"));
    opening = json_object_get(said, "opening");
    if (opening != NULL)
        (void)json_object_set(document, "opening", opening);
    return true;
}

static bool read_keys(struct reading *reading, struct error *error)
{
    for (int part = 0; part < VAULT_PARTS; part++) {
        struct error why = {0};

        reading->has_key[part] =
            vault_key(reading->node, reading->db, reading->person,
                      (enum vault_part)part, reading->keys[part], &why);
        if (!reading->has_key[part] && why.code != ERROR_ABSENT)
            return fail_again(error, why.code, &why);
    }
    return true;
}

bool vault_list(struct node *node, struct db *db, int32_t ledger_id,
                struct id party, json_t **documents, struct error *error)
{
    struct store_person person = vault_person(ledger_id, party);
    struct reading reading = {.node = node, .db = db, .person = &person};
    bool good;

    if (!vault_ring(node, error))
        return false;
    reading.documents = json_array();
    good = read_keys(&reading, error) &&
           store_vault_rows(db, &person, add_row, &reading, error);
    sodium_memzero(reading.keys, sizeof reading.keys);
    if (good)
        *documents = reading.documents;
    else
        json_decref(reading.documents);
    return good;
}

bool vault_get(struct node *node, struct db *db, int32_t ledger_id,
               struct id party, struct id record, json_t **document,
               struct error *error)
{
    char wanted[HASH_CHARS + 1];
    json_auto_t *documents = NULL;
    json_t *each;
    size_t i;

    if (!vault_list(node, db, ledger_id, party, &documents, error))
        return false;
    (void)sodium_bin2hex(wanted, sizeof wanted, record.bytes,
                         sizeof record.bytes);
    json_array_foreach(
        documents, i,
        each) if (strcmp(json_string_value(json_object_get(each, "record")),
                         wanted) == 0)
    {
        *document = json_incref(each);
        return true;
    }
    return fail(error, ERROR_ABSENT, "nothing is kept there");
}

/* One part of a record, if it changes. */
static bool put_part(struct node *node, struct db *db,
                     const struct store_person *person, struct store_vault *row,
                     const json_t *before, const json_t *after,
                     const struct hash *opening, struct error *error)
{
    json_auto_t *former = vault_fields_of(before, row->part);
    json_auto_t *fields = vault_fields_of(after, row->part);
    json_auto_t *document = NULL;

    opening = row->part == PART_CONTACT ? opening : NULL;
    if (opening == NULL && json_equal(former, fields))
        return true;
    document = json_pack("{s:O}", "fields", fields);
    assert(document != NULL);
    if (opening != NULL)
        wire_set(document, "opening", wire_hash(opening));
    return write_row(node, db, person, row, document, error);
}

static bool was_erased(struct node *node, int32_t ledger_id, struct id party)
{
    struct ledger_host *host = node_ledger_of(node, ledger_id);
    const struct record *record;
    bool erased;

    if (host == NULL)
        return false;
    host_read(host);
    record = state_find_id(host->at.base, party);
    erased = record != NULL && record->state != STATE_party_ACTIVE;
    host_done(host);
    return erased;
}

bool vault_put(struct node *node, struct db *db, int32_t ledger_id,
               struct id party, struct id record, const json_t *fields,
               const struct hash *opening, const struct date *retain_until,
               struct error *error)
{
    struct store_person person = vault_person(ledger_id, party);
    struct store_vault row = {.retained = retain_until != NULL};
    json_auto_t *document = NULL, *after = NULL;
    const json_t *email = json_object_get(fields, "email");
    struct error why = {0};

    if (!vault_ring(node, error) || !vault_check(fields, error))
        return false;
    if (was_erased(node, ledger_id, party))
        return fail(error, ERROR_STATE, "this person was erased");
    if (!vault_get(node, db, ledger_id, party, record, &document, &why)) {
        if (why.code != ERROR_ABSENT)
            return fail_again(error, why.code, &why);
        document = json_pack("{s:{}}", "fields");
    }
    after = json_deep_copy(json_object_get(document, "fields"));
    vault_merge(after, fields);
    memcpy(row.record, record.bytes, sizeof row.record);
    if (retain_until != NULL)
        row.retain_until = *retain_until;
    for (int part = 0; part < VAULT_PARTS; part++) {
        row.part = (enum vault_part)part;
        if (!put_part(node, db, &person, &row,
                      json_object_get(document, "fields"), after, opening,
                      error))
            return false;
    }
    return email == NULL ||
           memcmp(record.bytes, party.bytes, sizeof record.bytes) != 0 ||
           vault_contact_put(node, db, &person, json_string_value(email),
                             error);
}

bool vault_erase(struct node *node, struct db *db, int32_t ledger_id,
                 struct id party, enum vault_part part, struct error *error)
{
    struct store_person person = vault_person(ledger_id, party);

    (void)node; /* Needs no keys: deleting is not reading. */
    return store_vault_erase(db, &person, part, error);
}
