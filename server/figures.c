#include "server/figures.h"
#include "server/derived.h"

#include "ledger/allot.h"

#include <assert.h>
#include <stdint.h>

/* ---- What a campaign comes to ---- */

/* Programs count in units; people in money. */
static json_t *sum_of_units(const struct wire *wire, int64_t units,
                            int64_t unit)
{
    struct amount sum;

    if (!amount_times(&sum, amount_from_minor(unit), units))
        sum = amount_from_minor(AMOUNT_MAX);
    return wire_amount(wire, sum);
}

static json_t *describe_allotment(const struct reading *reading,
                                  const struct allotment *of)
{
    const struct wire *wire = &reading->wire;
    const char *rule = of->rule == 0
                           ? "first_come"
                           : choice_word(TYPE_oversubscription, of->rule);
    json_t *json = json_pack(
        "{s:o, s:o, s:I, s:I, s:I, s:I, s:I}", "nature",
        wire_word(wire, choice_word(TYPE_nature, of->nature)), "rule",
        wire_word(wire, rule), "unit", (json_int_t)of->unit, "wanted",
        (json_int_t)of->wanted, "given", (json_int_t)of->given, "threshold",
        (json_int_t)of->threshold, "place", (json_int_t)of->place);

    assert(json != NULL);
    if (wire->people) {
        wire_set(json, "wanted_sum", sum_of_units(wire, of->wanted, of->unit));
        wire_set(json, "given_sum", sum_of_units(wire, of->given, of->unit));
    }
    return json;
}

json_t *figures_close(const struct reading *reading,
                      const struct record_campaign *campaign)
{
    /* Nothing is folded: the view only looks. */
    const struct view view = {.state =
                                  (struct state *)(uintptr_t)reading->state};
    const struct wire *wire = &reading->wire;
    json_t *natures = json_array(), *close;
    struct reckoning reckoning;

    campaign_reckon(&reckoning, &view, campaign);
    for (size_t i = 0; i < reckoning.nature_count; i++)
        wire_append(natures,
                    describe_allotment(reading, &reckoning.natures[i]));
    close = json_pack(
        "{s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "outcome",
        wire_word(wire, choice_word(TYPE_outcome, reckoning.outcome)), "count",
        (json_int_t)reckoning.count, "payers", (json_int_t)reckoning.payers,
        "received", wire_amount(wire, reckoning.received), "allocated",
        wire_amount(wire, reckoning.allocated), "matched",
        wire_amount(wire, reckoning.matched), "natures", natures);
    assert(close != NULL);
    return close;
}

static json_t *list_fixed(const struct reading *reading,
                          const struct record_campaign *campaign)
{
    struct link at = campaign->natures.first;
    json_t *list = json_array();

    for (int64_t i = 0; i < campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)state_find(reading->state, RECORD_nature, at.key);
        struct allotment of = allotment_of(campaign, nature);

        wire_append(list, describe_allotment(reading, &of));
        at = nature->next;
    }
    return list;
}

/* Once it has succeeded: what was fixed, and how far it is settled. */
static json_t *result(const struct reading *reading,
                      const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    const struct record_job *job =
        id_is_none(campaign->job)
            ? NULL
            : (const void *)state_find_id(reading->state, campaign->job);

    if (campaign->head.state != STATE_campaign_SUCCEEDED || campaign->rules < 2)
        return json_null();
    return json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "allocated",
                     wire_amount(wire, campaign->allocated), "payers",
                     (json_int_t)campaign->payers, "settled",
                     wire_amount(wire, campaign->settled), "donated",
                     wire_amount(wire, campaign->donated), "fee",
                     wire_amount(wire, campaign->fee), "natures",
                     list_fixed(reading, campaign), "job",
                     job == NULL ? json_null() : wire_record(wire, &job->head));
}

/* ---- Matches ---- */

struct amount fund_left(const struct record_fund *fund)
{
    struct amount left;

    if (!amount_sub(&left, fund->budget, fund->reserved) ||
        !amount_sub(&left, left, fund->confirmed))
        return amount_from_minor(0);
    return left;
}

static json_t *describe_match(const struct reading *reading,
                              const struct record_join *join)
{
    const struct wire *wire = &reading->wire;
    const struct record_fund *fund =
        (const void *)state_find_id(reading->state, join->fund);
    const struct record_party *party =
        (const void *)state_find_id(reading->state, fund->party);
    json_t *match = wire_record(wire, &fund->head);

    wire_set(match, "fund", wire_id(record_id(&fund->head)));
    wire_set(match, "funder",
             wire_value(wire, TYPE_title, &party->public_name));
    wire_set(match, "factor_ppm", json_integer(fund->factor));
    wire_set(match, "cap_person",
             wire_value(wire, TYPE_amount, &fund->per_person));
    wire_set(match, "left", wire_amount(wire, fund_left(fund)));
    wire_set(match, "here",
             json_pack("{s:o, s:o, s:o, s:o}", "reserved",
                       wire_amount(wire, join->reserved), "confirmed",
                       wire_amount(wire, join->confirmed), "called",
                       wire_amount(wire, join->called), "paid",
                       wire_amount(wire, join->paid)));
    return match;
}

static json_t *list_matches(const struct reading *reading,
                            const struct record_campaign *campaign)
{
    struct link at = campaign->funds.first;
    json_t *list = json_array();

    for (int64_t i = 0; i < campaign->funds.count; i++) {
        const struct record_join *join =
            (const void *)state_find(reading->state, RECORD_join, at.key);

        wire_append(list, describe_match(reading, join));
        at = join->next;
    }
    return list;
}

static json_t *sum_and_number(const struct wire *wire, struct amount sum,
                              int64_t number)
{
    return json_pack("{s:o, s:I}", "sum", wire_amount(wire, sum), "n",
                     (json_int_t)number);
}

static void describe_money(const struct reading *reading, json_t *body,
                           const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    struct link key = link_of_id(record_id(&campaign->head));

    wire_set(body, "received",
             sum_and_number(wire, campaign->received, campaign->count));
    wire_set(body, "matched",
             sum_and_number(wire, campaign->matched, campaign->funds.count));
    wire_set(body, "awaited",
             sum_and_number(
                 wire, state_balance(reading->state, ACCOUNT_memo_pledges, key),
                 campaign->pledges.count - campaign->count));
    wire_set(body, "counted", wire_amount(wire, counted_of(campaign)));
}

void figures_campaign(const struct reading *reading, json_t *body,
                      const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    const char *rule =
        campaign->oversubscription == 0
            ? "first_come"
            : choice_word(TYPE_oversubscription, campaign->oversubscription);

    if (!wire->people)
        describe_money(reading, body, campaign);
    wire_set(body, "settles_until", wire_instant(wire, campaign->settles));
    wire_set(body, "oversubscription", wire_word(wire, rule));
    wire_set(body, "counts_match", json_boolean(campaign->counts_match));
    wire_set(body, "fee",
             campaign->fee_ppm == 0
                 ? json_null()
                 : json_pack("{s:o, s:o, s:o}", "party",
                             wire_id(campaign->fee_party), "rate_ppm",
                             wire_ppm(wire, campaign->fee_ppm), "base",
                             wire_word(wire, choice_word(TYPE_fee_base,
                                                         campaign->fee_base))));
    wire_set(body, "second",
             campaign->second_closes.ms == 0
                 ? json_null()
                 : json_pack("{s:b, s:o, s:o}", "begun", campaign->round > 0,
                             "closes",
                             wire_instant(wire, campaign->second_closes),
                             "settles",
                             wire_instant(wire, campaign->second_settles)));
    wire_set(body, "withdraw_again_until",
             campaign->window.ms == 0 ? json_null()
                                      : wire_instant(wire, campaign->window));
    wire_set(body, "matches", list_matches(reading, campaign));
    wire_set(body, "result", result(reading, campaign));
}

/* ---- Pledges ---- */

static json_t *describe_became(const struct reading *reading, struct id id)
{
    const struct record *record =
        id.letter == 0 ? NULL : state_find_id(reading->state, id);

    return record == NULL ? json_null() : wire_record(&reading->wire, record);
}

void figures_pledge(const struct reading *reading, json_t *body,
                    const struct record_pledge *pledge)
{
    const struct view view = {.state =
                                  (struct state *)(uintptr_t)reading->state};
    const struct wire *wire = &reading->wire;
    struct amount kept = pledge_kept(&view, pledge), excess;

    if (!amount_sub(&excess, pledge->received, kept))
        excess = amount_from_minor(0);
    wire_set(body, "allocation",
             json_pack("{s:o, s:o}", "kept", wire_amount(wire, kept), "excess",
                       wire_amount(wire, excess)));
    wire_set(body, "converted_to", describe_became(reading, pledge->became));
}
