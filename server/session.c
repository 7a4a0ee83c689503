#include "server/session.h"

#include "server/node.h"
#include "sql/store_session.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define COOKIE "s"

enum { MARK_BYTES = 16, NEXT_MAX = 200 };

static struct seal_place place_of(const struct hash *hash)
{
    return (struct seal_place){.purpose = SEAL_SESSION,
                               .row = hash->bytes,
                               .row_size = sizeof hash->bytes};
}

/* ---- Who ---- */

/* What each() needs beside the row. */
struct opening {
    struct node *node;
    struct session *session;
};

static bool open_session(void *context, const struct store_session *row,
                         struct error *error)
{
    struct opening *opening = context;
    struct seal_place place = place_of(&row->session);
    struct error why = {0};
    char *email = opening->session->email;

    if (row->box.size < SEAL_EXTRA_BYTES ||
        row->box.size - SEAL_EXTRA_BYTES > EMAIL_BYTES_MAX ||
        !seal_open(opening->node->ring, &place, row->nonce,
                   (const uint8_t *)row->box.bytes, row->box.size, email, &why))
        return fail(error, ERROR_SIGNED_OUT, "sign in again");
    email[row->box.size - SEAL_EXTRA_BYTES] = '\0';
    return true;
}

bool session_of(const struct request *request, struct session *session,
                struct error *error)
{
    struct opening opening = {request->node, session};
    struct error why = {0};
    struct hash hash;
    POOL_LOAN(loan);

    if (request->node == NULL || request->node->ring == NULL ||
        !cookie_get(&session->secret, request, COOKIE))
        return fail(error, ERROR_SIGNED_OUT, "nobody is signed in");
    hash = cookie_secret_hash(&session->secret, COOKIE);
    if (!pool_borrow(&request->node->pool, &loan, error))
        return false;
    if (store_session_find(loan.db, &hash, SESSION_IDLE_MINUTES,
                           SESSION_MOST_MINUTES, open_session, &opening, &why))
        return true;
    if (why.code == ERROR_ABSENT)
        return fail(error, ERROR_SIGNED_OUT, "nobody is signed in");
    return fail_again(error, why.code, &why);
}

bool session_next_is_safe(const char *next)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "-._~:/";
    size_t size = strlen(next);

    return next[0] == '/' && next[1] != '/' && size <= NEXT_MAX &&
           strspn(next, letters) == size;
}

bool session_invite(const struct request *request, struct reply *reply,
                    const struct error *error)
{
    char path[NEXT_MAX + 64];

    if (error->code != ERROR_SIGNED_OUT || request->face != FACE_HTML ||
        strcmp(request->method, "GET") != 0)
        return false;
    (void)snprintf(path, sizeof path, "/sign-in?next=%s&lang=%s",
                   session_next_is_safe(request->path) ? request->path : "/",
                   request->language);
    reply->cache = CACHE_PRIVATE;
    reply_redirect(reply, path);
    return true;
}

/* ---- Forms ---- */

static void mark_of(uint8_t mark[MARK_BYTES], const struct session *session)
{
    static const char use[] = "form";

    (void)crypto_generichash(
        mark, MARK_BYTES, (const uint8_t *)use, sizeof use - 1,
        (const uint8_t *)session->secret.text, COOKIE_SECRET_CHARS);
}

void session_form_token(char out[SESSION_TOKEN_CHARS + 1],
                        const struct session *session)
{
    uint8_t bytes[2 * MARK_BYTES];

    mark_of(bytes + MARK_BYTES, session);
    randombytes_buf(bytes, MARK_BYTES);
    for (int i = 0; i < MARK_BYTES; i++)
        bytes[MARK_BYTES + i] ^= bytes[i];
    (void)sodium_bin2base64(out, SESSION_TOKEN_CHARS + 1, bytes, sizeof bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool session_form_check(const struct session *session,
                        const struct form_data *form, struct error *error)
{
    const char *text = form_value(form, "form_token");
    uint8_t bytes[2 * MARK_BYTES], mark[MARK_BYTES];
    size_t size = 0;

    if (text == NULL || strlen(text) != SESSION_TOKEN_CHARS ||
        sodium_base642bin(bytes, sizeof bytes, text, SESSION_TOKEN_CHARS, NULL,
                          &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != sizeof bytes)
        return fail(error, ERROR_FOREIGN, "the form is not of this session");
    for (int i = 0; i < MARK_BYTES; i++)
        bytes[MARK_BYTES + i] ^= bytes[i];
    mark_of(mark, session);
    if (sodium_memcmp(mark, bytes + MARK_BYTES, MARK_BYTES) != 0)
        return fail(error, ERROR_FOREIGN, "the form is not of this session");
    return true;
}

/* ---- Beginning and end ---- */

static bool person_of(struct node *node, uint32_t number, const char *email,
                      struct hash *person)
{
    char folded[EMAIL_BYTES_MAX + 1];

    email_fold(folded, email);
    return seal_mac(node->ring, number, "session", folded, strlen(folded),
                    person);
}

bool session_begin(struct node *node, struct db *db, const char *email,
                   struct cookie_secret *secret, struct error *error)
{
    struct store_session row = {0};
    struct seal_place place;
    uint8_t box[EMAIL_BYTES_MAX + SEAL_EXTRA_BYTES];
    size_t size = strlen(email);

    assert(size <= EMAIL_BYTES_MAX);
    cookie_secret_make(secret);
    row.session = cookie_secret_hash(secret, COOKIE);
    if (!person_of(node, seal_newest(node->ring), email, &row.person))
        return fail(error, ERROR_CONFLICT, "the key was changed meanwhile");
    place = place_of(&row.session);
    seal_close(node->ring, &place, email, size, row.nonce, box);
    row.box =
        (struct text){(const char *)box, (uint32_t)(size + SEAL_EXTRA_BYTES)};
    return store_session_insert(db, &row, error);
}

void session_cookie_set(struct reply *reply, const struct request *request,
                        const struct cookie_secret *secret)
{
    cookie_set(reply, request, COOKIE, secret, 0);
}

void session_cookie_drop(struct reply *reply, const struct request *request)
{
    cookie_drop(reply, request, COOKIE);
}

bool session_replace(const struct request *request, struct db *db,
                     struct error *error)
{
    struct cookie_secret secret;
    struct hash hash;

    if (!cookie_get(&secret, request, COOKIE))
        return true;
    hash = cookie_secret_hash(&secret, COOKIE);
    return store_session_end(db, &hash, error);
}

bool session_end_all(struct node *node, struct db *db, const char *email,
                     struct error *error)
{
    uint32_t numbers[SEAL_KEYS_MAX];
    size_t count = seal_numbers(node->ring, numbers);

    for (size_t i = 0; i < count; i++) {
        struct hash person;

        if (person_of(node, numbers[i], email, &person) &&
            !store_session_end_person(db, &person, error))
            return false;
    }
    return true;
}
