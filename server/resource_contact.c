/* People change what is kept about them, their e-mail address included. */
#include "ledger/affairs.h"
#include "server/asked.h"
#include "server/catalogue.h"
#include "server/change.h"
#include "server/limit.h"
#include "server/meaning.h"
#include "server/mine.h"
#include "server/node.h"
#include "server/reading.h"
#include "server/reason.h"
#include "server/wire.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* Fields of the form that are not data. */
static const char frame_fields[] =
    " form_token ledger party opening nonce key signature_0 ";

static bool is_frame(const char *name)
{
    char word[FORM_NAME_MAX + 3];

    (void)snprintf(word, sizeof word, " %s ", name);
    return strstr(frame_fields, word) != NULL;
}

static bool kept_fields(const struct ledger_host *host, struct id party,
                        json_t **fields, struct error *error)
{
    json_auto_t *document = NULL;
    POOL_LOAN(loan);

    if (!pool_borrow(&host->node->pool, &loan, error) ||
        !vault_get(host->node, loan.db, host->ledger_id, party, party,
                   &document, error))
        return false;
    *fields = json_deep_copy(json_object_get(document, "fields"));
    return true;
}

/* ---- Pages ---- */

/* What every page about a party begins with. */
static json_t *describe(const struct request *request, struct ledger_host *host,
                        struct id party, const struct session *session)
{
    char token[SESSION_TOKEN_CHARS + 1];
    const struct record_party *record;
    json_t *document;
    READING(reading);

    session_form_token(token, session);
    reading_hold(&reading, request, host);
    record = reading.ledger == NULL
                 ? NULL
                 : (const void *)state_find_id(reading.state, party);
    document =
        json_pack("{s:s, s:o, s:s, s:s, s:b}", "ledger", host->name, "party",
                  wire_id(party), "origin", host->origin, "form_token", token,
                  "has_key", record != NULL && record->auth == AUTH_KEY);
    if (reading.ledger != NULL)
        wire_set(
            document, "coop",
            wire_text(reading.ledger->name.bytes, reading.ledger->name.size));
    reading_close(&reading);
    return document;
}

static void put_page(const struct request *request, struct reply *reply,
                     const char *page, const char *title, json_t *document)
{
    wire_set(document, "title", json_string(say(request->language, title)));
    json_decref(reply->body);
    reply->body = document;
    reply->page = page;
    reply->title = json_string_value(json_object_get(document, "title"));
}

/* The form; takes values over. */
static void put_form(const struct request *request, struct reply *reply,
                     json_t *document, json_t *values)
{
    wire_set(document, "is_named",
             json_boolean(json_object_get(values, "name") != NULL));
    wire_set(document, "has_address",
             json_boolean(json_object_get(values, "address") != NULL));
    wire_set(document, "values", values);
    put_page(request, reply, "me_contact",
             SENTENCE("Change what we keep about you"), document);
}

static void show_email(json_t *values)
{
    const char *email = json_string_value(json_object_get(values, "email"));
    char shown[EMAIL_SHOWN_BYTES];

    if (email == NULL)
        return;
    email_show(shown, email);
    wire_set(values, "email", json_string(shown));
}

bool me_contact_get(const struct request *request, struct reply *reply,
                    struct error *error)
{
    const char *ledger = request_query(request, "ledger");
    const char *name = request_query(request, "party");
    struct ledger_host *host;
    struct session session;
    struct id party;
    json_t *values;

    reply->cache = CACHE_PRIVATE;
    if (!session_of(request, &session, error))
        return session_invite(request, reply, error);
    if (!mine_party(request, session.email, ledger, name, &host, &party,
                    error) ||
        !kept_fields(host, party, &values, error))
        return false;
    show_email(values);
    put_form(request, reply, describe(request, host, party, &session), values);
    sodium_memzero(&session, sizeof session);
    return true;
}

/* For people the form again, with what they typed and what is wrong. */
static bool show_again(const struct asked *asked, const struct request *request,
                       struct reply *reply, const struct error *error)
{
    const char *field = error->pointer[0] == '/' ? error->pointer + 1 : "";
    json_t *document, *values = NULL;
    struct error ignored = {0};
    BUFFER(why);

    if (request->face != FACE_HTML || error->code != ERROR_FIELD ||
        !kept_fields(asked->host, asked->party, &values, &ignored))
        return false;
    for (size_t i = 0; i < asked->form.count; i++)
        if (!is_frame(asked->form.fields[i].name))
            wire_set(values, asked->form.fields[i].name,
                     json_string(asked->form.fields[i].value));
    document = describe(request, asked->host, asked->party, &asked->session);
    (void)reason_say(&why, request->language, error);
    wire_set(document, "has_errors", json_true());
    wire_set(document, "errors",
             json_pack("[{s:s, s:s}]", "field", field, "detail", why.bytes));
    put_form(request, reply, document, values);
    reply->status = error_spec(error->code)->http;
    reply->code = error->code;
    return true;
}

/* ---- What was asked ---- */

static bool read_email(const struct asked *asked, json_t *fields,
                       const char *typed, struct error *error)
{
    char email[EMAIL_BYTES_MAX + 1], folded[EMAIL_BYTES_MAX + 1];
    char former[EMAIL_BYTES_MAX + 1];

    if (!email_read(email, typed)) {
        (void)snprintf(error->pointer, sizeof error->pointer, "/email");
        return fail(error, ERROR_FIELD,
                    "Enter a full e-mail address, such as name@example.org");
    }
    email_fold(folded, email);
    email_fold(former, asked->session.email);
    if (strcmp(folded, former) != 0)
        wire_set(fields, "email", json_string(email));
    return true;
}

/* What is other than before. */
static bool read_fields(const struct asked *asked, json_t *fields,
                        struct error *error)
{
    json_auto_t *kept = NULL;

    if (!kept_fields(asked->host, asked->party, &kept, error))
        return false;
    for (size_t i = 0; i < asked->form.count; i++) {
        const char *name = asked->form.fields[i].name;
        const char *value = asked->form.fields[i].value;
        const char *before = json_string_value(json_object_get(kept, name));

        if (is_frame(name))
            continue;
        if (strcmp(name, "email") == 0) {
            if (!read_email(asked, fields, value, error))
                return false;
        } else if (strcmp(value, before == NULL ? "" : before) != 0) {
            wire_set(fields, name, json_string(value));
        }
    }
    return json_object_size(fields) > 0 ||
           fail(error, ERROR_FIELD, "Nothing is changed yet.");
}

/* A browser signs what it was shown: with what was drawn for it then. */
static bool read_drawn(struct change *change, const struct form_data *form,
                       struct error *error)
{
    const char *opening = form_value(form, "opening");
    const char *nonce = form_value(form, "nonce");

    if (opening == NULL && nonce == NULL) {
        randombytes_buf(change->opening.bytes, sizeof change->opening.bytes);
        randombytes_buf(change->nonce.bytes, sizeof change->nonce.bytes);
        return true;
    }
    return (opening != NULL && nonce != NULL &&
            hash_read(&change->opening, opening, strlen(opening)) &&
            nonce_read(&change->nonce, nonce, strlen(nonce))) ||
           fail(error, ERROR_REQUEST, "the form is not whole");
}

static bool start(struct change *change, const struct asked *asked,
                  const struct request *request, struct error *error)
{
    const struct record_party *party;

    change->host = asked->host;
    change->party = asked->party;
    change->fields = json_object();
    (void)snprintf(change->language, sizeof change->language, "%s",
                   request->language);
    (void)snprintf(change->former, sizeof change->former, "%s",
                   asked->session.email);
    host_read(asked->host);
    party = (const void *)state_find_id(asked->host->at.base, asked->party);
    change->has_key = party != NULL && party->auth == AUTH_KEY;
    host_done(asked->host);
    return read_fields(asked, change->fields, error) &&
           read_drawn(change, &asked->form, error) &&
           change_commit(change, error);
}

/* ---- Signed ---- */

/* Where a party that signs with a key makes another one. */
static json_t *key_url(const struct reading *reading, struct id party)
{
    const struct view view = {.state = reading->host->at.base};
    const struct record_party *record =
        (const void *)state_find_id(reading->state, party);
    const struct record *pledge =
        record == NULL ? NULL : affairs_newest(&view, record, RECORD_pledge);
    char id[ID_CHARS + 1];

    if (pledge == NULL)
        return json_null();
    id_write(id, record_id(pledge));
    return json_sprintf("/%s/pledges/%s/key", reading->name, id);
}

/* What the browser has to sign, and all that comes back with it. */
static void put_text(const struct change *change, const struct asked *asked,
                     const struct request *request, struct reply *reply)
{
    json_t *document =
        describe(request, asked->host, asked->party, &asked->session);
    char bytes[DRAFT_TEXT_BYTES], nonce[NONCE_CHARS + 1];
    struct text text = change_text(change, bytes);
    json_t *hidden = json_array();
    const char *name;
    json_t *value;
    READING(reading);

    nonce_write(nonce, &change->nonce);
    json_object_foreach(change->fields, name, value) wire_append(
        hidden, json_pack("{s:s, s:O}", "name", name, "value", value));
    wire_set(document, "fields", hidden);
    wire_set(document, "opening", wire_hash(&change->opening));
    wire_set(document, "nonce", json_string(nonce));
    reading_hold(&reading, request, asked->host);
    wire_set(document, "key_url", key_url(&reading, asked->party));
    wire_set(document, "texts",
             json_pack("[o]",
                       meaning_of_text(&reading.wire, text.bytes, text.size)));
    reading_close(&reading);
    put_page(request, reply, "me_sign", SENTENCE("Sign the change"), document);
}

static bool sign_by_key(struct change *change, const struct form_data *form,
                        struct error *error)
{
    struct key key;
    bool ended, theirs;

    if (!browser_read_key(&key, form_value(form, "key")))
        return fail(error, ERROR_FIELD, "key is no public key");
    host_read(change->host);
    theirs = browser_key_is_of(change->host->at.base, change->host->origin,
                               change->party, &key, &ended);
    host_done(change->host);
    if (!theirs)
        return fail(error, ended ? ERROR_REVOKED : ERROR_SIGNATURE,
                    "that key does not sign for you");
    return change_sign_by_key(change, &key, form_value(form, "signature_0"),
                              error);
}

static bool finish(struct change *change, const struct asked *asked,
                   const struct request *request, struct reply *reply,
                   struct error *error)
{
    const char *address = change_address(change);
    char shown[EMAIL_SHOWN_BYTES];
    json_t *document;

    if (address == NULL) {
        reply->later = change_send(change, request->exchange, "/me", error);
        return reply->later;
    }
    if (!limit_mail(request, reply, address, error) ||
        !change_ask(change, error))
        return false;
    document = describe(request, asked->host, asked->party, &asked->session);
    email_show(shown, address);
    wire_set(document, "email", json_string(shown));
    put_page(request, reply, "me_sent", SENTENCE("Check your inbox"), document);
    return true;
}

static bool change_data(const struct asked *asked,
                        const struct request *request, struct reply *reply,
                        struct error *error)
{
    struct change change = {0};
    bool done = start(&change, asked, request, error);

    if (done && change.has_key && form_value(&asked->form, "key") == NULL) {
        put_text(&change, asked, request, reply);
        change_clear(&change);
        return true;
    }
    done = done &&
           (change.has_key ? sign_by_key(&change, &asked->form, error)
                           : change_sign_by_clerk(&change, error)) &&
           finish(&change, asked, request, reply, error);
    change_clear(&change);
    return done || show_again(asked, request, reply, error);
}

bool me_contact_post(const struct request *request, struct reply *reply,
                     struct error *error)
{
    struct asked asked = {0};
    bool done;

    reply->cache = CACHE_PRIVATE;
    done = asked_read(&asked, request, error) &&
           change_data(&asked, request, reply, error);
    asked_clear(&asked);
    return done;
}

/* ---- The link ---- */

static void put_link(const struct change *change, const struct request *request,
                     struct reply *reply)
{
    json_t *document =
        json_pack("{s:b, s:o, s:s}", "used", change->used, "coop",
                  change_coop(change), "action", request->path);

    if (!change->used) {
        char shown[EMAIL_SHOWN_BYTES];

        email_show(shown, change_address(change));
        wire_set(document, "email", json_string(shown));
    }
    put_page(request, reply, "address",
             change->used ? SENTENCE("Your new address is in use")
                          : SENTENCE("Use this address?"),
             document);
}

bool address_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct change change;
    bool found = change_find(&change, request->node,
                             request_argument(request, "token"), error);

    reply->cache = CACHE_PRIVATE;
    if (found)
        put_link(&change, request, reply);
    change_clear(&change);
    return found;
}

/* What was signed is what is kept now with the change over it: if the data
 * were changed by another way meanwhile, it is not. */
static bool is_current(const struct change *change, struct error *error)
{
    struct change now = {.host = change->host,
                         .party = change->party,
                         .fields = change->fields,
                         .opening = change->opening,
                         .nonce = change->nonce};
    char bytes[DRAFT_TEXT_BYTES];
    struct text text;

    if (!change_commit(&now, error))
        return false;
    text = change_text(&now, bytes);
    return strncmp(change->note, text.bytes, text.size) == 0 ||
           fail(error, ERROR_CONFLICT,
                "Your data were changed since you asked. Ask again on your"
                " page.");
}

bool address_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct change change;

    reply->cache = CACHE_PRIVATE;
    if (!change_find(&change, request->node, request_argument(request, "token"),
                     error) ||
        (!change.used && !is_current(&change, error))) {
        change_clear(&change);
        return false;
    }
    if (change.used) {
        put_link(&change, request, reply);
        change_clear(&change);
        return true;
    }
    reply->later =
        change_send(&change, request->exchange, request->path, error);
    change_clear(&change);
    return reply->later;
}
