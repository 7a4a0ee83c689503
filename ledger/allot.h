/*
 * allot: what a campaign that ends comes to, and who gets how much of it.
 *
 * The end of a campaign reads all its pledges and fixes two numbers for each
 * nature; from these every pledge's part follows at once, by whomever.  Pure.
 */
#ifndef LEDGER_ALLOT_H
#define LEDGER_ALLOT_H

#include "ledger/state.h"

enum { NATURES_MAX = 3, FUNDS_PER_CAMPAIGN = 8 };

/*
 * A number of units (shares, or minor units) is divided among those who want
 * more, in whole units and exactly:
 *   first_come   whole in the order of the list, up to place, which gets
 *                threshold, and nothing behind it;
 *   pro_rata     by largest remainder: one more for remainders above
 *                threshold, and equal to it up to place;
 *   small_first  whole up to the level threshold, those above get the level,
 *                one more up to place.
 */
struct allotment {
    uint8_t nature, rule;  /* enum choice_nature, choice_oversubscription */
    int64_t unit;          /* Minor units of one unit. */
    int64_t wanted, given; /* Units; given <= wanted. */
    int64_t threshold, place;
};

/* Quotient and remainder of wants x given / wanted. */
int64_t allot_quotient(const struct allotment *allotment, int64_t wants,
                       int64_t *remainder);
/* Units for whoever wants these and stands at this place. */
int64_t allot_units(const struct allotment *allotment, int64_t wants,
                    int64_t place);
/* How a nature's money was divided when its campaign ended. */
struct allotment allotment_of(const struct record_campaign *campaign,
                              const struct record_nature *nature);

/* What a campaign would come to if it ended with the money it has. */
struct reckoning {
    uint8_t outcome; /* enum choice_outcome */
    int64_t count;   /* Pledges whose money has come whole. */
    int64_t payers;  /* Pledges with any money. */
    int64_t movers;  /* Of them those that move on failure. */
    struct amount received;
    struct amount allocated; /* Own money it keeps, if it succeeds. */
    struct amount matched;   /* With that, by all funds. */
    struct amount gifts_given, shares_given; /* Donated even on failure. */
    size_t nature_count, fund_count;
    struct allotment natures[NATURES_MAX];
    /* Of each fund, in order: what it matches less than it had reserved. */
    int64_t lost[FUNDS_PER_CAMPAIGN];
};
void campaign_reckon(struct reckoning *reckoning, const struct view *view,
                     const struct record_campaign *campaign);

/* Has it money that its campaign's end counts? */
bool pledge_counts(const struct record_pledge *pledge);
/* Money of a pledge that its campaign keeps or kept; what is left of received
 * is to be given back.  Of an undecided campaign: all of it. */
struct amount pledge_kept(const struct view *view,
                          const struct record_pledge *pledge);
/* What a fund matches for a pledge of which that much is kept. */
struct amount match_of(const struct record_fund *fund,
                       const struct record_match *match, struct amount kept);
struct link join_key(struct id fund, struct id campaign);
struct link match_key(struct id fund, struct id pledge);

#endif
