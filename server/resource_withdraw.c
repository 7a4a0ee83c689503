/* A pledge is taken back: by the key that made it, or after a sign-in. */
#include "server/browser.h"
#include "server/catalogue.h"
#include "server/clerk.h"
#include "server/holder.h"
#include "server/meaning.h"
#include "server/offering.h"
#include "server/pledge_page.h"
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

static const char withdraw_fields[] =
    "how nonce key party signature_0 form_token";

/* What the page and its answer share. */
struct withdrawal {
    struct ledger_host *host;
    struct id pledge, party;
    bool allowed, has_key; /* May be; the party signs with keys. */
    bool signed_in;
    struct session session;
    char path[SERIES_PATH_CHARS]; /* Of the pledge. */
};

/* The entry text; the same for the same nonce. */
static size_t write_text(char out[static DRAFT_TEXT_BYTES],
                         const struct withdrawal *withdrawal,
                         const struct nonce *nonce)
{
    struct entry entry = {.kind = ENTRY_pledge_withdraw};

    entry.common.kind = ENTRY_pledge_withdraw;
    entry.common.nonce = *nonce;
    entry.pledge_withdraw.pledge = withdrawal->pledge;
    entry.present = UINT64_C(1) << BIT_common_kind |
                    UINT64_C(1) << BIT_common_nonce |
                    UINT64_C(1) << BIT_pledge_withdraw_pledge;
    return holder_text(out, DRAFT_TEXT_BYTES, withdrawal->host->origin, &entry);
}

/* The reading is open on success. */
static bool find(struct withdrawal *withdrawal, struct reading *reading,
                 const struct request *request,
                 const struct record_pledge **pledge, struct error *error)
{
    const struct record_party *party;
    const struct record *record;
    char id[ID_CHARS + 1];

    if (!reading_open(reading, request, error) ||
        !reading_find(reading, "pledge", RECORD_pledge, &record, error))
        return false;
    *pledge = (const void *)record;
    withdrawal->host = reading->host;
    withdrawal->pledge = record_id(record);
    withdrawal->party = (*pledge)->party;
    withdrawal->allowed = pledge_may_withdraw(reading, *pledge);
    party = (const void *)state_find_id(reading->state, (*pledge)->party);
    withdrawal->has_key = party != NULL && party->auth == AUTH_KEY;
    id_write(id, withdrawal->pledge);
    (void)snprintf(withdrawal->path, sizeof withdrawal->path, "/%s/pledges/%s",
                   reading->name, id);
    return true;
}

static void describe(const struct withdrawal *withdrawal,
                     const struct reading *reading, json_t *body)
{
    char text[DRAFT_TEXT_BYTES], nonce_text[NONCE_CHARS + 1];
    char token[SESSION_TOKEN_CHARS + 1], next[SERIES_PATH_CHARS + 16];
    struct nonce nonce;
    size_t size;

    randombytes_buf(nonce.bytes, sizeof nonce.bytes);
    nonce_write(nonce_text, &nonce);
    size = write_text(text, withdrawal, &nonce);
    wire_set(body, "texts",
             json_pack("[o]", meaning_of_text(&reading->wire, text, size)));
    wire_set(body, "nonce", json_string(nonce_text));
    wire_set(body, "origin", json_string(reading->origin));
    wire_set(body, "has_key", json_boolean(withdrawal->has_key));
    wire_set(body, "by_clerk",
             json_boolean(withdrawal->signed_in && !withdrawal->has_key));
    wire_set(body, "needs_key",
             json_boolean(withdrawal->signed_in && withdrawal->has_key));
    wire_set(body, "signed_out", json_boolean(!withdrawal->signed_in));
    wire_set(body, "pledge_url", json_string(withdrawal->path));
    wire_set(body, "key_url", json_sprintf("%s/key", withdrawal->path));
    (void)snprintf(next, sizeof next, "%s/withdraw", withdrawal->path);
    wire_set(body, "action", json_string(next));
    wire_set(body, "sign_in_url", holder_sign_in_url(reading->request, next));
    if (!withdrawal->signed_in)
        return;
    session_form_token(token, &withdrawal->session);
    wire_set(body, "form_token", json_string(token));
}

bool withdraw_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct withdrawal withdrawal = {0};
    const struct record_pledge *pledge;
    READING(reading);

    reply->cache = CACHE_PRIVATE;
    reply_header(reply, "X-Robots-Tag", "noindex");
    if (!find(&withdrawal, &reading, request, &pledge, error))
        return false;
    reading_close(&reading);
    if (!holder_is_signed_in(&withdrawal.session, request, withdrawal.host,
                             withdrawal.party, &withdrawal.signed_in, error) ||
        !find(&withdrawal, &reading, request, &pledge, error))
        return false;
    reply->body = reading_document(&reading);
    pledge_describe(&reading, reply->body, pledge);
    describe(&withdrawal, &reading, reply->body);
    reading_page(&reading, reply, "withdraw",
                 say(request->language, "Withdraw my pledge"));
    sodium_memzero(&withdrawal.session, sizeof withdrawal.session);
    return true;
}

/* ---- Done ---- */

static bool by_key(struct series *series, const struct withdrawal *withdrawal,
                   const struct reading *reading, struct text text,
                   const struct form_data *form, struct error *error)
{
    struct key key;
    bool ended;

    if (!browser_read_key(&key, form_value(form, "key")))
        return fail(error, ERROR_FIELD, "key is no public key");
    if (!browser_key_is_of(reading->state, reading->origin, withdrawal->party,
                           &key, &ended))
        return fail(error, ended ? ERROR_REVOKED : ERROR_SIGNATURE,
                    "that key does not sign for this pledge");
    return browser_note(series->notes[0], reading->origin, withdrawal->party,
                        &key, text, form_value(form, "signature_0"), error);
}

/* Who is signed in says so, and the clerk signs for what is known by e-mail. */
static bool by_clerk(struct series *series, const struct withdrawal *withdrawal,
                     struct text text, const struct form_data *form,
                     struct error *error)
{
    size_t size;

    if (!withdrawal->signed_in)
        return fail(error, ERROR_SIGNED_OUT, "sign in first");
    if (!session_form_check(&withdrawal->session, form, error))
        return false;
    if (withdrawal->has_key)
        return fail(error, ERROR_SIGNATURE,
                    "this pledge is signed by a key: make a new one first");
    size = clerk_note(withdrawal->host, series->notes[0], SERIES_NOTE_BYTES - 1,
                      text);
    series->notes[0][size] = '\0';
    return true;
}

static bool make_note(struct series *series, struct withdrawal *withdrawal,
                      const struct reading *reading,
                      const struct form_data *form, struct error *error)
{
    const char *how = form_value(form, "how");
    const char *nonce_text = form_value(form, "nonce");
    char bytes[DRAFT_TEXT_BYTES];
    struct nonce nonce;
    struct text text;

    if (how == NULL || nonce_text == NULL ||
        !nonce_read(&nonce, nonce_text, strlen(nonce_text)))
        return fail(error, ERROR_REQUEST, "the form is not whole");
    text =
        (struct text){bytes, (uint32_t)write_text(bytes, withdrawal, &nonce)};
    if (strcmp(how, "key") == 0)
        return by_key(series, withdrawal, reading, text, form, error);
    if (strcmp(how, "email") == 0)
        return by_clerk(series, withdrawal, text, form, error);
    return fail(error, ERROR_REQUEST, "how is key or email");
}

static bool send(const struct request *request, const struct form_data *form,
                 struct reply *reply, struct error *error)
{
    struct withdrawal withdrawal = {0};
    const struct record_pledge *pledge;
    struct series *series;
    READING(reading);

    if (!find(&withdrawal, &reading, request, &pledge, error))
        return false;
    reading_close(&reading);
    if (!holder_is_signed_in(&withdrawal.session, request, withdrawal.host,
                             withdrawal.party, &withdrawal.signed_in, error) ||
        !find(&withdrawal, &reading, request, &pledge, error))
        return false;
    series = calloc(1, sizeof *series);
    assert(series != NULL);
    series->exchange = request->exchange;
    series->host = withdrawal.host;
    series->count = 1;
    memcpy(series->path, withdrawal.path, sizeof series->path);
    if (!make_note(series, &withdrawal, &reading, form, error)) {
        free(series);
        return false;
    }
    reading_close(&reading);
    reply->later = true;
    if (series_enter(series, error))
        return true;
    reply->later = false;
    return false;
}

bool withdraw_post(const struct request *request, struct reply *reply,
                   struct error *error)
{
    char *text = malloc(request->body_size + 1);
    const char *stranger = NULL;
    struct form_data form;
    bool done;

    assert(text != NULL);
    reply->cache = CACHE_PRIVATE;
    done = request_form(request, text, &form, error) &&
           (form_names_are_of(&form, withdraw_fields, &stranger) ||
            fail(error, ERROR_REQUEST, "the form has no field %s", stranger)) &&
           send(request, &form, reply, error);
    free(text);
    return done;
}
