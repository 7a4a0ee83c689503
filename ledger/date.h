/*
 * date: days and instants, without a clock.
 *
 * Proleptic Gregorian, years 1900 to 2999.  Time zones are the three of the
 * European Union with its summer-time rule (directive 2000/84/EC), which is
 * arithmetic, not a database; it is applied to every year from 1996 on, and
 * earlier years are winter time throughout.  Sums that leave the calendar
 * stop at its first or last day.
 */
#ifndef LEDGER_DATE_H
#define LEDGER_DATE_H

#include "ledger/error.h"

/* Days since 1970-01-01; zero is a date, so absence is told elsewhere. */
struct date {
    int32_t days;
};

/* Milliseconds since 1970-01-01T00:00:00Z. */
struct instant {
    int64_t ms;
};

enum time_zone { ZONE_UTC, ZONE_WESTERN, ZONE_CENTRAL, ZONE_EASTERN };

enum { YEAR_MIN = 1900, YEAR_MAX = 2999 };
enum { DATE_CHARS = 10, INSTANT_CHARS = 20, INSTANT_MS_CHARS = 24 };

/* The day exists; asserted. */
struct date date_from_civil(int year, int month, int day);
void date_to_civil(struct date date, int *year, int *month, int *day);
struct date date_plus_days(struct date date, int32_t days);
/* The same day of a later month, or its last day: 31 January + 1. */
struct date date_plus_months(struct date date, int months);
bool date_less(struct date a, struct date b);
/* 0 is Monday. */
int date_weekday(struct date date);

/* YYYY-MM-DD; terminated. */
void date_write(char out[static DATE_CHARS + 1], struct date date);
MUST_USE bool date_read(struct date *date, const char *text, size_t size);

/* YYYY-MM-DDTHH:MM:SSZ; what is below a second is cut off. */
void instant_write(char out[static INSTANT_CHARS + 1], struct instant instant);
MUST_USE bool instant_read(struct instant *instant, const char *text,
                           size_t size);
/* YYYY-MM-DDTHH:MM:SS.mmmZ, as in leaves. */
void instant_write_ms(char out[static INSTANT_MS_CHARS + 1],
                      struct instant instant);
MUST_USE bool instant_read_ms(struct instant *instant, const char *text,
                              size_t size);

/* The day of an instant in a zone, and the instant a day begins there. */
struct date instant_day(struct instant instant, enum time_zone zone);
struct instant date_start(struct date date, enum time_zone zone);

#endif
