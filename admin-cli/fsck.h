/*
 * fsck: everything that a ledger's tables say, held against its leaves.
 *
 * The leaves are folded anew; every other column of evidence follows from
 * them.  A finding is ERROR_PROOF and names table, key and first index.
 */
#ifndef ADMIN_CLI_FSCK_H
#define ADMIN_CLI_FSCK_H

#include "admin-cli/auditor.h"
#include "sql/store.h"

struct fsck_report {
    int64_t entries, postings, subjects, tiles, checkpoints, signatures;
};

/*
 * vkey: the log's key, that every checkpoint must be signed with; NULL: the
 * signatures of checkpoints are not judged.
 */
MUST_USE bool fsck_ledger(struct db *db, const struct store_ledger *ledger,
                          const struct vkey *vkey, struct fsck_report *report,
                          struct error *error);

#endif
