/*
 * mime: a letter as the bytes that a mail server takes (RFC 5322, 2045-2049).
 *
 * Every line is ASCII, short, and ends in CR LF.  Nothing that a letter says
 * can make a header or a part of its own: words of headers that are not plain
 * ASCII are encoded (RFC 2047), control characters become spaces, bodies are
 * quoted-printable, files are base64.  The From host makes the Message-ID, so
 * that a letter sent twice is recognised as one.
 */
#ifndef SERVER_MIME_H
#define SERVER_MIME_H

#include "ledger/date.h"
#include "server/buffer.h"

enum { MAIL_ID_BYTES = 16 };

/* All text is UTF-8; NULL is never allowed but where it says so. */
struct letter {
    uint8_t id[MAIL_ID_BYTES];
    struct instant made;
    const char *from;      /* An address that email_read() gave. */
    const char *from_name; /* Who writes; "" for nobody. */
    const char *to;        /* Likewise an address. */
    const char *language;  /* "en" or "fr" */
    const char *subject;
    const char *text;
    const char *html;
    const char *file_name; /* NULL: nothing is attached. */
    const char *file_type;
    const uint8_t *file;
    size_t file_size;
};

/* Add the whole message to *out. */
void mime_write(struct buffer *out, const struct letter *letter);

#endif
