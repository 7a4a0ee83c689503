/*
 * store_sealed: rows that the node's own keys seal and that wait for something:
 * to search them when a person is erased, to seal them anew.
 */
#ifndef SQL_STORE_SEALED_H
#define SQL_STORE_SEALED_H

#include "sql/store_vault.h"

/* Tables, by what is in them: see sealed_tables in store_sealed.c. */
enum { SEALED_TABLES = 4 };

struct store_sealed {
    int table; /* 0 to SEALED_TABLES - 1 */
    int32_t ledger_id;
    struct text row; /* Bytes of the key column. */
    struct store_box box;
};

/* Where a row's box belongs; points into the row. */
struct seal_place store_sealed_place(const struct store_sealed *row);

/* Those of a ledger in a table. */
MUST_USE bool store_sealed_of(struct db *db, int table, int32_t ledger_id,
                              bool (*each)(void *context,
                                           const struct store_sealed *row,
                                           struct error *error),
                              void *context, struct error *error);
/* At most limit whose key has another number; a box that was emptied once it
 * had served is none. */
MUST_USE bool
store_sealed_older(struct db *db, int table, uint32_t number, int limit,
                   bool (*each)(void *context, const struct store_sealed *row,
                                struct error *error),
                   void *context, struct error *error);
MUST_USE bool store_sealed_delete(struct db *db, const struct store_sealed *row,
                                  struct error *error);
/* For the owner of the tables: another box in the same place.  Sessions and
 * links to sign in go instead: people sign in again. */
MUST_USE bool store_sealed_replace(struct db *db,
                                   const struct store_sealed *row,
                                   struct error *error);

#endif
