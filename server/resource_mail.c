/* Mails of a node that is only tried out, as its people would get them. */
#include "server/config.h"
#include "server/hypertext.h"
#include "server/maildir.h"
#include "server/public.h"
#include "server/route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* Only where nobody else can come, and mails are files. */
static bool is_open(const struct request *request, struct error *error)
{
    const struct config *config = request->site->config;

    if (config->mail_dir[0] == '\0' || !public_is_local(config))
        return fail(error, ERROR_ABSENT, "there is nothing at this address");
    return true;
}

static void set(json_t *document, const char *name, json_t *value)
{
    int result = json_object_set_new(document, name, value);

    assert(result == 0);
}

static const char *member(const json_t *letter, const char *name)
{
    const char *value = json_string_value(json_object_get(letter, name));

    return value == NULL ? "" : value;
}

bool mails_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    json_t *list, *letter;
    size_t i;

    if (!is_open(request, error))
        return false;
    list = maildir_list(request->site->config->mail_dir);
    json_array_foreach(list, i, letter)
    {
        set(letter, "url", json_sprintf("/dev/mail/%s", member(letter, "id")));
        (void)json_object_del(letter, "text");
        (void)json_object_del(letter, "html");
    }
    reply->body = json_pack("{s:o}", "mails", list);
    reply->page = "mails";
    reply->cache = CACHE_PRIVATE;
    return true;
}

/* The text as pieces, so that its addresses can be followed. */
static json_t *pieces_of(const char *text)
{
    json_t *list = json_array();

    for (;;) {
        bool is_link;
        size_t size = hypertext_piece(text, &is_link);

        if (size == 0)
            return list;
        (void)json_array_append_new(
            list,
            json_pack("{s:s%, s:b}", "text", text, size, "link", (int)is_link));
        text += size;
    }
}

static bool find(const struct request *request, json_t **letter,
                 struct error *error)
{
    if (!is_open(request, error))
        return false;
    *letter = maildir_read(request->site->config->mail_dir,
                           request_argument(request, "mail"));
    if (!json_is_object(*letter)) {
        json_decref(*letter);
        return fail(error, ERROR_ABSENT, "there is no such mail");
    }
    return true;
}

bool mail_get(const struct request *request, struct reply *reply,
              struct error *error)
{
    json_t *letter;

    if (!find(request, &letter, error))
        return false;
    set(letter, "pieces", pieces_of(member(letter, "text")));
    set(letter, "html_url",
        json_sprintf("/dev/mail/%s/html", member(letter, "id")));
    reply->body = letter;
    reply->page = "mail";
    reply->title = member(letter, "subject");
    reply->cache = CACHE_PRIVATE;
    return true;
}

/* The HTML part alone: no script, no style, no origin, whatever it says. */
bool mail_html_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    json_t *letter;
    char *copy;

    if (!find(request, &letter, error))
        return false;
    copy = strdup(member(letter, "html"));
    assert(copy != NULL);
    reply_bytes(reply, "text/html; charset=utf-8", copy, strlen(copy));
    reply_header(reply, "Content-Security-Policy", "sandbox");
    reply->cache = CACHE_PRIVATE;
    json_decref(letter);
    return true;
}
