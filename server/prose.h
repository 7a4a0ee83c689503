/*
 * prose: figures and days as people write them, in French or English.
 *
 * Output is UTF-8, terminated.  No-break spaces keep a figure in one piece.
 */
#ifndef SERVER_PROSE_H
#define SERVER_PROSE_H

#include "ledger/amount.h"
#include "ledger/date.h"

enum { PROSE_CHARS = 96 };

/* "18 640,00 €", "€18,640.00"; currency: a choice, 0: no sign, two digits. */
void prose_amount(char out[static PROSE_CHARS], struct amount amount,
                  uint8_t currency, bool french);

/* The same without a fraction that is nothing: "18 640 €". */
void prose_round(char out[static PROSE_CHARS], struct amount amount,
                 uint8_t currency, bool french);

/* "24 nov.", "24 Nov" */
void prose_day(char out[static PROSE_CHARS], struct date date, bool french);

/* "24 novembre 2026", "24 November 2026" */
void prose_date(char out[static PROSE_CHARS], struct date date, bool french);

/* "24 November 2026, 14:05 (UTC)", in the zone's time. */
void prose_instant(char out[static PROSE_CHARS], struct instant instant,
                   enum time_zone zone, bool french);

/* The last moment before an instant: "23 November 2026, 23:59 (UTC)". */
void prose_until(char out[static PROSE_CHARS], struct instant instant,
                 enum time_zone zone, bool french);

/* "12,5 %", "12.5%" */
void prose_ppm(char out[static PROSE_CHARS], int64_t ppm, bool french);

/* "1 234", "1,234" */
void prose_count(char out[static PROSE_CHARS], int64_t count, bool french);

/*
 * An amount as people type it: "25", "25,50", "1 250.00", with or without the
 * currency's sign.  False if it is not clear what is meant.
 */
MUST_USE bool prose_amount_read(struct amount *amount, const char *text,
                                int digits);

#endif
