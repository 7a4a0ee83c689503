/*
 * signer_link: a connection of one ledger to terreau-signer.
 *
 * Opened by the first request and again after it was lost.  A request waits
 * for its answer at most LINK_SECONDS.  One thread at a time.
 */
#ifndef SERVER_SIGNER_LINK_H
#define SERVER_SIGNER_LINK_H

#include "server/signer_protocol.h"

enum { LINK_SECONDS = 5 };

struct signer_link {
    const char *path; /* Of the Unix socket; the caller's. */
    int fd;           /* -1: not connected. */
    size_t size;
    char answer[SIGNER_ANSWER_MAX]; /* The last one, with its empty line. */
};

/*
 * Ask.  On success the whole answer, perhaps a refusal, is in *answer until
 * the next request.  Fails with ERROR_SYSTEM if there is none: then the
 * connection is closed, and what was asked for may have happened.
 */
MUST_USE bool signer_link_ask(struct signer_link *link,
                              const struct signer_request *request,
                              struct text *answer, struct error *error);
/* Between requests: has the other side hung up? */
bool signer_link_is_lost(const struct signer_link *link);
void signer_link_close(struct signer_link *link);

#endif
