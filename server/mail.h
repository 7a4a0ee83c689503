/*
 * mail: letters to people, put into the outbox by what they tell.
 *
 * A letter is made from server/templates/mail/NAME.txt (its first line is the
 * subject), sealed, and written in the caller's transaction; postman.h sends
 * it, so that a letter goes out exactly if what it tells was committed.  The
 * HTML part is made from the text.  Documents hold nothing that a stranger
 * could have typed: a letter to a third person must not carry their words.
 */
#ifndef SERVER_MAIL_H
#define SERVER_MAIL_H

#include "server/email.h"
#include "server/mime.h"
#include "sql/store_outbox.h"

#include <jansson.h>

struct node;

enum { MAIL_FILE_BYTES_MAX = 256 * 1024 };

/* What goes along.  The name is ASCII, the type a literal. */
struct mail_file {
    const char *name;
    const char *type;
    const void *bytes;
    size_t size;
};

struct mail {
    const char *to;               /* As somebody typed it. */
    const char *language;         /* "en" or "fr" */
    const char *name;             /* Of the template. */
    const json_t *document;       /* Its values; "coop" also says who writes. */
    const struct mail_file *file; /* NULL: nothing goes along. */
    int64_t valid_seconds;        /* After these it is not sent; 0: always. */
};

/*
 * Put a letter into the outbox, in the caller's transaction.  ledger_id 0:
 * it is the node's.  Fails with ERROR_FIELD (/email) if to is no address,
 * ERROR_BUG if the template is not there or lacks something, ERROR_SIZE,
 * ERROR_STORE.
 */
MUST_USE bool mail_queue(struct node *node, struct db *db, int32_t ledger_id,
                         const struct mail *mail, struct error *error);

/*
 * A letter out of the outbox.  Its strings live in *document, which the
 * caller releases.  *expired: it is not to be sent any more.
 * Fails with ERROR_ABSENT or ERROR_DOUBT as seal_open() does.
 */
MUST_USE bool mail_open(struct node *node, const struct store_mail *row,
                        json_t **document, struct letter *letter, bool *expired,
                        struct error *error);

/* What mail_open() made beside the document. */
void letter_clear(struct letter *letter);

#endif
