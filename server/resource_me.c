/* What somebody who is signed in has here, across the node's ledgers. */
#include "server/catalogue.h"
#include "server/node.h"
#include "server/reading.h"
#include "server/session.h"
#include "server/vault.h"

#include <assert.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* Records that are somebody's, and the list they stand in. */
static const struct {
    enum record_type type;
    size_t party;
    const char *list;
} theirs[] = {
    {RECORD_pledge, offsetof(struct record_pledge, party), "pledges"},
    {RECORD_member, offsetof(struct record_member, party), "memberships"},
    {RECORD_holding, offsetof(struct record_holding, party), "holdings"},
};

static bool is_of(const struct record *record, size_t offset, struct id party)
{
    struct id whose;

    memcpy(&whose, (const char *)record + offset, sizeof whose);
    return id_equal(whose, party);
}

static json_t *describe(const struct reading *reading,
                        const struct record *record, enum record_type type)
{
    json_t *body = wire_record(&reading->wire, record);

    if (type == RECORD_pledge) {
        const struct record_pledge *pledge = (const void *)record;
        const struct record_campaign *campaign =
            (const void *)state_find_id(reading->state, pledge->campaign);

        wire_set(body, "url",
                 reading_url(reading, "pledges/%s",
                             json_string_value(json_object_get(body, "id"))));
        if (campaign != NULL)
            wire_set(body, "campaign_title",
                     wire_text(campaign->title.bytes, campaign->title.size));
    }
    return body;
}

static void list_records(const struct reading *reading, struct id party,
                         json_t *body)
{
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) {
        size_t count = state_count(reading->state, theirs[i].type);
        json_t *list = json_array();

        for (size_t at = 0; at < count; at++) {
            const struct record *record =
                state_at(reading->state, theirs[i].type, at);

            if (is_of(record, theirs[i].party, party))
                wire_append(list, describe(reading, record, theirs[i].type));
        }
        wire_set(body, theirs[i].list, list);
    }
}

static void add_party(const struct request *request, json_t *parties,
                      const struct vault_party *who)
{
    struct ledger_host *host = node_ledger_of(request->node, who->ledger_id);
    json_t *body;
    READING(reading);

    if (host == NULL)
        return;
    reading_hold(&reading, request, host);
    if (reading.ledger == NULL)
        return;
    body = json_pack(
        "{s:o, s:o, s:s, s:o}", "party", wire_id(who->party), "title",
        wire_text(reading.ledger->name.bytes, reading.ledger->name.size),
        "ledger", host->name, "url", reading_home(&reading));
    assert(body != NULL);
    list_records(&reading, who->party, body);
    wire_append(parties, body);
}

static bool find_parties(const struct request *request, const char *email,
                         struct vault_party parties[VAULT_PARTIES_MAX],
                         size_t *count, struct error *error)
{
    POOL_LOAN(loan);

    return pool_borrow(&request->node->pool, &loan, error) &&
           vault_parties_of_email(request->node, loan.db, email, parties, count,
                                  error);
}

bool me_get(const struct request *request, struct reply *reply,
            struct error *error)
{
    struct vault_party parties[VAULT_PARTIES_MAX];
    char token[SESSION_TOKEN_CHARS + 1];
    struct session session;
    size_t count = 0;
    json_t *list;

    reply->cache = CACHE_PRIVATE;
    if (!session_of(request, &session, error))
        return session_invite(request, reply, error);
    if (!find_parties(request, session.email, parties, &count, error))
        return false;
    list = json_array();
    for (size_t i = 0; i < count; i++)
        add_party(request, list, &parties[i]);
    session_form_token(token, &session);
    reply->body = json_pack("{s:s, s:o, s:s, s:s}", "email", session.email,
                            "parties", list, "form_token", token, "title",
                            say(request->language, "What you have here"));
    reply->page = "me";
    reply->title = json_string_value(json_object_get(reply->body, "title"));
    return true;
}
