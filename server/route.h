/*
 * route: which handler answers which address.  The table is routes.def.
 *
 * A path is segments between '/'; a segment is a word, {name}, which takes
 * any segment without a dot, {!name}, the same but secret (never logged), or
 * at the end {name...}, which takes all the rest.  The first row that fits
 * wins.  A last segment that ends in ".json" asks for the JSON face.
 */
#ifndef SERVER_ROUTE_H
#define SERVER_ROUTE_H

#include "server/reply.h"

struct route {
    const char *method;
    const char *path;
    bool (*handler)(const struct request *request, struct reply *reply,
                    struct error *error);
    const char *takes;   /* GET: query parameters; POST: media types. */
    size_t body_kib_max; /* POST: the largest body. */
    const char *help;
    const char *name; /* Of the handler. */
};

extern const struct route route_table[]; /* Ends in a zeroed element. */

/* Room for what route_find() decodes and cuts; belongs to the request. */
struct route_room {
    char path[ADDRESS_BYTES_MAX + 1];
    char parts[ADDRESS_BYTES_MAX + 2];
    char query[ADDRESS_BYTES_MAX + 1];
    char allow[64]; /* After ERROR_METHOD: the value of Allow. */
};

/*
 * Decode the address (path and query as sent), find its route in table and
 * set path, route, suffix, arguments and query.  The method is set already.
 * Fails with ERROR_ADDRESS, ERROR_REQUEST, ERROR_ABSENT or ERROR_METHOD.
 */
MUST_USE bool route_find(const struct route *table, struct request *request,
                         const char *address, struct route_room *room,
                         struct error *error);

/* Is word the first segment of some route, so that no ledger may have it? */
bool route_word_is_taken(const char *word);

/* The path for the log: secret arguments are hidden. */
void route_public_path(const struct request *request, char *out, size_t room);

#endif
