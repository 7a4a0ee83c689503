/* Step 3 of a pledge: the link of the mail.  GET shows, POST consumes. */
#include "server/derived.h"
#include "server/desk.h"
#include "server/node.h"
#include "server/prose.h"
#include "server/registrar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* The same words for a link that is old, was replaced, or never was one. */
static bool no_such_link(struct error *error)
{
    return fail(error, ERROR_ABSENT,
                "This link is no longer valid. Go back to the campaign to get"
                " another one.");
}

/* "<number of the ledger>-<token>" */
static struct ledger_host *find_host(const struct request *request,
                                     const char **token)
{
    const char *text = request_argument(request, "token");
    const char *dash = strchr(text, '-');
    char number[12];
    int64_t ledger_id;
    size_t size = dash == NULL ? 0 : (size_t)(dash - text);

    if (size == 0 || size >= sizeof number)
        return NULL;
    memcpy(number, text, size);
    number[size] = '\0';
    if (!request_number_read(&ledger_id, number) || ledger_id > INT32_MAX)
        return NULL;
    *token = dash + 1;
    return node_ledger_of(request->node, (int32_t)ledger_id);
}

static bool find(struct desk *desk, const struct request *request,
                 struct ledger_host **host, struct pool_loan *loan,
                 struct error *error)
{
    const char *token = "";

    *host = find_host(request, &token);
    if (*host == NULL) {
        (void)no_such_link(error);
        return false;
    }
    if (!pool_borrow(&request->node->pool, loan, error))
        return false;
    if (draft_find_mailed(&desk->draft, *host, loan->db, token, error))
        return true;
    if (error->code != ERROR_ABSENT)
        return false;
    *error = (struct error){0};
    return no_such_link(error);
}

static void describe(const struct desk *desk, json_t *body)
{
    const struct reading *reading = &desk->reading;
    const struct wire *wire = &reading->wire;
    const struct draft *draft = &desk->draft;
    const struct entry_pledge_make *pledge = &draft->pledge.pledge_make;
    char id[ID_CHARS + 1];

    id_write(id, draft_pledge(draft));
    wire_set(body, "amount", wire_amount(wire, pledge->amount));
    wire_set(body, "nature",
             offering_words(&desk->offering, reading, pledge->amount));
    wire_set(body, "campaign",
             campaign_brief(reading, desk->offering.campaign));
    wire_set(body, "signed_at", wire_instant(wire, draft_signed_at(draft)));
    wire_set(body, "auth",
             json_string(draft_is_by_key(draft) ? "key" : "email"));
    wire_set(body, "by_key", json_boolean(draft_is_by_key(draft)));
    wire_set(body, "expires", wire_instant(wire, draft->expires));
    wire_set(body, "used", json_boolean(draft->used));
    wire_set(body, "done", json_boolean(draft->done));
    wire_set(body, "action",
             json_sprintf("/confirm/%s?lang=%s",
                          request_argument(reading->request, "token"),
                          reading->request->language));
    wire_set(body, "pledge_url",
             reading_url(reading, "pledges/%s?lang=%s", id,
                         reading->request->language));
}

static bool show(struct desk *desk, struct ledger_host *host,
                 const struct request *request, struct reply *reply,
                 struct error *error)
{
    bool french = strcmp(request->language, "fr") == 0;

    if (!desk_hold(desk, request, host, error))
        return false;
    reply->cache = CACHE_PRIVATE;
    reply_header(reply, "X-Robots-Tag", "noindex");
    reply->body = reading_document(&desk->reading);
    (void)json_object_del(reply->body, "self");
    describe(desk, reply->body);
    reading_page(&desk->reading, reply, "confirm",
                 BOTH(french, "Confirm your pledge, step 3 of 3",
                      "Confirmez votre engagement, étape 3 sur 3"));
    return true;
}

bool confirm_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct ledger_host *host;
    DESK(desk);
    POOL_LOAN(loan);

    reply->cache = CACHE_PRIVATE;
    if (!find(&desk, request, &host, &loan, error))
        return false;
    pool_loan_end(&loan);
    return show(&desk, host, request, reply, error);
}

bool confirm_post(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct ledger_host *host;
    bool mine = false;
    DESK(desk);
    POOL_LOAN(loan);

    reply->cache = CACHE_PRIVATE;
    if (!find(&desk, request, &host, &loan, error) ||
        !host_is_writable(host, error))
        return false;
    if (!desk.draft.used &&
        !store_intake_use(loan.db, host->ledger_id, &desk.draft.token_hash,
                          &mine, error))
        return false;
    pool_loan_end(&loan);
    if (!mine) {
        desk.draft.used = true;
        return show(&desk, host, request, reply, error);
    }
    reply->later = true;
    registrar_enter(request->node->registrar, host, &desk.draft,
                    request->exchange);
    return true;
}
