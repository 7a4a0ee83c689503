#include "server/limit.h"

#include "server/catalogue.h"
#include "server/config.h"
#include "server/email.h"
#include "server/node.h"
#include "server/public.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETS = 2048, WAYS = 8, TAG_BYTES = 16, BUDGET_SECONDS = 3600 };

/* A bucket, as the instant at which it will be full again. */
struct bucket {
    uint8_t tag[TAG_BYTES];
    int64_t full_ms;
};

struct limits {
    pthread_mutex_t mutex;
    uint8_t key[crypto_generichash_KEYBYTES];
    struct bucket buckets[SETS][WAYS];
    struct bucket budget; /* Of mails, for the whole node. */
};

static const struct {
    int64_t most, ms;
} table[LIMIT_COUNT] = {
#define LIMIT(limit, most, seconds, help)                                      \
    [LIMIT_##limit] = {most, INT64_C(1000) * (seconds)},
#include "server/limits.def"
};

struct limits *limits_create(void)
{
    struct limits *limits = calloc(1, sizeof *limits);

    assert(limits != NULL);
    (void)pthread_mutex_init(&limits->mutex, NULL);
    randombytes_buf(limits->key, sizeof limits->key);
    return limits;
}

void limits_free(struct limits *limits)
{
    if (limits == NULL)
        return;
    (void)pthread_mutex_destroy(&limits->mutex);
    free(limits);
}

/* The bucket of a tag; else the one of its set that is full the longest. */
static struct bucket *find(struct limits *limits, const uint8_t tag[TAG_BYTES])
{
    struct bucket *set = limits->buckets[(tag[0] | tag[1] << 8) % SETS];
    struct bucket *oldest = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (memcmp(set[i].tag, tag, TAG_BYTES) == 0)
            return &set[i];
        if (set[i].full_ms < oldest->full_ms)
            oldest = &set[i];
    }
    *oldest = (struct bucket){0};
    memcpy(oldest->tag, tag, TAG_BYTES);
    return oldest;
}

/* One of most that come back evenly over ms. */
static bool take(struct bucket *bucket, int64_t most, int64_t ms,
                 int64_t now_ms, int64_t *wait_seconds)
{
    int64_t one = ms / most;
    int64_t full = bucket->full_ms > now_ms ? bucket->full_ms : now_ms;

    if (full + one > now_ms + ms) {
        *wait_seconds = (full + one - ms - now_ms + 999) / 1000;
        return false;
    }
    bucket->full_ms = full + one;
    return true;
}

static void make_tag(uint8_t tag[TAG_BYTES], const struct limits *limits,
                     enum limit limit, const void *key, size_t size)
{
    crypto_generichash_state state;
    uint8_t word = (uint8_t)limit;

    (void)crypto_generichash_init(&state, limits->key, sizeof limits->key,
                                  TAG_BYTES);
    (void)crypto_generichash_update(&state, &word, 1);
    (void)crypto_generichash_update(&state, key, size);
    (void)crypto_generichash_final(&state, tag, TAG_BYTES);
}

bool limits_take(struct limits *limits, enum limit limit, const void *key,
                 size_t size, int64_t now_ms, int64_t *wait_seconds)
{
    uint8_t tag[TAG_BYTES];
    bool taken;

    make_tag(tag, limits, limit, key, size);
    (void)pthread_mutex_lock(&limits->mutex);
    taken = take(find(limits, tag), table[limit].most, table[limit].ms, now_ms,
                 wait_seconds);
    (void)pthread_mutex_unlock(&limits->mutex);
    return taken;
}

static int64_t steady_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What of an address stands for one client; its size. */
static size_t client_key(uint8_t key[16], const char *client)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (inet_pton(AF_INET, client, key) == 1)
        return 4;
    if (inet_pton(AF_INET6, client, key) != 1)
        return 0;
    if (memcmp(key, mapped, sizeof mapped) == 0) {
        memmove(key, key + 12, 4);
        return 4;
    }
    return 8;
}

static bool client_is_here(const uint8_t *key, size_t size)
{
    static const uint8_t one[8] = {0}; /* ::1 */

    return size == 0 || (size == 4 && key[0] == 127) ||
           (size == 8 && memcmp(key, one, sizeof one) == 0);
}

static bool too_many(struct reply *reply, int64_t wait_seconds,
                     struct error *error)
{
    reply_header(reply, "Retry-After", "%lld", (long long)wait_seconds);
    return fail(error, ERROR_MANY, "try again in %lld seconds",
                (long long)wait_seconds);
}

bool limit_take(const struct request *request, struct reply *reply,
                enum limit limit, const char *key, struct error *error)
{
    uint8_t client[16];
    size_t size;
    int64_t wait_seconds = 0;

    if (request->node == NULL)
        return true;
    if (key == NULL) {
        size = client_key(client, request->client);
        if (client_is_here(client, size) &&
            public_is_local(request->site->config))
            return true;
        key = (const char *)client;
    } else {
        size = strlen(key);
    }
    return limits_take(request->node->limits, limit, key, size, steady_ms(),
                       &wait_seconds) ||
           too_many(reply, wait_seconds, error);
}

bool limit_is_free(const struct request *request, enum limit limit,
                   const char *key)
{
    struct limits *limits = request->node->limits;
    uint8_t tag[TAG_BYTES];
    struct bucket copy;
    int64_t wait_seconds;

    make_tag(tag, limits, limit, key, strlen(key));
    (void)pthread_mutex_lock(&limits->mutex);
    copy = *find(limits, tag);
    (void)pthread_mutex_unlock(&limits->mutex);
    return take(&copy, table[limit].most, table[limit].ms, steady_ms(),
                &wait_seconds);
}

void limit_words(struct buffer *out, const struct request *request,
                 const struct reply *reply)
{
    const char *after = reply_header_value(reply, "Retry-After");
    long seconds = after == NULL ? 1 : strtol(after, NULL, 10);
    bool soon = seconds <= 90;
    char number[24];

    (void)snprintf(number, sizeof number, "%ld",
                   soon ? seconds : (seconds + 59) / 60);
    say_with(out, request->language,
             soon ? SENTENCE("Too many attempts. Try again after {time}"
                             " seconds. Your answers are still here.")
                  : SENTENCE("Too many attempts. Try again after {time}"
                             " minutes. Your answers are still here."),
             "time", number, NULL);
}

static bool take_budget(const struct request *request, struct reply *reply,
                        struct error *error)
{
    struct limits *limits = request->node->limits;
    int64_t wait_seconds = 0;
    bool taken;

    (void)pthread_mutex_lock(&limits->mutex);
    taken = take(&limits->budget, request->site->config->mail_budget,
                 INT64_C(1000) * BUDGET_SECONDS, steady_ms(), &wait_seconds);
    (void)pthread_mutex_unlock(&limits->mutex);
    return taken || too_many(reply, wait_seconds, error);
}

bool limit_mail(const struct request *request, struct reply *reply,
                const char *email, struct error *error)
{
    char folded[EMAIL_BYTES_MAX + 1];

    email_fold(folded, email);
    return request->node == NULL ||
           (limit_take(request, reply, LIMIT_MAIL_CLIENT, NULL, error) &&
            limit_take(request, reply, LIMIT_MAIL_ADDRESS, folded, error) &&
            take_budget(request, reply, error));
}
