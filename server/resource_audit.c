/* What an auditor recomputes, and the keys to check it with. */
#include "ledger/totals.h"
#include "server/ceilings.h"
#include "server/list.h"
#include "server/quorum.h"
#include "server/register.h"
#include "server/trial.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/*
 * Figures read every record, so they are computed once for each size of a
 * log and kept for a few logs.
 */
struct figures {
    int64_t size; /* 0: unused. */
    struct hash root;
    size_t count;
    struct total totals[TOTALS_MAX];
    struct hash digest;
    bool lawful;
    struct error broken; /* Unless lawful: which law. */
};

enum { FIGURES_KEPT = 8 };

static struct {
    pthread_mutex_t mutex;
    struct figures kept[FIGURES_KEPT];
    size_t next;
} cache = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool find_figures(const struct reading *reading, struct figures *figures)
{
    bool found = false;

    (void)pthread_mutex_lock(&cache.mutex);
    for (size_t i = 0; i < FIGURES_KEPT && !found; i++) {
        const struct figures *kept = &cache.kept[i];

        found = kept->size == reading->size &&
                hash_equal(&kept->root, &reading->root);
        if (found)
            *figures = *kept;
    }
    (void)pthread_mutex_unlock(&cache.mutex);
    return found;
}

static void keep_figures(const struct figures *figures)
{
    (void)pthread_mutex_lock(&cache.mutex);
    cache.kept[cache.next] = *figures;
    cache.next = (cache.next + 1) % FIGURES_KEPT;
    (void)pthread_mutex_unlock(&cache.mutex);
}

static void get_figures(const struct reading *reading, struct figures *figures)
{
    if (find_figures(reading, figures))
        return;
    *figures = (struct figures){.size = reading->size, .root = reading->root};
    figures->count = totals_of(figures->totals, reading->state);
    figures->digest = state_digest(reading->state);
    figures->lawful = laws_hold(reading->state, &figures->broken);
    keep_figures(figures);
}

static bool is_ladder(const char *name)
{
    return strcmp(name, "committed") == 0 || strcmp(name, "called") == 0 ||
           strcmp(name, "paid_in") == 0;
}

/* Money totals are amounts; counts are numbers for everybody. */
static bool is_money(const char *name)
{
    return is_ladder(name) || strncmp(name, "account.", 8) == 0 ||
           strncmp(name, "capital", 7) == 0 || strcmp(name, "pledged") == 0 ||
           strcmp(name, "received") == 0;
}

static json_t *list_totals(const struct wire *wire,
                           const struct figures *figures)
{
    json_t *totals = json_object();

    for (size_t i = 0; i < figures->count; i++) {
        const struct total *total = &figures->totals[i];

        wire_set(totals, total->name,
                 wire->people && is_money(total->name)
                     ? wire_amount(wire, amount_from_minor(total->value))
                     : json_integer(total->value));
    }
    return totals;
}

static void add(struct amount *sum, struct amount amount)
{
    if (!amount_add(sum, *sum, amount))
        *sum = amount_from_minor(AMOUNT_MAX);
}

/* Commitment, signature, call, payment, over all contracts. */
static json_t *describe_ladder(const struct reading *reading)
{
    const struct wire *wire = &reading->wire;
    struct amount committed = amount_from_minor(0), agreed = committed;
    struct amount called = committed, paid = committed;
    size_t count = state_count(reading->state, RECORD_contract);

    for (size_t i = 0; i < count; i++) {
        const struct record_contract *contract =
            (const void *)state_at(reading->state, RECORD_contract, i);

        add(&committed, contract->amount);
        if (contract->head.state == STATE_contract_SIGNED)
            add(&agreed, contract->amount);
        add(&called, contract->called);
        add(&paid, contract->drawn);
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o}", "committed", wire_amount(wire, committed),
        "signed", wire_amount(wire, agreed), "called",
        wire_amount(wire, called), "paid", wire_amount(wire, paid));
}

static json_t *list_downloads(const struct reading *reading)
{
    static const char *const paths[] = {"checkpoint", "tile/0/000", "policy",
                                        "keys",       "entries",    "journal",
                                        "balance",    "accounts"};
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        wire_append(list, reading_url(reading, "%s", paths[i]));
    return list;
}

static void describe(const struct reading *reading, json_t *body,
                     const struct figures *figures)
{
    const struct wire *wire = &reading->wire;
    struct trial trial = {0};

    trial_of_state(&trial, reading->state);
    if (wire->people)
        wire_set(body, "origin", json_string(reading->origin));
    wire_set(body, "digest", wire_hash(&figures->digest));
    wire_set(body, "lawful", json_boolean(figures->lawful));
    if (!figures->lawful)
        wire_set(body, "broken", json_string(figures->broken.text));
    wire_set(body, "totals", list_totals(wire, figures));
    wire_set(body, "ladder", describe_ladder(reading));
    ceilings_describe(reading, body);
    wire_set(body, "trial", trial_json(wire, &trial, false, true));
    wire_set(body, "memo", trial_json(wire, &trial, true, true));
    wire_set(body, "downloads", list_downloads(reading));
}

/* A witness that has seen the end of the log, or signed lately, is up to
 * date. */
struct witness_list {
    const struct wire *wire;
    int64_t size;
    json_t *list;
};

static bool put_witness(void *context, const struct store_cosignature *row,
                        struct error *error)
{
    enum { LATE_SECONDS = 600 };
    struct witness_list *witnesses = context;
    const struct wire *wire = witnesses->wire;
    int64_t age = wire->now.ms / 1000 - row->stamp;
    json_t *witness;

    (void)error;
    age = age < 0 ? 0 : age;
    witness =
        json_pack("{s:o, s:I, s:o, s:b}", "name",
                  wire_text(row->witness.bytes, row->witness.size), "size",
                  (json_int_t)row->size, "cosigned",
                  wire_instant(wire, (struct instant){row->stamp * 1000}),
                  "fresh", row->size == witnesses->size || age < LATE_SECONDS);
    if (wire->people) {
        wire_set(witness, "age_minutes", json_integer(age / 60));
        wire_set(witness, "recent", json_boolean(age < 2 * LATE_SECONDS));
    }
    wire_append(witnesses->list, witness);
    return true;
}

static bool list_witnesses(const struct reading *reading, json_t *body,
                           struct error *error)
{
    struct witness_list witnesses = {&reading->wire, reading->size,
                                     json_array()};
    POOL_LOAN(loan);

    wire_set(body, "witnesses", witnesses.list);
    return reading_borrow(reading, &loan, error) &&
           store_cosignatures_recent(loan.db, reading->host->ledger_id,
                                     put_witness, &witnesses, error);
}

static bool add_witnesses(const struct reading *reading, json_t *body,
                          struct error *error)
{
    json_t *witnesses;

    if (!list_witnesses(reading, body, error))
        return false;
    witnesses = json_object_get(body, "witnesses");
    wire_set(body, "quorum", quorum_describe(reading->host, witnesses));
    if (reading->wire.people)
        wire_set(body, "has_witnesses",
                 json_boolean(json_array_size(witnesses) > 0));
    return true;
}

bool audit_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    struct figures figures;
    struct store_checkpoint checkpoint;
    READING(reading);

    if (!reading_open(&reading, request, error))
        return false;
    get_figures(&reading, &figures);
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    describe(&reading, reply->body, &figures);
    reading_page(&reading, reply, "audit",
                 word(WORD_audit, reading.wire.french));
    reading_close(&reading);
    wire_set(reply->body, "checkpoint",
             host_checkpoint(reading.host, &checkpoint)
                 ? wire_text(checkpoint.note, checkpoint.note_size)
                 : json_null());
    return add_witnesses(&reading, reply->body, error);
}

/* "<origin>/<who>" with its key, as note verifiers take it. */
static json_t *describe_vkey(const char *origin, const char *who,
                             const struct key *key)
{
    char name[NOTE_NAME_BYTES_MAX + 1];
    char vkey[VKEY_CHARS_MAX];

    (void)snprintf(name, sizeof name, "%s%s%s", origin, *who ? "/" : "", who);
    vkey_write(vkey, name, KEY_TYPE_ED25519, key);
    return json_string(vkey);
}

static json_t *describe_key(const struct reading *reading,
                            const struct record *record)
{
    const struct record_key *key = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);
    char who[ID_CHARS + 1];

    id_write(who, key->party);
    wire_set(object, "vkey", describe_vkey(reading->origin, who, &key->key));
    return object;
}

static void put_keys(const struct reading *reading, json_t *list,
                     const struct cursor *cursor, struct reply *reply)
{
    size_t i, count = state_count(reading->state, RECORD_key);

    for (i = (size_t)cursor->after;
         i < count && json_array_size(list) < (size_t)cursor->limit; i++)
        wire_append(list, describe_key(reading, state_at(reading->state,
                                                         RECORD_key, i)));
    if (i < count)
        cursor_next(cursor, reading->request, reply, (int64_t)i);
}

/* All keys that the log has had: those that sign, and those that did. */
static void put_log_keys(const struct reading *reading, json_t *body)
{
    json_t *signing = json_array(), *retired = json_array();
    struct log_keys keys;

    host_keys(reading->host, &keys);
    for (size_t i = 0; log_keys_at(&keys, i) != NULL; i++)
        wire_append(i < keys.count ? signing : retired,
                    describe_vkey(reading->origin, "", log_keys_at(&keys, i)));
    wire_set(body, "log",
             keys.count > 0 ? describe_vkey(reading->origin, "", &keys.keys[0])
                            : json_null());
    wire_set(body, "log_keys", signing);
    if (reading->wire.people)
        wire_set(body, "has_retired",
                 json_boolean(json_array_size(retired) > 0));
    wire_set(body, "log_keys_retired", retired);
}

bool keys_get(const struct request *request, struct reply *reply,
              struct error *error)
{
    struct cursor cursor;
    json_t *list = NULL;
    READING(reading);

    if (!cursor_read(&cursor, request, 0, error) ||
        !reading_open(&reading, request, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    put_log_keys(&reading, reply->body);
    wire_set(reply->body, "clerk",
             describe_vkey(reading.origin, "clerk", &reading.ledger->clerk));
    list = json_array();
    wire_set(reply->body, "keys", list);
    put_keys(&reading, list, &cursor, reply);
    register_put(&reading, reply->body, "keys");
    reading_page(&reading, reply, "keys", word(WORD_keys, reading.wire.french));
    return true;
}
