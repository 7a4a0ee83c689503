/*
 * files: the stylesheet, scripts and images, read once at start.
 *
 * Names are those of the folder; nothing outside it can be asked for, since
 * nothing is opened later.
 */
#ifndef SERVER_FILES_H
#define SERVER_FILES_H

#include "ledger/error.h"

struct file {
    char name[64];
    const char *type; /* Media type. */
    char *bytes;
    size_t size;
};

struct files; /* Immutable once loaded; any thread. */

/* Read all files with a known ending.  Fails with ERROR_SYSTEM. */
MUST_USE bool files_load(struct files **files, const char *directory,
                         struct error *error);
void files_free(struct files *files); /* NULL is fine. */

/* NULL if there is none of that name.  Lives as long as files. */
const struct file *files_find(const struct files *files, const char *name);

#endif
