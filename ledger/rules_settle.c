/* The money of a campaign that has ended, pledge by pledge: gifts, shares,
 * loans, or a pledge to another campaign. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- campaign.settle ---- */

bool rule_campaign_may_settle(struct fold *fold, const void *a, const void *b,
                              struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    char text[MONEY_CHARS];

    if (campaign->head.state != STATE_campaign_SUCCEEDED)
        return fail(error, ERROR_STATE, "the campaign is %s",
                    state_word(campaign->head.state));
    if (campaign->rules < 2)
        return fail(error, ERROR_RULE,
                    "the campaign opened under a rules number that does not"
                    " settle");
    if (!id_is_none(campaign->job))
        return fail(error, ERROR_STATE, "the campaign is settled already");
    if (*(const int64_t *)a == campaign->payers &&
        amount_equal(*(const struct amount *)b, campaign->allocated))
        return true;
    return fail(error, ERROR_MISMATCH,
                "%" PRId64 " pledges have money, of which the campaign keeps"
                " %s",
                campaign->payers, money_text(fold, campaign->allocated, text));
}

bool effect_start_settling(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct record_job *job = EDIT(fold, job);

    (void)b;
    job->type = JOB_SETTLE;
    job->total = *(const struct amount *)a;
    job->count = campaign->pledges.count;
    job->cursor = campaign->pledges.first;
    SET_ATTR(fold, campaign, job, record_id(&job->head));
    return fold_due(fold, &job->head, fold->meta->accepted, TRANSITION_step,
                    error);
}

/* ---- One pledge ---- */

/* What of its received money is not kept: to be given back. */
static bool free_excess(struct fold *fold, struct record_pledge *pledge,
                        struct amount excess, struct error *error)
{
    return amount_is_zero(excess) ||
           (fold_add_sum(fold, &pledge->head, &pledge->received,
                         amount_negate(excess), error) &&
            fold_add_sum(fold, &pledge->head, &pledge->refund, excess, error));
}

/* It can become neither shares nor a loan: all of it goes back. */
static bool give_back(struct fold *fold, struct record_campaign *campaign,
                      struct record_pledge *pledge, struct error *error)
{
    struct amount kept = pledge->received, less = amount_negate(kept);
    struct owner owner = owner_of(&campaign->head);

    return match_free(fold, campaign, pledge, error) &&
           fold_post(fold, kept, held_account(pledge), owner,
                     ACCOUNT_refund_payable, owner, error) &&
           fold_add_sum(fold, &campaign->head, held_of(campaign, pledge), less,
                        error) &&
           fold_add_sum(fold, &campaign->head, &campaign->received, less,
                        error) &&
           free_excess(fold, pledge, kept, error) &&
           fold_move(fold, &pledge->head, TRANSITION_give_back, error);
}

static struct link child_key(const char *what, const struct record *record)
{
    return link_of(what, strlen(what), record->key, sizeof record->key);
}

static void became(struct fold *fold, struct record_pledge *pledge,
                   const struct record *record)
{
    SET_ATTR(fold, pledge, became, record_id(record));
}

static bool make_tranche(struct fold *fold, struct record_contract *contract,
                         struct error *error)
{
    struct record_tranche *tranche = (void *)fold_new(
        fold, RECORD_tranche, child_key("tranche", &contract->head), error);

    if (tranche == NULL)
        return false;
    tranche->contract = record_id(&contract->head);
    tranche->amount = contract->amount;
    tranche->received = contract->amount;
    tranche->due = fold->effective;
    return fold_queue(fold, &contract->head, &contract->tranches,
                      &tranche->head, error) &&
           fold_move(fold, &tranche->head, TRANSITION_receive, error);
}

/* A signed contract on the terms of the offer, called and paid in whole. */
static bool make_loan(struct fold *fold, const struct record_campaign *campaign,
                      struct record_pledge *pledge, bool *fits,
                      struct error *error)
{
    const struct record_nature *nature = FIND_RECORD(
        fold, nature, nature_key(record_id(&campaign->head), pledge->nature));
    struct record_offer *offer =
        EDIT_RECORD(fold, offer, link_of_id(nature->offer));
    struct amount amount = pledge->received, room;
    struct record_contract *contract;

    *fits = amount_sub(&room, offer->most, offer->committed) &&
            !amount_less(room, amount);
    if (!*fits)
        return true;
    contract = (void *)fold_new(fold, RECORD_contract,
                                child_key("contract", &pledge->head), error);
    if (contract == NULL)
        return false;
    contract->offer = nature->offer;
    contract->party = pledge->party;
    contract->amount = contract->called = contract->drawn = amount;
    became(fold, pledge, &contract->head);
    return fold_move(fold, &contract->head, TRANSITION_accept, error) &&
           make_tranche(fold, contract, error) &&
           fold_add_sum(fold, &offer->head, &offer->committed, amount, error) &&
           fold_add_sum(fold, &offer->head, &offer->agreed, amount, error) &&
           fold_post(fold, amount, ACCOUNT_pledge_held,
                     owner_of(&campaign->head),
                     principal_account(offer->instrument),
                     owner_of(&contract->head), error);
}

static bool make_gift(struct fold *fold, struct record_campaign *campaign,
                      const struct record_pledge *pledge, struct error *error)
{
    return fold_post(fold, pledge->received, ACCOUNT_pledge_held,
                     owner_of(&campaign->head), ACCOUNT_donations, owner_none(),
                     error) &&
           fold_add_sum(fold, &campaign->head, &campaign->donated,
                        pledge->received, error);
}

/* ---- Shares ---- */

static bool within(struct amount part, struct amount whole, struct amount more,
                   int64_t ppm)
{
    return amount_add(&part, part, more) && amount_add(&whole, whole, more) &&
           amount_ppm_up(part, whole) <= ppm;
}

/* May the party hold that many more, by the class and by the ceilings? */
static bool may_hold(const struct fold *fold, struct amount money,
                     int64_t quantity)
{
    const struct record_party *party = SLOT(fold, party);
    const struct record_class *class = SLOT(fold, class);
    const struct record_ledger *ledger = fold_ledger(fold);
    const struct record_statutes *statutes = fold_statutes(fold);
    struct link key =
        holding_key(record_id(&party->head), record_id(&class->head));
    const struct record_holding *holding = FIND_RECORD(fold, holding, key);
    int64_t held = holding != NULL ? holding->quantity : 0;

    if ((class->holders != 0 && (class->holders >> party->type & 1) == 0) ||
        (class->most > 0 && held + quantity > class->most))
        return false;
    if (party->type == PARTY_PUBLIC_BODY &&
        !within(ledger->capital_public, ledger->capital, money,
                statutes->public_max_ppm))
        return false;
    return statutes->holder_max_ppm == 0 ||
           within(party->capital, ledger->capital, money,
                  statutes->holder_max_ppm);
}

/* Members get their numbers; others once they are admitted (share.issue). */
static bool issue(struct fold *fold, struct record_subscription *subscription,
                  struct error *error)
{
    struct link key = member_key(subscription->party);
    const struct record_member *member = FIND_RECORD(fold, member, key);

    if (member == NULL || (member->head.state != STATE_member_ADMITTED &&
                           member->head.state != STATE_member_EFFECTIVE))
        return true;
    return fold_move(fold, &subscription->head, TRANSITION_issue, error) &&
           effect_give_numbers(fold, NULL, NULL, error);
}

/* The class is in its slot: these shares are subscribed and paid. */
static bool subscribe(struct fold *fold, struct record_pledge *pledge,
                      struct amount money, bool *fits, struct error *error)
{
    struct record_class *class = EDIT(fold, class);
    int64_t quantity = amount_to_minor(money) / amount_to_minor(class->nominal);
    struct record_subscription *subscription;

    fold_take(fold, view_find(fold->view, RECORD_party,
                              link_of_id(pledge->party).key));
    *fits = may_hold(fold, money, quantity);
    if (!*fits)
        return true;
    subscription =
        (void *)fold_new(fold, RECORD_subscription,
                         child_key("subscription", &pledge->head), error);
    if (subscription == NULL)
        return false;
    subscription->class = record_id(&class->head);
    subscription->party = pledge->party;
    subscription->nature = SHARE_PLEDGE;
    subscription->quantity = quantity;
    subscription->nominal = subscription->called = subscription->paid = money;
    subscription->due = fold->effective;
    subscription->reflection_ends = fold->meta->accepted;
    became(fold, pledge, &subscription->head);
    fold_take(fold, &subscription->head);
    return fold_queue(fold, &class->head, &class->subscriptions,
                      &subscription->head, error) &&
           fold_move(fold, &subscription->head, TRANSITION_accept, error) &&
           add_capital(fold, money, error) && issue(fold, subscription, error);
}

static bool make_shares(struct fold *fold,
                        const struct record_campaign *campaign,
                        struct record_pledge *pledge, bool *fits,
                        struct error *error)
{
    const struct record_nature *nature = FIND_RECORD(
        fold, nature, nature_key(record_id(&campaign->head), pledge->nature));

    fold_take(fold, view_find(fold->view, RECORD_class,
                              link_of_id(nature->class).key));
    return subscribe(fold, pledge, pledge->received, fits, error) &&
           (!*fits ||
            fold_post(fold, pledge->received, ACCOUNT_share_money_held,
                      owner_of(&campaign->head), ACCOUNT_capital_paid,
                      owner_of_id(pledge->party), error));
}

/* Its kept money becomes what its nature says. */
static bool convert(struct fold *fold, struct record_campaign *campaign,
                    struct record_pledge *pledge, struct error *error)
{
    struct amount kept = pledge->received;
    bool fits = true;

    if (pledge->nature == NATURE_GIFT
            ? !make_gift(fold, campaign, pledge, error)
        : pledge->nature == NATURE_SHARE
            ? !make_shares(fold, campaign, pledge, &fits, error)
            : !make_loan(fold, campaign, pledge, &fits, error))
        return false;
    if (!fits)
        return give_back(fold, campaign, pledge, error);
    return fold_add_sum(fold, &campaign->head, held_of(campaign, pledge),
                        amount_negate(kept), error) &&
           fold_add_sum(fold, &campaign->head, &campaign->settled, kept,
                        error) &&
           fold_add_sum(fold, &pledge->head, &pledge->converted, kept, error) &&
           fold_move(fold, &pledge->head, TRANSITION_convert, error);
}

static bool settle_one(struct fold *fold, struct record_campaign *campaign,
                       struct record_pledge *pledge, struct error *error)
{
    struct amount kept, excess;

    if ((pledge->head.state != STATE_pledge_AWAITING &&
         pledge->head.state != STATE_pledge_RECEIVED) ||
        amount_is_zero(pledge->received))
        return true;
    kept = pledge_kept(fold->view, pledge);
    if (!amount_sub(&excess, pledge->received, kept))
        return fail(error, ERROR_RANGE, "an amount is out of range");
    fold_take(fold, &pledge->head);
    if (!match_trim(fold, campaign, pledge, kept, error) ||
        !free_excess(fold, pledge, excess, error))
        return false;
    return amount_is_zero(kept) ? give_back(fold, campaign, pledge, error)
                                : convert(fold, campaign, pledge, error);
}

/* ---- The job ---- */

/* A fee on what the campaign brought, once. */
static bool charge_fee(struct fold *fold, struct record_campaign *campaign,
                       struct error *error)
{
    struct amount base = campaign->settled, fee;

    if (campaign->fee_ppm == 0)
        return true;
    if (campaign->fee_base == FEE_GIFTS)
        base = campaign->donated;
    if ((campaign->fee_base == FEE_COUNTED &&
         !amount_add(&base, base, campaign->matched)) ||
        !amount_part(&fee, base, campaign->fee_ppm, PPM))
        return fail(error, ERROR_RANGE, "the fee is out of range");
    return fold_add_sum(fold, &campaign->head, &campaign->fee, fee, error) &&
           fold_post(fold, fee, ACCOUNT_campaign_fees, owner_none(),
                     ACCOUNT_fee_payable, owner_of_id(campaign->fee_party),
                     error);
}

static bool is_last(struct fold *fold, struct record_job *job, int64_t count,
                    bool *last, struct error *error)
{
    if (!fold_add_count(fold, &job->head, &job->done, count, error))
        return false;
    *last = job->done == job->count;
    return !*last || (fold_move(fold, &job->head, TRANSITION_complete, error) &&
                      fold_undue(fold, &job->head, TRANSITION_step, error));
}

bool settle_items(struct fold *fold, struct record_job *job, int64_t count,
                  struct error *error)
{
    struct record_campaign *campaign =
        EDIT_RECORD(fold, campaign, link_of_id(job->campaign));
    bool last;

    fold_take(fold, &campaign->head);
    for (int64_t i = 0; i < count; i++) {
        struct record_pledge *pledge = EDIT_RECORD(fold, pledge, job->cursor);

        job->cursor = pledge->next;
        if (!settle_one(fold, campaign, pledge, error))
            return false;
    }
    return is_last(fold, job, count, &last, error) &&
           (!last || charge_fee(fold, campaign, error));
}

/* ---- Pledges that move ---- */

/* Would the other campaign take this pledge now? */
static bool takes(struct fold *fold, const struct record_campaign *other,
                  const struct record_pledge *pledge)
{
    const struct record_campaign *before = SLOT(fold, campaign);
    struct error error = {.code = ERROR_NONE};
    bool good;

    if (other->rules < 2)
        return false;
    fold->slots[RECORD_campaign] = &other->head;
    good =
        rule_campaign_is_open(fold, &other->opens, &other->closes, &error) &&
        rule_campaign_takes(fold, &pledge->nature, &pledge->received, &error);
    fold->slots[RECORD_campaign] = &before->head;
    return good;
}

/* The same promise there, paid with the money from here; without a way back
 * to a third campaign. */
static struct record_pledge *make_pledge(struct fold *fold,
                                         struct record_campaign *other,
                                         const struct record_pledge *pledge,
                                         struct error *error)
{
    enum time_zone zone = fold_zone(fold);
    struct date day = instant_day(fold->meta->accepted, zone);
    struct record_pledge *made = (void *)fold_new(
        fold, RECORD_pledge, child_key("pledge", &pledge->head), error);

    if (made == NULL)
        return NULL;
    made->campaign = record_id(&other->head);
    made->party = pledge->party;
    made->nature = pledge->nature;
    made->on_failure = FALLBACK_REFUND;
    made->display = pledge->display;
    made->amount = pledge->received;
    made->place = other->pledges.count + 1;
    made->cooling_off_until = date_start(
        date_plus_days(day, (int32_t)other->reflection_days + 1), zone);
    if (!fold_queue(fold, &other->head, &other->pledges, &made->head, error) ||
        !fold_add_sum(fold, &other->head, &other->pledged, made->amount,
                      error) ||
        !fold_post(fold, made->amount, ACCOUNT_memo_pledges,
                   owner_of(&other->head), ACCOUNT_memo_contra,
                   owner_of(&other->head), error) ||
        !campaign_day(fold, other, made->amount, error))
        return NULL;
    return made;
}

/* It cannot move; its money is payable back already. */
static bool stay(struct fold *fold, struct record_campaign *campaign,
                 struct record_pledge *pledge, struct error *error)
{
    struct amount money = pledge->received;

    return fold_add_sum(fold, &campaign->head, &campaign->received,
                        amount_negate(money), error) &&
           free_excess(fold, pledge, money, error) &&
           fold_move(fold, &pledge->head, TRANSITION_give_back, error);
}

static bool move_one(struct fold *fold, struct record_campaign *campaign,
                     struct record_pledge *pledge, struct error *error)
{
    struct source source = {ACCOUNT_refund_payable, owner_of(&campaign->head),
                            fold->effective};
    struct amount money = pledge->received;
    struct record_campaign *other;
    struct record_pledge *made;

    if ((pledge->head.state != STATE_pledge_AWAITING &&
         pledge->head.state != STATE_pledge_RECEIVED) ||
        pledge->on_failure != FALLBACK_MOVE || amount_is_zero(money))
        return true;
    other = EDIT_RECORD(fold, campaign, link_of_id(pledge->moves_to));
    if (!takes(fold, other, pledge))
        return stay(fold, campaign, pledge, error);
    fold_take(fold, &pledge->head);
    made = make_pledge(fold, other, pledge, error);
    if (made == NULL)
        return false;
    became(fold, pledge, &made->head);
    return fold_add_sum(fold, &pledge->head, &pledge->received,
                        amount_negate(money), error) &&
           fold_add_sum(fold, &campaign->head, &campaign->received,
                        amount_negate(money), error) &&
           fold_move(fold, &pledge->head, TRANSITION_move, error) &&
           receive_pledge(fold, &source, made, money, error);
}

bool move_items(struct fold *fold, struct record_job *job, int64_t count,
                struct error *error)
{
    struct record_campaign *campaign =
        EDIT_RECORD(fold, campaign, link_of_id(job->campaign));
    bool last;

    fold_take(fold, &campaign->head);
    for (int64_t i = 0; i < count; i++) {
        struct record_pledge *pledge = EDIT_RECORD(fold, pledge, job->cursor);

        job->cursor = pledge->next;
        if (!move_one(fold, campaign, pledge, error))
            return false;
    }
    return is_last(fold, job, count, &last, error);
}
