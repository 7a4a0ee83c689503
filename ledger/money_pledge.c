/* Money that comes for, or goes back from, a pledge. */
#include "ledger/folding.h"

#include <assert.h>
#include <string.h>

struct amount *held_of(struct record_campaign *campaign,
                       const struct record_pledge *pledge)
{
    return pledge->nature == NATURE_SHARE ? &campaign->held_shares
                                          : &campaign->held_gifts;
}

enum account held_account(const struct record_pledge *pledge)
{
    return pledge->nature == NATURE_SHARE ? ACCOUNT_share_money_held
                                          : ACCOUNT_pledge_held;
}

static bool out_of_range(struct error *error)
{
    return fail(error, ERROR_RANGE, "an amount is out of range");
}

static const struct record_campaign *
campaign_of(const struct fold *fold, const struct record_pledge *pledge)
{
    return FIND_RECORD(fold, campaign, link_of_id(pledge->campaign));
}

/* Does it wait for money, or for the end of its campaign? */
static bool is_pending(const struct record_pledge *pledge)
{
    return pledge->head.state == STATE_pledge_AWAITING ||
           pledge->head.state == STATE_pledge_RECEIVED;
}

/* ---- Money that comes ---- */

/* In time for an undecided campaign: by booking day, before settles. */
bool pledge_in_time(const struct fold *fold, const struct record_pledge *pledge,
                    struct date booked)
{
    const struct record_campaign *campaign = campaign_of(fold, pledge);

    return campaign->head.state == STATE_campaign_OPEN && is_pending(pledge) &&
           date_start(booked, ZONE_UTC).ms < campaign->settles.ms;
}

static bool count_money(struct fold *fold, struct record_campaign *campaign,
                        struct record_pledge *pledge, struct amount change,
                        struct error *error)
{
    return fold_add_sum(fold, &pledge->head, &pledge->received, change,
                        error) &&
           fold_add_sum(fold, &campaign->head, &campaign->received, change,
                        error) &&
           fold_add_sum(fold, &campaign->head, held_of(campaign, pledge),
                        change, error);
}

/* The minimum is reached: a second round begins, and that stays so. */
static bool begin_second_round(struct fold *fold,
                               struct record_campaign *campaign,
                               struct error *error)
{
    struct amount counted = campaign->received;
    bool reversible = fold->reversible;

    if (campaign->second_closes.ms == 0 || campaign->round > 0)
        return true;
    if (campaign->counts_match &&
        !amount_add(&counted, counted, campaign->matched))
        return out_of_range(error);
    if (amount_less(counted, campaign->minimum))
        return true;
    fold->reversible = false; /* What was reached was reached. */
    SET_ATTR(fold, campaign, round, 1);
    SET_ATTR(fold, campaign, closes, campaign->second_closes);
    SET_ATTR(fold, campaign, settles, campaign->second_settles);
    fold->reversible = reversible;
    return true;
}

static bool take_in_time(struct fold *fold, const struct source *source,
                         struct record_campaign *campaign,
                         struct record_pledge *pledge, struct amount amount,
                         struct error *error)
{
    struct owner owner = owner_of(&campaign->head);
    struct amount wanted, take, surplus;

    if (!amount_sub(&wanted, pledge->amount, pledge->received))
        return out_of_range(error);
    take = amount_min(amount, wanted);
    if (!amount_sub(&surplus, amount, take))
        return out_of_range(error);
    return fold_post(fold, take, source->account, source->owner,
                     held_account(pledge), owner, error) &&
           fold_post(fold, take, ACCOUNT_memo_contra, owner,
                     ACCOUNT_memo_pledges, owner, error) &&
           count_money(fold, campaign, pledge, take, error) &&
           credit_surplus(fold, source, surplus, pledge->party, error) &&
           match_money(fold, campaign, pledge, error) &&
           begin_second_round(fold, campaign, error);
}

/* What the bank had taken back of paid shares is paid again. */
static bool pay_again(struct fold *fold, const struct source *source,
                      const struct record_pledge *pledge, struct amount amount,
                      bool *paid, struct error *error)
{
    const struct record_subscription *subscription;

    *paid = false;
    if (pledge->became.letter != 's')
        return true;
    subscription = FIND_RECORD(fold, subscription, link_of_id(pledge->became));
    *paid = amount_less(subscription->paid, subscription->called);
    return !*paid ||
           receive_subscription(
               fold, source,
               EDIT_RECORD(fold, subscription, link_of_id(pledge->became)),
               amount, error);
}

bool receive_pledge(struct fold *fold, const struct source *source,
                    struct record_pledge *pledge, struct amount amount,
                    struct error *error)
{
    struct record_campaign *campaign =
        EDIT_RECORD(fold, campaign, link_of_id(pledge->campaign));
    bool paid;

    fold_touch(fold, &pledge->head);
    if (!pay_again(fold, source, pledge, amount, &paid, error))
        return false;
    if (paid)
        return true;
    if (!pledge_in_time(fold, pledge, source->booked))
        return fold_post(fold, amount, source->account, source->owner,
                         ACCOUNT_refund_payable, owner_of(&campaign->head),
                         error) &&
               fold_add_sum(fold, &pledge->head, &pledge->refund, amount,
                            error) &&
               debt_rises(fold, record_id(&pledge->head), OWED_REFUND, amount,
                          source->booked, error);
    if (!take_in_time(fold, source, campaign, pledge, amount, error))
        return false;
    if (amount_less(pledge->received, pledge->amount) ||
        pledge->head.state == STATE_pledge_RECEIVED)
        return true;
    return fold_move(fold, &pledge->head, TRANSITION_receive, error) &&
           fold_add_count(fold, &campaign->head, &campaign->count, 1, error);
}

/* ---- Money that goes back ---- */

/* What of a return comes out of money that is to be given back anyway. */
static bool split_return(const struct fold *fold,
                         const struct record_pledge *pledge,
                         struct amount amount, struct amount *kept,
                         struct amount *refund)
{
    const struct record_campaign *campaign = campaign_of(fold, pledge);
    uint8_t state = campaign->head.state;

    *kept = amount_from_minor(0);
    if (state == STATE_campaign_OPEN || campaign->rules < 2)
        *kept = pledge->received;
    else if (pledge->head.state == STATE_pledge_CONVERTED)
        *kept = pledge->converted;
    else if (state == STATE_campaign_SUCCEEDED && is_pending(pledge))
        *kept = pledge_kept(fold->view, pledge);
    return amount_sub(refund, amount, *kept) && !amount_is_negative(*refund);
}

/* Of what is to be given back, and is not on its way yet. */
static bool refund_covers(const struct fold *fold, struct debt *debt,
                          const struct record_pledge *pledge,
                          struct amount amount)
{
    const struct sight sight = {.view = fold->view};
    struct error ignored = {0};

    return debt_find(debt, &sight, record_id(&pledge->head), NULL, &ignored) &&
           !amount_less(debt->due, amount) &&
           debt_is_free(fold, debt, &ignored);
}

/* One of several payments, while the campaign is undecided. */
static bool is_part(const struct fold *fold, const struct record_pledge *pledge,
                    struct amount amount)
{
    const struct record_campaign *campaign = campaign_of(fold, pledge);

    return campaign->rules >= 2 &&
           campaign->head.state == STATE_campaign_OPEN && is_pending(pledge) &&
           amount_less(amount, pledge->received);
}

/* Is what the pledge became still paid? */
static bool is_paid(const struct fold *fold, const struct record_pledge *pledge,
                    struct amount kept)
{
    const struct record_subscription *subscription;
    const struct record_contract *contract;

    switch (pledge->became.letter) {
    case 's':
        subscription =
            FIND_RECORD(fold, subscription, link_of_id(pledge->became));
        return !amount_less(subscription->paid, kept);
    case 'i':
        contract = FIND_RECORD(fold, contract, link_of_id(pledge->became));
        return !amount_less(
            FIND_RECORD(fold, tranche, contract->tranches.first)->received,
            kept);
    default:
        return true;
    }
}

static bool may_return_kept(const struct fold *fold,
                            const struct record_pledge *pledge,
                            struct amount amount)
{
    const struct record_campaign *campaign = campaign_of(fold, pledge);
    uint8_t state = campaign->head.state;
    struct amount kept, refund;

    if (state == STATE_campaign_OPEN || campaign->rules < 2)
        return state == STATE_campaign_OPEN &&
               amount_equal(pledge->received, amount);
    if (state != STATE_campaign_SUCCEEDED ||
        !split_return(fold, pledge, amount, &kept, &refund) ||
        amount_is_zero(kept))
        return false;
    if (pledge->head.state == STATE_pledge_CONVERTED)
        return is_paid(fold, pledge, kept) &&
               !amount_less(pledge->refund, refund);
    return amount_equal(amount, pledge->received);
}

bool pledge_may_return(const struct fold *fold,
                       const struct record_pledge *pledge, struct amount amount)
{
    struct debt debt;

    return may_return_kept(fold, pledge, amount) ||
           (fold_ledger(fold)->rules >= 2 &&
            (is_part(fold, pledge, amount) ||
             refund_covers(fold, &debt, pledge, amount)));
}

/* Its part is awaited again; what is matched is matched by less. */
static bool return_part(struct fold *fold, const struct source *source,
                        struct record_campaign *campaign,
                        struct record_pledge *pledge, struct amount amount,
                        struct error *error)
{
    struct owner owner = owner_of(&campaign->head);

    fold_touch(fold, &pledge->head);
    if (!fold_post(fold, amount, ACCOUNT_memo_pledges, owner,
                   ACCOUNT_memo_contra, owner, error) ||
        !fold_post(fold, amount, held_account(pledge), owner, source->account,
                   source->owner, error) ||
        !count_money(fold, campaign, pledge, amount_negate(amount), error) ||
        !match_trim(fold, campaign, pledge, pledge->received, error))
        return false;
    return pledge->head.state != STATE_pledge_RECEIVED ||
           (fold_move(fold, &pledge->head, TRANSITION_fall_short, error) &&
            fold_add_count(fold, &campaign->head, &campaign->count, -1, error));
}

/* It was to be given back: now the bank has done it. */
static bool return_due(struct fold *fold, const struct source *source,
                       const struct debt *debt, struct record_pledge *pledge,
                       struct amount amount, struct error *error)
{
    if (!fold_post(fold, amount, debt->account, debt->owner, source->account,
                   source->owner, error) ||
        !debt_take(fold, debt, amount, error))
        return false;
    return amount_is_positive(pledge->refund) ||
           pledge->head.state != STATE_pledge_REFUND_DUE ||
           fold_move(fold, &pledge->head, TRANSITION_charge_back, error);
}

/* Of an undecided campaign, and of one that succeeded before it settled. */
static bool return_held(struct fold *fold, const struct source *source,
                        struct record_campaign *campaign,
                        struct record_pledge *pledge, struct amount kept,
                        struct amount refund, struct error *error)
{
    bool counted = pledge->head.state == STATE_pledge_RECEIVED;
    bool open = campaign->head.state == STATE_campaign_OPEN;
    struct owner owner = owner_of(&campaign->head);
    struct amount missing;

    if (!amount_sub(&missing, pledge->amount, pledge->received))
        return out_of_range(error);
    /* What did not come yet is awaited no longer either. */
    return fold_post(fold, open ? missing : amount_from_minor(0),
                     ACCOUNT_memo_contra, owner, ACCOUNT_memo_pledges, owner,
                     error) &&
           fold_post(fold, kept, held_account(pledge), owner, source->account,
                     source->owner, error) &&
           fold_post(fold, refund, ACCOUNT_refund_payable, owner,
                     source->account, source->owner, error) &&
           (open || (fold_add_sum(fold, &campaign->head, &campaign->allocated,
                                  amount_negate(kept), error) &&
                     fold_add_count(fold, &campaign->head, &campaign->payers,
                                    -1, error))) &&
           match_free(fold, campaign, pledge, error) &&
           count_money(fold, campaign, pledge, amount_negate(kept), error) &&
           (amount_is_zero(refund) ||
            fold_add_sum(fold, &pledge->head, &pledge->received,
                         amount_negate(refund), error)) &&
           fold_move(fold, &pledge->head, TRANSITION_charge_back, error) &&
           (!counted ||
            fold_add_count(fold, &campaign->head, &campaign->count, -1, error));
}

/* What a gift, shares or a loan brought goes back. */
static bool return_became(struct fold *fold, const struct source *source,
                          struct record_pledge *pledge, struct amount kept,
                          struct error *error)
{
    const struct record_contract *contract;

    switch (pledge->became.letter) {
    case 's':
        return return_subscription(
            fold, source,
            EDIT_RECORD(fold, subscription, link_of_id(pledge->became)), kept,
            error);
    case 'i':
        contract = FIND_RECORD(fold, contract, link_of_id(pledge->became));
        return return_tranche(
            fold, source, EDIT_RECORD(fold, tranche, contract->tranches.first),
            kept, error);
    default:
        return fold_post(fold, kept, ACCOUNT_donations, owner_none(),
                         source->account, source->owner, error);
    }
}

static bool return_converted(struct fold *fold, const struct source *source,
                             struct record_campaign *campaign,
                             struct record_pledge *pledge, struct amount kept,
                             struct amount refund, struct error *error)
{
    struct amount less = amount_negate(kept);
    bool gift = pledge->nature == NATURE_GIFT;

    return match_free(fold, campaign, pledge, error) &&
           return_became(fold, source, pledge, kept, error) &&
           fold_post(fold, refund, ACCOUNT_refund_payable,
                     owner_of(&campaign->head), source->account, source->owner,
                     error) &&
           fold_add_sum(fold, &pledge->head, &pledge->converted, less, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->received, less, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->refund,
                        amount_negate(refund), error) &&
           fold_add_sum(fold, &campaign->head, &campaign->received, less,
                        error) &&
           fold_add_sum(fold, &campaign->head, &campaign->settled, less,
                        error) &&
           (!gift || fold_add_sum(fold, &campaign->head, &campaign->donated,
                                  less, error)) &&
           fold_move(fold, &pledge->head, TRANSITION_charge_back, error);
}

bool return_pledge(struct fold *fold, const struct source *source,
                   struct record_pledge *pledge, struct amount amount,
                   struct error *error)
{
    struct record_campaign *campaign =
        EDIT_RECORD(fold, campaign, link_of_id(pledge->campaign));
    struct amount kept, refund;
    struct debt debt;

    if (is_part(fold, pledge, amount))
        return return_part(fold, source, campaign, pledge, amount, error);
    if (!may_return_kept(fold, pledge, amount) &&
        refund_covers(fold, &debt, pledge, amount))
        return return_due(fold, source, &debt, pledge, amount, error);
    if (!may_return_kept(fold, pledge, amount) ||
        !split_return(fold, pledge, amount, &kept, &refund))
        return fail(error, ERROR_STATE,
                    "the pledge does not hold just that money any more");
    if (pledge->head.state == STATE_pledge_CONVERTED)
        return return_converted(fold, source, campaign, pledge, kept, refund,
                                error);
    return return_held(fold, source, campaign, pledge, kept, refund, error);
}
