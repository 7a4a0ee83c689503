/*
 * derived: figures that several documents show, computed from the state.
 */
#ifndef SERVER_DERIVED_H
#define SERVER_DERIVED_H

#include "server/reading.h"

/* The statutes in force; NULL before ledger.open. */
const struct record_statutes *statutes_of(const struct state *state);

/* What the capital may not fall below now. */
struct amount floor_of_capital(const struct state *state);

/* Place in the queue of its class, from 1; 0: it does not wait. */
int64_t queue_position(const struct state *state,
                       const struct record_redemption *redemption);

/* What counts towards the minimum: received, and matched where it counts. */
struct amount counted_of(const struct record_campaign *campaign);

/* A campaign without its natures and budget: id, title, states, dates and
 * progress{minimum, optimum, cap, received{sum, count}, matched{sum, counts},
 * awaited, counted}.
 * Awaited money is never counted. */
json_t *campaign_brief(const struct reading *reading,
                       const struct record_campaign *campaign);

/* The account that is paid to; NULL: none is published. */
const struct record_bank *payment_bank(const struct reading *reading);

/*
 * How to pay what is due: beneficiary, iban, amount, currency, reference,
 * reference_grouped, until (the last day, or null).  JSON null if nothing is
 * due; beneficiary and iban are null without a published bank account.
 */
json_t *payment_of(const struct reading *reading, struct amount due,
                   const struct reference *reference, const struct date *until);

/* The public name of an organisation, or null. */
json_t *party_name(const struct reading *reading, struct id party);

#endif
