/* The end of a campaign: what it comes to, and what that does. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

uint8_t campaign_outcome(const struct record_campaign *campaign)
{
    bool reached = !amount_less(campaign->received, campaign->minimum);

    return reached || campaign->mode == MODE_KEEP ? OUTCOME_SUCCEEDED
                                                  : OUTCOME_FAILED;
}

/* Officers may close 14 days after, where no statement has come. */
bool rule_settlement_is_over(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    struct instant now = fold->meta->accepted;
    struct instant settles = *(const struct instant *)a;
    char text[INSTANT_CHARS + 1];

    if (now.ms < settles.ms) {
        instant_write(text, settles);
        return fail(error, ERROR_RULE, "the campaign settles until %s", text);
    }
    if (statements_cover(fold->view, settles))
        return true;
    if (b != NULL && now.ms >= settles.ms + INT64_C(14) * DAY_MS)
        return true;
    return fail(error, ERROR_RULE,
                "no statement covers the last day of settlement yet; after 14"
                " days officers may close with a decision");
}

/* Of campaigns that opened under rules number 1. */
static bool first_figures_are_right(struct fold *fold, struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    const struct entry_campaign_close *close = &fold->entry->campaign_close;
    char text[MONEY_CHARS];

    if (amount_equal(close->received, campaign->received) &&
        close->count == campaign->count &&
        close->outcome == campaign_outcome(campaign))
        return true;
    return fail(error, ERROR_MISMATCH,
                "%s came from %" PRId64 " pledges: the campaign has %s",
                money_text(fold, campaign->received, text), campaign->count,
                choice_word(TYPE_outcome, campaign_outcome(campaign)));
}

/* What is stated of a campaign that failed: it keeps nothing. */
static bool agree(const struct entry_campaign_close *close,
                  const struct reckoning *reckoning)
{
    bool kept = reckoning->outcome == OUTCOME_SUCCEEDED;
    struct amount none = amount_from_minor(0);

    return amount_equal(close->received, reckoning->received) &&
           close->count == reckoning->count &&
           close->outcome == reckoning->outcome &&
           amount_equal(close->allocated, kept ? reckoning->allocated : none) &&
           amount_equal(close->matched, kept ? reckoning->matched : none);
}

bool rule_figures_are_right(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    char came[MONEY_CHARS], keeps[MONEY_CHARS], matched[MONEY_CHARS];
    struct reckoning reckoning;

    (void)a;
    (void)b;
    if (campaign->rules < 2)
        return first_figures_are_right(fold, error);
    campaign_reckon(&reckoning, fold->view, campaign);
    if (agree(&fold->entry->campaign_close, &reckoning))
        return true;
    if (reckoning.outcome == OUTCOME_FAILED)
        return fail(error, ERROR_MISMATCH,
                    "%s came from %" PRId64 " pledges: the campaign has failed",
                    money_text(fold, reckoning.received, came),
                    reckoning.count);
    return fail(error, ERROR_MISMATCH,
                "%s came from %" PRId64 " pledges, of which it keeps %s, with"
                " %s matched: the campaign has succeeded",
                money_text(fold, reckoning.received, came), reckoning.count,
                money_text(fold, reckoning.allocated, keeps),
                money_text(fold, reckoning.matched, matched));
}

/* ---- What is freed ---- */

/* All that is held becomes payable back, in one posting for each account. */
static bool free_all(struct fold *fold, struct record_campaign *campaign,
                     struct error *error)
{
    struct owner owner = owner_of(&campaign->head);

    return fold_post(fold, campaign->held_gifts, ACCOUNT_pledge_held, owner,
                     ACCOUNT_refund_payable, owner, error) &&
           fold_post(fold, campaign->held_shares, ACCOUNT_share_money_held,
                     owner, ACCOUNT_refund_payable, owner, error) &&
           fold_add_sum(fold, &campaign->head, &campaign->held_gifts,
                        amount_negate(campaign->held_gifts), error) &&
           fold_add_sum(fold, &campaign->head, &campaign->held_shares,
                        amount_negate(campaign->held_shares), error);
}

/* What was pledged and did not come is awaited no longer. */
static bool end_memo(struct fold *fold, const struct record_campaign *campaign,
                     struct error *error)
{
    struct owner owner = owner_of(&campaign->head);
    struct amount awaited = fold_balance(fold, ACCOUNT_memo_pledges, owner);

    return fold_post(fold, awaited, ACCOUNT_memo_contra, owner,
                     ACCOUNT_memo_pledges, owner, error);
}

/* ---- Success ---- */

/* The numbers that each pledge's part follows from. */
static void fix_allotments(struct fold *fold,
                           const struct record_campaign *campaign,
                           const struct reckoning *reckoning)
{
    struct link at = campaign->natures.first;

    for (size_t i = 0; i < reckoning->nature_count; i++) {
        struct record_nature *nature = EDIT_RECORD(fold, nature, at);
        const struct allotment *of = &reckoning->natures[i];

        fold_touch(fold, &nature->head);
        nature->unit = of->unit;
        nature->wanted = of->wanted;
        nature->given = of->given;
        nature->threshold = of->threshold;
        nature->place = of->place;
        at = nature->next;
    }
}

static struct amount share_part(const struct reckoning *reckoning)
{
    for (size_t i = 0; i < reckoning->nature_count; i++)
        if (reckoning->natures[i].nature == NATURE_SHARE)
            return amount_from_minor(reckoning->natures[i].given *
                                     reckoning->natures[i].unit);
    return amount_from_minor(0);
}

/* What one account holds above what is kept of it becomes payable back. */
static bool free_above(struct fold *fold, struct record_campaign *campaign,
                       enum account account, struct amount *held,
                       struct amount kept, struct error *error)
{
    struct owner owner = owner_of(&campaign->head);
    struct amount excess;

    if (!amount_sub(&excess, *held, kept))
        return fail(error, ERROR_RANGE, "the excess is out of range");
    return fold_post(fold, excess, account, owner, ACCOUNT_refund_payable,
                     owner, error) &&
           fold_add_sum(fold, &campaign->head, held, amount_negate(excess),
                        error) &&
           fold_add_sum(fold, &campaign->head, &campaign->received,
                        amount_negate(excess), error);
}

static bool succeed(struct fold *fold, struct record_campaign *campaign,
                    const struct reckoning *reckoning, struct error *error)
{
    struct amount shares = share_part(reckoning), rest;

    if (!amount_sub(&rest, reckoning->allocated, shares))
        return fail(error, ERROR_RANGE, "the allocation is out of range");
    fix_allotments(fold, campaign, reckoning);
    SET_ATTR(fold, campaign, allocated, reckoning->allocated);
    SET_ATTR(fold, campaign, payers, reckoning->payers);
    return free_above(fold, campaign, ACCOUNT_share_money_held,
                      &campaign->held_shares, shares, error) &&
           free_above(fold, campaign, ACCOUNT_pledge_held,
                      &campaign->held_gifts, rest, error) &&
           match_confirm(fold, campaign, reckoning->lost, error);
}

/* ---- Failure ---- */

static bool give(struct fold *fold, struct record_campaign *campaign,
                 enum account account, struct amount *held,
                 struct amount amount, struct error *error)
{
    return fold_post(fold, amount, account, owner_of(&campaign->head),
                     ACCOUNT_donations, owner_none(), error) &&
           fold_add_sum(fold, &campaign->head, held, amount_negate(amount),
                        error) &&
           fold_add_sum(fold, &campaign->head, &campaign->donated, amount,
                        error);
}

/* Pledges that move to another campaign do so in steps. */
static bool start_moving(struct fold *fold, struct record_campaign *campaign,
                         struct error *error)
{
    struct link key = link_of("move", 4, campaign->head.key, 16);
    struct record_job *job = (void *)fold_new(fold, RECORD_job, key, error);

    if (job == NULL)
        return false;
    job->type = JOB_MOVE;
    job->campaign = record_id(&campaign->head);
    job->count = campaign->pledges.count;
    job->cursor = campaign->pledges.first;
    SET_ATTR(fold, campaign, job, record_id(&job->head));
    return fold_due(fold, &job->head, fold->meta->accepted, TRANSITION_step,
                    error);
}

static bool fail_campaign(struct fold *fold, struct record_campaign *campaign,
                          const struct reckoning *reckoning,
                          struct error *error)
{
    return give(fold, campaign, ACCOUNT_pledge_held, &campaign->held_gifts,
                reckoning->gifts_given, error) &&
           give(fold, campaign, ACCOUNT_share_money_held,
                &campaign->held_shares, reckoning->shares_given, error) &&
           free_all(fold, campaign, error) &&
           match_drop(fold, campaign, error) &&
           (reckoning->movers == 0 || start_moving(fold, campaign, error));
}

bool effect_end_campaign(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_campaign *campaign = EDIT(fold, campaign);
    bool failed = *(const uint8_t *)a == OUTCOME_FAILED;
    struct reckoning reckoning;

    (void)b;
    if (campaign->rules >= 2)
        campaign_reckon(&reckoning, fold->view, campaign);
    if (!fold_move(fold, &campaign->head,
                   failed ? TRANSITION_fail : TRANSITION_succeed, error) ||
        !end_memo(fold, campaign, error))
        return false;
    if (campaign->rules < 2)
        return !failed || free_all(fold, campaign, error);
    return failed ? fail_campaign(fold, campaign, &reckoning, error)
                  : succeed(fold, campaign, &reckoning, error);
}

bool effect_free_money(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    struct record_campaign *campaign = EDIT(fold, campaign);

    (void)a;
    (void)b;
    return end_memo(fold, campaign, error) && free_all(fold, campaign, error) &&
           match_drop(fold, campaign, error);
}
