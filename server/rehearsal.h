/*
 * rehearsal: would the ledger take these entries now, one after the other?
 */
#ifndef SERVER_REHEARSAL_H
#define SERVER_REHEARSAL_H

#include "server/draft.h"

/*
 * Fold notes on top of what is committed; nothing is stored, no signature is
 * verified.  Takes the read lock.  Fails as the fold does.
 */
MUST_USE bool rehearse_notes(struct ledger_host *host,
                             const char *const notes[static DRAFT_TEXTS],
                             struct error *error);

/* The same of texts, as if the clerk had signed them. */
MUST_USE bool rehearse_texts(struct ledger_host *host,
                             const struct draft_text texts[static DRAFT_TEXTS],
                             struct error *error);

#endif
