#include "ledger/date.h"

#include <assert.h>

enum {
    FIRST_DAY = -25567, /* 1900-01-01 */
    LAST_DAY = 376199,  /* 2999-12-31 */
    SECONDS_PER_DAY = 86400,
    SUMMER_SINCE = 1996, /* The first year that ends it in October. */
};

#define MS_PER_DAY INT64_C(86400000)
#define MS_PER_HOUR INT64_C(3600000)
#define FIRST_MS (FIRST_DAY * MS_PER_DAY)
#define LAST_MS (LAST_DAY * MS_PER_DAY + MS_PER_DAY - 1)

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};

    return lengths[month - 1] + (month == 2 && is_leap(year));
}

static bool exists(int year, int month, int day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= month_length(year, month);
}

/*
 * Days are counted from 1 March of year 0, so that the leap day ends a year
 * of the count; 153 days are the five months from March or August on.
 */
struct date date_from_civil(int year, int month, int day)
{
    int since_march = (month + 9) % 12;
    int y = year - (month <= 2);
    int count = 365 * y + y / 4 - y / 100 + y / 400 +
                (153 * since_march + 2) / 5 + day - 1;

    assert(exists(year, month, day));
    return (struct date){.days = count - 719468};
}

void date_to_civil(struct date date, int *year, int *month, int *day)
{
    int count = date.days + 719468;
    int era = count / 146097;
    int in_era = count % 146097;
    int years =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int in_year = in_era - (365 * years + years / 4 - years / 100);
    int since_march = (5 * in_year + 2) / 153;

    assert(date.days >= FIRST_DAY && date.days <= LAST_DAY);
    *day = in_year - (153 * since_march + 2) / 5 + 1;
    *month = since_march < 10 ? since_march + 3 : since_march - 9;
    *year = era * 400 + years + (*month <= 2);
}

/* Keeps within the calendar. */
static struct date clamp(int64_t days)
{
    if (days < FIRST_DAY)
        days = FIRST_DAY;
    if (days > LAST_DAY)
        days = LAST_DAY;
    return (struct date){.days = (int32_t)days};
}

struct date date_plus_days(struct date date, int32_t days)
{
    return clamp((int64_t)date.days + days);
}

struct date date_plus_months(struct date date, int months)
{
    int year, month, day;
    int64_t count;

    date_to_civil(date, &year, &month, &day);
    count = INT64_C(12) * year + month - 1 + months;
    if (count < INT64_C(12) * YEAR_MIN)
        return clamp(FIRST_DAY);
    if (count >= INT64_C(12) * (YEAR_MAX + 1))
        return clamp(LAST_DAY);
    year = (int)(count / 12);
    month = (int)(count % 12) + 1;
    if (day > month_length(year, month))
        day = month_length(year, month);
    return date_from_civil(year, month, day);
}

bool date_less(struct date a, struct date b)
{
    return a.days < b.days;
}

int date_weekday(struct date date)
{
    return (int)(((int64_t)date.days - FIRST_DAY) % 7); /* A Monday. */
}

/* Exactly count digits, or -1. */
static int take(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Writes value with exactly count digits. */
static void put(char *out, int value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void date_write(char out[static DATE_CHARS + 1], struct date date)
{
    int year, month, day;

    date_to_civil(date, &year, &month, &day);
    put(out, year, 4);
    out[4] = '-';
    put(out + 5, month, 2);
    out[7] = '-';
    put(out + 8, day, 2);
    out[DATE_CHARS] = '\0';
}

bool date_read(struct date *date, const char *text, size_t size)
{
    int year, month, day;

    if (size != DATE_CHARS || text[4] != '-' || text[7] != '-')
        return false;
    year = take(text, 4);
    month = take(text + 5, 2);
    day = take(text + 8, 2);
    if (!exists(year, month, day))
        return false;
    *date = date_from_civil(year, month, day);
    return true;
}

/* The day an instant is in, in UTC; *ms is what it is into that day. */
static struct date day_of(struct instant instant, int64_t *ms)
{
    int64_t since = instant.ms - FIRST_MS;

    assert(instant.ms >= FIRST_MS && instant.ms <= LAST_MS);
    *ms = since % MS_PER_DAY;
    return clamp(since / MS_PER_DAY + FIRST_DAY);
}

/* "YYYY-MM-DDTHH:MM:SS", unterminated; returns the milliseconds left. */
static int write_seconds(char *out, struct instant instant)
{
    int64_t ms;
    char date[DATE_CHARS + 1];
    int seconds;

    date_write(date, day_of(instant, &ms));
    for (int i = 0; i < DATE_CHARS; i++)
        out[i] = date[i];
    seconds = (int)(ms / 1000);
    out[10] = 'T';
    put(out + 11, seconds / 3600, 2);
    out[13] = ':';
    put(out + 14, seconds / 60 % 60, 2);
    out[16] = ':';
    put(out + 17, seconds % 60, 2);
    return (int)(ms % 1000);
}

static bool read_seconds(struct instant *instant, const char *text)
{
    struct date date;
    int hour = take(text + 11, 2);
    int minute = take(text + 14, 2);
    int second = take(text + 17, 2);

    if (!date_read(&date, text, DATE_CHARS) || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':')
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59)
        return false;
    instant->ms = date.days * MS_PER_DAY + hour * MS_PER_HOUR +
                  minute * INT64_C(60000) + second * INT64_C(1000);
    return true;
}

void instant_write(char out[static INSTANT_CHARS + 1], struct instant instant)
{
    (void)write_seconds(out, instant);
    out[19] = 'Z';
    out[20] = '\0';
}

bool instant_read(struct instant *instant, const char *text, size_t size)
{
    struct instant read;

    if (size != INSTANT_CHARS || text[19] != 'Z' || !read_seconds(&read, text))
        return false;
    *instant = read;
    return true;
}

void instant_write_ms(char out[static INSTANT_MS_CHARS + 1],
                      struct instant instant)
{
    int ms = write_seconds(out, instant);

    out[19] = '.';
    put(out + 20, ms, 3);
    out[23] = 'Z';
    out[24] = '\0';
}

bool instant_read_ms(struct instant *instant, const char *text, size_t size)
{
    struct instant read;
    int ms;

    if (size != INSTANT_MS_CHARS || text[19] != '.' || text[23] != 'Z')
        return false;
    ms = take(text + 20, 3);
    if (ms < 0 || !read_seconds(&read, text))
        return false;
    read.ms += ms;
    *instant = read;
    return true;
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t change(int year, int month)
{
    struct date last = date_from_civil(year, month, 31);
    int since_sunday = (date_weekday(last) + 1) % 7;

    return (last.days - since_sunday) * MS_PER_DAY + MS_PER_HOUR;
}

/* SPEC directive 2000/84/EC, articles 2 and 3: from the last Sunday in March
 * to the last Sunday in October, each at 1.00 a.m. Greenwich Mean Time. */
static bool is_summer(int64_t ms)
{
    int year, month, day;
    int64_t rest;

    if (ms < FIRST_MS || ms > LAST_MS)
        return false;
    date_to_civil(day_of((struct instant){ms}, &rest), &year, &month, &day);
    return year >= SUMMER_SINCE && ms >= change(year, 3) &&
           ms < change(year, 10);
}

static int64_t winter_offset(enum time_zone zone)
{
    switch (zone) {
    case ZONE_UTC:
    case ZONE_WESTERN:
        return 0;
    case ZONE_CENTRAL:
        return MS_PER_HOUR;
    case ZONE_EASTERN:
        return 2 * MS_PER_HOUR;
    }
    impossible();
}

struct date instant_day(struct instant instant, enum time_zone zone)
{
    int64_t ms = instant.ms + winter_offset(zone);

    assert(instant.ms >= FIRST_MS && instant.ms <= LAST_MS);
    if (zone != ZONE_UTC && is_summer(instant.ms))
        ms += MS_PER_HOUR;
    return clamp((ms - FIRST_MS) / MS_PER_DAY + FIRST_DAY);
}

/* The clocks change hours after midnight in each zone, so that a day begins
 * in summer exactly if it was summer an hour before its winter midnight. */
struct instant date_start(struct date date, enum time_zone zone)
{
    int64_t ms = date.days * MS_PER_DAY - winter_offset(zone);

    if (zone != ZONE_UTC && is_summer(ms - MS_PER_HOUR))
        ms -= MS_PER_HOUR;
    if (ms < FIRST_MS)
        ms = FIRST_MS;
    return (struct instant){ms};
}
