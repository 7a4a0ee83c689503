#include "server/route.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

const struct route route_table[] = {
#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    {#method, path, handler, takes, body_kib, help, #handler},
#include "server/routes.def"
    {0}};

/* Parameters that every GET takes. */
static const char common[] = "lang size";

/* A path cut at its slashes: "/a/b" is two parts, "/" is none. */
struct parts {
    const char *at[PARTS_MAX];
    size_t offset[PARTS_MAX]; /* Where the part begins in the path. */
    size_t count;
};

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)((at - digits) % 16);
}

static bool path_char_is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~:", c));
}

/* Only plain characters come out of a path, escaped or not: no %00, %2f. */
static bool decode_path(char *out, const char *path, size_t size)
{
    size_t end = 0;

    for (size_t i = 0; i < size; i++) {
        char c = path[i];

        if (c == '%' && i + 2 < size) {
            int high = hex_digit(path[i + 1]);
            int low = hex_digit(path[i + 2]);

            c = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            i += 2;
        } else if (c == '/') {
            out[end++] = c;
            continue;
        }
        if (!path_char_is_plain(c))
            return false;
        out[end++] = c;
    }
    out[end] = '\0';
    return out[0] == '/' && strstr(out, "//") == NULL &&
           strstr(out, "..") == NULL;
}

static bool decode(struct request *request, const char *address,
                   struct route_room *room, struct error *error)
{
    size_t path_size = strcspn(address, "?");
    const char *query = address + path_size;

    if (strlen(address) > ADDRESS_BYTES_MAX)
        return fail(error, ERROR_ADDRESS, "an address has at most %d bytes",
                    ADDRESS_BYTES_MAX);
    if (!decode_path(room->path, address, path_size))
        return fail(error, ERROR_REQUEST, "the path is malformed");
    request->path = room->path;
    (void)snprintf(room->query, sizeof room->query, "%s",
                   query[0] == '?' ? query + 1 : "");
    return form_parse(&request->query, room->query, strlen(room->query), error);
}

static bool cut(struct parts *parts, char *copy, struct error *error)
{
    size_t offset = 1;

    parts->count = 0;
    while (copy[offset] != '\0') {
        size_t size = strcspn(copy + offset, "/");

        if (parts->count == PARTS_MAX)
            return fail(error, ERROR_ABSENT, "the path is too deep");
        parts->at[parts->count] = copy + offset;
        parts->offset[parts->count++] = offset;
        offset += size;
        if (copy[offset] == '/' && copy[offset + 1] == '\0')
            return fail(error, ERROR_ABSENT, "no path ends in a slash here");
        if (copy[offset] == '/')
            copy[offset++] = '\0';
    }
    return true;
}

static void capture(struct request *request, const char *name, size_t size,
                    const char *value)
{
    assert(request->argument_count < ARGUMENTS_MAX);
    if (name[0] == '!') {
        name++;
        size--;
    }
    request->arguments[request->argument_count++] =
        (struct argument){name, size, value};
}

/* Do the parts fit the pattern?  Captures on the way. */
static bool matches(const char *pattern, const struct parts *parts,
                    struct request *request)
{
    size_t part = 0;

    request->argument_count = 0;
    for (const char *at = pattern + 1; *at != '\0'; part++) {
        size_t size = strcspn(at, "/");

        if (part == parts->count)
            return false;
        if (at[0] != '{') {
            if (strlen(parts->at[part]) != size ||
                memcmp(parts->at[part], at, size) != 0)
                return false;
        } else if (size > 5 && memcmp(at + size - 4, "...}", 4) == 0) {
            capture(request, at + 1, size - 5,
                    request->path + parts->offset[part]);
            return true;
        } else {
            if (strchr(parts->at[part], '.') != NULL)
                return false;
            capture(request, at + 1, size - 2, parts->at[part]);
        }
        at += size;
        at += *at == '/';
    }
    return part == parts->count;
}

/* Collect the methods of an address for Allow. */
static void allow(char *text, size_t room, const char *method)
{
    size_t size = strlen(text);
    bool get = strcmp(method, "GET") == 0;

    (void)snprintf(text + size, room - size, "%s%s", size > 0 ? ", " : "",
                   get ? "GET, HEAD" : method);
}

static const struct route *look_up(const struct route *table,
                                   const struct parts *parts,
                                   struct request *request,
                                   struct route_room *room)
{
    room->allow[0] = '\0';
    for (const struct route *route = table; route->path != NULL; route++) {
        if (!matches(route->path, parts, request))
            continue;
        if (strcmp(route->method, request->method) == 0)
            return route;
        allow(room->allow, sizeof room->allow, route->method);
    }
    return NULL;
}

/* Cut ".json" off the last part; false if it is not there. */
static bool cut_suffix(char *parts_text)
{
    static const char suffix[] = ".json";
    size_t size = strlen(parts_text);

    if (size <= sizeof suffix ||
        strcmp(parts_text + size - (sizeof suffix - 1), suffix) != 0)
        return false;
    parts_text[size - (sizeof suffix - 1)] = '\0';
    return parts_text[size - sizeof suffix] != '/';
}

static bool check_query(const struct request *request, struct error *error)
{
    char words[256];
    const char *stranger = NULL;
    bool get = strcmp(request->method, "GET") == 0;

    (void)snprintf(words, sizeof words, "%s %s", common,
                   get ? request->route->takes : "");
    if (form_names_are_of(&request->query, words, &stranger))
        return true;
    (void)snprintf(error->pointer, sizeof error->pointer, "/%s", stranger);
    return fail(error, ERROR_REQUEST, "there is no parameter %s here",
                stranger);
}

bool route_find(const struct route *table, struct request *request,
                const char *address, struct route_room *room,
                struct error *error)
{
    struct parts parts;

    request->suffix = false;
    request->route = NULL;
    if (!decode(request, address, room, error))
        return false;
    (void)snprintf(room->parts, sizeof room->parts, "%s", room->path);
    if (!cut(&parts, room->parts, error))
        return false;
    request->route = look_up(table, &parts, request, room);
    if (request->route == NULL && room->allow[0] == '\0') {
        (void)snprintf(room->parts, sizeof room->parts, "%s", room->path);
        if (cut_suffix(room->parts)) {
            request->suffix = true;
            if (!cut(&parts, room->parts, error))
                return false;
            request->route = look_up(table, &parts, request, room);
        }
    }
    if (request->route == NULL && room->allow[0] != '\0')
        return fail(error, ERROR_METHOD, "allowed here: %s", room->allow);
    if (request->route == NULL)
        return fail(error, ERROR_ABSENT, "there is nothing at this address");
    return check_query(request, error);
}

bool route_word_is_taken(const char *word)
{
    size_t size = strlen(word);

    for (const struct route *route = route_table; route->path != NULL;
         route++) {
        const char *first = route->path + 1;

        if (strcspn(first, "/") == size && memcmp(first, word, size) == 0)
            return true;
    }
    return false;
}

/* One segment of the log's path: secrets and, off the map, all long words. */
static size_t put_part(char *out, size_t room, const char *part, size_t size,
                       bool secret)
{
    int written = snprintf(out, room, "/%.*s", secret ? 3 : (int)size,
                           secret ? "***" : part);

    return (size_t)written < room ? (size_t)written : room;
}

void route_public_path(const struct request *request, char *out, size_t room)
{
    enum { WORD_MAX = 20 };
    const struct route *route = request->route;
    const char *pattern = route == NULL ? "" : route->path;
    const char *path = request->path == NULL ? "" : request->path;
    size_t size = 0;

    out[0] = '\0';
    while (path[0] == '/' && size < room) {
        size_t part = strcspn(path + 1, "/");
        bool secret = strncmp(pattern, "/{!", 3) == 0 ||
                      (route == NULL && part > WORD_MAX);

        size += put_part(out + size, room - size, path + 1, part, secret);
        path += 1 + part;
        pattern += pattern[0] == '\0' ? 0 : 1 + strcspn(pattern + 1, "/");
    }
}
