/*
 * holder: who acts on a pledge: a browser with its party's key, or somebody
 * who is signed in under the address that the party's data names.
 */
#ifndef SERVER_HOLDER_H
#define SERVER_HOLDER_H

#include "server/reading.h"
#include "server/session.h"

/*
 * Is the request by somebody signed in whose party this is?  *session is set
 * if so.  False without an error: nobody is, or somebody else.  Asks the
 * database: not under a reading.
 */
MUST_USE bool holder_is_signed_in(struct session *session,
                                  const struct request *request,
                                  const struct ledger_host *host,
                                  struct id party, bool *is,
                                  struct error *error);

/* Where they sign in, to come back to this address; JSON string. */
json_t *holder_sign_in_url(const struct request *request, const char *path);

/* One text of an entry that this program has filled in; terminated.  Returns
 * its size. */
size_t holder_text(char *out, size_t room, const char *origin,
                   const struct entry *entry);

#endif
