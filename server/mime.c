#include "server/mime.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LINE_CHARS = 76,  /* Of quoted-printable and base64. */
    WORD_BYTES = 42,  /* Fit into an encoded word of 75 characters. */
    PLAIN_CHARS = 60, /* A header's text may go without encoding. */
    LINE_BYTES = 57,  /* Make one line of base64. */
    BOUNDARY_CHARS = 48,
};

/* ---- Headers ---- */

/* Printable ASCII that no reader takes for something else. */
static bool text_is_plain(const char *text)
{
    size_t size = strlen(text);

    if (size > PLAIN_CHARS || strstr(text, "=?") != NULL)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return size == 0 || (text[0] != ' ' && text[size - 1] != ' ');
}

/* Bytes of the characters from text on that fit into one encoded word. */
static size_t word_size(const char *text)
{
    size_t size = strlen(text);

    if (size <= WORD_BYTES)
        return size;
    size = WORD_BYTES;
    while (size > 1 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void put_base64(struct buffer *out, const void *bytes, size_t size)
{
    char text[4 * ((LINE_BYTES + 2) / 3) + 1];

    (void)sodium_bin2base64(text, sizeof text, bytes, size,
                            sodium_base64_VARIANT_ORIGINAL);
    buffer_text(out, text);
}

/* Encoded words of RFC 2047, each on a line of its own. */
static void put_encoded(struct buffer *out, const char *text)
{
    const char *gap = "";

    while (*text != '\0') {
        char word[WORD_BYTES];
        size_t size = word_size(text);

        for (size_t i = 0; i < size; i++)
            word[i] =
                (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
        buffer_print(out, "%s=?UTF-8?B?", gap);
        put_base64(out, word, size);
        buffer_text(out, "?=");
        gap = "\r\n ";
        text += size;
    }
}

static void put_words(struct buffer *out, const char *text)
{
    if (text_is_plain(text))
        buffer_text(out, text);
    else
        put_encoded(out, text);
}

/* A name that an unquoted phrase of RFC 5322 may be. */
static bool name_is_phrase(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ";

    return text_is_plain(name) && strspn(name, letters) == strlen(name);
}

static void put_from(struct buffer *out, const struct letter *letter)
{
    buffer_text(out, "From: ");
    if (name_is_phrase(letter->from_name))
        buffer_text(out, letter->from_name);
    else
        put_encoded(out, letter->from_name);
    buffer_print(out, "%s<%s>\r\n", letter->from_name[0] == '\0' ? "" : " ",
                 letter->from);
}

static void put_date(struct buffer *out, struct instant made)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed",
                                    "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(made.ms / 1000);
    struct tm at = {0};

    (void)gmtime_r(&seconds, &at);
    buffer_print(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
                 days[at.tm_wday], at.tm_mday, months[at.tm_mon],
                 at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

static void put_headers(struct buffer *out, const struct letter *letter,
                        const char *id)
{
    const char *host = strchr(letter->from, '@');

    put_from(out, letter);
    buffer_print(out, "To: <%s>\r\nSubject: ", letter->to);
    put_words(out, letter->subject);
    buffer_text(out, "\r\n");
    put_date(out, letter->made);
    buffer_print(out, "Message-ID: <%s%s>\r\n", id, host == NULL ? "" : host);
    buffer_text(out, "Auto-Submitted: auto-generated\r\n"
                     "X-Auto-Response-Suppress: All\r\n");
    buffer_print(out, "Content-Language: %s\r\nMIME-Version: 1.0\r\n",
                 letter->language);
}

/* ---- Bodies ---- */

/* Room that the character takes in quoted-printable. */
static size_t width(char c)
{
    return (c >= ' ' && c <= '~' && c != '=') || c == '\t' ? 1 : 3;
}

/*
 * RFC 2045, 6.7.  Line ends of the text become CR LF; a space before one is
 * encoded, a soft line end comes before a line grows too long.  Other control
 * characters were never text.
 */
static void put_quoted(struct buffer *out, const char *text)
{
    size_t column = 0;

    for (; *text != '\0'; text++) {
        bool at_end = text[1] == '\n' || text[1] == '\r' || text[1] == '\0';

        if (*text == '\r')
            continue;
        if (*text == '\n') {
            buffer_text(out, "\r\n");
            column = 0;
            continue;
        }
        if (column + 3 > LINE_CHARS - 1) {
            buffer_text(out, "=\r\n");
            column = 0;
        }
        if (width(*text) == 3 || ((*text == ' ' || *text == '\t') && at_end)) {
            buffer_print(out, "=%02X", (unsigned char)*text);
            column += 3;
        } else {
            buffer_add(out, text, 1);
            column++;
        }
    }
    buffer_text(out, "\r\n");
}

static void put_file(struct buffer *out, const struct letter *letter)
{
    char name[64];
    size_t size = 0;

    for (const char *c = letter->file_name; *c != '\0' && size < 60; c++)
        name[size++] = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                               (*c >= '0' && *c <= '9') || *c == '.'
                           ? *c
                           : '-';
    name[size] = '\0';
    buffer_print(out,
                 "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n"
                 "Content-Disposition: attachment;\r\n filename=\"%s\"\r\n\r\n",
                 letter->file_type, name);
    for (size_t at = 0; at < letter->file_size; at += LINE_BYTES) {
        size_t left = letter->file_size - at;

        put_base64(out, letter->file + at,
                   left < LINE_BYTES ? left : LINE_BYTES);
        buffer_text(out, "\r\n");
    }
}

static void put_part(struct buffer *out, const char *boundary, const char *type,
                     const char *text)
{
    buffer_print(out,
                 "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                 boundary, type);
    put_quoted(out, text);
}

/* Text and HTML, the reader's choice; the better one last. */
static void put_alternative(struct buffer *out, const struct letter *letter,
                            const char *id)
{
    char boundary[BOUNDARY_CHARS];

    /* "=_" cannot be in quoted-printable, nor in base64. */
    (void)snprintf(boundary, sizeof boundary, "=_a_%s", id);
    buffer_print(
        out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n",
        boundary);
    put_part(out, boundary, "text/plain", letter->text);
    put_part(out, boundary, "text/html", letter->html);
    buffer_print(out, "--%s--\r\n", boundary);
}

void mime_write(struct buffer *out, const struct letter *letter)
{
    char id[2 * MAIL_ID_BYTES + 1], boundary[BOUNDARY_CHARS];

    (void)sodium_bin2hex(id, sizeof id, letter->id, MAIL_ID_BYTES);
    put_headers(out, letter, id);
    if (letter->file_name == NULL) {
        put_alternative(out, letter, id);
        return;
    }
    (void)snprintf(boundary, sizeof boundary, "=_m_%s", id);
    buffer_print(out,
                 "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n"
                 "--%s\r\n",
                 boundary, boundary);
    put_alternative(out, letter, id);
    buffer_print(out, "--%s\r\n", boundary);
    put_file(out, letter);
    buffer_print(out, "--%s--\r\n", boundary);
}
