#include "server/email.h"

#include <assert.h>
#include <string.h>

enum { LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Words of RFC 5322's atext between single dots. */
static bool local_is_valid(const char *local, size_t size)
{
    char before = '.';

    if (size == 0 || size > LOCAL_MAX || local[size - 1] == '.')
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = local[i];

        if (c == '.' ? before == '.'
                     : !is_alnum(c) && strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL)
            return false;
        before = c;
    }
    return true;
}

static bool label_is_valid(const char *label, size_t size)
{
    if (size == 0 || size > LABEL_MAX || label[0] == '-' ||
        label[size - 1] == '-')
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_alnum(label[i]) && label[i] != '-')
            return false;
    return true;
}

/* Two labels at least; the last one is no number. */
static bool host_is_valid(const char *host, size_t size)
{
    size_t labels = 0, start = 0;

    for (size_t i = 0; i <= size; i++) {
        if (i < size && host[i] != '.')
            continue;
        if (!label_is_valid(host + start, i - start))
            return false;
        labels++;
        if (i < size)
            start = i + 1;
    }
    return labels > 1 && (host[start] < '0' || host[start] > '9');
}

bool email_read(char out[EMAIL_BYTES_MAX + 1], const char *text)
{
    const char *start = text + strspn(text, " ");
    size_t size = strlen(start);
    const char *at;
    size_t local;

    while (size > 0 && start[size - 1] == ' ')
        size--;
    at = memchr(start, '@', size);
    if (at == NULL || size > EMAIL_BYTES_MAX)
        return false;
    local = (size_t)(at - start);
    if (!local_is_valid(start, local) ||
        !host_is_valid(at + 1, size - local - 1))
        return false;
    for (size_t i = 0; i < size; i++)
        out[i] = i < local ? start[i] : small(start[i]);
    out[size] = '\0';
    return true;
}

void email_fold(char out[EMAIL_BYTES_MAX + 1], const char *email)
{
    size_t size = strlen(email);

    assert(size <= EMAIL_BYTES_MAX);
    for (size_t i = 0; i <= size; i++)
        out[i] = small(email[i]);
}
