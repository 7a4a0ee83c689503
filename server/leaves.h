/*
 * leaves: entries as the database has them, for documents.
 */
#ifndef SERVER_LEAVES_H
#define SERVER_LEAVES_H

#include "server/host.h"
#include "server/wire.h"

/* One entry, as wire_entry(), and kept in memory for leaf_known().  Fails with
 * ERROR_ABSENT, ERROR_STORE. */
MUST_USE bool leaf_entry(json_t **entry, const struct wire *wire, struct db *db,
                         struct ledger_host *host, int64_t index,
                         struct error *error);

/* The same without the database; false: it is not kept. */
MUST_USE bool leaf_known(json_t **entry, const struct wire *wire,
                         struct ledger_host *host, int64_t index,
                         struct error *error);

/* Those from an index to before another, added to list. */
MUST_USE bool leaf_entries(json_t *list, const struct wire *wire, struct db *db,
                           const struct ledger_host *host, int64_t from,
                           int64_t until, struct error *error);

/* The next limit ones after an index that touched a record, or of a kind
 * (ENTRY_none: asked by subject). */
MUST_USE bool leaf_search(json_t *list, const struct wire *wire, struct db *db,
                          const struct ledger_host *host,
                          const struct id *subject, enum entry_kind kind,
                          int64_t after, int limit, struct error *error);

/* Postings, copied; free() them. */
struct posting_list {
    struct store_posting *items;
    size_t count, room;
};
MUST_USE bool leaf_postings(struct posting_list *list, struct db *db,
                            const struct ledger_host *host, int64_t from,
                            int64_t until, struct error *error);

#endif
