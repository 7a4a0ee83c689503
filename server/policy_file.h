/*
 * policy_file: "witness.policy" of the state directory, read again whenever
 * it changes: whom we ask to cosign our logs, and whose logs we cosign.
 *
 * Each reader has its own and is one thread at a time.
 */
#ifndef SERVER_POLICY_FILE_H
#define SERVER_POLICY_FILE_H

#include "ledger/policy.h"

struct policy_file {
    int64_t version;       /* Of the file that was read; 0: none. */
    char *text;            /* What the policy points into. */
    struct policy *policy; /* NULL: there was none yet. */
};

/* True if .policy is another one now; pointers into the last are then dead.
 * A file that does not parse leaves the last good one in force. */
bool policy_file_refresh(struct policy_file *file, const char *folder);
void policy_file_free(struct policy_file *file);

#endif
