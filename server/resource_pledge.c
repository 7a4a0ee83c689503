/* Pledges: who has the id of one sees its state and how to pay. */
#include "server/citizen.h"
#include "server/derived.h"
#include "server/list.h"
#include "server/prose.h"

#include <inttypes.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

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
                                           .keep = is_of_campaign,
                                           .describe = brief};
    struct filter filter;

    if (!list_id(request, "campaign", &filter.campaign, &filter.given, error) ||
        !list_get(request, reply, &listing, &filter, error))
        return false;
    keep_private(reply);
    return true;
}

static struct amount amount_due(const struct record_pledge *pledge)
{
    struct amount due = amount_from_minor(0);

    if (pledge->head.state != STATE_pledge_AWAITING ||
        !amount_sub(&due, pledge->amount, pledge->received) ||
        amount_is_negative(due))
        return amount_from_minor(0);
    return due;
}

/* Money counts if it is booked before settles: the day before, at the latest,
 * or that day if settles is later than its first moment. */
static struct date last_day(const struct reading *reading,
                            const struct record_campaign *campaign)
{
    return instant_day((struct instant){campaign->settles.ms - 1},
                       reading->wire.zone);
}

static void describe_withdrawal(const struct reading *reading, json_t *body,
                                const struct record_pledge *pledge)
{
    const struct wire *wire = &reading->wire;
    bool cooling = wire->now.ms < pledge->cooling_off_until.ms;
    char until[PROSE_CHARS];

    cooling = cooling && (pledge->head.state == STATE_pledge_AWAITING ||
                          pledge->head.state == STATE_pledge_RECEIVED);
    wire_set(body, "may_withdraw", json_boolean(cooling));
    if (!wire->people)
        return;
    prose_until(until, pledge->cooling_off_until, wire->zone, wire->french);
    wire_set(body, "withdraw_until", json_string(until));
}

static void describe_receipt(const struct reading *reading, json_t *body,
                             const struct record_pledge *pledge)
{
    wire_set(
        body, "receipt",
        json_pack("{s:I, s:o, s:o}", "number", (json_int_t)pledge->head.made,
                  "url",
                  reading_url(reading, "receipt/%" PRId64, pledge->head.made),
                  "entry",
                  reading_url(reading, "entries/%" PRId64, pledge->head.made)));
}

static void describe(const struct reading *reading, json_t *body,
                     const struct record_pledge *pledge)
{
    const struct record_campaign *campaign =
        (const void *)state_find_id(reading->state, pledge->campaign);
    struct amount due = amount_due(pledge);
    struct date until = last_day(reading, campaign);
    json_t *known = wire_record(&reading->wire, &pledge->head);

    (void)json_object_update(body, known);
    json_decref(known);
    wire_set(body, "campaign", campaign_brief(reading, campaign));
    wire_set(body, "due", wire_amount(&reading->wire, due));
    wire_set(body, "payment",
             payment_of(reading, due, &pledge->reference, &until));
    describe_withdrawal(reading, body, pledge);
    describe_receipt(reading, body, pledge);
}

bool pledge_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    const struct record *record;
    struct hash opening;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "pledge", RECORD_pledge, &record, error))
        return false;
    reply->body = reading_document(&reading);
    keep_private(reply);
    describe(&reading, reply->body, (const void *)record);
    if (citizen_opening(&opening, request))
        wire_set(reply->body, "opening", wire_hash(&opening));
    reading_page(&reading, reply, "pledge",
                 word(WORD_pledge_title, reading.wire.french));
    return true;
}
