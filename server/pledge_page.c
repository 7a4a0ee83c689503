#include "server/pledge_page.h"
#include "server/derived.h"
#include "server/epc.h"
#include "server/figures.h"
#include "server/offering.h"
#include "server/prose.h"
#include "server/qr.h"
#include "server/words.h"

#include <inttypes.h>
#include <string.h>

static const struct record_campaign *
campaign_of(const struct reading *reading, const struct record_pledge *pledge)
{
    return (const void *)state_find_id(reading->state, pledge->campaign);
}

static bool is_open(const struct record_pledge *pledge)
{
    return pledge->head.state == STATE_pledge_AWAITING ||
           pledge->head.state == STATE_pledge_RECEIVED;
}

static bool is_decided(const struct record_campaign *campaign)
{
    return campaign->head.state != STATE_campaign_OPEN;
}

/* The ledger would still take it of a pledge that nobody paid; but once the
 * campaign has ended there is nothing left to take back. */
bool pledge_may_withdraw(const struct reading *reading,
                         const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = campaign_of(reading, pledge);
    struct instant now = reading->wire.now;

    if (!is_open(pledge) || is_decided(campaign))
        return false;
    if (now.ms < pledge->cooling_off_until.ms)
        return true;
    if (pledge->head.state == STATE_pledge_AWAITING &&
        amount_is_zero(pledge->received))
        return true;
    return now.ms < campaign->closes.ms ||
           pledge_has_window(pledge, campaign, now);
}

bool pledge_has_window(const struct record_pledge *pledge,
                       const struct record_campaign *campaign,
                       struct instant now)
{
    return pledge->head.made < campaign->changed &&
           now.ms < campaign->window.ms;
}

/* The terms are others than those that were signed. */
static json_t *amendment(const struct reading *reading,
                         const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = campaign_of(reading, pledge);
    const struct wire *wire = &reading->wire;
    char until[PROSE_CHARS];
    json_t *terms;

    if (!is_open(pledge) || campaign->amended <= pledge->head.made)
        return json_null();
    terms = json_pack(
        "{s:I, s:o, s:n}", "index", (json_int_t)campaign->amended, "url",
        reading_url(reading, "entries/%" PRId64, campaign->amended), "until");
    if (pledge_has_window(pledge, campaign, wire->now)) {
        prose_until(until, campaign->window, wire->zone, wire->french);
        wire_set(terms, "until",
                 wire->people ? json_string(until)
                              : wire_instant(wire, campaign->window));
    }
    return terms;
}

/* What is still to pay; 0 unless it is awaited. */
static struct amount due_of(const struct reading *reading,
                            const struct record_pledge *pledge)
{
    struct amount due = amount_from_minor(0);

    if (pledge->head.state != STATE_pledge_AWAITING ||
        is_decided(campaign_of(reading, pledge)) ||
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

/* ---- What to say first ---- */

static const struct {
    const char *shown, *english, *french;
} headings[] = {
    {"awaiting_funds", "Recorded. Now please pay.",
     "C’est inscrit. Il reste à payer."},
    {"received", "Your transfer has arrived.", "Votre virement est arrivé."},
    {"withdrawn", "You have withdrawn.", "Vous avez renoncé."},
    {"charged_back", "The bank took the transfer back.",
     "La banque a repris le virement."},
    {"refund_due", "You will be refunded.", "Vous serez remboursé."},
    {"paying", "Your refund is on its way.",
     "Votre remboursement est en route."},
    {"refunded", "You have been refunded.", "Vous avez été remboursé."},
    {"refund_returned", "Your bank sent the refund back: please write to us.",
     "Votre banque a renvoyé le remboursement : écrivez-nous."},
    {"donation_due", "Your money goes to the cooperative.",
     "La somme va à la coopérative."},
    {"conversion_due", "The campaign succeeded.", "La campagne a réussi."},
    {"expired", "No transfer came: the pledge has lapsed.",
     "Aucun virement n’est venu : l’engagement est annulé."},
    {"donated", "Your money goes to the cooperative.",
     "La somme va à la coopérative."},
    {"move_due", "Your pledge moves to another campaign.",
     "Votre engagement est reporté sur une autre campagne."},
    {"converted", "The campaign succeeded.", "La campagne a réussi."},
    {"given_back", "You will be refunded.", "Vous serez remboursé."},
    {"moved", "Your pledge has moved to another campaign.",
     "Votre engagement est reporté sur une autre campagne."},
};

static const char *heading_of(const struct reading *reading,
                              const struct record_pledge *pledge)
{
    /* What is too much goes back beside it, and is said below. */
    const char *shown =
        pledge->head.state == STATE_pledge_CONVERTED
            ? "converted"
            : state_shown(reading->state, &pledge->head, reading->wire.now);

    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (strcmp(headings[i].shown, shown) == 0)
            return BOTH(reading->wire.french, headings[i].english,
                        headings[i].french);
    return word_of(shown, reading->wire.french);
}

/* ---- How far it is ---- */

static void add_step(json_t *list, const char *title, json_t *note, bool done,
                     bool now)
{
    wire_append(list, json_pack("{s:s, s:o, s:b, s:b}", "title", title, "note",
                                note, "done", done, "now", now && !done));
}

static bool has_come(const struct record_pledge *pledge)
{
    return pledge->head.state == STATE_pledge_RECEIVED ||
           pledge->head.state == STATE_pledge_CONVERTED;
}

static json_t *transfer_note(const struct reading *reading,
                             const struct record_pledge *pledge)
{
    const struct wire *wire = &reading->wire;
    bool french = wire->french;
    char figure[PROSE_CHARS];

    if (has_come(pledge))
        return json_string(BOTH(french, "received", "reçu"));
    if (!is_open(pledge) || is_decided(campaign_of(reading, pledge)))
        return json_string(
            BOTH(french, "not awaited any more", "n’est plus attendu"));
    if (!amount_is_positive(pledge->received))
        return json_string(BOTH(french, "awaited", "attendu"));
    prose_amount(figure, pledge->received, wire->currency, french);
    return json_sprintf(
        BOTH(french, "partly received (%s)", "reçu en partie (%s)"), figure);
}

static json_t *list_steps(const struct reading *reading,
                          const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = campaign_of(reading, pledge);
    bool french = reading->wire.french;
    bool received = has_come(pledge);
    bool booked = pledge->head.state == STATE_pledge_CONVERTED;
    bool decided = is_decided(campaign);
    json_t *list = json_array();
    char by[PROSE_CHARS];

    prose_date(by, date_plus_days(last_day(reading, campaign), 1), french);
    add_step(list, BOTH(french, "Signed and confirmed", "Signé et confirmé"),
             json_null(), true, false);
    if (pledge->head.state == STATE_pledge_WITHDRAWN) {
        add_step(list, BOTH(french, "Withdrawn", "Renoncement"), json_null(),
                 true, true);
        return list;
    }
    add_step(list, BOTH(french, "Transfer", "Virement"),
             transfer_note(reading, pledge), received,
             is_open(pledge) && !decided);
    add_step(
        list, BOTH(french, "Campaign result", "Résultat de la campagne"),
        decided ? json_null()
                : json_sprintf(BOTH(french, "by %s", "au plus tard le %s"), by),
        decided, received);
    add_step(list,
             pledge->nature == NATURE_SHARE
                 ? BOTH(french, "Shares issued and certificate",
                        "Parts émises et certificat")
                 : BOTH(french, "Booked", "Enregistré"),
             booked
                 ? json_null()
                 : json_string(BOTH(french, "or refund", "ou remboursement")),
             booked, received && decided);
    return list;
}

/* ---- How to pay ---- */

bool pledge_epc(char *out, const struct reading *reading,
                const struct record_pledge *pledge)
{
    const struct record_bank *bank = payment_bank(reading);
    struct epc_transfer transfer;

    if (bank == NULL || reading->ledger->currency != CURRENCY_EUR)
        return false;
    transfer = (struct epc_transfer){
        .name = {bank->name.bytes, bank->name.size},
        .iban = {bank->iban.bytes, bank->iban.size},
        .reference = {pledge->reference.bytes, pledge->reference.size},
        .amount = due_of(reading, pledge),
    };
    return epc_write(out, &transfer);
}

static void put_payment(const struct reading *reading, json_t *body,
                        const struct record_pledge *pledge)
{
    struct date until = last_day(reading, campaign_of(reading, pledge));
    json_t *payment = payment_of(reading, due_of(reading, pledge),
                                 &pledge->reference, &until);
    char epc[EPC_BYTES_MAX + 1], figure[AMOUNT_CHARS];
    int side;
    BUFFER(path);

    wire_set(body, "payment", payment);
    if (json_is_null(payment))
        return;
    amount_write(figure, due_of(reading, pledge),
                 currency_digits(reading->ledger->currency));
    wire_set(payment, "figure", json_string(figure));
    if (!pledge_epc(epc, reading, pledge)) {
        wire_set(payment, "epc", json_null());
        return;
    }
    wire_set(payment, "epc", json_string(epc));
    if (reading->wire.people && qr_path(&path, &side, epc))
        wire_set(payment, "qr",
                 json_pack("{s:i, s:s}", "side", side, "path", path.bytes));
}

/* ---- What came, and what it became ---- */

static void add_sum(const struct reading *reading, json_t *list,
                    const char *title, struct amount sum)
{
    if (amount_is_positive(sum))
        wire_append(list, json_pack("{s:s, s:o}", "title", title, "value",
                                    wire_amount(&reading->wire, sum)));
}

/* Shares by number; a gift or a loan by its sum. */
static json_t *words_of_became(const struct reading *reading,
                               const struct record_pledge *pledge,
                               const struct offering *offering)
{
    const struct record *record =
        pledge->became.letter == 0
            ? NULL
            : state_find_id(reading->state, pledge->became);
    const struct record_subscription *shares = (const void *)record;

    if (record == NULL || record->type != RECORD_subscription ||
        shares->head.state != STATE_subscription_ISSUED)
        return offering_words(offering, reading, pledge->converted);
    return json_sprintf(
        BOTH(reading->wire.french,
             "%" PRId64 " shares, numbers %" PRId64 " to %" PRId64,
             "%" PRId64 " parts, numéros %" PRId64 " à %" PRId64),
        shares->quantity, shares->first, shares->last);
}

static void put_sums(const struct reading *reading, json_t *body,
                     const struct record_pledge *pledge,
                     const struct offering *offering)
{
    bool french = reading->wire.french;
    json_t *list = json_array();

    add_sum(reading, list, BOTH(french, "Received", "Reçu"), pledge->received);
    add_sum(reading, list, BOTH(french, "Matched", "Abondé"), pledge->matched);
    add_sum(reading, list, BOTH(french, "Kept", "Conservé"), pledge->converted);
    if (amount_is_positive(pledge->converted))
        wire_append(list,
                    json_pack("{s:s, s:o}", "title",
                              BOTH(french, "For it you have", "Vous avez"),
                              "value",
                              words_of_became(reading, pledge, offering)));
    add_sum(reading, list, BOTH(french, "Goes back", "À vous rendre"),
            pledge->refund);
    wire_set(body, "has_sums", json_boolean(json_array_size(list) > 0));
    wire_set(body, "sums", list);
}

/* ---- Taking back ---- */

static const char *withdrawal_rule(const struct reading *reading,
                                   const struct record_pledge *pledge)
{
    bool french = reading->wire.french;

    if (reading->wire.now.ms < pledge->cooling_off_until.ms)
        return BOTH(french,
                    "After that you can still withdraw as long as the money"
                    " has not arrived; then, as long as the campaign is open.",
                    "Ensuite vous pouvez encore renoncer tant que l’argent"
                    " n’est pas arrivé, puis tant que la campagne est"
                    " ouverte.");
    if (pledge_may_withdraw(reading, pledge))
        return BOTH(french,
                    "The reflection period is over; you can still withdraw.",
                    "Le délai de réflexion est passé ; vous pouvez encore"
                    " renoncer.");
    return BOTH(french, "It can no longer be withdrawn.",
                "Il n’est plus possible de renoncer.");
}

static void put_withdrawal(const struct reading *reading, json_t *body,
                           const struct record_pledge *pledge)
{
    const struct wire *wire = &reading->wire;
    char id[ID_CHARS + 1], until[PROSE_CHARS];
    bool cooling = wire->now.ms < pledge->cooling_off_until.ms;
    json_t *withdraw;

    id_write(id, record_id(&pledge->head));
    prose_until(until, pledge->cooling_off_until, wire->zone, wire->french);
    withdraw = json_pack(
        "{s:b, s:b, s:b, s:o, s:s, s:o}", "allowed",
        pledge_may_withdraw(reading, pledge), "ended", !is_open(pledge),
        "cooling", cooling && is_open(pledge), "until",
        wire->people ? json_string(until)
                     : wire_instant(wire, pledge->cooling_off_until),
        "rule", withdrawal_rule(reading, pledge), "url",
        reading_url(reading, "pledges/%s/withdraw", id));
    wire_set(body, "withdraw", withdraw);
}

static void put_receipt(const struct reading *reading, json_t *body,
                        const struct record_pledge *pledge)
{
    const struct record_party *party =
        (const void *)state_find_id(reading->state, pledge->party);
    int64_t index = pledge->head.made;
    char id[ID_CHARS + 1];

    id_write(id, record_id(&pledge->head));
    wire_set(body, "receipt",
             json_pack(
                 "{s:I, s:o, s:o, s:o, s:o, s:b}", "number", (json_int_t)index,
                 "url", reading_url(reading, "pledges/%s/receipt", id),
                 "proof_url",
                 json_sprintf("/%s/receipt/%" PRId64 "?format=tlog-proof",
                              reading->name, index),
                 "verify_url",
                 json_sprintf("/verify?ledger=%s&index=%" PRId64 "&lang=%s",
                              reading->name, index, reading->request->language),
                 "entry", reading_url(reading, "entries/%" PRId64, index),
                 "by_key", party != NULL && party->auth == AUTH_KEY));
}

void pledge_describe(const struct reading *reading, json_t *body,
                     const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = campaign_of(reading, pledge);
    struct amount due = due_of(reading, pledge);
    struct offering offering;
    json_t *known = wire_record(&reading->wire, &pledge->head);

    (void)json_object_update(body, known);
    json_decref(known);
    wire_set(body, "campaign", campaign_brief(reading, campaign));
    wire_set(body, "due", wire_amount(&reading->wire, due));
    if (offering_find(&offering, reading, campaign, pledge->nature)) {
        wire_set(body, "words",
                 offering_words(&offering, reading, pledge->amount));
        put_sums(reading, body, pledge, &offering);
    }
    wire_set(body, "heading", json_string(heading_of(reading, pledge)));
    wire_set(body, "steps", list_steps(reading, pledge));
    wire_set(body, "has_refund",
             json_boolean(amount_is_positive(pledge->refund)));
    put_payment(reading, body, pledge);
    put_withdrawal(reading, body, pledge);
    wire_set(body, "amended", amendment(reading, pledge));
    figures_pledge(reading, body, pledge);
    put_receipt(reading, body, pledge);
}
