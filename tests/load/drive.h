/*
 * drive: many keep-alive HTTP/1.1 connections, driven from one thread.
 *
 * A closed loop: each connection sends the next request when it has the
 * answer to its last.  A connection that breaks is not opened again, and its
 * request counts as lost: nothing is ever sent twice, so that what was
 * answered, and what was not, is known exactly.
 */
#ifndef TESTS_LOAD_DRIVE_H
#define TESTS_LOAD_DRIVE_H

#include "ledger/base.h"

enum { DRIVE_CONNECTIONS_MAX = 1024, DRIVE_ANSWER_MAX = 256 * 1024 };

struct drive_answer {
    size_t request; /* Its number. */
    int connection;
    int status;
    struct text body; /* Gone when the call returns. */
    int64_t micros;
};

struct drive {
    /* Connection i goes to address i % count: "unix:/path" or a port of
     * 127.0.0.1. */
    const char *const *addresses;
    size_t address_count;
    int connections;
    const struct text *requests; /* Whole, with their heads. */
    size_t request_count;
    int64_t most_ms;     /* No further request after that; 0: no end. */
    int64_t patience_ms; /* For the last answers; 0: 10000. */
    void (*answered)(void *context, const struct drive_answer *answer);
    void (*lost)(void *context, size_t request, int connection); /* Or NULL. */
    void *context;

    size_t sent; /* Requests 0 to sent - 1 left, at least in part. */
    size_t answers;
    size_t losses;
    int unconnected; /* Connections that could not be opened. */
    double seconds;  /* From the first request to the last answer. */
};

/* Blocks until all is answered or lost. */
void drive_run(struct drive *drive);

/* One request and its answer on a connection of its own; the status, 0: no
 * answer.  The body is terminated and cut at room. */
int drive_once(const char *address, struct text request, char *body,
               size_t room);

/* The bytes of a request, allocated; body NULL: GET.  head: further lines
 * with their CRLF, or "". */
struct text drive_request(const char *path, const char *type, const char *head,
                          const char *body, size_t size);

/* Nanoseconds of the monotonic clock. */
int64_t now_ns(void);
/* The value below which a part of the sorted values lie: 0.5, 0.99. */
uint32_t quantile(const uint32_t *sorted, size_t count, double part);
void sort_values(uint32_t *values, size_t count);

#endif
