/*
 * ask: requests to a site with routes of the test's own, without a daemon.
 *
 *     assert_int_equal(ask("GET", "/documents/7", NULL, NULL), 200);
 *     body_says("id", "7");
 */
#ifndef TESTS_UNIT_ASK_H
#define TESTS_UNIT_ASK_H

#include "server/config.h"
#include "server/face.h"
#include "server/files.h"
#include "server/http.h"
#include "server/log.h"
#include "server/page.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* Its fail() is a macro; ours is (fail)(). */

/* Routes of the test, with a handler for each thing a handler can do. */

static inline bool document_get(const struct request *request,
                                struct reply *reply, struct error *error)
{
    (void)error;
    reply->body = json_pack("{s:s, s:s}", "id", request_argument(request, "id"),
                            "text", "<b>");
    reply->cache = CACHE_CHECK;
    return true;
}

static inline bool private_get(const struct request *request,
                               struct reply *reply, struct error *error)
{
    (void)request;
    (void)error;
    reply->body = json_pack("{s:s}", "name", "Zoé");
    return true;
}

static inline bool number_get(const struct request *request,
                              struct reply *reply, struct error *error)
{
    int64_t limit, index;

    if (!request_query_number(request, "limit", 20, 1, 100, &limit, error))
        return false;
    if (!request_argument_number(request, "index", &index, error))
        return false;
    reply->body =
        json_pack("{s:I, s:I, s:I}", "limit", (json_int_t)limit, "index",
                  (json_int_t)index, "size", (json_int_t)request->min_size);
    return true;
}

static inline bool rest_get(const struct request *request, struct reply *reply,
                            struct error *error)
{
    const char *path = request_argument(request, "path");

    (void)error;
    reply_static(reply, "application/octet-stream", path, strlen(path));
    reply->cache = CACHE_FOREVER;
    return true;
}

static inline bool echo_post(const struct request *request, struct reply *reply,
                             struct error *error)
{
    (void)error;
    reply->status = 201;
    reply->body =
        json_pack("{s:s%}", "body", request->body, request->body_size);
    return true;
}

static inline bool failing_post(const struct request *request,
                                struct reply *reply, struct error *error)
{
    enum error_code code = (enum error_code)strtol(request->body, NULL, 10);

    reply->body = json_pack("{s:s}", "extra", "kept");
    reply_header(reply, "Location", "/x/proposals/1");
    (void)snprintf(error->pointer, sizeof error->pointer, "/amount");
    return (fail)(error, code, "the secret reason");
}

static inline bool queued_post(const struct request *request,
                               struct reply *reply, struct error *error)
{
    (void)request;
    (void)error;
    reply->later = true;
    return true;
}

static const struct route routes[] = {
    {"GET", "/documents/{id}", document_get, "kind", 0, "", "document_get"},
    {"POST", "/documents/{id}", echo_post, "text/plain", 1, "", "echo_post"},
    {"GET", "/private", private_get, "", 0, "", "private_get"},
    {"GET", "/numbers/{index}", number_get, "limit", 0, "", "number_get"},
    {"GET", "/tile/{path...}", rest_get, "", 0, "", "rest_get"},
    {"GET", "/confirm/{!token}", private_get, "", 0, "", "private_get"},
    {"POST", "/echo", echo_post, "text/plain application/x-www-form-urlencoded",
     1, "", "echo_post"},
    {"POST", "/fail", failing_post, "text/plain", 1, "", "failing_post"},
    {"POST", "/later", queued_post, "text/plain", 1, "", "queued_post"},
    {0},
};

static struct config config;
static struct pages *pages;
static struct files *files;
static struct site site;

/* One exchange and its rendered answer; headers are name, value, NULL. */
static struct exchange exchange;
static struct answer answer;

static inline void begin(const char *method, const char *address,
                         const char *const headers[], const char *body)
{
    static char length[24];

    answer_clear(&answer);
    exchange_clear(&exchange);
    exchange = (struct exchange){0};
    exchange_begin(&exchange, &site, address);
    exchange_header(&exchange, "Host", "coop.example");
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i += 2)
        exchange_header(&exchange, headers[i], headers[i + 1]);
    if (body != NULL) {
        (void)snprintf(length, sizeof length, "%zu", strlen(body));
        exchange_header(&exchange, "Content-Length", length);
    }
    if (exchange_open(&exchange, method, "HTTP/1.1") && body != NULL)
        exchange_body(&exchange, body, strlen(body));
}

static inline int ask(const char *method, const char *address,
                      const char *const headers[], const char *body)
{
    begin(method, address, headers, body);
    if (!exchange.refused)
        assert_true(http_dispatch(&exchange));
    face_render(&exchange.request, &exchange.reply, &answer);
    return answer.status;
}

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PLAIN HEADERS("Content-Type", "text/plain; charset=utf-8")

static inline int get(const char *address)
{
    return ask("GET", address, NULL, NULL);
}

static inline const char *header(const char *name)
{
    for (size_t i = 0; i < answer.header_count; i++)
        if (strcmp(answer.headers[i].name, name) == 0)
            return answer.headers[i].value;
    return NULL;
}

static inline json_t *body(void)
{
    json_t *json = json_loadb(answer.bytes, answer.size, 0, NULL);

    assert_non_null(json);
    return json;
}

static inline void body_says(const char *name, const char *value)
{
    json_auto_t *json = body();
    const char *got = json_string_value(json_object_get(json, name));

    assert_non_null(got);
    assert_string_equal(got, value);
}

static inline int setup(void **state)
{
    struct error error = {0};

    (void)state;
    log_level_set(LOG_ERROR + 1);
    config_init(&config);
    if (sodium_init() < 0 || !pages_load(&pages, "server/templates", &error) ||
        !files_load(&files, "server/static", &error)) {
        (void)fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    site = (struct site){
        .config = &config, .routes = routes, .pages = pages, .files = files};
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    answer_clear(&answer);
    exchange_clear(&exchange);
    pages_free(pages);
    files_free(files);
    return 0;
}

static inline int own_routes(void **state)
{
    (void)state;
    site.routes = routes;
    (void)memset(config.public_url, 0, sizeof config.public_url);
    return 0;
}

#endif
