#include "admin-cli/sepa.h"

#include "ledger/utf8.h"

#include <assert.h>
#include <string.h>

/* U+00C0 to U+017F: the Latin letters with accents, by the rules of the
 * European Payments Council (EPC217-08). */
static const char latin[0x180 - 0xC0][3] = {
    "A",
    "A",
    "A",
    "A",
    "A",
    "A",
    "A",
    "C",
    "E",
    "E",
    "E",
    "E",
    "I",
    "I",
    "I",
    "I",
    "D",
    "N",
    "O",
    "O",
    "O",
    "O",
    "O",
    ".",
    "O",
    "U",
    "U",
    "U",
    "U",
    "Y",
    "T",
    "ss",
    "a",
    "a",
    "a",
    "a",
    "a",
    "a",
    "a",
    "c",
    "e",
    "e",
    "e",
    "e",
    "i",
    "i",
    "i",
    "i",
    "d",
    "n",
    "o",
    "o",
    "o",
    "o",
    "o",
    ".",
    "o",
    "u",
    "u",
    "u",
    "u",
    "y",
    "t",
    "y",
    /* U+0100 */
    "A",
    "a",
    "A",
    "a",
    "A",
    "a",
    "C",
    "c",
    "C",
    "c",
    "C",
    "c",
    "C",
    "c",
    "D",
    "d",
    "D",
    "d",
    "E",
    "e",
    "E",
    "e",
    "E",
    "e",
    "E",
    "e",
    "E",
    "e",
    "G",
    "g",
    "G",
    "g",
    "G",
    "g",
    "G",
    "g",
    "H",
    "h",
    "H",
    "h",
    "I",
    "i",
    "I",
    "i",
    "I",
    "i",
    "I",
    "i",
    "I",
    "i",
    "IJ",
    "ij",
    "J",
    "j",
    "K",
    "k",
    ".",
    "L",
    "l",
    "L",
    "l",
    "L",
    "l",
    "L",
    "l",
    "L",
    "l",
    "N",
    "n",
    "N",
    "n",
    "N",
    "n",
    ".",
    ".",
    ".",
    "O",
    "o",
    "O",
    "o",
    "O",
    "o",
    "OE",
    "oe",
    "R",
    "r",
    "R",
    "r",
    "R",
    "r",
    "S",
    "s",
    "S",
    "s",
    "S",
    "s",
    "S",
    "s",
    "T",
    "t",
    "T",
    "t",
    "T",
    "t",
    "U",
    "u",
    "U",
    "u",
    "U",
    "u",
    "U",
    "u",
    "U",
    "u",
    "U",
    "u",
    "W",
    "w",
    "Y",
    "y",
    "Y",
    "Z",
    "z",
    "Z",
    "z",
    "Z",
    "z",
    "s",
};

/* U+0386 to U+03CE. */
static const char greek[0x3CF - 0x386][3] = {
    "A",  ".",  "E", "I", "I", ".",  "O", ".",  "Y",  "O", "i", "A",  "V",
    "G",  "D",  "E", "Z", "I", "TH", "I", "K",  "L",  "M", "N", "X",  "O",
    "P",  "R",  ".", "S", "T", "Y",  "F", "CH", "PS", "O", "I", "Y",  "a",
    "e",  "i",  "i", "y", "a", "v",  "g", "d",  "e",  "z", "i", "th", "i",
    "k",  "l",  "m", "n", "x", "o",  "p", "r",  "s",  "s", "t", "y",  "f",
    "ch", "ps", "o", "i", "y", "o",  "y", "o",
};

/* U+0410 to U+044F. */
static const char cyrillic[0x450 - 0x410][4] = {
    "A", "B", "V",  "G",  "D",  "E",   "ZH", "Z", "I", "Y",  "K",  "L",  "M",
    "N", "O", "P",  "R",  "S",  "T",   "U",  "F", "H", "TS", "CH", "SH", "SHT",
    "A", "Y", "Y",  "E",  "YU", "YA",  "a",  "b", "v", "g",  "d",  "e",  "zh",
    "z", "i", "y",  "k",  "l",  "m",   "n",  "o", "p", "r",  "s",  "t",  "u",
    "f", "h", "ts", "ch", "sh", "sht", "a",  "y", "y", "e",  "yu", "ya",
};

static const struct {
    uint32_t point;
    const char *as;
} others[] = {
    {0x00A0, " "}, {0x0218, "S"},   {0x0219, "s"}, {0x021A, "T"},
    {0x021B, "t"}, {0x1E9E, "SS"},  {0x2010, "-"}, {0x2011, "-"},
    {0x2012, "-"}, {0x2013, "-"},   {0x2014, "-"}, {0x2018, "'"},
    {0x2019, "'"}, {0x201A, "'"},   {0x201C, "'"}, {0x201D, "'"},
    {0x201E, "'"}, {0x2026, "..."}, {0x202F, " "}, {0x20AC, "EUR"},
};

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

static bool is_sign(char c)
{
    return is_alphanumeric(c) ||
           (c != '\0' && strchr("/-?:().,'+ ", c) != NULL);
}

static const char *spell_ascii(char c)
{
    static const char *const signs[] = {"&+", "_-", "\"'", "`'",  "[(", "{(",
                                        "])", "})", "\t ", "\n ", "\r "};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (signs[i][0] == c)
            return signs[i] + 1;
    return ".";
}

static const char *spell(uint32_t point)
{
    if (point >= 0xC0 && point < 0x180)
        return latin[point - 0xC0];
    if (point >= 0x386 && point < 0x3CF)
        return greek[point - 0x386];
    if (point >= 0x410 && point < 0x450)
        return cyrillic[point - 0x410];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].point == point)
            return others[i].as;
    return ".";
}

/* The code point of a character that utf8_step() took. */
static uint32_t decode(const char *text, size_t size)
{
    const uint8_t *byte = (const uint8_t *)text;
    uint32_t point = size == 2   ? byte[0] & 0x1FU
                     : size == 3 ? byte[0] & 0x0FU
                                 : byte[0] & 0x07U;

    for (size_t i = 1; i < size; i++)
        point = point << 6 | (byte[i] & 0x3FU);
    return point;
}

/* A combining accent follows the letter that it belongs to: nothing is left. */
static bool is_accent(uint32_t point)
{
    return point >= 0x300 && point < 0x370;
}

size_t sepa_text(char *out, size_t room, const char *text)
{
    const char *end = text + strlen(text);
    size_t used = 0;

    assert(room > 0);
    while (text < end) {
        char one[2] = {*text, '\0'};
        const char *as = one;
        size_t size = utf8_step(text, (size_t)(end - text));

        if (size > 1)
            as = is_accent(decode(text, size)) ? "" : spell(decode(text, size));
        else if (!is_sign(*text))
            as = spell_ascii(*text);
        text += size > 1 ? size : 1;
        for (; *as != '\0' && used + 1 < room; as++)
            if (*as != ' ' || (used > 0 && out[used - 1] != ' '))
                out[used++] = *as;
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    return used;
}

bool sepa_names_somebody(const char *text)
{
    while (*text != '\0' && !is_alphanumeric(*text))
        text++;
    return *text != '\0';
}

bool sepa_is_id(const char *text)
{
    size_t size = strlen(text);

    if (size == 0 || size > SEPA_ID_CHARS || text[0] == '/' ||
        text[size - 1] == '/' || strstr(text, "//") != NULL)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] == ' ' || !is_sign(text[i]))
            return false;
    return true;
}

bool sepa_reaches(const char *iban)
{
    /* EPC409-09: the geographical scope, by the codes that IBANs have. */
    static const char countries[] =
        "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI "
        "LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA ";
    char country[4] = {iban[0], iban[0] == '\0' ? '\0' : iban[1], ' ', '\0'};

    return strlen(country) == 3 && strstr(countries, country) != NULL;
}

bool bic_is_good(const char *text)
{
    size_t size = strlen(text);

    if (size != 8 && size != 11)
        return false;
    for (size_t i = 0; i < size; i++) {
        bool letter = text[i] >= 'A' && text[i] <= 'Z';
        bool digit = text[i] >= '0' && text[i] <= '9';

        if (!letter && (!digit || i == 4 || i == 5))
            return false;
    }
    return true;
}
