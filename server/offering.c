#include "server/offering.h"
#include "server/derived.h"
#include "server/prose.h"
#include "server/words.h"
#include "server/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char offering_fields[] =
    "campaign nature amount shares on_failure given family email birth_day"
    " birth_month birth_year address postcode town country show pseudonym"
    " consent risk large wealth draft " WORK_FIELDS;

/* Those that are shown again as they were typed. */
static const char *const typed[] = {
    "amount",    "shares",      "given",      "family",  "email",
    "birth_day", "birth_month", "birth_year", "address", "postcode",
    "town",      "pseudonym",   "wealth",
};

static const struct {
    const char *code, *english, *french;
} countries[] = {
    {"AT", "Austria", "Autriche"},
    {"BE", "Belgium", "Belgique"},
    {"BG", "Bulgaria", "Bulgarie"},
    {"HR", "Croatia", "Croatie"},
    {"CY", "Cyprus", "Chypre"},
    {"CZ", "Czechia", "Tchéquie"},
    {"DK", "Denmark", "Danemark"},
    {"EE", "Estonia", "Estonie"},
    {"FI", "Finland", "Finlande"},
    {"FR", "France", "France"},
    {"DE", "Germany", "Allemagne"},
    {"GR", "Greece", "Grèce"},
    {"HU", "Hungary", "Hongrie"},
    {"IS", "Iceland", "Islande"},
    {"IE", "Ireland", "Irlande"},
    {"IT", "Italy", "Italie"},
    {"LV", "Latvia", "Lettonie"},
    {"LI", "Liechtenstein", "Liechtenstein"},
    {"LT", "Lithuania", "Lituanie"},
    {"LU", "Luxembourg", "Luxembourg"},
    {"MT", "Malta", "Malte"},
    {"MC", "Monaco", "Monaco"},
    {"NL", "Netherlands", "Pays-Bas"},
    {"NO", "Norway", "Norvège"},
    {"PL", "Poland", "Pologne"},
    {"PT", "Portugal", "Portugal"},
    {"RO", "Romania", "Roumanie"},
    {"SK", "Slovakia", "Slovaquie"},
    {"SI", "Slovenia", "Slovénie"},
    {"ES", "Spain", "Espagne"},
    {"SE", "Sweden", "Suède"},
    {"CH", "Switzerland", "Suisse"},
    {"GB", "United Kingdom", "Royaume-Uni"},
};

bool offering_country_is_known(const char *code)
{
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        if (strcmp(countries[i].code, code) == 0)
            return true;
    return false;
}

static const struct record_nature *
find_nature(const struct reading *reading,
            const struct record_campaign *campaign, uint8_t wanted)
{
    struct link at = campaign->natures.first;

    for (int64_t i = 0; i < campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)state_find(reading->state, RECORD_nature, at.key);

        if (nature->nature == wanted)
            return nature;
        at = nature->next;
    }
    return NULL;
}

bool offering_find(struct offering *offering, const struct reading *reading,
                   const struct record_campaign *campaign, uint8_t nature)
{
    *offering = (struct offering){
        .campaign = campaign,
        .nature = find_nature(reading, campaign, nature),
        .most = campaign->most,
    };
    if (offering->nature == NULL)
        return false;
    offering->least = amount_max(campaign->least, offering->nature->least);
    if (nature == NATURE_SHARE) {
        offering->class = (const void *)state_find_id(reading->state,
                                                      offering->nature->class);
        offering->least = amount_max(offering->least, offering->class->nominal);
    } else if (nature == NATURE_LOAN) {
        offering->offer = (const void *)state_find_id(reading->state,
                                                      offering->nature->offer);
    }
    return true;
}

const struct record_campaign *
offering_next(const struct reading *reading,
              const struct record_campaign *campaign)
{
    const struct record_campaign *next = NULL;
    size_t count = state_count(reading->state, RECORD_campaign);

    for (size_t i = 0; i < count; i++) {
        const struct record_campaign *other =
            (const void *)state_at(reading->state, RECORD_campaign, i);

        if (other->head.state == STATE_campaign_OPEN &&
            other->settles.ms > campaign->settles.ms &&
            (next == NULL || other->settles.ms < next->settles.ms))
            next = other;
    }
    return next;
}

bool offering_is_open(const struct reading *reading,
                      const struct record_campaign *campaign)
{
    return strcmp(
               state_shown(reading->state, &campaign->head, reading->wire.now),
               "open") == 0;
}

int64_t offering_least_shares(const struct offering *offering)
{
    int64_t nominal = amount_to_minor(offering->class->nominal);

    return (amount_to_minor(offering->least) + nominal - 1) / nominal;
}

int64_t offering_most_shares(const struct offering *offering)
{
    int64_t nominal = amount_to_minor(offering->class->nominal);
    int64_t by_amount = amount_to_minor(offering->most) / nominal;
    int64_t by_class = offering->class->most;

    if (by_amount == 0 || (by_class > 0 && by_class < by_amount))
        return by_class;
    return by_amount;
}

/* ---- Words ---- */

static const char *nature_title(uint8_t nature, bool french)
{
    switch ((enum choice_nature)nature) {
    case NATURE_SHARE:
        return BOTH(french, "Subscribe to shares", "Prendre des parts");
    case NATURE_LOAN:
        return BOTH(french, "Lend", "Prêter");
    case NATURE_GIFT:
    case nature_none:
    case nature_after:
        break;
    }
    return BOTH(french, "Give", "Faire un don");
}

static json_t *write_intro(const struct offering *offering,
                           const struct reading *reading)
{
    const struct wire *wire = &reading->wire;
    const char *coop = reading->ledger->name.bytes;
    int size = reading->ledger->name.size;
    char figure[PROSE_CHARS];

    if (offering->class != NULL) {
        prose_amount(figure, offering->class->nominal, wire->currency,
                     wire->french);
        return json_sprintf(
            BOTH(wire->french,
                 "One share costs %s and makes you a member of %.*s, with one"
                 " vote at the general meeting however many shares you hold.",
                 "Une part coûte %s et fait de vous un ou une sociétaire de"
                 " %.*s, avec une voix à l’assemblée générale quel que soit le"
                 " nombre de parts."),
            figure, size, coop);
    }
    if (offering->offer != NULL) {
        prose_ppm(figure, offering->offer->rate, wire->french);
        return json_sprintf(
            BOTH(wire->french,
                 "You lend to %.*s at %s over %" PRId64 " months. If it cannot"
                 " repay, you may lose everything.",
                 "Vous prêtez à %.*s à %s sur %" PRId64 " mois. Si elle ne"
                 " peut pas rembourser, vous pouvez tout perdre."),
            size, coop, figure, offering->offer->term);
    }
    return json_sprintf(
        BOTH(wire->french,
             "You help %.*s and receive nothing in return. If the campaign"
             " fails, you are refunded.",
             "Vous aidez %.*s sans rien recevoir en retour. Si la campagne"
             " échoue, vous êtes remboursé."),
        size, coop);
}

static json_t *share_hint(const struct offering *offering,
                          const struct wire *wire)
{
    int64_t most = offering_most_shares(offering), five = 5;
    int64_t least = offering_least_shares(offering);
    struct amount example;
    char figure[PROSE_CHARS];

    if ((most > 0 && five > most) || five < least)
        five = least;
    if (!amount_times(&example, offering->class->nominal, five))
        example = offering->class->nominal;
    prose_amount(figure, example, wire->currency, wire->french);
    if (most == 0)
        return json_sprintf(BOTH(wire->french,
                                 "A whole number, at least %" PRId64
                                 ". For example, %" PRId64 " shares = %s.",
                                 "Un nombre entier, au moins %" PRId64
                                 ". Exemple : %" PRId64 " parts = %s."),
                            least, five, figure);
    return json_sprintf(BOTH(wire->french,
                             "A whole number from %" PRId64 " to %" PRId64
                             ". For example, %" PRId64 " shares = %s.",
                             "Un nombre entier de %" PRId64 " à %" PRId64
                             ". Exemple : %" PRId64 " parts = %s."),
                        least, most, five, figure);
}

static json_t *amount_hint(const struct offering *offering,
                           const struct wire *wire)
{
    struct amount one = amount_max(offering->least, amount_from_minor(1));
    char least[PROSE_CHARS], most[PROSE_CHARS];

    prose_amount(least, one, wire->currency, wire->french);
    prose_amount(most, offering->most, wire->currency, wire->french);
    if (amount_is_zero(offering->most))
        return json_sprintf(BOTH(wire->french,
                                 "At least %s. For example 25 or 25.50.",
                                 "Au moins %s. Exemple : 25 ou 25,50."),
                            least);
    return json_sprintf(BOTH(wire->french,
                             "From %s to %s. For example 25 or 25.50.",
                             "De %s à %s. Exemple : 25 ou 25,50."),
                        least, most);
}

json_t *offering_words(const struct offering *offering,
                       const struct reading *reading, struct amount amount)
{
    const struct wire *wire = &reading->wire;
    char figure[PROSE_CHARS];
    int64_t shares;

    if (offering->offer != NULL)
        return json_string(BOTH(wire->french, "A loan", "Un prêt"));
    if (offering->class == NULL)
        return json_string(BOTH(wire->french, "A gift", "Un don"));
    shares =
        amount_to_minor(amount) / amount_to_minor(offering->class->nominal);
    prose_amount(figure, offering->class->nominal, wire->currency,
                 wire->french);
    return json_sprintf(shares == 1
                            ? BOTH(wire->french, "%" PRId64 " share of %s",
                                   "%" PRId64 " part de %s")
                            : BOTH(wire->french, "%" PRId64 " shares of %s",
                                   "%" PRId64 " parts de %s"),
                        shares, figure);
}

/* ---- The document ---- */

static json_t *pledge_url(const struct reading *reading,
                          const struct record_campaign *campaign,
                          const char *nature)
{
    char id[ID_CHARS + 1];

    id_write(id, record_id(&campaign->head));
    return reading_url(reading, "campaigns/%s/pledge?nature=%s", id, nature);
}

json_t *offering_natures(const struct reading *reading,
                         const struct record_campaign *campaign)
{
    struct link at = campaign->natures.first;
    json_t *list = json_array();

    for (int64_t i = 0; i < campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)state_find(reading->state, RECORD_nature, at.key);
        const char *name = choice_word(TYPE_nature, nature->nature);
        struct offering offering;

        if (offering_find(&offering, reading, campaign, nature->nature))
            wire_append(
                list,
                json_pack("{s:s, s:s, s:o, s:o}", "nature", name, "title",
                          nature_title(nature->nature, reading->wire.french),
                          "intro", write_intro(&offering, reading), "url",
                          pledge_url(reading, campaign, name)));
        at = nature->next;
    }
    return list;
}

static const char *value_of(const struct form_data *form, const char *name)
{
    const char *value = form == NULL ? NULL : form_value(form, name);

    return value == NULL ? "" : value;
}

/* Consents are never kept over a mistake: they are given again. */
static json_t *list_values(const struct form_data *form)
{
    const char *fallback = value_of(form, "on_failure");
    const char *show = value_of(form, "show");
    bool donate = strcmp(fallback, "donate") == 0;
    bool move = strcmp(fallback, "move") == 0;
    bool pseudonym = strcmp(show, "pseudonym") == 0;
    bool name = strcmp(show, "name") == 0;
    json_t *values = json_object();

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        wire_set(values, typed[i], json_string(value_of(form, typed[i])));
    wire_set(values, "donate", json_boolean(donate));
    wire_set(values, "move", json_boolean(move));
    wire_set(values, "refund", json_boolean(!donate && !move));
    wire_set(values, "show_pseudonym", json_boolean(pseudonym));
    wire_set(values, "show_name", json_boolean(name));
    wire_set(values, "show_hidden", json_boolean(!pseudonym && !name));
    return values;
}

static json_t *list_countries(const struct form_data *form, bool french)
{
    const char *chosen = value_of(form, "country");
    json_t *list = json_array();

    if (chosen[0] == '\0')
        chosen = "FR";
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        wire_append(
            list,
            json_pack("{s:s, s:s, s:b}", "code", countries[i].code, "name",
                      french ? countries[i].french : countries[i].english,
                      "selected", strcmp(countries[i].code, chosen) == 0));
    return list;
}

void offering_describe(const struct offering *offering,
                       const struct reading *reading,
                       const struct form_data *form, json_t *body)
{
    const struct wire *wire = &reading->wire;
    uint8_t nature = offering->nature->nature;
    struct amount most = offering->most;

    wire_set(body, "nature", json_string(choice_word(TYPE_nature, nature)));
    wire_set(body, "title", json_string(nature_title(nature, wire->french)));
    wire_set(body, "intro", write_intro(offering, reading));
    wire_set(body, "is_share", json_boolean(nature == NATURE_SHARE));
    wire_set(body, "is_loan", json_boolean(nature == NATURE_LOAN));
    wire_set(body, "is_gift", json_boolean(nature == NATURE_GIFT));
    wire_set(body, "is_investment", json_boolean(nature != NATURE_GIFT));
    wire_set(body, "least", wire_amount(wire, offering->least));
    wire_set(body, "most",
             amount_is_zero(most) ? json_null() : wire_amount(wire, most));
    if (offering->class != NULL) {
        wire_set(body, "nominal", wire_amount(wire, offering->class->nominal));
        wire_set(body, "hint", share_hint(offering, wire));
        wire_set(body, "countries", list_countries(form, wire->french));
    } else {
        wire_set(body, "nominal", json_null());
        wire_set(body, "hint", amount_hint(offering, wire));
    }
    if (offering_next(reading, offering->campaign) != NULL)
        wire_set(body, "next",
                 campaign_brief(reading,
                                offering_next(reading, offering->campaign)));
    wire_set(body, "values", list_values(form));
}
