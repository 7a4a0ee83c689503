#include "server/http.h"
#include "server/config.h"
#include "server/face.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const struct {
    const char *name;
    size_t offset;
} known_headers[] = {
#define HEADER(name, field)                                                    \
    {                                                                          \
        name, offsetof(struct request_headers, field)                          \
    }
    HEADER("Accept", accept),
    HEADER("Accept-Language", accept_language),
    HEADER("If-None-Match", if_none_match),
    HEADER("Content-Type", content_type),
    HEADER("Host", host),
    HEADER("Origin", origin),
    HEADER("Sec-Fetch-Site", sec_fetch_site),
    HEADER("Cookie", cookie),
    HEADER("Authorization", authorization),
    HEADER("Prefer", prefer),
    HEADER("Idempotency-Key", idempotency_key),
    HEADER("Terreau-Clock", terreau_clock),
    HEADER("Terreau-Size", terreau_size),
    HEADER("X-Forwarded-For", forwarded_for),
    HEADER("traceparent", traceparent),
#undef HEADER
};

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Unique within the node for all practical purposes; says nothing. */
static void make_id(struct request *request)
{
    uint8_t bytes[REQUEST_ID_CHARS / 2];

    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(request->id, sizeof request->id, bytes, sizeof bytes);
}

void exchange_begin(struct exchange *exchange, const struct site *site,
                    const char *address)
{
    struct request *request = &exchange->request;

    exchange->started_us = now_us();
    exchange->address = strdup(address == NULL ? "" : address);
    assert(exchange->address != NULL);
    atomic_store(&exchange->state, EXCHANGE_RUNNING);
    request->site = site;
    request->node = site->node;
    request->exchange = exchange;
    request->method = "";
    request->body = "";
    request->language = "en";
    make_id(request);
}

void exchange_header(struct exchange *exchange, const char *name,
                     const char *value)
{
    char *headers = (char *)&exchange->request.headers;

    guard_header(&exchange->guard, name, value);
    for (size_t i = 0; i < sizeof known_headers / sizeof *known_headers; i++) {
        const char **field =
            (const char **)(void *)(headers + known_headers[i].offset);

        if (strcasecmp(name, known_headers[i].name) == 0 && *field == NULL)
            *field = value;
    }
}

/* Is the media type of the body one of the list?  UTF-8 is the one charset. */
static bool media_fits(const char *list, const char *sent)
{
    size_t size = strcspn(sent, "; \t");
    const char *charset = strchr(sent, ';');

    if (charset != NULL) {
        charset += 1 + strspn(charset + 1, " \t");
        if (strncasecmp(charset, "charset=", 8) == 0 &&
            strcasecmp(charset + 8, "utf-8") != 0 &&
            strcasecmp(charset + 8, "\"utf-8\"") != 0)
            return false;
    }
    while (*list != '\0') {
        size_t length = strcspn(list, " ");

        if (length == size && strncasecmp(list, sent, size) == 0)
            return true;
        list += length;
        list += strspn(list, " ");
    }
    return false;
}

static bool check_media(const struct request *request, struct error *error)
{
    const char *sent = request->headers.content_type;
    const char *takes = request->route->takes;

    if (strcmp(request->method, "GET") == 0 || takes[0] == '\0')
        return true;
    if (sent == NULL || !media_fits(takes, sent))
        return fail(error, ERROR_MEDIA, "taken here: %s", takes);
    return true;
}

/* Is origin this site: its public address, or the Host it was asked at? */
static bool is_own_origin(const struct request *request, const char *origin)
{
    const char *public_url = request->site->config->public_url;
    const char *host = strstr(origin, "://");

    if (public_url[0] != '\0')
        return strcmp(origin, public_url) == 0;
    return host != NULL && request->headers.host != NULL &&
           strcmp(host + 3, request->headers.host) == 0;
}

/*
 * Forms are what another site can make a browser send, and cookies what a
 * browser adds by itself.  A browser says where it comes from; a client that
 * says nothing is no browser and has no cookie.
 */
static bool check_form_origin(const struct request *request,
                              struct error *error)
{
    const struct request_headers *headers = &request->headers;
    const char *type = headers->content_type;
    bool is_form =
        type != NULL &&
        strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0;
    bool own;

    if (strcmp(request->method, "GET") == 0 ||
        (!is_form && headers->cookie == NULL))
        return true;
    if (headers->sec_fetch_site != NULL)
        own = strcmp(headers->sec_fetch_site, "same-origin") == 0 ||
              strcmp(headers->sec_fetch_site, "none") == 0;
    else if (headers->origin != NULL)
        own = is_own_origin(request, headers->origin);
    else
        own = headers->cookie == NULL;
    if (!own)
        return fail(error, ERROR_FOREIGN, "send it from the page of this site");
    return true;
}

static bool check_size(struct request *request, struct error *error)
{
    const char *text = request_query(request, "size");

    if (text == NULL)
        text = request->headers.terreau_size;
    if (text != NULL && !request_number_read(&request->min_size, text))
        return fail(error, ERROR_REQUEST, "size is not a number");
    return true;
}

/* W3C trace context, version 00; anything else is left aside. */
static void read_trace(struct request *request)
{
    const char *text = request->headers.traceparent;

    if (text == NULL || strlen(text) != 55 || strncmp(text, "00-", 3) != 0 ||
        strspn(text + 3, "0123456789abcdef") != TRACE_ID_CHARS ||
        text[35] != '-' || strspn(text + 36, "0123456789abcdef") != 16 ||
        text[52] != '-')
        return;
    memcpy(request->trace, text + 3, TRACE_ID_CHARS);
}

static bool check_body_size(const struct request *request, size_t size,
                            struct error *error)
{
    size_t most = request->route->body_kib_max * 1024;

    if (size > most)
        return fail(error, ERROR_SIZE, "a body has at most %zu bytes here",
                    most);
    return true;
}

static bool judge(struct exchange *exchange, const char *address,
                  size_t body_size, struct error *error)
{
    struct request *request = &exchange->request;
    const struct route *table = request->site->routes;
    bool found = route_find(table == NULL ? route_table : table, request,
                            address, &exchange->room, error);

    face_choose(request);
    if (!found)
        return false;
    if (!check_size(request, error) ||
        !check_body_size(request, body_size, error) ||
        !check_media(request, error) || !check_form_origin(request, error))
        return false;
    return true;
}

bool exchange_open(struct exchange *exchange, const char *method,
                   const char *version)
{
    struct request *request = &exchange->request;
    struct error error = {0};
    size_t body_size = 0;

    request->is_head = strcmp(method, "HEAD") == 0;
    request->method = request->is_head ? "GET" : method;
    read_trace(request);
    if (!guard_check(&exchange->guard, method, version, &body_size, &error)) {
        exchange->must_close = true;
        exchange_fail(exchange, &error);
        return false;
    }
    if (!judge(exchange, exchange->address, body_size, &error)) {
        exchange->must_close = body_size > 0; /* It stays unread. */
        exchange_fail(exchange, &error);
        return false;
    }
    exchange->body_room = body_size;
    exchange->body = malloc(body_size + 1);
    assert(exchange->body != NULL);
    exchange->body[0] = '\0';
    request->body = exchange->body;
    return true;
}

void exchange_body(struct exchange *exchange, const char *bytes, size_t size)
{
    struct request *request = &exchange->request;

    assert(size <= exchange->body_room - request->body_size);
    memcpy(exchange->body + request->body_size, bytes, size);
    request->body_size += size;
    exchange->body[request->body_size] = '\0';
}

bool http_dispatch(struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    struct reply reply = {.status = 200};
    struct error error = {0};

    assert(!exchange->refused);
    if (request->site->hold != NULL && request->site->hold(exchange))
        return false; /* Until the ledger has reached a size. */
    if (!request->route->handler(request, &reply, &error))
        reply_refuse(&reply, request, &error);
    else if (reply.later)
        return false; /* Whoever finishes it may be at it already. */
    assert(reply.body != NULL || reply.bytes != NULL);
    exchange->reply = reply;
    atomic_store(&exchange->state, EXCHANGE_FINISHED);
    return true;
}

bool exchange_park(struct exchange *exchange)
{
    int running = EXCHANGE_RUNNING;

    return atomic_compare_exchange_strong(&exchange->state, &running,
                                          EXCHANGE_WAITING);
}

void exchange_finish(struct exchange *exchange, struct reply *reply)
{
    int before;

    assert(reply->body != NULL || reply->bytes != NULL);
    if (reply->status == 0)
        reply->status = 200;
    exchange->reply = *reply;
    *reply = (struct reply){0};
    before = atomic_exchange(&exchange->state, EXCHANGE_FINISHED);
    assert(before != EXCHANGE_FINISHED);
    /* A running exchange belongs to its thread again, and may be gone. */
    if (before == EXCHANGE_WAITING)
        exchange->wake(exchange);
}

void exchange_refuse(struct exchange *exchange, const struct error *error)
{
    struct reply reply = {0};

    reply_refuse(&reply, &exchange->request, error);
    exchange_finish(exchange, &reply);
}

void exchange_resume(struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    struct reply reply = {.status = 200};
    struct error error = {0};

    if (!request->route->handler(request, &reply, &error))
        reply_refuse(&reply, request, &error);
    else if (reply.later)
        return;
    exchange_finish(exchange, &reply);
}

void exchange_fail(struct exchange *exchange, const struct error *error)
{
    reply_clear(&exchange->reply);
    if (error->code == ERROR_METHOD)
        reply_header(&exchange->reply, "Allow", "%s", exchange->room.allow);
    reply_refuse(&exchange->reply, &exchange->request, error);
    exchange->refused = true;
    atomic_store(&exchange->state, EXCHANGE_FINISHED);
}

void exchange_clear(struct exchange *exchange)
{
    reply_clear(&exchange->reply);
    free(exchange->address);
    free(exchange->body);
    exchange->address = NULL;
    exchange->body = NULL;
}
