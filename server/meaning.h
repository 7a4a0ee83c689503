/*
 * meaning: an entry's text, field by field, in the words of people.
 */
#ifndef SERVER_MEANING_H
#define SERVER_MEANING_H

#include "server/wire.h"

/*
 * {kind, text, fields[{name, value, meaning}]} of an entry text (three lines
 * of which the last is JSON); wire says the language and the currency.
 */
json_t *meaning_of_text(const struct wire *wire, const char *text, size_t size);

#endif
