/* Money that comes for, or goes back from, what was promised. */
#include "ledger/folding.h"

#include <assert.h>
#include <string.h>

static bool credit(struct fold *fold, const struct source *source,
                   struct amount amount, enum account account,
                   struct owner owner, struct error *error)
{
    return fold_post(fold, amount, source->account, source->owner, account,
                     owner, error);
}

static bool debit(struct fold *fold, const struct source *source,
                  struct amount amount, enum account account,
                  struct owner owner, struct error *error)
{
    return fold_post(fold, amount, account, owner, source->account,
                     source->owner, error);
}

/* Split into what is still wanted and the surplus. */
static bool split(struct amount *take, struct amount *surplus,
                  struct amount amount, struct amount promised,
                  struct amount came, struct error *error)
{
    struct amount wanted;

    if (!amount_sub(&wanted, promised, came))
        return fail(error, ERROR_RANGE, "an amount is out of range");
    *take = amount_min(amount, wanted);
    if (!amount_sub(surplus, amount, *take))
        return fail(error, ERROR_RANGE, "an amount is out of range");
    return true;
}

bool credit_surplus(struct fold *fold, const struct source *source,
                    struct amount surplus, struct id party, struct error *error)
{
    return credit(fold, source, surplus, ACCOUNT_overpaid, owner_of_id(party),
                  error) &&
           debt_rises(fold, party, OWED_OVERPAID, surplus, source->booked,
                      error);
}

/* ---- Subscriptions ---- */

/* A payment credits called-capital and moves capital-unpaid to paid. */
static bool pay_capital(struct fold *fold, const struct source *source,
                        struct record_subscription *subscription,
                        struct amount amount, struct error *error)
{
    struct owner holder = owner_of_id(subscription->party);

    return credit(fold, source, amount, ACCOUNT_called_capital, holder,
                  error) &&
           fold_post(fold, amount, ACCOUNT_capital_unpaid, holder,
                     ACCOUNT_capital_paid, holder, error) &&
           fold_add_sum(fold, &subscription->head, &subscription->paid, amount,
                        error);
}

bool receive_subscription(struct fold *fold, const struct source *source,
                          struct record_subscription *subscription,
                          struct amount amount, struct error *error)
{
    struct owner holder = owner_of_id(subscription->party);
    uint8_t state = subscription->head.state;
    struct amount take, surplus;

    fold_touch(fold, &subscription->head);
    if (state == STATE_subscription_REFUSED ||
        state == STATE_subscription_WITHDRAWN)
        return credit(fold, source, amount, ACCOUNT_refund_payable, holder,
                      error) &&
               debt_rises(fold, subscription->party, OWED_REFUND, amount,
                          source->booked, error);
    if (state == STATE_subscription_REQUESTED)
        return split(&take, &surplus, amount, subscription->nominal,
                     subscription->held, error) &&
               credit(fold, source, take, ACCOUNT_share_money_held, holder,
                      error) &&
               fold_add_sum(fold, &subscription->head, &subscription->held,
                            take, error) &&
               credit_surplus(fold, source, surplus, subscription->party,
                              error);
    return split(&take, &surplus, amount, subscription->called,
                 subscription->paid, error) &&
           pay_capital(fold, source, subscription, take, error) &&
           credit_surplus(fold, source, surplus, subscription->party, error);
}

bool return_subscription(struct fold *fold, const struct source *source,
                         struct record_subscription *subscription,
                         struct amount amount, struct error *error)
{
    struct owner holder = owner_of_id(subscription->party);

    fold_hold(fold, &subscription->head);
    if (subscription->head.state == STATE_subscription_REQUESTED)
        return debit(fold, source, amount, ACCOUNT_share_money_held, holder,
                     error) &&
               fold_add_sum(fold, &subscription->head, &subscription->held,
                            amount_negate(amount), error);
    return debit(fold, source, amount, ACCOUNT_called_capital, holder, error) &&
           fold_post(fold, amount, ACCOUNT_capital_paid, holder,
                     ACCOUNT_capital_unpaid, holder, error) &&
           fold_add_sum(fold, &subscription->head, &subscription->paid,
                        amount_negate(amount), error);
}

/* ---- Tranches ---- */

enum account principal_account(uint8_t instrument)
{
    switch ((enum choice_instrument)instrument) {
    case INSTRUMENT_LOAN:
        return ACCOUNT_loans;
    case INSTRUMENT_TITLE:
        return ACCOUNT_titles;
    case INSTRUMENT_ACCOUNT:
        return ACCOUNT_current_accounts;
    case INSTRUMENT_BOND:
        return ACCOUNT_bonds;
    case INSTRUMENT_GRANT:
        return ACCOUNT_advances;
    case INSTRUMENT_PARTICIPATORY:
        return ACCOUNT_participatory_loans;
    case instrument_none:
    case instrument_after:
        break;
    }
    impossible();
}

static enum account principal_of(const struct fold *fold,
                                 const struct record_contract *contract)
{
    return principal_account(
        FIND_RECORD(fold, offer, link_of_id(contract->offer))->instrument);
}

static bool count_tranche_money(struct fold *fold,
                                struct record_contract *contract,
                                struct record_tranche *tranche,
                                struct amount change, struct error *error)
{
    return fold_add_sum(fold, &tranche->head, &tranche->received, change,
                        error) &&
           fold_add_sum(fold, &contract->head, &contract->drawn, change, error);
}

static bool receive_tranche(struct fold *fold, const struct source *source,
                            struct record_tranche *tranche,
                            struct amount amount, struct error *error)
{
    struct record_contract *contract =
        EDIT_RECORD(fold, contract, link_of_id(tranche->contract));
    struct owner owner = owner_of(&contract->head);
    struct amount take, surplus;

    fold_touch(fold, &tranche->head);
    if (!split(&take, &surplus, amount, tranche->amount, tranche->received,
               error) ||
        !credit(fold, source, take, principal_of(fold, contract), owner,
                error) ||
        !fold_post(fold, take, ACCOUNT_memo_contra, owner, ACCOUNT_memo_called,
                   owner, error) ||
        !count_tranche_money(fold, contract, tranche, take, error) ||
        !credit_surplus(fold, source, surplus, contract->party, error))
        return false;
    return amount_less(tranche->received, tranche->amount) ||
           tranche->head.state == STATE_tranche_PAID ||
           fold_move(fold, &tranche->head, TRANSITION_receive, error);
}

bool return_tranche(struct fold *fold, const struct source *source,
                    struct record_tranche *tranche, struct amount amount,
                    struct error *error)
{
    struct record_contract *contract =
        EDIT_RECORD(fold, contract, link_of_id(tranche->contract));
    struct owner owner = owner_of(&contract->head);

    fold_hold(fold, &tranche->head);
    return debit(fold, source, amount, principal_of(fold, contract), owner,
                 error) &&
           fold_post(fold, amount, ACCOUNT_memo_called, owner,
                     ACCOUNT_memo_contra, owner, error) &&
           count_tranche_money(fold, contract, tranche, amount_negate(amount),
                               error) &&
           (tranche->head.state != STATE_tranche_PAID ||
            fold_move(fold, &tranche->head, TRANSITION_charge_back, error));
}

/* ---- Calls of matched money ---- */

static bool count_match_money(struct fold *fold,
                              const struct record_match_call *call,
                              struct amount change, struct error *error)
{
    struct link key = join_key(call->fund, call->campaign);
    struct record_fund *fund = EDIT_RECORD(fold, fund, link_of_id(call->fund));
    struct record_join *join = EDIT_RECORD(fold, join, key);

    return fold_add_sum(fold, &fund->head, &fund->paid, change, error) &&
           fold_add_sum(fold, &join->head, &join->paid, change, error);
}

static bool receive_match(struct fold *fold, const struct source *source,
                          struct record_match_call *call, struct amount amount,
                          struct error *error)
{
    const struct record_fund *fund =
        FIND_RECORD(fold, fund, link_of_id(call->fund));
    struct amount take, surplus;

    fold_touch(fold, &call->head);
    if (!split(&take, &surplus, amount, call->amount, call->received, error) ||
        !credit(fold, source, take, match_account(fold, fund),
                owner_of(&fund->head), error) ||
        !fold_add_sum(fold, &call->head, &call->received, take, error) ||
        !count_match_money(fold, call, take, error) ||
        !credit_surplus(fold, source, surplus, fund->party, error))
        return false;
    return amount_less(call->received, call->amount) ||
           call->head.state == STATE_match_call_PAID ||
           fold_move(fold, &call->head, TRANSITION_receive, error);
}

static bool return_match(struct fold *fold, const struct source *source,
                         struct record_match_call *call, struct amount amount,
                         struct error *error)
{
    const struct record_fund *fund =
        FIND_RECORD(fold, fund, link_of_id(call->fund));
    struct amount less = amount_negate(amount);

    fold_hold(fold, &call->head);
    return debit(fold, source, amount, match_account(fold, fund),
                 owner_of(&fund->head), error) &&
           fold_add_sum(fold, &call->head, &call->received, less, error) &&
           count_match_money(fold, call, less, error) &&
           (call->head.state != STATE_match_call_PAID ||
            fold_move(fold, &call->head, TRANSITION_charge_back, error));
}

/* ---- Whatever it is for ---- */

bool may_return(const struct fold *fold, const struct record *target,
                struct amount amount)
{
    const struct record_subscription *subscription = (const void *)target;
    const struct record_tranche *tranche = (const void *)target;
    const struct record_match_call *call = (const void *)target;

    switch ((int)target->type) {
    case RECORD_pledge:
        return pledge_may_return(fold, (const void *)target, amount);
    case RECORD_subscription:
        return !amount_less(target->state == STATE_subscription_REQUESTED
                                ? subscription->held
                                : subscription->paid,
                            amount);
    case RECORD_tranche:
        return !amount_less(tranche->received, amount);
    case RECORD_match_call:
        return !amount_less(call->received, amount);
    default:
        return false;
    }
}

bool receive_money(struct fold *fold, const struct source *source,
                   const struct record *target, struct amount amount,
                   struct error *error)
{
    struct record *record = fold_edit(fold, target->type, target->key);

    switch ((int)target->type) {
    case RECORD_pledge:
        return receive_pledge(fold, source, (void *)record, amount, error);
    case RECORD_subscription:
        return receive_subscription(fold, source, (void *)record, amount,
                                    error);
    case RECORD_tranche:
        return receive_tranche(fold, source, (void *)record, amount, error);
    case RECORD_match_call:
        return receive_match(fold, source, (void *)record, amount, error);
    case RECORD_party:
        fold_take(fold, record);
        return credit_surplus(fold, source, amount, record_id(record), error);
    default:
        impossible();
    }
}

bool return_money(struct fold *fold, const struct source *source,
                  const struct record *target, struct amount amount,
                  struct error *error)
{
    struct record *record = fold_edit(fold, target->type, target->key);

    switch ((int)target->type) {
    case RECORD_pledge:
        return return_pledge(fold, source, (void *)record, amount, error);
    case RECORD_subscription:
        return return_subscription(fold, source, (void *)record, amount, error);
    case RECORD_tranche:
        return return_tranche(fold, source, (void *)record, amount, error);
    case RECORD_match_call:
        return return_match(fold, source, (void *)record, amount, error);
    default:
        impossible();
    }
}
