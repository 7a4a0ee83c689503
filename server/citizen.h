/*
 * citizen: a pledge by a form, without a key, on a ledger for practice.
 *
 * Two entries, party.register and pledge.make, are signed by the clerk for
 * somebody who is known by e-mail.  Everything random in them is derived from
 * what the form says, its token, and the clerk's secret, so that the same
 * form sent again is the same pledge.  Name and e-mail never leave this
 * module but as a commitment, whose opening only the citizen gets.
 */
#ifndef SERVER_CITIZEN_H
#define SERVER_CITIZEN_H

#include "server/host.h"
#include "server/http.h"

enum {
    CITIZEN_NAME_BYTES = 480,
    CITIZEN_EMAIL_BYTES = 254,
    CITIZEN_NOTE_BYTES = 4096,
};

struct citizen {
    struct nonce token; /* Of the form. */
    struct id campaign;
    uint8_t nature;     /* enum choice_nature */
    uint8_t on_failure; /* enum choice_fallback: not FALLBACK_MOVE */
    struct amount amount;
    char name[CITIZEN_NAME_BYTES + 1];
    char email[CITIZEN_EMAIL_BYTES + 1];
};

struct citizen_pledge {
    struct id party, pledge;
    struct hash opening; /* The random key of the commitment. */
    size_t register_size, pledge_size;
    char register_note[CITIZEN_NOTE_BYTES];
    char pledge_note[CITIZEN_NOTE_BYTES];
};

/* Fails with ERROR_READ_ONLY: this node has no clerk. */
MUST_USE bool citizen_write(struct citizen_pledge *pledge,
                            struct ledger_host *host,
                            const struct citizen *citizen, struct error *error);

/*
 * Would the ledger take it now?  Nothing is stored.  Takes the read lock.
 * Fails as the fold does; a pledge that is in the log already is taken.
 */
MUST_USE bool citizen_try(const struct citizen_pledge *pledge,
                          struct ledger_host *host, struct error *error);

/*
 * Append both, and answer the exchange: 303 to the pledge for people, with
 * the opening in a cookie; 201 with everything for programs.  False: it is
 * not under way and never will be.
 */
MUST_USE bool citizen_send(const struct citizen_pledge *pledge,
                           struct ledger_host *host, struct exchange *exchange,
                           struct error *error);

/* The opening that the cookie holds, or NULL; valid is 64 hex digits. */
bool citizen_opening(struct hash *opening, const struct request *request);

#endif
