/*
 * pipeline: several statements on their way before the first is answered.
 *
 * Send statements, then a sync; read one answer for each in the same order,
 * then the sync's.  After a statement that fails, the server skips to the
 * next sync, and each statement skipped answers with ERROR_STORE.  Whoever
 * stops reading early calls pipeline_drain().
 */
#ifndef SQL_PIPELINE_H
#define SQL_PIPELINE_H

#include "sql/db.h"

/* Queue a statement; it may not have left yet.  ERROR_STORE. */
MUST_USE bool pipeline_send(struct db *db, const char *sql,
                            const struct param *params, size_t count,
                            struct error *error);
/* The same with the name of a prepared statement. */
MUST_USE bool pipeline_send_prepared(struct db *db, const char *name,
                                     const struct param *params, size_t count,
                                     struct error *error);
/* Mark the end of what belongs together, and let it all leave. */
MUST_USE bool pipeline_sync(struct db *db, struct error *error);

/* Read the answer of one statement; *rows as with db_query(). */
MUST_USE bool pipeline_receive(struct db *db, PGresult **rows,
                               struct error *error);
/* The same of a COMMIT: ERROR_UNKNOWN where that is the truth. */
MUST_USE bool pipeline_receive_commit(struct db *db, struct error *error);
MUST_USE bool pipeline_receive_sync(struct db *db, struct error *error);

/* Read and forget all answers that are still to come. */
void pipeline_drain(struct db *db);

#endif
