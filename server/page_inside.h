/*
 * page_inside: what page.c and page_load.c share.
 */
#ifndef SERVER_PAGE_INSIDE_H
#define SERVER_PAGE_INSIDE_H

#include "server/catalogue.h"
#include "server/template.h"

enum { TEMPLATES_MAX = 96 };

struct pages {
    /* Of each the same templates in the same order. */
    struct template templates[LANGUAGE_COUNT][TEMPLATES_MAX];
    size_t count;
    const char *suffix; /* Of the files. */
    bool plain;         /* They are no HTML. */
};

/* NULL if there is none of that name. */
const struct template *page_template(const struct pages *pages, int language,
                                     const char *name, size_t size);

#endif
