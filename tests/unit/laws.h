/*
 * laws: what must hold in every state, whatever entries led there.
 *
 * Each function reads the whole state and fails the test where a law does
 * not hold.
 */
#ifndef TESTS_UNIT_LAWS_H
#define TESTS_UNIT_LAWS_H

#include "tests/unit/laws_campaign.h"

static inline void law_postings(const struct outcome *outcome)
{
    int64_t sums[2] = {0, 0};

    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];
        bool memo = account_spec(posting->account)->side == SIDE_MEMO;

        LAW(!amount_is_zero(posting->amount), "a posting of nothing");
        sums[memo] += minor(posting->amount);
    }
    LAW(sums[0] == 0 && sums[1] == 0, "postings add up to %" PRId64, sums[0]);
}

static inline void law_balances(const struct state *state)
{
    int64_t sums[2] = {0, 0};

    EACH(state, balance)
    {
        enum account account = (enum account)balance->account;

        sums[account_spec(account)->side == SIDE_MEMO] +=
            minor(balance->amount);
    }
    LAW(sums[0] == 0 && sums[1] == 0, "balances add up to %" PRId64, sums[0]);
}

/* What subscriptions say and what accounts say is the same. */
static inline void law_holder(const struct state *state,
                              const struct record_party *party)
{
    const struct record *owner = &party->head;
    int64_t nominal = 0, called = 0, paid = 0, held = 0;

    EACH(state, subscription)
    {
        uint8_t at = subscription->head.state;

        if (!is_of(subscription->party, owner))
            continue;
        if (at == STATE_subscription_REQUESTED)
            held += minor(subscription->held);
        if (at != STATE_subscription_ACCEPTED &&
            at != STATE_subscription_ISSUED)
            continue;
        nominal += minor(subscription->nominal);
        called += minor(subscription->called);
        paid += minor(subscription->paid);
    }
    LAW(nominal == minor(party->capital), "capital of a party");
    LAW(balance_of(state, ACCOUNT_subscribed_uncalled, owner) ==
            nominal - called,
        "subscribed-uncalled");
    LAW(balance_of(state, ACCOUNT_capital_uncalled, owner) == called - nominal,
        "capital-uncalled");
    LAW(balance_of(state, ACCOUNT_called_capital, owner) == called - paid,
        "called-capital");
    LAW(balance_of(state, ACCOUNT_capital_unpaid, owner) == paid - called,
        "capital-unpaid");
    LAW(balance_of(state, ACCOUNT_capital_paid, owner) == -paid,
        "capital-paid");
    LAW(balance_of(state, ACCOUNT_share_money_held, owner) == -held,
        "share-money-held");
    LAW(0 <= paid && paid <= called && called <= nominal, "paid, called");
    LAW(balance_of(state, ACCOUNT_overpaid, owner) <= 0, "overpaid");
}

static inline void law_capital(const struct state *state)
{
    const struct record_ledger *ledger = state_ledger(state);
    const struct record_statutes *statutes =
        (const void *)state_at(state, RECORD_statutes, 0);
    int64_t capital = 0, public = 0;

    EACH(state, party)
    {
        law_holder(state, party);
        capital += minor(party->capital);
        public += party->type == PARTY_PUBLIC_BODY ? minor(party->capital) : 0;
    }
    LAW(capital == minor(ledger->capital), "capital");
    LAW(public == minor(ledger->capital_public), "capital of public bodies");
    LAW(capital <= minor(ledger->highest_capital), "highest capital");
    LAW(public * 1000 <= capital * (statutes->public_max_ppm / 1000),
        "ceiling of public bodies");
}

static inline void law_holdings(const struct state *state)
{
    EACH(state, holding)
    {
        int64_t held = holding->quantity;
        struct link at = holding->newest;

        LAW(held >= 0 && holding->leaving >= 0 && holding->leaving <= held,
            "%" PRId64 " of %" PRId64 " shares leave", holding->leaving, held);
        while (!link_is_none(at)) {
            const struct record_range *range =
                (const void *)state_find(state, RECORD_range, at.key);
            struct date day = range->day;

            LAW(held >= 0, "a holding was negative");
            held -= minor(range->change);
            at = range->older;
            if (!link_is_none(at)) {
                range = (const void *)state_find(state, RECORD_range, at.key);
                LAW(date_less(range->day, day), "days are out of order");
            }
        }
        LAW(held == 0, "movements do not add up to the holding");
    }
}

static inline void law_classes(const struct state *state)
{
    EACH(state, class)
    {
        int64_t held = 0, numbered = 0;

        EACH(state, holding)
        if (is_of(holding->class, &class->head))
            held += holding->quantity;
        LAW(held == class->issued, "shares issued");
        EACH(state, subscription)
        {
            if (!is_of(subscription->class, &class->head) ||
                subscription->head.state != STATE_subscription_ISSUED)
                continue;
            LAW(subscription->last - subscription->first + 1 ==
                    subscription->quantity,
                "share numbers");
            LAW(subscription->last <= class->numbers, "numbers given");
            numbered += subscription->quantity;
        }
        LAW(numbered <= class->numbers && held <= numbered, "numbers used");
    }
}

/* No two subscriptions share a number, no two members either. */
static inline void law_numbers(const struct state *state)
{
    EACH(state, subscription)
    {
        const struct record_subscription *one = subscription;

        for (size_t i = 0; i < subscription_i; i++) {
            const struct record_subscription *two =
                (const void *)state_at(state, RECORD_subscription, i);

            LAW(!id_equal(one->class, two->class) ||
                    one->head.state != STATE_subscription_ISSUED ||
                    two->head.state != STATE_subscription_ISSUED ||
                    one->first > two->last || two->first > one->last,
                "a share number is given twice");
        }
    }
    EACH(state, member)
    {
        for (size_t i = 0; i < member_i; i++) {
            const struct record_member *other =
                (const void *)state_at(state, RECORD_member, i);

            LAW(member->number == 0 || member->number != other->number,
                "a member number is given twice");
        }
        LAW(member->number <= state_ledger(state)->members, "member numbers");
    }
}

/* Of whatever instrument. */
static inline int64_t principal_of(const struct state *state,
                                   const struct record *owner)
{
    static const enum account accounts[] = {
        ACCOUNT_loans, ACCOUNT_titles,   ACCOUNT_current_accounts,
        ACCOUNT_bonds, ACCOUNT_advances, ACCOUNT_participatory_loans,
    };
    int64_t sum = 0;

    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++)
        sum += balance_of(state, accounts[i], owner);
    return sum;
}

static inline void law_contracts(const struct state *state)
{
    EACH(state, offer)
    {
        int64_t committed = 0, agreed = 0;

        EACH(state, contract)
        {
            if (!is_of(contract->offer, &offer->head))
                continue;
            committed += minor(contract->amount);
            agreed += contract->head.state == STATE_contract_SIGNED
                          ? minor(contract->amount)
                          : 0;
        }
        LAW(committed == minor(offer->committed) &&
                committed <= minor(offer->most),
            "committed");
        LAW(agreed == minor(offer->agreed), "agreed");
    }
    EACH(state, contract)
    {
        const struct record *owner = &contract->head;
        int64_t amount = minor(contract->amount), called = 0, came = 0;

        EACH(state, tranche)
        {
            if (!is_of(tranche->contract, owner))
                continue;
            called += minor(tranche->amount);
            came += minor(tranche->received);
            LAW(minor(tranche->received) <= minor(tranche->amount), "tranche");
        }
        LAW(called == minor(contract->called) && called <= amount, "called");
        LAW(came == minor(contract->drawn), "drawn");
        LAW(principal_of(state, owner) == -came, "principal");
        LAW(balance_of(state, ACCOUNT_memo_commitments, owner) ==
                amount - called,
            "memo-commitments");
        LAW(balance_of(state, ACCOUNT_memo_called, owner) == called - came,
            "memo-called");
    }
}

static inline void law_bank(const struct state *state)
{
    EACH(state, bank)
    {
        int64_t booked = minor(bank->closing);

        EACH(state, statement)
        {
            int64_t sum = minor(statement->opening), lines = 0;

            if (!is_of(statement->account, &bank->head))
                continue;
            EACH(state, line)
            {
                if (!is_of(line->statement, &statement->head))
                    continue;
                sum += minor(line->amount);
                lines++;
            }
            LAW(sum == minor(statement->running), "running total");
            LAW(lines == statement->entered && lines <= statement->lines,
                "lines entered");
            LAW((statement->head.state == STATE_statement_COMPLETE) ==
                    (lines == statement->lines),
                "complete");
            if (lines == statement->lines)
                LAW(sum == minor(statement->closing), "closing balance");
            if (lines < statement->lines)
                booked = sum;
        }
        LAW(balance_of(state, ACCOUNT_bank, &bank->head) == booked, "bank");
    }
    EACH(state, line)
    LAW(balance_of(state, ACCOUNT_suspense, &line->head) == -minor(line->open),
        "suspense");
}

static inline void law_redemptions(const struct state *state)
{
    EACH(state, redemption)
    {
        LAW(redemption->accepted <= redemption->quantity, "redeemed");
        LAW(balance_of(state, ACCOUNT_redemption_payable, &redemption->head) ==
                -minor(redemption->payable),
            "redemption-payable");
        LAW((redemption->head.state == STATE_redemption_ACCEPTED) ==
                (redemption->accepted == redemption->quantity),
            "accepted whole");
    }
}

static inline void laws(const struct state *state)
{
    law_balances(state);
    law_capital(state);
    law_holdings(state);
    law_classes(state);
    law_numbers(state);
    law_campaigns(state);
    law_funds(state);
    law_contracts(state);
    law_bank(state);
    law_redemptions(state);
}

#endif
