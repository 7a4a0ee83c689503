/* The page that verifies a receipt in the reader's own browser. */
#include "server/catalogue.h"
#include "server/node.h"
#include "server/reading.h"

#include <inttypes.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* All keys that the log has had: those that sign, then those that did. */
static json_t *describe_keys(struct ledger_host *host)
{
    json_t *list = json_array();
    struct log_keys keys;

    host_keys(host, &keys);
    for (size_t i = 0; log_keys_at(&keys, i) != NULL; i++) {
        char vkey[VKEY_CHARS_MAX];

        vkey_write(vkey, host->origin, KEY_TYPE_ED25519, log_keys_at(&keys, i));
        wire_append(list, json_pack("{s:s, s:b}", "vkey", vkey, "retired",
                                    i >= keys.count));
    }
    return list;
}

static json_t *describe(const struct request *request, struct ledger_host *host)
{
    READING(reading);

    reading_hold(&reading, request, host);
    return json_pack(
        "{s:s, s:o, s:s, s:o}", "name", host->name, "title",
        reading.ledger == NULL
            ? json_string(host->name)
            : wire_text(reading.ledger->name.bytes, reading.ledger->name.size),
        "origin", host->origin, "keys", describe_keys(host));
}

/* The receipt that the address asks for: ?ledger=NAME&index=N */
static bool find_receipt(const struct request *request, json_t *body,
                         struct error *error)
{
    const char *name = request_query(request, "ledger");
    int64_t index;

    if (!request_query_number(request, "index", -1, 0, INT64_MAX, &index,
                              error))
        return false;
    if ((name == NULL) != (index < 0))
        return fail(error, ERROR_REQUEST, "say ledger and index, or neither");
    if (name == NULL)
        return true;
    if (node_ledger(request->node, name) == NULL)
        return fail(error, ERROR_ABSENT, "there is no such ledger");
    wire_set(body, "receipt",
             json_sprintf("/%s/receipt/%" PRId64, name, index));
    return true;
}

bool verify_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    const size_t count = atomic_load(&request->node->count);
    json_t *list = json_array();

    reply->body =
        json_pack("{s:s, s:o}", "self", request->path, "ledgers", list);
    for (size_t i = 0; i < count; i++)
        wire_append(list, describe(request, request->node->hosts[i]));
    reply->page = "verify";
    reply->title = say(request->language, "Verify a receipt");
    reply->cache = CACHE_CHECK;
    return find_receipt(request, reply->body, error);
}
