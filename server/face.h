/*
 * face: the reply as bytes, in the form and language the client prefers.
 *
 * JSON for programs, HTML for browsers; Turtle and JSON-LD will be two more
 * rows here.  Also what every reply carries: validators, caching, security
 * headers.
 */
#ifndef SERVER_FACE_H
#define SERVER_FACE_H

#include "server/reply.h"

enum { ANSWER_HEADERS_MAX = 24, ETAG_CHARS = 40 };

struct answer_header {
    const char *name;
    const char *value; /* Literal, or the reply's, or the answer's. */
};

/* What goes over the wire.  Lives no longer than its reply. */
struct answer {
    int status;
    const char *bytes;
    size_t size;
    bool owned; /* bytes are freed with the answer. */
    char etag[ETAG_CHARS];
    size_t header_count;
    struct answer_header headers[ANSWER_HEADERS_MAX];
};

/*
 * Set face and language from suffix, Accept, ?lang= and Accept-Language.
 * JSON unless HTML is liked better; English unless French is.
 */
void face_choose(struct request *request);

/* Render.  Takes over the bytes of the reply.  Never fails: 500 instead. */
void face_render(const struct request *request, struct reply *reply,
                 struct answer *answer);

void answer_clear(struct answer *answer);

#endif
