/*
 * store_told: how far people were told what happens to them, and of what.
 */
#ifndef SQL_STORE_TOLD_H
#define SQL_STORE_TOLD_H

#include "sql/store.h"

/* All entries below *size are done with.  False in *known: nobody has looked
 * at this ledger yet. */
MUST_USE bool store_telling(struct db *db, int32_t ledger_id, bool *known,
                            int64_t *size, struct error *error);
/* Never back. */
MUST_USE bool store_telling_move(struct db *db, int32_t ledger_id, int64_t size,
                                 struct error *error);

/* *first: that mail about that entry was not queued for them before; it is
 * noted now, in the caller's transaction, which others wait for. */
MUST_USE bool store_told(struct db *db, int32_t ledger_id, struct id party,
                         int64_t entry, const char *mail, bool *first,
                         struct error *error);

#endif
