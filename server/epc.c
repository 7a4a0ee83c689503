#include "server/epc.h"
#include "ledger/rf.h"
#include "ledger/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

enum { ELEMENTS = 12, BIC_SHORT = 8, BIC_LONG = 11, AMOUNT_DIGITS = 9 };

/* Letters that do not come apart into a letter and an accent. */
static const struct {
    ucs4_t letter;
    const char *plain;
} letters[] = {
    {0xdf, "ss"},  {0xe6, "ae"},  {0xc6, "AE"},  {0x153, "oe"}, {0x152, "OE"},
    {0xf8, "o"},   {0xd8, "O"},   {0x142, "l"},  {0x141, "L"},  {0x111, "d"},
    {0x110, "D"},  {0xf0, "d"},   {0xd0, "D"},   {0xfe, "th"},  {0xde, "Th"},
    {0x131, "i"},  {0x2018, "'"}, {0x2019, "'"}, {'&', "+"},    {'_', "-"},
    {0x2010, "-"}, {0x2011, "-"}, {0x2013, "-"}, {0x2014, "-"}, {0xa0, " "},
};

static const char *plain_of(ucs4_t letter, char one[static 2])
{
    static const char taken[] = "/-?:().,'+ ";

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == letter)
            return letters[i].plain;
    if (letter >= 0x300 && letter <= 0x36f)
        return ""; /* An accent by itself. */
    one[0] = letter < 0x80 ? (char)letter : '.';
    one[1] = '\0';
    if ((one[0] >= '0' && one[0] <= '9') || (one[0] >= 'a' && one[0] <= 'z') ||
        (one[0] >= 'A' && one[0] <= 'Z') || strchr(taken, one[0]) != NULL)
        return one;
    return ".";
}

void epc_plain(char *out, size_t room, struct text text)
{
    size_t size = 0, used = 0;
    uint8_t *apart = u8_normalize(UNINORM_NFKD, (const uint8_t *)text.bytes,
                                  text.size, NULL, &size);

    if (apart == NULL)
        abort();
    for (size_t at = 0; at < size;) {
        ucs4_t letter;
        char one[2];
        const char *plain;

        at += (size_t)u8_mbtouc(&letter, apart + at, size - at);
        plain = plain_of(letter, one);
        if (used + strlen(plain) >= room)
            break;
        memcpy(out + used, plain, strlen(plain));
        used += strlen(plain);
    }
    out[used] = '\0';
    free(apart);
}

static bool has_letter(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name > ' ' && strchr("/-?:().,'+", *name) == NULL)
            return true;
    return false;
}

bool epc_write(char out[static EPC_BYTES_MAX + 1],
               const struct epc_transfer *transfer)
{
    char name[EPC_NAME_CHARS_MAX + 1], amount[AMOUNT_CHARS];
    int size;

    epc_plain(name, sizeof name, transfer->name);
    if (!has_letter(name) || !amount_is_positive(transfer->amount))
        return false;
    amount_write(amount, transfer->amount, 2);
    size = snprintf(out, EPC_BYTES_MAX + 1,
                    "BCD\n002\n1\nSCT\n\n%s\n%.*s\nEUR%s\n\n%.*s", name,
                    (int)transfer->iban.size, transfer->iban.bytes, amount,
                    (int)transfer->reference.size, transfer->reference.bytes);
    return size > 0 && size <= EPC_BYTES_MAX && epc_is_good(out, (size_t)size);
}

/* ---- The rules ---- */

/* Cut at line ends, LF or CRLF; false if there are too many elements. */
static bool cut(struct text elements[static ELEMENTS], size_t *count,
                const char *text, size_t size)
{
    *count = 0;
    for (size_t start = 0; start <= size;) {
        const char *end = memchr(text + start, '\n', size - start);
        size_t length =
            end == NULL ? size - start : (size_t)(end - text) - start;

        if (*count == ELEMENTS)
            return false;
        elements[*count] = (struct text){text + start, (uint32_t)length};
        if (end != NULL && length > 0 && end[-1] == '\r')
            elements[*count].size--;
        (*count)++;
        start += length + 1;
    }
    return true;
}

static bool has_chars(struct text text, size_t least, size_t most)
{
    size_t count = 0;

    for (size_t at = 0, step; at < text.size; at += step, count++) {
        step = utf8_step(text.bytes + at, text.size - at);
        if (step == 0)
            return false;
    }
    return count >= least && count <= most;
}

static bool bic_is_good(struct text bic)
{
    if (bic.size != BIC_SHORT && bic.size != BIC_LONG)
        return false;
    for (size_t i = 0; i < bic.size; i++) {
        char c = bic.bytes[i];
        bool letter = c >= 'A' && c <= 'Z';

        if (!letter && (i == 4 || i == 5 || c < '0' || c > '9'))
            return false;
    }
    return true;
}

static bool amount_is_good(struct text text)
{
    struct amount amount;
    size_t whole = 0;

    if (text.size == 0)
        return true;
    if (text.size < 4 || memcmp(text.bytes, "EUR", 3) != 0)
        return false;
    while (3 + whole < text.size && text.bytes[3 + whole] != '.')
        whole++;
    return whole <= AMOUNT_DIGITS &&
           amount_read(&amount, text.bytes + 3, text.size - 3, 2) &&
           amount_is_positive(amount);
}

static bool head_is_good(const struct text e[static ELEMENTS])
{
    bool first = text_is(e[1], "001");

    if (!text_is(e[0], "BCD") || (!first && !text_is(e[1], "002")) ||
        e[2].size != 1 || e[2].bytes[0] < '1' || e[2].bytes[0] > '8' ||
        !text_is(e[3], "SCT"))
        return false;
    return e[4].size == 0 ? !first : bic_is_good(e[4]);
}

bool epc_is_good(const char *text, size_t size)
{
    struct text e[ELEMENTS] = {{"", 0}};
    size_t count;

    for (size_t i = 0; i < ELEMENTS; i++)
        e[i] = (struct text){"", 0};
    if (size > EPC_BYTES_MAX || !cut(e, &count, text, size) || count < 7 ||
        e[count - 1].size == 0)
        return false;
    return head_is_good(e) && has_chars(e[5], 1, EPC_NAME_CHARS_MAX) &&
           iban_is_good(e[6].bytes, e[6].size) && amount_is_good(e[7]) &&
           has_chars(e[8], 0, 4) && has_chars(e[9], 0, 35) &&
           has_chars(e[10], 0, 140) && has_chars(e[11], 0, 70) &&
           (e[9].size == 0 || e[10].size == 0) &&
           (e[9].size < 2 || memcmp(e[9].bytes, "RF", 2) != 0 ||
            rf_is_good(e[9].bytes, e[9].size));
}
