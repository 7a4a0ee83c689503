#include "sql/pool.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

void pool_open(struct pool *pool, const char *conninfo, size_t count)
{
    pthread_condattr_t attributes;

    assert(count > 0 && count <= POOL_MAX);
    *pool = (struct pool){.conninfo = conninfo, .count = count};
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&pool->returned, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void pool_close(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++) {
        assert(!pool->lent[i]);
        db_close(&pool->dbs[i]);
    }
    (void)pthread_cond_destroy(&pool->returned);
    (void)pthread_mutex_destroy(&pool->mutex);
}

/* A free one, rather one that is open; count if all are lent. */
static size_t choose(const struct pool *pool)
{
    size_t chosen = pool->count;

    for (size_t i = 0; i < pool->count; i++) {
        if (pool->lent[i])
            continue;
        if (pool->dbs[i].connection != NULL)
            return i;
        if (chosen == pool->count)
            chosen = i;
    }
    return chosen;
}

/* Take a free one, waiting for it; count if there was none in time. */
static size_t take(struct pool *pool)
{
    struct timespec until;
    size_t i;
    int late = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += POOL_WAIT_SECONDS;
    (void)pthread_mutex_lock(&pool->mutex);
    while ((i = choose(pool)) == pool->count && late == 0)
        late = pthread_cond_timedwait(&pool->returned, &pool->mutex, &until);
    if (i < pool->count)
        pool->lent[i] = true;
    (void)pthread_mutex_unlock(&pool->mutex);
    return i;
}

static void give_back(struct pool *pool, size_t i)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->lent[i] = false;
    (void)pthread_cond_signal(&pool->returned);
    (void)pthread_mutex_unlock(&pool->mutex);
}

bool pool_lend(struct pool *pool, struct db **db, struct error *error)
{
    size_t i = take(pool);

    if (i == pool->count)
        return fail(error, ERROR_BUSY, "all %zu connections are in use",
                    pool->count);
    if (pool->dbs[i].connection != NULL && !db_settle(&pool->dbs[i]))
        db_close(&pool->dbs[i]); /* The server has gone since. */
    if (pool->dbs[i].connection == NULL &&
        !db_open(&pool->dbs[i], pool->conninfo, error)) {
        give_back(pool, i);
        return false;
    }
    *db = &pool->dbs[i];
    return true;
}

void pool_return(struct pool *pool, struct db *db)
{
    size_t i = (size_t)(db - pool->dbs);

    assert(i < pool->count && pool->lent[i]);
    if (!db_settle(db))
        db_close(db); /* Opened again when next lent. */
    give_back(pool, i);
}

bool pool_borrow(struct pool *pool, struct pool_loan *loan, struct error *error)
{
    if (!pool_lend(pool, &loan->db, error))
        return false;
    loan->pool = pool;
    return true;
}

void pool_loan_end(struct pool_loan *loan)
{
    if (loan->db != NULL)
        pool_return(loan->pool, loan->db);
    loan->db = NULL;
}
