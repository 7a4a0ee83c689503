#include "server/notice.h"
#include "server/derived.h"
#include "server/node.h"
#include "server/pledge_page.h"
#include "server/prose.h"
#include "server/public.h"

#include <stdio.h>
#include <string.h>

static void set_amount(json_t *document, const char *name,
                       const struct wire *wire, struct amount amount)
{
    wire_set(document, name, wire_amount(wire, amount));
}

static void set_money(json_t *document, const struct wire *wire,
                      const struct record_pledge *pledge,
                      const struct record_campaign *campaign)
{
    struct amount left = amount_from_minor(0);

    set_amount(document, "amount", wire, pledge->amount);
    set_amount(document, "sum", wire, pledge->received);
    set_amount(document, "counted", wire, counted_of(campaign));
    set_amount(document, "minimum", wire, campaign->minimum);
    if (!amount_sub(&left, pledge->amount, pledge->received))
        return;
    if (amount_is_positive(left))
        set_amount(document, "left", wire, left);
}

enum { REFUND_DAYS = 14 }; /* After a campaign has failed. */

static void set_days(json_t *document, const struct wire *wire,
                     const struct record_pledge *pledge,
                     const struct record_campaign *campaign)
{
    struct date by =
        instant_day((struct instant){campaign->settles.ms - 1}, wire->zone);
    char text[PROSE_CHARS];

    prose_date(text, by, wire->french);
    wire_set(document, "due", json_string(text));
    prose_date(text, date_plus_days(by, 1), wire->french);
    wire_set(document, "by", json_string(text));
    prose_date(text,
               date_plus_days(instant_day(wire->now, wire->zone),
                              campaign->head.state == STATE_campaign_FAILED
                                  ? REFUND_DAYS
                                  : 0),
               wire->french);
    wire_set(document, "date", json_string(text));
    prose_until(text, pledge->cooling_off_until, wire->zone, wire->french);
    wire_set(document, "until", json_string(text));
    if (!pledge_has_window(pledge, campaign, wire->now))
        return;
    prose_until(text, campaign->window, wire->zone, wire->french);
    wire_set(document, "window", json_string(text));
}

static void set_payment(json_t *document, const struct reading *reading,
                        const struct record_pledge *pledge)
{
    json_auto_t *payment =
        payment_of(reading, pledge->amount, &pledge->reference, NULL);
    static const char *const names[][2] = {{"beneficiary", "beneficiary"},
                                           {"iban", "iban_grouped"},
                                           {"ref", "reference_grouped"}};

    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_object_get(payment, names[i][1]);

        if (json_is_string(value))
            wire_set(document, names[i][0], json_incref(value));
    }
}

/* What it became: shares, once they have numbers. */
static void set_shares(json_t *document, const struct reading *reading,
                       const struct record_pledge *pledge)
{
    const struct record_subscription *shares = (const void *)state_find(
        reading->state, RECORD_subscription, link_of_id(pledge->became).key);

    if (pledge->became.letter != 's' || shares == NULL ||
        shares->head.state != STATE_subscription_ISSUED)
        return;
    wire_set(document, "n", json_integer(shares->quantity));
    wire_set(document, "from", json_integer(shares->first));
    wire_set(document, "to", json_integer(shares->last));
}

/* What the letter is about, where that is not what the ledger has now. */
static void set_news(json_t *document, const struct wire *wire,
                     const struct notice *notice)
{
    char text[PROSE_CHARS];

    if (amount_is_positive(notice->more))
        set_amount(document, "more", wire, notice->more);
    if (!amount_is_positive(notice->sum))
        return;
    set_amount(document, "sum", wire, notice->sum);
    prose_date(text, notice->day, wire->french);
    wire_set(document, "date", json_string(text));
}

/* The page on which somebody whose key was changed changes it again. */
static json_t *describe_party(const struct reading *reading, struct id party)
{
    const struct wire *wire = &reading->wire;
    char day[PROSE_CHARS], id[ID_CHARS + 1];
    char path[LEDGER_NAME_CHARS_MAX + 64], link[PUBLIC_URL_CHARS];
    size_t count = state_count(reading->state, RECORD_pledge);

    (void)snprintf(path, sizeof path, "/%s", reading->name);
    for (size_t i = 0; i < count; i++) {
        const struct record_pledge *pledge =
            (const void *)state_at(reading->state, RECORD_pledge, i);

        if (!id_equal(pledge->party, party))
            continue;
        id_write(id, record_id(&pledge->head));
        (void)snprintf(path, sizeof path, "/%s/pledges/%s/key", reading->name,
                       id);
        break;
    }
    public_link(link, reading->host->node->config, path);
    prose_date(day, instant_day(wire->now, wire->zone), wire->french);
    return json_pack(
        "{s:o, s:s, s:s}", "coop",
        wire_text(reading->ledger->name.bytes, reading->ledger->name.size),
        "date", day, "link", link);
}

static json_t *describe(const struct reading *reading,
                        const struct record_pledge *pledge)
{
    const struct wire *wire = &reading->wire;
    const struct record_campaign *campaign =
        (const void *)state_find_id(reading->state, pledge->campaign);
    char id[ID_CHARS + 1], path[LEDGER_NAME_CHARS_MAX + 64];
    char link[PUBLIC_URL_CHARS];
    json_t *document = json_pack(
        "{s:o, s:o, s:I, s:b}", "coop",
        wire_text(reading->ledger->name.bytes, reading->ledger->name.size),
        "campaign", wire_text(campaign->title.bytes, campaign->title.size),
        "no", (json_int_t)pledge->head.made, "is_share",
        pledge->nature == NATURE_SHARE);

    id_write(id, record_id(&pledge->head));
    (void)snprintf(path, sizeof path, "/%s/pledges/%s", reading->name, id);
    public_link(link, reading->host->node->config, path);
    wire_set(document, "status_url", json_string(link));
    set_money(document, wire, pledge, campaign);
    set_days(document, wire, pledge, campaign);
    set_payment(document, reading, pledge);
    set_shares(document, reading, pledge);
    return document;
}

bool notice_queue(struct ledger_host *host, struct db *db,
                  const struct notice *notice, struct error *error)
{
    const struct request request = {.face = FACE_HTML,
                                    .language = notice->language};
    const struct record_pledge *pledge;
    json_auto_t *document = NULL;
    struct mail mail = {.to = notice->to,
                        .language = notice->language,
                        .name = notice->name,
                        .file = notice->file};
    READING(reading);

    reading_hold(&reading, &request, host);
    if (id_is_none(notice->pledge)) {
        document = describe_party(&reading, notice->party);
    } else {
        pledge = (const void *)state_find_id(reading.state, notice->pledge);
        if (pledge == NULL)
            return fail(error, ERROR_ABSENT, "there is no such pledge");
        document = describe(&reading, pledge);
        set_news(document, &reading.wire, notice);
    }
    reading_close(&reading);
    mail.document = document;
    return mail_queue(host->node, db, host->ledger_id, &mail, error);
}
