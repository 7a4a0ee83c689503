/* What somebody who is signed in has here, and their rights over it. */
#include "server/asked.h"
#include "server/catalogue.h"
#include "server/door.h"
#include "server/http.h"
#include "server/log.h"
#include "server/mine.h"
#include "server/session.h"
#include "server/wire.h"

#include <assert.h>
#include <inttypes.h>
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

/* An act of the clerk on its way into the log. */
struct sending {
    struct exchange *exchange;
    struct ledger_host *host;
};

static void be_told(void *context, const struct verdict *verdict)
{
    struct sending *sending = context;
    struct reply reply = {.status = 200, .cache = CACHE_PRIVATE};
    char path[LEDGER_NAME_CHARS_MAX + 64];

    if (verdict->error.code != ERROR_NONE) {
        exchange_refuse(sending->exchange, &verdict->error);
        free(sending);
        return;
    }
    (void)snprintf(path, sizeof path, "/%s/entries/%" PRId64 "?size=%" PRId64,
                   sending->host->name, verdict->index, verdict->index + 1);
    if (sending->exchange->request.face == FACE_HTML)
        reply_redirect(&reply, path);
    else
        reply.body = json_pack("{s:I, s:o, s:s}", "index",
                               (json_int_t)verdict->index, "leaf_hash",
                               wire_hash(&verdict->leaf_hash), "entry", path);
    exchange_finish(sending->exchange, &reply);
    free(sending);
}

static bool send_note(const struct asked *asked, const struct request *request,
                      const char *note, size_t size, struct reply *reply,
                      struct error *error)
{
    struct sending *sending = calloc(1, sizeof *sending);
    struct submission submission = {
        .bytes = note, .size = size, .done = be_told, .context = sending};

    assert(sending != NULL);
    sending->exchange = request->exchange;
    sending->host = asked->host;
    reply->later = door_enter(asked->host, &submission, error);
    if (!reply->later)
        free(sending);
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
           send_note(asked, request, note, size, reply, error);
}

bool me_erase_post(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct asked asked = {0};
    bool done;

    reply->cache = CACHE_PRIVATE;
    done = asked_read(&asked, request, error) &&
           erase(&asked, request, reply, error);
    asked_clear(&asked);
    return done;
}
