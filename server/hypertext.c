#include "server/hypertext.h"

#include "server/page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The address at text; 0: there is none. */
static size_t link_size(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "-._~:/?#[]@!$&'()*+,;=%";
    size_t scheme, size;

    if (strncmp(text, "https://", 8) == 0)
        scheme = 8;
    else if (strncmp(text, "http://", 7) == 0)
        scheme = 7;
    else
        return 0;
    size = strspn(text, letters);
    while (size > scheme && strchr(".,;:!?)'", text[size - 1]) != NULL)
        size--;
    return size > scheme ? size : 0;
}

size_t hypertext_piece(const char *text, bool *is_link)
{
    size_t size = link_size(text);

    *is_link = size > 0;
    while (!*is_link && text[size] != '\0' && link_size(text + size) == 0)
        size++;
    return size;
}

static void put_piece(struct buffer *out, const char *text, size_t size,
                      bool is_link)
{
    char *copy = strndup(text, size);

    assert(copy != NULL);
    if (is_link) {
        buffer_text(out, "<a href=\"");
        page_escape(out, copy);
        buffer_text(out, "\">");
    }
    page_escape(out, copy);
    if (is_link)
        buffer_text(out, "</a>");
    free(copy);
}

/* One line of a paragraph. */
static void put_line(struct buffer *out, const char *line, size_t size)
{
    char *copy = strndup(line, size);
    const char *at = copy;
    bool is_link;

    assert(copy != NULL);
    for (;;) {
        size_t piece = hypertext_piece(at, &is_link);

        if (piece == 0)
            break;
        put_piece(out, at, piece, is_link);
        at += piece;
    }
    free(copy);
}

void hypertext_write(struct buffer *out, const char *language,
                     const char *title, const char *text)
{
    bool open = false;

    buffer_print(out,
                 "<!doctype html>\n<html lang=\"%s\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<title>",
                 language);
    page_escape(out, title);
    buffer_text(out, "</title>\n</head>\n<body>\n");
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");

        if (size > 0) {
            buffer_text(out, open ? "<br>\n" : "<p>");
            put_line(out, text, size);
            open = true;
        } else if (open) {
            buffer_text(out, "</p>\n");
            open = false;
        }
        text += size + (text[size] == '\n');
    }
    buffer_text(out, open ? "</p>\n</body>\n</html>\n" : "</body>\n</html>\n");
}
