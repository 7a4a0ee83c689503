#include "server/picture.h"
#include "server/catalogue.h"
#include "server/chart.h"
#include "server/prose.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { WEEKS_MAX = 60, WEEK_DAYS = 7, COLLEGES_MAX = 32 };

static struct amount sum_of(struct amount a, struct amount b)
{
    struct amount sum;

    return amount_add(&sum, a, b) ? sum : amount_from_minor(AMOUNT_MAX);
}

json_t *picture_progress(const struct reading *reading,
                         const struct record_campaign *campaign)
{
    struct chart_progress progress = {.received = campaign->received,
                                      .matched = campaign->matched,
                                      .minimum = campaign->minimum,
                                      .optimum = campaign->optimum,
                                      .cap = campaign->cap};
    char id[ID_CHARS + 1], name[ID_CHARS + sizeof "progress-"];

    progress.awaited = state_balance(reading->state, ACCOUNT_memo_pledges,
                                     link_of_id(record_id(&campaign->head)));
    id_write(id, record_id(&campaign->head));
    (void)snprintf(name, sizeof name, "progress-%s", id);
    return chart_progress(&reading->wire, name, &progress);
}

/* ---- Pledges over time ---- */

struct weeks {
    struct date first; /* Day of the first pledge. */
    size_t count;
    struct amount totals[WEEKS_MAX]; /* Of each week alone. */
};

static bool is_standing(const struct record_pledge *pledge)
{
    return pledge->head.state != STATE_pledge_WITHDRAWN;
}

/* The reflection period runs from the day of the pledge. */
static struct date day_of(const struct reading *reading,
                          const struct record_campaign *campaign,
                          const struct record_pledge *pledge)
{
    struct instant last = {pledge->cooling_off_until.ms - 1};
    struct date day = instant_day(last, reading->wire.zone);

    return date_plus_days(day, -(int)campaign->reflection_days);
}

static size_t week_of(struct weeks *weeks, struct date day)
{
    size_t week;

    if (weeks->count == 0)
        weeks->first = day;
    week = day.days <= weeks->first.days
               ? 0
               : (size_t)(day.days - weeks->first.days) / WEEK_DAYS;
    if (week >= WEEKS_MAX)
        week = WEEKS_MAX - 1;
    if (week >= weeks->count)
        weeks->count = week + 1;
    return week;
}

/* Since rules number 2 the ledger counts by day, less what is taken back. */
static void count_days(struct weeks *weeks, const struct reading *reading,
                       const struct record_campaign *campaign)
{
    struct link at = campaign->days.first;

    for (int64_t i = 0; i < campaign->days.count; i++) {
        const struct record_campaign_day *day = (const void *)state_find(
            reading->state, RECORD_campaign_day, at.key);
        size_t week = week_of(weeks, day->day);

        weeks->totals[week] = sum_of(weeks->totals[week], day->pledged);
        at = day->next;
    }
}

static void count_weeks(struct weeks *weeks, const struct reading *reading,
                        const struct record_campaign *campaign)
{
    struct link at = campaign->pledges.first;

    for (int64_t i = 0; i < campaign->pledges.count; i++) {
        const struct record_pledge *pledge =
            (const void *)state_find(reading->state, RECORD_pledge, at.key);
        size_t week = week_of(weeks, day_of(reading, campaign, pledge));

        if (is_standing(pledge))
            weeks->totals[week] = sum_of(weeks->totals[week], pledge->amount);
        at = pledge->next;
    }
}

static json_t *draw_series(const struct reading *reading,
                           const struct weeks *weeks)
{
    const struct wire *wire = &reading->wire;
    const char *language = reading->request->language;
    struct chart_column columns[WEEKS_MAX];
    char labels[WEEKS_MAX][PROSE_CHARS], first[PROSE_CHARS], last[PROSE_CHARS];
    struct amount total = amount_from_minor(0);
    BUFFER(text);

    for (size_t i = 0; i < weeks->count; i++) {
        total = sum_of(total, weeks->totals[i]);
        prose_day(labels[i], date_plus_days(weeks->first, (int)i * WEEK_DAYS),
                  wire->french);
        columns[i] = (struct chart_column){labels[i], total};
    }
    prose_round(first, columns[0].amount, wire->currency, wire->french);
    prose_round(last, total, wire->currency, wire->french);
    say_with(&text, language,
             "From {first} in the first week to {last} in the last one, "
             "without matching.",
             "first", first, "last", last, NULL);
    return chart_columns(wire, "series",
                         say(language, "Pledges per week, running total"),
                         text.bytes, columns, weeks->count);
}

void picture_series(const struct reading *reading, json_t *body,
                    const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    struct weeks weeks = {0};
    struct amount total = amount_from_minor(0);
    json_t *list = json_array();

    if (campaign->rules >= 2)
        count_days(&weeks, reading, campaign);
    else
        count_weeks(&weeks, reading, campaign);
    for (size_t i = 0; i < weeks.count; i++) {
        struct date day = date_plus_days(weeks.first, (int)i * WEEK_DAYS);

        total = sum_of(total, weeks.totals[i]);
        wire_append(list, json_pack("{s:o, s:o}", "day", wire_date(wire, day),
                                    "total", wire_amount(wire, total)));
    }
    wire_set(body, "series", list);
    if (wire->people && weeks.count > 0)
        wire_set(body, "series_chart", draw_series(reading, &weeks));
}

/* ---- Capital by college ---- */

struct shares_of_colleges {
    json_t *colleges;
    struct amount sums[COLLEGES_MAX];
    struct amount total;
};

static void count_member(struct shares_of_colleges *shares,
                         const struct reading *reading,
                         const struct record_member *member)
{
    const struct record_party *party =
        (const void *)state_find_id(reading->state, member->party);

    for (size_t i = 0; party != NULL && i < json_array_size(shares->colleges) &&
                       i < COLLEGES_MAX;
         i++) {
        const char *code = json_string_value(
            json_object_get(json_array_get(shares->colleges, i), "college"));

        if (code == NULL || strlen(code) != member->college.size ||
            memcmp(code, member->college.bytes, member->college.size) != 0)
            continue;
        shares->sums[i] = sum_of(shares->sums[i], party->capital);
        shares->total = sum_of(shares->total, party->capital);
    }
}

static json_t *draw_colleges(const struct reading *reading,
                             const struct shares_of_colleges *shares)
{
    const struct wire *wire = &reading->wire;
    struct chart_bar bars[COLLEGES_MAX];
    char shown[COLLEGES_MAX][PROSE_CHARS];
    size_t count = json_array_size(shares->colleges);

    if (count > COLLEGES_MAX)
        count = COLLEGES_MAX;
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(
            json_object_get(json_array_get(shares->colleges, i), "name"));

        prose_round(shown[i], shares->sums[i], wire->currency, wire->french);
        bars[i] = (struct chart_bar){.label = name == NULL ? "" : name,
                                     .shown = shown[i],
                                     .value = amount_to_minor(shares->sums[i])};
    }
    return chart_bars("colleges",
                      say(reading->request->language, "Capital by college"),
                      bars, count, 0);
}

json_t *picture_colleges(const struct reading *reading, json_t *colleges)
{
    const struct wire *wire = &reading->wire;
    struct shares_of_colleges shares = {.colleges = colleges};
    size_t count = state_count(reading->state, RECORD_member);

    for (size_t i = 0; i < count; i++)
        count_member(&shares, reading,
                     (const void *)state_at(reading->state, RECORD_member, i));
    for (size_t i = 0; i < json_array_size(colleges) && i < COLLEGES_MAX; i++) {
        json_t *college = json_array_get(colleges, i);
        int64_t part = amount_is_positive(shares.total)
                           ? amount_ppm_up(shares.sums[i], shares.total)
                           : 0;

        wire_set(college, "capital", wire_amount(wire, shares.sums[i]));
        wire_set(college, "capital_ppm", wire_share(wire, part));
    }
    return wire->people && json_array_size(colleges) > 0
               ? draw_colleges(reading, &shares)
               : json_null();
}

/* ---- From a commitment to its payment ---- */

json_t *picture_ladder(const struct reading *reading,
                       const struct record_contract *contract)
{
    const struct wire *wire = &reading->wire;
    const char *language = reading->request->language;
    bool is_signed = contract->head.state == STATE_contract_SIGNED;
    const struct {
        const char *label;
        struct amount amount;
    } stages[] = {
        {say(language, "Committed"), contract->amount},
        {say(language, "Signed"),
         is_signed ? contract->amount : amount_from_minor(0)},
        {say(language, "Called"), contract->called},
        {say(language, "Paid in"), contract->drawn},
    };
    enum { STAGES = sizeof stages / sizeof *stages };
    struct chart_bar bars[STAGES];
    char shown[STAGES][PROSE_CHARS];

    for (size_t i = 0; i < STAGES; i++) {
        prose_round(shown[i], stages[i].amount, wire->currency, wire->french);
        bars[i] =
            (struct chart_bar){.label = stages[i].label,
                               .shown = shown[i],
                               .value = amount_to_minor(stages[i].amount)};
    }
    return chart_bars("ladder", say(language, "From commitment to payment"),
                      bars, STAGES, 0);
}
