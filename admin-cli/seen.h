/*
 * seen: checkpoints that this user's audits have found good, so that the next
 * audit notices a log that was put back or told otherwise.
 *
 * One file for each origin and log key, and in it the signed checkpoint as it
 * was served: below $XDG_STATE_HOME/terreau or ~/.local/state/terreau.
 */
#ifndef ADMIN_CLI_SEEN_H
#define ADMIN_CLI_SEEN_H

#include "ledger/policy.h"

enum { SEEN_PATH_BYTES = 700, SEEN_MAX = 32 };

struct seen {
    struct key key; /* Of the log, then. */
    struct checkpoint checkpoint;
    char *note; /* Terminated. */
    size_t size;
};

struct seen_list {
    char dir[SEEN_PATH_BYTES]; /* "": nothing is remembered. */
    size_t count;
    struct seen seen[SEEN_MAX];
};

/* Where audits remember; false: neither variable is set. */
MUST_USE bool seen_dir(char out[static SEEN_PATH_BYTES]);

/* Where else something of an origin is kept for this user, "what" of it; its
 * folders are made.  out "": neither variable is set. */
MUST_USE bool seen_file(char out[static SEEN_PATH_BYTES], const char *what,
                        const char *origin, struct error *error);

/* All that is remembered of an origin.  dir: as of seen_dir().  Fails with
 * ERROR_SYSTEM if a file is there and is no checkpoint of it. */
MUST_USE bool seen_load(struct seen_list *list, const char *dir,
                        const char *origin, struct error *error);
void seen_free(struct seen_list *list);

/* Remember a checkpoint under each key of its origin that has signed it. */
MUST_USE bool seen_save(const struct seen_list *list,
                        const struct policy *policy, const struct note *note,
                        const char *origin, const char *bytes, size_t size,
                        struct error *error);

/* Keep two signed checkpoints that contradict one another; *path is the
 * folder with both. */
MUST_USE bool seen_evidence(char path[static SEEN_PATH_BYTES], const char *dir,
                            const struct seen *seen, const char *bytes,
                            size_t size, struct error *error);

#endif
