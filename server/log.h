/*
 * log: one line per event on standard error, for people and for journald.
 *
 *     time=2026-03-09T08:15:00.123Z level=info event=request id=... status=200
 *
 * A line goes out in one write, so that threads never mix.  Values are quoted
 * where they need it.  The caller never hands it a secret: no query string,
 * body, token, e-mail or address.  Any thread.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below level are dropped.  Before any other thread starts. */
void log_level_set(enum log_level level);

/* event is a word; the text, if not NULL, becomes text="...". */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct log_request {
    const char *id;
    const char *trace; /* Trace id of a traceparent header, or "". */
    const char *method;
    const char *path;  /* Without query; secret parts already hidden. */
    const char *error; /* Name of the error code, or "". */
    int status;        /* 0: the client left before an answer. */
    int64_t micros;
};

void log_request(const struct log_request *request);

#endif
