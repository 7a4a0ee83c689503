/*
 * store_vault: sealed personal data, the keys that open it, and addresses.
 *
 * All here is bytes that this program alone can open: server/vault.h.  Rows
 * are deleted, never changed, by the server; only the rotation of the node's
 * keys (store_rewrap.h) writes over them.
 */
#ifndef SQL_STORE_VAULT_H
#define SQL_STORE_VAULT_H

#include "sql/seal.h"
#include "sql/store.h"

/* Which of a person's two keys. */
enum vault_part {
    PART_CONTACT,  /* Reaches them: goes when they ask. */
    PART_IDENTITY, /* Who they are: goes when the law's term is over. */
};
enum { VAULT_PARTS = 2 };

struct store_box {
    uint8_t nonce[SEAL_NONCE_BYTES];
    struct text bytes;
};

struct store_vault {
    uint8_t record[UUID_BYTES];
    enum vault_part part;
    int32_t version;
    bool retained;
    struct date retain_until; /* If retained. */
    struct store_box box;
};

/* A person in a ledger. */
struct store_person {
    int32_t ledger_id;
    uint8_t subject[UUID_BYTES];
};

struct store_contact {
    struct store_person person;
    struct store_box address;
};

/* The first print of a number stays: *same is false for another. */
MUST_USE bool store_vault_key(struct db *db, uint32_t number,
                              const struct hash *print, bool *same,
                              struct error *error);
/* How many numbers there are. */
MUST_USE bool store_vault_key_count(struct db *db, int64_t *count,
                                    struct error *error);

/* wrapped has room for SEAL_KEY_BYTES + SEAL_EXTRA_BYTES.  ERROR_ABSENT. */
MUST_USE bool store_subject_key(struct db *db,
                                const struct store_person *person,
                                enum vault_part part,
                                uint8_t nonce[static SEAL_NONCE_BYTES],
                                uint8_t *wrapped, struct error *error);
/* The key that was first there stays.  kek: what it is wrapped with. */
MUST_USE bool store_subject_key_insert(struct db *db,
                                       const struct store_person *person,
                                       enum vault_part part, uint32_t kek,
                                       const struct store_box *wrapped,
                                       struct error *error);

/* The version that the record's next row must have.  Locks nothing: a second
 * writer of the same version fails with ERROR_TAKEN. */
MUST_USE bool store_vault_next(struct db *db, int32_t ledger_id,
                               const uint8_t record[static UUID_BYTES],
                               enum vault_part part, int32_t *version,
                               struct error *error);
MUST_USE bool store_vault_insert(struct db *db,
                                 const struct store_person *person,
                                 const struct store_vault *row,
                                 struct error *error);
/* Older versions of a record's part. */
MUST_USE bool store_vault_forget(struct db *db, int32_t ledger_id,
                                 const struct store_vault *row,
                                 struct error *error);
/* The latest version of each record and part, by record. */
MUST_USE bool store_vault_rows(struct db *db, const struct store_person *person,
                               bool (*each)(void *context,
                                            const struct store_vault *row,
                                            struct error *error),
                               void *context, struct error *error);
/* Rows whose term is over on that day; *count of them went. */
MUST_USE bool store_vault_expire(struct db *db, struct date day, int64_t *count,
                                 struct error *error);

/* One address for each person; the former one goes. */
MUST_USE bool store_contact_put(struct db *db, uint32_t kek,
                                const struct hash *mac,
                                const struct store_contact *contact,
                                struct error *error);
MUST_USE bool store_contact_delete(struct db *db,
                                   const struct store_person *person,
                                   struct error *error);
/* Of one address under several keys, by ledger and subject. */
MUST_USE bool
store_contacts(struct db *db, const struct hash *macs, size_t count,
               bool (*each)(void *context, const struct store_contact *row,
                            struct error *error),
               void *context, struct error *error);
/* ERROR_ABSENT if there is none. */
MUST_USE bool
store_contact_get(struct db *db, const struct store_person *person,
                  bool (*each)(void *context, const struct store_contact *row,
                               struct error *error),
                  void *context, struct error *error);

/* Keys, rows and address of this part and the parts below are gone. */
MUST_USE bool store_vault_erase(struct db *db,
                                const struct store_person *person,
                                enum vault_part part, struct error *error);

/* An erasure to do, in the transaction that appends it. */
MUST_USE bool store_erasure_insert(struct db *db,
                                   const struct store_person *person,
                                   enum vault_part part, struct error *error);
/* Lock one that nobody else is doing; *found is false if there is none. */
MUST_USE bool store_erasure_take(struct db *db, struct store_person *person,
                                 enum vault_part *part, bool *found,
                                 struct error *error);
MUST_USE bool store_erasure_done(struct db *db,
                                 const struct store_person *person,
                                 enum vault_part part, struct error *error);

/* ERROR_TAKEN if that request was answered before. */
MUST_USE bool store_disclosure_read(struct db *db, int32_t ledger_id,
                                    int64_t idx, const uint8_t nonce[static 16],
                                    const struct key *key, struct error *error);

#endif
