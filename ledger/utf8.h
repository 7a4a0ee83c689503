/*
 * utf8: what a string of the ledger may hold.
 */
#ifndef LEDGER_UTF8_H
#define LEDGER_UTF8_H

#include <stddef.h>

/*
 * Bytes of the character at text: well-formed UTF-8, no control character,
 * surrogate or noncharacter.  0: not allowed, or cut off.
 */
size_t utf8_step(const char *text, size_t size);

#endif
