/*
 * debt: what the cooperative owes to somebody, wherever it comes from.
 *
 * The refund of a pledge, a redemption, money that was too much, a fee: each
 * is found by its target (pledge, redemption or party) and by what is owed.
 * Where it has an amount is its own business; how it is paid, returned, given
 * up, set off or lapses is the same for all.  The claim record remembers what
 * happened to a debt last; one that nothing happened to has none.
 */
#ifndef LEDGER_DEBT_H
#define LEDGER_DEBT_H

#include "ledger/fold.h"

/* Where records are looked up: one of them is NULL. */
struct sight {
    const struct view *view;
    const struct state *state;
};

struct debt {
    struct id target;
    uint8_t owed; /* CHOICES(owed) */
    struct id party;
    enum account account; /* Where it stands on the credit side. */
    struct owner owner;
    struct amount due; /* Owed now, and not in a batch. */
};

/*
 * owed: NULL is what the target usually is owed.  Fails with ERROR_ABSENT (no
 * such target) or ERROR_RULE (a target is never owed that).
 */
MUST_USE bool debt_find(struct debt *debt, const struct sight *sight,
                        struct id target, const uint8_t *owed,
                        struct error *error);
/* Key of its claim. */
struct link debt_key(const struct debt *debt);
/* The id of the payment of a debt in a batch. */
struct id payment_id(struct id payout, const struct debt *debt);
/* NULL: nothing happened to it yet. */
const struct record_claim *debt_claim(const struct sight *sight,
                                      const struct debt *debt);
/* The payment that is on its way; NULL: none. */
const struct record_payment *debt_payment(const struct sight *sight,
                                          const struct debt *debt);
/* The day from which the debt is known to be owed; false: nobody knows. */
bool debt_since(struct date *since, const struct sight *sight,
                const struct debt *debt);

/*
 * The state of a payment: a batch that the bank debits in one sum settles all
 * payments of it without a record for each.
 */
enum record_state payment_state(const struct sight *sight,
                                const struct record_payment *payment);
/* The same for a claim: paid where its payment is. */
enum record_state claim_state(const struct sight *sight,
                              const struct record_claim *claim);

/* What a pledge is to be given back, be it that its campaign failed. */
struct amount pledge_refund_due(const struct sight *sight,
                                const struct record_pledge *pledge);
/* Of that, what nobody has written into the pledge yet. */
struct amount pledge_refund_derived(const struct sight *sight,
                                    const struct record_pledge *pledge);

#endif
