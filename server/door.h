/*
 * door: where entries come in: taken apart, verified, queued.
 *
 * Runs in the threads of requests and reads the base under the read lock.
 * What only the entry's own place in the log can tell is the sequencer's.
 */
#ifndef SERVER_DOOR_H
#define SERVER_DOOR_H

#include "server/host.h"

struct submission {
    const char *bytes; /* The entry note; copied. */
    size_t size;
    const char *clock; /* Terreau-Clock as sent, or NULL. */
    bool brief;        /* Without a receipt. */
    verdict_fn *done;
    void *context;
};

/*
 * Take an entry in.  True: done() will be called, once, from any thread, even
 * before this returns.  False: it never will, and *error says why: malformed,
 * not for this ledger, not in NFC, the queue is full.
 */
MUST_USE bool door_enter(struct ledger_host *host,
                         const struct submission *submission,
                         struct error *error);

/*
 * Verify the lines whose key is known here or in the entry itself; the rest
 * stays unverified.  ERROR_SIGNATURE: one is wrong.  Takes the read lock.
 */
MUST_USE bool door_verify(struct ledger_host *host, struct item *item,
                          const struct entry *entry, struct error *error);

/* The thread's own room for lists. */
struct entry_lists *door_lists(void);

/* Are all texts in Unicode normal form C?  ERROR_SYNTAX. */
MUST_USE bool door_check_nfc(struct text json, struct error *error);

/* When an entry on a trial ledger is to happen.  ERROR_REQUEST. */
MUST_USE bool door_read_clock(struct ledger_host *host,
                              const struct entry *entry, const char *text,
                              struct instant *clock, struct error *error);

/*
 * The origin of an entry note that nobody knows yet: for a ledger.open to a
 * name that is free.  False if it is no such entry signed by this node's
 * clerk.
 */
bool door_opens_ledger(struct node *node, const char *bytes, size_t size,
                       const char *origin);

#endif
