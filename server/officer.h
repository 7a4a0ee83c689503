/*
 * officer: who asks a node for something by a note that is no entry.
 */
#ifndef SERVER_OFFICER_H
#define SERVER_OFFICER_H

#include "server/host.h"
#include "server/http.h"

struct officer {
    struct id party;
    struct key key;
    uint8_t role; /* Of the office they hold now. */
};

/*
 * Who signed the note: one line, by a key that is theirs and was not ended,
 * and an office that they still hold.  Fails with ERROR_SIGNATURE.  Not under
 * host_read().
 */
MUST_USE bool officer_read(struct officer *officer, struct ledger_host *host,
                           const struct note *note, struct error *error);

/*
 * Is what an officer signed of that instant good now, give or take minutes?
 * On a trial ledger now is what the request's Terreau-Clock says.  *now: that.
 * Fails with ERROR_CLOCK, or ERROR_REQUEST: no such clock.
 */
MUST_USE bool officer_asks_now(struct instant *now, struct instant asked,
                               int minutes, const struct request *request,
                               struct ledger_host *host, struct error *error);

#endif
