#include "server/citizen.h"
#include "server/clerk.h"
#include "server/config.h"
#include "server/door.h"
#include "server/node.h"
#include "server/wire.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

#define COOKIE "terreau_seal"

enum { COOKIE_SECONDS = 600 };

static void add(crypto_generichash_state *hash, const void *bytes, size_t size)
{
    uint8_t length[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16),
                         (uint8_t)(size >> 8), (uint8_t)size};

    (void)crypto_generichash_update(hash, length, sizeof length);
    (void)crypto_generichash_update(hash, bytes, size);
}

/* Nobody without the clerk's secret can tell what it was derived from. */
static void derive(const struct ledger_host *host,
                   const struct citizen *citizen, const char *what,
                   uint8_t *out, size_t size)
{
    char amount[AMOUNT_CHARS];
    uint8_t choices[2] = {citizen->nature, citizen->on_failure};
    crypto_generichash_state hash;

    amount_write(amount, citizen->amount, 0);
    (void)crypto_generichash_init(&hash, host->node->clerk.bytes,
                                  sizeof host->node->clerk.bytes, size);
    add(&hash, "terreau/form/v1", 15);
    add(&hash, what, strlen(what));
    add(&hash, host->origin, strlen(host->origin));
    add(&hash, citizen->token.bytes, sizeof citizen->token.bytes);
    add(&hash, citizen->campaign.bytes, sizeof citizen->campaign.bytes);
    add(&hash, choices, sizeof choices);
    add(&hash, amount, strlen(amount));
    add(&hash, citizen->name, strlen(citizen->name));
    add(&hash, citizen->email, strlen(citizen->email));
    (void)crypto_generichash_final(&hash, out, size);
}

/* C = BLAKE2b-256(key = r, "terreau/commit/v1" || origin || fields). */
static struct hash commit(const struct ledger_host *host,
                          const struct citizen *citizen,
                          const struct hash *opening)
{
    json_auto_t *fields =
        json_pack("{s:s, s:s}", "email", citizen->email, "name", citizen->name);
    char *text = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS);
    crypto_generichash_state hash;
    struct hash commitment;

    assert(text != NULL);
    (void)crypto_generichash_init(&hash, opening->bytes, sizeof opening->bytes,
                                  sizeof commitment.bytes);
    (void)crypto_generichash_update(&hash, (const uint8_t *)"terreau/commit/v1",
                                    17);
    (void)crypto_generichash_update(&hash, (const uint8_t *)host->origin,
                                    strlen(host->origin));
    (void)crypto_generichash_update(&hash, (const uint8_t *)text, strlen(text));
    (void)crypto_generichash_final(&hash, commitment.bytes,
                                   sizeof commitment.bytes);
    free(text);
    return commitment;
}

static void start(struct entry *entry, enum entry_kind kind,
                  const struct ledger_host *host, const struct citizen *citizen)
{
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->common.kind = (uint16_t)kind;
    derive(host, citizen, entry_spec(kind)->name, entry->common.nonce.bytes,
           sizeof entry->common.nonce.bytes);
    GIVE(entry, common, kind);
    GIVE(entry, common, nonce);
}

static void make_register(struct entry *entry, const struct ledger_host *host,
                          const struct citizen *citizen,
                          const struct citizen_pledge *pledge)
{
    start(entry, ENTRY_party_register, host, citizen);
    entry->party_register.auth = AUTH_EMAIL;
    entry->party_register.commitment = commit(host, citizen, &pledge->opening);
    entry->party_register.party = pledge->party;
    entry->party_register.type = PARTY_PERSON;
    GIVE(entry, party_register, auth);
    GIVE(entry, party_register, commitment);
    GIVE(entry, party_register, party);
    GIVE(entry, party_register, type);
}

static void make_pledge(struct entry *entry, const struct ledger_host *host,
                        const struct citizen *citizen,
                        const struct citizen_pledge *pledge)
{
    start(entry, ENTRY_pledge_make, host, citizen);
    entry->pledge_make.amount = citizen->amount;
    entry->pledge_make.campaign = citizen->campaign;
    entry->pledge_make.nature = citizen->nature;
    entry->pledge_make.on_failure = citizen->on_failure;
    entry->pledge_make.party = pledge->party;
    entry->pledge_make.pledge = pledge->pledge;
    GIVE(entry, pledge_make, amount);
    GIVE(entry, pledge_make, campaign);
    GIVE(entry, pledge_make, nature);
    GIVE(entry, pledge_make, on_failure);
    GIVE(entry, pledge_make, party);
    GIVE(entry, pledge_make, pledge);
}

/* Both entries are small: no text in them is the citizen's. */
static size_t write_note(char out[static CITIZEN_NOTE_BYTES],
                         struct ledger_host *host, const struct entry *entry)
{
    char json[2048], text[2560];
    size_t size = entry_write(json, sizeof json, entry);

    size = entry_text_write(text, sizeof text, host->origin, json, size);
    assert(size > 0);
    size = clerk_note(host, out, CITIZEN_NOTE_BYTES,
                      (struct text){text, (uint32_t)size});
    assert(size > 0);
    return size;
}

bool citizen_write(struct citizen_pledge *pledge, struct ledger_host *host,
                   const struct citizen *citizen, struct error *error)
{
    struct entry entry;

    assert(citizen->on_failure != FALLBACK_MOVE);
    if (!host->node->has_clerk)
        return fail(error, ERROR_READ_ONLY, "this node has no clerk");
    pledge->party.letter = 'p';
    pledge->pledge.letter = 'g';
    derive(host, citizen, "party", pledge->party.bytes,
           sizeof pledge->party.bytes);
    derive(host, citizen, "pledge", pledge->pledge.bytes,
           sizeof pledge->pledge.bytes);
    derive(host, citizen, "opening", pledge->opening.bytes,
           sizeof pledge->opening.bytes);
    make_register(&entry, host, citizen, pledge);
    pledge->register_size = write_note(pledge->register_note, host, &entry);
    make_pledge(&entry, host, citizen, pledge);
    pledge->pledge_size = write_note(pledge->pledge_note, host, &entry);
    return true;
}

/* One fold into the view's layer; what it changes stays there. */
static bool try_note(const struct view *view, const struct ledger_host *host,
                     struct folder *folder, const char *note, size_t size,
                     int64_t index, struct error *error)
{
    struct envelope *envelope = &folder->envelope;
    struct instant now = node_now(host->node);
    struct meta meta = {.origin = host->origin,
                        .index = index,
                        .accepted = now,
                        .signers = envelope->signers,
                        .verify = line_is_trusted};

    if (now.ms < host->at.accepted.ms)
        meta.accepted = host->at.accepted;
    if (!envelope_read(envelope, note, size, host->origin, error))
        return false;
    meta.signer_count = envelope->signer_count;
    folder->lists.used = 0;
    return entry_parse(&folder->entry, &folder->lists, envelope->json.bytes,
                       envelope->json.size, error) &&
           fold_entry(view, &folder->entry, &meta, &folder->outcome, error);
}

bool citizen_try(const struct citizen_pledge *pledge, struct ledger_host *host,
                 struct error *error)
{
    uint8_t seed[16];
    struct folder *folder = folder_create();
    struct view view = {.layer_count = 1};
    bool known, taken;

    randombytes_buf(seed, sizeof seed);
    view.layers[0] = layer_create(seed);
    host_read(host);
    view.state = host->at.base;
    known = state_find_id(host->at.base, pledge->pledge) != NULL;
    taken = known || state_find_id(host->at.base, pledge->party) != NULL ||
            try_note(&view, host, folder, pledge->register_note,
                     pledge->register_size, host->at.size, error);
    taken = known ||
            (taken && try_note(&view, host, folder, pledge->pledge_note,
                               pledge->pledge_size, host->at.size + 1, error));
    host_done(host);
    layer_free(view.layers[0]);
    folder_free(folder);
    return taken;
}

/* What waits for the log, between the two entries and the answer. */
struct sending {
    struct exchange *exchange;
    struct ledger_host *host;
    bool second;
    struct citizen_pledge pledge;
};

static void answer_people(struct reply *reply, const struct sending *sending,
                          int64_t size)
{
    const char *base = sending->exchange->request.site->config->public_url;
    bool secure = strncmp(base, "https:", 6) == 0;
    char opening[HASH_CHARS + 1], id[ID_CHARS + 1];
    char path[LEDGER_NAME_CHARS_MAX + ID_CHARS + 128];

    id_write(id, sending->pledge.pledge);
    hash_write(opening, &sending->pledge.opening);
    (void)snprintf(path, sizeof path, "/%s/pledges/%s?size=%" PRId64 "&lang=%s",
                   sending->host->name, id, size,
                   sending->exchange->request.language);
    reply_redirect(reply, path);
    reply_header(reply, "Set-Cookie",
                 COOKIE "=%s; Path=/%s/pledges/%s; Max-Age=%d; HttpOnly;"
                        " SameSite=Strict%s",
                 opening, sending->host->name, id, COOKIE_SECONDS,
                 secure ? "; Secure" : "");
}

static void answer_programs(struct reply *reply, const struct sending *sending,
                            const struct verdict *verdict)
{
    char id[ID_CHARS + 1];

    id_write(id, sending->pledge.pledge);
    reply->status = verdict->repeated ? 200 : 201;
    reply_header(reply, "Location", "/%s/pledges/%s", sending->host->name, id);
    reply->body = json_pack("{s:s, s:o, s:o, s:I, s:o, s:o}", "pledge", id,
                            "party", wire_id(sending->pledge.party), "opening",
                            wire_hash(&sending->pledge.opening), "index",
                            (json_int_t)verdict->index, "leaf_hash",
                            wire_hash(&verdict->leaf_hash), "receipt",
                            json_sprintf("/%s/receipt/%" PRId64,
                                         sending->host->name, verdict->index));
}

static void finish(struct sending *sending, const struct verdict *verdict)
{
    struct reply reply = {.status = 200, .cache = CACHE_PRIVATE};

    if (sending->exchange->request.face == FACE_HTML)
        answer_people(&reply, sending, verdict->index + 1);
    else
        answer_programs(&reply, sending, verdict);
    exchange_finish(sending->exchange, &reply);
    sodium_memzero(&sending->pledge, sizeof sending->pledge);
    free(sending);
}

static void give_up(struct sending *sending, const struct error *error)
{
    exchange_refuse(sending->exchange, error);
    sodium_memzero(&sending->pledge, sizeof sending->pledge);
    free(sending);
}

static void be_told(void *context, const struct verdict *verdict)
{
    struct sending *sending = context;
    struct error error = {0};
    struct submission next = {.bytes = sending->pledge.pledge_note,
                              .size = sending->pledge.pledge_size,
                              .done = be_told,
                              .context = sending};

    if (verdict->error.code != ERROR_NONE) {
        give_up(sending, &verdict->error);
        return;
    }
    if (sending->second) {
        finish(sending, verdict);
        return;
    }
    sending->second = true;
    if (!door_enter(sending->host, &next, &error))
        give_up(sending, &error);
}

bool citizen_send(const struct citizen_pledge *pledge, struct ledger_host *host,
                  struct exchange *exchange, struct error *error)
{
    struct sending *sending = malloc(sizeof *sending);
    struct submission first;

    assert(sending != NULL);
    *sending = (struct sending){exchange, host, false, *pledge};
    first = (struct submission){.bytes = sending->pledge.register_note,
                                .size = sending->pledge.register_size,
                                .done = be_told,
                                .context = sending};
    if (door_enter(host, &first, error))
        return true;
    free(sending);
    return false;
}

bool citizen_opening(struct hash *opening, const struct request *request)
{
    const char *at = request->headers.cookie;

    while (at != NULL && *at != '\0') {
        size_t size = strcspn(at, ";");

        if (size == sizeof COOKIE + HASH_CHARS &&
            strncmp(at, COOKIE "=", sizeof COOKIE) == 0)
            return hash_read(opening, at + sizeof COOKIE, HASH_CHARS);
        at += size;
        at += strspn(at, "; ");
    }
    return false;
}
