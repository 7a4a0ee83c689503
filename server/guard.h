/*
 * guard: refuses requests whose end is in doubt.
 *
 * libmicrohttpd 0.9.75 takes ambiguous framing: Transfer-Encoding beside
 * Content-Length, two lengths, folded lines.  A proxy may see another end of
 * the message, and what it takes for a body is then run as a request.  So
 * nothing is taken but HTTP/1.1 with one plain Content-Length.  Pure.
 *
 * A Content-Length that is not a number below 2^64 is refused by the library
 * itself before any of our code runs.
 */
#ifndef SERVER_GUARD_H
#define SERVER_GUARD_H

#include "ledger/error.h"

struct guard {
    int lengths;      /* Content-Length headers. */
    int hosts;        /* Host headers. */
    bool coded;       /* There is a Transfer-Encoding. */
    bool odd_name;    /* A header name that no header has. */
    const char *size; /* Value of Content-Length, or NULL. */
};

/* Tell the guard of one header.  The value stays the caller's. */
void guard_header(struct guard *guard, const char *name, const char *value);

/*
 * Judge the request when all headers are told; *body_size is what its
 * Content-Length says, 0 without one.  GET and HEAD have no body.
 * Fails with ERROR_REQUEST or ERROR_LENGTH: the connection must be closed
 * without reading on.
 */
MUST_USE bool guard_check(const struct guard *guard, const char *method,
                          const char *version, size_t *body_size,
                          struct error *error);

#endif
