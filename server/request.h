/*
 * request: one HTTP request, as a handler sees it.
 *
 * Everything in it is checked and decoded before a handler runs, is read
 * only, and lives until the reply has been sent (also while it waits for
 * another thread).  Nothing here knows libmicrohttpd.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "server/form.h"

struct config;
struct exchange;
struct files;
struct node;
struct pages;
struct route;

/* What all requests share; set up by main(), outlives the daemon. */
struct site {
    const struct config *config;
    const struct route *routes; /* NULL: those of routes.def. */
    const struct pages *pages;  /* NULL: no HTML face. */
    const struct files *files;  /* NULL: no static files. */
    struct node *node;          /* The ledgers; NULL in tests. */
    /* True: it is taken, for exchange_resume() or exchange_refuse() later.
     * NULL: nothing is held up. */
    bool (*hold)(struct exchange *exchange);
};

enum face { FACE_JSON, FACE_HTML };

enum {
    ADDRESS_BYTES_MAX = 2048, /* Path and query as sent. */
    PARTS_MAX = 12,           /* Segments of a path. */
    ARGUMENTS_MAX = 3,
    REQUEST_ID_CHARS = 16,
    TRACE_ID_CHARS = 32,
    CLIENT_CHARS = 45, /* An IPv6 address. */
};

/* What a {name} of the route's path matched. */
struct argument {
    const char *name;
    size_t name_size;
    const char *value;
};

/* Header values as sent; NULL where absent. */
struct request_headers {
    const char *accept;
    const char *accept_language;
    const char *if_none_match;
    const char *content_type;
    const char *host;
    const char *origin;
    const char *sec_fetch_site;
    const char *cookie;
    const char *authorization;
    const char *prefer;
    const char *idempotency_key;
    const char *terreau_clock; /* For trial ledgers: the time to play. */
    const char *terreau_size;
    const char *forwarded_for;
    const char *traceparent;
};

struct request {
    const struct site *site;
    struct node *node;         /* site->node. */
    struct exchange *exchange; /* To queue when the answer comes later. */
    const struct route *route;
    const char *method; /* "GET" for HEAD, too. */
    const char *path;   /* Decoded, with its suffix, without query. */
    bool is_head;
    enum face face;
    bool suffix;          /* The face was asked for by ".json". */
    const char *language; /* "en" or "fr". */
    struct argument arguments[ARGUMENTS_MAX];
    size_t argument_count;
    struct form_data query; /* Names are checked against the route. */
    struct request_headers headers;
    const char *body; /* Terminated, for the reader's comfort only. */
    size_t body_size;
    int64_t min_size; /* Terreau-Size or ?size=: wait for it; 0: do not. */
    char id[REQUEST_ID_CHARS + 1];
    char trace[TRACE_ID_CHARS + 1]; /* "" without a valid traceparent. */
    char client[CLIENT_CHARS + 1];  /* Address of the client, or "". */
};

/* The value of {name} in the route; asserts that the route has it. */
const char *request_argument(const struct request *request, const char *name);

/* The value of a query parameter, or NULL. */
const char *request_query(const struct request *request, const char *name);

/*
 * A parameter or argument that is a number in plain digits, within least and
 * most.  An absent parameter gives fallback.  Fails with ERROR_REQUEST.
 */
MUST_USE bool request_query_number(const struct request *request,
                                   const char *name, int64_t fallback,
                                   int64_t least, int64_t most, int64_t *number,
                                   struct error *error);
/* The same for {name}, which is always there: fails with ERROR_ABSENT. */
MUST_USE bool request_argument_number(const struct request *request,
                                      const char *name, int64_t *number,
                                      struct error *error);

/* Parse the body as a form; text needs body_size + 1 bytes and holds it. */
MUST_USE bool request_form(const struct request *request, char *text,
                           struct form_data *form, struct error *error);

/* Plain digits without leading zeros, at most 2^53-1; false if not so. */
MUST_USE bool request_number_read(int64_t *number, const char *text);

#endif
