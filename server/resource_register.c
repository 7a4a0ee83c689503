/* Members, officers, keys; share classes, holdings, movements, redemptions. */
#include "server/catalogue.h"
#include "server/derived.h"
#include "server/list.h"
#include "server/prose.h"
#include "server/register.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* Of the set in force; else its code. */
static json_t *college_name(const struct reading *reading,
                            const struct record_member *member)
{
    for (size_t i = 0; i < state_count(reading->state, RECORD_college); i++) {
        const struct record_college *college =
            (const void *)state_at(reading->state, RECORD_college, i);

        if (college->version == reading->ledger->colleges_version &&
            college->college.size == member->college.size &&
            memcmp(college->college.bytes, member->college.bytes,
                   member->college.size) == 0)
            return wire_value(&reading->wire, TYPE_title, &college->name);
    }
    return wire_value(&reading->wire, TYPE_code, &member->college);
}

/* Public: number, college, state, type; a name only of organisations. */
static json_t *describe_member(const struct reading *reading,
                               const struct record *record)
{
    const struct record_member *member = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    if (member->number == 0)
        wire_set(object, "number", json_null());
    wire_set(object, "public_name", party_name(reading, member->party));
    if (reading->wire.people)
        wire_set(object, "college_name", college_name(reading, member));
    return object;
}

bool members_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {.type = RECORD_member,
                                           .name = "members",
                                           .title = WORD_members,
                                           .page = "register",
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
                                           .page = "register",
                                           .describe = describe_seat};

    return list_get(request, reply, &listing, NULL, error);
}

/* ---- Share classes ---- */

static json_t *text_of(const struct buffer *text)
{
    return wire_text(text->size == 0 ? "" : text->bytes, text->size);
}

/* A value as it stands in sentences. */
static const char *put_count(char out[static PROSE_CHARS],
                             const struct reading *reading, int64_t count)
{
    prose_count(out, count, reading->wire.french);
    return out;
}

/* "persons, cooperatives" */
static json_t *tell_holders(const struct reading *reading,
                            const struct record_class *class)
{
    const char *language = reading->request->language;
    BUFFER(text);

    for (uint8_t type = 1; type < party_type_after; type++)
        if ((class->holders >> type & 1) != 0)
            buffer_print(&text, "%s%s", text.size == 0 ? "" : ", ",
                         word_of(choice_word(TYPE_party_type, type),
                                 reading->wire.french));
    if (text.size == 0)
        return json_string(say(language, "everybody"));
    return text_of(&text);
}

static json_t *tell_limits(const struct reading *reading,
                           const struct record_class *class)
{
    const char *language = reading->request->language;
    char least[PROSE_CHARS], most[PROSE_CHARS];
    BUFFER(text);

    (void)put_count(least, reading, class->least == 0 ? 1 : class->least);
    (void)put_count(most, reading, class->most);
    if (class->most == 0)
        say_with(&text, language, "at least {least}", "least", least, NULL);
    else
        say_with(&text, language, "from {least} to {most}", "least", least,
                 "most", most, NULL);
    return text_of(&text);
}

static json_t *tell_paying(const struct reading *reading,
                           const struct record_class *class)
{
    const char *language = reading->request->language;
    char called[PROSE_CHARS], days[PROSE_CHARS];
    BUFFER(text);

    prose_ppm(called, class->called_ppm, reading->wire.french);
    (void)put_count(days, reading, class->call_days);
    say_with(&text, language, "{called} at once, within {days} days", "called",
             called, "days", days, NULL);
    return text_of(&text);
}

static json_t *tell_leaving(const struct reading *reading,
                            const struct record_class *class)
{
    const char *language = reading->request->language;
    char lock[PROSE_CHARS], notice[PROSE_CHARS];
    BUFFER(text);

    (void)put_count(lock, reading, class->lock_months);
    (void)put_count(notice, reading, class->notice_months);
    if (class->lock_months > 0)
        say_with(&text, language,
                 "after {lock} months, with {notice} months’ notice", "lock",
                 lock, "notice", notice, NULL);
    else if (class->notice_months > 0)
        say_with(&text, language, "with {notice} months’ notice", "notice",
                 notice, NULL);
    else
        buffer_text(&text, say(language, "without notice"));
    return text_of(&text);
}

static json_t *describe_class(const struct reading *reading,
                              const struct record *record)
{
    const struct record_class *class = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    if (!reading->wire.people)
        return object;
    wire_set(object, "who", tell_holders(reading, class));
    wire_set(object, "limits", tell_limits(reading, class));
    wire_set(object, "paying", tell_paying(reading, class));
    wire_set(object, "leaving", tell_leaving(reading, class));
    return object;
}

/* How far shares may be paid back now. */
static void put_floor(const struct reading *reading, json_t *body)
{
    const char *language = reading->request->language;
    const struct wire *wire = &reading->wire;
    struct amount floor = floor_of_capital(reading->state), room;

    if (!amount_sub(&room, reading->ledger->capital, floor) ||
        amount_is_negative(room))
        room = amount_from_minor(0);
    register_figure(body, say(language, "Subscribed capital"),
                    wire_round(wire, reading->ledger->capital), NULL);
    register_figure(body, say(language, "Capital floor"),
                    wire_round(wire, floor),
                    say(language, "the capital may not fall below it"));
    register_figure(body, say(language, "May be paid back now"),
                    wire_round(wire, room),
                    say(language, "what lies above the floor"));
}

bool classes_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {.type = RECORD_class,
                                           .name = "classes",
                                           .title = WORD_classes,
                                           .page = "register",
                                           .describe = describe_class,
                                           .more = put_floor};

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
                                           .page = "register",
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

static json_t *tell_numbers(const struct reading *reading,
                            const struct record_subscription *one)
{
    char first[PROSE_CHARS], last[PROSE_CHARS];
    BUFFER(text);

    say_with(&text, reading->request->language, "from {first} to {last}",
             "first", put_count(first, reading, one->first), "last",
             put_count(last, reading, one->last), NULL);
    return text_of(&text);
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
    if (reading->wire.people && one->last > 0)
        wire_set(object, "numbers", tell_numbers(reading, one));
    return object;
}

bool subscriptions_get(const struct request *request, struct reply *reply,
                       struct error *error)
{
    static const struct listing listing = {.type = RECORD_subscription,
                                           .name = "subscriptions",
                                           .title = WORD_subscriptions,
                                           .page = "register",
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
                                           .page = "register",
                                           .keep = keep_redemption,
                                           .describe = describe_redemption,
                                           .more = put_floor};
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
        wire_set(object, "change",
                 wire_count(&reading->wire, amount_to_minor(range->change)));
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
    register_put(&reading, reply->body, "movements");
    reading_page(&reading, reply, "register",
                 word(WORD_movements, reading.wire.french));
    return true;
}
