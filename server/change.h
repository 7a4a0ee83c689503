/*
 * change: what somebody changes of their own data in one ledger.
 *
 * The log says that the data are others now (party.update with a commitment
 * to them), signed as that person signs: by their browser's key, or by the
 * clerk for who is known by e-mail.  The data themselves go to the vault once
 * the entry is in.
 *
 * A new e-mail address is used only once it is proved: the change waits,
 * sealed, in a row of intake until the link that was mailed there is opened
 * and its button pressed, within 24 hours and once.  Then the sessions of the
 * former address end and a letter tells it.
 */
#ifndef SERVER_CHANGE_H
#define SERVER_CHANGE_H

#include "server/browser.h"
#include "server/email.h"
#include "server/http.h"
#include "sql/db.h"

struct change {
    struct ledger_host *host;
    struct id party;
    bool has_key; /* They sign with a key of their own. */
    char language[4];
    char former[EMAIL_BYTES_MAX + 1]; /* The address that they are known by. */
    json_t *fields;                   /* Owned: what is new. */
    struct hash opening, commitment;
    struct nonce nonce;
    char note[DRAFT_NOTE_BYTES]; /* The entry, once signed; terminated. */

    /* Of a row that waits for its link. */
    struct hash token_hash;
    bool used;
};

void change_clear(struct change *change);

/*
 * Commit to what is kept with the fields over it.  Fails with ERROR_FIELD for
 * an unknown or too long field, with its pointer.
 */
MUST_USE bool change_commit(struct change *change, struct error *error);

/* The text to sign; the same for the same nonce and data. */
struct text change_text(const struct change *change,
                        char out[static DRAFT_TEXT_BYTES]);

/* Sign it, by the clerk or with what a browser signed; and ask the fold. */
MUST_USE bool change_sign_by_clerk(struct change *change, struct error *error);
MUST_USE bool change_sign_by_key(struct change *change, const struct key *key,
                                 const char *signature, struct error *error);

/* Does it have another address, which must be proved? */
const char *change_address(const struct change *change);

/* Keep it and mail the link to the new address. */
MUST_USE bool change_ask(const struct change *change, struct error *error);

/* What a link "<number of the ledger>-<token>" leads to.  ERROR_ABSENT: it is
 * old, or never was one. */
MUST_USE bool change_find(struct change *change, struct node *node,
                          const char *token, struct error *error);

/* Use its link up, in the caller's transaction.  ERROR_GONE. */
MUST_USE bool change_use(const struct change *change, struct db *db,
                         struct error *error);

/* The name of the cooperative. */
json_t *change_coop(const struct change *change);

/*
 * Append the entry, keep the data, and answer the exchange: people are led to
 * path, programs are told {index, leaf_hash, entry}.  The change is taken
 * over; it is empty afterwards.
 */
MUST_USE bool change_send(struct change *change, struct exchange *exchange,
                          const char *path, struct error *error);

#endif
