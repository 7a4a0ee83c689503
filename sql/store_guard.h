/*
 * store_guard: what the fork guard asks of the database: was the log ever
 * cosigned, and has somebody taken it upon themselves that it goes on?
 */
#ifndef SQL_STORE_GUARD_H
#define SQL_STORE_GUARD_H

#include "sql/store.h"

enum { STORE_REASON_BYTES_MAX = 500 };

/* The newest cosignature's size and second; size -1: there is none. */
struct store_cosigned {
    int64_t size;
    int64_t stamp;
};
MUST_USE bool store_cosigned(struct db *db, int32_t ledger_id,
                             struct store_cosigned *cosigned,
                             struct error *error);

/* Was exactly this end of the log accepted within the last hour? */
MUST_USE bool store_acceptance_find(struct db *db, int32_t ledger_id,
                                    int64_t size, const struct hash *root,
                                    bool *accepted, struct error *error);

/* For whoever runs the node: terreau_server may not.  Fails with ERROR_STORE,
 * or ERROR_SIZE if the reason is too long. */
MUST_USE bool store_acceptance_insert(struct db *db, int32_t ledger_id,
                                      int64_t size, const struct hash *root,
                                      const char *reason, struct error *error);

#endif
