/* This node as a witness: POST add-checkpoint, GET what it cosigned. */
#include "server/config.h"
#include "server/node.h"
#include "server/reply.h"
#include "server/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* One a process, opened by the first request that needs it. */
static struct witness witness;
static struct error trouble;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static void start(const struct node *node)
{
    const struct config *config = node->config;
    char name[NOTE_NAME_BYTES_MAX + 1];

    if (config->witness_name[0] != '\0')
        (void)snprintf(name, sizeof name, "%.200s", config->witness_name);
    else
        (void)snprintf(name, sizeof name, "%.180s/witness", node->host_name);
    if (!witness_open(&witness, config->state_dir, name, config->witness_rate,
                      &trouble))
        return; /* trouble says why, to whoever asks. */
}

static bool have_witness(const struct node *node, struct error *error)
{
    static bool started;

    (void)pthread_mutex_lock(&opening);
    if (!started) {
        start(node);
        started = true;
    }
    (void)pthread_mutex_unlock(&opening);
    if (trouble.code != ERROR_NONE)
        return fail_again(error, trouble.code, &trouble);
    if (witness.has_key)
        return true;
    return fail(error, ERROR_ABSENT, "this node is no witness");
}

/* 409 has its own body: the size to try again from. */
static void reply_size(struct reply *reply, int64_t size)
{
    char *text = malloc(32);

    if (text == NULL)
        abort();
    reply_bytes(reply, "text/x.tlog.size", text,
                (size_t)snprintf(text, 32, "%" PRId64 "\n", size));
    reply->status = 409;
}

static bool cosign(const struct request *request,
                   const struct witness_request *asked, struct reply *reply,
                   struct error *error)
{
    char line[NOTE_SIGNATURE_CHARS_MAX];
    int64_t now = node_now(request->node).ms;
    struct error why = {0};
    int64_t size = 0;
    POOL_LOAN(loan);

    if (!pool_borrow(&request->node->pool, &loan, error))
        return false;
    if (!witness_cosign(&witness, loan.db, asked, now, line, &size, &why)) {
        if (why.code != ERROR_CONFLICT)
            return fail_again(error, why.code, &why);
        reply_size(reply, size);
        return true;
    }
    reply_bytes(reply, "text/plain; charset=utf-8", strdup(line), strlen(line));
    return true;
}

bool witness_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct witness_request *asked;
    bool good;

    if (!have_witness(request->node, error))
        return false;
    asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        abort();
    asked->note = calloc(1, sizeof *asked->note);
    if (asked->note == NULL)
        abort();
    good = witness_parse(asked, request->body, request->body_size, error) &&
           cosign(request, asked, reply, error);
    free(asked->note);
    free(asked);
    return good;
}

bool witness_checkpoint_get(const struct request *request, struct reply *reply,
                            struct error *error)
{
    const char *text = request_argument(request, "hash");
    struct store_witness *seen;
    struct hash hash;
    POOL_LOAN(loan);
    bool good;

    if (!hash_read(&hash, text, strlen(text)))
        return fail(error, ERROR_ABSENT, "that is no SHA-256 of an origin");
    if (!pool_borrow(&request->node->pool, &loan, error))
        return false;
    seen = malloc(sizeof *seen);
    if (seen == NULL)
        abort();
    good = store_witness_seen(loan.db, &hash, seen, error);
    if (good) {
        char *copy = malloc(seen->note_size + 1);

        if (copy == NULL)
            abort();
        memcpy(copy, seen->note, seen->note_size);
        reply_bytes(reply, "text/plain; charset=utf-8", copy, seen->note_size);
        reply->cache = CACHE_BRIEF;
    }
    free(seen);
    return good;
}

/* Who cosigns here, for those who add it to their policy. */
bool witness_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    char vkey[VKEY_CHARS_MAX];

    if (!have_witness(request->node, error))
        return false;
    vkey_write(vkey, witness.name, KEY_TYPE_COSIGNATURE, &witness.key);
    reply->body = json_pack("{s:s, s:s, s:s}", "self", "/witness", "name",
                            witness.name, "vkey", vkey);
    reply->cache = CACHE_CHECK;
    return true;
}
