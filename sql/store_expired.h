/*
 * store_expired: what is over its term goes.
 *
 * Servers do the same by themselves every hour; this is for whoever runs a
 * node and wants to see it, or has no server running.
 */
#ifndef SQL_STORE_EXPIRED_H
#define SQL_STORE_EXPIRED_H

#include "ledger/date.h"
#include "sql/store.h"

struct expired {
    int64_t vault;   /* Rows of personal data that no law asks to keep. */
    int64_t forms;   /* That nobody confirmed, or what is left of one. */
    int64_t links;   /* With which nobody signed in. */
    int64_t letters; /* What is left of those sent or refused. */
};

/* Delete it, of all ledgers, in the caller's transaction: rolled back, it
 * only counts.  Personal data by day. */
MUST_USE bool store_erase_expired(struct db *db, struct date day,
                                  struct expired *count, struct error *error);

#endif
