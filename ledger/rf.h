/*
 * rf: the numbers on a payment: ISO 11649 references (RF), Belgian structured
 * communications (OGM), IBANs.  Pure functions.
 *
 * "Good" is the one spelling that the ledger keeps: upper case, no spaces.
 * The readers take what people and banks write and give that spelling.
 */
#ifndef LEDGER_RF_H
#define LEDGER_RF_H

#include "ledger/base.h"

enum {
    RF_CHARS_MAX = 25,        /* RF, check digits, 1 to 21 characters. */
    RF_NUMBER_CHARS = 4 + 12, /* Of rf_from_number(), at most. */
    OGM_CHARS = 20,           /* +++123/1234/12328+++ */
    IBAN_CHARS_MAX = 34,
};

/* The largest number of rf_from_number() and of ogm_from_number(). */
#define RF_NUMBER_MAX ((UINT64_C(1) << 55) - 1)
#define OGM_NUMBER_MAX UINT64_C(9999999999)

bool rf_is_good(const char *text, size_t size);
/* Check digits before content, 1 to 21 of [0-9A-Z]; false if it is not that. */
MUST_USE bool rf_make(char out[static RF_CHARS_MAX + 1], const char *content,
                      size_t size);
/* The reference of payment number n (at most RF_NUMBER_MAX; asserted): P and
 * base 32 by Crockford, without I, L, O and U. */
void rf_from_number(char out[static RF_CHARS_MAX + 1], uint64_t number);
/* The number back; false if it is no reference of ours. */
MUST_USE bool rf_to_number(uint64_t *number, const char *text, size_t size);

/* White space and case do not matter, everything else does. */
MUST_USE bool rf_read(char out[static RF_CHARS_MAX + 1], const char *text,
                      size_t size);
/*
 * What may be a reference in free text, where banks drop or add white space:
 * at each RF those that end where a word does, the longest first; then, since
 * words may stick to it, those that end within one.  (The next word often makes
 * a short reference look like a longer one.)  Returns how many of room are
 * found; the caller takes the first that it knows.
 */
size_t rf_find(char found[][RF_CHARS_MAX + 1], size_t room, const char *text,
               size_t size);

/* "+++123/1234/12328+++" */
void ogm_from_number(char out[static OGM_CHARS + 1], uint64_t number);
/* So spelt, or with ***, or the twelve digits alone; *number without check. */
MUST_USE bool ogm_read(uint64_t *number, const char *text, size_t size);
/* The first one with +++ or *** in free text. */
MUST_USE bool ogm_find(uint64_t *number, const char *text, size_t size);

/* Country, its length, upper case, check digits 02 to 98. */
bool iban_is_good(const char *text, size_t size);
/* White space and case do not matter. */
MUST_USE bool iban_read(char out[static IBAN_CHARS_MAX + 1], const char *text,
                        size_t size);

#endif
