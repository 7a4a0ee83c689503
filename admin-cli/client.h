/*
 * client: HTTP to a node.  Over https, plain http on this machine only, or a
 * Unix socket.  Asks again after 429 and 503 as Retry-After says, and after a
 * lost connection: entries carry their own nonce, so that is safe.
 */
#ifndef ADMIN_CLI_CLIENT_H
#define ADMIN_CLI_CLIENT_H

#include "admin-cli/settings.h"

#include <jansson.h>

enum {
    CLIENT_URL_BYTES = 1024,
    CLIENT_ANSWER_MAX = 64 * 1024 * 1024,
    CLIENT_TRIES = 5,
};

struct client {
    void *curl;
    void *headers;                 /* Sent with every request. */
    char base[CLIENT_URL_BYTES];   /* Without a slash at the end. */
    char socket[CLIENT_URL_BYTES]; /* "": none. */
    char ledger[64];               /* "": not known yet. */
};

struct answer {
    int status;
    char *body; /* Terminated; freed by answer_close(). */
    size_t size;
    json_t *json; /* NULL if the body is none. */
    char location[CLIENT_URL_BYTES];
    double retry_after; /* Seconds; below 0: not said. */
};

/* Fails with ERROR_USAGE: no such kind of address, or http to elsewhere. */
MUST_USE bool client_open(struct client *client,
                          const struct settings *settings, struct error *error);
/* A connection of its own to the same node, for another thread. */
MUST_USE bool client_again(struct client *client, const struct client *other,
                           struct error *error);
void client_close(struct client *client);

/*
 * path begins with '/'; after a ledger's name is known "~/x" is below it.
 * body NULL: GET.  A status below 400 is success; else the problem becomes
 * the error: its code by name if it is one of ours, else by status.
 * Fails with ERROR_STORE (75, try again) if the node does not answer.
 */
MUST_USE bool client_send(struct client *client, const char *method,
                          const char *path, const char *type, const char *body,
                          size_t size, struct answer *answer,
                          struct error *error);
MUST_USE bool client_get(struct client *client, const char *path,
                         struct answer *answer, struct error *error);
/* The same; fails with ERROR_REQUEST if the body is no JSON. */
MUST_USE bool client_get_json(struct client *client, const char *path,
                              struct answer *answer, struct error *error);
/* The same for a list, with all its pages: as long as the answer has a member
 * "next", what the arrays of the next page hold is added to its own. */
MUST_USE bool client_get_all(struct client *client, const char *path,
                             struct answer *answer, struct error *error);
/* What a problem document says, as the error; always false. */
bool answer_refused(const struct answer *answer, struct error *error);
void answer_close(struct answer *answer);

/* The ledger's name: as set, or the only one of the node.  Fails with
 * ERROR_USAGE if it must be said. */
MUST_USE bool client_find_ledger(struct client *client, struct error *error);

#endif
