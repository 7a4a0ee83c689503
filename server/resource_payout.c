/* What is owed, batches of payments and their payments: no name, no IBAN. */
#include "server/catalogue.h"
#include "server/list.h"
#include "server/naming.h"
#include "server/register.h"

#include "ledger/debt.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

bool payouts_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    static const struct listing listing = {.type = RECORD_payout,
                                           .name = "payouts",
                                           .title = WORD_payouts,
                                           .page = "register"};

    return list_get(request, reply, &listing, NULL, error);
}

static void describe_batch(const struct reading *reading, json_t *body,
                           const struct record_payout *payout)
{
    char id[ID_CHARS + 1], reference[40];

    id_write(id, record_id(&payout->head));
    wire_group_fours(reference, sizeof reference, payout->reference.bytes,
                     payout->reference.size);
    wire_set(body, "from", name_record(reading, payout->account));
    wire_set(body, "grouped", json_string(reference));
    wire_set(body, "payments_url",
             reading_url(reading, "payments?payout=%s", id));
    wire_set(body, "entries_url",
             reading_url(reading, "entries?subject=%s", id));
}

bool payout_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    const struct record *record;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "payout", RECORD_payout, &record, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    wire_set(reply->body, "payout", wire_record(&reading.wire, record));
    if (reading.wire.people)
        describe_batch(&reading, reply->body, (const void *)record);
    reading_page(&reading, reply, "payout",
                 word(WORD_payout, reading.wire.french));
    return true;
}

/* What for; somebody is not owed for themselves. */
static void tell_target(const struct reading *reading, json_t *json,
                        struct id target)
{
    if (reading->wire.people && target.letter != 'p')
        wire_set(json, "for", wire_id(target));
}

/* With whom the debt is owed to. */
static json_t *describe_payment(const struct reading *reading,
                                const struct record *record)
{
    const struct record_payment *payment = (const void *)record;
    const struct sight sight = {.state = reading->state};
    json_t *json = wire_record(&reading->wire, record);
    struct error ignored = {0};
    struct debt debt;

    if (debt_find(&debt, &sight, payment->target, &payment->owed, &ignored))
        wire_set(json, "party", wire_id(debt.party));
    tell_target(reading, json, payment->target);
    return json;
}

static bool keep_payment(const struct record *record, const void *context)
{
    const struct id *payout = context;
    const struct record_payment *payment = (const void *)record;

    return id_is_none(*payout) || id_equal(payment->payout, *payout);
}

bool payments_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    static const struct listing listing = {.type = RECORD_payment,
                                           .name = "payments",
                                           .title = WORD_payments,
                                           .page = "register",
                                           .keep = keep_payment,
                                           .describe = describe_payment};
    struct id payout = {0};
    bool given;

    return list_id(request, "payout", &payout, &given, error) &&
           list_get(request, reply, &listing, &payout, error);
}

/* ---- Claims: debts that could be paid now, or are being paid ---- */

struct walk {
    const struct reading *reading;
    struct sight sight;
    struct cursor cursor;
    json_t *claims;
    int64_t put, next; /* next: where the following page begins; -1: none. */
};

static const char *debt_state(const struct walk *walk, const struct debt *debt)
{
    const struct record_claim *claim = debt_claim(&walk->sight, debt);
    enum record_state state =
        claim != NULL ? claim_state(&walk->sight, claim) : STATE_claim_DUE;

    if (state == STATE_claim_PAYING || state == STATE_claim_RETURNED)
        return state_word(state);
    return state_word(STATE_claim_DUE);
}

/* False once the page is full. */
static bool put_debt(struct walk *walk, int64_t place, struct id target,
                     uint8_t owed)
{
    const struct wire *wire = &walk->reading->wire;
    struct error ignored = {0};
    struct debt debt;
    json_t *json;

    if (!debt_find(&debt, &walk->sight, target, owed == 0 ? NULL : &owed,
                   &ignored) ||
        (!amount_is_positive(debt.due) &&
         debt_payment(&walk->sight, &debt) == NULL))
        return true;
    if (walk->put == walk->cursor.limit) {
        walk->next = place;
        return false;
    }
    walk->put++;
    json = json_object();
    wire_set(json, "target", wire_id(target));
    wire_set(json, "owed", wire_word(wire, choice_word(TYPE_owed, debt.owed)));
    wire_set(json, "party", wire_id(debt.party));
    wire_set(json, "amount", wire_amount(wire, debt.due));
    wire_set(json, "state", wire_word(wire, debt_state(walk, &debt)));
    tell_target(walk->reading, json, target);
    wire_append(walk->claims, json);
    return true;
}

static void walk_chain(struct walk *walk, enum record_type type,
                       const struct chain *chain)
{
    struct link at = chain->first;

    for (int64_t i = 0; i < chain->count; i++) {
        const struct record *record =
            state_find(walk->reading->state, type, at.key);

        if (i >= walk->cursor.after && record->state != STATE_REVERSED &&
            !put_debt(walk, i, record_id(record), 0))
            return;
        at = type == RECORD_pledge
                 ? ((const struct record_pledge *)(const void *)record)->next
                 : ((const struct record_redemption *)(const void *)record)
                       ->next;
    }
}

/* What parties are owed without a pledge or a redemption. */
static void walk_parties(struct walk *walk)
{
    static const struct {
        enum account account;
        uint8_t owed;
    } owed[] = {{ACCOUNT_overpaid, OWED_OVERPAID},
                {ACCOUNT_refund_payable, OWED_REFUND},
                {ACCOUNT_fee_payable, OWED_FEE}};
    const struct state *state = walk->reading->state;

    for (size_t i = (size_t)walk->cursor.after;
         i < state_count(state, RECORD_balance); i++) {
        const struct record_balance *balance =
            (const void *)state_at(state, RECORD_balance, i);
        struct id party = {.letter = 'p'};

        memcpy(party.bytes, balance->owner.key, sizeof party.bytes);
        for (size_t j = 0; j < 3; j++)
            if (balance->type == RECORD_party &&
                balance->account == (int64_t)owed[j].account &&
                !put_debt(walk, (int64_t)i, party, owed[j].owed))
                return;
    }
}

static bool walk_of(struct walk *walk, const struct request *request,
                    struct error *error)
{
    const struct record *record;
    struct id of;
    bool given;

    if (!list_id(request, "of", &of, &given, error))
        return false;
    if (!given) {
        walk_parties(walk);
        return true;
    }
    record = state_find_id(walk->reading->state, of);
    if (record == NULL ||
        (record->type != RECORD_campaign && record->type != RECORD_class))
        return fail(error, ERROR_ABSENT, "there is no such campaign or class");
    if (record->type == RECORD_campaign)
        walk_chain(
            walk, RECORD_pledge,
            &((const struct record_campaign *)(const void *)record)->pledges);
    else
        walk_chain(
            walk, RECORD_redemption,
            &((const struct record_class *)(const void *)record)->redemptions);
    return true;
}

/* Links to what is owed otherwise: for each campaign, for each class. */
static void offer_debtors(const struct reading *reading, json_t *body)
{
    static const enum record_type types[] = {RECORD_campaign, RECORD_class};
    char id[ID_CHARS + 1];

    register_choice(body, say(reading->request->language, "To parties"),
                    reading_url(reading, "claims"));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t j = 0; j < state_count(reading->state, types[i]); j++) {
            struct id of = record_id(state_at(reading->state, types[i], j));
            json_t *name = name_record(reading, of);

            id_write(id, of);
            register_choice(body,
                            json_string_value(json_object_get(name, "text")),
                            reading_url(reading, "claims?of=%s", id));
            json_decref(name);
        }
}

bool claims_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    struct walk walk = {.next = -1};
    READING(reading);

    if (!cursor_read(&walk.cursor, request, 0, error) ||
        !reading_open(&reading, request, error))
        return false;
    walk.reading = &reading;
    walk.sight.state = reading.state;
    walk.claims = json_array();
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    wire_set(reply->body, "claims", walk.claims);
    if (!walk_of(&walk, request, error))
        return false;
    if (walk.next >= 0)
        cursor_next(&walk.cursor, request, reply, walk.next);
    register_put(&reading, reply->body, "claims");
    if (reading.wire.people)
        offer_debtors(&reading, reply->body);
    reading_page(&reading, reply, "register",
                 word(WORD_claims, reading.wire.french));
    return true;
}
