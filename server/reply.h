/*
 * reply: what a handler answers.
 *
 * One JSON document, which every face shows, or bytes of a media type.  The
 * reply owns what it is given.  A failed handler leaves its reply as it is:
 * headers (Location, Retry-After) and members of an object in body are kept
 * for the problem document.
 */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include "server/request.h"

#include <jansson.h>

/* Who may keep a copy, and for how long.  Public GETs get CORS, too. */
enum cache {
    CACHE_PRIVATE, /* no-store: for one reader only. */
    CACHE_CHECK,   /* Public; asked again each time, by ETag. */
    CACHE_BRIEF,   /* Public, 5 seconds: the checkpoint. */
    CACHE_HOUR,    /* Public, 1 hour: static files. */
    CACHE_FOREVER, /* Public and immutable: entries and full tiles. */
};

enum { REPLY_HEADERS_MAX = 6, REPLY_HEADER_BYTES = 1024 };

struct reply_header {
    const char *name; /* Literal. */
    char value[REPLY_HEADER_BYTES];
};

struct reply {
    int status;        /* 200 unless set. */
    json_t *body;      /* Owned; or NULL and bytes are the body. */
    const char *page;  /* HTML template of the document; NULL: the plain one. */
    const char *title; /* Of the page, borrowed from body; NULL: the path. */
    const char *type;  /* Media type of bytes; literal. */
    const char *bytes;
    size_t size;
    bool owned; /* bytes are freed with the reply. */
    bool later; /* Queued: exchange_finish() will bring the reply. */
    enum cache cache;
    enum error_code code; /* Why it is a problem; ERROR_NONE: it is not. */
    size_t header_count;
    struct reply_header headers[REPLY_HEADERS_MAX];
};

/* Set a header; asserts that the text fits and has no control characters. */
void reply_header(struct reply *reply, const char *name, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
/* The same beside one of that name: cookies. */
void reply_header_add(struct reply *reply, const char *name, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
const char *reply_header_value(const struct reply *reply, const char *name);

/* Body of a media type: freed with free(), or immutable and never freed. */
void reply_bytes(struct reply *reply, const char *type, char *bytes,
                 size_t size);
void reply_static(struct reply *reply, const char *type, const char *bytes,
                  size_t size);

/* 303 to a path of this site (after a POST), which begins with '/'. */
void reply_redirect(struct reply *reply, const char *path);

/*
 * Turn the reply into the RFC 9457 document for an error.  What went wrong
 * on our side (5xx) is not told, only logged; its body is dropped.
 */
void reply_refuse(struct reply *reply, const struct request *request,
                  const struct error *error);

/* Free what it owns; it is empty afterwards. */
void reply_clear(struct reply *reply);

#endif
