/*
 * words: sentences by name, from words.def, and people's words for the words
 * of the ledger: states and choices, and the members of documents.
 *
 * Code that just says something uses say() of catalogue.h.
 */
#ifndef SERVER_WORDS_H
#define SERVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
enum word {
#define WORD(name, english) WORD_##name,
#include "server/words.def"
    WORD_COUNT
};
/* clang-format on */

const char *word(enum word word, bool french);

/* The text, or the word, with value in place of its first %s. */
void text_with(char *out, size_t room, const char *text, const char *value);
void word_with(char *out, size_t room, enum word word, bool french,
               const char *value);

/* What people read for a word of the ledger's tables; itself if the table
 * does not have it. */
const char *word_of(const char *name, bool french);

/* What a member of a document is called on a page; NULL: it has no word. */
const char *word_label(const char *name, bool french);

#endif
