/*
 * disclosure: how an officer asks for the personal data that an entry
 * disclosure.make names.  A signed note around five lines:
 *
 *     terreau/disclosure/v1
 *     <origin>
 *     <index of the entry>
 *     <nonce, 128 random bits, base64url>
 *     <instant>
 */
#ifndef LEDGER_DISCLOSURE_H
#define LEDGER_DISCLOSURE_H

#include "ledger/checkpoint.h"
#include "ledger/date.h"

enum {
    DISCLOSURE_TEXT_MAX = ORIGIN_BYTES_MAX + 128,
    DISCLOSURE_DAYS = 30,    /* In which an entry lets its signers read. */
    DISCLOSURE_MINUTES = 10, /* That a request is good for, before and after. */
};

struct disclosure {
    int64_t index;
    struct nonce nonce;
    struct instant asked;
};

/* The text to sign; returns its size. */
size_t disclosure_write(char out[static DISCLOSURE_TEXT_MAX],
                        const char *origin,
                        const struct disclosure *disclosure);

/* Strict.  Fails with ERROR_NOTE, or ERROR_ORIGIN: it is for another log. */
MUST_USE bool disclosure_read(struct disclosure *disclosure, struct text text,
                              const char *origin, struct error *error);

#endif
