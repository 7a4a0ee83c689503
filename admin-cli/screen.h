/*
 * screen: what people see.  Data goes to stdout, remarks to stderr; colour
 * and progress only on a terminal, colour never with NO_COLOR.
 */
#ifndef ADMIN_CLI_SCREEN_H
#define ADMIN_CLI_SCREEN_H

#include "ledger/error.h"

#include <jansson.h>
#include <stdio.h>

void screen_start(bool quiet);

/* "terreau: why (stable-name)" on stderr. */
void screen_error(const struct error *error);

/* A remark on stderr; not with --quiet. */
void screen_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A heading on stderr: bold on a terminal. */
void screen_heading(const char *text);

/* A progress bar on stderr, redrawn at most ten times a second; nothing where
 * stderr is no terminal.  done = total ends it. */
void screen_progress(const char *what, size_t done, size_t total);

/* Asks on the terminal; false for anything but y or yes, and without one. */
bool screen_confirm(const char *question);

/* A document: as JSON, or as tables and lines for people. */
void screen_document(FILE *out, const json_t *document, bool as_json);

/* Amounts of a document that names its currency become text: "12.50"; what
 * only programs want of records goes. */
void screen_for_people(json_t *document);

/* Text without control characters, so that no stranger drives the terminal;
 * at most room - 1 bytes.  Returns out. */
const char *screen_clean(char *out, size_t room, const char *text);

#endif
