/*
 * vault: personal data, each person's under keys of their own.
 *
 * A person is a party of one ledger and has two random keys there, wrapped by
 * the node's newest key (sql/seal.h): one opens what reaches them, the other
 * what the law asks to keep (vault_fields.def says which field is which).  To
 * erase a person is to delete a key.  Everything runs on the caller's
 * connection, in the caller's transaction if there is one.
 *
 * Nothing here is ever written to a log, and no refusal repeats a value.
 * All fail with ERROR_READ_ONLY where this server has no keys, ERROR_STORE,
 * or ERROR_DOUBT if a row was changed or moved; further failures are named.
 */
#ifndef SERVER_VAULT_H
#define SERVER_VAULT_H

#include "server/node.h"
#include "sql/store_vault.h"

#include <jansson.h>

enum { VAULT_EMAIL_BYTES = 254, VAULT_PARTIES_MAX = 64 };

struct vault_party {
    int32_t ledger_id;
    struct id party;
};

/*
 * Load the node's keys, or make the first one for a database that has none.
 * Where they are missing or not those of the database the node goes on
 * without (node->ring is NULL), with a warning: it serves and appends what is
 * signed, and takes no personal data.  Fails with ERROR_STORE only.
 */
MUST_USE bool vault_start(struct node *node, struct error *error);

/*
 * Keep fields (an object of texts) as the record's latest version, and the
 * opening of the commitment to them with the part that goes first.  Fields
 * not given are as before; "" takes one away.  The record that has the
 * party's own 128 bits is the party's data: its "email" is what
 * vault_parties_of_email() finds.  retain_until: NULL where no term is known.
 *
 * Fails with ERROR_FIELD for an unknown or too long field, with its pointer,
 * or ERROR_STATE if the party was erased.  Not under host_read().
 */
MUST_USE bool vault_put(struct node *node, struct db *db, int32_t ledger_id,
                        struct id party, struct id record, const json_t *fields,
                        const struct hash *opening,
                        const struct date *retain_until, struct error *error);

/*
 * What is left of a record: {"record", "fields": {...}, "opening"?}, to be
 * freed.  opening is there as long as what reaches the person is.
 * Fails with ERROR_ABSENT if nothing is left.
 */
MUST_USE bool vault_get(struct node *node, struct db *db, int32_t ledger_id,
                        struct id party, struct id record, json_t **document,
                        struct error *error);

/* The same of all records of a party, as an array; may be empty. */
MUST_USE bool vault_list(struct node *node, struct db *db, int32_t ledger_id,
                         struct id party, json_t **documents,
                         struct error *error);

/* Whose address this is, in all ledgers; upper and lower case are equal. */
MUST_USE bool
vault_parties_of_email(struct node *node, struct db *db, const char *email,
                       struct vault_party out[static VAULT_PARTIES_MAX],
                       size_t *count, struct error *error);

/* A party's address.  ERROR_ABSENT if it is not known (any more). */
MUST_USE bool vault_email_of(struct node *node, struct db *db,
                             int32_t ledger_id, struct id party,
                             char out[static VAULT_EMAIL_BYTES + 1],
                             struct error *error);

/* Delete the keys and rows of this part and the parts before it. */
MUST_USE bool vault_erase(struct node *node, struct db *db, int32_t ledger_id,
                          struct id party, enum vault_part part,
                          struct error *error);

/*
 * C = BLAKE2b-256(key = opening, "terreau/commit/v1" || origin ||
 * names of the fields, sorted, with commas between || JCS of the fields).
 */
struct hash vault_commit(const char *origin, const json_t *fields,
                         const struct hash *opening);

/* Put fields over those that were; "" takes one away. */
void vault_merge(json_t *into, const json_t *fields);

/* ERROR_FIELD with the pointer, as vault_put() would say. */
MUST_USE bool vault_check(const json_t *fields, struct error *error);

#endif
