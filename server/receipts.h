/*
 * receipts: the receipt of an entry as a file, with what only its holder gets.
 */
#ifndef SERVER_RECEIPTS_H
#define SERVER_RECEIPTS_H

#include "server/host.h"
#include "server/reply.h"

struct receipt_wanted {
    int64_t index;
    bool plain;                 /* tlog-proof alone, for other tools. */
    const struct hash *opening; /* Of the holder's commitment, or NULL. */
};

/* Answer with the file.  ERROR_ABSENT if nothing is signed that has it. */
MUST_USE bool receipt_reply(struct reply *reply, struct ledger_host *host,
                            const struct receipt_wanted *wanted,
                            struct error *error);

#endif
