#include "server/frame.h"
#include "server/catalogue.h"
#include "server/config.h"
#include "server/http.h"
#include "server/problem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Sections of a ledger that have pages below them. */
static const struct {
    const char *name, *title;
} sections[] = {
    {"campaigns", SENTENCE("Campaigns")},
    {"contracts", SENTENCE("Contracts")},
    {"entries", SENTENCE("Entries")},
    {"proposals", SENTENCE("Proposals")},
};

static bool is_french(const struct request *request)
{
    return strcmp(request->language, "fr") == 0;
}

static void set(json_t *object, const char *name, json_t *value)
{
    int result = json_object_set_new(object, name, value);

    assert(result == 0);
}

/* "?lang=fr" for whoever chose it, else "". */
static json_t *chosen_query(const struct request *request)
{
    return request_query(request, "lang") == NULL
               ? json_string("")
               : json_sprintf("?lang=%s", request->language);
}

/* This address, as it was sent, with another lang. */
static json_t *address_in(const char *address, const char *language)
{
    char text[ADDRESS_BYTES_MAX + sizeof "?lang=xx"];
    size_t size = strcspn(address, "?");
    const char *rest = address + size;
    char mark = '?';

    if (strlen(address) > ADDRESS_BYTES_MAX)
        return json_string("/");
    memcpy(text, address, size);
    while (*rest != '\0') {
        size_t part = strcspn(++rest, "&");

        if (part > 0 && strncmp(rest, "lang=", 5) != 0) {
            text[size++] = mark;
            memcpy(text + size, rest, part);
            size += part;
            mark = '&';
        }
        rest += part;
    }
    (void)snprintf(text + size, sizeof text - size, "%clang=%s", mark,
                   language);
    return json_string(text);
}

static json_t *other_language(const struct request *request)
{
    const char *language = is_french(request) ? "en" : "fr";

    return json_pack("{s:s, s:s, s:o}", "lang", language, "name",
                     is_french(request) ? "English"
                                        : "Fran\xc3\xa7"
                                          "ais",
                     "url", address_in(request->exchange->address, language));
}

static void add_crumb(json_t *items, const char *title, json_t *url)
{
    int result = json_array_append_new(
        items, json_pack("{s:s, s:o, s:b}", "title", title, "url", url, "last",
                         json_is_null(url)));

    assert(result == 0);
}

/* The section of "/<ledger>/<section>/...", or -1. */
static int section_of(const char *path)
{
    const char *name = strchr(path + 1, '/');

    for (size_t i = 0; name != NULL && i < sizeof sections / sizeof *sections;
         i++) {
        size_t size = strlen(sections[i].name);

        if (strncmp(name + 1, sections[i].name, size) == 0 &&
            name[1 + size] == '/')
            return (int)i;
    }
    return -1;
}

/* The cooperative, the section, the page; null on the first of them. */
static json_t *crumbs(const struct request *request, const struct reply *reply,
                      const char *title, const char *query)
{
    const json_t *ledger = json_object_get(reply->body, "ledger");
    const char *url = json_string_value(json_object_get(ledger, "url"));
    const char *name = json_string_value(json_object_get(ledger, "title"));
    int section = url == NULL ? -1 : section_of(request->path);
    json_t *items;

    if (url == NULL || strcmp(request->path, url) == 0)
        return json_null();
    items = json_array();
    add_crumb(items, name == NULL ? url + 1 : name,
              json_sprintf("%s%s", url, query));
    if (section >= 0)
        add_crumb(items, say(request->language, sections[section].title),
                  json_sprintf("%s/%s%s", url, sections[section].name, query));
    add_crumb(items, title, json_null());
    return json_pack("{s:o}", "items", items);
}

/* Which words error.html says. */
static void add_error(json_t *facts, const struct request *request,
                      const struct reply *reply)
{
    const char *retry = reply_header_value(reply, "Retry-After");
    const char *which = reply->status == 404 || reply->status == 410 ? "e404"
                        : reply->status == 429                       ? "e429"
                        : reply->status >= 500                       ? "e5xx"
                                                                     : "e4xx";

    set(facts, which, json_true());
    set(facts, "title",
        json_string(problem_heading(reply->code, request->language)));
    if (retry != NULL)
        set(facts, "retry", json_string(retry));
}

/* "https://node.example", as people would type it. */
static json_t *site_of(const struct request *request)
{
    const struct config *config = request->site->config;
    const char *host = request->headers.host;

    if (config != NULL && config->public_url[0] != '\0')
        return json_string(config->public_url);
    return host == NULL ? json_string("") : json_sprintf("http://%s", host);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);

    return size >= tail && strcmp(text + size - tail, end) == 0;
}

json_t *frame_facts(const struct request *request, const struct reply *reply)
{
    const char *path = request->path == NULL ? "/" : request->path;
    const char *query = strchr(request->exchange->address, '?');
    const char *title = reply->title != NULL ? reply->title : path;
    bool failed = reply->code != ERROR_NONE;
    json_t *facts = json_pack(
        "{s:s, s:s, s:b, s:b, s:s, s:s, s:b}", "lang", request->language,
        "title", title, "fr", is_french(request), "en", !is_french(request),
        "path", path, "request_id", request->id, "is_error", failed);
    json_t *chosen = chosen_query(request);

    assert(facts != NULL);
    set(facts, "q", chosen);
    set(facts, "site", site_of(request));
    set(facts, "on_audit", json_boolean(ends_with(path, "/audit")));
    set(facts, "other", other_language(request));
    set(facts, "crumbs",
        crumbs(request, reply, title, json_string_value(chosen)));
    if (failed && reply->page != NULL && strcmp(reply->page, "error") == 0)
        add_error(facts, request, reply);
    if (strcmp(path, "/") != 0 && !request->suffix && !failed)
        set(facts, "json_url",
            json_sprintf("%s.json%s", path, query == NULL ? "" : query));
    return facts;
}
