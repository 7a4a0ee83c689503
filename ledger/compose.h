/*
 * compose: canonical JSON of an entry from words that people type.
 *
 * "amount=500.00 party=ana decision={body=board date=2026-01-10 sha256=m1}
 *  natures=[{nature=gift} {nature=share class=A}]" becomes JSON by the table:
 * amounts are in the currency's units, texts may be quoted, ids and hashes
 * that are no literal are looked up by the caller.
 */
#ifndef LEDGER_COMPOSE_H
#define LEDGER_COMPOSE_H

#include "ledger/entry.h"

struct word {
    struct text name, value; /* value: as typed; nested ones with brackets. */
};

enum { WORDS_MAX = 64 };

/* Split a line at blanks outside quotes and brackets; quotes stay. */
MUST_USE bool words_split(struct word words[static WORDS_MAX], size_t *count,
                          const char *line, size_t size, struct error *error);

struct composer {
    int digits; /* Of the currency, after the point. */
    /* An id, hash or key that is no literal: an alias, "new". */
    bool (*lookup)(void *context, enum field_type type, struct text word,
                   void *value, struct error *error);
    void *context;
};

/*
 * Write canonical JSON for a kind; words are its fields, common ones too
 * (nonce is needed, kind is not).  Returns the size, 0 with *error set:
 * unknown or repeated field, bad value (pointer), no room.  What is missing
 * is found by entry_parse(), not here.
 */
size_t compose(char *out, size_t room, enum entry_kind kind,
               const struct word *words, size_t count,
               const struct composer *composer, struct error *error);

#endif
