/*
 * catalogue: what pages, letters and problems say, in the reader's language.
 *
 * The program is written in English, and an English sentence is its own key:
 * say("fr", "Next page") is "Page suivante".  Translations are gettext's own
 * files (server/po/LANGUAGE.po), read once at start: no process locale, which
 * would be one for all threads.  What is not translated is said in English.
 *
 * Values stand in sentences as {name}.  Templates say {{_ English}}, see
 * page.h.  server/po/update finds all sentences and writes them into the
 * files; a test refuses one without a translation.
 */
#ifndef SERVER_CATALOGUE_H
#define SERVER_CATALOGUE_H

#include "ledger/error.h"
#include "server/buffer.h"

/* English is language 0 and has no file. */
enum { LANGUAGE_ENGLISH, LANGUAGE_FRENCH, LANGUAGE_COUNT };

/* "en", "fr" */
extern const char *const language_names[LANGUAGE_COUNT];

/* The number of a language by its name; English if there is none. */
int language_number(const char *name);

/*
 * Read the files of a folder, in place of what was read before.  Before other
 * threads start.  Fails with ERROR_SYSTEM (file, line, what is wrong).
 */
MUST_USE bool catalogue_load(const char *directory, struct error *error);

/* A sentence in a language; lives as long as the process. */
const char *say(const char *language, const char *english);

/* One of two forms, as the language counts: 0 is plural in English. */
const char *say_count(const char *language, const char *one, const char *many,
                      int64_t count);
bool counts_as_one(const char *language, int64_t count);

/*
 * A sentence with values in place of its {names}:
 *     say_with(&text, "fr", "The minimum is {least}", "least", "5 €", NULL);
 * Asserts that each {name} of the sentence is given.
 */
void say_with(struct buffer *out, const char *language, const char *english,
              ...) __attribute__((sentinel));

/* Marks a sentence in a table for server/po/update; say() it later. */
#define SENTENCE(english) english

#endif
