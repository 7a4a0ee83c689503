/*
 * sepa: text as every bank of the payment area takes it.
 *
 * Names and remarks are spelt in the Latin letters without accents, digits and
 * the few signs that the scheme's rules promise (a-z A-Z 0-9 / - ? : ( ) . , '
 * + and space); letters with accents lose them, Greek and Cyrillic letters are
 * transliterated, anything else becomes '.'.
 */
#ifndef ADMIN_CLI_SEPA_H
#define ADMIN_CLI_SEPA_H

#include "ledger/base.h"

enum {
    SEPA_NAME_CHARS = 70,
    SEPA_TEXT_CHARS = 140,
    SEPA_ID_CHARS = 35,
};

/*
 * UTF-8 to those signs, runs of blanks as one, none at the ends, at most
 * room - 1 of them; out is terminated.  Returns how many.  Bytes that are no
 * UTF-8 become '.', too.
 */
size_t sepa_text(char *out, size_t room, const char *text);

/* Does it hold a letter or digit, so that somebody could be named by it? */
bool sepa_names_somebody(const char *text);

/* Is the text an identification: the same signs, 1 to 35 of them, without
 * blanks, not with '/' at an end or twice in a row? */
bool sepa_is_id(const char *text);

/* Is an account there within the payment area?  iban: at least its country. */
bool sepa_reaches(const char *iban);

/* 8 or 11 characters as ISO 9362 has them. */
bool bic_is_good(const char *text);

#endif
