/*
 * history_money: random campaigns, pledges, patient capital, bank, reversals.
 */
#ifndef TESTS_UNIT_HISTORY_MONEY_H
#define TESTS_UNIT_HISTORY_MONEY_H

#include "tests/unit/history.h"

static inline bool act_campaign(struct history *history, struct act *act)
{
    struct instant opens = history->now, closes, settles;
    const struct record *class = choose(history, RECORD_class, 0);
    const struct record *offer = choose(history, RECORD_offer, 0);
    char id[ID_CHARS + 1], shares[ID_CHARS + 1], loans[ID_CHARS + 1];
    char one[INSTANT_CHARS + 1], two[INSTANT_CHARS + 1];
    char three[INSTANT_CHARS + 1];
    int64_t days = 1000 * 86400;

    if (class == NULL || offer == NULL)
        return false;
    closes.ms = opens.ms + days * (int64_t)(10 + any(history, 30));
    settles.ms = closes.ms + days * (int64_t)(4 + any(history, 6));
    instant_write(one, opens);
    instant_write(two, closes);
    instant_write(three, settles);
    act->kind = ENTRY_campaign_open;
    act->officers = true;
    SAY(act,
        "campaign=%s title=Mill minimum=%u.00 mode=%s opens=%s closes=%s"
        " settles=%s budget=[{amount=%s code=a required=true title=All}]"
        " natures=[{nature=gift} {nature=share class=%s} {nature=loan"
        " offer=%s}]" DECISION,
        fresh(history, 'k', id), 500u,
        any(history, 3) == 0 ? "keep" : "all_or_nothing", one, two, three,
        "500.00", name(class, shares), name(offer, loans));
    return true;
}

static inline bool act_cancel(struct history *history, struct act *act)
{
    const struct record *campaign =
        choose(history, RECORD_campaign, STATE_campaign_OPEN);
    char id[ID_CHARS + 1];

    if (campaign == NULL || any(history, 10) > 0)
        return false;
    act->kind = ENTRY_campaign_cancel;
    act->officers = true;
    SAY(act, "campaign=%s reason=law" DECISION, name(campaign, id));
    return true;
}

static inline bool act_pledge(struct history *history, struct act *act)
{
    static const char *const natures[] = {"gift", "loan", "share"};
    const struct record_campaign *campaign =
        (const void *)choose(history, RECORD_campaign, STATE_campaign_OPEN);
    const struct record *party = choose(history, RECORD_party, 0);
    uint64_t nature = any(history, 3);
    char id[ID_CHARS + 1], where[ID_CHARS + 1], who[ID_CHARS + 1];
    char text[AMOUNT_CHARS];
    struct amount amount;

    if (campaign == NULL)
        return false;
    amount = amount_from_minor((int64_t)(1 + any(history, 30000)));
    for (size_t i = 0;
         nature == 2 && i < state_count(history->state, RECORD_nature); i++) {
        const struct record_nature *offered =
            (const void *)state_at(history->state, RECORD_nature, i);

        if (offered->nature == NATURE_SHARE &&
            id_equal(offered->campaign, record_id(&campaign->head)) &&
            !amount_times(&amount,
                          ((const struct record_class *)(const void *)
                               state_find_id(history->state, offered->class))
                              ->nominal,
                          (int64_t)(1 + any(history, 9))))
            return false;
    }
    amount_write(text, amount, 2);
    act->kind = ENTRY_pledge_make;
    act->party = record_id(party);
    SAY(act,
        "pledge=%s campaign=%s party=%s nature=%s amount=%s"
        " on_failure=%s",
        fresh(history, 'g', id), name(&campaign->head, where), name(party, who),
        natures[nature], text, any(history, 2) == 0 ? "refund" : "donate");
    return true;
}

static inline bool act_unpledge(struct history *history, struct act *act)
{
    const struct record_pledge *pledge = (const void *)choose(
        history, RECORD_pledge,
        any(history, 2) == 0 ? STATE_pledge_AWAITING : STATE_pledge_RECEIVED);
    char id[ID_CHARS + 1];

    if (pledge == NULL)
        return false;
    act->kind = ENTRY_pledge_withdraw;
    act->party = pledge->party;
    SAY(act, "pledge=%s", name(&pledge->head, id));
    return true;
}

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
    struct amount paid;

    switch (any(history, 5)) {
    case 0:
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

#endif
