/*
 * phrase: the sentences of a template, put into a language before it is
 * compiled.  For page.c only.
 */
#ifndef SERVER_PHRASE_H
#define SERVER_PHRASE_H

#include "ledger/error.h"

/*
 * The template with each {{_ English}} replaced by what the language says,
 * {name} in it by {{name}}, and
 *     {{_ one | many # count}}
 * by a section for either form.  In HTML (not plain) the sentences are
 * escaped.  To be freed.  NULL: fails with ERROR_SYSTEM, naming the line.
 */
MUST_USE char *phrase_translate(const char *text, const char *language,
                                bool plain, const char *template_name,
                                struct error *error);

#endif
