#include "sql/array.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 20, ROOM_FIRST = 4096, DIMENSIONS = 1, LOWER_BOUND = 1 };

static Oid array_type(enum oid element)
{
    switch (element) {
    case OID_INT2:
        return 1005;
    case OID_INT4:
        return 1007;
    case OID_INT8:
        return 1016;
    case OID_DATE:
        return 1182;
    case OID_UUID:
        return 2951;
    case OID_BYTEA:
        return 1001;
    case OID_TEXT:
        return 1009;
    case OID_BOOL:
    case OID_INSTANT:
        break;
    }
    impossible();
}

static void put32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> 8 * (3 - i));
}

/* Room for size more bytes; without memory there is nothing left to do. */
static uint8_t *extend(struct array *array, size_t size)
{
    size_t start = array->size;

    assert(size <= INT_MAX && start + size <= INT_MAX);
    if (start + size > array->room) {
        array->room = (start + size) * 2;
        if (array->room < ROOM_FIRST)
            array->room = ROOM_FIRST;
        array->bytes = realloc(array->bytes, array->room);
        if (array->bytes == NULL)
            abort();
    }
    array->size += size;
    return array->bytes + start;
}

static uint8_t *element(struct array *array, size_t size)
{
    uint8_t *out = extend(array, 4 + size);

    put32(out, (uint32_t)size);
    array->count++;
    return out + 4;
}

void array_start(struct array *array, enum oid element)
{
    (void)array_type(element); /* It must have one. */
    array->element = element;
    array->count = 0;
    array->has_null = false;
    array->size = 0;
    (void)extend(array, HEADER_BYTES);
}

void array_free(struct array *array)
{
    free(array->bytes);
    *array = (struct array){0};
}

static size_t integer_size(enum oid type)
{
    assert(type == OID_INT2 || type == OID_INT4 || type == OID_INT8);
    return type == OID_INT2 ? 2 : type == OID_INT4 ? 4 : 8;
}

void array_int(struct array *array, int64_t value)
{
    size_t size = integer_size(array->element);
    uint8_t *out = element(array, size);
    int64_t rest = size == 8 ? 0 : value >> (8 * size - 1);

    assert(rest == 0 || rest == -1); /* Nothing but the sign is cut off. */
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)((uint64_t)value >> 8 * (size - 1 - i));
}

void array_date(struct array *array, struct date date)
{
    assert(array->element == OID_DATE);
    put32(element(array, 4), (uint32_t)(date.days - EPOCH_DAYS));
}

void array_bytes(struct array *array, const void *bytes, size_t size)
{
    uint8_t *out = element(array, size);

    assert(array->element == OID_BYTEA || array->element == OID_TEXT ||
           (array->element == OID_UUID && size == UUID_BYTES));
    if (size > 0)
        memcpy(out, bytes, size);
}

void array_null(struct array *array)
{
    put32(extend(array, 4), UINT32_MAX);
    array->count++;
    array->has_null = true;
}

struct param array_param(struct array *array)
{
    uint8_t *out = array->bytes;

    assert(array->size >= HEADER_BYTES);
    put32(out, DIMENSIONS);
    put32(out + 4, array->has_null);
    put32(out + 8, (uint32_t)array->element);
    put32(out + 12, (uint32_t)array->count);
    put32(out + 16, LOWER_BOUND);
    return (struct param){.type = array_type(array->element),
                          .size = (int)array->size,
                          .data = array->bytes};
}
