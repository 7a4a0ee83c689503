/* Step 2 of a pledge, signed; the mail with the link goes with it. */
#include "server/browser.h"
#include "server/clerk.h"
#include "server/consent.h"
#include "server/desk.h"
#include "server/limit.h"
#include "server/mail.h"
#include "server/node.h"
#include "server/prose.h"
#include "server/public.h"
#include "server/rehearsal.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static const char sign_fields[] = "how key party signature_0 signature_1";

/* The notes of a draft, by the key of a browser or by the clerk. */
struct signed_notes {
    char notes[DRAFT_TEXTS][DRAFT_NOTE_BYTES];
    struct draft_text texts[DRAFT_TEXTS];
    const char *list[DRAFT_TEXTS];
};

static bool sign_by_key(struct signed_notes *notes, struct ledger_host *host,
                        const struct draft_signer *signer,
                        const struct form_data *form, struct error *error)
{
    static const char *const names[DRAFT_TEXTS] = {"signature_0",
                                                   "signature_1"};

    for (size_t i = 0; i < DRAFT_TEXTS; i++) {
        struct text text = {notes->texts[i].bytes,
                            (uint32_t)notes->texts[i].size};

        if (!browser_note(notes->notes[i], host->origin, signer->party,
                          &signer->key, text, form_value(form, names[i]),
                          error))
            return false;
    }
    return true;
}

/* The clerk signs as itself, for somebody known by e-mail. */
static bool sign_by_clerk(struct signed_notes *notes, struct ledger_host *host,
                          struct error *error)
{
    if (!host->node->has_clerk)
        return fail(error, ERROR_READ_ONLY, "this node has no clerk");
    for (size_t i = 0; i < DRAFT_TEXTS; i++) {
        struct text text = {notes->texts[i].bytes,
                            (uint32_t)notes->texts[i].size};
        size_t size =
            clerk_note(host, notes->notes[i], DRAFT_NOTE_BYTES - 1, text);

        assert(size > 0);
        notes->notes[i][size] = '\0';
    }
    return true;
}

static bool make_notes(struct signed_notes *notes, const struct desk *desk,
                       const struct draft_signer *signer,
                       const struct form_data *form, struct error *error)
{
    struct ledger_host *host = desk->reading.host;

    draft_texts(&desk->draft, host, signer, notes->texts);
    for (size_t i = 0; i < DRAFT_TEXTS; i++)
        notes->list[i] = notes->notes[i];
    return (signer->by_key ? sign_by_key(notes, host, signer, form, error)
                           : sign_by_clerk(notes, host, error)) &&
           rehearse_notes(host, notes->list, error);
}

/* The terms are those that were read. */
static bool same_terms(const struct consent *consent, const struct desk *desk,
                       struct db *db, struct error *error)
{
    struct hash now;

    if (!consent_hash(&now, consent, desk->reading.host, db, error))
        return false;
    if (hash_equal(&now, &desk->draft.pledge.pledge_make.consents))
        return true;
    return fail(error, ERROR_CONFLICT,
                "The terms changed since you opened this page. Read them again"
                " before signing.");
}

/* The document of the mail that asks for the confirmation. */
static json_t *mail_document(const struct desk *desk)
{
    const struct reading *reading = &desk->reading;
    const struct record_campaign *campaign = desk->offering.campaign;
    bool french = strcmp(draft_language(&desk->draft), "fr") == 0;
    char figure[PROSE_CHARS];

    prose_amount(figure, desk->draft.pledge.pledge_make.amount,
                 reading->wire.currency, french);
    return json_pack(
        "{s:o, s:s, s:o}", "coop",
        wire_text(reading->ledger->name.bytes, reading->ledger->name.size),
        "amount", figure, "campaign",
        wire_text(campaign->title.bytes, campaign->title.size));
}

static bool send_mail(const struct desk *desk, struct db *db, json_t *document,
                      const char *token, struct error *error)
{
    struct ledger_host *host = desk->reading.host;
    char path[128], link[PUBLIC_URL_CHARS];
    struct mail mail = {.to = draft_field(&desk->draft, "email"),
                        .language = draft_language(&desk->draft),
                        .name = "confirm",
                        .document = document,
                        .valid_seconds = INTAKE_SECONDS};

    (void)snprintf(path, sizeof path, "/confirm/%" PRId32 "-%s?lang=%s",
                   host->ledger_id, token, mail.language);
    public_link(link, host->node->config, path);
    wire_set(document, "link", json_string(link));
    return mail_queue(host->node, db, host->ledger_id, &mail, error);
}

/* The row and its mail, or neither. */
static bool keep_signed(struct desk *desk, struct db *db,
                        const struct draft_signer *signer,
                        const char *const *notes, json_t *document,
                        struct error *error)
{
    struct ledger_host *host = desk->reading.host;
    char token[DRAFT_TOKEN_CHARS + 1];
    bool kept;
    DB_TRANSACTION(transaction);

    kept = db_begin(db, &transaction, error) &&
           draft_sign(&desk->draft, host, db, signer, notes,
                      node_now(host->node), token, error) &&
           send_mail(desk, db, document, token, error) &&
           db_commit(&transaction, error);
    sodium_memzero(token, sizeof token);
    return kept;
}

static void answer(const struct request *request, const struct desk *desk,
                   struct reply *reply)
{
    char path[256];

    (void)snprintf(path, sizeof path, "/%s/drafts/%s?lang=%s",
                   desk->reading.name, request_argument(request, "draft"),
                   request->language);
    if (request->face == FACE_HTML) {
        reply_redirect(reply, path);
        return;
    }
    reply->status = 202;
    reply->body = json_pack("{s:s, s:s}", "draft", path, "sent_to",
                            draft_field(&desk->draft, "email"));
}

static bool sign(struct desk *desk, const struct request *request,
                 const struct form_data *form, struct reply *reply,
                 struct error *error)
{
    const char *how = form_value(form, "how");
    struct draft_signer signer = {.party =
                                      desk->draft.pledge.pledge_make.party};
    struct signed_notes *notes = calloc(1, sizeof *notes);
    json_auto_t *document = mail_document(desk);
    struct consent consent;
    bool done;
    POOL_LOAN(loan);

    assert(notes != NULL);
    consent_list(&consent, &desk->reading, desk->offering.campaign,
                 desk->offering.nature);
    done = how != NULL && strcmp(how, "key") == 0
               ? desk_signer(&signer, desk, form, error)
           : how != NULL && strcmp(how, "email") == 0
               ? true
               : fail(error, ERROR_REQUEST, "how is key or email");
    reading_close(&desk->reading);
    done = done && make_notes(notes, desk, &signer, form, error) &&
           reading_borrow(&desk->reading, &loan, error) &&
           same_terms(&consent, desk, loan.db, error) &&
           keep_signed(desk, loan.db, &signer, notes->list, document, error);
    if (done)
        answer(request, desk, reply);
    free(notes);
    return done;
}

bool draft_post(const struct request *request, struct reply *reply,
                struct error *error)
{
    char *text = malloc(request->body_size + 1);
    struct form_data form;
    bool done;
    DESK(desk);

    assert(text != NULL);
    reply->cache = CACHE_PRIVATE;
    done = desk_form(request, text, &form, sign_fields, error) &&
           desk_open(&desk, request, error);
    if (done && desk.draft.used)
        desk_lead_on(&desk, reply);
    else
        done = done &&
               limit_mail(request, reply, draft_field(&desk.draft, "email"),
                          error) &&
               sign(&desk, request, &form, reply, error);
    free(text);
    return done;
}

/* The same texts and signatures; the link of the mail before ends. */
static bool send_again(struct desk *desk, struct error *error)
{
    struct ledger_host *host = desk->reading.host;
    json_auto_t *document = mail_document(desk);
    char token[DRAFT_TOKEN_CHARS + 1];
    bool kept;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    reading_close(&desk->reading);
    kept = reading_borrow(&desk->reading, &loan, error) &&
           db_begin(loan.db, &transaction, error) &&
           draft_renew(&desk->draft, host, loan.db, token, error) &&
           send_mail(desk, loan.db, document, token, error) &&
           db_commit(&transaction, error);
    sodium_memzero(token, sizeof token);
    return kept;
}

bool draft_mail_post(const struct request *request, struct reply *reply,
                     struct error *error)
{
    DESK(desk);

    reply->cache = CACHE_PRIVATE;
    if (!desk_open(&desk, request, error))
        return false;
    if (desk.draft.used) {
        desk_lead_on(&desk, reply);
        return true;
    }
    if (!desk.draft.is_signed)
        return fail(error, ERROR_STATE, "it is not signed yet");
    if (!limit_mail(request, reply, draft_field(&desk.draft, "email"), error) ||
        !send_again(&desk, error))
        return false;
    answer(request, &desk, reply);
    return true;
}
