/*
 * store_proposal: acts that wait for more signatures.
 *
 * Rows come and go here; none is evidence.
 */
#ifndef SQL_STORE_PROPOSAL_H
#define SQL_STORE_PROPOSAL_H

#include "sql/store.h"

struct store_proposal {
    struct hash text_hash;
    struct instant made;
    struct text text;
};

struct store_signature {
    struct text name;
    uint32_t key_id;
    struct text line;
};

/* The same text, or a further line of the same key, changes nothing. */
MUST_USE bool store_proposal_insert(struct db *db, int32_t ledger_id,
                                    const struct hash *text_hash,
                                    struct text text, struct error *error);
/* ERROR_ABSENT if there is no such proposal. */
MUST_USE bool store_proposal_sign(struct db *db, int32_t ledger_id,
                                  const struct hash *text_hash,
                                  const struct store_signature *signature,
                                  struct error *error);

/* Calls each() once; ERROR_ABSENT. */
MUST_USE bool store_proposal_get(struct db *db, int32_t ledger_id,
                                 const struct hash *text_hash,
                                 bool (*each)(void *context,
                                              const struct store_proposal *row,
                                              struct error *error),
                                 void *context, struct error *error);
/* The oldest first, at most limit. */
MUST_USE bool store_proposals(struct db *db, int32_t ledger_id, int limit,
                              bool (*each)(void *context,
                                           const struct store_proposal *row,
                                           struct error *error),
                              void *context, struct error *error);
/* By name and key ID. */
MUST_USE bool store_proposal_signatures(
    struct db *db, int32_t ledger_id, const struct hash *text_hash,
    bool (*each)(void *context, const struct store_signature *row,
                 struct error *error),
    void *context, struct error *error);

/* With its signatures; what is not there is deleted already. */
MUST_USE bool store_proposal_delete(struct db *db, int32_t ledger_id,
                                    const struct hash *text_hash,
                                    struct error *error);
/* Delete all that are older than so many days; *count of them. */
MUST_USE bool store_proposals_expire(struct db *db, int32_t ledger_id, int days,
                                     int64_t *count, struct error *error);

#endif
