/* The citizen's form: shown, checked as a whole, and kept until it is signed.
 */
#include "server/application.h"
#include "server/consent.h"
#include "server/derived.h"
#include "server/email.h"
#include "server/limit.h"
#include "server/prose.h"
#include "server/rehearsal.h"
#include "server/work.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* ---- Shown ---- */

static uint8_t nature_named(const struct record_campaign *campaign,
                            const struct reading *reading, const char *name)
{
    const struct record_nature *only;

    if (name != NULL)
        return choice_read(TYPE_nature,
                           (struct text){name, (uint32_t)strlen(name)});
    if (campaign->natures.count != 1)
        return nature_none;
    /* With one nature there is nothing to choose. */
    only = (const void *)state_find(reading->state, RECORD_nature,
                                    campaign->natures.first.key);
    return only->nature;
}

static void put_frame(const struct reading *reading, json_t *body,
                      const struct record_campaign *campaign)
{
    bool open = offering_is_open(reading, campaign);
    char figure[PROSE_CHARS];

    wire_set(body, "campaign", campaign_brief(reading, campaign));
    wire_set(body, "open", json_boolean(open));
    wire_set(body, "natures", offering_natures(reading, campaign));
    wire_set(
        body, "action",
        reading_url(reading, "pledges?lang=%s", reading->request->language));
    prose_date(figure,
               instant_day((struct instant){campaign->closes.ms - 1},
                           reading->wire.zone),
               reading->wire.french);
    wire_set(body, "closed_on", json_string(figure));
}

/* Which of the natures the form is for. */
static void mark_chosen(json_t *natures, const char *chosen)
{
    json_t *one;
    size_t i;

    json_array_foreach(natures, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "nature"));

        wire_set(one, "chosen", json_boolean(strcmp(name, chosen) == 0));
    }
}

static void put_form(const struct offering *offering,
                     const struct reading *reading,
                     const struct form_data *form, json_t *body)
{
    struct consent consent;

    put_frame(reading, body, offering->campaign);
    offering_describe(offering, reading, form, body);
    consent_list(&consent, reading, offering->campaign, offering->nature);
    work_add(reading->request, body, form);
    wire_set(body, "documents", consent_json(&consent, reading));
    wire_set(body, "others",
             json_boolean(offering->campaign->natures.count > 1));
    mark_chosen(json_object_get(body, "natures"),
                choice_word(TYPE_nature, offering->nature->nature));
}

static const char *form_title(const struct reading *reading)
{
    return BOTH(reading->wire.french, "Your pledge, step 1 of 3",
                "Votre engagement, étape 1 sur 3");
}

/* A draft as the form that it came from. */
struct recalled {
    struct form_data form;
    char birth[3][8];
    char amount[AMOUNT_CHARS];
    char email[EMAIL_SHOWN_BYTES];
};

static void recall(struct recalled *recalled, const char *name,
                   const char *value)
{
    assert(recalled->form.count < FORM_FIELDS_MAX);
    recalled->form.fields[recalled->form.count++] =
        (struct form_field){name, value};
}

static void recall_birth(struct recalled *recalled, const char *text)
{
    static const char *const names[] = {"birth_year", "birth_month",
                                        "birth_day"};
    struct date date;
    int parts[3];

    if (!date_read(&date, text, strlen(text)))
        return;
    date_to_civil(date, &parts[0], &parts[1], &parts[2]);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(recalled->birth[i], sizeof recalled->birth[i], "%d",
                       parts[i] % 10000);
        recall(recalled, names[i], recalled->birth[i]);
    }
}

static void recall_draft(struct recalled *recalled, const struct draft *draft,
                         const struct offering *offering, int digits)
{
    static const char *const same[] = {
        "given", "family", "address", "postcode", "town", "country", "show"};
    const struct entry_pledge_make *pledge = &draft->pledge.pledge_make;

    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        recall(recalled, same[i], draft_field(draft, same[i]));
    email_show(recalled->email, draft_field(draft, "email"));
    recall(recalled, "email", recalled->email);
    recall(recalled, "pseudonym", draft_field(draft, "display"));
    recall_birth(recalled, draft_field(draft, "birth"));
    recall(recalled, "on_failure",
           choice_word(TYPE_fallback, pledge->on_failure));
    if (offering->class != NULL)
        (void)snprintf(recalled->amount, sizeof recalled->amount, "%" PRId64,
                       amount_to_minor(pledge->amount) /
                           amount_to_minor(offering->class->nominal));
    else
        amount_write(recalled->amount, pledge->amount, digits);
    recall(recalled, offering->class != NULL ? "shares" : "amount",
           recalled->amount);
}

/* False, without an error: that draft is not there (any more). */
static bool find_draft(struct draft *draft, struct reading *reading)
{
    const char *token = request_query(reading->request, "draft");
    struct ledger_host *host = reading->host;
    struct error ignored = {0};
    bool found = false;
    POOL_LOAN(loan);

    if (token == NULL)
        return false;
    reading_close(reading);
    found = reading_borrow(reading, &loan, &ignored) &&
            draft_find(draft, host, loan.db, token, &ignored);
    pool_loan_end(&loan);
    reading_hold(reading, reading->request, host);
    return found && !draft->used;
}

static bool find_campaign(const struct reading *reading, const char *text,
                          const struct record_campaign **campaign,
                          struct error *error)
{
    struct id id;

    if (text == NULL || !id_read(&id, text, strlen(text)) || id.letter != 'k')
        return fail(error, ERROR_REQUEST, "campaign is not an id");
    *campaign = (const void *)state_find_id(reading->state, id);
    if (*campaign == NULL)
        return fail(error, ERROR_ABSENT, "there is no such campaign");
    return true;
}

bool pledge_form_get(const struct request *request, struct reply *reply,
                     struct error *error)
{
    struct recalled recalled = {0};
    const struct record *record;
    const struct record_campaign *campaign;
    struct offering offering;
    struct draft draft = {0};
    bool found;
    READING(reading);

    if (!reading_open(&reading, request, error) ||
        !reading_find(&reading, "campaign", RECORD_campaign, &record, error))
        return false;
    found = find_draft(&draft, &reading);
    /* Read anew: the state may have moved. */
    if (!reading_find(&reading, "campaign", RECORD_campaign, &record, error)) {
        draft_clear(&draft);
        return false;
    }
    campaign = (const void *)record;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_PRIVATE;
    if (offering_find(&offering, &reading, campaign,
                      nature_named(campaign, &reading,
                                   request_query(request, "nature")))) {
        if (found)
            recall_draft(&recalled, &draft, &offering,
                         currency_digits(reading.wire.currency));
        put_form(&offering, &reading, found ? &recalled.form : NULL,
                 reply->body);
        reading_page(&reading, reply, "pledge_form", form_title(&reading));
    } else {
        put_frame(&reading, reply->body, campaign);
        reading_page(&reading, reply, "pledge_choice", form_title(&reading));
    }
    draft_clear(&draft);
    sodium_memzero(&recalled, sizeof recalled);
    return true;
}

/* ---- Sent ---- */

/* The form again, with what was typed and what is wrong with it. */
static void show_again(const struct application *application,
                       struct reply *reply)
{
    const struct reading *reading = application->reading;
    size_t count = json_array_size(application->errors), at;
    json_t *one;

    reply->body = reading_document(reading);
    reply->status = 422;
    reply->code = ERROR_FIELD;
    reply->cache = CACHE_PRIVATE;
    put_form(application->offering, reading, application->form, reply->body);
    json_array_foreach(application->errors, at, one)
    {
        char name[64];

        (void)snprintf(name, sizeof name, "wrong_%s",
                       json_string_value(json_object_get(one, "field")));
        wire_set(reply->body, name,
                 json_incref(json_object_get(one, "detail")));
    }
    wire_set(reply->body, "errors", json_incref(application->errors));
    wire_set(reply->body, "has_errors", json_true());
    wire_set(reply->body, "one_error", json_boolean(count == 1));
    wire_set(reply->body, "error_count", json_integer((json_int_t)count));
    wire_set(reply->body, "wants_large",
             json_boolean(application->wants_large));
    reading_page(reading, reply, "pledge_form", form_title(reading));
}

/* For people the form again, for programs a problem with all of it. */
static bool refuse(const struct application *application, struct reply *reply,
                   struct error *error)
{
    if (application->reading->wire.people) {
        show_again(application, reply);
        return true;
    }
    reply->body = json_pack("{s:O}", "errors", application->errors);
    return fail(error, ERROR_FIELD, "%s",
                json_string_value(json_object_get(
                    json_array_get(application->errors, 0), "detail")));
}

/* Too many forms at the moment: nothing typed is lost. */
static bool slow_down(struct application *application, struct reply *reply,
                      const struct error *error)
{
    BUFFER(text);

    if (error->code != ERROR_MANY || !application->reading->wire.people)
        return false;
    limit_words(&text, application->reading->request, reply);
    application_wrong(application, "email", text.bytes);
    show_again(application, reply);
    reply->status = error_spec(ERROR_MANY)->http;
    reply->code = ERROR_MANY;
    return true;
}

/* What the ledger itself has against it, in words for people. */
static void refuse_by_ledger(struct application *application,
                             const struct error *refused)
{
    const struct reading *reading = application->reading;
    const struct record_campaign *campaign = application->offering->campaign;
    const char *field =
        application->offering->class != NULL ? "shares" : "amount";
    char day[PROSE_CHARS], detail[3 * PROSE_CHARS];

    if (offering_is_open(reading, campaign)) {
        application_wrong(application, field, refused->text);
        return;
    }
    prose_date(day,
               instant_day((struct instant){campaign->closes.ms - 1},
                           reading->wire.zone),
               reading->wire.french);
    (void)snprintf(detail, sizeof detail,
                   BOTH(reading->wire.french,
                        "The campaign closed on %s. Nothing was recorded.",
                        "La campagne a fermé le %s. Rien n’a été enregistré."),
                   day);
    application_wrong(application, field, detail);
}

static void answer(const struct reading *reading, struct reply *reply,
                   const char *token)
{
    char path[256];

    (void)snprintf(path, sizeof path, "/%s/drafts/%s", reading->name, token);
    if (reading->wire.people) {
        size_t used = strlen(path);

        (void)snprintf(path + used, sizeof path - used, "?lang=%s",
                       reading->request->language);
        reply_redirect(reply, path);
        return;
    }
    reply->status = 201;
    reply->cache = CACHE_PRIVATE;
    reply_header(reply, "Location", "%s", path);
    reply->body = json_pack("{s:s}", "draft", path);
}

/* Everything but the ledger's own rules is right. */
static bool keep(struct application *application, struct reading *reading,
                 struct reply *reply, struct error *error)
{
    struct ledger_host *host = reading->host;
    struct entry *pledge = &application->pledge;
    struct draft_signer signer = {0};
    struct draft_text *texts = calloc(DRAFT_TEXTS, sizeof *texts);
    struct consent consent;
    struct draft draft;
    char token[DRAFT_TOKEN_CHARS + 1];
    bool kept;
    POOL_LOAN(loan);

    assert(texts != NULL);
    consent_list(&consent, reading, application->offering->campaign,
                 application->offering->nature);
    reading_close(reading);
    kept = reading_borrow(reading, &loan, error) &&
           consent_hash(&pledge->pledge_make.consents, &consent, host, loan.db,
                        error);
    if (kept) {
        pledge->present |= UINT64_C(1) << BIT_pledge_make_consents;
        draft_start(&draft, pledge, application_take_fields(application),
                    reading->request->language);
        draft_texts(&draft, host, &signer, texts);
        kept = rehearse_texts(host, texts, error) &&
               draft_keep(&draft, host, loan.db, token, error);
        draft_clear(&draft);
    }
    if (kept)
        answer(reading, reply, token);
    free(texts);
    sodium_memzero(token, sizeof token);
    return kept;
}

static bool is_refusal(const struct error *error)
{
    int status = error_spec(error->code)->http;

    return status == 409 || status == 422;
}

static bool take(struct application *application, struct reading *reading,
                 struct reply *reply, struct error *error)
{
    struct ledger_host *host = reading->host;
    struct id campaign = record_id(&application->offering->campaign->head);
    struct offering offering;
    struct error refused = {0};

    if (application_is_wrong(application))
        return refuse(application, reply, error);
    if (!limit_take(reading->request, reply, LIMIT_FORM_CLIENT, NULL, error) ||
        !work_check(reading->request, reply, application->form, error))
        return slow_down(application, reply, error);
    if (keep(application, reading, reply, &refused))
        return true;
    if (!is_refusal(&refused)) {
        *error = refused;
        return false;
    }
    /* The form is described anew from what the ledger is now. */
    reading_close(reading);
    reading_hold(reading, reading->request, host);
    if (!offering_find(&offering, reading,
                       (const void *)state_find_id(reading->state, campaign),
                       application->pledge.pledge_make.nature))
        impossible();
    application->offering = &offering;
    refuse_by_ledger(application, &refused);
    return refuse(application, reply, error);
}

static bool read_sent(const struct request *request, char *text,
                      struct form_data *form, struct error *error)
{
    const char *stranger = NULL;

    return request_form(request, text, form, error) &&
           (form_names_are_of(form, offering_fields, &stranger) ||
            fail(error, ERROR_REQUEST, "the form has no field %s", stranger));
}

static bool judge(struct reading *reading, const struct form_data *form,
                  struct reply *reply, struct error *error)
{
    struct application application = {.form = form, .reading = reading};
    const struct record_campaign *campaign;
    struct offering offering;
    bool done;

    if (!find_campaign(reading, form_value(form, "campaign"), &campaign, error))
        return false;
    if (!offering_find(
            &offering, reading, campaign,
            nature_named(campaign, reading, form_value(form, "nature"))))
        return fail(error, ERROR_REQUEST, "nature is none of the campaign's");
    application.offering = &offering;
    application_check(&application);
    done = take(&application, reading, reply, error);
    application_clear(&application);
    return done;
}

bool pledges_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct form_data form;
    char *text = malloc(request->body_size + 1);
    bool done;
    READING(reading);

    assert(text != NULL);
    done = read_sent(request, text, &form, error) &&
           reading_open(&reading, request, error) &&
           judge(&reading, &form, reply, error);
    sodium_memzero(text, request->body_size + 1);
    free(text);
    return done;
}
