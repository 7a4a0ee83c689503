/*
 * telling: what an entry says, for people, made from the ledger's tables.
 *
 * A new kind needs nothing here: its sentence is its help in entries.def, its
 * fields are shown by their types.
 */
#ifndef SERVER_TELLING_H
#define SERVER_TELLING_H

#include "server/reading.h"

/* "A citizen pledges", for a kind's name; the name itself if there is none. */
json_t *tell_kind(const struct wire *wire, const char *kind);

/* "Capital called and paid" */
json_t *tell_account(const struct wire *wire, int account);

/*
 * The fields of an entry: [{label, value, url or null, items[]}].  Values of
 * nested objects and of lists are items, a line each.  An id is told by the
 * name of what it is the id of (naming.h), with a link.
 */
json_t *tell_fields(const struct reading *reading, const char *kind,
                    const json_t *entry);

#endif
