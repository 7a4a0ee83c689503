#include "server/change.h"
#include "server/door.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/node.h"
#include "server/prose.h"
#include "server/session.h"
#include "server/vault.h"
#include "server/wire.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_CHARS = 160 };

/* An entry on its way into the log. */
struct sending {
    struct exchange *exchange;
    struct change change;
    char path[PATH_CHARS];
};

static void sending_free(struct sending *sending)
{
    change_clear(&sending->change);
    free(sending);
}

/* To the former address: whoever took it over is found out. */
static bool tell_former(const struct change *change, struct db *db,
                        struct error *error)
{
    struct node *node = change->host->node;
    bool french = strcmp(change->language, "fr") == 0;
    char day[PROSE_CHARS];
    struct mail mail = {.to = change->former,
                        .language = change->language,
                        .name = "address-changed"};
    json_auto_t *document = NULL;

    prose_date(day, instant_day(node_now(node), ZONE_UTC), french);
    document =
        json_pack("{s:o, s:s}", "coop", change_coop(change), "date", day);
    mail.document = document;
    return mail_queue(node, db, change->host->ledger_id, &mail, error);
}

static bool use_link(const struct change *change, struct db *db,
                     struct error *error)
{
    return change_use(change, db, error) &&
           session_end_all(change->host->node, db, change->former, error) &&
           tell_former(change, db, error);
}

static bool keep(const struct change *change, struct error *error)
{
    struct node *node = change->host->node;
    DB_TRANSACTION(transaction);
    POOL_LOAN(loan);

    return pool_borrow(&node->pool, &loan, error) &&
           db_begin(loan.db, &transaction, error) &&
           (change_address(change) == NULL ||
            use_link(change, loan.db, error)) &&
           vault_put(node, loan.db, change->host->ledger_id, change->party,
                     change->party, change->fields, &change->opening, NULL,
                     error) &&
           db_commit(&transaction, error);
}

static void be_told(void *context, const struct verdict *verdict)
{
    struct sending *sending = context;
    const struct change *change = &sending->change;
    const struct request *request = &sending->exchange->request;
    struct reply reply = {.status = 200, .cache = CACHE_PRIVATE};
    struct error error = verdict->error;

    if (error.code != ERROR_NONE || !keep(change, &error)) {
        exchange_refuse(sending->exchange, &error);
        sending_free(sending);
        return;
    }
    if (request->face == FACE_HTML)
        reply_redirect(&reply, sending->path);
    else
        reply.body =
            json_pack("{s:I, s:o, s:o}", "index", (json_int_t)verdict->index,
                      "leaf_hash", wire_hash(&verdict->leaf_hash), "entry",
                      json_sprintf("/%s/entries/%" PRId64 "?size=%" PRId64,
                                   change->host->name, verdict->index,
                                   verdict->index + 1));
    exchange_finish(sending->exchange, &reply);
    sending_free(sending);
}

bool change_send(struct change *change, struct exchange *exchange,
                 const char *path, struct error *error)
{
    struct sending *sending = calloc(1, sizeof *sending);
    struct submission submission = {.done = be_told, .context = sending};

    assert(sending != NULL && strlen(path) < sizeof sending->path);
    sending->exchange = exchange;
    sending->change = *change;
    sodium_memzero(change, sizeof *change);
    (void)snprintf(sending->path, sizeof sending->path, "%s", path);
    submission.bytes = sending->change.note;
    submission.size = strlen(sending->change.note);
    if (door_enter(sending->change.host, &submission, error))
        return true;
    sending_free(sending);
    return false;
}
