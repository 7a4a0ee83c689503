/*
 * vault_inside: what the files of the vault share, and nobody else includes.
 */
#ifndef SERVER_VAULT_INSIDE_H
#define SERVER_VAULT_INSIDE_H

#include "server/vault.h"

/* ERROR_READ_ONLY where this server has no keys. */
MUST_USE bool vault_ring(const struct node *node, struct error *error);

struct store_person vault_person(int32_t ledger_id, struct id party);

/* A person's key; ERROR_ABSENT if there is none (any more).  It is the
 * caller's to zero. */
MUST_USE bool vault_key(struct node *node, struct db *db,
                        const struct store_person *person, enum vault_part part,
                        uint8_t key[static SEAL_KEY_BYTES],
                        struct error *error);
/* The key there is, or a new one; of two made at once the first stays. */
MUST_USE bool vault_key_make(struct node *node, struct db *db,
                             const struct store_person *person,
                             enum vault_part part,
                             uint8_t key[static SEAL_KEY_BYTES],
                             struct error *error);

/* Zero and free a text that was sealed; NULL is allowed. */
void vault_forget(char *text);

/* The fields of one part, a new object, maybe empty. */
json_t *vault_fields_of(const json_t *fields, enum vault_part part);

/* Keep an address to find and to write to; "" takes it away. */
MUST_USE bool vault_contact_put(struct node *node, struct db *db,
                                const struct store_person *person,
                                const char *email, struct error *error);

#endif
