/*
 * draft: a pledge between the form that was checked and the log.
 *
 * What is public in it is an entry, pledge.make, with its ids and nonces
 * drawn once, so that its texts never change.  What is private are fields of
 * the vault, and the opening of the commitment to them.  All of it is kept
 * sealed in one row of intake (sql/store_intake.h), under the hash of a token
 * that stands in the address of its page and nowhere else.
 *
 * Nobody signs here: who signs is known by a key of their own (auth key), or
 * by an e-mail that is confirmed, and then the clerk signs and says so.
 */
#ifndef SERVER_DRAFT_H
#define SERVER_DRAFT_H

#include "server/host.h"
#include "sql/store_intake.h"

#include <jansson.h>

enum {
    DRAFT_TOKEN_CHARS = KEY_CHARS, /* 256 bits, base64url. */
    DRAFT_TEXTS = 2,               /* Who pledges, and the pledge. */
    DRAFT_TEXT_BYTES = 2560,
    DRAFT_NOTE_BYTES = 4096,
};

struct draft {
    /* Of its row. */
    struct hash token_hash;
    bool is_signed, used, done;
    struct instant expires;

    json_t *json;        /* Owned: what is sealed. */
    struct entry pledge; /* pledge.make; points into json. */
    struct hash opening;
    struct nonce nonce; /* Of the entry that says who pledges. */
};

/* Whose signature the texts are for. */
struct draft_signer {
    bool by_key;
    struct key key;
    bool known; /* The key is a party's that the ledger knows: */
    struct id party;
};

/* An entry text, terminated, and what kind it is of. */
struct draft_text {
    enum entry_kind kind;
    size_t size;
    char bytes[DRAFT_TEXT_BYTES];
};

/*
 * Begin one: *pledge as the form says, without nonce, pledge and party, which
 * are drawn here.  fields is given away.
 */
void draft_start(struct draft *draft, const struct entry *pledge,
                 json_t *fields, const char *language);
void draft_clear(struct draft *draft);

/* Keep it; token takes what its page is found by.  ERROR_READ_ONLY without
 * keys to seal with, or ERROR_STORE. */
MUST_USE bool draft_keep(const struct draft *draft, struct ledger_host *host,
                         struct db *db,
                         char token[static DRAFT_TOKEN_CHARS + 1],
                         struct error *error);

/* The draft of a page's token.  ERROR_ABSENT: none, or it has expired. */
MUST_USE bool draft_find(struct draft *draft, struct ledger_host *host,
                         struct db *db, const char *token, struct error *error);
/* Of a mail's token, without the ledger that stands before it. */
MUST_USE bool draft_find_mailed(struct draft *draft, struct ledger_host *host,
                                struct db *db, const char *token,
                                struct error *error);
/* Of a row that is at hand. */
MUST_USE bool draft_open(struct draft *draft, struct ledger_host *host,
                         const struct store_intake *row, struct error *error);

/* "fr" or "en": in which they filled the form in. */
const char *draft_language(const struct draft *draft);
/* What is private; borrowed. */
json_t *draft_fields(const struct draft *draft);
/* One of them, "" if it is not there. */
const char *draft_field(const struct draft *draft, const char *name);

/* The texts to sign; always the same for the same signer. */
void draft_texts(const struct draft *draft, const struct ledger_host *host,
                 const struct draft_signer *signer,
                 struct draft_text texts[static DRAFT_TEXTS]);

/*
 * Signed: keep the notes, so that they can be appended as they are.  token
 * takes that of the mail.  ERROR_ABSENT if it is not there or was confirmed.
 */
MUST_USE bool draft_sign(struct draft *draft, struct ledger_host *host,
                         struct db *db, const struct draft_signer *signer,
                         const char *const notes[static DRAFT_TEXTS],
                         struct instant now,
                         char token[static DRAFT_TOKEN_CHARS + 1],
                         struct error *error);

/* The token of a further mail; that of the one before ends. */
MUST_USE bool draft_renew(struct draft *draft, struct ledger_host *host,
                          struct db *db,
                          char token[static DRAFT_TOKEN_CHARS + 1],
                          struct error *error);

/* Once signed: how, when, and what to append (borrowed, terminated). */
bool draft_is_by_key(const struct draft *draft);
struct instant draft_signed_at(const struct draft *draft);
const char *draft_note(const struct draft *draft, size_t which);
struct id draft_party(const struct draft *draft);
struct id draft_pledge(const struct draft *draft);

/* Its entries are in the log: forget everything but where.  In the caller's
 * transaction; *mine: nobody else has done so before. */
MUST_USE bool draft_done(struct draft *draft, struct ledger_host *host,
                         struct db *db, bool *mine, struct error *error);

#endif
