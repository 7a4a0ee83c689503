/*
 * disclose: personal data from a node's vault, by officers who say in the log
 * whose they read and what for.
 */
#ifndef ADMIN_CLI_DISCLOSE_H
#define ADMIN_CLI_DISCLOSE_H

#include "admin-cli/act.h"

/* How many parties one entry disclosure.make names. */
enum { DISCLOSE_TOGETHER = 64 };

/*
 * What the disclosure at that index shows, asked by one key of the desk after
 * the other until one is its signer's; each time is recorded.  *answer is the
 * caller's to close.  Fails with ERROR_SIGNATURE if none is.
 */
MUST_USE bool disclose_read(struct desk *desk, int64_t index,
                            struct answer *answer, struct error *error);

/*
 * Says in the log that the account data of these parties (at most
 * DISCLOSE_TOGETHER) is read to pay the batch.  Said again for the same
 * parties and batch it is the same entry, so that whoever was interrupted, or
 * waited for a second signature, goes on.  Fails with ERROR_UNSIGNED while
 * signatures are missing.
 */
MUST_USE bool disclose_for_batch(int64_t *index, struct act *act,
                                 struct desk *desk, struct id batch,
                                 const struct id *parties, size_t count,
                                 struct error *error);

#endif
