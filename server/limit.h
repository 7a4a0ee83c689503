/*
 * limit: how often somebody may do something (limits.def).
 *
 * Token buckets in this server's memory, by client or by a key; a client is
 * an IPv4 address or the first 64 bits of an IPv6 address.  Nothing is kept
 * but a hash under a key of this process and one instant.  With several
 * servers each counts for itself.  When more keys come than there is room,
 * the one that was longest at rest is forgotten: mail has a budget for the
 * whole node besides (setting mail_budget).
 */
#ifndef SERVER_LIMIT_H
#define SERVER_LIMIT_H

#include "server/buffer.h"
#include "server/reply.h"

enum limit {
#define LIMIT(limit, most, seconds, help) LIMIT_##limit,
#include "server/limits.def"
    LIMIT_COUNT
};

struct limits;

struct limits *limits_create(void);
void limits_free(struct limits *limits); /* NULL is fine. */

/*
 * Take one of what key may have at the instant now_ms of any clock that does
 * not go back.  False: nothing is taken, and *wait_seconds tells after how
 * long there will be one.
 */
MUST_USE bool limits_take(struct limits *limits, enum limit limit,
                          const void *key, size_t size, int64_t now_ms,
                          int64_t *wait_seconds);

/*
 * Take one for the request's client, or for key where it is not NULL.  Fails
 * with ERROR_MANY, the Retry-After set.  Clients on this very machine are not
 * limited where nobody else comes (public_is_local()).
 */
MUST_USE bool limit_take(const struct request *request, struct reply *reply,
                         enum limit limit, const char *key,
                         struct error *error);

/* Would it be taken?  For what works only once. */
bool limit_is_free(const struct request *request, enum limit limit,
                   const char *key);

/* After a failure, for people: when to try again, from the Retry-After. */
void limit_words(struct buffer *out, const struct request *request,
                 const struct reply *reply);

/*
 * Before a mail is queued that the request asks for: its client, the address
 * and the node must all still have one.  Fails as limit_take().
 */
MUST_USE bool limit_mail(const struct request *request, struct reply *reply,
                         const char *email, struct error *error);

#endif
