/*
 * cookie: the cookies of this node, read and set.
 *
 * Each is host-only, for every path, out of reach of scripts, and sent by
 * other sites' links but not by their forms (SameSite=Lax: people arrive from
 * their mail).  Over https its name begins with "__Host-", so that no other
 * host can plant one; at plain http on loopback browsers refuse that prefix,
 * and the bare name is used.
 */
#ifndef SERVER_COOKIE_H
#define SERVER_COOKIE_H

#include "server/reply.h"

enum { COOKIE_SECRET_BYTES = 32, COOKIE_SECRET_CHARS = 43 };

/* A secret in base64url. */
struct cookie_secret {
    char text[COOKIE_SECRET_CHARS + 1];
};

/* 256 random bits. */
void cookie_secret_make(struct cookie_secret *secret);

/* The form of a secret, and no more: 43 characters of base64url. */
MUST_USE bool cookie_secret_read(struct cookie_secret *secret, const char *text,
                                 size_t size);

/* What is kept instead of a secret; use is a word that keeps uses apart. */
struct hash cookie_secret_hash(const struct cookie_secret *secret,
                               const char *use);

/* The secret that the request brings under a name.  False: there is none,
 * or there are two, as somebody would send who plants one. */
MUST_USE bool cookie_get(struct cookie_secret *secret,
                         const struct request *request, const char *name);

/* seconds 0: until the browser is closed. */
void cookie_set(struct reply *reply, const struct request *request,
                const char *name, const struct cookie_secret *secret,
                int seconds);
void cookie_drop(struct reply *reply, const struct request *request,
                 const char *name);

#endif
