/*
 * published: a ledger's log as its node publishes it, read entry by entry.
 */
#ifndef ADMIN_CLI_PUBLISHED_H
#define ADMIN_CLI_PUBLISHED_H

#include "admin-cli/auditor.h"
#include "admin-cli/client.h"
#include "admin-cli/command.h"

/* The ledger of the URL that a call begins with, or of its settings. */
MUST_USE bool published_open(struct client *client, const struct call *call,
                             struct error *error);

/* The body of an answer passes to the caller, who frees it. */
char *answer_keep(struct answer *answer);

MUST_USE bool published_fetch(struct client *client,
                              const struct tile_path *path,
                              struct answer *answer, struct error *error);

/* Feed the first size entries to the auditor; each() after every one. */
MUST_USE bool
published_read(struct client *client, struct auditor *auditor, uint64_t size,
               bool (*each)(void *context, const struct auditor *auditor,
                            struct error *error),
               void *context, struct error *error);

#endif
