#include "server/draft.h"
#include "server/door.h"
#include "server/node.h"
#include "server/vault.h"
#include "server/wire.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

static struct hash hash_of_token(const struct key *token)
{
    struct hash hash;

    (void)crypto_generichash(hash.bytes, sizeof hash.bytes, token->bytes,
                             sizeof token->bytes,
                             (const uint8_t *)"terreau/intake/v1", 17);
    return hash;
}

static struct hash draw_token(char text[static DRAFT_TOKEN_CHARS + 1])
{
    struct key token;

    randombytes_buf(token.bytes, sizeof token.bytes);
    key_write(text, &token);
    return hash_of_token(&token);
}

/* ---- What is sealed ---- */

/* The entry of the sealed text; it has been written by this program. */
static void read_pledge(struct draft *draft)
{
    json_t *text = json_object_get(draft->json, "pledge");
    struct error error = {0};
    bool read =
        entry_parse(&draft->pledge, door_lists(), json_string_value(text),
                    json_string_length(text), &error);

    assert(read && draft->pledge.kind == ENTRY_pledge_make);
}

void draft_start(struct draft *draft, const struct entry *pledge,
                 json_t *fields, const char *language)
{
    struct entry entry = *pledge;
    struct id party = {.letter = 'p'}, made = {.letter = 'g'};
    char json[DRAFT_TEXT_BYTES], opening[HASH_CHARS + 1];
    char nonce[NONCE_CHARS + 1];
    size_t size;

    *draft = (struct draft){0};
    randombytes_buf(party.bytes, sizeof party.bytes);
    randombytes_buf(made.bytes, sizeof made.bytes);
    randombytes_buf(draft->opening.bytes, sizeof draft->opening.bytes);
    randombytes_buf(draft->nonce.bytes, sizeof draft->nonce.bytes);
    randombytes_buf(entry.common.nonce.bytes, sizeof entry.common.nonce.bytes);
    entry.kind = ENTRY_pledge_make;
    entry.common.kind = ENTRY_pledge_make;
    entry.pledge_make.party = party;
    entry.pledge_make.pledge = made;
    GIVE(&entry, common, kind);
    GIVE(&entry, common, nonce);
    GIVE(&entry, pledge_make, party);
    GIVE(&entry, pledge_make, pledge);
    size = entry_write(json, sizeof json, &entry);
    assert(size > 0);
    hash_write(opening, &draft->opening);
    nonce_write(nonce, &draft->nonce);
    draft->json =
        json_pack("{s:o, s:o, s:s, s:s, s:s}", "pledge",
                  json_stringn(json, size), "fields", fields, "language",
                  language, "opening", opening, "nonce", nonce);
    assert(draft->json != NULL);
    read_pledge(draft);
}

void draft_clear(struct draft *draft)
{
    json_decref(draft->json);
    sodium_memzero(draft, sizeof *draft);
}

static struct seal_place place_of(const struct ledger_host *host,
                                  const struct hash *token_hash)
{
    return (struct seal_place){SEAL_INTAKE, host->ledger_id, token_hash->bytes,
                               sizeof token_hash->bytes};
}

/* A draft in its box, for as long as a statement takes. */
struct sealed {
    uint8_t nonce[SEAL_NONCE_BYTES];
    uint8_t *bytes; /* Owned. */
    size_t size;
};

static bool seal(struct sealed *sealed, const struct draft *draft,
                 struct ledger_host *host, const struct hash *token_hash,
                 struct error *error)
{
    struct seal_place place = place_of(host, token_hash);
    struct seal_ring *ring = host->node->ring;
    char *text;
    size_t size;

    if (ring == NULL)
        return fail(error, ERROR_READ_ONLY,
                    "this server takes no personal data");
    text = json_dumps(draft->json, JSON_COMPACT);
    assert(text != NULL);
    size = strlen(text);
    sealed->size = size + SEAL_EXTRA_BYTES;
    sealed->bytes = malloc(sealed->size);
    assert(sealed->bytes != NULL);
    seal_close(ring, &place, text, size, sealed->nonce, sealed->bytes);
    sodium_memzero(text, size);
    free(text);
    return true;
}

static struct intake_box box_of(const struct sealed *sealed)
{
    return (struct intake_box){sealed->nonce, sealed->bytes, sealed->size};
}

bool draft_keep(const struct draft *draft, struct ledger_host *host,
                struct db *db, char token[static DRAFT_TOKEN_CHARS + 1],
                struct error *error)
{
    struct hash token_hash = draw_token(token);
    struct sealed sealed = {0};
    bool kept = seal(&sealed, draft, host, &token_hash, error) &&
                store_intake_insert(db, host->ledger_id, &token_hash,
                                    box_of(&sealed), error);

    free(sealed.bytes);
    return kept;
}

static bool read_json(struct draft *draft, char *text, size_t size,
                      struct error *error)
{
    const char *opening, *nonce;

    draft->json = json_loadb(text, size, 0, NULL);
    sodium_memzero(text, size);
    opening = json_string_value(json_object_get(draft->json, "opening"));
    nonce = json_string_value(json_object_get(draft->json, "nonce"));
    if (draft->json == NULL)
        return fail(error, ERROR_BUG, "a sealed form is no JSON");
    if (opening != NULL &&
        (!hash_read(&draft->opening, opening, strlen(opening)) ||
         !nonce_read(&draft->nonce, nonce, strlen(nonce))))
        return fail(error, ERROR_BUG, "a sealed form is malformed");
    read_pledge(draft);
    return true;
}

bool draft_open(struct draft *draft, struct ledger_host *host,
                const struct store_intake *row, struct error *error)
{
    struct seal_place place = place_of(host, &row->token_hash);
    struct seal_ring *ring = host->node->ring;
    size_t size = row->box.size - SEAL_EXTRA_BYTES;
    char *text;
    bool opened;

    *draft = (struct draft){.token_hash = row->token_hash,
                            .is_signed = row->is_signed,
                            .used = row->used,
                            .done = row->done,
                            .expires = row->expires};
    if (ring == NULL)
        return fail(error, ERROR_READ_ONLY,
                    "this server takes no personal data");
    if (row->box.size < SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "a sealed form was changed");
    text = malloc(size + 1);
    assert(text != NULL);
    opened =
        seal_open(ring, &place, row->nonce, (const uint8_t *)row->box.bytes,
                  row->box.size, text, error) &&
        read_json(draft, text, size, error);
    free(text);
    return opened;
}

struct finding {
    struct draft *draft;
    struct ledger_host *host;
};

static bool open_row(void *context, const struct store_intake *row,
                     struct error *error)
{
    const struct finding *finding = context;

    return draft_open(finding->draft, finding->host, row, error);
}

static bool find(struct draft *draft, struct ledger_host *host, struct db *db,
                 const char *text, bool mailed, struct error *error)
{
    struct finding finding = {draft, host};
    struct key token;
    struct hash hash;

    *draft = (struct draft){0};
    if (!key_read(&token, text, strlen(text)))
        return fail(error, ERROR_ABSENT, "there is no such form");
    hash = hash_of_token(&token);
    return mailed ? store_intake_confirmed_by(db, host->ledger_id, &hash,
                                              open_row, &finding, error)
                  : store_intake_get(db, host->ledger_id, &hash, open_row,
                                     &finding, error);
}

bool draft_find(struct draft *draft, struct ledger_host *host, struct db *db,
                const char *token, struct error *error)
{
    return find(draft, host, db, token, false, error);
}

bool draft_find_mailed(struct draft *draft, struct ledger_host *host,
                       struct db *db, const char *token, struct error *error)
{
    return find(draft, host, db, token, true, error);
}

const char *draft_language(const struct draft *draft)
{
    const char *language =
        json_string_value(json_object_get(draft->json, "language"));

    return language != NULL && strcmp(language, "fr") == 0 ? "fr" : "en";
}

json_t *draft_fields(const struct draft *draft)
{
    return json_object_get(draft->json, "fields");
}

const char *draft_field(const struct draft *draft, const char *name)
{
    const char *value =
        json_string_value(json_object_get(draft_fields(draft), name));

    return value == NULL ? "" : value;
}

/* ---- The texts ---- */

static void start(struct entry *entry, enum entry_kind kind,
                  const struct nonce *nonce)
{
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->common.kind = (uint16_t)kind;
    entry->common.nonce = *nonce;
    GIVE(entry, common, kind);
    GIVE(entry, common, nonce);
}

static void make_register(struct entry *entry, const struct draft *draft,
                          const struct draft_signer *signer,
                          const struct hash *commitment)
{
    start(entry, ENTRY_party_register, &draft->nonce);
    entry->party_register.auth = signer->by_key ? AUTH_KEY : AUTH_EMAIL;
    entry->party_register.commitment = *commitment;
    entry->party_register.party = draft->pledge.pledge_make.party;
    entry->party_register.type = PARTY_PERSON;
    GIVE(entry, party_register, auth);
    GIVE(entry, party_register, commitment);
    GIVE(entry, party_register, party);
    GIVE(entry, party_register, type);
    if (!signer->by_key)
        return;
    entry->party_register.key = signer->key;
    GIVE(entry, party_register, key);
}

/* Somebody the ledger knows says again, and anew, who they are. */
static void make_update(struct entry *entry, const struct draft *draft,
                        const struct draft_signer *signer,
                        const struct hash *commitment)
{
    start(entry, ENTRY_party_update, &draft->nonce);
    entry->party_update.commitment = *commitment;
    entry->party_update.party = signer->party;
    GIVE(entry, party_update, commitment);
    GIVE(entry, party_update, party);
}

static void write_text(struct draft_text *text, const char *origin,
                       const struct entry *entry)
{
    char json[2048];
    size_t size = entry_write(json, sizeof json, entry);

    assert(size > 0);
    text->kind = entry->kind;
    text->size = entry_text_write(text->bytes, sizeof text->bytes - 1, origin,
                                  json, size);
    assert(text->size > 0);
    text->bytes[text->size] = '\0';
}

void draft_texts(const struct draft *draft, const struct ledger_host *host,
                 const struct draft_signer *signer,
                 struct draft_text texts[static DRAFT_TEXTS])
{
    struct hash commitment =
        vault_commit(host->origin, draft_fields(draft), &draft->opening);
    struct entry first, pledge = draft->pledge;

    if (signer->known) {
        make_update(&first, draft, signer, &commitment);
        pledge.pledge_make.party = signer->party;
    } else {
        make_register(&first, draft, signer, &commitment);
    }
    write_text(&texts[0], host->origin, &first);
    write_text(&texts[1], host->origin, &pledge);
}

/* ---- Once signed ---- */

bool draft_renew(struct draft *draft, struct ledger_host *host, struct db *db,
                 char token[static DRAFT_TOKEN_CHARS + 1], struct error *error)
{
    struct hash confirm_hash = draw_token(token);
    struct sealed sealed = {0};
    bool kept = seal(&sealed, draft, host, &draft->token_hash, error) &&
                store_intake_sign(db, host->ledger_id, &draft->token_hash,
                                  &confirm_hash, box_of(&sealed), error);

    free(sealed.bytes);
    return kept;
}

bool draft_sign(struct draft *draft, struct ledger_host *host, struct db *db,
                const struct draft_signer *signer,
                const char *const notes[static DRAFT_TEXTS], struct instant now,
                char token[static DRAFT_TOKEN_CHARS + 1], struct error *error)
{
    struct id party =
        signer->known ? signer->party : draft->pledge.pledge_make.party;

    wire_set(draft->json, "signed",
             json_pack("{s:b, s:I, s:o, s:[s, s]}", "by_key", signer->by_key,
                       "at", (json_int_t)now.ms, "party", wire_id(party),
                       "notes", notes[0], notes[1]));
    return draft_renew(draft, host, db, token, error);
}

static json_t *get_signed(const struct draft *draft, const char *name)
{
    return json_object_get(json_object_get(draft->json, "signed"), name);
}

bool draft_is_by_key(const struct draft *draft)
{
    return json_is_true(get_signed(draft, "by_key"));
}

struct instant draft_signed_at(const struct draft *draft)
{
    return (struct instant){json_integer_value(get_signed(draft, "at"))};
}

const char *draft_note(const struct draft *draft, size_t which)
{
    const char *note =
        json_string_value(json_array_get(get_signed(draft, "notes"), which));

    assert(note != NULL);
    return note;
}

struct id draft_party(const struct draft *draft)
{
    json_t *text = get_signed(draft, "party");
    struct id party = draft->pledge.pledge_make.party;

    if (text != NULL &&
        !id_read(&party, json_string_value(text), json_string_length(text)))
        impossible();
    return party;
}

struct id draft_pledge(const struct draft *draft)
{
    return draft->pledge.pledge_make.pledge;
}

bool draft_done(struct draft *draft, struct ledger_host *host, struct db *db,
                bool *mine, struct error *error)
{
    static const char *const gone[] = {"fields", "opening", "nonce"};
    struct sealed sealed = {0};
    bool kept;

    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        (void)json_object_del(draft->json, gone[i]);
    (void)json_object_del(json_object_get(draft->json, "signed"), "notes");
    kept = seal(&sealed, draft, host, &draft->token_hash, error) &&
           store_intake_done(db, host->ledger_id, &draft->token_hash,
                             box_of(&sealed), mine, error);
    free(sealed.bytes);
    return kept;
}
