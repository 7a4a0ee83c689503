/*
 * export_log: a published log copied into a folder that any web server can
 * serve: checkpoint, tiles, bundles and the policy, as C2SP tlog-tiles.
 *
 * A file is put in its place only after it was verified against the signed
 * root; the checkpoint comes last.  Run again it fetches what is new, and
 * refuses a log that is no extension of the one in the folder.  Partial
 * tiles of former sizes stay, so that no reader of a former checkpoint fails.
 */
#ifndef ADMIN_CLI_EXPORT_LOG_H
#define ADMIN_CLI_EXPORT_LOG_H

#include "admin-cli/source.h"
#include "ledger/checkpoint.h"

struct export_log {
    const char *to;
    const char *policy, *vkey; /* As of trust_open(). */
    /* Results: */
    struct checkpoint checkpoint;
    size_t written; /* Files. */
};

/* Fails with ERROR_PROOF: the log is not what its checkpoint says, or not an
 * extension of what is in the folder. */
MUST_USE bool export_log(struct export_log *export, struct source *source,
                         struct error *error);

#endif
