/*
 * work: proof of work, for the day when forms come in floods.
 *
 * Off unless the setting work_bits says otherwise.  A form then holds a
 * puzzle, and the browser looks for a number such that SHA-256 of "puzzle
 * number" begins with so many zero bits; static/work.js does.  Who has no
 * script sends the form twice, a minute apart: a puzzle that has been waited
 * for counts, but of these only a few a second are taken in all.  A puzzle
 * works once, for ten minutes, at any server with the same keys.
 */
#ifndef SERVER_WORK_H
#define SERVER_WORK_H

#include "server/reply.h"

enum { WORK_WAIT_SECONDS = 60, WORK_VALID_SECONDS = 600 };

/* The fields that a form must take beside its own: "puzzle work". */
#define WORK_FIELDS "puzzle work"

/*
 * Add what the template {{>work}} needs to a page's document: nothing while
 * it is off.  form NULL: the form is new; else its puzzle stays until it was
 * used, so that waiting for it was not in vain.
 */
void work_add(const struct request *request, json_t *document,
              const struct form_data *form);

/* Fails with ERROR_MANY, the Retry-After set. */
MUST_USE bool work_check(const struct request *request, struct reply *reply,
                         const struct form_data *form, struct error *error);

/* Does SHA-256 of "puzzle number" begin with so many zero bits? */
bool work_is_done(const char *puzzle, const char *number, int bits);

#endif
