/* What a node serves without any ledger: health, files, error codes. */
#include "server/files.h"
#include "server/route.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

bool healthz_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    (void)request;
    (void)error;
    reply->body = json_pack("{s:s}", "status", "ok");
    return true;
}

bool static_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    const struct file *file =
        files_find(request->site->files, request_argument(request, "path"));

    if (file == NULL)
        return fail(error, ERROR_ABSENT, "there is no such file");
    reply_static(reply, file->type, file->bytes, file->size);
    reply->cache = CACHE_HOUR;
    return true;
}

static json_t *describe(enum error_code code)
{
    const struct error_spec *spec = error_spec(code);

    return json_pack("{s:s, s:i, s:s}", "code", spec->name, "status",
                     spec->http, "title", spec->help);
}

static const enum error_code codes[] = {
#define ERROR(code, name, http, help) ERROR_##code,
#include "ledger/errors.def"
};

enum { CODES = sizeof codes / sizeof codes[0] };

bool errors_get(const struct request *request, struct reply *reply,
                struct error *error)
{
    json_t *list = json_array();

    (void)request;
    (void)error;
    for (size_t i = 0; i < CODES; i++)
        (void)json_array_append_new(list, describe(codes[i]));
    reply->body = json_pack("{s:o}", "errors", list);
    reply->cache = CACHE_CHECK;
    return true;
}

bool error_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    const char *name = request_argument(request, "code");

    for (size_t i = 0; i < CODES; i++) {
        if (strcmp(error_spec(codes[i])->name, name) != 0)
            continue;
        reply->body = describe(codes[i]);
        reply->cache = CACHE_CHECK;
        return true;
    }
    return fail(error, ERROR_ABSENT, "there is no such error code");
}
