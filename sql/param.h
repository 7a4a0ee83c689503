/*
 * param: values for statements, in PostgreSQL's binary format.
 *
 * A struct param is a value; bytes and text stay the caller's and must live
 * until the statement was sent.
 */
#ifndef SQL_PARAM_H
#define SQL_PARAM_H

#include "ledger/date.h"

#include <libpq-fe.h>

/* Type numbers are PostgreSQL's own and never change. */
enum oid {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_DATE = 1082,
    OID_INSTANT = 1184, /* timestamptz */
    OID_UUID = 2950,
};

enum { UUID_BYTES = 16 };

struct param {
    Oid type; /* Zero: the server finds out. */
    int size;
    bool null;
    const void *data; /* NULL: the value is in scalar. */
    uint8_t scalar[8];
};

struct param param_bool(bool value);
struct param param_int2(int16_t value);
struct param param_int4(int32_t value);
struct param param_int8(int64_t value);
struct param param_date(struct date date);
struct param param_instant(struct instant instant);
struct param param_text(const char *text);
struct param param_bytes(const void *bytes, size_t size);
struct param param_hash(const struct hash *hash);
struct param param_uuid(const uint8_t bytes[static UUID_BYTES]);
struct param param_null(void);

/* The parameters of one statement and their number, for db_query(). */
#define PARAMS(...)                                                            \
    (const struct param[]){__VA_ARGS__},                                       \
        sizeof((const struct param[]){__VA_ARGS__}) / sizeof(struct param)
#define NO_PARAMS NULL, 0

/* Days and microseconds count from 2000-01-01 there, from 1970 here. */
#define EPOCH_DAYS 10957
#define EPOCH_MS (EPOCH_DAYS * INT64_C(86400000))

#endif
