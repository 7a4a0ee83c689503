/*
 * verifier: signatures checked by a few threads, while the fold goes on.
 *
 * Work is handed over in bundles, whose bytes the verifier owns until they
 * are checked.  The first wrong signature by index is what counts.
 */
#ifndef ADMIN_CLI_VERIFIER_H
#define ADMIN_CLI_VERIFIER_H

#include "ledger/note.h"

enum { BUNDLE_CHECKS_MAX = 256 * 16 };

/* One signature line over one text, and the key it must verify with. */
struct check {
    struct text text;
    struct note_line line;
    struct key key;
    int64_t index; /* Of the entry. */
};

struct bundle {
    char *bytes; /* Allocated; what the checks point into. */
    size_t count;
    struct check checks[BUNDLE_CHECKS_MAX];
};

struct verifier;

/* threads: 1 to 64.  Running out of memory ends the program. */
struct verifier *verifier_create(int threads);
/* Ends the threads; whatever is still queued is dropped. */
void verifier_free(struct verifier *verifier);

/* An empty bundle whose bytes (allocated) pass to it. */
struct bundle *bundle_create(char *bytes);
void bundle_free(struct bundle *bundle);

/* Check a bundle; waits while too many are queued.  Takes it over. */
void verifier_push(struct verifier *verifier, struct bundle *bundle);
/* Wait until all is checked: the first wrong index, or -1. */
int64_t verifier_finish(struct verifier *verifier);
/* Signatures checked so far. */
int64_t verifier_checked(struct verifier *verifier);

#endif
