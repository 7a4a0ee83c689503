/*
 * series: entries appended one after the other, then the answer of a request.
 *
 * Each note goes through the door; the next follows once it is in the log.
 * What is refused ends the series, and is what the client is told.
 */
#ifndef SERVER_SERIES_H
#define SERVER_SERIES_H

#include "server/host.h"
#include "server/http.h"

enum {
    SERIES_NOTES_MAX = 8,
    SERIES_NOTE_BYTES = 4096,
    SERIES_PATH_CHARS = 256
};

struct series {
    struct exchange *exchange;
    struct ledger_host *host;
    char path[SERIES_PATH_CHARS]; /* Where people are led, without a query. */
    size_t count, at;
    char notes[SERIES_NOTES_MAX][SERIES_NOTE_BYTES]; /* Terminated. */
};

/*
 * Takes the series, which came from malloc().  True: the exchange will be
 * answered, by 303 for people and 201 {index} for programs.  False: nothing
 * is under way.
 */
MUST_USE bool series_enter(struct series *series, struct error *error);

#endif
