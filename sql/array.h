/*
 * array: columns of values for unnest(), in PostgreSQL's binary format.
 *
 * A struct array grows as needed and keeps its memory when it is started
 * again, so that a sequencer allocates for its largest batch only.  A value
 * of the wrong kind or out of the type's range is a bug.
 */
#ifndef SQL_ARRAY_H
#define SQL_ARRAY_H

#include "sql/param.h"

/* Zero it first; free it last. */
struct array {
    enum oid element; /* OID_INT2, INT4, INT8, DATE, UUID, BYTEA or TEXT. */
    int32_t count;
    bool has_null;
    uint8_t *bytes;
    size_t size, room;
};

/* Empty it, for elements of this type. */
void array_start(struct array *array, enum oid element);
void array_free(struct array *array);

void array_int(struct array *array, int64_t value);
void array_date(struct array *array, struct date date);
/* bytea, text or uuid; copied. */
void array_bytes(struct array *array, const void *bytes, size_t size);
void array_null(struct array *array);

/* The array as a parameter, until it is changed. */
struct param array_param(struct array *array);

#endif
