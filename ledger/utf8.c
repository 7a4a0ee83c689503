#include "ledger/utf8.h"

#include <stdint.h>

/* Bytes of the sequence that this byte begins; 0: it begins none. */
static size_t length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

size_t utf8_step(const char *text, size_t size)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point;
    size_t bytes;

    if (size == 0)
        return 0;
    bytes = length((uint8_t)text[0]);
    if (bytes == 0 || bytes > size)
        return 0;
    point = (uint8_t)text[0] & masks[bytes];
    for (size_t i = 1; i < bytes; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | ((uint8_t)text[i] & 0x3f);
    }
    if (point < least[bytes] || point > 0x10ffff)
        return 0;
    if (point < 0x20 || (point >= 0x7f && point < 0xa0))
        return 0; /* Controls of C0 and C1. */
    if (point >= 0xd800 && point <= 0xdfff)
        return 0; /* Surrogates. */
    if ((point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef))
        return 0; /* Noncharacters. */
    return bytes;
}
