/*
 * policy: which logs and how many witnesses make a checkpoint good (C2SP
 * tlog-policy).
 *
 *     log <vkey> [url]
 *     witness <name> <vkey> [url]
 *     group <name> all|any|<k> <member>...
 *     quorum <name>|none
 *
 * A struct policy points into the bytes it was read from.  It is about 35 KiB.
 */
#ifndef LEDGER_POLICY_H
#define LEDGER_POLICY_H

#include "ledger/checkpoint.h"

enum {
    POLICY_BYTES_MAX = 64 * 1024,
    POLICY_LOGS_MAX = 64,
    POLICY_NODES_MAX = 128, /* Witnesses and groups together ... */
    POLICY_WITNESSES_MAX = 64,
    POLICY_NOBODY = 0xffff, /* No group; no quorum needed. */
};

struct policy_log {
    struct vkey vkey;
    struct text url; /* May be empty. */
};

struct policy_witness {
    struct vkey vkey;
    struct text url;
    uint16_t node; /* Its name in the policy. */
};

/* A name: a witness, or a group that is content with some of its members. */
struct policy_node {
    struct text name;
    uint16_t needed; /* 0: a witness. */
    uint16_t group;  /* The one group it counts for, or POLICY_NOBODY. */
};

struct policy {
    size_t log_count;
    struct policy_log logs[POLICY_LOGS_MAX];
    size_t witness_count;
    struct policy_witness witnesses[POLICY_WITNESSES_MAX];
    size_t node_count;
    struct policy_node nodes[POLICY_NODES_MAX]; /* Members before groups. */
    uint16_t quorum; /* A node, or POLICY_NOBODY for "none". */
};

/* Fails with ERROR_FIELD and the number of the line, or ERROR_SIZE; *policy
 * is then of no use. */
MUST_USE bool policy_read(struct policy *policy, const char *bytes, size_t size,
                          struct error *error);

/* The text of lines, each ended by \n; 0: room is too small. */
size_t policy_join(char *out, size_t room, const struct text *lines,
                   size_t count);

/*
 * Is a checkpoint good?  It is signed by a log of the policy whose name is
 * the origin, every line by a key of the policy is right, and the cosigned
 * witnesses make the quorum.  Times of cosignatures are not judged.
 * Fails with ERROR_NOTE, ERROR_SIGNATURE, ERROR_ORIGIN (no log of that name)
 * or ERROR_PROOF (quorum not met); *checkpoint is filled on success.
 */
MUST_USE bool policy_check(const struct policy *policy, const struct note *note,
                           struct checkpoint *checkpoint, struct error *error);
/* The same, and only cosignatures of that POSIX second or later count. */
MUST_USE bool policy_check_since(const struct policy *policy,
                                 const struct note *note, uint64_t since,
                                 struct checkpoint *checkpoint,
                                 struct error *error);
/* When a witness of the policy last cosigned the note; 0: it has not, or
 * wrongly. */
uint64_t policy_stamp(const struct policy *policy, size_t witness,
                      const struct note *note);

#endif
