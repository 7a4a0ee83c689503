/*
 * migrate: bring a database's schema up to date.
 *
 * A directory holds migrations/NNNN_name.sql, numbered from 0001 without
 * gaps, and views, also .sql.  A migration runs once, in its own transaction,
 * and is recorded with its SHA-256; views are made again each time, in one
 * transaction, in the order of their names.
 */
#ifndef SQL_MIGRATE_H
#define SQL_MIGRATE_H

#include "sql/db.h"

/*
 * Apply what is new; *applied counts the migrations that were.  Two at once
 * wait for each other.
 *
 * Fails with ERROR_SYSTEM if a file cannot be read, ERROR_MISMATCH if the
 * numbers have a gap, an applied file was edited, or the database has more
 * migrations than the directory (it belongs to a newer program), ERROR_STORE
 * if a statement fails; then that migration has left no trace.
 */
MUST_USE bool migrate_apply(struct db *db, const char *directory, int *applied,
                            struct error *error);

/* The last migration applied; 0 for an empty database. */
MUST_USE bool migrate_number(struct db *db, int *number, struct error *error);

#endif
