/*
 * log_policy: the policy that the cooperative has put into its own log
 * (policy.publish), and receipts that meet it.
 */
#ifndef SERVER_LOG_POLICY_H
#define SERVER_LOG_POLICY_H

#include "ledger/policy.h"
#include "server/host.h"

/* The text that was published last, allocated; ERROR_ABSENT: none was. */
MUST_USE bool log_policy(struct ledger_host *host, char **text, size_t *size,
                         struct error *error);

/*
 * Of the checkpoints above an entry, the smallest that meets the published
 * policy.  False: none was published, or none of the few next ones that
 * witnesses have cosigned meets it; *checkpoint is then as it was.
 */
bool log_policy_checkpoint(struct ledger_host *host, int64_t index,
                           struct store_checkpoint *checkpoint);

/* Does a checkpoint with the cosignatures behind it meet a policy? */
bool log_policy_met(const struct policy *policy,
                    const struct store_checkpoint *checkpoint);

#endif
