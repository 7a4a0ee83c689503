/*
 * http: from a request to its reply, without libmicrohttpd, so that every
 * handler can be called from a test.
 *
 *     exchange_begin()   address and method, as soon as they are known
 *     exchange_header()  each header
 *     exchange_open()    framing, route, size, type: may the body come?
 *     exchange_body()    each piece of it
 *     http_dispatch()    run the handler
 *     face_render()      bytes to send (face.h)
 *     exchange_clear()
 *
 * A handler that needs another thread queues request->exchange there and
 * sets reply->later; that thread calls exchange_finish() exactly once, at any
 * time, even before the handler has returned.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "server/guard.h"
#include "server/reply.h"
#include "server/route.h"

#include <stdatomic.h>

enum exchange_state {
    EXCHANGE_RUNNING, /* In its own thread. */
    EXCHANGE_WAITING, /* Parked until somebody finishes it. */
    EXCHANGE_FINISHED,
};

/* One request and its reply.  About 14 KiB; never moves. */
struct exchange {
    struct request request;
    struct reply reply;
    struct exchange *next; /* For the queue it waits in. */

    /* The rest is for http.c and the daemon. */
    atomic_int state;
    void (*wake)(struct exchange *exchange); /* Resume a waiting one. */
    struct guard guard;
    struct route_room room;
    char *address; /* Owned. */
    char *body;    /* Owned; body_room bytes and a terminator. */
    size_t body_room;
    int64_t started_us;
    bool refused;    /* exchange_open() failed: reply is set. */
    bool must_close; /* The connection cannot be used again. */
};

/* address is copied.  exchange is zeroed memory.  NULL address: "". */
void exchange_begin(struct exchange *exchange, const struct site *site,
                    const char *address);

/* name and value live at least as long as the exchange. */
void exchange_header(struct exchange *exchange, const char *name,
                     const char *value);

/*
 * Judge what is known before the body.  On failure the reply is ready, and
 * must_close says whether the framing is in doubt.
 */
MUST_USE bool exchange_open(struct exchange *exchange, const char *method,
                            const char *version);

/* Take a piece of the body; what exceeds its Content-Length is a bug. */
void exchange_body(struct exchange *exchange, const char *bytes, size_t size);

/* Run the handler.  True: exchange->reply is ready.  False: it comes later. */
MUST_USE bool http_dispatch(struct exchange *exchange);

/*
 * After http_dispatch() said later: park it.  True: it waits, and wake() will
 * be called.  False: it was finished already, and wake() will not be called.
 */
MUST_USE bool exchange_park(struct exchange *exchange);

/*
 * The answer of an exchange that was queued, from any thread; the reply moves
 * (exchange_refuse() makes it from an error).  Neither waits.  The exchange
 * may be gone when they return.
 */
void exchange_finish(struct exchange *exchange, struct reply *reply);
void exchange_refuse(struct exchange *exchange, const struct error *error);

/* Run the handler of an exchange that site->hold() has taken, in whatever
 * thread it is called. */
void exchange_resume(struct exchange *exchange);

/* Replies at once instead of running a handler: for a draining daemon. */
void exchange_fail(struct exchange *exchange, const struct error *error);

void exchange_clear(struct exchange *exchange);

#endif
