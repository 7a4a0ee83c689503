/*
 * effects: what an entry would do, without doing it.
 */
#ifndef SERVER_EFFECTS_H
#define SERVER_EFFECTS_H

#include "server/reply.h"

struct ledger_host;

/*
 * Judge a note, or an entry text that nobody has signed yet, on what is
 * committed.  The document has kind, effective, accepted, records[{record,
 * id, before, after}], postings[{account, owner, amount}], and missing: which
 * signatures, or null.  Fails as the entry would, but not for want of
 * signatures.
 */
MUST_USE bool effects_of(const struct request *request,
                         struct ledger_host *host, const char *bytes,
                         size_t size, json_t **document, struct error *error);

#endif
