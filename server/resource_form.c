/* The citizen's form: shown, checked as a whole, and made into a pledge. */
#include "server/citizen.h"
#include "server/derived.h"
#include "server/list.h"
#include "server/prose.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static const char *const form_fields =
    "campaign token nature amount on_failure name email risk";

/* A form that was sent, what is wrong with it, and what it means. */
struct sent {
    const struct form_data *form;
    const struct reading *reading;
    const struct record_campaign *campaign;
    const struct record_nature *nature; /* NULL: none was chosen. */
    json_t *errors;
    struct citizen citizen;
};

static void wrong(struct sent *sent, const char *field, const char *detail)
{
    wire_append(sent->errors, json_pack("{s:o, s:s, s:s}", "pointer",
                                        json_sprintf("/%s", field), "field",
                                        field, "detail", detail));
}

static void wrong_word(struct sent *sent, const char *field, enum word which)
{
    wrong(sent, field, word(which, sent->reading->wire.french));
}

static void wrong_amount(struct sent *sent, enum word which,
                         struct amount amount)
{
    bool french = sent->reading->wire.french;
    char text[PROSE_CHARS], detail[2 * PROSE_CHARS];

    prose_amount(text, amount, sent->reading->wire.currency, french);
    word_with(detail, sizeof detail, which, french, text);
    wrong(sent, "amount", detail);
}

/* ---- What a nature asks for ---- */

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

static struct amount nominal_of(const struct reading *reading,
                                const struct record_nature *nature)
{
    const struct record_class *class =
        nature->nature == NATURE_SHARE
            ? (const void *)state_find_id(reading->state, nature->class)
            : NULL;

    return class == NULL ? amount_from_minor(0) : class->nominal;
}

static struct amount least_of(const struct reading *reading,
                              const struct record_campaign *campaign,
                              const struct record_nature *nature)
{
    struct amount least = amount_max(campaign->least, nature->least);

    return amount_max(least, nominal_of(reading, nature));
}

static bool campaign_takes_now(const struct reading *reading,
                               const struct record_campaign *campaign)
{
    return strcmp(
               state_shown(reading->state, &campaign->head, reading->wire.now),
               "open") == 0;
}

/* ---- The document ---- */

/* What one may type, whatever the nature. */
static json_t *amount_hint(const struct reading *reading,
                           const struct record_campaign *campaign)
{
    const struct wire *wire = &reading->wire;
    char least[PROSE_CHARS], most[PROSE_CHARS], from[256], whole[384];
    struct amount one = amount_max(campaign->least, amount_from_minor(1));

    prose_amount(least, one, wire->currency, wire->french);
    prose_amount(most, campaign->most, wire->currency, wire->french);
    if (amount_is_zero(campaign->most)) {
        word_with(whole, sizeof whole, WORD_amount_hint_from, wire->french,
                  least);
    } else {
        word_with(from, sizeof from, WORD_amount_hint, wire->french, least);
        text_with(whole, sizeof whole, from, most);
    }
    return json_string(whole);
}

static const struct {
    enum word title, intro;
} nature_words[] = {
    [NATURE_GIFT] = {WORD_gift_title, WORD_gift_intro},
    [NATURE_SHARE] = {WORD_share_title, WORD_share_intro},
    [NATURE_LOAN] = {WORD_loan_title, WORD_loan_intro},
};

static json_t *describe_nature(const struct reading *reading,
                               const struct record_campaign *campaign,
                               const struct record_nature *nature,
                               const char *chosen)
{
    const struct wire *wire = &reading->wire;
    const char *name = choice_word(TYPE_nature, nature->nature);
    struct amount nominal = nominal_of(reading, nature);
    struct amount least = least_of(reading, campaign, nature);

    return json_pack(
        "{s:s, s:s, s:s, s:b, s:o, s:o, s:o}", "nature", name, "title",
        word(nature_words[nature->nature].title, wire->french), "intro",
        word(nature_words[nature->nature].intro, wire->french), "selected",
        chosen != NULL && strcmp(chosen, name) == 0, "least",
        amount_is_zero(least) ? json_null() : wire_amount(wire, least), "most",
        wire_value(wire, TYPE_amount, &campaign->most), "nominal",
        amount_is_zero(nominal) ? json_null() : wire_amount(wire, nominal));
}

static json_t *list_natures(const struct reading *reading,
                            const struct record_campaign *campaign,
                            const char *chosen)
{
    struct link at = campaign->natures.first;
    json_t *list = json_array();

    for (int64_t i = 0; i < campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)state_find(reading->state, RECORD_nature, at.key);

        /* With one nature there is nothing to choose. */
        if (campaign->natures.count == 1)
            chosen = choice_word(TYPE_nature, nature->nature);
        wire_append(list, describe_nature(reading, campaign, nature, chosen));
        at = nature->next;
    }
    return list;
}

static json_t *new_token(void)
{
    struct nonce nonce;
    char text[NONCE_CHARS + 1];

    randombytes_buf(nonce.bytes, sizeof nonce.bytes);
    nonce_write(text, &nonce);
    return json_string(text);
}

/* values as they were typed; NULL: the form is new. */
static json_t *list_values(const struct form_data *form)
{
    static const char *const typed[] = {"amount", "name", "email"};
    const char *fallback = form == NULL ? NULL : form_value(form, "on_failure");
    json_t *values = json_object();

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        const char *value = form == NULL ? NULL : form_value(form, typed[i]);

        wire_set(values, typed[i], json_string(value == NULL ? "" : value));
    }
    wire_set(values, "donate",
             json_boolean(fallback != NULL && strcmp(fallback, "donate") == 0));
    wire_set(values, "refund",
             json_boolean(fallback == NULL || strcmp(fallback, "donate") != 0));
    wire_set(values, "risk",
             json_boolean(form != NULL && form_value(form, "risk") != NULL));
    return values;
}

static void put_form(const struct reading *reading, json_t *body,
                     const struct record_campaign *campaign,
                     const struct form_data *form, const char *chosen)
{
    const char *token = form == NULL ? NULL : form_value(form, "token");
    bool open = campaign_takes_now(reading, campaign);
    struct nonce nonce;

    wire_set(body, "campaign", campaign_brief(reading, campaign));
    wire_set(body, "open", json_boolean(open));
    wire_set(body, "available", json_boolean(open && reading->ledger->trial));
    wire_set(body, "needs_key", json_boolean(!reading->ledger->trial));
    wire_set(
        body, "action",
        reading_url(reading, "pledges?lang=%s", reading->request->language));
    wire_set(body, "entries_url", json_sprintf("/%s/entries", reading->name));
    wire_set(body, "natures", list_natures(reading, campaign, chosen));
    wire_set(body, "amount_hint", amount_hint(reading, campaign));
    wire_set(body, "values", list_values(form));
    wire_set(body, "token",
             token != NULL && nonce_read(&nonce, token, strlen(token))
                 ? json_string(token)
                 : new_token());
}

static const char *form_title(const struct reading *reading)
{
    return word(WORD_pledge_action, reading->wire.french);
}

bool pledge_form_get(const struct request *request, struct reply *reply,
                     struct error *error)
{
    const struct record *record;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "campaign", RECORD_campaign, &record, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_PRIVATE; /* Each form has a token of its own. */
    put_form(&reading, reply->body, (const void *)record, NULL,
             request_query(request, "nature"));
    reading_page(&reading, reply, "pledge_form", form_title(&reading));
    return true;
}

/* ---- Checking ---- */

static void check_nature(struct sent *sent)
{
    const char *name = form_value(sent->form, "nature");
    struct text text = {name, name == NULL ? 0 : (uint32_t)strlen(name)};

    sent->citizen.nature =
        name == NULL ? nature_none : choice_read(TYPE_nature, text);
    if (sent->citizen.nature != nature_none)
        sent->nature =
            find_nature(sent->reading, sent->campaign, sent->citizen.nature);
    if (sent->nature == NULL)
        wrong_word(sent, "nature", WORD_error_nature);
}

static void check_amount(struct sent *sent)
{
    const struct record_campaign *campaign = sent->campaign;
    const char *text = form_value(sent->form, "amount");
    struct amount amount, least = campaign->least, nominal = {0};

    if (text == NULL ||
        !prose_amount_read(&amount, text,
                           currency_digits(sent->reading->wire.currency)) ||
        !amount_is_positive(amount)) {
        wrong_word(sent, "amount", WORD_error_amount);
        return;
    }
    if (sent->nature != NULL) {
        least = least_of(sent->reading, campaign, sent->nature);
        nominal = nominal_of(sent->reading, sent->nature);
    }
    sent->citizen.amount = amount;
    if (amount_less(amount, least))
        wrong_amount(sent, WORD_error_low, least);
    else if (amount_is_positive(campaign->most) &&
             amount_less(campaign->most, amount))
        wrong_amount(sent, WORD_error_high, campaign->most);
    else if (amount_is_positive(nominal) &&
             amount_to_minor(amount) % amount_to_minor(nominal) != 0)
        wrong_amount(sent, WORD_error_shares, nominal);
}

static void check_fallback(struct sent *sent)
{
    const char *name = form_value(sent->form, "on_failure");

    if (name != NULL && strcmp(name, "refund") == 0)
        sent->citizen.on_failure = FALLBACK_REFUND;
    else if (name != NULL && strcmp(name, "donate") == 0)
        sent->citizen.on_failure = FALLBACK_DONATE;
    else
        wrong_word(sent, "on_failure", WORD_error_fail);
}

/* Without blanks around it; false if it is empty, too long, or has lines. */
static bool copy_trimmed(char *out, size_t most, const char *text)
{
    size_t size;

    if (text == NULL)
        return false;
    text += strspn(text, " \t\r\n");
    size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
        size--;
    if (size == 0 || size > most || strcspn(text, "\r\n\t") < size)
        return false;
    memcpy(out, text, size);
    out[size] = '\0';
    return true;
}

static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    const char *dot = at == NULL ? NULL : strrchr(at, '.');

    return at != NULL && at > text && strchr(at + 1, '@') == NULL &&
           dot != NULL && dot > at + 1 && dot[1] != '\0' &&
           strpbrk(text, " <>,;\"") == NULL;
}

static void check_person(struct sent *sent)
{
    struct citizen *citizen = &sent->citizen;

    if (!copy_trimmed(citizen->name, CITIZEN_NAME_BYTES,
                      form_value(sent->form, "name")))
        wrong_word(sent, "name", WORD_error_name);
    if (!copy_trimmed(citizen->email, CITIZEN_EMAIL_BYTES,
                      form_value(sent->form, "email")) ||
        !is_email(citizen->email))
        wrong_word(sent, "email", WORD_error_email);
}

static void check(struct sent *sent)
{
    const char *risk = form_value(sent->form, "risk");

    check_nature(sent);
    check_amount(sent);
    check_fallback(sent);
    check_person(sent);
    if (risk == NULL || strcmp(risk, "yes") != 0)
        wrong_word(sent, "risk", WORD_error_risk);
}

/* ---- The answer ---- */

/* The form again, with what was typed and what is wrong with it. */
static void show_again(const struct sent *sent, struct reply *reply)
{
    const struct reading *reading = sent->reading;

    json_decref(reply->body);
    reply->body = reading_document(reading);
    reply->status = 422;
    reply->code = ERROR_FIELD;
    reply->cache = CACHE_PRIVATE;
    put_form(reading, reply->body, sent->campaign, sent->form,
             form_value(sent->form, "nature"));
    /* At each field, too. */
    for (size_t i = 0; i < json_array_size(sent->errors); i++) {
        json_t *one = json_array_get(sent->errors, i);
        char name[64];

        (void)snprintf(name, sizeof name, "wrong_%s",
                       json_string_value(json_object_get(one, "field")));
        if (json_object_get(reply->body, name) == NULL)
            wire_set(reply->body, name,
                     json_incref(json_object_get(one, "detail")));
    }
    wire_set(reply->body, "errors", json_incref(sent->errors));
    wire_set(reply->body, "has_errors", json_true());
    reading_page(reading, reply, "pledge_form", form_title(reading));
}

/* For people the form again, for programs a problem with all of it. */
static bool refuse(const struct sent *sent, struct reply *reply,
                   struct error *error)
{
    if (sent->reading->wire.people) {
        show_again(sent, reply);
        return true;
    }
    reply->body = json_pack("{s:O}", "errors", sent->errors);
    return fail(error, ERROR_FIELD, "%s",
                json_string_value(json_object_get(
                    json_array_get(sent->errors, 0), "detail")));
}

static bool find_campaign(struct sent *sent, struct error *error)
{
    const char *text = form_value(sent->form, "campaign");
    const char *token = form_value(sent->form, "token");
    struct citizen *citizen = &sent->citizen;

    if (text == NULL || !id_read(&citizen->campaign, text, strlen(text)) ||
        citizen->campaign.letter != 'k')
        return fail(error, ERROR_REQUEST, "campaign is not an id");
    if (token == NULL || !nonce_read(&citizen->token, token, strlen(token)))
        return fail(error, ERROR_REQUEST, "token is not one of a form");
    sent->campaign =
        (const void *)state_find_id(sent->reading->state, citizen->campaign);
    if (sent->campaign == NULL)
        return fail(error, ERROR_ABSENT, "there is no such campaign");
    if (!sent->reading->ledger->trial)
        return fail(error, ERROR_RULE,
                    "on this ledger a pledge needs a key: make an entry and"
                    " send it to /%s/entries",
                    sent->reading->name);
    return true;
}

/* Ask the fold before anything is sent to the log. */
static bool judge(struct sent *sent, struct reading *reading,
                  struct citizen_pledge *pledge, struct error *error)
{
    struct error refused = {0};
    struct ledger_host *host = reading->host;

    /* The campaign and what it offers are looked at again afterwards. */
    reading_close(reading);
    if (!citizen_write(pledge, host, &sent->citizen, error))
        return false;
    if (!citizen_try(pledge, host, &refused))
        wrong(sent, "amount", refused.text);
    reading_hold(reading, reading->request, host);
    sent->campaign =
        (const void *)state_find_id(reading->state, sent->citizen.campaign);
    return true;
}

static bool take(struct sent *sent, struct reading *reading,
                 struct reply *reply, struct error *error)
{
    struct citizen_pledge *pledge = calloc(1, sizeof *pledge);
    struct ledger_host *host = reading->host;
    bool done;

    assert(pledge != NULL);
    done = judge(sent, reading, pledge, error);
    if (done && json_array_size(sent->errors) > 0) {
        done = refuse(sent, reply, error);
    } else if (done) {
        reading_close(reading);
        /* The answer may be on its way before this returns. */
        done = citizen_send(pledge, host, reading->request->exchange, error);
        reply->later = done;
    }
    sodium_memzero(pledge, sizeof *pledge);
    free(pledge);
    return done;
}

bool pledges_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct form_data form;
    struct sent sent = {.form = &form};
    char *text = malloc(request->body_size + 1);
    const char *stranger = NULL;
    bool done;
    READING(reading);

    assert(text != NULL);
    sent.reading = &reading;
    sent.errors = json_array();
    done = request_form(request, text, &form, error) &&
           (form_names_are_of(&form, form_fields, &stranger) ||
            fail(error, ERROR_REQUEST, "the form has no field %s", stranger)) &&
           reading_open(&reading, request, error) &&
           find_campaign(&sent, error);
    if (done) {
        check(&sent);
        done = json_array_size(sent.errors) > 0
                   ? refuse(&sent, reply, error)
                   : take(&sent, &reading, reply, error);
    }
    json_decref(sent.errors);
    sodium_memzero(&sent.citizen, sizeof sent.citizen);
    sodium_memzero(text, request->body_size + 1);
    free(text);
    return done;
}
