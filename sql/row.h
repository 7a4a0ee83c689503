/*
 * row: read the columns of a result by name.
 *
 * A column that is missing, NULL or of another size is a bug in the statement
 * or a schema that is not ours, and asserted.
 */
#ifndef SQL_ROW_H
#define SQL_ROW_H

#include "sql/param.h"

bool row_is_null(const PGresult *rows, int row, const char *column);
bool row_bool(const PGresult *rows, int row, const char *column);
/* int2, int4 or int8 */
int64_t row_int(const PGresult *rows, int row, const char *column);
struct date row_date(const PGresult *rows, int row, const char *column);
/* timestamptz; what is below a millisecond is cut off. */
struct instant row_instant(const PGresult *rows, int row, const char *column);
/* bytea or text; points into the result. */
struct text row_bytes(const PGresult *rows, int row, const char *column);
/* bytea or uuid of exactly this size. */
void row_fixed(const PGresult *rows, int row, const char *column, void *out,
               size_t size);
/* text, terminated; false if it does not fit into room. */
MUST_USE bool row_text(const PGresult *rows, int row, const char *column,
                       char *out, size_t room);

#endif
