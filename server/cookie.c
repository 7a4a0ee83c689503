#include "server/cookie.h"

#include "server/public.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { NAME_CHARS = 32 };

void cookie_secret_make(struct cookie_secret *secret)
{
    uint8_t bytes[COOKIE_SECRET_BYTES];

    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2base64(secret->text, sizeof secret->text, bytes,
                            sizeof bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

bool cookie_secret_read(struct cookie_secret *secret, const char *text,
                        size_t size)
{
    uint8_t bytes[COOKIE_SECRET_BYTES];
    size_t count = 0;

    if (size != COOKIE_SECRET_CHARS ||
        sodium_base642bin(bytes, sizeof bytes, text, size, NULL, &count, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        count != sizeof bytes)
        return false;
    memcpy(secret->text, text, size);
    secret->text[size] = '\0';
    return true;
}

struct hash cookie_secret_hash(const struct cookie_secret *secret,
                               const char *use)
{
    struct hash hash;
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes);
    (void)crypto_generichash_update(&state, (const uint8_t *)use,
                                    strlen(use) + 1);
    (void)crypto_generichash_update(&state, (const uint8_t *)secret->text,
                                    COOKIE_SECRET_CHARS);
    (void)crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes);
    return hash;
}

static void full_name(char out[NAME_CHARS], const struct request *request,
                      const char *name)
{
    const char *prefix =
        public_is_secure(request->site->config) ? "__Host-" : "terreau_";
    int size = snprintf(out, NAME_CHARS, "%s%s", prefix, name);

    assert(size > 0 && size < NAME_CHARS);
}

bool cookie_get(struct cookie_secret *secret, const struct request *request,
                const char *name)
{
    const char *at = request->headers.cookie;
    char wanted[NAME_CHARS];
    bool found = false;

    full_name(wanted, request, name);
    while (at != NULL && *at != '\0') {
        size_t size = strcspn(at, ";");
        size_t start = strlen(wanted) + 1;

        if (size >= start && strncmp(at, wanted, start - 1) == 0 &&
            at[start - 1] == '=') {
            if (found || !cookie_secret_read(secret, at + start, size - start))
                return false;
            found = true;
        }
        at += size;
        at += strspn(at, "; ");
    }
    return found;
}

static void put(struct reply *reply, const struct request *request,
                const char *name, const char *value, int seconds)
{
    char full[NAME_CHARS], age[32] = "";
    const char *secure =
        public_is_secure(request->site->config) ? "; Secure" : "";

    full_name(full, request, name);
    if (seconds != 0 || value[0] == '\0')
        (void)snprintf(age, sizeof age, "; Max-Age=%d", seconds);
    reply_header_add(reply, "Set-Cookie",
                     "%s=%s; Path=/%s%s; HttpOnly; SameSite=Lax", full, value,
                     age, secure);
}

void cookie_set(struct reply *reply, const struct request *request,
                const char *name, const struct cookie_secret *secret,
                int seconds)
{
    put(reply, request, name, secret->text, seconds);
}

void cookie_drop(struct reply *reply, const struct request *request,
                 const char *name)
{
    put(reply, request, name, "", 0);
}
