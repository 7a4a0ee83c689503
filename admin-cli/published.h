/*
 * published: a log read entry by entry out of its bundles.
 */
#ifndef ADMIN_CLI_PUBLISHED_H
#define ADMIN_CLI_PUBLISHED_H

#include "admin-cli/auditor.h"
#include "admin-cli/source.h"

/* The signed checkpoint and what it says, believed as it is; *bytes is the
 * caller's and what *note points into.  Fails with ERROR_NOTE too. */
MUST_USE bool published_checkpoint(struct source *source, char **bytes,
                                   size_t *size, struct note *note,
                                   struct checkpoint *checkpoint,
                                   struct error *error);

/* Feed the first size entries to the auditor; each() after every one. */
MUST_USE bool
published_read(struct source *source, struct auditor *auditor, uint64_t size,
               bool (*each)(void *context, const struct auditor *auditor,
                            struct error *error),
               void *context, struct error *error);

#endif
