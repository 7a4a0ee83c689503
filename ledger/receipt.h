/*
 * receipt: C2SP tlog-proof, and Terreau's file of proof and leaf.
 */
#ifndef LEDGER_RECEIPT_H
#define LEDGER_RECEIPT_H

#include "ledger/policy.h"
#include "ledger/proof.h"

enum { RECEIPT_BYTES_MAX = 128 * 1024 };

struct receipt {
    uint64_t index;
    struct proof proof;
    struct text extra;      /* base64, undecoded; empty: none. */
    struct text checkpoint; /* The signed note, verbatim. */
    struct text leaf;       /* Verbatim; empty in a plain .tlog-proof. */
};

/* Writes the tlog-proof, then "--- leaf\n" and the leaf if there is one; not
 * terminated.  Returns the length, or 0 if room is too small. */
size_t receipt_write(char *out, size_t room, const struct receipt *receipt);
/* *receipt points into bytes.  Fails with ERROR_PROOF, or ERROR_SIZE above
 * RECEIPT_BYTES_MAX.  Nothing is verified yet. */
MUST_USE bool receipt_read(struct receipt *receipt, const char *bytes,
                           size_t size, struct error *error);

/*
 * Everything a receipt proves without a network: the checkpoint is signed by
 * the log's vkey, its origin is that name, and the leaf is in it.
 * *checkpoint is filled on success.  Fails with ERROR_NOTE, ERROR_SIGNATURE,
 * ERROR_ORIGIN or ERROR_PROOF.  Of a plain .tlog-proof the caller sets .leaf.
 */
MUST_USE bool receipt_verify(const struct receipt *receipt,
                             const struct vkey *log,
                             struct checkpoint *checkpoint,
                             struct error *error);
/* The same for any log of a policy, cosigned as its quorum demands. */
MUST_USE bool receipt_verify_policy(const struct receipt *receipt,
                                    const struct policy *policy,
                                    struct checkpoint *checkpoint,
                                    struct error *error);

#endif
