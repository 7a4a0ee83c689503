#include "server/sign_in.h"

#include "server/mail.h"
#include "server/node.h"
#include "server/public.h"
#include "sql/store_session.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TRIES = 5, BOX_MAX = EMAIL_BYTES_MAX + 1 + SIGN_IN_NEXT_MAX };

static struct seal_place place_of(const struct hash *token)
{
    return (struct seal_place){.purpose = SEAL_SESSION,
                               .row = token->bytes,
                               .row_size = sizeof token->bytes};
}

static struct hash token_hash(const struct cookie_secret *token)
{
    return cookie_secret_hash(token, "sign-in");
}

static struct hash browser_hash(const struct cookie_secret *browser)
{
    return cookie_secret_hash(browser, "browser");
}

/* ---- Codes ---- */

/* Without what looks alike: I and 1, O and 0. */
static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

void sign_in_code(char code[SIGN_IN_CODE_CHARS + 1],
                  const struct cookie_secret *token)
{
    struct hash hash = cookie_secret_hash(token, "code");

    static_assert(sizeof letters == 33, "5 bits are a letter");
    for (int i = 0; i < SIGN_IN_CODE_CHARS; i++)
        code[i] = letters[hash.bytes[i] % 32];
    code[SIGN_IN_CODE_CHARS] = '\0';
}

/* A code as typed: small letters, spaces and hyphens are fine. */
static bool read_code(char code[SIGN_IN_CODE_CHARS + 1], const char *typed)
{
    size_t size = 0;

    for (; *typed != '\0'; typed++) {
        char c = *typed >= 'a' && *typed <= 'z' ? (char)(*typed - 'a' + 'A')
                                                : *typed;

        if (c == ' ' || c == '-')
            continue;
        if (size == SIGN_IN_CODE_CHARS || strchr(letters, c) == NULL)
            return false;
        code[size++] = c;
    }
    code[size] = '\0';
    return size == SIGN_IN_CODE_CHARS;
}

/* A code is short: only who has the node's key could try them all. */
static bool code_hash(struct node *node, const char *code, struct hash *hash)
{
    return seal_mac(node->ring, seal_newest(node->ring), "sign-in code", code,
                    SIGN_IN_CODE_CHARS, hash);
}

/* ---- Asking ---- */

static bool queue_link(const struct request *request, struct db *db,
                       const struct cookie_secret *token, const char *email,
                       struct error *error)
{
    const struct config *config = request->site->config;
    char path[64], link[PUBLIC_URL_CHARS], here[PUBLIC_URL_CHARS];
    struct mail mail = {.to = email,
                        .language = request->language,
                        .name = "sign-in",
                        .valid_seconds = 60 * SIGN_IN_MINUTES};
    json_t *document;
    bool done;

    (void)snprintf(path, sizeof path, "/sign-in/%s", token->text);
    public_link(link, config, path);
    public_link(here, config, "/");
    document = json_pack("{s:s, s:s, s:s}", "link", link, "coop", "Terreau",
                         "status_url", here);
    mail.document = document;
    done = mail_queue(request->node, db, 0, &mail, error);
    json_decref(document);
    return done;
}

static bool store_link(struct node *node, struct db *db,
                       const struct cookie_secret *token,
                       const struct cookie_secret *browser, const char *email,
                       const char *next, struct error *error)
{
    char code[SIGN_IN_CODE_CHARS + 1], plain[BOX_MAX + 1];
    uint8_t box[BOX_MAX + SEAL_EXTRA_BYTES];
    struct store_sign_in row = {.token = token_hash(token),
                                .browser = browser_hash(browser)};
    struct seal_place place = place_of(&row.token);
    int size = snprintf(plain, sizeof plain, "%s %s", email, next);

    assert(size > 0 && size <= BOX_MAX);
    sign_in_code(code, token);
    if (!code_hash(node, code, &row.code))
        return fail(error, ERROR_CONFLICT, "the key was changed meanwhile");
    seal_close(node->ring, &place, plain, (size_t)size, row.nonce, box);
    row.box =
        (struct text){(const char *)box, (uint32_t)size + SEAL_EXTRA_BYTES};
    return store_sign_in_insert(db, &row, SIGN_IN_MINUTES, error);
}

bool sign_in_ask(const struct request *request,
                 const struct cookie_secret *browser, const char *email,
                 const char *next, struct error *error)
{
    struct cookie_secret token;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    if (request->node->ring == NULL)
        return fail(error, ERROR_READ_ONLY, "there is no key to seal it");
    cookie_secret_make(&token);
    return pool_borrow(&request->node->pool, &loan, error) &&
           db_begin(loan.db, &transaction, error) &&
           store_link(request->node, loan.db, &token, browser, email, next,
                      error) &&
           queue_link(request, loan.db, &token, email, error) &&
           db_commit(&transaction, error);
}

/* ---- Using ---- */

bool sign_in_look(const struct request *request,
                  const struct cookie_secret *token,
                  const struct cookie_secret *browser, bool *own,
                  struct error *error)
{
    struct hash hash = token_hash(token), from = browser_hash(browser);
    struct error why = {0};
    POOL_LOAN(loan);

    if (!pool_borrow(&request->node->pool, &loan, error))
        return false;
    if (store_sign_in_find(loan.db, &hash, &from, own, &why))
        return true;
    return fail_again(error, why.code == ERROR_ABSENT ? ERROR_GONE : why.code,
                      &why);
}

/* What each() needs beside the row. */
struct opening {
    struct node *node;
    struct sign_in *sign_in;
};

static bool open_link(void *context, const struct store_sign_in *row,
                      struct error *error)
{
    struct opening *opening = context;
    struct seal_place place = place_of(&row->token);
    struct sign_in *sign_in = opening->sign_in;
    char plain[BOX_MAX + 1];
    size_t size, email;

    if (row->box.size < SEAL_EXTRA_BYTES ||
        row->box.size - SEAL_EXTRA_BYTES > BOX_MAX)
        return fail(error, ERROR_DOUBT, "that is no box");
    size = row->box.size - SEAL_EXTRA_BYTES;
    if (!seal_open(opening->node->ring, &place, row->nonce,
                   (const uint8_t *)row->box.bytes, row->box.size, plain,
                   error))
        return false;
    plain[size] = '\0';
    email = strcspn(plain, " ");
    if (email >= size || email > EMAIL_BYTES_MAX)
        return fail(error, ERROR_DOUBT, "that is no address");
    memcpy(sign_in->email, plain, email);
    sign_in->email[email] = '\0';
    (void)snprintf(sign_in->next, sizeof sign_in->next, "%s",
                   plain + email + 1);
    return true;
}

/* In one transaction: a link is used up exactly if a session has begun. */
static bool begin_session(struct node *node, struct db *db,
                          struct db_transaction *transaction,
                          struct sign_in *sign_in, struct error *error)
{
    return session_begin(node, db, sign_in->email, &sign_in->session, error) &&
           db_commit(transaction, error);
}

bool sign_in_by_link(const struct request *request,
                     const struct cookie_secret *token,
                     const struct cookie_secret *browser,
                     struct sign_in *sign_in, struct error *error)
{
    struct opening opening = {request->node, sign_in};
    struct hash hash = token_hash(token), from = browser_hash(browser);
    struct error why = {0};
    bool own;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    if (!pool_borrow(&request->node->pool, &loan, error) ||
        !db_begin(loan.db, &transaction, error))
        return false;
    if (store_sign_in_use(loan.db, &hash, &from, open_link, &opening, &why))
        return begin_session(request->node, loan.db, &transaction, sign_in,
                             error);
    if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    if (store_sign_in_find(loan.db, &hash, &from, &own, &(struct error){0}))
        return fail(error, ERROR_BROWSER, "the link is for another browser");
    return fail_again(error, ERROR_GONE, &why);
}

bool sign_in_by_code(const struct request *request, const char *typed,
                     const struct cookie_secret *browser,
                     struct sign_in *sign_in, struct error *error)
{
    struct opening opening = {request->node, sign_in};
    struct hash from = browser_hash(browser), hash;
    char code[SIGN_IN_CODE_CHARS + 1];
    struct error why = {0};
    bool good;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    if (!pool_borrow(&request->node->pool, &loan, error) ||
        !db_begin(loan.db, &transaction, error))
        return false;
    good = read_code(code, typed) && code_hash(request->node, code, &hash);
    if (good && store_sign_in_guess(loan.db, &from, &hash, TRIES, open_link,
                                    &opening, &why))
        return begin_session(request->node, loan.db, &transaction, sign_in,
                             error);
    if (why.code != ERROR_NONE && why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    if (!db_commit(&transaction, error)) /* The guess counts. */
        return false;
    (void)snprintf(error->pointer, sizeof error->pointer, "/code");
    return fail(error, ERROR_FIELD, "the code does not work");
}
