#include "sql/db.h"
#include "sql/pipeline.h"

#include <assert.h>
#include <string.h>

/*
 * Every statement of the store names its rows by key, so that statistics that
 * are out of date must never talk the planner into reading a whole table.
 */
static const char settings[] =
    "SELECT set_config(name, value, false) FROM (VALUES"
    " ('lock_timeout', '5s'),"
    " ('idle_in_transaction_session_timeout', '5s'),"
    " ('synchronous_commit', 'on'),"
    " ('default_transaction_isolation', 'read committed'),"
    " ('search_path', 'public, pg_temp'),"
    " ('enable_seqscan', 'off'),"
    " ('jit', 'off')) AS setting (name, value)";

/*
 * "canceling the wait for synchronous replication": the transaction is
 * committed here, and maybe nowhere else.  The session goes on after the first
 * SQLSTATE and ends with the second.
 */
static void notice(void *context, const PGresult *result)
{
    struct db *db = context;
    const char *severity =
        PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (severity == NULL || sqlstate == NULL)
        return;
    if (strcmp(severity, "WARNING") == 0 &&
        (strcmp(sqlstate, "57014") == 0 || strcmp(sqlstate, "57P01") == 0))
        db->doubtful = true;
}

static PGconn *connect_with(const char *conninfo)
{
    const char *const names[] = {"dbname",
                                 "connect_timeout",
                                 "client_encoding",
                                 "fallback_application_name",
                                 "keepalives",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 NULL};
    const char *const values[] = {conninfo, "5", "UTF8", "terreau", "1",
                                  "10",     "5", "3",    "20000",   NULL};

    return PQconnectdbParams(names, values, true);
}

bool db_open(struct db *db, const char *conninfo, struct error *error)
{
    struct error why = {0};
    DB_RESULT(none);

    *db = (struct db){.conninfo = conninfo};
    db->connection = connect_with(conninfo);
    if (PQstatus(db->connection) != CONNECTION_OK) {
        const char *message = PQerrorMessage(db->connection);

        (void)fail(error, ERROR_STORE, "no connection: %.*s",
                   (int)strcspn(message, "\n"), message);
        db_close(db);
        return false;
    }
    (void)PQsetNoticeReceiver(db->connection, notice, db);
    if (PQenterPipelineMode(db->connection) &&
        db_query(db, settings, NO_PARAMS, &none, &why))
        return true;
    db_close(db);
    return fail(error, ERROR_STORE, "no connection: %s", why.text);
}

void db_close(struct db *db)
{
    PQfinish(db->connection);
    db->connection = NULL;
    db->unread = 0;
}

/* Has the server hung up meanwhile?  Its last words come before its end. */
static bool is_alive(PGconn *connection)
{
    return PQconsumeInput(connection) && PQconsumeInput(connection) &&
           PQstatus(connection) == CONNECTION_OK;
}

bool db_settle(struct db *db)
{
    struct error ignored = {0}; /* The failure that led here is reported. */
    DB_RESULT(none);

    if (db->connection == NULL)
        return false;
    pipeline_drain(db);
    if (PQstatus(db->connection) == CONNECTION_OK &&
        PQtransactionStatus(db->connection) != PQTRANS_IDLE)
        db_ignore(db_query(db, "ROLLBACK", NO_PARAMS, &none, &ignored));
    return is_alive(db->connection) &&
           PQtransactionStatus(db->connection) == PQTRANS_IDLE;
}

bool db_revive(struct db *db, bool *reopened, struct error *error)
{
    bool settled = db_settle(db);

    if (!settled) {
        db_close(db);
        if (!db_open(db, db->conninfo, error))
            return false;
    }
    db->doubtful = false;
    *reopened = !settled;
    return true;
}

bool db_query(struct db *db, const char *sql, const struct param *params,
              size_t count, PGresult **rows, struct error *error)
{
    assert(db->unread == 0);
    assert(*rows == NULL);
    if (!pipeline_send(db, sql, params, count, error) ||
        !pipeline_sync(db, error))
        return false;
    if (!pipeline_receive(db, rows, error)) {
        pipeline_drain(db);
        return false;
    }
    return pipeline_receive_sync(db, error);
}

bool db_script(struct db *db, const char *sql, struct error *error)
{
    DB_RESULT(result);
    ExecStatusType status;

    assert(db->unread == 0);
    if (!PQexitPipelineMode(db->connection))
        return fail(error, ERROR_STORE, "the connection is not idle");
    /* The one place without parameters: a file has none. */
    result = PQexec(db->connection, sql);
    status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const char *message = PQresultErrorMessage(result);

        (void)fail(error, ERROR_STORE, "%.*s", (int)strcspn(message, "\n"),
                   message);
    }
    (void)PQenterPipelineMode(db->connection);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

bool db_prepare(struct db *db, const char *name, const char *sql,
                struct error *error)
{
    DB_RESULT(none);

    assert(db->unread == 0);
    if (!PQsendPrepare(db->connection, name, sql, 0, NULL))
        return fail(error, ERROR_STORE, "connection lost");
    db->unread++;
    if (!pipeline_sync(db, error))
        return false;
    if (!pipeline_receive(db, &none, error)) {
        pipeline_drain(db);
        return false;
    }
    return pipeline_receive_sync(db, error);
}

void db_result_free(PGresult **result)
{
    PQclear(*result);
}

bool db_begin(struct db *db, struct db_transaction *transaction,
              struct error *error)
{
    DB_RESULT(none);

    if (!db_query(db, "BEGIN", NO_PARAMS, &none, error))
        return false;
    db->doubtful = false;
    transaction->db = db;
    return true;
}

bool db_commit(struct db_transaction *transaction, struct error *error)
{
    struct db *db = transaction->db;
    struct error why = {0};

    assert(db != NULL && db->unread == 0);
    transaction->db = NULL;
    if (!pipeline_send(db, "COMMIT", NO_PARAMS, error))
        return false;
    if (!pipeline_sync(db, &why))
        return fail(error, ERROR_UNKNOWN, "COMMIT: %s", why.text);
    if (!pipeline_receive_commit(db, error)) {
        pipeline_drain(db);
        return false;
    }
    db_ignore(pipeline_receive_sync(db, &why)); /* It is in, whatever comes. */
    return true;
}

void db_rollback(struct db_transaction *transaction)
{
    if (transaction->db != NULL)
        db_ignore(db_settle(transaction->db));
}
