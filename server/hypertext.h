/*
 * hypertext: plain text with addresses in it, as HTML or as pieces.
 *
 * A mail's HTML is made from its text, so that the two can never say
 * different things.  What begins with http:// or https:// is a link; a full
 * stop or a bracket behind it is not.
 */
#ifndef SERVER_HYPERTEXT_H
#define SERVER_HYPERTEXT_H

#include "server/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* The next piece of text: a link, or what comes before one.  Its size; 0 at
 * the end. */
size_t hypertext_piece(const char *text, bool *is_link);

/* A whole HTML document: paragraphs where lines are empty. */
void hypertext_write(struct buffer *out, const char *language,
                     const char *title, const char *text);

#endif
