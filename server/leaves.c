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

bool leaf_known(json_t **entry, const struct wire *wire,
                struct ledger_host *host, int64_t index, struct error *error)
{
    struct store_entry kept;

    if (!leaf_cache_find(&host->leaves, index, &kept))
        return false;
    *entry = wire_entry(wire, &kept, host->origin, error);
    free((void *)(uintptr_t)kept.leaf.bytes);
    return *entry != NULL;
}

struct entry_keeper {
    const struct wire *wire;
    struct ledger_host *host;
    json_t *entry;
};

static bool keep(void *context, const struct store_entry *entry,
                 struct error *error)
{
    struct entry_keeper *keeper = context;

    leaf_cache_keep(&keeper->host->leaves, entry);
    keeper->entry =
        wire_entry(keeper->wire, entry, keeper->host->origin, error);
    return keeper->entry != NULL;
}

bool leaf_entry(json_t **entry, const struct wire *wire, struct db *db,
                struct ledger_host *host, int64_t index, struct error *error)
{
    struct entry_keeper keeper = {.wire = wire, .host = host};
    struct store_each each = {.context = &keeper, .entry = keep};

    if (!store_entries(db, host->ledger_id, index, index + 1, each, error))
        return false;
    *entry = keeper.entry;
    return *entry != NULL || fail(error, ERROR_ABSENT, "there is no entry %lld",
                                  (long long)index);
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
