/*
 * sign_in: from an address to a session, by a link in a mail.
 *
 * Every address is treated alike, known or not: a link goes to it, and who
 * reads its mail is signed in as that address, to whatever it has here.  So
 * there is nothing to find out, and no look-up whose time could tell.
 *
 * The link works once, for 15 minutes, by POST, and only in the browser that
 * asked (a cookie).  In any other browser it shows a code of six characters
 * that is typed in the first; a few guesses are allowed.
 */
#ifndef SERVER_SIGN_IN_H
#define SERVER_SIGN_IN_H

#include "server/session.h"

enum { SIGN_IN_MINUTES = 15, SIGN_IN_CODE_CHARS = 6, SIGN_IN_NEXT_MAX = 200 };

/* What a link leads to. */
struct sign_in {
    char email[EMAIL_BYTES_MAX + 1];
    char next[SIGN_IN_NEXT_MAX + 1]; /* A path of this site, or "". */
    struct cookie_secret session;    /* Begun. */
};

/* Queue a link to email (as email_read() gave it) for that browser. */
MUST_USE bool sign_in_ask(const struct request *request,
                          const struct cookie_secret *browser,
                          const char *email, const char *next,
                          struct error *error);

/* A link that would work: *own says whether in this browser.  Fails with
 * ERROR_GONE. */
MUST_USE bool sign_in_look(const struct request *request,
                           const struct cookie_secret *token,
                           const struct cookie_secret *browser, bool *own,
                           struct error *error);

/* The code that a link shows elsewhere. */
void sign_in_code(char code[SIGN_IN_CODE_CHARS + 1],
                  const struct cookie_secret *token);

/* Use up a link and begin a session.  Fails with ERROR_GONE, or with
 * ERROR_BROWSER if it would work elsewhere. */
MUST_USE bool sign_in_by_link(const struct request *request,
                              const struct cookie_secret *token,
                              const struct cookie_secret *browser,
                              struct sign_in *sign_in, struct error *error);

/* The same by a code as it was typed.  Fails with ERROR_FIELD (/code). */
MUST_USE bool sign_in_by_code(const struct request *request, const char *code,
                              const struct cookie_secret *browser,
                              struct sign_in *sign_in, struct error *error);

#endif
