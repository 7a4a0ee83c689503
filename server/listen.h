/*
 * listen: the one socket the server accepts on.
 */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include "ledger/error.h"

struct listener {
    int fd;
    int port;       /* Of TCP; 0 otherwise. */
    bool is_unix;   /* The peer is a proxy on this machine. */
    bool is_ours;   /* Not handed over. */
    char path[108]; /* Of a Unix socket of our own making; else "". */
};

/*
 * The socket systemd hands over (LISTEN_FDS), else a new one at address:
 * "127.0.0.1:8080", "[::1]:8080" or "unix:/run/terreau/http.sock".  Port 0
 * takes a free one.  A left-over socket file that nobody serves is replaced.
 * Fails with ERROR_USAGE or ERROR_SYSTEM.
 */
MUST_USE bool listen_open(struct listener *listener, const char *address,
                          struct error *error);

/*
 * Take no more connections, without closing: threads may still use the
 * number.  A socket of systemd's is left alone; the next process has it.
 */
void listen_refuse(struct listener *listener);

/* Close, and remove the socket file. */
void listen_close(struct listener *listener);

#endif
