/*
 * reason: why something did not happen, in the reader's language.
 *
 * An error's text is English and made in one place (ledger/error.h).  Its
 * format is its key in the catalogue, with numbers for the arguments:
 * fail("%s is longer than %d bytes") is looked up as "{1} is longer than {2}
 * bytes", and the text's own arguments are put into what is found.  Of these,
 * amounts, days and words of the ledger's tables are written as the reader
 * writes them; all else stays as it is.
 */
#ifndef SERVER_REASON_H
#define SERVER_REASON_H

#include "ledger/error.h"
#include "server/buffer.h"

/*
 * Add why.  False: the language has no words for it, and the text was added
 * in English; whoever shows it says so (lang="en").
 */
bool reason_say(struct buffer *out, const char *language,
                const struct error *error);

/* A format as its key in the catalogue. */
void reason_key(struct buffer *out, const char *format);

#endif
