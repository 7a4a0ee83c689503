/*
 * affairs: what a ledger has of a person, and how long the law asks to keep
 * it.  Kept from rules number 2 on.
 *
 * Holdings, subscriptions, redemptions, pledges and contracts of a party hang
 * in a list each, newest first.  The day of the last voucher that concerns a
 * party is kept with it, so that no log is read to answer an erasure.
 */
#ifndef LEDGER_AFFAIRS_H
#define LEDGER_AFFAIRS_H

#include "ledger/state.h"

enum { RETENTION_YEARS = 10, LIABILITY_YEARS = 5 };

/* The newest record of a type that a party has, and the one before; NULL: no
 * more.  The type is one of those above. */
const struct record *affairs_newest(const struct view *view,
                                    const struct record_party *party,
                                    enum record_type type);
const struct record *affairs_older(const struct view *view,
                                   const struct record *record);

/* A party from before affairs were kept: its lists may be short. */
bool affairs_unknown(const struct view *view, const struct record_party *party);

/*
 * The last day on which the law asks to keep what identifies the party: ten
 * years after the year of its last voucher.  False: no voucher concerns it.
 */
bool affairs_kept_until(struct date *until, const struct view *view,
                        const struct record_party *party);

#endif
