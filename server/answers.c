#include "server/answers.h"
#include "server/door.h"
#include "server/node.h"
#include "server/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool answer_host(const struct request *request, struct ledger_host **host,
                 struct error *error)
{
    const char *name = request_argument(request, "ledger");

    *host = request->node == NULL ? NULL : node_ledger(request->node, name);
    if (*host == NULL)
        return fail(error, ERROR_ABSENT, "there is no such ledger here");
    return true;
}

static json_t *describe_place(const struct verdict *verdict)
{
    char stamp[INSTANT_MS_CHARS + 1];
    json_t *receipt = json_null();

    instant_write_ms(stamp, verdict->accepted);
    if (verdict->receipt.size > 0)
        receipt = json_stringn(verdict->receipt.bytes, verdict->receipt.size);
    return json_pack("{s:I, s:s, s:o, s:o, s:b, s:I, s:o}", "index",
                     (json_int_t)verdict->index, "accepted", stamp, "leaf_hash",
                     wire_hash(&verdict->leaf_hash), "text_hash",
                     wire_hash(&verdict->text_hash), "repeated",
                     verdict->repeated, "size", (json_int_t)verdict->size,
                     "receipt", receipt);
}

json_t *answer_document(const struct ledger_host *host,
                        const struct verdict *verdict)
{
    const struct error *error = &verdict->error;
    const struct error_spec *spec;
    char hash[HASH_CHARS + 1];
    json_t *document;

    if (error->code == ERROR_NONE)
        return describe_place(verdict);
    spec = error_spec(error->code);
    hash_write(hash, &verdict->text_hash);
    if (error->code == ERROR_UNSIGNED)
        return json_pack("{s:s, s:s, s:s, s:o}", "code", spec->name,
                         "text_hash", hash, "missing", verdict->missing,
                         "proposal",
                         json_sprintf("/%s/proposals/%s", host->name, hash));
    document =
        json_pack("{s:s, s:s, s:s}", "code", spec->name, "text_hash", hash,
                  "detail", spec->http < 500 ? error->text : spec->help);
    if (document == NULL) /* The detail quotes what is no UTF-8. */
        document = json_pack("{s:s, s:s, s:s}", "code", spec->name, "text_hash",
                             hash, "detail", spec->help);
    if (error->pointer[0] != '\0')
        wire_set(document, "pointer", json_string(error->pointer));
    return document;
}

static void answer(void *context, const struct verdict *verdict)
{
    struct exchange *exchange = context;
    const struct request *request = &exchange->request;
    struct ledger_host *host =
        node_ledger(request->node, request_argument(request, "ledger"));
    struct reply reply = {0};
    char hash[HASH_CHARS + 1];

    if (verdict->error.code != ERROR_NONE &&
        verdict->error.code != ERROR_UNSIGNED) {
        exchange_refuse(exchange, &verdict->error);
        return;
    }
    reply.body = answer_document(host, verdict);
    hash_write(hash, &verdict->text_hash);
    if (verdict->error.code == ERROR_UNSIGNED) {
        reply.status = 202;
        reply_header(&reply, "Location", "/%s/proposals/%s", host->name, hash);
    } else {
        reply.status = verdict->repeated ? 200 : 201;
        reply_header(&reply, "Location", "/%s/entries/%" PRId64, host->name,
                     verdict->index);
        reply_header(&reply, "Terreau-Size", "%" PRId64, verdict->index + 1);
    }
    exchange_finish(exchange, &reply);
}

bool answer_later(const struct request *request, struct ledger_host *host,
                  const char *note, size_t size, struct reply *reply,
                  struct error *error)
{
    struct submission submission = {
        .bytes = note,
        .size = size,
        .clock = request->headers.terreau_clock,
        .done = answer,
        .context = request->exchange,
    };

    reply->later = door_enter(host, &submission, error);
    return reply->later;
}
