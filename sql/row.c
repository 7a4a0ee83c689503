#include "sql/row.h"

#include <assert.h>
#include <string.h>

static int column_number(const PGresult *rows, const char *column)
{
    int number = PQfnumber(rows, column);

    assert(number >= 0);
    return number;
}

bool row_is_null(const PGresult *rows, int row, const char *column)
{
    return PQgetisnull(rows, row, column_number(rows, column));
}

struct text row_bytes(const PGresult *rows, int row, const char *column)
{
    int number = column_number(rows, column);

    assert(!PQgetisnull(rows, row, number));
    return (struct text){.bytes = PQgetvalue(rows, row, number),
                         .size = (uint32_t)PQgetlength(rows, row, number)};
}

int64_t row_int(const PGresult *rows, int row, const char *column)
{
    struct text data = row_bytes(rows, row, column);
    uint64_t value = 0;

    assert(data.size == 2 || data.size == 4 || data.size == 8);
    if ((uint8_t)data.bytes[0] & 0x80)
        value = UINT64_MAX; /* The sign, for the narrow ones. */
    for (uint32_t i = 0; i < data.size; i++)
        value = value << 8 | (uint8_t)data.bytes[i];
    return (int64_t)value;
}

bool row_bool(const PGresult *rows, int row, const char *column)
{
    struct text data = row_bytes(rows, row, column);

    assert(data.size == 1);
    return data.bytes[0] != 0;
}

struct date row_date(const PGresult *rows, int row, const char *column)
{
    return (struct date){(int32_t)row_int(rows, row, column) + EPOCH_DAYS};
}

struct instant row_instant(const PGresult *rows, int row, const char *column)
{
    int64_t us = row_int(rows, row, column);
    int64_t ms = us / 1000 - (us % 1000 < 0);

    return (struct instant){ms + EPOCH_MS};
}

void row_fixed(const PGresult *rows, int row, const char *column, void *out,
               size_t size)
{
    struct text data = row_bytes(rows, row, column);

    assert(data.size == size);
    memcpy(out, data.bytes, size);
}

bool row_text(const PGresult *rows, int row, const char *column, char *out,
              size_t room)
{
    struct text data = row_bytes(rows, row, column);

    if (data.size >= room)
        return false;
    memcpy(out, data.bytes, data.size);
    out[data.size] = '\0';
    return true;
}
