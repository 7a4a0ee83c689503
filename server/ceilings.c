#include "server/ceilings.h"
#include "server/catalogue.h"
#include "server/chart.h"
#include "server/derived.h"
#include "server/prose.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CEILINGS_MAX = 24, TITLE_BYTES = 300, NEAR_PPM = 900000 };

struct ceiling {
    const char *rule;        /* "public-capital" */
    char title[TITLE_BYTES]; /* For people. */
    const char *source;      /* Where the limit stands. */
    bool least;              /* It may not fall below the limit. */
    bool part;               /* now and limit are parts of a whole. */
    int64_t now, limit;      /* Minor units, or parts per million. */
    struct amount headroom;
    int64_t used_ppm;
};

struct ceilings {
    const struct reading *reading;
    struct ceiling list[CEILINGS_MAX];
    size_t count;
};

static const char *language_of(const struct ceilings *ceilings)
{
    return ceilings->reading->request->language;
}

static struct ceiling *add(struct ceilings *ceilings, const char *rule,
                           const char *title, const char *source)
{
    struct ceiling *ceiling = &ceilings->list[ceilings->count];

    assert(ceilings->count < CEILINGS_MAX);
    ceilings->count++;
    *ceiling = (struct ceiling){.rule = rule, .source = source};
    (void)snprintf(ceiling->title, sizeof ceiling->title, "%s", title);
    return ceiling;
}

/* a - b, but never below zero. */
static struct amount left_of(struct amount a, struct amount b)
{
    struct amount left;

    if (!amount_sub(&left, a, b) || amount_is_negative(left))
        return amount_from_minor(0);
    return left;
}

/*
 * Public money that may still come in.  It raises the whole, too: x with
 * (held + x) / (capital + x) = ceiling.
 */
static struct amount public_headroom(struct amount held, struct amount capital,
                                     int64_t ceiling)
{
    struct amount most, x;

    if (ceiling >= PPM)
        return amount_from_minor(AMOUNT_MAX);
    if (!amount_part(&most, capital, ceiling, PPM) ||
        !amount_part(&x, left_of(most, held), PPM, PPM - ceiling))
        return amount_from_minor(0);
    return x;
}

static void add_public(struct ceilings *ceilings)
{
    const struct record_ledger *ledger = ceilings->reading->ledger;
    const struct record_statutes *statutes =
        statutes_of(ceilings->reading->state);
    struct ceiling *ceiling;

    if (statutes->public_max_ppm == 0)
        return;
    ceiling = add(ceilings, "public-capital",
                  say(language_of(ceilings), "Public capital"), "statutes");
    ceiling->part = true;
    ceiling->now = amount_is_positive(ledger->capital)
                       ? amount_ppm_up(ledger->capital_public, ledger->capital)
                       : 0;
    ceiling->limit = statutes->public_max_ppm;
    ceiling->headroom = public_headroom(ledger->capital_public, ledger->capital,
                                        ceiling->limit);
    ceiling->used_ppm = ceiling->limit == 0
                            ? PPM
                            : (int64_t)((double)ceiling->now /
                                        (double)ceiling->limit * (double)PPM);
}

/* Of an upper limit. */
static void add_most(struct ceilings *ceilings, const char *rule,
                     const char *title, const char *source, struct amount now,
                     struct amount limit)
{
    struct ceiling *ceiling;

    if (!amount_is_positive(limit) || ceilings->count == CEILINGS_MAX)
        return;
    ceiling = add(ceilings, rule, title, source);
    ceiling->now = amount_to_minor(now);
    ceiling->limit = amount_to_minor(limit);
    ceiling->headroom = left_of(limit, now);
    ceiling->used_ppm = amount_ppm_up(now, limit);
}

static void add_floor(struct ceilings *ceilings)
{
    const struct reading *reading = ceilings->reading;
    struct amount limit = floor_of_capital(reading->state);
    struct amount now = reading->ledger->capital;
    struct ceiling *ceiling;

    if (!amount_is_positive(limit))
        return;
    ceiling = add(ceilings, "capital-floor",
                  say(language_of(ceilings), "Capital floor"), "statutes");
    ceiling->least = true;
    ceiling->now = amount_to_minor(now);
    ceiling->limit = amount_to_minor(limit);
    ceiling->headroom = left_of(now, limit);
    ceiling->used_ppm =
        amount_is_positive(now) ? amount_ppm_up(limit, now) : PPM;
}

static void add_offers(struct ceilings *ceilings)
{
    const struct state *state = ceilings->reading->state;
    size_t count = state_count(state, RECORD_offer);

    for (size_t i = 0; i < count; i++) {
        const struct record_offer *offer =
            (const void *)state_at(state, RECORD_offer, i);
        char title[TITLE_BYTES];

        (void)snprintf(title, sizeof title, "%.*s", (int)offer->title.size,
                       offer->title.bytes);
        add_most(ceilings, "offer", title, "offer", offer->committed,
                 offer->most);
    }
}

static void add_campaigns(struct ceilings *ceilings)
{
    const struct state *state = ceilings->reading->state;
    size_t count = state_count(state, RECORD_campaign);

    for (size_t i = 0; i < count; i++) {
        const struct record_campaign *campaign =
            (const void *)state_at(state, RECORD_campaign, i);
        char title[TITLE_BYTES];

        if (campaign->head.state != STATE_campaign_OPEN)
            continue;
        (void)snprintf(title, sizeof title, "%.*s", (int)campaign->title.size,
                       campaign->title.bytes);
        add_most(ceilings, "campaign-cap", title, "campaign",
                 campaign->received, campaign->cap);
    }
}

static json_t *wire_figure(const struct wire *wire,
                           const struct ceiling *ceiling, int64_t figure)
{
    return ceiling->part ? wire_share(wire, figure)
                         : wire_amount(wire, amount_from_minor(figure));
}

static json_t *describe(const struct wire *wire, const struct ceiling *ceiling)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "rule", ceiling->rule, "source",
        ceiling->source, "kind", ceiling->least ? "min" : "max", "now",
        wire_figure(wire, ceiling, ceiling->now), "limit",
        wire_figure(wire, ceiling, ceiling->limit), "headroom",
        wire_amount(wire, ceiling->headroom), "used_ppm",
        wire_share(wire, ceiling->used_ppm));

    assert(object != NULL);
    if (wire->people) {
        wire_set(object, "title", json_string(ceiling->title));
        wire_set(object, "least", json_boolean(ceiling->least));
    }
    return object;
}

static json_t *draw(const struct ceilings *ceilings)
{
    const struct wire *wire = &ceilings->reading->wire;
    struct chart_bar bars[CEILINGS_MAX];
    struct buffer shown[CEILINGS_MAX] = {0};
    json_t *chart;

    for (size_t i = 0; i < ceilings->count; i++) {
        const struct ceiling *ceiling = &ceilings->list[i];
        char headroom[PROSE_CHARS];

        prose_round(headroom, ceiling->headroom, wire->currency, wire->french);
        say_with(&shown[i], language_of(ceilings), "headroom {amount}",
                 "amount", headroom, NULL);
        bars[i] = (struct chart_bar){.label = ceiling->title,
                                     .shown = shown[i].bytes,
                                     .value = ceiling->used_ppm,
                                     .alert = ceiling->used_ppm >= NEAR_PPM};
    }
    chart = chart_bars(
        "ceilings",
        say(language_of(ceilings), "Share of each limit already used"), bars,
        ceilings->count, PPM);
    for (size_t i = 0; i < ceilings->count; i++)
        buffer_clear(&shown[i]);
    return chart;
}

void ceilings_describe(const struct reading *reading, json_t *body)
{
    struct ceilings ceilings = {.reading = reading};
    json_t *list = json_array();

    add_public(&ceilings);
    add_floor(&ceilings);
    add_offers(&ceilings);
    add_campaigns(&ceilings);
    for (size_t i = 0; i < ceilings.count; i++)
        wire_append(list, describe(&reading->wire, &ceilings.list[i]));
    wire_set(body, "ceilings", list);
    if (reading->wire.people && ceilings.count > 0)
        wire_set(body, "ceilings_chart", draw(&ceilings));
}
