/*
 * page: JSON documents as HTML, by templates that cannot forget to escape.
 *
 * A template is a file NAME.html with a subset of mustache:
 *     {{name}} {{a.b}} {{.}}      a value, escaped; there is no raw form
 *     {{#name}}...{{/name}}       for each element, or if it is there
 *     {{^name}}...{{/name}}       if it is absent, false, null, "" or []
 *     {{>name}}                   another template, here
 *     {{_ English sentence}}      in the reader's language (catalogue.h), with
 *                                 values: {{_ From {first} to {a.last}.}}
 *     {{_ {n} day | {n} days # n}}  the form that the number n takes
 *     {{! remark }}
 * Names are looked up from the innermost section outwards, of a.b only the
 * first; "page" is always what the server adds (frame.h).
 * Of mustache there are no raw values, no other delimiters, no lambdas, no
 * blocks and parents: they are refused.  A line on which a tag stands alone
 * stays, and a template that is included is not indented.
 * {{>content}} is the template asked for, {{>document}} the whole document in
 * a plain form.  "layout" is the frame of every page.
 *
 * Templates are compiled once for each language; one that could let a value out
 * of its place (outside quotes inside a tag, in a script or a style, as a
 * handler of an event) is refused.  In href, src and action a value must be a
 * path of this site, a fragment, http, https or mailto, else it becomes "#".
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "ledger/error.h"
#include "server/buffer.h"

#include <jansson.h>

struct pages; /* Immutable once loaded; any thread. */

/*
 * Compile every *.html of a directory, which must hold layout, generic and
 * error.  Fails with ERROR_SYSTEM (file, line and what is wrong).
 */
MUST_USE bool pages_load(struct pages **pages, const char *directory,
                         struct error *error);

/* The same for *.txt: plain text, for mails.  Values are not escaped; control
 * characters in them become spaces. */
MUST_USE bool pages_load_texts(struct pages **pages, const char *directory,
                               struct error *error);

void pages_free(struct pages *pages); /* NULL is fine. */

/*
 * Add the page to *out.  name NULL or unknown: "generic".  name.fr is taken
 * instead of name when facts.lang is "fr" and there is one.
 * Fails with ERROR_BUG if a template prints an object or a list as a value,
 * or if templates include each other without end.
 */
MUST_USE bool pages_render(const struct pages *pages, const char *name,
                           const json_t *document, const json_t *facts,
                           struct buffer *out, struct error *error);

/* Add a text of pages_load_texts(), alone.  Fails with ERROR_BUG as above, or
 * if there is none of that name. */
MUST_USE bool pages_text(const struct pages *pages, const char *name,
                         const json_t *document, const json_t *facts,
                         struct buffer *out, struct error *error);

/* Text safe in HTML text and in quoted attributes. */
void page_escape(struct buffer *out, const char *text);

/* May value stand alone in href, src or action? */
bool page_url_is_safe(const char *value);

/* Any document as definition lists and tables (plain.c). */
void page_plain(struct buffer *out, const json_t *document, bool french);

#endif
