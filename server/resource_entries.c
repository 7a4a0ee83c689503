/* Entries on their way in: submit, check, and act together. */
#include "server/answers.h"
#include "server/config.h"
#include "server/door.h"
#include "server/effects.h"
#include "server/node.h"
#include "server/proposals.h"
#include "server/wire.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { BULK_MAX = 1000 };

/* "<origin_base>/<name>", or the host of public_url; false: neither is set. */
static bool new_origin(const struct config *config, const char *name,
                       char out[static ORIGIN_BYTES_MAX + 1])
{
    const char *base = config->origin_base;
    const char *start = strstr(config->public_url, "://");
    int size;

    if (base[0] == '\0')
        base = start == NULL ? "" : start + 3;
    size = snprintf(out, ORIGIN_BYTES_MAX + 1, "%.*s/%s",
                    (int)strcspn(base, ":"), base, name);
    return base[0] != '\0' && size <= ORIGIN_BYTES_MAX && origin_is_good(out);
}

/* A ledger.open that this node's clerk has signed makes its ledger. */
static bool open_ledger(const struct request *request,
                        struct ledger_host **host, struct error *error)
{
    const char *name = request_argument(request, "ledger");
    struct node *node = request->node;
    char origin[ORIGIN_BYTES_MAX + 1];
    struct store_ledger ledger;
    POOL_LOAN(loan);

    if (node == NULL || route_word_is_taken(name) ||
        !new_origin(node->config, name, origin) ||
        !door_opens_ledger(node, request->body, request->body_size, origin))
        return fail(error, ERROR_ABSENT, "there is no such ledger here");
    return pool_borrow(&node->pool, &loan, error) &&
           store_ledger_create(loan.db, name, origin, &ledger, error) &&
           node_add(node, &ledger, host, error);
}

bool entries_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct ledger_host *host;
    struct error ignored = {0};

    if (!answer_host(request, &host, &ignored) &&
        !open_ledger(request, &host, error))
        return false;
    return answer_later(request, host, request->body, request->body_size, reply,
                        error);
}

bool entries_check(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct ledger_host *host;

    return answer_host(request, &host, error) &&
           effects_of(request, host, request->body, request->body_size,
                      &reply->body, error);
}

/* ---- Many at once ---- */

/* Lives until its last entry is judged. */
struct bulk {
    struct exchange *exchange;
    struct ledger_host *host;
    atomic_size_t open; /* Entries, and the reading of the body itself. */
    size_t count;
    struct bulk_place {
        struct bulk *bulk;
        json_t *result;
    } places[BULK_MAX];
};

static void bulk_close(struct bulk *bulk)
{
    struct reply reply = {0};
    json_t *list;

    if (atomic_fetch_sub(&bulk->open, 1) > 1)
        return;
    list = json_array();
    for (size_t i = 0; i < bulk->count; i++)
        wire_append(list, bulk->places[i].result);
    reply.body = json_pack("{s:o}", "results", list);
    exchange_finish(bulk->exchange, &reply);
    free(bulk);
}

static void judged(void *context, const struct verdict *verdict)
{
    struct bulk_place *place = context;
    const enum error_code code = verdict->error.code;
    int status = code != ERROR_NONE  ? error_spec(code)->http
                 : verdict->repeated ? 200
                                     : 201;

    place->result = answer_document(place->bulk->host, verdict);
    wire_set(place->result, "status", json_integer(status));
    bulk_close(place->bulk);
}

/* "<decimal length>\n" and so many bytes. */
static bool next_note(struct text *rest, struct text *note, struct error *error)
{
    const char *end = memchr(rest->bytes, '\n', rest->size);
    size_t digits = end == NULL ? 0 : (size_t)(end - rest->bytes);
    char number[8] = {0};
    int64_t size;

    if (digits == 0 || digits >= sizeof number)
        return fail(error, ERROR_REQUEST,
                    "each note is preceded by its length on a line");
    memcpy(number, rest->bytes, digits);
    if (!request_number_read(&size, number) ||
        (uint64_t)size > rest->size - digits - 1)
        return fail(error, ERROR_REQUEST, "the length of a note is wrong");
    note->bytes = end + 1;
    note->size = (uint32_t)size;
    rest->bytes = end + 1 + size;
    rest->size -= (uint32_t)(digits + 1 + (size_t)size);
    return true;
}

static bool count_notes(struct text body, size_t *count, struct error *error)
{
    struct text note;

    for (*count = 0; body.size > 0; ++*count) {
        if (*count == BULK_MAX)
            return fail(error, ERROR_SIZE, "at most %d entries at once",
                        BULK_MAX);
        if (!next_note(&body, &note, error))
            return false;
    }
    if (*count == 0)
        return fail(error, ERROR_REQUEST, "there is no entry");
    return true;
}

static void enter_all(struct bulk *bulk, struct text body)
{
    const char *clock = bulk->exchange->request.headers.terreau_clock;

    for (size_t i = 0; i < bulk->count; i++) {
        struct submission submission = {.clock = clock,
                                        .brief = true,
                                        .done = judged,
                                        .context = &bulk->places[i]};
        struct verdict refused = {0};
        struct text note;
        bool read;

        read = next_note(&body, &note, &refused.error);
        assert(read); /* It was counted. */
        bulk->places[i].bulk = bulk;
        submission.bytes = note.bytes;
        submission.size = note.size;
        if (!door_enter(bulk->host, &submission, &refused.error))
            judged(&bulk->places[i], &refused);
    }
}

bool entries_batch(const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct text body = {request->body, (uint32_t)request->body_size};
    struct ledger_host *host;
    struct bulk *bulk;
    size_t count;

    if (!answer_host(request, &host, error) ||
        !count_notes(body, &count, error))
        return false;
    bulk = calloc(1, sizeof *bulk);
    if (bulk == NULL)
        abort();
    bulk->exchange = request->exchange;
    bulk->host = host;
    bulk->count = count;
    atomic_store(&bulk->open, count + 1);
    enter_all(bulk, body);
    reply->later = true;
    bulk_close(bulk);
    return true;
}
