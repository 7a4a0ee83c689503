/*
 * store_ledger: which ledgers there are, and where their logs end.
 */
#ifndef SQL_STORE_LEDGER_H
#define SQL_STORE_LEDGER_H

#include "sql/store.h"

/*
 * Make a ledger whose log is empty.  ERROR_TAKEN if the name or the origin is
 * in use, ERROR_FIELD if the name is not of lower-case letters, digits and
 * '-', or the origin too long.
 */
MUST_USE bool store_ledger_create(struct db *db, const char *name,
                                  const char *origin,
                                  struct store_ledger *ledger,
                                  struct error *error);

/* By name; ERROR_ABSENT. */
MUST_USE bool store_ledger_find(struct db *db, const char *name,
                                struct store_ledger *ledger,
                                struct error *error);

/* The next ones after that ledger_id (0: the first), at most room. */
MUST_USE bool store_ledger_list(struct db *db, int32_t after,
                                struct store_ledger *page, size_t room,
                                size_t *count, struct error *error);

/* Where a log ends; ERROR_ABSENT. */
MUST_USE bool store_head(struct db *db, int32_t ledger_id,
                         struct store_head *head, struct error *error);

/* A row of evidence whose ledger does not exist; ERROR_ABSENT: there is
 * none. */
struct store_stray {
    char table[16];
    int32_t ledger_id;
    int64_t at; /* Index, size, epoch or number, as the table has it. */
};
MUST_USE bool store_stray(struct db *db, struct store_stray *stray,
                          struct error *error);

/* How large each log is: the poll of other servers' work. */
struct store_size {
    int32_t ledger_id;
    int64_t size;
};
MUST_USE bool store_sizes(struct db *db, int32_t after, struct store_size *page,
                          size_t room, size_t *count, struct error *error);

#endif
