/*
 * fsck: everything that a ledger's tables say, held against its leaves.
 *
 * The leaves are folded anew; every other column of evidence follows from
 * them.  A finding is ERROR_PROOF and names table, key and first index.
 */
#ifndef ADMIN_CLI_FSCK_H
#define ADMIN_CLI_FSCK_H

#include "admin-cli/auditor.h"
#include "ledger/policy.h"
#include "sql/highwater.h"
#include "sql/logkeys.h"
#include "sql/store.h"

struct fsck_report {
    int64_t entries, postings, subjects, tiles, checkpoints, cosignatures;
    int64_t signatures; /* Of entries. */
};

/* What is known about the log outside its database; each may be NULL. */
struct fsck_trust {
    const struct log_keys *keys; /* Every checkpoint is signed with these. */
    const struct policy *policy; /* Its witnesses' cosignatures are right. */
    const struct highwater *signed_last; /* Read before: the log has it. */
};

MUST_USE bool fsck_ledger(struct db *db, const struct store_ledger *ledger,
                          const struct fsck_trust *trust,
                          struct fsck_report *report, struct error *error);

/* fsck_signed.c: every line of a checkpoint is right, by a key that the log
 * has or had. */
MUST_USE bool fsck_lines(const struct note *note, const char *origin,
                         const struct log_keys *keys, struct error *error);
/* A line is that of its columns, stands under a checkpoint of
 * the log, and is right if its witness is known; epochs have no gap. */
MUST_USE bool fsck_signed(struct db *db, const struct store_ledger *ledger,
                          const struct policy *policy,
                          struct fsck_report *report, struct error *error);
/* Every row of every table is of a ledger. */
MUST_USE bool fsck_strays(struct db *db, struct error *error);

#endif
