/*
 * browser: entry texts with a signature made in a citizen's browser.
 *
 * The browser signs the very bytes it was shown; what is verified here is
 * that signature over the text as this program composes it, by libsodium,
 * whose word is final.
 */
#ifndef SERVER_BROWSER_H
#define SERVER_BROWSER_H

#include "server/draft.h"

enum {
    BROWSER_SIGNATURE_CHARS = 86, /* An Ed25519 signature, base64url. */
};

/* A public key as a browser sends it.  False: it is none, or of low order. */
MUST_USE bool browser_read_key(struct key *key, const char *text);

/* Is it an active key of the party?  *ended: it was, and is revoked. */
bool browser_key_is_of(const struct state *state, const char *origin,
                       struct id party, const struct key *key, bool *ended);

/*
 * Write the note of a text signed by a party's key; terminated.  Fails with
 * ERROR_SIGNATURE if that is not so.
 */
MUST_USE bool browser_note(char out[static DRAFT_NOTE_BYTES],
                           const char *origin, struct id party,
                           const struct key *key, struct text text,
                           const char *signature, struct error *error);

#endif
