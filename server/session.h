/*
 * session: who is signed in.
 *
 * A session is a cookie of 256 random bits, kept as a hash, with the address
 * sealed beside it.  It ends after 30 minutes without a request and after 12
 * hours at most.  Signing in always makes a new one, so that nobody can hand
 * a session to somebody else.
 *
 *     if (!session_of(request, &session, error))
 *         return session_invite(request, reply, error);
 *
 * A form of somebody who is signed in holds session_form_token() in a hidden
 * field "form_token", and its POST checks it by session_form_check(): beside
 * what http.c asks of every form, that it comes from this site's own page.
 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "server/cookie.h"
#include "server/email.h"
#include "sql/db.h"

enum {
    SESSION_IDLE_MINUTES = 30,
    SESSION_MOST_MINUTES = 12 * 60,
    SESSION_TOKEN_CHARS = 43,
};

struct session {
    char email[EMAIL_BYTES_MAX + 1]; /* Proved: they read its mail. */
    struct cookie_secret secret;     /* Of the cookie. */
};

/* Fails with ERROR_SIGNED_OUT if nobody is, or ERROR_STORE.  Replies that
 * depend on it are CACHE_PRIVATE. */
MUST_USE bool session_of(const struct request *request, struct session *session,
                         struct error *error);

/* After session_of() has failed: true, and people are led to the page where
 * they sign in and back here; false, and the error stands: 401. */
MUST_USE bool session_invite(const struct request *request, struct reply *reply,
                             const struct error *error);

/* Other bytes each time, so that compression does not tell them. */
void session_form_token(char out[SESSION_TOKEN_CHARS + 1],
                        const struct session *session);
/* Fails with ERROR_FOREIGN. */
MUST_USE bool session_form_check(const struct session *session,
                                 const struct form_data *form,
                                 struct error *error);

/*
 * Begin a session for an address that was proved, in the caller's
 * transaction; the cookie is in *secret, to be set after COMMIT.
 */
MUST_USE bool session_begin(struct node *node, struct db *db, const char *email,
                            struct cookie_secret *secret, struct error *error);
void session_cookie_set(struct reply *reply, const struct request *request,
                        const struct cookie_secret *secret);

void session_cookie_drop(struct reply *reply, const struct request *request);

/* End the session that the request brings, if any: they go, or come anew. */
MUST_USE bool session_replace(const struct request *request, struct db *db,
                              struct error *error);
/* End all sessions of an address: it is erased, or its owner is in doubt. */
MUST_USE bool session_end_all(struct node *node, struct db *db,
                              const char *email, struct error *error);

/* A path of this site to go on to: plain, and with one slash in front. */
bool session_next_is_safe(const char *next);

#endif
