/*
 * epc: the text behind a transfer's QR code, EPC069-12 version 002.
 *
 * Pure.  Names are written in plain ASCII: readers of these codes guess the
 * character set, and some guess wrong.
 */
#ifndef SERVER_EPC_H
#define SERVER_EPC_H

#include "ledger/amount.h"
#include "ledger/base.h"

enum {
    EPC_BYTES_MAX = 331, /* What a version 13 code at level M holds. */
    EPC_NAME_CHARS_MAX = 70,
};

struct epc_transfer {
    struct text name; /* Of the beneficiary, UTF-8. */
    struct text iban;
    struct text reference;
    struct amount amount;
};

/*
 * Write the payload of a transfer in euros.  False if it is none that a bank
 * would take: no letter of the name is left, the IBAN or the reference is
 * not good, the amount is not from 0.01 to 999999999.99.
 */
MUST_USE bool epc_write(char out[static EPC_BYTES_MAX + 1],
                        const struct epc_transfer *transfer);

/* Does a text follow the rules of EPC069-12, whoever wrote it? */
bool epc_is_good(const char *text, size_t size);

/* What a bank's form takes of a text: accents dropped, at most room - 1. */
void epc_plain(char *out, size_t room, struct text text);

#endif
