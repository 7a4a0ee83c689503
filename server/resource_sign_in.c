/* Signing in by a link that comes by mail, and signing out. */
#include "server/catalogue.h"
#include "server/limit.h"
#include "server/node.h"
#include "server/route.h"
#include "server/sign_in.h"
#include "server/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

#define BROWSER "browser"

/* A form that was sent; its values live in text. */
struct sent {
    char *text;
    struct form_data form;
};
#define SENT(name) __attribute__((cleanup(free_sent))) struct sent name = {0}

static void free_sent(struct sent *sent)
{
    free(sent->text);
}

static bool read_sent(struct sent *sent, const struct request *request,
                      const char *fields, struct error *error)
{
    const char *stranger = NULL;

    sent->text = malloc(request->body_size + 1);
    assert(sent->text != NULL);
    sent->text[0] = '\0';
    if (!request_form(request, sent->text, &sent->form, error))
        return false;
    if (!form_names_are_of(&sent->form, fields, &stranger))
        return fail(error, ERROR_REQUEST, "the form has no field %s", stranger);
    return true;
}

static const char *value_of(const struct form_data *form, const char *name)
{
    const char *value = form == NULL ? NULL : form_value(form, name);

    return value == NULL ? "" : value;
}

static void set(json_t *document, const char *name, json_t *value)
{
    int result = json_object_set_new(document, name, value);

    assert(result == 0);
}

/* The page of one form; what is wrong with it stands at its only field. */
static void put_page(const struct request *request, struct reply *reply,
                     const char *page, const char *title, json_t *document)
{
    set(document, "title", json_string(say(request->language, title)));
    json_decref(reply->body);
    reply->body = document;
    reply->page = page;
    reply->title = json_string_value(json_object_get(document, "title"));
    reply->cache = CACHE_PRIVATE;
}

/* For people the form again, with what is wrong; for programs a problem. */
static bool refuse(const struct request *request, struct reply *reply,
                   const char *field, const char *what, struct error *error)
{
    const struct error_spec *spec = error_spec(error->code);

    if (request->face != FACE_HTML || spec->http >= 500)
        return false;
    set(reply->body, "problem", json_string(what));
    set(reply->body, "field", json_string(field));
    set(reply->body, "errors",
        json_pack("[{s:s, s:s}]", "field", field, "detail", what));
    set(reply->body, "has_errors", json_true());
    reply->status = spec->http;
    reply->code = error->code;
    return true;
}

static bool refuse_many(const struct request *request, struct reply *reply,
                        const char *field, struct error *error)
{
    BUFFER(text);

    limit_words(&text, request, reply);
    return refuse(request, reply, field, text.bytes, error);
}

/* The browser's own secret, made and set if it has none. */
static void know_browser(const struct request *request, struct reply *reply,
                         struct cookie_secret *browser)
{
    if (cookie_get(browser, request, BROWSER))
        return;
    cookie_secret_make(browser);
    cookie_set(reply, request, BROWSER, browser, 3600);
}

static const char *next_of(const char *next)
{
    return next != NULL && session_next_is_safe(next) ? next : "";
}

/* ---- The address ---- */

static void put_ask(const struct request *request, struct reply *reply,
                    const struct form_data *form, const char *next)
{
    json_t *document =
        json_pack("{s:s, s:s, s:s}", "email", value_of(form, "email"), "next",
                  next_of(next), "lang", request->language);

    assert(document != NULL);
    work_add(request, document, form);
    put_page(request, reply, "sign_in", SENTENCE("Sign in"), document);
}

bool sign_in_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct cookie_secret browser;

    (void)error;
    put_ask(request, reply, NULL, request_query(request, "next"));
    know_browser(request, reply, &browser);
    return true;
}

static bool check_address(const struct request *request, struct reply *reply,
                          const struct form_data *form,
                          char email[EMAIL_BYTES_MAX + 1], struct error *error)
{
    if (email_read(email, value_of(form, "email")))
        return true;
    (void)fail(error, ERROR_FIELD, "%s",
               say(request->language,
                   "Enter a full e-mail address, such as name@example.org"));
    (void)snprintf(error->pointer, sizeof error->pointer, "/email");
    return refuse(request, reply, "email", error->text, error);
}

static bool is_allowed(const struct request *request, struct reply *reply,
                       const struct form_data *form, const char *email,
                       struct error *error)
{
    return limit_take(request, reply, LIMIT_FORM_CLIENT, NULL, error) &&
           work_check(request, reply, form, error) &&
           limit_mail(request, reply, email, error);
}

bool sign_in_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    char email[EMAIL_BYTES_MAX + 1] = "", path[64];
    struct cookie_secret browser;
    const char *next;
    SENT(sent);

    if (!read_sent(&sent, request, "email next " WORK_FIELDS, error))
        return false;
    next = next_of(form_value(&sent.form, "next"));
    put_ask(request, reply, &sent.form, next);
    if (!check_address(request, reply, &sent.form, email, error))
        return false;
    if (email[0] == '\0')
        return true; /* The page says so. */
    if (!is_allowed(request, reply, &sent.form, email, error))
        return error->code == ERROR_MANY &&
               refuse_many(request, reply, "email", error);
    know_browser(request, reply, &browser);
    if (!sign_in_ask(request, &browser, email, next, error))
        return false;
    (void)snprintf(path, sizeof path, "/sign-in/code?lang=%s",
                   request->language);
    reply_redirect(reply, path);
    return true;
}

/* ---- The code, in the browser that asked ---- */

static void put_code(const struct request *request, struct reply *reply,
                     const struct form_data *form)
{
    put_page(request, reply, "sign_in_code", SENTENCE("Check your inbox"),
             json_pack("{s:s, s:s, s:i}", "code", value_of(form, "code"),
                       "lang", request->language, "minutes", SIGN_IN_MINUTES));
}

bool sign_in_code_get(const struct request *request, struct reply *reply,
                      struct error *error)
{
    (void)error;
    put_code(request, reply, NULL);
    return true;
}

/* Signed in: a session of its own, the browser's secret is used up. */
static bool welcome(const struct request *request, struct reply *reply,
                    const struct sign_in *sign_in, struct error *error)
{
    char path[SIGN_IN_NEXT_MAX + 16];
    POOL_LOAN(loan);

    /* A session that was there before ends. */
    if (!pool_borrow(&request->node->pool, &loan, error) ||
        !session_replace(request, loan.db, error))
        return false;
    session_cookie_set(reply, request, &sign_in->session);
    cookie_drop(reply, request, BROWSER);
    (void)snprintf(path, sizeof path, "%s?lang=%s",
                   sign_in->next[0] == '\0' ? "/me" : sign_in->next,
                   request->language);
    reply_redirect(reply, path);
    return true;
}

bool sign_in_code_post(const struct request *request, struct reply *reply,
                       struct error *error)
{
    struct cookie_secret browser;
    struct sign_in sign_in;
    SENT(sent);

    if (!read_sent(&sent, request, "code", error))
        return false;
    put_code(request, reply, &sent.form);
    if (!limit_take(request, reply, LIMIT_CODE_CLIENT, NULL, error))
        return refuse_many(request, reply, "code", error);
    if (!cookie_get(&browser, request, BROWSER))
        cookie_secret_make(&browser); /* As good as a wrong one. */
    if (sign_in_by_code(request, value_of(&sent.form, "code"), &browser,
                        &sign_in, error))
        return welcome(request, reply, &sign_in, error);
    return error->code == ERROR_FIELD &&
           refuse(request, reply, "code",
                  say(request->language,
                      "This code does not work. Check it, or have another "
                      "link sent to you."),
                  error);
}

/* ---- The link ---- */

static bool read_token(const struct request *request,
                       struct cookie_secret *token, struct error *error)
{
    const char *text = request_argument(request, "token");

    if (!cookie_secret_read(token, text, strlen(text)))
        return fail(error, ERROR_ABSENT, "there is nothing at this address");
    return true;
}

/* The link shows a button where it was asked for, and elsewhere its code. */
static void put_link(const struct request *request, struct reply *reply,
                     const struct cookie_secret *token, bool own)
{
    char code[SIGN_IN_CODE_CHARS + 1];
    json_t *document = json_pack(
        "{s:b, s:s, s:o}", "own", own, "lang", request->language, "action",
        json_sprintf("/sign-in/%s?lang=%s", token->text, request->language));

    if (!own) {
        sign_in_code(code, token);
        set(document, "code", json_string(code));
    }
    put_page(request, reply, "sign_in_link",
             own ? SENTENCE("One more step") : SENTENCE("Your code"), document);
}

static bool refuse_gone(const struct request *request, struct reply *reply,
                        struct error *error)
{
    if (error->code != ERROR_GONE || request->face != FACE_HTML)
        return false;
    put_page(request, reply, "sign_in_link",
             SENTENCE("This link is no longer valid"),
             json_pack("{s:b, s:s}", "gone", 1, "lang", request->language));
    reply->status = error_spec(ERROR_GONE)->http;
    reply->code = ERROR_GONE;
    return true;
}

bool sign_in_link_get(const struct request *request, struct reply *reply,
                      struct error *error)
{
    struct cookie_secret token, browser;
    bool own = false;

    reply->cache = CACHE_PRIVATE;
    if (!read_token(request, &token, error))
        return false;
    if (!cookie_get(&browser, request, BROWSER))
        cookie_secret_make(&browser);
    if (!sign_in_look(request, &token, &browser, &own, error))
        return refuse_gone(request, reply, error);
    put_link(request, reply, &token, own);
    return true;
}

bool sign_in_link_post(const struct request *request, struct reply *reply,
                       struct error *error)
{
    struct cookie_secret token, browser;
    struct sign_in sign_in;
    SENT(sent);

    if (!read_token(request, &token, error) ||
        !read_sent(&sent, request, "", error))
        return false;
    if (!cookie_get(&browser, request, BROWSER))
        cookie_secret_make(&browser);
    if (sign_in_by_link(request, &token, &browser, &sign_in, error))
        return welcome(request, reply, &sign_in, error);
    if (error->code == ERROR_BROWSER && request->face == FACE_HTML) {
        put_link(request, reply, &token, false);
        reply->status = error_spec(ERROR_BROWSER)->http;
        reply->code = ERROR_BROWSER;
        return true;
    }
    return refuse_gone(request, reply, error);
}

/* ---- Out ---- */

bool sign_out_post(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct session session;
    struct error why = {0};
    SENT(sent);
    POOL_LOAN(loan);

    if (!read_sent(&sent, request, "form_token", error))
        return false;
    if (session_of(request, &session, &why)) {
        if (!session_form_check(&session, &sent.form, error))
            return false;
    } else if (why.code != ERROR_SIGNED_OUT) {
        return fail_again(error, why.code, &why);
    }
    if (!pool_borrow(&request->node->pool, &loan, error) ||
        !session_replace(request, loan.db, error))
        return false;
    session_cookie_drop(reply, request);
    reply_redirect(reply, "/");
    return true;
}
