/* Patient capital: offers, and contracts with their ladder and tranches. */
#include "server/derived.h"
#include "server/list.h"
#include "server/naming.h"
#include "server/picture.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static json_t *list_chain(const struct reading *reading,
                          const struct chain *chain, enum record_type type,
                          struct link (*next)(const struct record *record))
{
    struct link at = chain->first;
    json_t *list = json_array();

    for (int64_t i = 0; i < chain->count; i++) {
        const struct record *record = state_find(reading->state, type, at.key);

        wire_append(list, wire_record(&reading->wire, record));
        at = next(record);
    }
    return list;
}

static struct link next_condition(const struct record *record)
{
    return ((const struct record_condition *)(const void *)record)->next;
}

static struct link next_instalment(const struct record *record)
{
    return ((const struct record_instalment *)(const void *)record)->next;
}

static json_t *describe_offer(const struct reading *reading,
                              const struct record *record)
{
    const struct record_offer *offer = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    wire_set(object, "conditions",
             list_chain(reading, &offer->conditions, RECORD_condition,
                        next_condition));
    wire_set(object, "instalments",
             list_chain(reading, &offer->instalments, RECORD_instalment,
                        next_instalment));
    return object;
}

bool offers_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    static const struct listing listing = {.type = RECORD_offer,
                                           .name = "offers",
                                           .title = WORD_offers,
                                           .page = "offers",
                                           .describe = describe_offer};

    return list_get(request, reply, &listing, NULL, error);
}

static json_t *describe_ladder(const struct wire *wire,
                               const struct record_contract *contract)
{
    bool is_signed = contract->head.state == STATE_contract_SIGNED;

    return json_pack(
        "{s:o, s:o, s:o, s:o}", "committed",
        wire_amount(wire, contract->amount), "signed",
        wire_amount(wire, is_signed ? contract->amount : amount_from_minor(0)),
        "called", wire_amount(wire, contract->called), "paid",
        wire_amount(wire, contract->drawn));
}

static json_t *brief(const struct reading *reading, const struct record *record)
{
    const struct record_contract *contract = (const void *)record;
    const struct record *offer = state_find_id(reading->state, contract->offer);
    char id[ID_CHARS + 1];
    json_t *object = wire_record(&reading->wire, record);

    id_write(id, record_id(record));
    wire_set(object, "ladder", describe_ladder(&reading->wire, contract));
    wire_set(
        object, "instrument",
        wire_value(
            &reading->wire, TYPE_instrument,
            &((const struct record_offer *)(const void *)offer)->instrument));
    wire_set(object, "public_name", party_name(reading, contract->party));
    wire_set(object, "url", reading_url(reading, "contracts/%s", id));
    return object;
}

bool contracts_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    static const struct listing listing = {.type = RECORD_contract,
                                           .name = "contracts",
                                           .title = WORD_contracts,
                                           .page = "contracts",
                                           .describe = brief};

    return list_get(request, reply, &listing, NULL, error);
}

static json_t *describe_tranche(const struct reading *reading,
                                const struct record_tranche *tranche)
{
    json_t *object = wire_record(&reading->wire, &tranche->head);
    struct amount due = amount_from_minor(0);

    if (tranche->head.state != STATE_tranche_CALLED ||
        !amount_sub(&due, tranche->amount, tranche->received))
        due = amount_from_minor(0);
    wire_set(object, "payment",
             payment_of(reading, due, &tranche->reference, &tranche->due));
    if (reading->wire.people)
        wire_set(object, "is_late",
                 json_boolean(strcmp(state_shown(reading->state, &tranche->head,
                                                 reading->wire.now),
                                     "late") == 0));
    return object;
}

static json_t *list_tranches(const struct reading *reading,
                             const struct record_contract *contract)
{
    struct link at = contract->tranches.first;
    json_t *list = json_array();

    for (int64_t i = 0; i < contract->tranches.count; i++) {
        const struct record_tranche *tranche =
            (const void *)state_find(reading->state, RECORD_tranche, at.key);

        wire_append(list, describe_tranche(reading, tranche));
        at = tranche->next;
    }
    return list;
}

/* Who the lender is, where to read on, and what is still to come. */
static void describe_for_people(const struct reading *reading, json_t *body,
                                const struct record_contract *contract)
{
    const struct wire *wire = &reading->wire;
    struct amount left;
    char id[ID_CHARS + 1];

    id_write(id, record_id(&contract->head));
    if (!amount_sub(&left, contract->amount, contract->drawn) ||
        amount_is_negative(left))
        left = amount_from_minor(0);
    wire_set(body, "chart", picture_ladder(reading, contract));
    wire_set(body, "lender", name_record(reading, contract->party));
    wire_set(body, "to_come", wire_amount(wire, left));
    wire_set(body, "is_signed",
             json_boolean(contract->head.state == STATE_contract_SIGNED));
    wire_set(body, "has_tranches", json_boolean(contract->tranches.count > 0));
    wire_set(body, "entries_url",
             reading_url(reading, "entries?subject=%s", id));
    wire_set(
        body, "has_instalments",
        json_boolean(json_array_size(json_object_get(
                         json_object_get(body, "offer"), "instalments")) > 0));
}

/* Of the page: what was lent on which terms. */
static const char *title_of(const json_t *body)
{
    return json_string_value(
        json_object_get(json_object_get(body, "offer"), "title"));
}

bool contract_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    const struct record *record;
    const struct record_contract *contract;
    json_t *known;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "contract", RECORD_contract, &record, error))
        return false;
    contract = (const void *)record;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    known = brief(&reading, record);
    (void)json_object_update(reply->body, known);
    json_decref(known);
    wire_set(reply->body, "offer",
             describe_offer(&reading,
                            state_find_id(reading.state, contract->offer)));
    wire_set(reply->body, "tranches", list_tranches(&reading, contract));
    if (reading.wire.people)
        describe_for_people(&reading, reply->body, contract);
    reading_page(&reading, reply, "contract", title_of(reply->body));
    return true;
}
