/* The log as documents: entries, one by one and filtered. */
#include "server/leaves.h"
#include "server/list.h"
#include "server/naming.h"
#include "server/telling.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

struct filter {
    struct id subject;
    bool by_subject;
    enum entry_kind kind; /* ENTRY_none: any. */
};

static bool read_filter(const struct request *request, struct filter *filter,
                        struct error *error)
{
    const char *kind = request_query(request, "kind");
    struct text name = {kind, kind == NULL ? 0 : (uint32_t)strlen(kind)};

    filter->kind = kind == NULL ? ENTRY_none : entry_kind_read(name);
    if (kind != NULL && filter->kind == ENTRY_none)
        return fail(error, ERROR_REQUEST, "there is no kind %.40s", kind);
    if (!list_id(request, "subject", &filter->subject, &filter->by_subject,
                 error))
        return false;
    if (kind != NULL && filter->by_subject)
        return fail(error, ERROR_REQUEST, "ask by subject or by kind");
    return true;
}

/* One more than wanted, to know whether there is a next page. */
static bool read_entries(const struct reading *reading, json_t *list,
                         const struct filter *filter,
                         const struct cursor *cursor, int64_t size,
                         struct error *error)
{
    int64_t from = cursor->after + 1;
    int64_t until = from + cursor->limit + 1;
    POOL_LOAN(loan);

    if (!reading_borrow(reading, &loan, error))
        return false;
    if (filter->by_subject || filter->kind != ENTRY_none)
        return leaf_search(list, &reading->wire, loan.db, reading->host,
                           &filter->subject, filter->kind, cursor->after,
                           (int)cursor->limit + 1, error);
    if (from >= size)
        return true;
    return leaf_entries(list, &reading->wire, loan.db, reading->host, from,
                        until < size ? until : size, error);
}

bool entries_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct cursor cursor;
    struct filter filter;
    int64_t size;
    json_t *list;
    size_t count;
    READING(reading);

    if (!read_filter(request, &filter, error) ||
        !cursor_read(&cursor, request, -1, error) ||
        !reading_open(&reading, request, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    list = json_array();
    wire_set(reply->body, "entries", list);
    reading_page(&reading, reply, "entries",
                 word(WORD_entries, reading.wire.french));
    size = reading.size;
    reading_close(&reading);
    if (!read_entries(&reading, list, &filter, &cursor, size, error))
        return false;
    count = json_array_size(list);
    if (count > (size_t)cursor.limit) {
        (void)json_array_remove(list, count - 1);
        cursor_next(&cursor, request, reply,
                    json_integer_value(json_object_get(
                        json_array_get(list, count - 2), "index")));
    }
    return true;
}

/* Its postings, and the very bytes that were signed. */
struct entry_reader {
    const struct wire *wire;
    const struct ledger_host *host;
    json_t *body;
};

static bool put_entry(void *context, const struct store_entry *entry,
                      struct error *error)
{
    struct entry_reader *reader = context;
    json_t *json = wire_entry(reader->wire, entry, reader->host->origin, error);

    if (json == NULL)
        return false;
    (void)json_object_update(reader->body, json);
    json_decref(json);
    wire_set(reader->body, "leaf",
             wire_text(entry->leaf.bytes, entry->leaf.size));
    return true;
}

static void put_postings(const struct reading *reading, json_t *body,
                         const struct posting_list *postings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < postings->count; i++)
        wire_append(list,
                    name_owner(reading, wire_posting(&reading->wire,
                                                     &postings->items[i])));
    wire_set(body, "postings", list);
}

static void put_links(const struct reading *reading, json_t *body,
                      int64_t index)
{
    wire_set(body, "receipt", reading_url(reading, "receipt/%" PRId64, index));
    wire_set(body, "prev",
             index == 0 ? json_null()
                        : reading_url(reading, "entries/%" PRId64, index - 1));
    wire_set(body, "next",
             index + 1 >= reading->size
                 ? json_null()
                 : reading_url(reading, "entries/%" PRId64, index + 1));
}

/* Who signed: the clerk, or a party by what people call it. */
static json_t *list_signatures(const struct reading *reading,
                               const json_t *signers)
{
    json_t *list = json_array();

    for (size_t i = 0; i < json_array_size(signers); i++) {
        const char *text = json_string_value(json_array_get(signers, i));

        wire_append(list, json_pack("{s:s, s:b, s:o}", "id", text, "clerk",
                                    strcmp(text, "clerk") == 0, "of",
                                    name_text(reading, text)));
    }
    return list;
}

static void put_for_people(const struct reading *reading, json_t *body)
{
    const json_t *entry = json_object_get(body, "entry");
    const char *kind = json_string_value(json_object_get(body, "kind"));

    wire_set(body, "fields", tell_fields(reading, kind, entry));
    wire_set(body, "signatures",
             list_signatures(reading, json_object_get(body, "signers")));
    wire_set(
        body, "has_postings",
        json_boolean(json_array_size(json_object_get(body, "postings")) > 0));
}

static bool read_entry(struct reading *reading, json_t *body, int64_t index,
                       struct posting_list *postings, struct error *error)
{
    struct entry_reader reader = {&reading->wire, reading->host, body};
    struct store_each each = {.context = &reader, .entry = put_entry};
    POOL_LOAN(loan);

    return reading_borrow(reading, &loan, error) &&
           store_entries(loan.db, reading->host->ledger_id, index, index + 1,
                         each, error) &&
           leaf_postings(postings, loan.db, reading->host, index, index + 1,
                         error);
}

bool entry_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    struct posting_list postings = {0};
    int64_t index;
    bool done;
    READING(reading);

    if (!request_argument_number(request, "index", &index, error) ||
        !reading_open(&reading, request, error))
        return false;
    if (index >= reading.size)
        return fail(error, ERROR_ABSENT,
                    "the log has %" PRId64 " entries, the first is 0",
                    reading.size);
    reply->body = reading_document(&reading);
    put_links(&reading, reply->body, index);
    /* What is in the log never changes; where it ends does. */
    (void)json_object_del(reply->body, "head");
    reply->cache = CACHE_CHECK;
    reading_close(&reading);
    done = read_entry(&reading, reply->body, index, &postings, error);
    if (done) {
        reading_hold(&reading, request, reading.host);
        put_postings(&reading, reply->body, &postings);
        if (reading.wire.people)
            put_for_people(&reading, reply->body);
        reading_page(
            &reading, reply, "entry",
            json_string_value(json_object_get(
                reply->body, reading.wire.people ? "sentence" : "kind")));
    }
    free(postings.items);
    return done;
}
