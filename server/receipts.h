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

/* The file, to be freed.  Fails with ERROR_ABSENT if nothing is signed that
 * has it, or ERROR_STORE.  Not under host_read(). */
MUST_USE bool receipt_bytes(char **bytes, size_t *size,
                            struct ledger_host *host,
                            const struct receipt_wanted *wanted,
                            struct error *error);

/* Answer with the file.  ERROR_ABSENT if nothing is signed that has it. */
MUST_USE bool receipt_reply(struct reply *reply, struct ledger_host *host,
                            const struct receipt_wanted *wanted,
                            struct error *error);

#endif
