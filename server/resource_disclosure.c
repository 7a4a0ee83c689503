/* Personal data for an officer who signed disclosure.make. */
#include "ledger/disclosure.h"
#include "server/answers.h"
#include "server/follow.h"
#include "server/node.h"
#include "server/officer.h"
#include "server/vault.h"
#include "server/wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct asking {
    struct ledger_host *host;
    struct note note;
    struct disclosure disclosure;
    struct instant now;
    struct officer officer;
    struct folder *folder; /* Of the entry. */
    struct instant accepted;
    bool found;
};

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

/* Of a payer: which money of whom it was, so that it can be paid back. */
static void tell_line(const struct state *state, json_t *document)
{
    const char *hex = json_string_value(json_object_get(document, "record"));
    const struct record_line *line;
    char booked[DATE_CHARS + 1];
    uint8_t key[UUID_BYTES];
    size_t size;

    if (sodium_hex2bin(key, sizeof key, hex, strlen(hex), NULL, &size, NULL) !=
            0 ||
        size != sizeof key)
        return;
    line = (const void *)state_find(state, RECORD_line, key);
    if (line == NULL)
        return;
    date_write(booked, line->booked);
    wire_set(document, "line", wire_id(record_id(&line->head)));
    wire_set(document, "target", wire_id(line->target));
    wire_set(document, "booked", json_string(booked));
}

static void tell_lines(struct ledger_host *host, const json_t *data)
{
    host_read(host);
    for (size_t i = 0; i < json_array_size(data); i++)
        tell_line(host->at.base, json_array_get(data, i));
    host_done(host);
}

static json_t *answer_party(struct asking *asking, struct db *db,
                            struct id party, struct error *error)
{
    json_t *data;

    if (!vault_list(asking->host->node, db, asking->host->ledger_id, party,
                    &data, error))
        return NULL;
    tell_lines(asking->host, data);
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

    if (!asking->found || entry->kind != ENTRY_disclosure_make)
        return fail(error, ERROR_ABSENT, "there is no such disclosure");
    if (!signed_by(&asking->folder->envelope, asking->officer.party))
        return fail(error, ERROR_SIGNATURE, "they have not signed it");
    if (asking->now.ms - asking->accepted.ms >
        DISCLOSURE_DAYS * (int64_t)DAY_MS)
        return fail(error, ERROR_STATE, "it was good for %d days",
                    DISCLOSURE_DAYS);
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
                                 asking->disclosure.nonce.bytes,
                                 &asking->officer.key, error) &&
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
        !officer_read(&asking.officer, asking.host, &asking.note, error) ||
        !officer_asks_now(&asking.now, asking.disclosure.asked,
                          DISCLOSURE_MINUTES, request, asking.host, error))
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
