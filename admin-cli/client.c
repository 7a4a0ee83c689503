#include "admin-cli/client.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Plain http may leave this machine with nobody noticing. */
static bool is_here(const char *after_scheme)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};

    for (size_t i = 0; i < 3; i++) {
        const char *rest = after_scheme + strlen(hosts[i]);

        if (starts(after_scheme, hosts[i]) &&
            (*rest == '\0' || *rest == ':' || *rest == '/'))
            return true;
    }
    return false;
}

static bool set_address(struct client *client, const char *url,
                        struct error *error)
{
    size_t size = strlen(url);

    if (size >= CLIENT_URL_BYTES - 8)
        return fail(error, ERROR_USAGE, "the node's address is too long");
    if (starts(url, "unix:/")) {
        (void)snprintf(client->socket, sizeof client->socket, "%s", url + 5);
        (void)snprintf(client->base, sizeof client->base, "http://localhost");
        return true;
    }
    if (!starts(url, "https://") && !starts(url, "http://"))
        return fail(error, ERROR_USAGE,
                    "'%s' is no address of a node: http://, https:// or "
                    "unix:/",
                    url);
    if (starts(url, "http://") && !is_here(url + 7))
        return fail(error, ERROR_USAGE,
                    "plain http goes to this machine only; use https");
    while (size > 0 && url[size - 1] == '/')
        size--;
    (void)snprintf(client->base, sizeof client->base, "%.*s", (int)size, url);
    return true;
}

static void add_header(struct client *client, const char *line)
{
    struct curl_slist *list = curl_slist_append(client->headers, line);

    assert(list != NULL);
    client->headers = list;
}

static void set_up(struct client *client)
{
    CURL *curl = client->curl;

    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60000L);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "terreau/" TERREAU_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                           (long)CURL_HTTP_VERSION_1_1);
    if (*client->socket != '\0')
        (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
}

bool client_open(struct client *client, const struct settings *settings,
                 struct error *error)
{
    const char *node = settings->values[SETTING_NODE];
    const char *ledger = settings->values[SETTING_LEDGER];
    const char *clock = settings->values[SETTING_CLOCK];
    char line[128];

    *client = (struct client){0};
    if (ledger != NULL && strlen(ledger) >= sizeof client->ledger)
        return fail(error, ERROR_USAGE, "the ledger's name is too long");
    if (!set_address(client, node == NULL ? "http://127.0.0.1:8080" : node,
                     error))
        return false;
    (void)snprintf(client->ledger, sizeof client->ledger, "%s",
                   ledger == NULL ? "" : ledger);
    client->curl = curl_easy_init();
    assert(client->curl != NULL);
    set_up(client);
    add_header(client, "Accept: application/json");
    add_header(client, "Expect:");
    if (clock != NULL) {
        if (strlen(clock) > 40 ||
            strspn(clock, "0123456789-:.TZ") != strlen(clock)) {
            client_close(client);
            return fail(error, ERROR_USAGE, "'%.40s' is no instant", clock);
        }
        (void)snprintf(line, sizeof line, "Terreau-Clock: %s", clock);
        add_header(client, line);
    }
    return true;
}

bool client_again(struct client *client, const struct client *other,
                  struct error *error)
{
    *client = *other;
    client->headers = NULL;
    client->curl = curl_easy_init();
    if (client->curl == NULL)
        return fail(error, ERROR_SYSTEM, "there is no memory for a connection");
    set_up(client);
    for (const struct curl_slist *h = other->headers; h != NULL; h = h->next)
        add_header(client, h->data);
    return true;
}

void client_close(struct client *client)
{
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    *client = (struct client){0};
}

void answer_close(struct answer *answer)
{
    json_decref(answer->json);
    free(answer->body);
    *answer = (struct answer){0};
}

/* libcurl hands over a part of the body; less than all stops it. */
static size_t take_body(char *bytes, size_t one, size_t count, void *context)
{
    struct answer *answer = context;
    const size_t size = one * count;
    char *body;

    if (answer->size + size > CLIENT_ANSWER_MAX)
        return 0;
    body = realloc(answer->body, answer->size + size + 1);
    assert(body != NULL);
    memcpy(body + answer->size, bytes, size);
    answer->body = body;
    answer->size += size;
    body[answer->size] = '\0';
    return size;
}

/* The value if the header line has that name; copied, trimmed. */
static bool header_is(const char *line, size_t size, const char *name,
                      char *out, size_t room)
{
    const size_t name_size = strlen(name);

    if (size <= name_size || strncasecmp(line, name, name_size) != 0 ||
        line[name_size] != ':')
        return false;
    line += name_size + 1;
    size -= name_size + 1;
    while (size > 0 && *line == ' ') {
        line++;
        size--;
    }
    while (size > 0 && strchr(" \r\n", line[size - 1]) != NULL)
        size--;
    if (size >= room)
        return false;
    (void)snprintf(out, room, "%.*s", (int)size, line);
    return true;
}

static size_t take_header(char *bytes, size_t one, size_t count, void *context)
{
    struct answer *answer = context;
    const size_t size = one * count;
    char text[32], *end;

    (void)header_is(bytes, size, "Location", answer->location,
                    sizeof answer->location);
    if (header_is(bytes, size, "Retry-After", text, sizeof text)) {
        const long seconds = strtol(text, &end, 10);

        if (*end == '\0' && end != text && seconds >= 0)
            answer->retry_after = (double)seconds;
    }
    return size;
}

static bool set_url(struct client *client, const char *path,
                    struct error *error)
{
    char url[2 * CLIENT_URL_BYTES];

    if (starts(path, "~")) {
        assert(*client->ledger != '\0');
        (void)snprintf(url, sizeof url, "%s/%s%s", client->base, client->ledger,
                       path + 1);
    } else {
        (void)snprintf(url, sizeof url, "%s%s", client->base, path);
    }
    if (strlen(url) >= sizeof url - 1)
        return fail(error, ERROR_USAGE, "the address is too long");
    (void)curl_easy_setopt(client->curl, CURLOPT_URL, url);
    return true;
}

/* One try; false if no answer came. */
static bool perform(struct client *client, struct curl_slist *headers,
                    struct answer *answer, CURLcode *code)
{
    CURL *curl = client->curl;
    long status = 0;

    *answer = (struct answer){.retry_after = -1};
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    *code = curl_easy_perform(curl);
    if (*code != CURLE_OK)
        return false;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    if (answer->size > 0)
        answer->json = json_loadb(answer->body, answer->size,
                                  JSON_REJECT_DUPLICATES, NULL);
    return true;
}

static void wait_before(int try, double retry_after)
{
    double seconds = retry_after >= 0 ? retry_after : 0.2 * (1 << try);
    struct timespec pause;

    if (seconds > 10)
        seconds = 10;
    pause.tv_sec = (time_t)seconds;
    pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
    (void)nanosleep(&pause, NULL);
}

static enum error_code code_of(const char *name, int status)
{
    static const struct {
        const char *name;
        enum error_code code;
    } known[] = {
#define ERROR(code, name, http, help) {name, ERROR_##code},
#include "ledger/errors.def"
    };

    for (size_t i = 0; name != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].code;
    switch (status) {
    case 404:
        return ERROR_ABSENT;
    case 409:
        return ERROR_CONFLICT;
    case 429:
        return ERROR_MANY;
    case 502:
    case 503:
    case 504:
        return ERROR_STORE;
    }
    return status < 500 ? ERROR_REQUEST : ERROR_BUG;
}

/* problem+json becomes an error; the node's own words are kept. */
bool answer_refused(const struct answer *answer, struct error *error)
{
    const json_t *first =
        json_array_get(json_object_get(answer->json, "errors"), 0);
    const char *code = json_string_value(json_object_get(answer->json, "code"));
    const char *detail =
        json_string_value(json_object_get(answer->json, "detail"));
    const char *title =
        json_string_value(json_object_get(answer->json, "title"));
    const char *pointer = json_string_value(
        json_object_get(first == NULL ? answer->json : first, "pointer"));
    const enum error_code is = code_of(code, answer->status);

    if (detail == NULL)
        detail = title;
    if (pointer != NULL)
        (void)snprintf(error->pointer, sizeof error->pointer, "%s", pointer);
    if (detail == NULL)
        return fail(error, is, "the node answered %d", answer->status);
    return fail(error, is, "%s", detail);
}

static bool unanswered(const struct client *client, CURLcode code,
                       struct error *error)
{
    if (code == CURLE_WRITE_ERROR)
        return fail(error, ERROR_SIZE, "the answer is larger than %d bytes",
                    CLIENT_ANSWER_MAX);
    return fail(error, ERROR_STORE, "%s does not answer: %s",
                *client->socket != '\0' ? client->socket : client->base,
                curl_easy_strerror(code));
}

static bool is_lost(CURLcode code)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
           code == CURLE_SEND_ERROR || code == CURLE_COULDNT_CONNECT;
}

static bool try_often(struct client *client, struct curl_slist *headers,
                      struct answer *answer, struct error *error)
{
    CURLcode code;

    for (int try = 0;; try++) {
        const bool last = try + 1 == CLIENT_TRIES;

        if (!perform(client, headers, answer, &code)) {
            answer_close(answer);
            if (last || !is_lost(code))
                return unanswered(client, code, error);
            wait_before(try, -1);
            continue;
        }
        if (answer->status < 400)
            return true;
        if (last || (answer->status != 503 && answer->status != 429) ||
            answer->retry_after < 0) {
            (void)answer_refused(answer, error);
            answer_close(answer);
            return false;
        }
        wait_before(try, answer->retry_after);
        answer_close(answer);
    }
}

bool client_send(struct client *client, const char *method, const char *path,
                 const char *type, const char *body, size_t size,
                 struct answer *answer, struct error *error)
{
    struct curl_slist *headers = NULL;
    CURL *curl = client->curl;
    char line[128];
    bool sent;

    if (!set_url(client, path, error))
        return false;
    for (const struct curl_slist *h = client->headers; h != NULL; h = h->next)
        headers = curl_slist_append(headers, h->data);
    if (body != NULL) {
        (void)snprintf(line, sizeof line, "Content-Type: %s", type);
        headers = curl_slist_append(headers, line);
        (void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)size);
    } else {
        (void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    sent = try_often(client, headers, answer, error);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
    curl_slist_free_all(headers);
    return sent;
}

bool client_get(struct client *client, const char *path, struct answer *answer,
                struct error *error)
{
    return client_send(client, "GET", path, NULL, NULL, 0, answer, error);
}

bool client_get_json(struct client *client, const char *path,
                     struct answer *answer, struct error *error)
{
    if (!client_get(client, path, answer, error))
        return false;
    if (answer->json == NULL) {
        answer_close(answer);
        return fail(error, ERROR_REQUEST, "the answer for %s is no JSON", path);
    }
    return true;
}

static void add_page(json_t *whole, json_t *page)
{
    const char *name;
    json_t *value;

    json_object_foreach(page, name, value)
    {
        json_t *list = json_object_get(whole, name);

        if (json_is_array(list) && json_is_array(value))
            (void)json_array_extend(list, value);
    }
}

bool client_get_all(struct client *client, const char *path,
                    struct answer *answer, struct error *error)
{
    char next[CLIENT_URL_BYTES];
    struct answer page;
    const char *text;

    if (!client_get_json(client, path, answer, error))
        return false;
    text = json_string_value(json_object_get(answer->json, "next"));
    while (text != NULL && strstr(text, "after=") != NULL) {
        (void)snprintf(next, sizeof next, "%s", text);
        if (*next != '/' || !client_get_json(client, next, &page, error)) {
            answer_close(answer);
            return error->code != ERROR_NONE
                       ? false
                       : fail(error, ERROR_REQUEST, "'%.60s' is no next page",
                              next);
        }
        add_page(answer->json, page.json);
        (void)json_object_del(answer->json, "next");
        text = json_string_value(json_object_get(page.json, "next"));
        if (text != NULL)
            (void)json_object_set_new(answer->json, "next", json_string(text));
        answer_close(&page);
        text = json_string_value(json_object_get(answer->json, "next"));
    }
    return true;
}

bool client_find_ledger(struct client *client, struct error *error)
{
    struct answer answer;
    const json_t *ledgers;
    const char *name;

    if (*client->ledger != '\0')
        return true;
    if (!client_get_json(client, "/", &answer, error))
        return false;
    ledgers = json_object_get(answer.json, "ledgers");
    name =
        json_string_value(json_object_get(json_array_get(ledgers, 0), "name"));
    if (json_array_size(ledgers) == 1 && name != NULL)
        (void)snprintf(client->ledger, sizeof client->ledger, "%s", name);
    answer_close(&answer);
    if (*client->ledger == '\0')
        return fail(error, ERROR_USAGE, "which cooperative? say --ledger NAME");
    return true;
}
