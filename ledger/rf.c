#include "ledger/rf.h"

#include <assert.h>
#include <string.h>

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* IBAN lengths of the registry (ISO 13616), European countries' territories
 * under their own code. */
static const struct {
    char country[3];
    uint8_t chars;
} lengths[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20},
    {"BE", 16}, {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28},
    {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
    {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30},
    {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
    {"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28},
    {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28}, {"PS", 29},
    {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27},
    {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26},
    {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Digits are themselves, letters 10 to 35; others are -1. */
static int value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return -1;
}

/* The number that text spells, behind rest, modulo 97; -1: no such number. */
static int modulo(int rest, const char *text, size_t size)
{
    for (size_t i = 0; i < size && rest >= 0; i++) {
        int v = value(text[i]);

        rest = v < 0 ? -1 : (rest * (v < 10 ? 10 : 100) + v) % 97;
    }
    return rest;
}

/* ISO 7064: with its first four characters moved to the end it leaves 1. */
static bool leaves_one(const char *text, size_t size)
{
    return is_digit(text[2]) && is_digit(text[3]) &&
           modulo(modulo(0, text + 4, size - 4), text, 4) == 1;
}

bool rf_is_good(const char *text, size_t size)
{
    return size >= 5 && size <= RF_CHARS_MAX && text[0] == 'R' &&
           text[1] == 'F' && leaves_one(text, size);
}

bool rf_make(char out[static RF_CHARS_MAX + 1], const char *content,
             size_t size)
{
    int rest = modulo(modulo(0, content, size), "RF00", 4);

    if (rest < 0 || size == 0 || size > RF_CHARS_MAX - 4)
        return false;
    memcpy(out + 4, content, size);
    out[0] = 'R';
    out[1] = 'F';
    out[2] = (char)('0' + (98 - rest) / 10);
    out[3] = (char)('0' + (98 - rest) % 10);
    out[4 + size] = '\0';
    return true;
}

void rf_from_number(char out[static RF_CHARS_MAX + 1], uint64_t number)
{
    char content[RF_NUMBER_CHARS - 4];
    size_t at = sizeof content;
    bool made;

    assert(number <= RF_NUMBER_MAX);
    do {
        content[--at] = crockford[number % 32];
        number /= 32;
    } while (number > 0);
    content[--at] = 'P';
    made = rf_make(out, content + at, sizeof content - at);
    assert(made);
}

bool rf_to_number(uint64_t *number, const char *text, size_t size)
{
    uint64_t n = 0;

    if (!rf_is_good(text, size) || size < 6 || size > RF_NUMBER_CHARS ||
        text[4] != 'P' || (size > 6 && text[5] == '0'))
        return false;
    for (size_t i = 5; i < size; i++) {
        const char *digit = memchr(crockford, text[i], 32);

        if (digit == NULL)
            return false;
        n = n * 32 + (uint64_t)(digit - crockford);
    }
    *number = n;
    return true;
}

/*
 * Copies text without white space and in upper case, at most room characters
 * of it; returns how many that are, or room + 1 if there are more.
 */
static size_t squeeze(char *out, size_t room, const char *text, size_t size)
{
    size_t taken = 0;

    for (size_t i = 0; i < size; i++) {
        if (is_space(text[i]))
            continue;
        if (taken == room)
            return room + 1;
        out[taken++] = upper(text[i]);
    }
    return taken;
}

bool rf_read(char out[static RF_CHARS_MAX + 1], const char *text, size_t size)
{
    char read[RF_CHARS_MAX] = {0};
    size_t chars = squeeze(read, sizeof read, text, size);

    if (!rf_is_good(read, chars))
        return false;
    memcpy(out, read, chars);
    out[chars] = '\0';
    return true;
}

/* Characters of a reference, and whether a word ends after each. */
struct reading {
    char text[RF_CHARS_MAX];
    bool ends[RF_CHARS_MAX];
    size_t chars;
};

static bool is_in_word(char c)
{
    return (c >= '0' && c <= '9') || (upper(c) >= 'A' && upper(c) <= 'Z');
}

static void read_on(struct reading *reading, const char *text, size_t size)
{
    reading->chars = 0;
    for (size_t i = 0; i < size && reading->chars < RF_CHARS_MAX; i++) {
        if (is_space(text[i]))
            continue;
        reading->text[reading->chars] = upper(text[i]);
        reading->ends[reading->chars++] =
            i + 1 == size || !is_in_word(text[i + 1]);
    }
}

size_t rf_find(char found[][RF_CHARS_MAX + 1], size_t room, const char *text,
               size_t size)
{
    struct reading reading;
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        if (upper(text[i]) != 'R')
            continue;
        read_on(&reading, text + i, size - i);
        for (int whole = 1; whole >= 0; whole--)
            for (size_t chars = reading.chars; chars >= 5; chars--) {
                if (count == room || reading.ends[chars - 1] != whole ||
                    !rf_is_good(reading.text, chars))
                    continue;
                memcpy(found[count], reading.text, chars);
                found[count++][chars] = '\0';
            }
    }
    return count;
}

/* Two digits: the remainder by 97, or 97 instead of 0. */
static uint64_t ogm_check(uint64_t number)
{
    return number % 97 == 0 ? 97 : number % 97;
}

void ogm_from_number(char out[static OGM_CHARS + 1], uint64_t number)
{
    static const char pattern[OGM_CHARS + 1] = "+++ddd/dddd/ddddd+++";
    uint64_t left = number * 100 + ogm_check(number);

    assert(number <= OGM_NUMBER_MAX);
    memcpy(out, pattern, sizeof pattern);
    for (size_t i = OGM_CHARS; i-- > 0;) {
        if (pattern[i] != 'd')
            continue;
        out[i] = (char)('0' + left % 10);
        left /= 10;
    }
}

/* Does text look like pattern, d being a digit?  *digits is their value. */
static bool matches(const char *pattern, const char *text, uint64_t *digits)
{
    *digits = 0;
    for (; *pattern != '\0'; pattern++, text++) {
        if (*pattern != 'd') {
            if (*text != *pattern)
                return false;
            continue;
        }
        if (!is_digit(*text))
            return false;
        *digits = *digits * 10 + (uint64_t)(*text - '0');
    }
    return true;
}

bool ogm_read(uint64_t *number, const char *text, size_t size)
{
    uint64_t digits;
    bool good = false;

    if (size == OGM_CHARS)
        good = matches("+++ddd/dddd/ddddd+++", text, &digits) ||
               matches("***ddd/dddd/ddddd***", text, &digits);
    else if (size == 12)
        good = matches("dddddddddddd", text, &digits);
    if (!good || digits % 100 != ogm_check(digits / 100))
        return false;
    *number = digits / 100;
    return true;
}

bool ogm_find(uint64_t *number, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char read[OGM_CHARS] = {0};

        if ((text[i] == '+' || text[i] == '*') &&
            squeeze(read, sizeof read, text + i, size - i) >= OGM_CHARS &&
            ogm_read(number, read, OGM_CHARS))
            return true;
    }
    return false;
}

/* 0: a country without IBANs. */
static size_t length_in(const char country[static 2])
{
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        if (memcmp(lengths[i].country, country, 2) == 0)
            return lengths[i].chars;
    return 0;
}

bool iban_is_good(const char *text, size_t size)
{
    if (size < 5 || size != length_in(text) || !leaves_one(text, size))
        return false;
    /* 00, 01 and 99 would pass the sum, too, but are never given. */
    return memcmp(text + 2, "02", 2) >= 0 && memcmp(text + 2, "98", 2) <= 0;
}

bool iban_read(char out[static IBAN_CHARS_MAX + 1], const char *text,
               size_t size)
{
    char read[IBAN_CHARS_MAX] = {0};
    size_t chars = squeeze(read, sizeof read, text, size);

    if (chars > sizeof read || !iban_is_good(read, chars))
        return false;
    memcpy(out, read, chars);
    out[chars] = '\0';
    return true;
}
