/*
 * rewrap: everything that an older key of the node sealed, sealed by the
 * newest, so that the older one can be destroyed.  For the tables' owner.
 */
#ifndef SQL_REWRAP_H
#define SQL_REWRAP_H

#include "sql/store_sealed.h"

struct rewrapped {
    int64_t keys;      /* Of persons. */
    int64_t addresses; /* By which they are found. */
    int64_t waiting;   /* Forms, mails; sessions, which end. */
};

/*
 * In transactions of some hundred rows: where it is cut short it may begin
 * again, and rows that are erased or sealed meanwhile do not matter.  Fails
 * with ERROR_STORE; ERROR_ABSENT or ERROR_DOUBT as seal_open() does.
 */
MUST_USE bool rewrap_all(struct db *db, struct seal_ring *ring,
                         struct rewrapped *count, struct error *error);

#endif
