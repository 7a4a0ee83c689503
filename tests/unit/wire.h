/*
 * wire: a real daemon in this process, and raw bytes to and from it.
 */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include "server/config.h"
#include "server/daemon.h"
#include "server/http.h"
#include "server/log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h> /* Its fail() is a macro; ours is (fail)(). */

enum { WIRE_BYTES = 128 * 1024, WIRE_WAIT_MS = 5000 };

struct wire {
    struct config config;
    struct site site;
    struct daemon *daemon;
};

/* What came back on one connection. */
struct heard {
    char bytes[WIRE_BYTES];
    size_t size;
    bool closed; /* By the server. */
};

static inline void wire_start(struct wire *wire, const struct route *routes)
{
    struct error error = {0};

    log_level_set(LOG_ERROR + 1);
    assert_true(sodium_init() >= 0);
    (void)signal(SIGPIPE, SIG_IGN);
    config_init(&wire->config);
    (void)snprintf(wire->config.listen, sizeof wire->config.listen,
                   "127.0.0.1:0");
    wire->config.drain_seconds = 5;
    wire->site = (struct site){.config = &wire->config, .routes = routes};
    if (!daemon_start(&wire->daemon, &wire->site, &error))
        fail_msg("%s", error.text);
}

static inline void wire_stop(struct wire *wire)
{
    struct error error = {0};

    daemon_quiesce(wire->daemon);
    if (!daemon_stop(wire->daemon, &error))
        fail_msg("%s", error.text);
}

/* -1 if the server takes no connections. */
static inline int wire_connect(const struct wire *wire)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)daemon_port(wire->daemon)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static inline void wire_send(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* The server has closed already; see what it said. */
        at += sent;
        size -= (size_t)sent;
    }
}

static inline void wire_say(int fd, const char *text)
{
    wire_send(fd, text, strlen(text));
}

/* Read until the server closes, or has been silent for wait_ms. */
static inline void wire_hear(int fd, struct heard *heard, int wait_ms)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    heard->size = 0;
    heard->closed = false;
    while (heard->size < WIRE_BYTES - 1 && poll(&ready, 1, wait_ms) == 1) {
        ssize_t got = recv(fd, heard->bytes + heard->size,
                           WIRE_BYTES - 1 - heard->size, 0);

        if (got <= 0) {
            heard->closed = true;
            break;
        }
        heard->size += (size_t)got;
    }
    heard->bytes[heard->size] = '\0';
}

/* Replies heard: status lines, wherever they stand. */
static inline int heard_count(const struct heard *heard)
{
    int count = 0;

    for (const char *at = strstr(heard->bytes, "HTTP/1.1 "); at != NULL;
         at = strstr(at + 1, "HTTP/1.1 "))
        count += strspn(at + 9, "0123456789") == 3;
    return count;
}

/* Status of the first reply, or 0. */
static inline int heard_status(const struct heard *heard)
{
    return strncmp(heard->bytes, "HTTP/1.1 ", 9) == 0
               ? (int)strtol(heard->bytes + 9, NULL, 10)
               : 0;
}

static inline void wire_pause(int ms)
{
    struct timespec pause = {.tv_sec = ms / 1000,
                             .tv_nsec = ms % 1000 * 1000000L};

    (void)nanosleep(&pause, NULL);
}

#endif
