#include "server/email.h"

#include <assert.h>
#include <idn2.h>
#include <stdio.h>
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

static bool is_ascii(const char *host, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)host[i] > 0x7f)
            return false;
    return true;
}

/* The library would let spaces and the like go into a label's encoding. */
static bool ascii_of_host(const char *host, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)host[i] <= 0x7f && !is_alnum(host[i]) &&
            host[i] != '-' && host[i] != '.')
            return false;
    return true;
}

/* A host of any script in ASCII; what cannot be looked up is none. */
static bool host_to_ascii(char out[EMAIL_BYTES_MAX + 1], const char *host,
                          size_t size)
{
    char typed[EMAIL_BYTES_MAX + 1];
    char *ascii = NULL;
    bool good;

    if (size > EMAIL_BYTES_MAX || !ascii_of_host(host, size))
        return false;
    memcpy(typed, host, size);
    typed[size] = '\0';
    if (is_ascii(typed, size)) {
        memcpy(out, typed, size + 1);
        return true;
    }
    good = idn2_to_ascii_8z(typed, &ascii,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL |
                                IDN2_USE_STD3_ASCII_RULES) == IDN2_OK &&
           strlen(ascii) <= EMAIL_BYTES_MAX;
    if (good)
        memcpy(out, ascii, strlen(ascii) + 1);
    idn2_free(ascii);
    return good;
}

bool email_read(char out[EMAIL_BYTES_MAX + 1], const char *text)
{
    const char *start = text + strspn(text, " ");
    char host[EMAIL_BYTES_MAX + 1];
    size_t size = strlen(start), local, length;
    const char *at;

    while (size > 0 && start[size - 1] == ' ')
        size--;
    at = memchr(start, '@', size);
    if (at == NULL)
        return false;
    local = (size_t)(at - start);
    if (!local_is_valid(start, local) ||
        !host_to_ascii(host, at + 1, size - local - 1))
        return false;
    length = strlen(host);
    if (local + 1 + length > EMAIL_BYTES_MAX || !host_is_valid(host, length))
        return false;
    memcpy(out, start, local + 1);
    for (size_t i = 0; i <= length; i++)
        out[local + 1 + i] = small(host[i]);
    return true;
}

void email_show(char out[EMAIL_SHOWN_BYTES], const char *email)
{
    const char *at = strchr(email, '@');
    char again[EMAIL_BYTES_MAX + 1];
    char *host = NULL;

    (void)snprintf(out, EMAIL_SHOWN_BYTES, "%s", email);
    if (at == NULL || strstr(at, "xn--") == NULL ||
        idn2_to_unicode_8z8z(at + 1, &host, 0) != IDN2_OK)
        return;
    /* Only what leads back to where the mail goes. */
    if (strlen(host) < EMAIL_SHOWN_BYTES - EMAIL_BYTES_MAX &&
        host_to_ascii(again, host, strlen(host)) && strcmp(again, at + 1) == 0)
        (void)snprintf(out, EMAIL_SHOWN_BYTES, "%.*s%s", (int)(at + 1 - email),
                       email, host);
    idn2_free(host);
}

void email_fold(char out[EMAIL_BYTES_MAX + 1], const char *email)
{
    size_t size = strlen(email);

    assert(size <= EMAIL_BYTES_MAX);
    for (size_t i = 0; i <= size; i++)
        out[i] = small(email[i]);
}
