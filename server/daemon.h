/*
 * daemon: libmicrohttpd on one side, http.h on the other.
 *
 * daemon.c is the only file that includes <microhttpd.h>.  A pool of threads
 * serves the connections; a request that waits for another thread holds none
 * of them.  A connection whose framing is in doubt is answered and closed.
 *
 * To end: daemon_quiesce(), then stop whatever finishes exchanges (it answers
 * all it has), then daemon_stop().
 */
#ifndef SERVER_DAEMON_H
#define SERVER_DAEMON_H

#include "server/request.h"

struct daemon;

/*
 * Listen and serve as site->config says.  site outlives the daemon.  Signals
 * should be blocked already, since its threads inherit the mask.
 * Fails with ERROR_USAGE or ERROR_SYSTEM.
 */
MUST_USE bool daemon_start(struct daemon **daemon, const struct site *site,
                           struct error *error);

/* The TCP port it listens on, or 0. */
int daemon_port(const struct daemon *daemon);

/*
 * Accept no more connections and answer every new request 503.  Requests
 * that are under way go on.
 */
void daemon_quiesce(struct daemon *daemon);

/*
 * Wait until every request is answered, at most drain_seconds, then close
 * what is left, stop the threads and free the daemon.  Fails with ERROR_BUG
 * if a request still waits for another thread: then nothing is freed, and
 * the process can only end.
 */
MUST_USE bool daemon_stop(struct daemon *daemon, struct error *error);

#endif
