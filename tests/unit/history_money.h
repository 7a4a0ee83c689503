/*
 * history_money: random patient capital, bank lines, reversals.
 */
#ifndef TESTS_UNIT_HISTORY_MONEY_H
#define TESTS_UNIT_HISTORY_MONEY_H

#include "tests/unit/history_campaign.h"

static inline bool act_offer(struct history *history, struct act *act)
{
    const struct record *offer = choose(history, RECORD_offer, 0);
    const struct record *party = choose(history, RECORD_party, 0);
    char id[ID_CHARS + 1], what[ID_CHARS + 1], who[ID_CHARS + 1];

    if (offer == NULL || any(history, 8) == 0) {
        act->kind = ENTRY_offer_open;
        act->officers = true;
        SAY(act,
            "offer=%s instrument=subordinated_loan title=Loan most=%u.00"
            " rate=0 day_count=act/365f repayment=none" DECISION,
            fresh(history, 'o', id), (unsigned)(1000 + any(history, 9000)));
        return true;
    }
    act->kind = ENTRY_capital_commit;
    act->party = record_id(party);
    SAY(act, "contract=%s offer=%s party=%s amount=%u.%02u",
        fresh(history, 'i', id), name(offer, what), name(party, who),
        (unsigned)(1 + any(history, 700)), (unsigned)any(history, 100));
    return true;
}

static inline bool act_contract(struct history *history, struct act *act)
{
    bool accept = any(history, 2) == 0;
    const struct record_contract *contract = (const void *)choose(
        history, RECORD_contract,
        accept ? STATE_contract_COMMITTED : STATE_contract_SIGNED);
    char id[ID_CHARS + 1], what[ID_CHARS + 1], text[AMOUNT_CHARS];
    int64_t left;

    if (contract == NULL)
        return false;
    (void)name(&contract->head, what);
    act->officers = true;
    if (accept) {
        act->kind = ENTRY_capital_accept;
        SAY(act, "contract=%s" DECISION, what);
        return true;
    }
    left =
        amount_to_minor(contract->amount) - amount_to_minor(contract->called);
    amount_write(
        text,
        amount_from_minor(
            1 + (int64_t)any(history, (uint64_t)(left > 0 ? left : 1))),
        2);
    act->kind = ENTRY_capital_call;
    SAY(act, "contract=%s tranche=%s amount=%s due=2027-01-01", what,
        fresh(history, 'u', id), text);
    return true;
}

static inline bool act_account(struct history *history, struct act *act)
{
    char id[ID_CHARS + 1];

    if (state_count(history->state, RECORD_bank) >= 2)
        return false;
    act->kind = ENTRY_bank_account;
    act->officers = true;
    SAY(act, "account=%s name=Bank", fresh(history, 'b', id));
    return true;
}

/* What a line may pay, its reference, and what is missing or came. */
static inline bool choose_target(struct history *history,
                                 const struct record **target,
                                 struct reference *reference, int64_t *missing,
                                 int64_t *came)
{
    const struct record_pledge *pledge;
    const struct record_subscription *subscription;
    const struct record_tranche *tranche;
    const struct record_match_call *call;
    struct amount paid;

    switch (any(history, 9)) {
    case 3:
        call = (const void *)(*target = choose(history, RECORD_match_call, 0));
        if (call == NULL)
            return false;
        *reference = call->reference;
        *came = amount_to_minor(call->received);
        *missing = amount_to_minor(call->amount) - *came;
        return true;
    case 0:
    case 4:
    case 5:
    case 6:
        pledge = (const void *)(*target = choose(history, RECORD_pledge, 0));
        if (pledge == NULL)
            return false;
        *reference = pledge->reference;
        *came = amount_to_minor(pledge->received);
        *missing = amount_to_minor(pledge->amount) - *came;
        return true;
    case 2:
        tranche = (const void *)(*target = choose(history, RECORD_tranche, 0));
        if (tranche == NULL)
            return false;
        *reference = tranche->reference;
        *came = amount_to_minor(tranche->received);
        *missing = amount_to_minor(tranche->amount) - *came;
        return true;
    default:
        subscription =
            (const void *)(*target = choose(history, RECORD_subscription, 0));
        if (subscription == NULL)
            return false;
        paid = subscription->head.state == STATE_subscription_REQUESTED
                   ? subscription->held
                   : subscription->paid;
        *reference = subscription->reference;
        *came = amount_to_minor(paid);
        *missing =
            amount_to_minor(any(history, 2) == 0 ? subscription->nominal
                                                 : subscription->called) -
            *came;
        return true;
    }
}

/* One line as words; adds its amount to the sum. */
static inline void make_line(struct history *history, char out[static 300],
                             const char *statement, const char *day,
                             int64_t *sum)
{
    struct hash source = {{0}};
    struct reference reference = {0};
    const struct record *target;
    int64_t amount = (int64_t)(1 + any(history, 5000)), missing, came;
    char id[ID_CHARS + 1], hash[HASH_CHARS + 1], text[AMOUNT_CHARS];
    const char *class = "normal";

    gen_bytes(&history->gen, source.bytes, sizeof source.bytes);
    hash_write(hash, &source);
    if (choose_target(history, &target, &reference, &missing, &came)) {
        if (missing > 0 && any(history, 4) > 0)
            amount = missing;
        if (came > 0 && any(history, 6) == 0) {
            amount = -came;
            class = any(history, 2) == 0 ? "return" : "reversal";
        }
    }
    if (any(history, 10) == 0)
        amount = -amount;
    *sum += amount;
    amount_write(text, amount_from_minor(amount), 2);
    (void)snprintf(out, 300,
                   "line=%s statement=%s source=%s amount=%s booked=%s"
                   " class=%s%s%.*s",
                   fresh(history, 'y', id), statement, hash, text, day, class,
                   reference.size > 0 ? " reference=" : "", reference.size,
                   reference.bytes);
}

/* The next line of the statement being entered, or the next statement. */
static inline bool act_bank(struct history *history, struct act *act)
{
    const struct record_bank *bank =
        (const void *)choose(history, RECORD_bank, 0);
    char id[ID_CHARS + 1], what[ID_CHARS + 1], day[DATE_CHARS + 1];
    char opening[AMOUNT_CHARS], closing[AMOUNT_CHARS];
    int64_t sum = 0;

    if (bank == NULL)
        return false;
    act->clerk = true;
    if (history->line_count > 0) {
        act->kind = ENTRY_bank_line;
        SAY(act, "%s", history->lines[--history->line_count]);
        return true;
    }
    act->kind = ENTRY_bank_statement;
    (void)fresh(history, 'e', id);
    date_write(day, instant_day(history->now, ZONE_UTC));
    history->line_count = (int)any(history, LINES_MAX + 1);
    for (int i = 0; i < history->line_count; i++)
        make_line(history, history->lines[i], id, day, &sum);
    amount_write(opening, bank->closing, 2);
    amount_write(closing,
                 amount_from_minor(amount_to_minor(bank->closing) + sum), 2);
    SAY(act,
        "statement=%s account=%s number=1 from=%s to=%s opening=%s"
        " closing=%s lines=%d sha256=" ZEROS,
        id, name(&bank->head, what), day, day, opening, closing,
        history->line_count);
    return true;
}

static inline bool act_allocate(struct history *history, struct act *act)
{
    const struct record_line *line =
        (const void *)choose(history, RECORD_line, STATE_line_OPEN);
    const struct record *target = NULL;
    struct reference reference;
    char id[ID_CHARS + 1], what[ID_CHARS + 1], text[AMOUNT_CHARS];
    char rest[AMOUNT_CHARS];
    int64_t open, part, missing, came;

    if (line == NULL || amount_is_zero(line->open))
        return false;
    open = amount_to_minor(line->open);
    open = open < 0 ? -open : open;
    act->kind = ENTRY_bank_allocate;
    act->officers = true;
    (void)name(&line->head, id);
    if (open > 1 &&
        choose_target(history, &target, &reference, &missing, &came)) {
        part = 1 + (int64_t)any(history, (uint64_t)open - 1);
        amount_write(text, amount_from_minor(part), 2);
        amount_write(rest, amount_from_minor(open - part), 2);
        SAY(act,
            "line=%s parts=[{amount=%s target=%s} {amount=%s"
            " use=outside}]",
            id, text, name(target, what), rest);
        return true;
    }
    amount_write(text, amount_from_minor(open), 2);
    SAY(act, "line=%s parts=[{amount=%s use=%s}]", id, text,
        any(history, 3) == 0 ? "bank-fees" : "outside");
    return true;
}

static inline bool act_reverse(struct history *history, struct act *act)
{
    if (history->reversible_count == 0 || any(history, 2) == 0)
        return false;
    act->kind = ENTRY_reversal;
    act->officers = true;
    SAY(act, "index=%lld reason=mistake",
        (long long)
            history->reversible[any(history, history->reversible_count)]);
    return true;
}

/* What happens next; kind none: nothing. */
static inline bool next_act(struct history *history, struct act *act)
{
    static bool (*const acts[])(struct history *, struct act *) = {
        act_register, act_member,    act_member,     act_leave,
        act_class,    act_subscribe, act_subscribe,  act_subscribe,
        act_decide,   act_decide,    act_decide,     act_decide,
        act_call,     act_redeem,    act_redemption, act_redemption,
        act_campaign, act_cancel,    act_pledge,     act_pledge,
        act_pledge,   act_unpledge,  act_offer,      act_offer,
        act_contract, act_contract,  act_account,    act_bank,
        act_bank,     act_bank,      act_bank,       act_bank,
        act_bank,     act_bank,      act_allocate,   act_allocate,
        act_reverse,  act_reverse,   act_pledge,     act_pledge,
        act_amend,    act_terms,     act_settle,     act_settle,
        act_fund,     act_match,     act_match,      act_match,
    };

    *act = (struct act){.kind = ENTRY_none};
    if (state_ledger(history->state) == NULL)
        return act_open(act);
    return acts[any(history, sizeof acts / sizeof acts[0])](history, act);
}

#endif
