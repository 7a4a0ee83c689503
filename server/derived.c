#include "server/derived.h"
#include "server/picture.h"

#include <assert.h>

const struct record_statutes *statutes_of(const struct state *state)
{
    static const struct link self;

    return (const void *)state_find(state, RECORD_statutes, self.key);
}

struct amount floor_of_capital(const struct state *state)
{
    const struct record_statutes *statutes = statutes_of(state);
    struct amount part;

    /* A part of an amount is within the range of amounts. */
    if (!amount_part_up(&part, state_ledger(state)->highest_capital,
                        statutes->floor_ppm, PPM))
        impossible();
    return amount_max(part, statutes->capital_floor);
}

static bool waits(const struct record_redemption *redemption)
{
    return redemption->head.state == STATE_redemption_QUEUED ||
           redemption->head.state == STATE_redemption_DEFERRED;
}

int64_t queue_position(const struct state *state,
                       const struct record_redemption *redemption)
{
    const struct record_class *class =
        (const void *)state_find_id(state, redemption->class);
    struct link at = class->redemptions.first;
    int64_t position = 1;

    if (!waits(redemption))
        return 0;
    for (int64_t i = 0; i < class->redemptions.count; i++) {
        const struct record_redemption *other =
            (const void *)state_find(state, RECORD_redemption, at.key);

        if (other == redemption)
            break;
        position += waits(other) ? 1 : 0;
        at = other->next;
    }
    return position;
}

struct amount counted_of(const struct record_campaign *campaign)
{
    struct amount counted;

    if (!campaign->counts_match ||
        !amount_add(&counted, campaign->received, campaign->matched))
        return campaign->received;
    return counted;
}

/* People are not told that nothing was matched. */
static json_t *matched(const struct wire *wire,
                       const struct record_campaign *campaign)
{
    if (wire->people && amount_is_zero(campaign->matched))
        return json_null();
    return json_pack("{s:o, s:b}", "sum", wire_amount(wire, campaign->matched),
                     "counts", campaign->counts_match);
}

static json_t *progress(const struct wire *wire,
                        const struct record_campaign *campaign)
{
    struct link key = link_of_id(record_id(&campaign->head));
    struct amount awaited =
        state_balance(wire->state, ACCOUNT_memo_pledges, key);
    struct amount counted = counted_of(campaign);

    return json_pack(
        "{s:o, s:o, s:o, s:{s:o, s:I}, s:o, s:o, s:o, s:o}", "minimum",
        wire_value(wire, TYPE_amount, &campaign->minimum), "optimum",
        wire_value(wire, TYPE_amount, &campaign->optimum), "cap",
        wire_value(wire, TYPE_amount, &campaign->cap), "received", "sum",
        wire_amount(wire, campaign->received), "count",
        (json_int_t)campaign->count, "matched", matched(wire, campaign),
        "awaited", wire_amount(wire, awaited), "counted",
        wire_amount(wire, counted), "counted_ppm",
        wire_ppm(wire, amount_ppm_up(counted, campaign->minimum)));
}

/* Days until an instant, begun ones counted; 0: it has passed. */
static int64_t days_until(struct instant now, struct instant then)
{
    enum { DAY_MS = 86400000 };

    return then.ms <= now.ms ? 0 : (then.ms - now.ms + DAY_MS - 1) / DAY_MS;
}

static json_t *last_day_before(const struct wire *wire, struct instant instant)
{
    return wire_date(wire,
                     instant_day((struct instant){instant.ms - 1}, wire->zone));
}

/* What a headline and a bar say, without cents. */
static void describe_for_people(const struct reading *reading, json_t *brief,
                                const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    int64_t counted = amount_ppm_up(counted_of(campaign), campaign->minimum);

    wire_set(brief, "counted", wire_round(wire, counted_of(campaign)));
    wire_set(brief, "needed", wire_round(wire, campaign->minimum));
    wire_set(brief, "percent", wire_ppm(wire, counted / 10000 * 10000));
    wire_set(brief, "days_left",
             json_integer(days_until(wire->now, campaign->closes)));
    wire_set(brief, "last_day", last_day_before(wire, campaign->closes));
    wire_set(brief, "settle_day", last_day_before(wire, campaign->settles));
    wire_set(brief, "keeps", json_boolean(campaign->mode == MODE_KEEP));
    wire_set(brief, "chart", picture_progress(reading, campaign));
}

json_t *campaign_brief(const struct reading *reading,
                       const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    const struct record *head = &campaign->head;
    const char *shown = state_shown(reading->state, head, wire->now);
    char id[ID_CHARS + 1];
    json_t *brief;

    id_write(id, record_id(head));
    brief = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", id,
        "title", wire_text(campaign->title.bytes, campaign->title.size),
        "state", wire_word(wire, state_word(head->state)), "shown",
        wire_word(wire, shown), "is_open",
        json_boolean(campaign->opens.ms <= wire->now.ms &&
                     wire->now.ms < campaign->closes.ms &&
                     head->state == STATE_campaign_OPEN),
        "mode", wire_word(wire, choice_word(TYPE_mode, campaign->mode)),
        "opens", wire_instant(wire, campaign->opens), "closes",
        wire_instant(wire, campaign->closes), "settles",
        wire_instant(wire, campaign->settles), "progress",
        progress(wire, campaign), "url",
        reading_url(reading, "campaigns/%s", id));
    assert(brief != NULL);
    wire_set(brief, "made", json_integer(head->made));
    wire_set(brief, "touched", json_integer(head->touched));
    if (wire->people)
        describe_for_people(reading, brief, campaign);
    return brief;
}

const struct record_bank *payment_bank(const struct reading *reading)
{
    struct link at = reading->ledger->banks.first;

    for (int64_t i = 0; i < reading->ledger->banks.count; i++) {
        const struct record_bank *bank =
            (const void *)state_find(reading->state, RECORD_bank, at.key);

        if (bank->iban.size > 0)
            return bank;
        at = bank->next;
    }
    return NULL;
}

json_t *payment_of(const struct reading *reading, struct amount due,
                   const struct reference *reference, const struct date *until)
{
    const struct wire *wire = &reading->wire;
    const struct record_bank *bank = payment_bank(reading);
    char grouped[40], iban[48] = "";

    if (!amount_is_positive(due) || reference->size == 0)
        return json_null();
    wire_group_fours(grouped, sizeof grouped, reference->bytes,
                     reference->size);
    if (bank != NULL)
        wire_group_fours(iban, sizeof iban, bank->iban.bytes, bank->iban.size);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:o}", "beneficiary",
        bank == NULL ? json_null() : wire_value(wire, TYPE_title, &bank->name),
        "iban",
        bank == NULL ? json_null() : wire_value(wire, TYPE_iban, &bank->iban),
        "iban_grouped", bank == NULL ? json_null() : json_string(iban),
        "amount", wire_amount(wire, due), "currency",
        choice_word(TYPE_currency, reading->ledger->currency), "reference",
        wire_value(wire, TYPE_reference, reference), "reference_grouped",
        grouped, "until",
        until == NULL ? json_null() : wire_date(wire, *until));
}

json_t *party_name(const struct reading *reading, struct id party)
{
    const struct record_party *record =
        (const void *)state_find_id(reading->state, party);

    if (record == NULL || record->public_name.size == 0)
        return json_null();
    return wire_text(record->public_name.bytes, record->public_name.size);
}
