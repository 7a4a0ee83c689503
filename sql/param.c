#include "sql/param.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

static struct param integer(enum oid type, int size, int64_t value)
{
    struct param param = {.type = (Oid)type, .size = size};

    for (int i = 0; i < size; i++)
        param.scalar[i] = (uint8_t)((uint64_t)value >> 8 * (size - 1 - i));
    return param;
}

static struct param pointer(enum oid type, const void *data, size_t size)
{
    assert(size <= INT_MAX);
    /* A null pointer would be NULL, and the empty string is not. */
    return (struct param){
        .type = (Oid)type, .size = (int)size, .data = data != NULL ? data : ""};
}

struct param param_bool(bool value)
{
    return integer(OID_BOOL, 1, value);
}

struct param param_int2(int16_t value)
{
    return integer(OID_INT2, 2, value);
}

struct param param_int4(int32_t value)
{
    return integer(OID_INT4, 4, value);
}

struct param param_int8(int64_t value)
{
    return integer(OID_INT8, 8, value);
}

struct param param_date(struct date date)
{
    return integer(OID_DATE, 4, (int64_t)date.days - EPOCH_DAYS);
}

struct param param_instant(struct instant instant)
{
    return integer(OID_INSTANT, 8, (instant.ms - EPOCH_MS) * 1000);
}

struct param param_text(const char *text)
{
    return pointer(OID_TEXT, text, strlen(text));
}

struct param param_bytes(const void *bytes, size_t size)
{
    return pointer(OID_BYTEA, bytes, size);
}

struct param param_hash(const struct hash *hash)
{
    return pointer(OID_BYTEA, hash->bytes, sizeof hash->bytes);
}

struct param param_uuid(const uint8_t bytes[static UUID_BYTES])
{
    return pointer(OID_UUID, bytes, UUID_BYTES);
}

struct param param_null(void)
{
    return (struct param){.null = true};
}
