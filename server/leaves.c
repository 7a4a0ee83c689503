#include "server/leaves.h"

#include <stdlib.h>

struct collector {
    const struct wire *wire;
    const char *origin;
    json_t *list;
};

static bool collect(void *context, const struct store_entry *entry,
                    struct error *error)
{
    struct collector *collector = context;
    json_t *json = wire_entry(collector->wire, entry, collector->origin, error);

    if (json == NULL)
        return false;
    wire_append(collector->list, json);
    return true;
}

bool leaf_entries(json_t *list, const struct wire *wire, struct db *db,
                  const struct ledger_host *host, int64_t from, int64_t until,
                  struct error *error)
{
    struct collector collector = {wire, host->origin, list};
    struct store_each each = {.context = &collector, .entry = collect};

    return store_entries(db, host->ledger_id, from, until, each, error);
}

bool leaf_entry(json_t **entry, const struct wire *wire, struct db *db,
                const struct ledger_host *host, int64_t index,
                struct error *error)
{
    json_auto_t *list = json_array();

    if (!leaf_entries(list, wire, db, host, index, index + 1, error))
        return false;
    *entry = json_incref(json_array_get(list, 0));
    return true;
}

bool leaf_search(json_t *list, const struct wire *wire, struct db *db,
                 const struct ledger_host *host, const struct id *subject,
                 enum entry_kind kind, int64_t after, int limit,
                 struct error *error)
{
    struct collector collector = {wire, host->origin, list};
    struct store_each each = {.context = &collector, .entry = collect};

    if (kind == ENTRY_none)
        return store_entries_of_subject(db, host->ledger_id, subject->bytes,
                                        after, limit, each, error);
    return store_entries_of_kind(db, host->ledger_id, (int16_t)kind, after,
                                 limit, each, error);
}

static bool keep_posting(void *context, const struct store_posting *posting,
                         struct error *error)
{
    struct posting_list *list = context;

    (void)error;
    if (list->count == list->room) {
        list->room = list->room == 0 ? 256 : 2 * list->room;
        list->items = realloc(list->items, list->room * sizeof *list->items);
        if (list->items == NULL)
            abort();
    }
    list->items[list->count++] = *posting;
    return true;
}

bool leaf_postings(struct posting_list *list, struct db *db,
                   const struct ledger_host *host, int64_t from, int64_t until,
                   struct error *error)
{
    struct store_each each = {.context = list, .posting = keep_posting};

    return store_postings(db, host->ledger_id, from, until, each, error);
}
