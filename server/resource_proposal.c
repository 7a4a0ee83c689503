/* Acts that wait for signatures: list, show, sign. */
#include "server/answers.h"
#include "server/catalogue.h"
#include "server/effects.h"
#include "server/node.h"
#include "server/proposals.h"
#include "server/reading.h"
#include "server/reason.h"
#include "server/telling.h"
#include "server/wire.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { LISTED_MAX = 1000 };

static bool read_hash(const struct request *request, struct hash *hash,
                      struct error *error)
{
    const char *text = request_argument(request, "hash");

    if (!hash_read(hash, text, strlen(text)))
        return fail(error, ERROR_ABSENT, "there is no such proposal");
    return true;
}

/* Text, lines and what is missing; the note is the buffer's. */
static json_t *describe(const struct request *request, struct ledger_host *host,
                        const struct hash *hash, const char *note, size_t size)
{
    struct error error = {0};
    json_t *effects = NULL, *document;
    BUFFER(why);
    const char *end = strstr(note, "\n\n");
    size_t text_size = end == NULL ? size : (size_t)(end + 1 - note);
    const char *json = memchr(note, '{', text_size);

    document = json_pack("{s:o, s:s#, s:s#}", "text_hash", wire_hash(hash),
                         "text", note, (int)text_size, "note", note, (int)size);
    if (json != NULL)
        wire_set(
            document, "entry",
            json_loadb(json, text_size - 1 - (size_t)(json - note), 0, NULL));
    if (effects_of(request, host, note, size, &effects, &error)) {
        wire_set(document, "missing",
                 json_incref(json_object_get(effects, "missing")));
        wire_set(document, "effects", effects);
    } else { /* It has become impossible meanwhile. */
        wire_set(document, "code", json_string(error_spec(error.code)->name));
        (void)reason_say(&why, request->language, &error);
        wire_set(document, "detail", json_string(why.bytes));
    }
    return document;
}

/* What a page adds: the frame of every document of a ledger, and for each act
 * its sentence and address. */
static void tell_act(const struct reading *reading, json_t *act)
{
    const json_t *entry = json_object_get(act, "entry");
    const char *kind = json_string_value(json_object_get(entry, "kind"));
    const char *hash = json_string_value(json_object_get(act, "text_hash"));

    if (kind == NULL)
        return;
    wire_set(act, "kind", json_string(kind));
    wire_set(act, "sentence", tell_kind(&reading->wire, kind));
    wire_set(act, "fields", tell_fields(reading, kind, entry));
    wire_set(act, "url", reading_url(reading, "proposals/%s", hash));
}

static void make_page(const struct request *request, struct ledger_host *host,
                      struct reply *reply, const char *page)
{
    json_t *acts = json_object_get(reply->body, "proposals");
    json_t *frame;
    READING(reading);

    if (request->face != FACE_HTML)
        return;
    reading_hold(&reading, request, host);
    frame = reading_document(&reading);
    (void)json_object_update(reply->body, frame);
    json_decref(frame);
    if (acts == NULL)
        tell_act(&reading, reply->body);
    for (size_t i = 0; i < json_array_size(acts); i++)
        tell_act(&reading, json_array_get(acts, i));
    reading_page(&reading, reply, page,
                 say(request->language, "Acts that wait for signatures"));
}

bool proposal_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct ledger_host *host;
    struct hash hash;
    char *note;
    size_t size;

    if (!answer_host(request, &host, error) ||
        !read_hash(request, &hash, error))
        return false;
    note = malloc(LEAF_BYTES_MAX + 1);
    if (note == NULL)
        abort();
    size = proposals_note(host, &hash, (struct text){"", 0}, note,
                          LEAF_BYTES_MAX, error);
    if (size > 0) {
        note[size] = '\0';
        reply->body = describe(request, host, &hash, note, size);
        make_page(request, host, reply, "proposal");
    }
    free(note);
    return size > 0;
}

static bool each_proposal(void *context, const struct store_proposal *row,
                          struct error *error)
{
    json_t *list = context, *item, *entry;
    const char *json = memchr(row->text.bytes, '{', row->text.size);
    char made[INSTANT_CHARS + 1];
    size_t size;

    (void)error;
    if (json == NULL)
        return true;
    size = row->text.size - (size_t)(json - row->text.bytes);
    entry = json_loadb(json, size, 0, NULL);
    instant_write(made, row->made);
    item = json_pack("{s:o, s:s, s:O?, s:o}", "text_hash",
                     wire_hash(&row->text_hash), "made", made, "kind",
                     json_object_get(entry, "kind"), "entry", entry);
    wire_append(list, item);
    return true;
}

static bool each_signature(void *context, const struct store_signature *row,
                           struct error *error)
{
    (void)error;
    wire_append(context, json_stringn(row->name.bytes, row->name.size));
    return true;
}

bool proposals_get(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct ledger_host *host;
    json_auto_t *list = json_array();
    json_t *item;
    size_t i;
    POOL_LOAN(loan);

    if (!answer_host(request, &host, error) ||
        !pool_borrow(&host->node->pool, &loan, error) ||
        !store_proposals(loan.db, host->ledger_id, LISTED_MAX, each_proposal,
                         list, error))
        return false;
    json_array_foreach(list, i, item)
    {
        json_t *signers = json_array();
        struct hash hash;
        const char *text =
            json_string_value(json_object_get(item, "text_hash"));

        wire_set(item, "signers", signers);
        if (!hash_read(&hash, text, HASH_CHARS) ||
            !store_proposal_signatures(loan.db, host->ledger_id, &hash,
                                       each_signature, signers, error))
            return false;
    }
    reply->body = json_pack("{s:O}", "proposals", list);
    make_page(request, host, reply, "proposals");
    return true;
}

/* The lines of a note, or the body if it has nothing but lines. */
static struct text lines_of(const struct request *request)
{
    const char *end = strstr(request->body, "\n\n");
    struct text lines = {request->body, (uint32_t)request->body_size};

    if (end != NULL) {
        lines.bytes = end + 2;
        lines.size -= (uint32_t)(end + 2 - request->body);
    }
    return lines;
}

bool proposal_sign(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct text lines = lines_of(request);
    struct ledger_host *host;
    struct hash hash;
    char *note;
    size_t size;
    bool sent;

    if (!answer_host(request, &host, error) ||
        !read_hash(request, &hash, error))
        return false;
    if (lines.size == 0)
        return fail(error, ERROR_REQUEST, "there is no signature line");
    note = malloc(LEAF_BYTES_MAX);
    if (note == NULL)
        abort();
    size = proposals_note(host, &hash, lines, note, LEAF_BYTES_MAX, error);
    sent = size > 0 && answer_later(request, host, note, size, reply, error);
    free(note);
    return sent;
}
