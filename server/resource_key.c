/* A lost browser key is replaced, by who reads the mail of its party. */
#include "server/browser.h"
#include "server/catalogue.h"
#include "server/clerk.h"
#include "server/holder.h"
#include "server/series.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

static const char key_fields[] = "key form_token";

/* Whose key it is, by way of one of their pledges. */
struct owner_of_key {
    struct ledger_host *host;
    struct id party;
    bool signed_in;
    struct session session;
    char path[SERIES_PATH_CHARS]; /* Of the pledge. */
};

static bool find(struct owner_of_key *owner, struct reading *reading,
                 const struct request *request, struct error *error)
{
    const struct record *record;
    char id[ID_CHARS + 1];

    if (!reading_open(reading, request, error) ||
        !reading_find(reading, "pledge", RECORD_pledge, &record, error))
        return false;
    owner->host = reading->host;
    owner->party = ((const struct record_pledge *)(const void *)record)->party;
    id_write(id, record_id(record));
    (void)snprintf(owner->path, sizeof owner->path, "/%s/pledges/%s",
                   reading->name, id);
    reading_close(reading);
    return holder_is_signed_in(&owner->session, request, owner->host,
                               owner->party, &owner->signed_in, error);
}

bool key_get(const struct request *request, struct reply *reply,
             struct error *error)
{
    struct owner_of_key owner = {0};
    char token[SESSION_TOKEN_CHARS + 1], own[SERIES_PATH_CHARS + 8];
    READING(reading);

    reply->cache = CACHE_PRIVATE;
    reply_header(reply, "X-Robots-Tag", "noindex");
    if (!find(&owner, &reading, request, error))
        return false;
    reading_hold(&reading, request, owner.host);
    reply->body = reading_document(&reading);
    (void)snprintf(own, sizeof own, "%s/key", owner.path);
    wire_set(reply->body, "party", wire_id(owner.party));
    wire_set(reply->body, "origin", json_string(reading.origin));
    wire_set(reply->body, "pledge_url", json_string(owner.path));
    wire_set(reply->body, "action", json_string(own));
    wire_set(reply->body, "signed_in", json_boolean(owner.signed_in));
    wire_set(reply->body, "sign_in_url", holder_sign_in_url(request, own));
    if (owner.signed_in) {
        session_form_token(token, &owner.session);
        wire_set(reply->body, "form_token", json_string(token));
    }
    reading_page(&reading, reply, "key",
                 say(request->language, "Make a new key"));
    sodium_memzero(&owner.session, sizeof owner.session);
    return true;
}

/* ---- Replaced ---- */

static void start(struct entry *entry, enum entry_kind kind)
{
    *entry = (struct entry){.kind = kind};
    entry->common.kind = (uint16_t)kind;
    randombytes_buf(entry->common.nonce.bytes,
                    sizeof entry->common.nonce.bytes);
    GIVE(entry, common, kind);
    GIVE(entry, common, nonce);
}

static void add_note(struct series *series, const struct entry *entry)
{
    char bytes[DRAFT_TEXT_BYTES];
    size_t size = holder_text(bytes, sizeof bytes, series->host->origin, entry);
    char *note = series->notes[series->count++];

    size = clerk_note(series->host, note, SERIES_NOTE_BYTES - 1,
                      (struct text){bytes, (uint32_t)size});
    note[size] = '\0';
}

static void add_key(struct series *series, struct id party,
                    const struct key *key)
{
    struct entry entry;

    start(&entry, ENTRY_key_add);
    entry.key_add.key = *key;
    entry.key_add.party = party;
    GIVE(&entry, key_add, key);
    GIVE(&entry, key_add, party);
    add_note(series, &entry);
}

static void revoke_key(struct series *series, struct id party,
                       const struct key *key)
{
    struct entry entry;

    start(&entry, ENTRY_key_revoke);
    entry.key_revoke.key = *key;
    entry.key_revoke.party = party;
    entry.key_revoke.reason = KEY_LOST;
    GIVE(&entry, key_revoke, key);
    GIVE(&entry, key_revoke, party);
    GIVE(&entry, key_revoke, reason);
    add_note(series, &entry);
}

/* The new one first: at no moment is the party without a key. */
static bool make_notes(struct series *series, const struct owner_of_key *owner,
                       const struct reading *reading, const struct key *key,
                       struct error *error)
{
    size_t count = state_count(reading->state, RECORD_key);

    add_key(series, owner->party, key);
    for (size_t i = 0; i < count; i++) {
        const struct record_key *old =
            (const void *)state_at(reading->state, RECORD_key, i);

        if (!id_equal(old->party, owner->party) ||
            old->head.state != STATE_key_ACTIVE)
            continue;
        if (key_equal(&old->key, key))
            return fail(error, ERROR_TAKEN, "this key signs already");
        if (series->count < SERIES_NOTES_MAX)
            revoke_key(series, owner->party, &old->key);
    }
    return true;
}

static bool replace(const struct request *request, const struct form_data *form,
                    struct reply *reply, struct error *error)
{
    struct owner_of_key owner = {0};
    struct series *series;
    struct key key;
    bool made;
    READING(reading);

    if (!browser_read_key(&key, form_value(form, "key")))
        return fail(error, ERROR_FIELD, "key is no public key");
    if (!find(&owner, &reading, request, error))
        return false;
    if (!owner.signed_in)
        return fail(error, ERROR_SIGNED_OUT, "sign in first");
    if (!session_form_check(&owner.session, form, error))
        return false;
    series = calloc(1, sizeof *series);
    assert(series != NULL);
    series->exchange = request->exchange;
    series->host = owner.host;
    memcpy(series->path, owner.path, sizeof series->path);
    reading_hold(&reading, request, owner.host);
    made = make_notes(series, &owner, &reading, &key, error);
    reading_close(&reading);
    if (!made) {
        free(series);
        return false;
    }
    reply->later = true;
    if (series_enter(series, error))
        return true;
    reply->later = false;
    return false;
}

bool key_post(const struct request *request, struct reply *reply,
              struct error *error)
{
    char *text = malloc(request->body_size + 1);
    const char *stranger = NULL;
    struct form_data form;
    bool done;

    assert(text != NULL);
    reply->cache = CACHE_PRIVATE;
    done = request_form(request, text, &form, error) &&
           (form_names_are_of(&form, key_fields, &stranger) ||
            fail(error, ERROR_REQUEST, "the form has no field %s", stranger)) &&
           replace(request, &form, reply, error);
    free(text);
    return done;
}
