/*
 * totals: figures of the auditor's own fold, beside what a node shows.
 */
#ifndef ADMIN_CLI_TOTALS_H
#define ADMIN_CLI_TOTALS_H

#include "ledger/totals.h"

#include <jansson.h>

/* {"totals": {name: value...}, "digest": hash}; the caller's. */
json_t *totals_document(const struct state *state);

/*
 * Does the node's document show exactly our figures, and do the laws hold?
 * Fails with ERROR_PROOF, naming the first that differs.
 */
MUST_USE bool totals_compare(const struct state *state, const json_t *shown,
                             struct error *error);

#endif
