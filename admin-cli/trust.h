/*
 * trust: which keys an auditor believes: a policy, one log key, or, for want
 * of better, what the source says of itself.
 */
#ifndef ADMIN_CLI_TRUST_H
#define ADMIN_CLI_TRUST_H

#include "admin-cli/source.h"
#include "ledger/policy.h"

enum trust_from { TRUST_POLICY, TRUST_KEY, TRUST_SOURCE };

struct trust {
    enum trust_from from;
    struct policy policy;
    char *text; /* What the policy points into. */
    size_t size;
};

/*
 * path: a policy's file, or NULL; vkey: a log's key, or NULL.  With neither
 * the policy is the source's own.  Fails with ERROR_USAGE for both, with
 * ERROR_ABSENT where the source has none.
 */
MUST_USE bool trust_open(struct trust *trust, const char *path,
                         const char *vkey, struct source *source,
                         struct error *error);
void trust_close(struct trust *trust);

/* Does a log of the policy have that origin? */
bool trust_knows(const struct trust *trust, const char *origin);

#endif
