/* Pledges: who has the id of one sees its state and how to pay. */
#include "server/epc.h"
#include "server/leaves.h"
#include "server/list.h"
#include "server/opening.h"
#include "server/pledge_page.h"
#include "server/qr.h"
#include "server/receipts.h"

#include <inttypes.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { HISTORY_MAX = 50 };

struct filter {
    struct id campaign;
    bool given;
};

static bool is_of_campaign(const struct record *record, const void *context)
{
    const struct filter *filter = context;
    const struct record_pledge *pledge = (const void *)record;

    return !filter->given || id_equal(pledge->campaign, filter->campaign);
}

/* In a list nobody needs to know how somebody else pays. */
static json_t *brief(const struct reading *reading, const struct record *record)
{
    json_t *pledge = wire_record(&reading->wire, record);

    (void)json_object_del(pledge, "reference");
    return pledge;
}

static void keep_private(struct reply *reply)
{
    reply->cache = CACHE_PRIVATE;
    reply_header(reply, "X-Robots-Tag", "noindex");
}

bool pledges_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {.type = RECORD_pledge,
                                           .name = "pledges",
                                           .title = WORD_pledges,
                                           .page = "register",
                                           .keep = is_of_campaign,
                                           .describe = brief};
    struct filter filter;

    if (!list_id(request, "campaign", &filter.campaign, &filter.given, error) ||
        !list_get(request, reply, &listing, &filter, error))
        return false;
    keep_private(reply);
    return true;
}

/* What happened to it, entry by entry. */
static bool put_history(const struct reading *reading, json_t *body,
                        struct id pledge, struct db *db, struct error *error)
{
    json_t *entries = json_array(), *history = json_array(), *one;
    size_t at;
    bool found = leaf_search(entries, &reading->wire, db, reading->host,
                             &pledge, ENTRY_none, -1, HISTORY_MAX, error);

    json_array_foreach(entries, at, one) wire_append(
        history, json_pack("{s:O, s:O, s:O, s:o}", "index",
                           json_object_get(one, "index"), "kind",
                           json_object_get(one, "kind"), "at",
                           json_object_get(one, "accepted"), "url",
                           reading_url(reading, "entries/%" PRId64,
                                       (int64_t)json_integer_value(
                                           json_object_get(one, "index")))));
    json_decref(entries);
    wire_set(body, "history", history);
    return found;
}

bool pledge_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    const struct record *record;
    struct id id;
    READING(reading);
    POOL_LOAN(loan);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "pledge", RECORD_pledge, &record, error))
        return false;
    reply->body = reading_document(&reading);
    keep_private(reply);
    id = record_id(record);
    pledge_describe(&reading, reply->body, (const void *)record);
    reading_page(&reading, reply, "pledge",
                 json_string_value(json_object_get(reply->body, "heading")));
    reading_close(&reading);
    return reading_borrow(&reading, &loan, error) &&
           put_history(&reading, reply->body, id, loan.db, error);
}

/* ---- Its files ---- */

bool pledge_receipt_get(const struct request *request, struct reply *reply,
                        struct error *error)
{
    const struct record *record;
    struct receipt_wanted wanted = {.plain = false};
    struct ledger_host *host;
    struct hash opening;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "pledge", RECORD_pledge, &record, error))
        return false;
    host = reading.host;
    wanted.index = record->made;
    if (opening_of(&opening, request))
        wanted.opening = &opening;
    reading_close(&reading);
    keep_private(reply);
    return receipt_reply(reply, host, &wanted, error);
}

bool pledge_qr_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    const struct record *record;
    char epc[EPC_BYTES_MAX + 1], *bytes;
    size_t size;
    READING(reading);
    BUFFER(svg);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "pledge", RECORD_pledge, &record, error))
        return false;
    if (!pledge_epc(epc, &reading, (const void *)record) || !qr_svg(&svg, epc))
        return fail(error, ERROR_ABSENT, "there is nothing to pay");
    bytes = buffer_take(&svg, &size);
    reply_bytes(reply, "image/svg+xml", bytes, size);
    reply_header(reply, "Content-Disposition",
                 "attachment; filename=\"transfer.svg\"");
    keep_private(reply);
    return true;
}
