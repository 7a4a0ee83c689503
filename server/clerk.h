/*
 * clerk: the node's own acts, made when a deadline has come.
 *
 * Only the ledger's sequencer uses it.  An act that its rules would refuse
 * now is put off to the next bank statement or the next UTC day.
 */
#ifndef SERVER_CLERK_H
#define SERVER_CLERK_H

#include "server/item.h"

struct ledger_host;

enum { CLERK_ACTS_MAX = 4 }; /* In one batch. */

struct clerk {
    struct ledger_host *host;
    struct put_off {
        struct link due;
        int64_t until_ms;
    } * put_off;
    size_t count, room;
};

void clerk_close(struct clerk *clerk);

/* Is there something to do, not put off, at that time? */
bool clerk_is_wanted(struct clerk *clerk, const struct view *view,
                     struct instant now);
/* The next act as a signed entry; NULL: nothing (more) to do. */
struct item *clerk_act(struct clerk *clerk, const struct view *view,
                       struct instant now);
/* The fold refused an act, or it is in the log already. */
void clerk_refused(struct clerk *clerk, const struct item *item,
                   struct instant now);
/* A statement came in: what was put off may be possible. */
void clerk_statement(struct clerk *clerk);

/* Sign an entry text as the clerk; out takes the note.  0: no room. */
size_t clerk_note(struct ledger_host *host, char *out, size_t room,
                  struct text text);

#endif
