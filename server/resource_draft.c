/* Step 2 of a pledge: what is signed, to the byte, and what it means. */
#include "server/derived.h"
#include "server/desk.h"
#include "server/email.h"
#include "server/meaning.h"
#include "server/prose.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static const char key_fields[] = "key party";

static json_t *fallback_words(const struct desk *desk)
{
    bool french = desk->reading.wire.french;
    const struct entry_pledge_make *pledge = &desk->draft.pledge.pledge_make;
    const struct record_campaign *next;

    if (pledge->on_failure == FALLBACK_DONATE)
        return json_string(
            BOTH(french, "Given to the cooperative", "Don à la coopérative"));
    if (pledge->on_failure != FALLBACK_MOVE)
        return json_string(
            BOTH(french, "Refund in full", "Remboursement en entier"));
    next = (const void *)state_find_id(desk->reading.state, pledge->move_to);
    return json_sprintf(BOTH(french, "Moved to “%.*s”", "Reporté sur « %.*s »"),
                        next == NULL ? 0 : next->title.size,
                        next == NULL ? "" : next->title.bytes);
}

static json_t *display_words(const struct desk *desk)
{
    bool french = desk->reading.wire.french;

    switch ((enum choice_display)desk->draft.pledge.pledge_make.display) {
    case DISPLAY_PSEUDONYM:
        return json_sprintf(BOTH(french,
                                 "The amount, the date and the pseudonym %s",
                                 "Le montant, la date et le pseudonyme %s"),
                            draft_field(&desk->draft, "display"));
    case DISPLAY_NAME:
        return json_string(BOTH(french, "The amount, the date and your name",
                                "Le montant, la date et votre nom"));
    case DISPLAY_HIDDEN:
    case display_none:
    case display_after:
        break;
    }
    return json_string(BOTH(french, "The amount and the date, not your name",
                            "Le montant et la date, pas votre nom"));
}

/* If it were confirmed today. */
static json_t *reflection(const struct desk *desk)
{
    const struct wire *wire = &desk->reading.wire;
    int64_t days = desk->offering.campaign->reflection_days;
    struct date today = instant_day(wire->now, wire->zone);
    struct instant end =
        date_start(date_plus_days(today, (int32_t)days + 1), wire->zone);
    char until[PROSE_CHARS];

    prose_until(until, end, wire->zone, wire->french);
    return json_pack("{s:I, s:s}", "days", (json_int_t)days, "until", until);
}

static json_t *private_data(const struct desk *desk)
{
    const struct draft *draft = &desk->draft;
    const struct wire *wire = &desk->reading.wire;
    const char *birth = draft_field(draft, "birth");
    char shown[EMAIL_SHOWN_BYTES];
    json_t *data;
    struct date date;
    char text[PROSE_CHARS];

    email_show(shown, draft_field(draft, "email"));
    data = json_pack("{s:o, s:s}", "name",
                     json_sprintf("%s %s", draft_field(draft, "given"),
                                  draft_field(draft, "family")),
                     "email", shown);
    if (!date_read(&date, birth, strlen(birth)))
        return data;
    prose_date(text, date, wire->french);
    wire_set(data, "birth", json_string(text));
    wire_set(data, "address",
             json_sprintf("%s, %s %s (%s)", draft_field(draft, "address"),
                          draft_field(draft, "postcode"),
                          draft_field(draft, "town"),
                          draft_field(draft, "country")));
    return data;
}

static json_t *describe_texts(const struct desk *desk,
                              const struct draft_signer *signer)
{
    struct draft_text *texts = calloc(DRAFT_TEXTS, sizeof *texts);
    json_t *list = json_array();

    assert(texts != NULL);
    draft_texts(&desk->draft, desk->reading.host, signer, texts);
    for (size_t i = 0; i < DRAFT_TEXTS; i++) {
        json_t *one =
            meaning_of_text(&desk->reading.wire, texts[i].bytes, texts[i].size);

        wire_set(one, "number", json_integer((json_int_t)i));
        wire_set(one, "position", json_integer((json_int_t)i + 1));
        wire_append(list, one);
    }
    free(texts);
    return list;
}

static json_t *draft_url(const struct desk *desk, const char *rest)
{
    return reading_url(&desk->reading, "drafts/%s%s?lang=%s",
                       request_argument(desk->reading.request, "draft"), rest,
                       desk->reading.request->language);
}

static void describe_summary(const struct desk *desk, json_t *body)
{
    const struct reading *reading = &desk->reading;
    const struct entry_pledge_make *pledge = &desk->draft.pledge.pledge_make;
    char id[ID_CHARS + 1];

    wire_set(body, "campaign",
             campaign_brief(reading, desk->offering.campaign));
    wire_set(body, "amount", wire_amount(&reading->wire, pledge->amount));
    wire_set(body, "nature",
             offering_words(&desk->offering, reading, pledge->amount));
    wire_set(body, "on_failure", fallback_words(desk));
    wire_set(body, "display", display_words(desk));
    wire_set(body, "reflection", reflection(desk));
    id_write(id, pledge->campaign);
    wire_set(body, "change_url",
             reading_url(reading,
                         "campaigns/%s/pledge?nature=%s&draft=%s&lang=%s", id,
                         choice_word(TYPE_nature, pledge->nature),
                         request_argument(reading->request, "draft"),
                         reading->request->language));
}

static void describe(const struct desk *desk, json_t *body)
{
    const struct reading *reading = &desk->reading;
    static const struct draft_signer nobody;

    describe_summary(desk, body);
    wire_set(body, "private", private_data(desk));
    wire_set(body, "texts", describe_texts(desk, &nobody));
    wire_set(body, "action", draft_url(desk, ""));
    wire_set(body, "texts_url", draft_url(desk, "/texts"));
    wire_set(body, "mail_url", draft_url(desk, "/mail"));
    wire_set(body, "origin", json_string(reading->origin));
}

bool draft_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    bool french = strcmp(request->language, "fr") == 0;
    DESK(desk);

    reply->cache = CACHE_PRIVATE;
    if (!desk_open(&desk, request, error))
        return false;
    reply_header(reply, "X-Robots-Tag", "noindex");
    if (desk.draft.done) {
        desk_lead_on(&desk, reply);
        return true;
    }
    reply->body = reading_document(&desk.reading);
    describe(&desk, reply->body);
    wire_set(reply->body, "signed", json_boolean(desk.draft.is_signed));
    if (desk.draft.is_signed)
        reading_page(&desk.reading, reply, "sent",
                     BOTH(french, "Check your inbox", "Ouvrez votre boîte"));
    else
        reading_page(&desk.reading, reply, "sign",
                     BOTH(french, "Check and sign, step 2 of 3",
                          "Relire et signer, étape 2 sur 3"));
    return true;
}

bool draft_texts_post(const struct request *request, struct reply *reply,
                      struct error *error)
{
    char *text = malloc(request->body_size + 1);
    struct form_data form;
    struct draft_signer signer;
    bool done;
    DESK(desk);

    assert(text != NULL);
    reply->cache = CACHE_PRIVATE;
    done = desk_form(request, text, &form, key_fields, error) &&
           desk_open(&desk, request, error) &&
           desk_signer(&signer, &desk, &form, error);
    if (done)
        reply->body = json_pack("{s:o, s:o, s:b}", "texts",
                                describe_texts(&desk, &signer), "party",
                                wire_id(signer.party), "known", signer.known);
    free(text);
    return done;
}
