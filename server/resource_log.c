/* The log as anybody can check it: checkpoint, tiles, receipts, policy. */
#include "server/answers.h"
#include "server/config.h"
#include "server/cosigner.h"
#include "server/log_policy.h"
#include "server/node.h"

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

struct found {
    char leaf[LEAF_BYTES_MAX];
    size_t size;
};

static bool each_leaf(void *context, const struct store_entry *entry,
                      struct error *error)
{
    struct found *found = context;

    (void)error;
    assert(entry->leaf.size <= sizeof found->leaf);
    memcpy(found->leaf, entry->leaf.bytes, entry->leaf.size);
    found->size = entry->leaf.size;
    return true;
}

static bool read_leaf(struct ledger_host *host, int64_t index,
                      struct found *found, struct error *error)
{
    POOL_LOAN(loan);

    return pool_borrow(&host->node->pool, &loan, error) &&
           store_entries(
               loan.db, host->ledger_id, index, index + 1,
               (struct store_each){.context = found, .entry = each_leaf},
               error);
}

bool receipt_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *form = request_query(request, "format");
    bool plain = form != NULL && strcmp(form, "tlog-proof") == 0;
    struct store_checkpoint checkpoint;
    struct ledger_host *host;
    struct prover *prover;
    struct found *found;
    int64_t index;
    char *bytes;
    size_t size = 0;
    bool made;

    if (form != NULL && !plain && strcmp(form, "terreau") != 0)
        return fail(error, ERROR_REQUEST, "format is terreau or tlog-proof");
    if (!answer_host(request, &host, error) ||
        !request_argument_number(request, "index", &index, error) ||
        !find_checkpoint(host, &checkpoint, error))
        return false;
    if (index >= checkpoint.size)
        return fail(error, ERROR_ABSENT, "there is no such entry");
    (void)log_policy_checkpoint(host, index, &checkpoint);
    found = calloc(1, sizeof *found);
    if (found == NULL)
        abort();
    prover = prover_create(host);
    made = plain || read_leaf(host, index, found, error);
    made =
        made && receipt_make(prover, index,
                             (struct text){found->leaf, (uint32_t)found->size},
                             &checkpoint, &bytes, &size, error);
    free(prover);
    free(found);
    if (!made)
        return false;
    reply_bytes(reply, text_type, bytes, size);
    reply_header(reply, "Content-Disposition",
                 "attachment; filename=\"%s-%" PRId64 ".%s\"", host->name,
                 index, plain ? "tlog-proof" : "terreau");
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
