/*
 * problem: the document of an error (RFC 9457), for people and programs.
 *
 * In the language of the request; its code is the same in all.  Where the
 * fault is on our side the reason stays in the server's log, beside the
 * number of the request: the document says what to do instead.
 */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include "server/request.h"

#include <jansson.h>

/*
 * Add to an object: type, code, title, status, detail, detail_lang where that
 * is not the reader's, errors, request_id, and next: where to go from here.
 */
void problem_describe(json_t *body, const struct request *request,
                      const struct error *error);

/* What happened, as the heading of a page. */
const char *problem_heading(enum error_code code, const char *language);

#endif
