#include "server/change.h"
#include "server/clerk.h"
#include "server/holder.h"
#include "server/mail.h"
#include "server/mine.h"
#include "server/node.h"
#include "server/public.h"
#include "server/reading.h"
#include "server/wire.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

void change_clear(struct change *change)
{
    json_decref(change->fields);
    sodium_memzero(change, sizeof *change);
}

const char *change_address(const struct change *change)
{
    return json_string_value(json_object_get(change->fields, "email"));
}

json_t *change_coop(const struct change *change)
{
    const struct request request = {.face = FACE_HTML,
                                    .language = change->language};
    json_t *name;
    READING(reading);

    reading_hold(&reading, &request, change->host);
    name = reading.ledger == NULL ? json_string(change->host->name)
                                  : wire_text(reading.ledger->name.bytes,
                                              reading.ledger->name.size);
    reading_close(&reading);
    return name;
}

/* ---- What is said ---- */

bool change_commit(struct change *change, struct error *error)
{
    struct node *node = change->host->node;
    json_auto_t *document = NULL, *merged = NULL;
    POOL_LOAN(loan);

    if (!vault_check(change->fields, error) ||
        !pool_borrow(&node->pool, &loan, error) ||
        !vault_get(node, loan.db, change->host->ledger_id, change->party,
                   change->party, &document, error))
        return false;
    merged = json_deep_copy(json_object_get(document, "fields"));
    vault_merge(merged, change->fields);
    change->commitment =
        vault_commit(change->host->origin, merged, &change->opening);
    return true;
}

struct text change_text(const struct change *change,
                        char out[static DRAFT_TEXT_BYTES])
{
    struct entry entry = {.kind = ENTRY_party_update};

    entry.common.kind = ENTRY_party_update;
    entry.common.nonce = change->nonce;
    entry.party_update.commitment = change->commitment;
    entry.party_update.party = change->party;
    GIVE(&entry, common, kind);
    GIVE(&entry, common, nonce);
    GIVE(&entry, party_update, commitment);
    GIVE(&entry, party_update, party);
    return (struct text){out,
                         (uint32_t)holder_text(out, DRAFT_TEXT_BYTES,
                                               change->host->origin, &entry)};
}

static bool ask_fold(const struct change *change, struct error *error)
{
    return mine_try(change->host, change->note, strlen(change->note), error);
}

bool change_sign_by_clerk(struct change *change, struct error *error)
{
    char bytes[DRAFT_TEXT_BYTES];
    size_t size;

    if (!change->host->node->has_clerk)
        return fail(error, ERROR_READ_ONLY, "this node has no clerk");
    size = clerk_note(change->host, change->note, sizeof change->note - 1,
                      change_text(change, bytes));
    assert(size > 0);
    change->note[size] = '\0';
    return ask_fold(change, error);
}

bool change_sign_by_key(struct change *change, const struct key *key,
                        const char *signature, struct error *error)
{
    char bytes[DRAFT_TEXT_BYTES];

    return browser_note(change->note, change->host->origin, change->party, key,
                        change_text(change, bytes), signature, error) &&
           ask_fold(change, error);
}

/* ---- Until the address is proved ---- */

static struct hash hash_of_token(const struct key *token)
{
    struct hash hash;

    (void)crypto_generichash(hash.bytes, sizeof hash.bytes, token->bytes,
                             sizeof token->bytes,
                             (const uint8_t *)"terreau/address/v1", 18);
    return hash;
}

static struct seal_place place_of(const struct ledger_host *host,
                                  const struct hash *token_hash)
{
    return (struct seal_place){SEAL_INTAKE, host->ledger_id, token_hash->bytes,
                               sizeof token_hash->bytes};
}

static json_t *write_json(const struct change *change)
{
    char nonce[NONCE_CHARS + 1];

    nonce_write(nonce, &change->nonce);
    return json_pack("{s:o, s:s, s:s, s:O, s:o, s:s, s:s, s:b}", "party",
                     wire_id(change->party), "former", change->former,
                     "language", change->language, "fields", change->fields,
                     "opening", wire_hash(&change->opening), "nonce", nonce,
                     "note", change->note, "has_key", change->has_key);
}

/* Its page has no token: only the letter's leads to it. */
static bool store(const struct change *change, struct db *db,
                  const struct hash *confirm, struct error *error)
{
    struct ledger_host *host = change->host;
    json_auto_t *json = write_json(change);
    char *text = json_dumps(json, JSON_COMPACT);
    uint8_t nonce[SEAL_NONCE_BYTES], *box;
    struct intake_box sealed;
    struct seal_place place;
    struct hash row;
    bool stored;

    assert(text != NULL);
    sealed = (struct intake_box){nonce, NULL, strlen(text) + SEAL_EXTRA_BYTES};
    box = malloc(sealed.size);
    assert(box != NULL);
    sealed.bytes = box;
    randombytes_buf(row.bytes, sizeof row.bytes);
    place = place_of(host, &row);
    seal_close(host->node->ring, &place, text, strlen(text), nonce, box);
    stored =
        store_intake_insert(db, host->ledger_id, &row, sealed, error) &&
        store_intake_sign(db, host->ledger_id, &row, confirm, sealed, error);
    sodium_memzero(text, strlen(text));
    free(text);
    free(box);
    return stored;
}

static bool mail_link(const struct change *change, struct db *db,
                      const char *token, struct error *error)
{
    struct ledger_host *host = change->host;
    char path[48 + KEY_CHARS], link[PUBLIC_URL_CHARS], here[PUBLIC_URL_CHARS];
    struct mail mail = {.to = change_address(change),
                        .language = change->language,
                        .name = "new-address",
                        .valid_seconds = INTAKE_SECONDS};
    json_auto_t *document = NULL;

    (void)snprintf(path, sizeof path, "/address/%d-%s?lang=%s", host->ledger_id,
                   token, change->language);
    public_link(link, host->node->config, path);
    (void)snprintf(path, sizeof path, "/%s", host->name);
    public_link(here, host->node->config, path);
    document = json_pack("{s:o, s:s, s:s}", "coop", change_coop(change), "link",
                         link, "status_url", here);
    mail.document = document;
    return mail_queue(host->node, db, host->ledger_id, &mail, error);
}

bool change_ask(const struct change *change, struct error *error)
{
    struct node *node = change->host->node;
    char text[KEY_CHARS + 1];
    struct key token;
    struct hash hash;
    DB_TRANSACTION(transaction);
    POOL_LOAN(loan);

    if (node->ring == NULL)
        return fail(error, ERROR_READ_ONLY,
                    "this server takes no personal data");
    randombytes_buf(token.bytes, sizeof token.bytes);
    key_write(text, &token);
    hash = hash_of_token(&token);
    return pool_borrow(&node->pool, &loan, error) &&
           db_begin(loan.db, &transaction, error) &&
           store(change, loan.db, &hash, error) &&
           mail_link(change, loan.db, text, error) &&
           db_commit(&transaction, error);
}

bool change_use(const struct change *change, struct db *db, struct error *error)
{
    struct ledger_host *host = change->host;
    struct seal_place place = place_of(host, &change->token_hash);
    uint8_t nonce[SEAL_NONCE_BYTES], box[2 + SEAL_EXTRA_BYTES];
    bool used = false, done = false;

    seal_close(host->node->ring, &place, "{}", 2, nonce, box);
    if (!store_intake_use(db, host->ledger_id, &change->token_hash, &used,
                          error) ||
        !store_intake_done(db, host->ledger_id, &change->token_hash,
                           (struct intake_box){nonce, box, sizeof box}, &done,
                           error))
        return false;
    return (used && done) ||
           fail(error, ERROR_GONE, "This link has already been used.");
}

/* ---- The link ---- */

static bool no_such_link(struct error *error)
{
    return fail(error, ERROR_ABSENT,
                "This link is no longer valid. Ask for another one on your"
                " page.");
}

/* What this program has written; *json owns the fields. */
static bool read_json(struct change *change, json_t *json)
{
    const char *party, *former, *language, *opening, *nonce, *note;
    int has_key;

    if (json_unpack(json, "{s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:b}", "party",
                    &party, "former", &former, "language", &language, "opening",
                    &opening, "nonce", &nonce, "note", &note, "fields",
                    &change->fields, "has_key", &has_key) != 0)
        return false;
    change->has_key = has_key != 0;
    (void)snprintf(change->former, sizeof change->former, "%s", former);
    (void)snprintf(change->language, sizeof change->language, "%s", language);
    (void)snprintf(change->note, sizeof change->note, "%s", note);
    return id_read(&change->party, party, strlen(party)) &&
           hash_read(&change->opening, opening, strlen(opening)) &&
           nonce_read(&change->nonce, nonce, strlen(nonce));
}

static bool open_row(void *context, const struct store_intake *row,
                     struct error *error)
{
    struct change *change = context;
    struct seal_place place = place_of(change->host, &row->token_hash);
    json_auto_t *json = NULL;
    size_t size;
    char *text;
    bool read;

    change->token_hash = row->token_hash;
    change->used = row->used;
    if (row->used) /* Nothing is left of it. */
        return true;
    if (change->host->node->ring == NULL)
        return fail(error, ERROR_READ_ONLY,
                    "this server takes no personal data");
    if (row->box.size < SEAL_EXTRA_BYTES)
        return fail(error, ERROR_DOUBT, "a sealed change was changed");
    size = row->box.size - SEAL_EXTRA_BYTES;
    text = malloc(size + 1);
    assert(text != NULL);
    read =
        seal_open(change->host->node->ring, &place, row->nonce,
                  (const uint8_t *)row->box.bytes, row->box.size, text, error);
    if (read) {
        json = json_loadb(text, size, 0, NULL);
        read = read_json(change, json) ||
               fail(error, ERROR_BUG, "a sealed change is malformed");
    }
    sodium_memzero(text, size);
    free(text);
    return read;
}

bool change_find(struct change *change, struct node *node, const char *token,
                 struct error *error)
{
    const char *dash = strchr(token, '-');
    size_t size = dash == NULL ? 0 : (size_t)(dash - token);
    char number[12];
    int64_t ledger_id;
    struct error why = {0};
    struct hash hash;
    struct key key;
    POOL_LOAN(loan);

    *change = (struct change){0};
    if (size == 0 || size >= sizeof number)
        return no_such_link(error);
    memcpy(number, token, size);
    number[size] = '\0';
    if (!request_number_read(&ledger_id, number) || ledger_id > INT32_MAX ||
        !key_read(&key, dash + 1, strlen(dash + 1)))
        return no_such_link(error);
    change->host = node_ledger_of(node, (int32_t)ledger_id);
    if (change->host == NULL)
        return no_such_link(error);
    hash = hash_of_token(&key);
    if (!pool_borrow(&node->pool, &loan, error))
        return false;
    if (store_intake_confirmed_by(loan.db, change->host->ledger_id, &hash,
                                  open_row, change, &why))
        return true;
    return why.code == ERROR_ABSENT ? no_such_link(error)
                                    : fail_again(error, why.code, &why);
}
