/* The node and its cooperatives: GET /, GET /{ledger}. */
#include "server/derived.h"
#include "server/list.h"
#include "server/node.h"
#include "server/picture.h"
#include "server/words.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static bool is_open(const struct reading *reading,
                    const struct record *campaign)
{
    return strcmp(state_shown(reading->state, campaign, reading->wire.now),
                  "open") == 0;
}

static json_t *open_campaigns(const struct reading *reading)
{
    size_t count = state_count(reading->state, RECORD_campaign);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct record *record =
            state_at(reading->state, RECORD_campaign, i);

        if (is_open(reading, record))
            wire_append(list, campaign_brief(reading, (const void *)record));
    }
    return list;
}

static json_t *describe_host(const struct request *request,
                             struct ledger_host *host)
{
    READING(reading);
    json_t *object;

    reading_hold(&reading, request, host);
    object = json_pack(
        "{s:s, s:o, s:s, s:I, s:o, s:o, s:b, s:o}", "name", host->name, "title",
        reading.ledger == NULL
            ? json_null()
            : wire_text(reading.ledger->name.bytes, reading.ledger->name.size),
        "origin", host->origin, "size", (json_int_t)reading.size, "root",
        wire_hash(&reading.root), "url", reading_home(&reading), "trial",
        reading.ledger != NULL && reading.ledger->trial, "campaigns",
        open_campaigns(&reading));
    return object;
}

bool home_get(const struct request *request, struct reply *reply,
              struct error *error)
{
    bool french = strcmp(request->language, "fr") == 0;
    size_t count = atomic_load(&request->node->count);
    json_t *list = json_array();

    (void)error;
    for (size_t i = 0; i < count; i++)
        wire_append(list, describe_host(request, request->node->hosts[i]));
    reply->body = json_pack("{s:s, s:o}", "self", "/", "ledgers", list);
    reply->cache = CACHE_CHECK;
    reply->page = "home";
    reply->title = word(WORD_node_title, french);
    if (request->face == FACE_HTML)
        wire_set(reply->body, "q", page_query(request));
    return true;
}

static json_t *list_all(const struct reading *reading, enum record_type type)
{
    size_t count = state_count(reading->state, type);
    json_t *list = json_array();

    /* Colleges, classes, campaigns, offers: few by nature. */
    for (size_t i = 0; i < count; i++) {
        const struct record *record = state_at(reading->state, type, i);

        wire_append(list, type == RECORD_campaign
                              ? campaign_brief(reading, (const void *)record)
                              : wire_record(&reading->wire, record));
    }
    return list;
}

static json_t *list_colleges(const struct reading *reading)
{
    size_t count = state_count(reading->state, RECORD_college);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct record *record =
            state_at(reading->state, RECORD_college, i);
        const struct record_college *college = (const void *)record;

        if (college->version == reading->ledger->colleges_version)
            wire_append(list, wire_record(&reading->wire, record));
    }
    return list;
}

/* How many members are in each state. */
static json_t *count_members(const struct reading *reading)
{
    size_t count = state_count(reading->state, RECORD_member);
    int64_t states[STATE_COUNT] = {0};
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        states[state_at(reading->state, RECORD_member, i)->state]++;
    for (int i = 1; i < STATE_COUNT; i++)
        if (states[i] > 0)
            wire_append(list,
                        json_pack("{s:o, s:I}", "state",
                                  wire_word(&reading->wire,
                                            state_word((enum record_state)i)),
                                  "count", (json_int_t)states[i]));
    return list;
}

static struct amount sum_of(struct amount a, struct amount b)
{
    struct amount sum;

    return amount_add(&sum, a, b) ? sum : amount_from_minor(AMOUNT_MAX);
}

/* The few figures that a stranger asks for first. */
static void describe_figures(const struct reading *reading, json_t *body)
{
    const struct state *state = reading->state;
    const struct wire *wire = &reading->wire;
    struct amount patient = amount_from_minor(0);
    int64_t shares = 0, members = 0;

    for (size_t i = 0; i < state_count(state, RECORD_class); i++)
        shares += ((const struct record_class *)(const void *)state_at(
                       state, RECORD_class, i))
                      ->issued;
    for (size_t i = 0; i < state_count(state, RECORD_member); i++) {
        enum record_state at = state_at(state, RECORD_member, i)->state;

        members += at == STATE_member_EFFECTIVE || at == STATE_member_LEAVING;
    }
    for (size_t i = 0; i < state_count(state, RECORD_contract); i++)
        patient = sum_of(
            patient, ((const struct record_contract *)(const void *)state_at(
                          state, RECORD_contract, i))
                         ->drawn);
    wire_set(
        body, "figures",
        json_pack(
            "{s:o, s:o, s:o, s:o, s:o}", "capital",
            wire_round(wire, reading->ledger->capital), "shares",
            wire_count(wire, shares), "members", wire_count(wire, members),
            "patient", wire_round(wire, patient), "contracts",
            wire_count(wire, (int64_t)state_count(state, RECORD_contract))));
}

static json_t *describe_capital(const struct reading *reading)
{
    const struct record_ledger *ledger = reading->ledger;
    const struct record_statutes *statutes = statutes_of(reading->state);
    const struct wire *wire = &reading->wire;
    int64_t share = amount_is_positive(ledger->capital)
                        ? amount_ppm_up(ledger->capital_public, ledger->capital)
                        : 0;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "subscribed",
                     wire_amount(wire, ledger->capital), "highest",
                     wire_amount(wire, ledger->highest_capital), "floor",
                     wire_amount(wire, floor_of_capital(reading->state)),
                     "public", wire_amount(wire, ledger->capital_public),
                     "public_ppm", wire_share(wire, share), "public_max_ppm",
                     wire_ppm(wire, statutes->public_max_ppm));
}

static void describe(const struct reading *reading, json_t *body)
{
    const struct record_ledger *ledger = reading->ledger;
    const struct wire *wire = &reading->wire;
    json_t *chart;

    wire_set(body, "profile",
             wire_word(wire, choice_word(TYPE_profile, ledger->profile)));
    wire_set(body, "rules", json_integer(ledger->rules));
    wire_set(body, "books_from", wire_date(wire, ledger->books_from));
    wire_set(body, "capital", describe_capital(reading));
    wire_set(body, "members", count_members(reading));
    wire_set(body, "colleges", list_colleges(reading));
    chart = picture_colleges(reading, json_object_get(body, "colleges"));
    if (wire->people)
        wire_set(body, "colleges_chart", json_incref(chart));
    json_decref(chart);
    describe_figures(reading, body);
    wire_set(body, "classes", list_all(reading, RECORD_class));
    wire_set(body, "campaigns", list_all(reading, RECORD_campaign));
    wire_set(body, "offers", list_all(reading, RECORD_offer));
    wire_set(body, "statutes",
             wire_record(wire, &statutes_of(reading->state)->head));
}

bool ledger_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    struct store_checkpoint checkpoint;
    READING(reading);

    if (!reading_open(&reading, request, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    describe(&reading, reply->body);
    reading_page(&reading, reply, "ledger",
                 json_string_value(json_object_get(
                     json_object_get(reply->body, "ledger"), "title")));
    reading_close(&reading);
    wire_set(reply->body, "checkpoint",
             host_checkpoint(reading.host, &checkpoint)
                 ? wire_text(checkpoint.note, checkpoint.note_size)
                 : json_null());
    return true;
}
