/*
 * audit: a stranger reads a published log and believes nothing of it.
 *
 * Every bundle, tile, leaf hash and signature; the fold of every entry and
 * the laws of its sums; the checkpoint, its quorum and age; what was seen
 * before; a receipt; the figures that the node shows; deadlines kept.
 */
#ifndef ADMIN_CLI_AUDIT_H
#define ADMIN_CLI_AUDIT_H

#include "admin-cli/published.h"
#include "admin-cli/seen.h"
#include "admin-cli/trust.h"

struct audit_options {
    const char *where;               /* As of source_open(). */
    const struct settings *settings; /* Where that may be NULL. */
    const char *policy, *vkey;       /* As of trust_open(). */
    const char *state_dir;           /* As of seen_dir(); NULL: no memory. */
    uint64_t max_age; /* Seconds; 0: cosignatures may be of any age. */
    uint64_t now;     /* POSIX seconds. */
    int threads;      /* That verify signatures. */
};

enum { AUDIT_HEADROOM_MAX = 3 };

/* The policy that the ledger published last. */
struct audit_policy {
    int64_t count, index; /* How many there were; of the last one. */
    char *text;
    size_t size;
    bool demanded; /* By this audit, word for word. */
};

struct audit {
    struct audit_options options;
    struct source source;
    struct trust trust;
    struct auditor auditor;
    struct punctual punctual;
    struct audit_policy policy;
    struct tile_edge edge;
    struct note note; /* The checkpoint's. */
    char *bytes;      /* Its bytes. */
    size_t bytes_size;
    struct checkpoint checkpoint;
    struct seen_list seen;
    const struct seen *last; /* The largest of them, or NULL. */
    json_t *claims;          /* What the node shows, or NULL. */
    int64_t claims_size;
    bool claims_agree, receipt_agrees; /* false: there was none. */
    int64_t tiles;
    struct instant first_accepted;
    char evidence[SEEN_PATH_BYTES]; /* "", or where it was put. */
    /* In the callback of tiles. */
    struct error *error;
    bool failed;
};

/*
 * The whole audit.  Fails with ERROR_PROOF if something is wrong; its text
 * names the first index that is.  Remembers the checkpoint if nothing is.
 * *audit holds what was found either way, until audit_close().
 */
MUST_USE bool audit_run(struct audit *audit,
                        const struct audit_options *options,
                        struct error *error);
void audit_close(struct audit *audit);

/* audit_policy.c: after each leaf; after the last; for the report. */
void audit_policy_note(struct audit *audit);
MUST_USE bool audit_policy_check(struct audit *audit, struct error *error);
json_t *audit_policy_describe(const struct audit *audit);

/* The report, with money as minor units, or in words for people; error: why
 * it failed, or NULL. */
json_t *audit_report(const struct audit *audit, const struct error *error,
                     bool people);
/* One page of HTML for printing, without script, in French and English. */
void audit_page(FILE *out, const json_t *report);

#endif
