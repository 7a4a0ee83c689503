/*
 * laws_campaign: what must hold of campaigns, pledges and match funds.  For
 * laws.h.
 */
#ifndef TESTS_UNIT_LAWS_CAMPAIGN_H
#define TESTS_UNIT_LAWS_CAMPAIGN_H

#include "tests/unit/law.h"

/* What the pledges of a campaign add up to. */
struct pledged {
    int64_t pledged, came, kept, converted, excess, back, awaited, count;
    int64_t given; /* Of a failed campaign: donated all the same. */
    int64_t matched;
};

static inline void add_pledge(struct pledged *sums, const struct state *state,
                              const struct record_campaign *campaign,
                              const struct record_pledge *pledge)
{
    struct view view = {(struct state *)(uintptr_t)state, {NULL}, 0};
    uint8_t at = pledge->head.state;
    bool pending = at == STATE_pledge_AWAITING || at == STATE_pledge_RECEIVED;
    bool failed = campaign->head.state == STATE_campaign_FAILED;
    int64_t came = minor(pledge->received);
    int64_t kept = minor(pledge_kept(&view, pledge));

    LAW(0 <= kept && kept <= came && came <= minor(pledge->amount),
        "%" PRId64 " kept of %" PRId64, kept, came);
    sums->pledged +=
        at != STATE_pledge_WITHDRAWN && at != STATE_pledge_GIVEN_BACK
            ? minor(pledge->amount)
            : 0;
    sums->came += came;
    sums->kept += pending ? kept : 0;
    sums->converted += minor(pledge->converted);
    sums->excess += came - kept;
    sums->back += minor(pledge->refund);
    sums->count += at == STATE_pledge_RECEIVED;
    sums->awaited +=
        at == STATE_pledge_AWAITING ? minor(pledge->amount) - came : 0;
    sums->given += failed && pending && campaign->rules >= 2 &&
                           pledge->on_failure == FALLBACK_DONATE
                       ? came
                       : 0;
    sums->matched += minor(pledge->matched);
    if (at == STATE_pledge_CONVERTED)
        LAW(came == minor(pledge->converted), "all that is kept is converted");
    else
        LAW(minor(pledge->converted) == 0, "converted without a word");
}

static inline void law_open(const struct state *state,
                            const struct record_campaign *campaign,
                            const struct pledged *sums)
{
    const struct record *owner = &campaign->head;
    int64_t held = minor(campaign->held_gifts) + minor(campaign->held_shares);

    LAW(held == sums->came, "what is held is what came");
    LAW(sums->count == campaign->count, "pledges received");
    LAW(sums->matched == minor(campaign->matched), "matched");
    LAW(balance_of(state, ACCOUNT_refund_payable, owner) == -sums->back,
        "refunds");
}

static inline void law_succeeded(const struct state *state,
                                 const struct record_campaign *campaign,
                                 const struct pledged *sums)
{
    const struct record *owner = &campaign->head;
    int64_t held = minor(campaign->held_gifts) + minor(campaign->held_shares);
    int64_t cap = minor(campaign->cap);

    LAW(held == sums->kept, "what is held is what is kept");
    LAW(sums->converted == minor(campaign->settled), "settled");
    LAW(cap == 0 || sums->kept + sums->converted <= cap, "the cap");
    if (id_is_none(campaign->job))
        LAW(sums->kept == minor(campaign->allocated),
            "%" PRId64 " kept of %" PRId64 " allocated", sums->kept,
            minor(campaign->allocated));
    LAW(balance_of(state, ACCOUNT_refund_payable, owner) ==
            -sums->back - sums->excess,
        "refunds with what is above the limits");
}

static inline void law_failed(const struct state *state,
                              const struct record_campaign *campaign,
                              const struct pledged *sums)
{
    const struct record *owner = &campaign->head;

    LAW(minor(campaign->held_gifts) + minor(campaign->held_shares) == 0,
        "a campaign without success holds nothing");
    LAW(minor(campaign->matched) == 0, "nothing is matched");
    LAW(sums->given == minor(campaign->donated), "given all the same");
    LAW(balance_of(state, ACCOUNT_refund_payable, owner) ==
            -sums->back - sums->came + sums->given,
        "refunds of what did not succeed");
}

static inline void law_natures(const struct state *state,
                               const struct record_campaign *campaign)
{
    EACH(state, nature)
    {
        int64_t units = 0;

        if (!is_of(nature->campaign, &campaign->head) || nature->unit == 0)
            continue;
        LAW(nature->given <= nature->wanted, "given");
        LAW(minor(nature->most) == 0 ||
                nature->given * nature->unit <= minor(nature->most),
            "the most of a nature");
        EACH(state, pledge)
        {
            struct view view = {(struct state *)(uintptr_t)state, {NULL}, 0};

            if (is_of(pledge->campaign, &campaign->head) &&
                pledge->nature == nature->nature)
                units += minor(pledge_kept(&view, pledge)) / nature->unit;
        }
        LAW(units <= nature->given, "%" PRId64 " of %" PRId64 " units", units,
            nature->given);
    }
}

static inline void law_campaigns(const struct state *state)
{
    EACH(state, campaign)
    {
        const struct record *owner = &campaign->head;
        uint8_t at = campaign->head.state;
        struct pledged sums = {0};

        EACH(state, pledge)
        if (is_of(pledge->campaign, owner))
            add_pledge(&sums, state, campaign, pledge);
        LAW(at == STATE_campaign_OPEN
                ? sums.pledged == minor(campaign->pledged)
                : sums.pledged <= minor(campaign->pledged),
            "pledged");
        /* What a campaign without success pays back it had received. */
        LAW(at == STATE_campaign_OPEN || at == STATE_campaign_SUCCEEDED
                ? sums.came - sums.excess == minor(campaign->received)
                : sums.came <= minor(campaign->received),
            "received");
        LAW(balance_of(state, ACCOUNT_memo_pledges, owner) ==
                (at == STATE_campaign_OPEN ? sums.awaited : 0),
            "awaited %" PRId64, sums.awaited);
        LAW(balance_of(state, ACCOUNT_pledge_held, owner) ==
                -minor(campaign->held_gifts),
            "pledge-held");
        LAW(balance_of(state, ACCOUNT_share_money_held, owner) ==
                -minor(campaign->held_shares),
            "share-money-held of a campaign");
        if (at == STATE_campaign_OPEN)
            law_open(state, campaign, &sums);
        else if (at == STATE_campaign_SUCCEEDED)
            law_succeeded(state, campaign, &sums);
        else
            law_failed(state, campaign, &sums);
        law_natures(state, campaign);
    }
}

static inline void law_funds(const struct state *state)
{
    EACH(state, fund)
    {
        int64_t reserved = 0, confirmed = 0, called = 0, paid = 0;

        EACH(state, join)
        {
            if (!is_of(join->fund, &fund->head))
                continue;
            reserved += minor(join->reserved);
            confirmed += minor(join->confirmed);
            called += minor(join->called);
            paid += minor(join->paid);
            LAW(minor(fund->per_campaign) == 0 ||
                    minor(join->reserved) + minor(join->confirmed) <=
                        minor(fund->per_campaign),
                "the most for a campaign");
        }
        LAW(reserved == minor(fund->reserved), "reserved");
        LAW(confirmed == minor(fund->confirmed), "confirmed");
        LAW(called == minor(fund->called), "called of a fund");
        LAW(paid == minor(fund->paid), "paid by a fund");
        LAW(reserved + confirmed <= minor(fund->budget),
            "%" PRId64 " matched of %" PRId64, reserved + confirmed,
            minor(fund->budget));
    }
    EACH(state, match)
    {
        const struct record_fund *fund =
            (const void *)state_find_id(state, match->fund);

        LAW(minor(fund->per_pledge) == 0 ||
                minor(match->amount) <= minor(fund->per_pledge),
            "the most for a pledge");
    }
}

#endif
