#include "sql/pipeline.h"

#include <assert.h>
#include <string.h>

#define UNIQUE_VIOLATION "23505"

enum { PARAMS_MAX = 32, BINARY = 1 };

/* Parameters as libpq wants them. */
struct arguments {
    Oid types[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    int sizes[PARAMS_MAX], formats[PARAMS_MAX];
};

static void arrange(struct arguments *arguments, const struct param *params,
                    size_t count)
{
    assert(count <= PARAMS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct param *param = &params[i];

        arguments->types[i] = param->type;
        arguments->sizes[i] = param->size;
        arguments->formats[i] = BINARY;
        if (param->null)
            arguments->values[i] = NULL;
        else if (param->data != NULL)
            arguments->values[i] = param->data;
        else
            arguments->values[i] = (const char *)param->scalar;
    }
}

static const char *field(const PGresult *result, int code)
{
    const char *text = result == NULL ? NULL : PQresultErrorField(result, code);

    return text == NULL ? "" : text;
}

static void copy(char *out, size_t room, const char *text)
{
    size_t size = strlen(text);

    if (size >= room)
        size = room - 1;
    memcpy(out, text, size);
    out[size] = '\0';
}

/* libpq's own words, on one line. */
static int line_length(const char *message)
{
    return (int)strcspn(message, "\n");
}

/* No answer will come any more. */
static bool lose(struct db *db, struct error *error)
{
    const char *message = PQerrorMessage(db->connection);

    db->unread = 0;
    db->unsynced = false;
    db->failure = (struct db_failure){.fatal = true};
    return fail(error, ERROR_STORE, "connection lost: %.*s",
                line_length(message), message);
}

static bool explain(struct db *db, const PGresult *result, struct error *error)
{
    struct db_failure *failure = &db->failure;
    const char *severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    *failure = (struct db_failure){0};
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        return fail(error, ERROR_STORE, "skipped: an earlier one failed");
    copy(failure->sqlstate, sizeof failure->sqlstate,
         field(result, PG_DIAG_SQLSTATE));
    copy(failure->constraint, sizeof failure->constraint,
         field(result, PG_DIAG_CONSTRAINT_NAME));
    failure->fatal = strcmp(severity, "ERROR") != 0;
    if (strcmp(failure->sqlstate, UNIQUE_VIOLATION) == 0)
        return fail(error, ERROR_TAKEN, "that is there already (%s)",
                    failure->constraint);
    return fail(error, ERROR_STORE, "%s (%s)",
                field(result, PG_DIAG_MESSAGE_PRIMARY), failure->sqlstate);
}

bool pipeline_send(struct db *db, const char *sql, const struct param *params,
                   size_t count, struct error *error)
{
    struct arguments arguments;

    arrange(&arguments, params, count);
    if (!PQsendQueryParams(db->connection, sql, (int)count, arguments.types,
                           arguments.values, arguments.sizes, arguments.formats,
                           BINARY))
        return lose(db, error);
    db->unread++;
    db->unsynced = true;
    return true;
}

bool pipeline_send_prepared(struct db *db, const char *name,
                            const struct param *params, size_t count,
                            struct error *error)
{
    struct arguments arguments;

    arrange(&arguments, params, count);
    if (!PQsendQueryPrepared(db->connection, name, (int)count, arguments.values,
                             arguments.sizes, arguments.formats, BINARY))
        return lose(db, error);
    db->unread++;
    db->unsynced = true;
    return true;
}

bool pipeline_sync(struct db *db, struct error *error)
{
    if (!PQpipelineSync(db->connection))
        return lose(db, error);
    db->unread++;
    db->unsynced = false;
    return true;
}

bool pipeline_receive(struct db *db, PGresult **rows, struct error *error)
{
    DB_RESULT(result);
    DB_RESULT(end);
    ExecStatusType status;

    assert(*rows == NULL);
    if (db->connection == NULL || db->unread == 0)
        return lose(db, error); /* It was lost while sending. */
    result = PQgetResult(db->connection);
    if (result == NULL)
        return lose(db, error);
    status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
        status != PGRES_PIPELINE_ABORTED &&
        *field(result, PG_DIAG_SQLSTATE) == '\0')
        return lose(db, error); /* libpq's own finding: nobody is there. */
    db->unread--;
    end = PQgetResult(db->connection);
    if (end != NULL)
        return lose(db, error);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        return explain(db, result, error);
    *rows = result;
    result = NULL;
    return true;
}

bool pipeline_receive_commit(struct db *db, struct error *error)
{
    struct error why = {0};
    DB_RESULT(none);

    if (!pipeline_receive(db, &none, &why))
        return fail(error, db->failure.fatal ? ERROR_UNKNOWN : why.code,
                    "COMMIT: %s", why.text);
    if (strcmp(PQcmdStatus(none), "COMMIT") != 0)
        return fail(error, ERROR_STORE, "the transaction had failed before");
    if (db->doubtful)
        return fail(error, ERROR_UNKNOWN,
                    "COMMIT: the replica has not confirmed");
    return true;
}

bool pipeline_receive_sync(struct db *db, struct error *error)
{
    DB_RESULT(result);

    if (db->connection == NULL || db->unread == 0)
        return lose(db, error);
    result = PQgetResult(db->connection);
    if (result == NULL || PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        return lose(db, error);
    db->unread--;
    return true;
}

void pipeline_drain(struct db *db)
{
    int nothing = 0; /* NULL twice: no more will come. */

    /* Without a sync the server would keep its answers to itself. */
    if (db->unsynced && PQpipelineSync(db->connection))
        db->unread++;
    while (db->unread > 0 && nothing < 2) {
        DB_RESULT(result);

        result = PQgetResult(db->connection);
        nothing = result == NULL ? nothing + 1 : 0;
        if (result != NULL)
            db->unread--;
        if (PQstatus(db->connection) != CONNECTION_OK)
            break;
    }
    db->unread = 0;
    db->unsynced = false;
}
