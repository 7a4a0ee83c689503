/*
 * db: the little of libpq that the store needs.
 *
 * One struct db is one connection, belongs to one thread at a time and is not
 * moved while it is open.  It is always in pipeline mode: db_query() is one
 * statement, sent and answered; pipeline.h sends several before it reads.
 * Everything travels in binary, values only as parameters.  Failures are
 *
 *     ERROR_TAKEN    a unique key holds that value already
 *     ERROR_UNKNOWN  the connection was lost during COMMIT, or the server
 *                    gave up waiting for its replica: it may be in
 *     ERROR_STORE    everything else; nothing was committed
 *
 * and db->failure says more for those who must tell.
 */
#ifndef SQL_DB_H
#define SQL_DB_H

#include "sql/param.h"
#include "sql/row.h"

#include <libpq-fe.h>

/* The last failure, as the server put it. */
struct db_failure {
    char sqlstate[6];    /* "" if the connection was lost. */
    char constraint[64]; /* "" if none was broken. */
    bool fatal;          /* The server ended the session with it. */
};

struct db {
    PGconn *connection;   /* NULL: closed. */
    const char *conninfo; /* The caller's; must outlive the struct db. */
    int unread;           /* Answers that are still to be read. */
    bool unsynced;        /* Statements were sent since the last sync. */
    bool doubtful;        /* A wait for the replica was cut short. */
    struct db_failure failure;
};

/*
 * Connect, with the settings of the store: no statement waits for a lock or
 * idles in a transaction for more than 5 s, commits are synchronous, a dead
 * peer is noticed.  conninfo is libpq's; "" takes the PG* environment.
 * On failure *db is closed.
 */
MUST_USE bool db_open(struct db *db, const char *conninfo, struct error *error);
void db_close(struct db *db);

/* Forget all answers and roll back what is under way; false if the connection
 * is lost. */
MUST_USE bool db_settle(struct db *db);

/* The same, and connect again if it is lost: then true is in *reopened, and
 * prepared statements are gone. */
MUST_USE bool db_revive(struct db *db, bool *reopened, struct error *error);

/* Run one statement.  *rows is set on success and may then have no rows. */
MUST_USE bool db_query(struct db *db, const char *sql,
                       const struct param *params, size_t count,
                       PGresult **rows, struct error *error);

/* Run a trusted file of statements without values (migrations). */
MUST_USE bool db_script(struct db *db, const char *sql, struct error *error);

/* Let the server remember a statement under a name for this connection. */
MUST_USE bool db_prepare(struct db *db, const char *name, const char *sql,
                         struct error *error);

/* For a failure that changes nothing any more. */
static inline void db_ignore(bool outcome)
{
    (void)outcome;
}

/* Freed at the end of its scope: DB_RESULT(rows); */
#define DB_RESULT(name)                                                        \
    __attribute__((cleanup(db_result_free))) PGresult *name = NULL
void db_result_free(PGresult **result);

/* Rolled back at the end of its scope unless committed: DB_TRANSACTION(tx); */
struct db_transaction {
    struct db *db; /* NULL when there is nothing to roll back. */
};
#define DB_TRANSACTION(name)                                                   \
    __attribute__((cleanup(db_rollback))) struct db_transaction name = {0}
MUST_USE bool db_begin(struct db *db, struct db_transaction *transaction,
                       struct error *error);
MUST_USE bool db_commit(struct db_transaction *transaction,
                        struct error *error);
void db_rollback(struct db_transaction *transaction);

#endif
