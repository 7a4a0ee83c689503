/*
 * maildir: mails as files, for a node that is only tried out (mail_dir).
 *
 * Each letter is NAME.eml, as it would have been sent, and NAME.json, as
 * /dev/mail shows it.  Names begin with the time, so that they sort by it.
 */
#ifndef SERVER_MAILDIR_H
#define SERVER_MAILDIR_H

#include "server/mime.h"

#include "ledger/error.h"

#include <jansson.h>

enum { MAILDIR_NAME_MAX = 64, MAILDIR_LIST_MAX = 100 };

/* Make the folder if it is missing.  Fails with ERROR_SYSTEM. */
MUST_USE bool maildir_make(const char *folder, struct error *error);

/* Fails with ERROR_SYSTEM; the files are there whole or not at all. */
MUST_USE bool maildir_write(const char *folder, const struct letter *letter,
                            const struct buffer *message, struct error *error);

/* {id, made, to, from_name, subject, language, text, html}; NULL: there is no
 * such letter, or the name is none. */
json_t *maildir_read(const char *folder, const char *name);

/* The newest first, at most MAILDIR_LIST_MAX: maildir_read() of each. */
json_t *maildir_list(const char *folder);

#endif
