#include "server/guard.h"

#include <string.h>
#include <strings.h>

enum { LENGTH_DIGITS_MAX = 9 };

/* Characters of a token (RFC 9110, 5.6.2). */
static bool is_token(const char *name)
{
    if (name[0] == '\0')
        return false;
    for (; *name != '\0'; name++)
        if (*name <= ' ' || *name > '~' ||
            strchr("\"(),/:;<=>?@[\\]{}", *name) != NULL)
            return false;
    return true;
}

/*
 * The library glues a folded line to the header's name: what was sent as
 * "Content-Length:", " 35" arrives as "Content-Length35".
 */
static bool is_glued(const char *name, const char *header)
{
    size_t size = strlen(header);

    return strncasecmp(name, header, size) == 0 && name[size] != '\0';
}

void guard_header(struct guard *guard, const char *name, const char *value)
{
    if (strcasecmp(name, "Transfer-Encoding") == 0)
        guard->coded = true;
    if (strcasecmp(name, "Host") == 0)
        guard->hosts++;
    if (strcasecmp(name, "Content-Length") == 0) {
        guard->lengths++;
        guard->size = value == NULL ? "" : value;
    }
    if (!is_token(name) || is_glued(name, "Content-Length") ||
        is_glued(name, "Transfer-Encoding") || is_glued(name, "Host"))
        guard->odd_name = true;
}

static bool read_size(const char *text, size_t *size)
{
    size_t digits = strspn(text, "0123456789");
    size_t value = 0;

    if (digits == 0 || digits > LENGTH_DIGITS_MAX || text[digits] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (size_t)(text[i] - '0');
    *size = value;
    return true;
}

bool guard_check(const struct guard *guard, const char *method,
                 const char *version, size_t *body_size, struct error *error)
{
    bool has_no_body =
        strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    bool has_body = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
                    strcmp(method, "PATCH") == 0;
    size_t size = 0;

    if (strcmp(version, "HTTP/1.1") != 0)
        return fail(error, ERROR_REQUEST, "only HTTP/1.1 is spoken here");
    if (guard->odd_name)
        return fail(error, ERROR_REQUEST, "a header is malformed");
    if (guard->coded)
        return fail(error, ERROR_REQUEST, "Transfer-Encoding is not taken");
    if (guard->hosts != 1)
        return fail(error, ERROR_REQUEST, "there must be one Host header");
    if (guard->lengths > 1)
        return fail(error, ERROR_REQUEST, "there are two Content-Lengths");
    if (guard->lengths == 1 && !read_size(guard->size, &size))
        return fail(error, ERROR_REQUEST, "Content-Length is malformed");
    if (has_no_body && size > 0)
        return fail(error, ERROR_REQUEST, "%s has no body", method);
    if (has_body && guard->lengths == 0)
        return fail(error, ERROR_LENGTH, "Content-Length is missing");
    *body_size = size;
    return true;
}
