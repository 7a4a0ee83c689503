#include "server/reading.h"
#include "server/node.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Never before the last entry: a trial ledger's clock may be ahead. */
static struct instant now_of(const struct node *node, struct instant accepted)
{
    struct instant now = node_now(node);

    return now.ms > accepted.ms ? now : accepted;
}

static enum time_zone zone_of(const struct state *state)
{
    static const struct link self;
    const struct record_statutes *statutes =
        (const void *)state_find(state, RECORD_statutes, self.key);

    if (statutes == NULL)
        return ZONE_UTC;
    switch ((enum choice_zone)statutes->zone) {
    case ZONE_NAME_WESTERN:
        return ZONE_WESTERN;
    case ZONE_NAME_CENTRAL:
        return ZONE_CENTRAL;
    case ZONE_NAME_EASTERN:
        return ZONE_EASTERN;
    case ZONE_NAME_UTC:
    case zone_none:
    case zone_after:
        break;
    }
    return ZONE_UTC;
}

void reading_hold(struct reading *reading, const struct request *request,
                  struct ledger_host *host)
{
    *reading = (struct reading){.request = request,
                                .host = host,
                                .held = true,
                                .name = host->name,
                                .origin = host->origin};
    host_read(host);
    reading->state = host->at.base;
    reading->ledger = state_ledger(reading->state);
    reading->size = host->at.size;
    reading->root = host->at.root;
    reading->accepted = host->at.accepted;
    reading->wire = (struct wire){
        .state = reading->state,
        .now = now_of(host->node, reading->accepted),
        .currency =
            reading->ledger == NULL ? currency_none : reading->ledger->currency,
        .zone = zone_of(reading->state),
        .people = request->face == FACE_HTML,
        .french = strcmp(request->language, "fr") == 0,
    };
}

bool reading_open(struct reading *reading, const struct request *request,
                  struct error *error)
{
    struct ledger_host *host =
        node_ledger(request->node, request_argument(request, "ledger"));

    if (host == NULL)
        return fail(error, ERROR_ABSENT, "there is no such ledger");
    reading_hold(reading, request, host);
    if (reading->ledger == NULL)
        return fail(error, ERROR_ABSENT, "nobody has opened this ledger yet");
    return true;
}

void reading_close(struct reading *reading)
{
    if (!reading->held)
        return;
    host_done(reading->host);
    reading->held = false;
    reading->state = NULL;
    reading->ledger = NULL;
    reading->wire.state = NULL;
}

bool reading_borrow(const struct reading *reading, struct pool_loan *loan,
                    struct error *error)
{
    assert(!reading->held);
    return pool_borrow(&reading->host->node->pool, loan, error);
}

json_t *reading_url(const struct reading *reading, const char *format, ...)
{
    char path[256];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(path, sizeof path, format, args);
    va_end(args);
    assert(size >= 0 && (size_t)size < sizeof path);
    /* Whoever chose a language goes on in it. */
    if (reading->wire.people && strstr(path, "lang=") == NULL &&
        request_query(reading->request, "lang") != NULL)
        return json_sprintf("/%s/%s%clang=%s", reading->name, path,
                            strchr(path, '?') == NULL ? '?' : '&',
                            reading->request->language);
    return json_sprintf("/%s/%s", reading->name, path);
}

json_t *reading_home(const struct reading *reading)
{
    return json_sprintf("/%s", reading->name);
}

static json_t *describe_ledger(const struct reading *reading)
{
    const struct record_ledger *ledger = reading->ledger;
    json_t *object = json_pack(
        "{s:s, s:o}", "name", reading->name, "title",
        ledger == NULL ? json_null()
                       : wire_text(ledger->name.bytes, ledger->name.size));

    wire_set(object, "url", reading_home(reading));
    if (!reading->wire.people || ledger == NULL)
        wire_set(object, "origin", json_string(reading->origin));
    wire_set(object, "trial", json_boolean(ledger != NULL && ledger->trial));
    return object;
}

json_t *reading_document(const struct reading *reading)
{
    const struct wire *wire = &reading->wire;
    json_t *document = json_object();

    wire_set(document, "self", json_string(reading->request->path));
    wire_set(document, "ledger", describe_ledger(reading));
    wire_set(document, "head",
             json_pack("{s:I, s:o, s:o}", "size", (json_int_t)reading->size,
                       "root", wire_hash(&reading->root), "accepted",
                       wire_instant(wire, reading->accepted)));
    if (reading->ledger != NULL)
        wire_set(document, "currency",
                 json_string(choice_word(TYPE_currency, wire->currency)));
    return document;
}

/* Pages without a template show the document as it is: what it is about
 * comes first there, and the frame of it last. */
static void move_last(json_t *document, const char *name)
{
    json_t *member = json_incref(json_object_get(document, name));

    if (member == NULL)
        return;
    (void)json_object_del(document, name);
    wire_set(document, name, member);
}

json_t *page_query(const struct request *request)
{
    return request_query(request, "lang") == NULL
               ? json_string("")
               : json_sprintf("?lang=%s", request->language);
}

void reading_page(const struct reading *reading, struct reply *reply,
                  const char *page, const char *title)
{
    reply->page = page;
    reply->title = title;
    if (!reading->wire.people)
        return;
    if (page != NULL) {
        wire_set(reply->body, "q", page_query(reading->request));
        return;
    }
    (void)json_object_del(reply->body, "self");
    move_last(reply->body, "currency");
    move_last(reply->body, "ledger");
    move_last(reply->body, "head");
}

bool reading_find(const struct reading *reading, const char *name,
                  enum record_type type, const struct record **record,
                  struct error *error)
{
    const char *text = request_argument(reading->request, name);
    struct id id;

    if (!id_read(&id, text, strlen(text)) ||
        record_type_of_letter(id.letter) != type)
        return fail(error, ERROR_ABSENT, "there is no such %s",
                    record_spec(type)->name);
    *record = state_find_id(reading->state, id);
    if (*record == NULL)
        return fail(error, ERROR_ABSENT, "there is no such %s",
                    record_spec(type)->name);
    return true;
}
