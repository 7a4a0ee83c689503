#include "server/reply.h"
#include "server/log.h"
#include "server/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reply_header *find_header(struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return &reply->headers[i];
    return NULL;
}

static struct reply_header *new_header(struct reply *reply)
{
    assert(reply->header_count < REPLY_HEADERS_MAX);
    return &reply->headers[reply->header_count++];
}

static void write_header(struct reply_header *header, const char *name,
                         const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void write_header(struct reply_header *header, const char *name,
                         const char *format, va_list args)
{
    int size = vsnprintf(header->value, sizeof header->value, format, args);

    assert(size >= 0 && (size_t)size < sizeof header->value);
    for (const char *c = header->value; *c != '\0'; c++)
        assert(*c >= ' ' && *c <= '~');
    header->name = name;
}

void reply_header(struct reply *reply, const char *name, const char *format,
                  ...)
{
    struct reply_header *header = find_header(reply, name);
    va_list args;

    va_start(args, format);
    write_header(header == NULL ? new_header(reply) : header, name, format,
                 args);
    va_end(args);
}

void reply_header_add(struct reply *reply, const char *name, const char *format,
                      ...)
{
    va_list args;

    va_start(args, format);
    write_header(new_header(reply), name, format, args);
    va_end(args);
}

const char *reply_header_value(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return reply->headers[i].value;
    return NULL;
}

static void drop_body(struct reply *reply)
{
    /* An owned body was handed over by reply_bytes(). */
    if (reply->owned)
        free((void *)(uintptr_t)reply->bytes);
    json_decref(reply->body);
    reply->body = NULL;
    reply->bytes = NULL;
    reply->size = 0;
    reply->owned = false;
}

void reply_bytes(struct reply *reply, const char *type, char *bytes,
                 size_t size)
{
    assert(bytes != NULL);
    drop_body(reply);
    reply->type = type;
    reply->bytes = bytes;
    reply->size = size;
    reply->owned = true;
}

void reply_static(struct reply *reply, const char *type, const char *bytes,
                  size_t size)
{
    assert(bytes != NULL);
    drop_body(reply);
    reply->type = type;
    reply->bytes = bytes;
    reply->size = size;
}

void reply_redirect(struct reply *reply, const char *path)
{
    assert(path[0] == '/' && path[1] != '/');
    drop_body(reply);
    reply->status = 303;
    reply_header(reply, "Location", "%s", path);
    reply_static(reply, "text/plain; charset=utf-8", "See Location.\n", 14);
}

/* Seconds after which it is worth trying again; 0: it never is. */
static int retry_seconds(enum error_code code, int status)
{
    if (code == ERROR_BUSY || code == ERROR_MANY)
        return 1;
    if (code == ERROR_READ_ONLY || code == ERROR_DOUBT || code == ERROR_CLOCK)
        return 30;
    return status == 503 ? 5 : 0;
}

void reply_refuse(struct reply *reply, const struct request *request,
                  const struct error *error)
{
    const struct error_spec *spec = error_spec(error->code);
    int seconds = retry_seconds(error->code, spec->http);
    json_t *body = NULL;

    if (spec->http >= 500)
        log_event(LOG_ERROR, "failure", "%s %s: %s", request->id, spec->name,
                  error->text);
    else if (json_is_object(reply->body))
        body = json_incref(reply->body);
    if (body == NULL)
        body = json_object();
    drop_body(reply);
    problem_describe(body, request, error);
    reply->body = body;
    reply->status = spec->http;
    reply->code = error->code;
    reply->cache = CACHE_PRIVATE;
    reply->page = "error";
    reply->title = NULL;
    reply->later = false;
    if (seconds > 0 && reply_header_value(reply, "Retry-After") == NULL)
        reply_header(reply, "Retry-After", "%d", seconds);
}

void reply_clear(struct reply *reply)
{
    drop_body(reply);
    reply->header_count = 0;
    *reply = (struct reply){0};
}
