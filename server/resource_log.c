/* The log as anybody can check it: checkpoint, tiles, receipts, policy. */
#include "server/answers.h"
#include "server/config.h"
#include "server/cosigner.h"
#include "server/log_policy.h"
#include "server/node.h"
#include "server/receipts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static const char text_type[] = "text/plain; charset=utf-8";

static bool find_checkpoint(struct ledger_host *host,
                            struct store_checkpoint *checkpoint,
                            struct error *error)
{
    if (!host_checkpoint(host, checkpoint))
        return fail(error, ERROR_ABSENT, "nothing was signed yet");
    cosigner_publish(host, checkpoint);
    return true;
}

static char *copy_bytes(const char *bytes, size_t size)
{
    char *copy = malloc(size);

    if (copy == NULL)
        abort();
    memcpy(copy, bytes, size);
    return copy;
}

bool checkpoint_get(const struct request *request, struct reply *reply,
                    struct error *error)
{
    struct store_checkpoint checkpoint;
    struct ledger_host *host;

    if (!answer_host(request, &host, error) ||
        !find_checkpoint(host, &checkpoint, error))
        return false;
    reply_bytes(reply, text_type,
                copy_bytes(checkpoint.note, checkpoint.note_size),
                checkpoint.note_size);
    reply->cache = CACHE_BRIEF;
    return true;
}

bool tile_get(const struct request *request, struct reply *reply,
              struct error *error)
{
    const char *path = request_argument(request, "path");
    struct store_checkpoint checkpoint;
    struct ledger_host *host;
    struct tile_path tile;
    size_t size = 0;
    char *bytes;

    if (!answer_host(request, &host, error) ||
        !find_checkpoint(host, &checkpoint, error))
        return false;
    if (!tile_path_read(&tile, path, strlen(path)))
        return fail(error, ERROR_ABSENT, "there is no such tile");
    if (!tile_serve(host, &tile, checkpoint.size, &bytes, &size, error))
        return false;
    reply_bytes(reply, "application/octet-stream", bytes, size);
    reply->cache = CACHE_FOREVER;
    return true;
}

/* ---- Receipts ---- */

bool receipt_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *form = request_query(request, "format");
    struct receipt_wanted wanted = {.plain = form != NULL &&
                                             strcmp(form, "tlog-proof") == 0};
    struct ledger_host *host;

    if (form != NULL && !wanted.plain && strcmp(form, "terreau") != 0)
        return fail(error, ERROR_REQUEST, "format is terreau or tlog-proof");
    if (!answer_host(request, &host, error) ||
        !request_argument_number(request, "index", &wanted.index, error) ||
        !receipt_reply(reply, host, &wanted, error))
        return false;
    reply->cache = CACHE_CHECK;
    return true;
}

/* ---- Who signs ---- */

/* A line for each key that signs: two while the key changes. */
static size_t write_logs(char *out, size_t room, const struct log_keys *keys,
                         const struct ledger_host *host, const char *url)
{
    char vkey[VKEY_CHARS_MAX];
    size_t used = 0;

    for (size_t i = 0; i < keys->count; i++) {
        vkey_write(vkey, host->origin, KEY_TYPE_ED25519, &keys->keys[i]);
        used +=
            (size_t)(url[0] == '\0'
                         ? snprintf(out + used, room - used, "log %s\n", vkey)
                         : snprintf(out + used, room - used, "log %s %s/%s\n",
                                    vkey, url, host->name));
        assert(used < room);
    }
    return used;
}

/* What the cooperative has put into its log goes before what we would say. */
static bool answer_published(struct ledger_host *host, struct reply *reply)
{
    struct error why = {0};
    char *text;
    size_t size;

    if (!log_policy(host, &text, &size, &why))
        return false;
    reply_bytes(reply, text_type, text, size);
    reply->cache = CACHE_CHECK;
    return true;
}

bool policy_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    static const char end[] = "quorum none\n";
    const char *url = request->site->config->public_url;
    struct ledger_host *host;
    struct log_keys keys;
    size_t room, size;
    char *text;

    if (!answer_host(request, &host, error))
        return false;
    if (answer_published(host, reply))
        return true;
    host_keys(host, &keys);
    if (keys.count == 0)
        return fail(error, ERROR_ABSENT, "the log's key is not here");
    room = LOG_KEYS_MAX * (VKEY_CHARS_MAX + strlen(url) + sizeof host->name +
                           sizeof "log  /\n") +
           sizeof end;
    text = malloc(room);
    if (text == NULL)
        abort();
    size = write_logs(text, room, &keys, host, url);
    memcpy(text + size, end, sizeof end);
    reply_bytes(reply, text_type, text, size + sizeof end - 1);
    reply->cache = CACHE_CHECK;
    return true;
}

/* ---- Is everything in order? ---- */

static void add_reason(void *context, const char *ledger,
                       const struct trouble *trouble)
{
    json_t *reason =
        json_pack("{s:s?, s:s, s:s}", "ledger", ledger, "code",
                  error_spec(trouble->code)->name, "text", trouble->text);

    if (reason != NULL)
        (void)json_array_append_new(context, reason);
}

bool readyz_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    json_t *reasons = json_array();
    bool ready = request->node != NULL &&
                 node_is_ready(request->node, add_reason, reasons);

    (void)error;
    reply->status = ready ? 200 : 503;
    reply->body = json_pack("{s:b, s:o}", "ready", ready, "reasons", reasons);
    return true;
}
