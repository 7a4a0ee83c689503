#include "server/face.h"
#include "server/buffer.h"
#include "server/frame.h"
#include "server/http.h"
#include "server/log.h"
#include "server/page.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* No script, style or frame that is not a file of ours. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'";
static const char data_policy[] = "default-src 'none'; frame-ancestors 'none'";
static const char permissions[] =
    "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/* Thousandths of the weight after ";q=", or 1000 without one. */
static int read_weight(const char *parameters, size_t size)
{
    int weight = 1000;

    for (size_t i = 0; i + 2 < size; i++) {
        if (parameters[i] != 'q' || parameters[i + 1] != '=')
            continue;
        weight = parameters[i + 2] == '1' ? 1000 : 0;
        for (size_t digit = 0; digit < 3 && i + 4 + digit < size; digit++) {
            static const int scale[] = {100, 10, 1};
            char c = parameters[i + 4 + digit];

            if (weight == 1000 || c < '0' || c > '9')
                break;
            weight += (c - '0') * scale[digit];
        }
        return weight;
    }
    return weight;
}

/*
 * How much a list ("text/html;q=0.9, fr-FR") likes a word, in thousandths.
 * Words are what may stand for it, the most exact first; a name ends at one
 * of ends.
 */
static int liking(const char *list, const char *const words[3],
                  const char *ends)
{
    int best[3] = {-1, -1, -1};

    while (*list != '\0') {
        size_t item = strcspn(list, ",");
        size_t name = strcspn(list, ends);

        for (int i = 0; i < 3 && words[i] != NULL; i++) {
            int weight = read_weight(list + name, item - name);

            if (strlen(words[i]) == name && weight > best[i] &&
                strncasecmp(list, words[i], name) == 0)
                best[i] = weight;
        }
        list += item;
        list += strspn(list, ", \t");
    }
    for (int i = 0; i < 3; i++)
        if (best[i] >= 0)
            return best[i];
    return 0;
}

static enum face choose_face(const struct request *request)
{
    static const char *const html[3] = {"text/html", "text/*", "*/*"};
    static const char *const json[3] = {"application/json", "application/*",
                                        "*/*"};
    const char *accept = request->headers.accept;

    if (request->suffix || request->site->pages == NULL || accept == NULL)
        return FACE_JSON;
    accept += strspn(accept, " \t");
    return liking(accept, html, ",; \t") > liking(accept, json, ",; \t")
               ? FACE_HTML
               : FACE_JSON;
}

static const char *choose_language(const struct request *request)
{
    const char *asked = request_query(request, "lang");
    static const char *const french[3] = {"fr", "*"};
    static const char *const english[3] = {"en", "*"};
    /* Any region speaks the language: fr-CA. */
    static const char ends[] = ",; \t-";
    const char *list = request->headers.accept_language;

    if (asked != NULL && strcmp(asked, "fr") == 0)
        return "fr";
    if (asked != NULL || list == NULL)
        return "en";
    list += strspn(list, " \t");
    return liking(list, french, ends) > liking(list, english, ends) ? "fr"
                                                                    : "en";
}

void face_choose(struct request *request)
{
    request->face = choose_face(request);
    request->language = choose_language(request);
}

static int add_to_buffer(const char *bytes, size_t size, void *buffer)
{
    buffer_add(buffer, bytes, size);
    return 0;
}

static void render_json(const struct reply *reply, struct answer *answer)
{
    BUFFER(text);
    int result =
        json_dump_callback(reply->body, add_to_buffer, &text, JSON_COMPACT);

    assert(result == 0);
    buffer_text(&text, "\n");
    answer->bytes = buffer_take(&text, &answer->size);
    answer->owned = true;
}

static bool render_html(const struct request *request,
                        const struct reply *reply, struct answer *answer)
{
    BUFFER(text);
    struct error error = {0};
    json_auto_t *facts = frame_facts(request, reply);

    if (!pages_render(request->site->pages, reply->page, reply->body, facts,
                      &text, &error)) {
        log_event(LOG_ERROR, "page", "%s %s", request->id, error.text);
        return false;
    }
    answer->bytes = buffer_take(&text, &answer->size);
    answer->owned = true;
    return true;
}

static void add(struct answer *answer, const char *name, const char *value)
{
    assert(answer->header_count < ANSWER_HEADERS_MAX);
    answer->headers[answer->header_count++] =
        (struct answer_header){name, value};
}

/* ETag of the bytes: strong for data, weak for pages. */
static void make_etag(struct answer *answer, bool weak)
{
    uint8_t hash[16];
    char hex[2 * sizeof hash + 1];

    (void)crypto_generichash(hash, sizeof hash, (const uint8_t *)answer->bytes,
                             answer->size, NULL, 0);
    (void)sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    (void)snprintf(answer->etag, sizeof answer->etag, "%s\"%s\"",
                   weak ? "W/" : "", hex);
    add(answer, "ETag", answer->etag);
}

/* Weak comparison with each tag of If-None-Match (RFC 9110, 13.1.2). */
static bool is_known(const char *list, const char *etag)
{
    const char *quoted = strchr(etag, '"');
    size_t size;

    assert(quoted != NULL);
    size = strlen(quoted);
    while (list != NULL && *list != '\0') {
        size_t item = strcspn(list, ",");
        size_t mark = item >= 2 && strncmp(list, "W/", 2) == 0 ? 2 : 0;
        size_t end = item;

        while (end > mark && (list[end - 1] == ' ' || list[end - 1] == '\t'))
            end--;
        if (end - mark == size && memcmp(list + mark, quoted, size) == 0)
            return true;
        if (end == 1 && list[0] == '*')
            return true;
        list += item;
        list += strspn(list, ", \t");
    }
    return false;
}

static const char *cache_control(enum cache cache, bool html)
{
    switch (cache) {
    case CACHE_PRIVATE:
        return "no-store";
    case CACHE_CHECK:
        return html ? "public, max-age=60" : "public, no-cache";
    case CACHE_BRIEF:
        return "public, max-age=5";
    case CACHE_HOUR:
        return "public, max-age=3600";
    case CACHE_FOREVER:
        return html ? "public, max-age=60"
                    : "public, max-age=31536000, immutable";
    }
    impossible();
}

static void add_headers(const struct request *request,
                        const struct reply *reply, struct answer *answer,
                        const char *type, bool html)
{
    bool is_public =
        strcmp(request->method, "GET") == 0 && reply->cache != CACHE_PRIVATE;

    add(answer, "Content-Type", type);
    add(answer, "Cache-Control", cache_control(reply->cache, html));
    if (reply->body != NULL && !request->suffix)
        add(answer, "Vary", "Accept, Accept-Language");
    if (html || reply->code != ERROR_NONE) /* Problems are sentences, too. */
        add(answer, "Content-Language", request->language);
    if (is_public && !html)
        add(answer, "Access-Control-Allow-Origin", "*");
    add(answer, "X-Content-Type-Options", "nosniff");
    add(answer, "Referrer-Policy", "no-referrer");
    add(answer, "Content-Security-Policy", html ? page_policy : data_policy);
    add(answer, "Cross-Origin-Opener-Policy", "same-origin");
    add(answer, "Cross-Origin-Resource-Policy",
        is_public && !html ? "cross-origin" : "same-origin");
    if (html)
        add(answer, "Permissions-Policy", permissions);
    add(answer, "X-Request-Id", request->id);
    for (size_t i = 0; i < reply->header_count; i++)
        add(answer, reply->headers[i].name, reply->headers[i].value);
    if (is_public && reply->status == 200) {
        make_etag(answer, html);
        if (is_known(request->headers.if_none_match, answer->etag))
            answer->status = 304;
    }
}

void face_render(const struct request *request, struct reply *reply,
                 struct answer *answer)
{
    const char *type = reply->type;
    bool html = false;

    *answer = (struct answer){.status = reply->status};
    if (reply->body == NULL) {
        answer->bytes = reply->bytes;
        answer->size = reply->size;
        answer->owned = reply->owned;
        reply->owned = false;
    } else if (request->face == FACE_HTML &&
               render_html(request, reply, answer)) {
        html = true;
        type = "text/html; charset=utf-8";
    } else {
        render_json(reply, answer);
        type = reply->status >= 400 ? "application/problem+json"
                                    : "application/json";
    }
    add_headers(request, reply, answer, type, html);
}

void answer_clear(struct answer *answer)
{
    /* Owned bytes came from malloc(); they are const for the reader only. */
    if (answer->owned)
        free((void *)(uintptr_t)answer->bytes);
    *answer = (struct answer){0};
}
