/*
 * naming: what people call a record, and where they read of it.
 *
 * The log knows records by ids.  People get words: a title, a public name, a
 * member's number, else what it is with an amount or a day that tells it from
 * its neighbours; and the page about it, or all its entries.
 */
#ifndef SERVER_NAMING_H
#define SERVER_NAMING_H

#include "server/reading.h"

/* {text, url}; the id itself and null if the ledger does not know it; JSON
 * null for none. */
json_t *name_record(const struct reading *reading, struct id id);

/* The same for an id as documents have it; null or no id: JSON null. */
json_t *name_text(const struct reading *reading, const char *id);

/* For people: "of", the name of the member "owner", beside it.  Returns the
 * document. */
json_t *name_owner(const struct reading *reading, json_t *document);

#endif
