/* Campaigns: their list, and each with its natures, budget and progress. */
#include "server/catalogue.h"
#include "server/derived.h"
#include "server/figures.h"
#include "server/leaves.h"
#include "server/list.h"
#include "server/naming.h"
#include "server/picture.h"

#include <stdio.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static json_t *brief(const struct reading *reading, const struct record *record)
{
    return campaign_brief(reading, (const void *)record);
}

bool campaigns_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    static const struct listing listing = {.type = RECORD_campaign,
                                           .name = "campaigns",
                                           .title = WORD_campaigns,
                                           .page = "campaigns",
                                           .describe = brief};

    return list_get(request, reply, &listing, NULL, error);
}

static json_t *describe_nature(const struct reading *reading,
                               const struct record_nature *nature,
                               const char *campaign)
{
    const char *name = choice_word(TYPE_nature, nature->nature);
    json_t *object = wire_record(&reading->wire, &nature->head);

    (void)json_object_del(object, "campaign");
    (void)json_object_del(object, "shown");
    wire_set(
        object, "pledge_url",
        reading_url(reading, "campaigns/%s/pledge?nature=%s", campaign, name));
    wire_set(object, name, json_true()); /* For templates. */
    return object;
}

static json_t *list_natures(const struct reading *reading,
                            const struct record_campaign *campaign)
{
    struct link at = campaign->natures.first;
    char id[ID_CHARS + 1];
    json_t *list = json_array();

    id_write(id, record_id(&campaign->head));
    for (int64_t i = 0; i < campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)state_find(reading->state, RECORD_nature, at.key);

        wire_append(list, describe_nature(reading, nature, id));
        at = nature->next;
    }
    return list;
}

/* ---- How far it is, for people ---- */

enum stage { BEFORE, PLEDGING, SETTLING, OVER };

static enum stage stage_of(const struct reading *reading,
                           const struct record_campaign *campaign)
{
    struct instant now = reading->wire.now;

    if (campaign->head.state != STATE_campaign_OPEN)
        return OVER;
    if (now.ms < campaign->opens.ms)
        return BEFORE;
    return now.ms < campaign->closes.ms ? PLEDGING : SETTLING;
}

static json_t *step(const char *title, json_t *at, enum stage stage,
                    enum stage mine)
{
    return json_pack("{s:s, s:o, s:b, s:b}", "title", title, "note", at, "done",
                     stage > mine, "now", stage == mine);
}

/* From its opening to its result. */
static json_t *list_steps(const struct reading *reading,
                          const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    const char *language = reading->request->language;
    enum stage stage = stage_of(reading, campaign);
    struct instant closes = {campaign->closes.ms - 1};
    struct instant settles = {campaign->settles.ms - 1};
    json_t *steps = json_array();

    wire_append(steps,
                step(say(language, "Opening"),
                     wire_date(wire, instant_day(campaign->opens, wire->zone)),
                     stage, BEFORE));
    wire_append(steps, step(say(language, "Last day to pledge"),
                            wire_date(wire, instant_day(closes, wire->zone)),
                            stage, PLEDGING));
    wire_append(steps, step(say(language, "Last day on which money counts"),
                            wire_date(wire, instant_day(settles, wire->zone)),
                            stage, SETTLING));
    wire_append(steps,
                step(say(language, "Result"),
                     stage == OVER
                         ? wire_word(wire, state_word(campaign->head.state))
                         : json_null(),
                     stage, OVER));
    return steps;
}

static void describe_stage(const struct reading *reading, json_t *body,
                           const struct record_campaign *campaign)
{
    const char *shown =
        state_shown(reading->state, &campaign->head, reading->wire.now);
    char name[32], id[ID_CHARS + 1];

    id_write(id, record_id(&campaign->head));
    (void)snprintf(name, sizeof name, "is_%s", shown);
    wire_set(body, name, json_true()); /* is_open is there in any case. */
    wire_set(body, "steps", list_steps(reading, campaign));
    wire_set(body, "pledges_url",
             reading_url(reading, "pledges?campaign=%s", id));
    wire_set(body, "entries_url",
             reading_url(reading, "entries?subject=%s", id));
    wire_set(body, "owed_url", reading_url(reading, "claims?of=%s", id));
    if (campaign->rules >= 2 && campaign->head.state == STATE_campaign_OPEN)
        wire_set(body, "end_url",
                 reading_url(reading, "campaigns/%s/close", id));
}

static void describe(const struct reading *reading, json_t *body,
                     const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    json_t *known = campaign_brief(reading, campaign);

    (void)json_object_update(body, known);
    json_decref(known);
    wire_set(body, "least", wire_value(wire, TYPE_amount, &campaign->least));
    wire_set(body, "most", wire_value(wire, TYPE_amount, &campaign->most));
    wire_set(body, "reflection_days", json_integer(campaign->reflection_days));
    wire_set(body, "natures", list_natures(reading, campaign));
    figures_campaign(reading, body, campaign);
    picture_series(reading, body, campaign);
    if (!wire->people)
        return;
    wire_set(body, "pledges", wire_count(wire, campaign->pledges.count));
    wire_set(body, "has_matches", json_boolean(campaign->funds.count > 0));
    describe_stage(reading, body, campaign);
}

/* What only the opening entry says. */
static void describe_texts(const struct wire *wire, json_t *body,
                           const json_t *entry)
{
    json_t *budget = json_deep_copy(json_object_get(entry, "budget"));
    json_t *summary = json_object_get(entry, "summary");
    json_t *risks = json_object_get(entry, "risks");
    json_t *decision = json_deep_copy(json_object_get(entry, "decision"));
    const char *day = json_string_value(json_object_get(decision, "date"));
    const char *board = json_string_value(json_object_get(decision, "body"));
    struct amount total = amount_from_minor(0);
    struct date date;

    for (size_t i = 0; i < json_array_size(budget); i++) {
        json_t *line = json_array_get(budget, i);
        struct amount amount = amount_from_minor(
            json_integer_value(json_object_get(line, "amount")));

        if (!amount_add(&total, total, amount))
            total = amount_from_minor(AMOUNT_MAX);
        wire_set(line, "amount", wire_amount(wire, amount));
    }
    if (wire->people)
        wire_set(body, "budget_total", wire_amount(wire, total));
    wire_set(body, "summary",
             summary == NULL ? json_null() : json_incref(summary));
    wire_set(body, "risks", risks == NULL ? json_null() : json_incref(risks));
    wire_set(body, "budget", budget);
    if (day != NULL && date_read(&date, day, strlen(day)))
        wire_set(decision, "date", wire_date(wire, date));
    if (board != NULL)
        wire_set(decision, "body", wire_word(wire, board));
    wire_set(body, "decision", decision);
}

bool campaign_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    const struct record *record;
    int64_t made;
    json_t *entry;
    READING(reading);
    POOL_LOAN(loan);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "campaign", RECORD_campaign, &record, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    describe(&reading, reply->body, (const void *)record);
    reading_page(&reading, reply, "campaign",
                 json_string_value(json_object_get(reply->body, "title")));
    made = record->made;
    reading_close(&reading);
    if (!leaf_known(&entry, &reading.wire, reading.host, made, error) &&
        (!reading_borrow(&reading, &loan, error) ||
         !leaf_entry(&entry, &reading.wire, loan.db, reading.host, made,
                     error)))
        return false;
    describe_texts(&reading.wire, reply->body, json_object_get(entry, "entry"));
    json_decref(entry);
    return true;
}

/* What its end would say if it came now: whoever may close it signs this. */
bool campaign_close_get(const struct request *request, struct reply *reply,
                        struct error *error)
{
    const struct record *record;
    json_t *close;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "campaign", RECORD_campaign, &record, error))
        return false;
    if (((const struct record_campaign *)(const void *)record)->rules < 2)
        return fail(error, ERROR_STATE,
                    "the campaign opened under rules number 1");
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    close = figures_close(&reading, (const void *)record);
    (void)json_object_update(reply->body, close);
    json_decref(close);
    wire_set(reply->body, "campaign", wire_id(record_id(record)));
    wire_set(
        reply->body, "settles",
        wire_instant(
            &reading.wire,
            ((const struct record_campaign *)(const void *)record)->settles));
    if (reading.wire.people)
        wire_set(reply->body, "of", name_record(&reading, record_id(record)));
    reading_page(&reading, reply, "campaign_end",
                 word(WORD_campaign_end, reading.wire.french));
    return true;
}

static json_t *describe_call(const struct reading *reading,
                             const struct record_match_call *call)
{
    json_t *object = wire_record(&reading->wire, &call->head);
    struct amount due;

    if (call->head.state == STATE_match_call_PAID ||
        !amount_sub(&due, call->amount, call->received))
        due = amount_from_minor(0);
    (void)json_object_del(object, "fund");
    (void)json_object_del(object, "reference");
    wire_set(object, "payment",
             payment_of(reading, due, &call->reference, &call->due));
    return object;
}

static json_t *list_calls(const struct reading *reading, struct id fund)
{
    size_t count = state_count(reading->state, RECORD_match_call);
    json_t *calls = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct record_match_call *call =
            (const void *)state_at(reading->state, RECORD_match_call, i);

        if (id_equal(call->fund, fund))
            wire_append(calls, describe_call(reading, call));
    }
    return calls;
}

/* With what was called of it, and how that is paid. */
static json_t *describe_fund(const struct reading *reading,
                             const struct record *record)
{
    const struct record_fund *fund = (const void *)record;
    const struct wire *wire = &reading->wire;
    json_t *object = wire_record(wire, record);

    wire_set(object, "left", wire_amount(wire, fund_left(fund)));
    if (wire->people)
        wire_set(
            object, "last_day",
            wire_date(wire, instant_day((struct instant){fund->closes.ms - 1},
                                        wire->zone)));
    wire_set(object, "calls", list_calls(reading, record_id(record)));
    return object;
}

bool funds_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    static const struct listing listing = {.type = RECORD_fund,
                                           .name = "funds",
                                           .title = WORD_funds,
                                           .page = "register",
                                           .describe = describe_fund};

    return list_get(request, reply, &listing, NULL, error);
}
