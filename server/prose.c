#include "server/prose.h"
#include "ledger/entry.h"
#include "server/catalogue.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

#define NARROW "\xe2\x80\xaf" /* U+202F, between thousands. */
#define NOBREAK "\xc2\xa0"    /* U+00A0, before a unit. */
#define MINUS "\xe2\x88\x92"

static void put(char *out, const char *text)
{
    size_t used = strlen(out);

    (void)snprintf(out + used, PROSE_CHARS - used, "%s", text);
}

/* Digits with the language's mark between thousands. */
static void put_grouped(char *out, const char *digits, size_t count,
                        bool french)
{
    for (size_t i = 0; i < count; i++) {
        char digit[2] = {digits[i], '\0'};

        if (i > 0 && (count - i) % 3 == 0)
            put(out, french ? NARROW : ",");
        put(out, digit);
    }
}

static const char *sign_of(uint8_t currency)
{
    switch ((int)currency) {
    case CURRENCY_EUR:
        return "\xe2\x82\xac";
    case CURRENCY_GBP:
        return "\xc2\xa3";
    case CURRENCY_USD:
        return "$";
    default:
        return choice_word(TYPE_currency, currency);
    }
}

static void write_amount(char out[static PROSE_CHARS], struct amount amount,
                         uint8_t currency, bool french, bool round)
{
    char plain[AMOUNT_CHARS];
    const char *digits = plain, *point;
    const char *sign = currency == currency_none ? NULL : sign_of(currency);
    bool before = sign != NULL && !french && strlen(sign) < 3;

    before = before || (sign != NULL && !french && (sign[0] & 0x80) != 0);
    amount_write(plain, amount,
                 currency == currency_none ? 2 : currency_digits(currency));
    out[0] = '\0';
    if (*digits == '-') {
        put(out, MINUS);
        digits++;
    }
    if (before)
        put(out, sign);
    point = strchr(digits, '.');
    put_grouped(out, digits,
                point == NULL ? strlen(digits) : (size_t)(point - digits),
                french);
    if (point != NULL &&
        !(round && point[1 + strspn(point + 1, "0")] == '\0')) {
        put(out, french ? "," : ".");
        put(out, point + 1);
    }
    if (sign != NULL && !before) {
        put(out, NOBREAK);
        put(out, sign);
    }
}

void prose_amount(char out[static PROSE_CHARS], struct amount amount,
                  uint8_t currency, bool french)
{
    write_amount(out, amount, currency, french, false);
}

void prose_round(char out[static PROSE_CHARS], struct amount amount,
                 uint8_t currency, bool french)
{
    write_amount(out, amount, currency, french, true);
}

void prose_day(char out[static PROSE_CHARS], struct date date, bool french)
{
    static const char *const months[2][12] = {
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
         "Nov", "Dec"},
        {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août",
         "sept.", "oct.", "nov.", "déc."}};
    int year, month, day;

    date_to_civil(date, &year, &month, &day);
    (void)snprintf(out, PROSE_CHARS, "%d%s" NOBREAK "%s", day,
                   french && day == 1 ? "er" : "", months[french][month - 1]);
}

void prose_date(char out[static PROSE_CHARS], struct date date, bool french)
{
    static const char *const months[2][12] = {
        {"January", "February", "March", "April", "May", "June", "July",
         "August", "September", "October", "November", "December"},
        {"janvier", "f\xc3\xa9vrier", "mars", "avril", "mai", "juin", "juillet",
         "ao\xc3\xbbt", "septembre", "octobre", "novembre",
         "d\xc3\xa9"
         "cembre"}};
    int year, month, day;

    date_to_civil(date, &year, &month, &day);
    (void)snprintf(out, PROSE_CHARS, "%d%s" NOBREAK "%s %d", day,
                   french && day == 1 ? "er" : "", months[french][month - 1],
                   year);
}

/* Milliseconds since local midnight as clocks show them. */
static int64_t local_ms(struct instant instant, enum time_zone zone,
                        struct date day)
{
    int64_t start = date_start(day, zone).ms;
    int64_t end = date_start(date_plus_days(day, 1), zone).ms;
    int64_t midnight = (int64_t)day.days * DAY_MS;
    int64_t offset = midnight - start;

    /* Summer time begins and ends at 01:00 UTC in all of Europe. */
    if (end - start != DAY_MS && instant.ms >= midnight + HOUR_MS)
        offset = midnight + DAY_MS - end;
    return instant.ms + offset - midnight;
}

static const char *zone_name(enum time_zone zone, bool french)
{
    const char *language = french ? "fr" : "en";

    switch (zone) {
    case ZONE_UTC:
        return "UTC";
    case ZONE_WESTERN:
        return say(language, "Western European time");
    case ZONE_CENTRAL:
        return say(language, "Central European time");
    case ZONE_EASTERN:
        return say(language, "Eastern European time");
    }
    impossible();
}

void prose_instant(char out[static PROSE_CHARS], struct instant instant,
                   enum time_zone zone, bool french)
{
    struct date day = instant_day(instant, zone);
    int64_t ms = local_ms(instant, zone, day);
    size_t used;

    prose_date(out, day, french);
    used = strlen(out);
    (void)snprintf(
        out + used, PROSE_CHARS - used,
        french ? ", %02" PRId64 NOBREAK "h" NOBREAK "%02" PRId64 " (%s)"
               : ", %02" PRId64 ":%02" PRId64 " (%s)",
        ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS, zone_name(zone, french));
}

void prose_until(char out[static PROSE_CHARS], struct instant instant,
                 enum time_zone zone, bool french)
{
    prose_instant(out, (struct instant){instant.ms - 1}, zone, french);
}

void prose_ppm(char out[static PROSE_CHARS], int64_t ppm, bool french)
{
    char fraction[8] = "";
    int64_t rest = ppm % 10000;
    size_t size;

    assert(ppm >= 0);
    if (rest > 0) {
        (void)snprintf(fraction, sizeof fraction, "%c%04" PRId64,
                       french ? ',' : '.', rest);
        for (size = strlen(fraction); fraction[size - 1] == '0'; size--)
            fraction[size - 1] = '\0';
    }
    (void)snprintf(out, PROSE_CHARS, "%" PRId64 "%s%s", ppm / 10000, fraction,
                   french ? NOBREAK "%" : "%");
}

void prose_count(char out[static PROSE_CHARS], int64_t count, bool french)
{
    char digits[24];
    const char *first = digits;

    (void)snprintf(digits, sizeof digits, "%" PRId64, count);
    out[0] = '\0';
    if (count < 0) {
        put(out, MINUS);
        first++;
    }
    put_grouped(out, first, strlen(first), french);
}

/* Drop what does not count: spaces of any kind and the euro sign. */
static bool strip(char *out, size_t room, const char *text)
{
    static const char *const dropped[] = {" ", NARROW, NOBREAK, "\t",
                                          "\xe2\x82\xac"};
    size_t used = 0;

    while (*text != '\0') {
        size_t skipped = 0;

        for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
            if (strncmp(text, dropped[i], strlen(dropped[i])) == 0)
                skipped = strlen(dropped[i]);
        if (skipped == 0 && used + 1 == room)
            return false;
        if (skipped == 0)
            out[used++] = *text++;
        text += skipped;
    }
    out[used] = '\0';
    return true;
}

bool prose_amount_read(struct amount *amount, const char *text, int digits)
{
    char plain[AMOUNT_CHARS];
    char *mark;

    if (!strip(plain, sizeof plain, text))
        return false;
    mark = strpbrk(plain, ".,");
    /* "1,250" could be either; a fraction has at most the digits' places. */
    if (mark != NULL) {
        if (strpbrk(mark + 1, ".,") != NULL ||
            strlen(mark + 1) > (size_t)digits)
            return false;
        *mark = '.';
    }
    return amount_read(amount, plain, strlen(plain), digits);
}
