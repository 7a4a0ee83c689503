/* What somebody who is signed in has here, and their rights over it. */
#include "server/catalogue.h"
#include "server/door.h"
#include "server/http.h"
#include "server/log.h"
#include "server/mine.h"
#include "server/session.h"
#include "server/wire.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

bool me_get(const struct request *request, struct reply *reply,
            struct error *error)
{
    char token[SESSION_TOKEN_CHARS + 1];
    struct session session;

    reply->cache = CACHE_PRIVATE;
    if (!session_of(request, &session, error))
        return session_invite(request, reply, error);
    if (!mine_document(request, session.email, false, &reply->body, error))
        return false;
    session_form_token(token, &session);
    wire_set(reply->body, "form_token", json_string(token));
    wire_set(reply->body, "title",
             json_string(say(request->language, "What you have here")));
    reply->page = "me";
    reply->title = json_string_value(json_object_get(reply->body, "title"));
    return true;
}

/* One file: the document, with each receipt in it. */
bool me_export_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct session session;
    json_auto_t *document = NULL;
    char *text;

    reply->cache = CACHE_PRIVATE;
    if (!session_of(request, &session, error))
        return session_invite(request, reply, error);
    if (!mine_document(request, session.email, true, &document, error))
        return false;
    text = json_dumps(document, JSON_INDENT(1));
    assert(text != NULL);
    reply_bytes(reply, "application/json", text, strlen(text));
    reply_header(reply, "Content-Disposition",
                 "attachment; filename=\"terreau-export.json\"");
    return true;
}

/* ---- What changes something ---- */

struct asked {
    char *text;
    struct form_data form;
    struct session session;
    struct ledger_host *host;
    struct id party;
};

static void asked_clear(struct asked *asked)
{
    if (asked->text != NULL)
        sodium_memzero(asked->text, strlen(asked->text));
    free(asked->text);
    sodium_memzero(&asked->session, sizeof asked->session);
}

/* Whose form it is, and about which of their parties. */
static bool read_asked(struct asked *asked, const struct request *request,
                       struct error *error)
{
    if (!session_of(request, &asked->session, error))
        return false;
    asked->text = malloc(request->body_size + 1);
    assert(asked->text != NULL);
    memcpy(asked->text, request->body, request->body_size);
    asked->text[request->body_size] = '\0';
    return form_parse(&asked->form, asked->text, request->body_size, error) &&
           session_form_check(&asked->session, &asked->form, error) &&
           mine_party(request, asked->session.email,
                      form_value(&asked->form, "ledger"),
                      form_value(&asked->form, "party"), &asked->host,
                      &asked->party, error) &&
           (asked->host->node->has_clerk ||
            fail(error, ERROR_READ_ONLY, "this node has no clerk"));
}

/* An act of the clerk on its way into the log. */
struct sending {
    struct exchange *exchange;
    struct ledger_host *host;
    struct id party;
    json_t *fields; /* To be kept once it is in; NULL: none. */
    struct hash opening;
};

static void sending_free(struct sending *sending)
{
    json_decref(sending->fields);
    sodium_memzero(sending, sizeof *sending);
    free(sending);
}

static bool keep(struct sending *sending, struct error *error)
{
    struct node *node = sending->host->node;
    DB_TRANSACTION(transaction);
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error) ||
        !db_begin(loan.db, &transaction, error) ||
        !vault_put(node, loan.db, sending->host->ledger_id, sending->party,
                   sending->party, sending->fields, &sending->opening, NULL,
                   error))
        return false;
    return db_commit(&transaction, error);
}

static void be_told(void *context, const struct verdict *verdict)
{
    struct sending *sending = context;
    struct reply reply = {.status = 200, .cache = CACHE_PRIVATE};
    struct error error = verdict->error;
    char path[LEDGER_NAME_CHARS_MAX + 64];

    if (error.code != ERROR_NONE ||
        (sending->fields != NULL && !keep(sending, &error))) {
        exchange_refuse(sending->exchange, &error);
        sending_free(sending);
        return;
    }
    (void)snprintf(path, sizeof path, "/%s/entries/%" PRId64 "?size=%" PRId64,
                   sending->host->name, verdict->index, verdict->index + 1);
    if (sending->exchange->request.face == FACE_HTML)
        reply_redirect(&reply, sending->fields != NULL ? "/me" : path);
    else
        reply.body = json_pack("{s:I, s:o, s:s}", "index",
                               (json_int_t)verdict->index, "leaf_hash",
                               wire_hash(&verdict->leaf_hash), "entry", path);
    exchange_finish(sending->exchange, &reply);
    sending_free(sending);
}

/* Takes fields over. */
static bool send_note(const struct asked *asked, const struct request *request,
                      const char *note, size_t size, json_t *fields,
                      const struct hash *opening, struct reply *reply,
                      struct error *error)
{
    struct sending *sending = calloc(1, sizeof *sending);
    struct submission submission = {
        .bytes = note, .size = size, .done = be_told, .context = sending};

    assert(sending != NULL);
    sending->exchange = request->exchange;
    sending->host = asked->host;
    sending->party = asked->party;
    sending->fields = fields;
    if (opening != NULL)
        sending->opening = *opening;
    reply->later = door_enter(asked->host, &submission, error);
    if (!reply->later)
        sending_free(sending);
    return reply->later;
}

static bool erase(struct asked *asked, const struct request *request,
                  struct reply *reply, struct error *error)
{
    const char *scope = form_value(&asked->form, "scope");
    char note[MINE_NOTE_BYTES];
    size_t size;
    bool all;

    if (scope == NULL ||
        (strcmp(scope, "contact") != 0 && strcmp(scope, "all") != 0))
        return fail(error, ERROR_FIELD, "scope is contact or all");
    all = strcmp(scope, "all") == 0;
    size = mine_erase_note(asked->host, asked->party, all, note);
    return mine_try(asked->host, note, size, error) &&
           send_note(asked, request, note, size, NULL, NULL, reply, error);
}

bool me_erase_post(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct asked asked = {0};
    bool done;

    reply->cache = CACHE_PRIVATE;
    done = read_asked(&asked, request, error) &&
           erase(&asked, request, reply, error);
    asked_clear(&asked);
    return done;
}

/* The address itself changes elsewhere: the new one has to be proved. */
static bool read_fields(const struct asked *asked, json_t *fields,
                        struct error *error)
{
    for (size_t i = 0; i < asked->form.count; i++) {
        const char *name = asked->form.fields[i].name;

        if (strcmp(name, "form_token") == 0 || strcmp(name, "ledger") == 0 ||
            strcmp(name, "party") == 0)
            continue;
        if (strcmp(name, "email") == 0)
            return fail(error, ERROR_FIELD,
                        "a new address is proved first: ask the cooperative");
        wire_set(fields, name, json_string(asked->form.fields[i].value));
    }
    return vault_check(fields, error);
}

/* What is kept now, with the fields over it. */
static bool merge(const struct asked *asked, const json_t *fields,
                  json_t **merged, struct error *error)
{
    struct node *node = asked->host->node;
    json_auto_t *document = NULL;
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error) ||
        !vault_get(node, loan.db, asked->host->ledger_id, asked->party,
                   asked->party, &document, error))
        return false;
    *merged = json_deep_copy(json_object_get(document, "fields"));
    vault_merge(*merged, fields);
    return true;
}

static bool change(struct asked *asked, const struct request *request,
                   struct reply *reply, struct error *error)
{
    json_t *fields = json_object();
    json_auto_t *merged = NULL;
    char note[MINE_NOTE_BYTES];
    struct hash opening, commitment;
    size_t size;

    randombytes_buf(opening.bytes, sizeof opening.bytes);
    if (!read_fields(asked, fields, error) ||
        !merge(asked, fields, &merged, error)) {
        json_decref(fields);
        return false;
    }
    commitment = vault_commit(asked->host->origin, merged, &opening);
    size = mine_update_note(asked->host, asked->party, &commitment, note);
    if (!mine_try(asked->host, note, size, error)) {
        json_decref(fields);
        return false;
    }
    return send_note(asked, request, note, size, fields, &opening, reply,
                     error);
}

bool me_contact_post(const struct request *request, struct reply *reply,
                     struct error *error)
{
    struct asked asked = {0};
    bool done;

    reply->cache = CACHE_PRIVATE;
    done = read_asked(&asked, request, error) &&
           change(&asked, request, reply, error);
    asked_clear(&asked);
    return done;
}
