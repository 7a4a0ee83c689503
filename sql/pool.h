/*
 * pool: connections that threads borrow for a request.
 *
 * A fixed number, opened when first wanted.  What comes back in a transaction
 * is rolled back, what comes back broken is opened again when next lent.
 */
#ifndef SQL_POOL_H
#define SQL_POOL_H

#include "sql/db.h"

#include <pthread.h>

enum { POOL_MAX = 64, POOL_WAIT_SECONDS = 5 };

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t returned;
    const char *conninfo;
    size_t count;
    bool lent[POOL_MAX];
    struct db dbs[POOL_MAX];
};

/* conninfo must outlive the pool; nothing is opened yet.  The struct is not
 * moved while it is open. */
void pool_open(struct pool *pool, const char *conninfo, size_t count);
/* All must have come back. */
void pool_close(struct pool *pool);

/* Waits at most POOL_WAIT_SECONDS; ERROR_BUSY, or ERROR_STORE. */
MUST_USE bool pool_lend(struct pool *pool, struct db **db, struct error *error);
void pool_return(struct pool *pool, struct db *db);

/* Returned at the end of its scope:
 *
 *     POOL_LOAN(loan);
 *     if (!pool_borrow(pool, &loan, error))
 *         return false;
 *     ... loan.db ...
 */
struct pool_loan {
    struct pool *pool;
    struct db *db; /* NULL: nothing to return. */
};
#define POOL_LOAN(name)                                                        \
    __attribute__((cleanup(pool_loan_end))) struct pool_loan name = {0}
MUST_USE bool pool_borrow(struct pool *pool, struct pool_loan *loan,
                          struct error *error);
/* May be called before the end of the scope, too. */
void pool_loan_end(struct pool_loan *loan);

#endif
