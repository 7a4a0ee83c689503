/*
 * fold: one entry after another makes the state.
 *
 * fold_entry() runs the steps of entries.def for one entry.  It writes into
 * the newest layer of a view; the caller drops that layer if the entry is
 * refused, so a step may fail anywhere.  Pure: equal logs give equal states.
 */
#ifndef LEDGER_FOLD_H
#define LEDGER_FOLD_H

#include "ledger/note.h"
#include "ledger/state.h"

/* Call once first in main(): sorts the tables, derives what steps need. */
void ledger_start(void);

/* One signature line of an entry, as its name says; see signers_read(). */
struct signer {
    bool clerk;      /* "<origin>/clerk" */
    struct id party; /* "<origin>/p-..." */
    uint32_t key_id;
};

/*
 * Whose lines a note bears.  Fails with ERROR_SIGNATURE: a name that is not
 * of this origin, lines out of order or twice, more than SIGNERS_MAX.
 */
MUST_USE bool signers_read(struct signer signers[static SIGNERS_MAX],
                           size_t *count, const struct note *note,
                           const char *origin, struct error *error);

/*
 * The public key that a signer's line must verify with, as the view has it;
 * for the clerk the ledger's clerk key.  false: the view knows no such key.
 * A revoked key is found too.
 */
bool signer_key(struct key *key, const struct signer *signer,
                const struct view *view);

/* Was that key revoked, or its party forgotten?  Not the clerk's. */
bool signer_is_ended(const struct signer *signer, const struct view *view);

/* May a role sign a class of acts? */
bool role_may(uint8_t role, uint8_t act);

/* The key ID of "<origin>/<party id>" with this Ed25519 key. */
uint32_t signer_key_id(const char *origin, struct id party,
                       const struct key *key);

struct meta {
    const char *origin;      /* The ledger's, for key IDs. */
    int64_t index;           /* Where the entry stands or would stand. */
    struct instant accepted; /* Set by the server, or from the leaf. */
    const struct signer *signers;
    size_t signer_count;
    /*
     * Is signature line i by this key?  Replay that trusts its log answers
     * true; audit queues the check; the sequencer checks what the door has
     * not.
     */
    bool (*verify)(void *context, size_t i, const struct key *key);
    void *context;
};

/* Of whom an account is kept. */
struct owner {
    uint8_t type; /* enum record_type; RECORD_nobody: nobody. */
    struct link key;
};

struct owner owner_none(void);
struct owner owner_of(const struct record *record);
struct owner owner_of_id(struct id id);

struct posting {
    enum account account;
    struct owner owner;
    struct amount amount; /* Debit is positive. */
};

/* What an accepted entry did. */
struct outcome {
    size_t posting_count;
    struct posting postings[POSTINGS_PER_ENTRY];
    size_t subject_count; /* Records found or touched; not the ledger. */
    struct owner subjects[SUBJECTS_PER_ENTRY];
    struct date effective;
    /* With ERROR_UNSIGNED: what is missing, in words. */
    char missing[200];
    /* Of a refusal: which of the kind's steps; -1: none of them. */
    int refused_step;
};

/*
 * Fold one entry.  On success the newest layer (or the state) has its
 * changes and *outcome says what they were; view->state's size and accepted
 * are the caller's to advance (fold_done()).  On failure the newest layer
 * must be dropped.  ERROR_UNSIGNED: nothing is wrong but that signatures
 * are missing.
 */
MUST_USE bool fold_entry(const struct view *view, const struct entry *entry,
                         const struct meta *meta, struct outcome *outcome,
                         struct error *error);

/* Count an entry that was folded straight into the state. */
void fold_done(struct state *state, struct instant accepted);

/* ---- For the clerk (clerk.c) ---- */

/*
 * The entry that a due deadline asks for, as the view has it; *lists backs
 * it.  Its nonce is derived, so that every server makes the same text.
 * false: its rules would refuse it now (no statement yet): put it off.
 */
bool clerk_entry(struct entry *entry, const struct view *view,
                 const struct record_due *due, struct instant accepted,
                 const char *origin);

/* ---- For faces (derive.c) ---- */

/*
 * The public word for a record's state at an instant: what follows from time
 * or from other records is derived, never written (a received pledge of a
 * failed campaign is "refund_due").
 */
const char *state_shown(const struct state *state, const struct record *record,
                        struct instant now);

#endif
