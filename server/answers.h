/*
 * answers: what a client is told about an entry it sent.
 */
#ifndef SERVER_ANSWERS_H
#define SERVER_ANSWERS_H

#include "server/host.h"
#include "server/http.h"

/*
 * index, accepted, leaf_hash, text_hash, repeated, size and receipt (a
 * .terreau file; null: not signed yet); or text_hash, missing and proposal;
 * or code, detail and pointer.
 */
json_t *answer_document(const struct ledger_host *host,
                        const struct verdict *verdict);

/* Put an entry note into the queue; the exchange is answered from there: 201,
 * 200 (it was there), 202 (it waits for signatures), or a problem. */
MUST_USE bool answer_later(const struct request *request,
                           struct ledger_host *host, const char *note,
                           size_t size, struct reply *reply,
                           struct error *error);

/* The ledger that {ledger} names; ERROR_ABSENT. */
MUST_USE bool answer_host(const struct request *request,
                          struct ledger_host **host, struct error *error);

#endif
