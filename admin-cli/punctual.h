/*
 * punctual: does the clerk act when a deadline is due?
 *
 * An act is due once its instant has come and its own rules would take it: a
 * campaign is not closed before the bank's statement is in.  Auditors report
 * acts that came more than an hour after that, and those that never came.
 */
#ifndef ADMIN_CLI_PUNCTUAL_H
#define ADMIN_CLI_PUNCTUAL_H

#include "ledger/fold.h"

enum { PUNCTUAL_GRACE_MS = 60 * 60 * 1000, PUNCTUAL_LATE_MAX = 100 };

struct late_act {
    int64_t index; /* -1: it never came. */
    enum entry_kind kind;
    int64_t late_ms;
    struct instant ready; /* When it could have been done. */
};

struct punctual {
    struct ready_act {
        struct link due, target;
        enum entry_kind kind;
        int64_t ready_ms;
    } * ready;
    size_t ready_count, ready_room;
    struct late_act late[PUNCTUAL_LATE_MAX]; /* The first of them. */
    size_t late_count;                       /* All. */
};

void punctual_free(struct punctual *punctual);

/* Before the entry of that instant is folded: what is due by then? */
void punctual_before(struct punctual *punctual, struct state *state,
                     struct instant accepted, const char *origin);
/* After it was: was it one of these? */
void punctual_after(struct punctual *punctual, const struct state *state,
                    const struct entry *entry);
/* At the end of the log: what is overdue as of its last entry. */
void punctual_end(struct punctual *punctual, const struct state *state);

#endif
