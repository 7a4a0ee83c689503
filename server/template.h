/*
 * template: one file of page.h, compiled.  For page.c only.
 */
#ifndef SERVER_TEMPLATE_H
#define SERVER_TEMPLATE_H

#include "ledger/error.h"

enum token_kind {
    TOKEN_TEXT,
    TOKEN_VALUE,
    TOKEN_URL, /* A value alone at the start of href, src or action. */
    TOKEN_SECTION,
    TOKEN_INVERTED,
    TOKEN_ONE,  /* If the number takes the singular; made by phrase.h. */
    TOKEN_MANY, /* If it takes the plural. */
    TOKEN_END,
    TOKEN_PARTIAL,
};

enum { TEMPLATE_NAME_MAX = 40, TEMPLATE_BYTES_MAX = 128 * 1024 };

struct token {
    enum token_kind kind;
    const char *text; /* Text, or name; not terminated. */
    size_t size;
    size_t end; /* Of a section: index of its TOKEN_END. */
};

struct template
{
    char name[TEMPLATE_NAME_MAX + 1];
    char *text;           /* Owned. */
    struct token *tokens; /* Owned. */
    size_t count;
    bool plain; /* Text for mails, where nothing is HTML. */
};

/*
 * Compile text, which is terminated and becomes the template's (on failure,
 * too); plain: it is no HTML.  Fails with ERROR_SYSTEM, naming the line.
 */
MUST_USE bool template_compile(struct template *template, const char *name,
                               char *text, bool plain, struct error *error);

void template_clear(struct template *template);

#endif
