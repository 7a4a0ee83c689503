/*
 * mine: everything a node has about somebody, and what they may do with it.
 */
#ifndef SERVER_MINE_H
#define SERVER_MINE_H

#include "server/reply.h"
#include "server/vault.h"

/*
 * Of all ledgers, for whoever reads the mail of an address: {"email",
 * "parties": [{party, ledger, title, url, state, auth, kept_until, erase:
 * {contact, all}, data: [{record, fields, opening}], memberships, holdings,
 * subscriptions, redemptions, pledges, contracts, entries: [{index, kind,
 * receipt}]}]}.  erase says why not, in the ledger's words; null: it can be
 * done now.  receipts: each entry has its receipt itself, as a text.
 */
MUST_USE bool mine_document(const struct request *request, const char *email,
                            bool receipts, json_t **document,
                            struct error *error);

/* Is that party of that ledger theirs?  ERROR_ABSENT. */
MUST_USE bool mine_party(const struct request *request, const char *email,
                         const char *ledger, const char *party,
                         struct ledger_host **host, struct id *id,
                         struct error *error);

/* An entry by which the clerk erases a party; returns the note's size. */
enum { MINE_NOTE_BYTES = 4096 };
size_t mine_erase_note(struct ledger_host *host, struct id party, bool all,
                       char out[static MINE_NOTE_BYTES]);
/* Would the ledger take the note now?  Fails as the fold. */
MUST_USE bool mine_try(struct ledger_host *host, const char *note, size_t size,
                       struct error *error);

#endif
