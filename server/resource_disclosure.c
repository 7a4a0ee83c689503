/* Personal data for an officer who signed disclosure.make. */
#include "ledger/disclosure.h"
#include "server/answers.h"
#include "server/follow.h"
#include "server/node.h"
#include "server/vault.h"
#include "server/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };

struct asking {
    struct ledger_host *host;
    struct note note;
    struct disclosure disclosure;
    struct signer signer;
    struct key key;
    struct folder *folder; /* Of the entry. */
    struct instant accepted;
    bool found;
};

/* Whoever was dismissed since reads nothing any more. */
static bool is_in_office(const struct state *state, struct id party)
{
    for (size_t i = 0; i < state_count(state, RECORD_seat); i++) {
        const struct record_seat *seat =
            (const void *)state_at(state, RECORD_seat, i);

        if (id_equal(seat->party, party))
            return seat->head.state == STATE_seat_HELD;
    }
    return false;
}

/* One line, by a key that is theirs and was not ended. */
static bool read_signer(struct asking *asking, struct error *error)
{
    struct signer signers[SIGNERS_MAX];
    struct view view = {0};
    bool known;
    size_t count;

    if (!signers_read(signers, &count, &asking->note, asking->host->origin,
                      error))
        return false;
    if (count != 1 || signers[0].clerk)
        return fail(error, ERROR_SIGNATURE, "one officer asks");
    asking->signer = signers[0];
    host_read(asking->host);
    view.state = asking->host->at.base;
    known = signer_key(&asking->key, &asking->signer, &view);
    known = known && !signer_is_ended(&asking->signer, &view) &&
            is_in_office(view.state, asking->signer.party);
    host_done(asking->host);
    if (!known || !note_verify(&asking->note, 0, &asking->key))
        return fail(error, ERROR_SIGNATURE, "the signature is wrong");
    return true;
}

static bool keep_entry(void *context, const struct store_entry *entry,
                       struct error *error)
{
    struct asking *asking = context;
    struct folder *folder = asking->folder;
    struct instant accepted;
    struct text note;

    asking->found = true;
    asking->accepted = entry->accepted;
    return leaf_read(&accepted, &note, entry->leaf.bytes, entry->leaf.size,
                     error) &&
           envelope_read(&folder->envelope, note.bytes, note.size,
                         asking->host->origin, error) &&
           entry_parse(&folder->entry, &folder->lists,
                       folder->envelope.json.bytes, folder->envelope.json.size,
                       error);
}

static bool signed_by(const struct envelope *envelope, struct id party)
{
    for (size_t i = 0; i < envelope->signer_count; i++)
        if (!envelope->signers[i].clerk &&
            id_equal(envelope->signers[i].party, party))
            return true;
    return false;
}

static json_t *answer_party(struct asking *asking, struct db *db,
                            struct id party, struct error *error)
{
    json_t *data;

    if (!vault_list(asking->host->node, db, asking->host->ledger_id, party,
                    &data, error))
        return NULL;
    return json_pack("{s:o, s:o}", "party", wire_id(party), "data", data);
}

/* The list points into the leaf: it is answered while that is there. */
static bool answer(struct asking *asking, struct db *db, json_t *list,
                   struct error *error)
{
    const struct list *parties = &asking->folder->entry.disclosure_make.parties;
    const struct id *ids = parties->items;

    for (uint32_t i = 0; i < parties->count; i++) {
        json_t *document = answer_party(asking, db, ids[i], error);

        if (document == NULL)
            return false;
        wire_append(list, document);
    }
    return true;
}

static bool judge(struct asking *asking, struct error *error)
{
    const struct entry *entry = &asking->folder->entry;
    struct instant now = node_now(asking->host->node);

    if (!asking->found || entry->kind != ENTRY_disclosure_make)
        return fail(error, ERROR_ABSENT, "there is no such disclosure");
    if (!signed_by(&asking->folder->envelope, asking->signer.party))
        return fail(error, ERROR_SIGNATURE, "they have not signed it");
    if (now.ms - asking->accepted.ms > DISCLOSURE_DAYS * (int64_t)DAY_MS)
        return fail(error, ERROR_STATE, "it was good for %d days",
                    DISCLOSURE_DAYS);
    if (llabs(now.ms - asking->disclosure.asked.ms) >
        DISCLOSURE_MINUTES * (int64_t)MINUTE_MS)
        return fail(error, ERROR_CLOCK, "the request is of another time");
    return true;
}

/* That it was read is written before it is, whatever becomes of the answer. */
static bool read_and_record(struct asking *asking, json_t *list,
                            struct error *error)
{
    int32_t ledger_id = asking->host->ledger_id;
    int64_t index = asking->disclosure.index;
    POOL_LOAN(loan);

    return pool_borrow(&asking->host->node->pool, &loan, error) &&
           store_entries(
               loan.db, ledger_id, index, index + 1,
               (struct store_each){.context = asking, .entry = keep_entry},
               error) &&
           judge(asking, error) &&
           store_disclosure_read(loan.db, ledger_id, index,
                                 asking->disclosure.nonce.bytes, &asking->key,
                                 error) &&
           answer(asking, loan.db, list, error);
}

bool disclosures_post(const struct request *request, struct reply *reply,
                      struct error *error)
{
    struct asking asking = {0};
    json_auto_t *list = json_array();
    bool done;

    reply->cache = CACHE_PRIVATE;
    if (!answer_host(request, &asking.host, error) ||
        !note_parse(&asking.note, request->body, request->body_size, error) ||
        !disclosure_read(&asking.disclosure, asking.note.text,
                         asking.host->origin, error) ||
        !read_signer(&asking, error))
        return false;
    asking.folder = folder_create();
    done = read_and_record(&asking, list, error);
    if (done)
        reply->body =
            json_pack("{s:I, s:s, s:O}", "index",
                      (json_int_t)asking.disclosure.index, "purpose",
                      choice_word(TYPE_disclosure_purpose,
                                  asking.folder->entry.disclosure_make.purpose),
                      "parties", list);
    folder_free(asking.folder);
    return done;
}
