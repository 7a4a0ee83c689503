/* Pages that every page leads to: help, accessibility, privacy, legal. */
#include "server/catalogue.h"
#include "server/config.h"
#include "server/node.h"
#include "server/reading.h"

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

static json_t *or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

/* A cooperative answers for its own ledger, the operator for the node. */
static json_t *list_cooperatives(const struct request *request)
{
    size_t count = atomic_load(&request->node->count);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        READING(reading);

        reading_hold(&reading, request, request->node->hosts[i]);
        wire_append(list, json_pack("{s:o, s:o}", "title",
                                    reading.ledger == NULL
                                        ? json_string(reading.name)
                                        : wire_text(reading.ledger->name.bytes,
                                                    reading.ledger->name.size),
                                    "url", reading_home(&reading)));
    }
    return list;
}

static bool answer(const struct request *request, struct reply *reply,
                   const char *page, const char *title)
{
    const struct config *config = request->site->config;

    reply->body = json_pack("{s:s, s:o, s:o, s:o}", "self", request->path,
                            "operator", or_null(config->operator), "contact",
                            or_null(config->contact), "cooperatives",
                            list_cooperatives(request));
    reply->cache = CACHE_CHECK;
    reply->page = page;
    reply->title = say(request->language, title);
    return true;
}

bool help_get(const struct request *request, struct reply *reply,
              struct error *error)
{
    (void)error;
    return answer(request, reply, "help", SENTENCE("Help and contact"));
}

bool accessibility_get(const struct request *request, struct reply *reply,
                       struct error *error)
{
    (void)error;
    return answer(request, reply, "accessibility", SENTENCE("Accessibility"));
}

bool privacy_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    (void)error;
    return answer(request, reply, "privacy", SENTENCE("Personal data"));
}

bool legal_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    (void)error;
    return answer(request, reply, "legal", SENTENCE("Legal notice"));
}
