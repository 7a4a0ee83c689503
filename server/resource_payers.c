/* Who paid the lines of bank statements, for the vault: to pay them back. */
#include "ledger/affairs.h"
#include "ledger/payers.h"
#include "server/answers.h"
#include "server/node.h"
#include "server/officer.h"
#include "server/vault.h"
#include "server/wire.h"

#include <assert.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

struct handing {
    struct ledger_host *host;
    struct payers payers;
    int row;
    int64_t sealed;
    json_t *left; /* Lines whose payers are not kept, and why. */
};

/* Whose money a line was. */
struct whose {
    struct id party;
    struct date booked;
    const char *why; /* Nobody's: this is why; NULL: party is set. */
};

/* What money was for, once it is attributed: by whom that was promised. */
static struct id party_of(const struct state *state, struct id target)
{
    const struct record *record = state_find_id(state, target);
    struct id none = {0};

    if (record == NULL)
        return none;
    switch (target.letter) {
    case 'g':
        return ((const struct record_pledge *)(const void *)record)->party;
    case 's':
        return ((const struct record_subscription *)(const void *)record)
            ->party;
    case 'u':
        return party_of(
            state,
            ((const struct record_tranche *)(const void *)record)->contract);
    case 'i':
        return ((const struct record_contract *)(const void *)record)->party;
    case 'p':
        return target;
    default:
        return none;
    }
}

static bool find_whose(struct whose *whose, const struct state *state,
                       struct id id, int row, struct error *error)
{
    const struct record_line *line = (const void *)state_find_id(state, id);
    const struct record *party;

    if (line == NULL)
        return fail(error, ERROR_ABSENT, "payer %d: there is no such line here",
                    row);
    whose->booked = line->booked;
    whose->party = party_of(state, line->target);
    party =
        id_is_none(whose->party) ? NULL : state_find_id(state, whose->party);
    if (amount_is_negative(line->amount))
        whose->why = "out";
    else if (line->head.state == STATE_line_OPEN)
        whose->why = "open";
    else if (line->head.state == STATE_REVERSED || party == NULL)
        whose->why = "nobody";
    else if (party->state != STATE_party_ACTIVE)
        whose->why = "erased";
    return true;
}

static void leave(struct handing *handing, struct id line, const char *why)
{
    wire_append(handing->left,
                json_pack("{s:o, s:s}", "line", wire_id(line), "why", why));
}

/* As long as the voucher is kept that the line is. */
static struct date kept_until(struct date booked)
{
    int year, month, day;

    date_to_civil(booked, &year, &month, &day);
    return date_from_civil(year + RETENTION_YEARS, 12, 31);
}

static bool keep(struct handing *handing, struct db *db,
                 const struct payer *payer, struct error *error)
{
    struct ledger_host *host = handing->host;
    struct whose whose = {0};
    json_auto_t *fields = NULL;
    struct date until;
    bool found;

    handing->row++;
    host_read(host);
    found = find_whose(&whose, host->at.base, payer->line, handing->row, error);
    host_done(host);
    if (!found)
        return false;
    if (whose.why != NULL) {
        leave(handing, payer->line, whose.why);
        return true;
    }
    until = kept_until(whose.booked);
    fields = json_pack("{s:s, s:s}", "iban", payer->iban, "name", payer->name);
    assert(fields != NULL);
    handing->sealed++;
    return vault_put(host->node, db, host->ledger_id, whose.party, payer->line,
                     fields, NULL, &until, error);
}

static bool keep_all(struct handing *handing, struct error *error)
{
    struct payer payer;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    if (!pool_borrow(&handing->host->node->pool, &loan, error) ||
        !db_begin(loan.db, &transaction, error))
        return false;
    while (payers_next(&handing->payers, &payer))
        if (!keep(handing, loan.db, &payer, error))
            return false;
    return db_commit(&transaction, error);
}

/* By whom bank lines are entered, and now: no note of last year. */
static bool may_hand(const struct handing *handing, const struct note *note,
                     const struct request *request, struct error *error)
{
    struct officer officer;
    struct instant now;

    if (!officer_read(&officer, handing->host, note, error))
        return false;
    if (!role_may(officer.role, ACT_TREASURY))
        return fail(error, ERROR_SIGNATURE, "they are no treasurer");
    return officer_asks_now(&now, handing->payers.asked, PAYERS_MINUTES,
                            request, handing->host, error);
}

bool payers_post(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct handing handing = {0};
    struct note note;
    bool done;

    reply->cache = CACHE_PRIVATE;
    if (!answer_host(request, &handing.host, error) ||
        !note_parse(&note, request->body, request->body_size, error) ||
        !payers_read(&handing.payers, note.text, handing.host->origin, error) ||
        !may_hand(&handing, &note, request, error))
        return false;
    handing.left = json_array();
    done = keep_all(&handing, error);
    if (done)
        reply->body =
            json_pack("{s:I, s:O}", "sealed", (json_int_t)handing.sealed,
                      "left", handing.left);
    json_decref(handing.left);
    return done;
}
