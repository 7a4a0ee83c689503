/* Members, officers, keys; share classes, holdings, movements, redemptions. */
#include "server/derived.h"
#include "server/list.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* Public: number, college, state, type; a name only of organisations. */
static json_t *describe_member(const struct reading *reading,
                               const struct record *record)
{
    const struct record_member *member = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    if (member->number == 0)
        wire_set(object, "number", json_null());
    wire_set(object, "public_name", party_name(reading, member->party));
    return object;
}

bool members_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {.type = RECORD_member,
                                           .name = "members",
                                           .title = WORD_members,
                                           .page = "members",
                                           .describe = describe_member};

    return list_get(request, reply, &listing, NULL, error);
}

static json_t *describe_seat(const struct reading *reading,
                             const struct record *record)
{
    const struct record_seat *seat = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    wire_set(object, "public_name", party_name(reading, seat->party));
    return object;
}

bool officers_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    static const struct listing listing = {.type = RECORD_seat,
                                           .name = "officers",
                                           .title = WORD_officers,
                                           .describe = describe_seat};

    return list_get(request, reply, &listing, NULL, error);
}

bool classes_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {
        .type = RECORD_class, .name = "classes", .title = WORD_classes};

    return list_get(request, reply, &listing, NULL, error);
}

struct filter {
    struct id class, party;
    bool by_class, by_party;
};

static bool read_filter(const struct request *request, struct filter *filter,
                        struct error *error)
{
    return list_id(request, "class", &filter->class, &filter->by_class,
                   error) &&
           list_id(request, "party", &filter->party, &filter->by_party, error);
}

static bool fits(const struct filter *filter, struct id class, struct id party)
{
    return (!filter->by_class || id_equal(class, filter->class)) &&
           (!filter->by_party || id_equal(party, filter->party));
}

static bool keep_holding(const struct record *record, const void *context)
{
    const struct record_holding *holding = (const void *)record;

    return fits(context, holding->class, holding->party);
}

bool holdings_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    static const struct listing listing = {.type = RECORD_holding,
                                           .name = "holdings",
                                           .title = WORD_holdings,
                                           .keep = keep_holding};
    struct filter filter;

    return read_filter(request, &filter, error) &&
           list_get(request, reply, &listing, &filter, error);
}

static bool keep_subscription(const struct record *record, const void *context)
{
    const struct record_subscription *subscription = (const void *)record;

    return fits(context, subscription->class, subscription->party);
}

/* What is asked for now: what is called, or all before acceptance. */
static struct amount subscription_due(const struct record_subscription *one)
{
    struct amount due = amount_from_minor(0);
    bool waits = one->head.state == STATE_subscription_REQUESTED;
    bool runs = one->head.state == STATE_subscription_ACCEPTED ||
                one->head.state == STATE_subscription_ISSUED;

    if (waits && !amount_sub(&due, one->nominal, one->held))
        return amount_from_minor(0);
    if (runs && !amount_sub(&due, one->called, one->paid))
        return amount_from_minor(0);
    return due;
}

static json_t *describe_subscription(const struct reading *reading,
                                     const struct record *record)
{
    const struct record_subscription *one = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);
    struct amount due = subscription_due(one);

    if (one->last == 0) {
        wire_set(object, "first", json_null());
        wire_set(object, "last", json_null());
    }
    wire_set(object, "payment",
             payment_of(reading, due, &one->reference,
                        one->due.days == 0 ? NULL : &one->due));
    return object;
}

bool subscriptions_get(const struct request *request, struct reply *reply,
                       struct error *error)
{
    static const struct listing listing = {.type = RECORD_subscription,
                                           .name = "subscriptions",
                                           .title = WORD_subscriptions,
                                           .keep = keep_subscription,
                                           .describe = describe_subscription};
    struct filter filter;

    if (!read_filter(request, &filter, error) ||
        !list_get(request, reply, &listing, &filter, error))
        return false;
    reply->cache = CACHE_PRIVATE;
    return true;
}

static bool keep_redemption(const struct record *record, const void *context)
{
    const struct record_redemption *redemption = (const void *)record;

    return fits(context, redemption->class, redemption->party);
}

static json_t *describe_redemption(const struct reading *reading,
                                   const struct record *record)
{
    json_t *object = wire_record(&reading->wire, record);
    int64_t position = queue_position(reading->state, (const void *)record);

    wire_set(object, "position",
             position == 0 ? json_null() : json_integer(position));
    return object;
}

bool redemptions_get(const struct request *request, struct reply *reply,
                     struct error *error)
{
    static const struct listing listing = {.type = RECORD_redemption,
                                           .name = "redemptions",
                                           .title = WORD_redemptions,
                                           .keep = keep_redemption,
                                           .describe = describe_redemption};
    struct filter filter;

    return read_filter(request, &filter, error) &&
           list_get(request, reply, &listing, &filter, error);
}

/*
 * A movement is what a holding gained or lost on a day.  Each is found from
 * its holding, so a cursor is a place among the holdings.
 */
static void put_movements(const struct reading *reading, json_t *list,
                          const struct record_holding *holding)
{
    struct link at = holding->newest;

    while (!link_is_none(at)) {
        const struct record_range *range =
            (const void *)state_find(reading->state, RECORD_range, at.key);
        json_t *object = wire_record(&reading->wire, &range->head);

        (void)json_object_del(object, "shown");
        wire_set(object, "party", wire_id(holding->party));
        wire_set(object, "class", wire_id(holding->class));
        wire_append(list, object);
        at = range->older;
    }
}

bool movements_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct cursor cursor;
    struct filter filter;
    json_t *list;
    size_t i, count;
    READING(reading);

    if (!read_filter(request, &filter, error) ||
        !cursor_read(&cursor, request, 0, error) ||
        !reading_open(&reading, request, error))
        return false;
    count = state_count(reading.state, RECORD_holding);
    list = json_array();
    for (i = (size_t)cursor.after;
         i < count && json_array_size(list) < (size_t)cursor.limit; i++) {
        const struct record *record =
            state_at(reading.state, RECORD_holding, i);

        if (keep_holding(record, &filter))
            put_movements(&reading, list, (const void *)record);
    }
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    wire_set(reply->body, "movements", list);
    if (i < count)
        cursor_next(&cursor, request, reply, (int64_t)i);
    reading_page(&reading, reply, NULL,
                 word(WORD_movements, reading.wire.french));
    return true;
}
