/* What match funds add to pledges, and lose when their money goes back. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static bool too_large(struct error *error)
{
    return fail(error, ERROR_RANGE, "a match is out of range");
}

/* ---- Receipts ---- */

static struct link backer_key(struct id fund, struct id party)
{
    return link_of(fund.bytes, sizeof fund.bytes, party.bytes,
                   sizeof party.bytes);
}

static struct link backing_key(const struct record_join *join, struct id party)
{
    return link_of(join->head.key, sizeof join->head.key, party.bytes,
                   sizeof party.bytes);
}

/* What one fund matches for one party, but in campaigns without
 * success: at most as many as a fund may join. */
static struct amount backed(const struct fold *fold,
                            const struct record_join *join, struct id party)
{
    struct link key = backer_key(join->fund, party);
    const struct record_backer *backer = FIND_RECORD(fold, backer, key);
    struct link at = backer == NULL ? (struct link){{0}} : backer->newest;
    struct amount sum = amount_from_minor(0);

    while (!link_is_none(at)) {
        const struct record_backing *backing = FIND_RECORD(fold, backing, at);
        const struct record_campaign *campaign =
            FIND_RECORD(fold, campaign, link_of_id(backing->campaign));

        if ((campaign->head.state == STATE_campaign_OPEN ||
             campaign->head.state == STATE_campaign_SUCCEEDED) &&
            !amount_add(&sum, sum, backing->amount))
            impossible(); /* It is within the fund's budget. */
        at = backing->older;
    }
    return sum;
}

static bool back(struct fold *fold, const struct record_join *join,
                 struct id party, struct amount change, struct error *error)
{
    struct link key = backing_key(join, party);
    struct link head = backer_key(join->fund, party);
    struct record_backing *backing;
    struct record_backer *backer;

    if (fold_has(fold, RECORD_backing, key)) {
        backing = EDIT_RECORD(fold, backing, key);
        return fold_add_sum(fold, &backing->head, &backing->amount, change,
                            error);
    }
    backer = fold_has(fold, RECORD_backer, head)
                 ? EDIT_RECORD(fold, backer, head)
                 : (void *)fold_new(fold, RECORD_backer, head, error);
    if (backer == NULL)
        return false;
    backing = (void *)fold_new(fold, RECORD_backing, key, error);
    if (backing == NULL)
        return false;
    backing->campaign = join->campaign;
    backing->older = backer->newest;
    SET_ATTR(fold, backer, newest, key);
    return fold_add_sum(fold, &backing->head, &backing->amount, change, error);
}

/* At most what is left of a limit; zero: there is none. */
static bool keep_below(struct amount *amount, struct amount limit,
                       struct amount used)
{
    struct amount left;

    if (amount_is_zero(limit))
        return true;
    if (!amount_sub(&left, limit, used))
        return false;
    *amount = amount_min(*amount, amount_max(left, amount_from_minor(0)));
    return true;
}

static bool fund_matches(const struct fold *fold,
                         const struct record_fund *fund,
                         const struct record_pledge *pledge)
{
    struct instant now = fold->meta->accepted;

    return fund->head.state == STATE_fund_OPEN &&
           (fund->natures == 0 || (fund->natures >> pledge->nature & 1) != 0) &&
           now.ms >= fund->opens.ms &&
           (fund->closes.ms == 0 || now.ms < fund->closes.ms);
}

/* What a fund still adds to the money that a pledge has. */
static bool addition(const struct fold *fold, const struct record_join *join,
                     const struct record_fund *fund,
                     const struct record_pledge *pledge, struct amount before,
                     struct amount *add, struct error *error)
{
    struct amount target, used;

    if (!amount_part(&target, pledge->received, fund->factor, PPM))
        target = amount_from_minor(AMOUNT_MAX);
    if (amount_is_positive(fund->per_pledge))
        target = amount_min(target, fund->per_pledge);
    if (!amount_sub(add, target, before) ||
        !amount_add(&used, fund->reserved, fund->confirmed) ||
        !keep_below(add, fund->budget, used) ||
        !keep_below(add, fund->per_campaign, join->reserved))
        return too_large(error);
    if (amount_is_zero(fund->per_person))
        return true;
    return keep_below(add, fund->per_person,
                      backed(fold, join, pledge->party)) ||
           too_large(error);
}

/* The match with its fund, its join, its campaign, its pledge: one sum more or
 * less in each. */
static bool change_match(struct fold *fold, struct record_join *join,
                         struct record_campaign *campaign,
                         struct record_pledge *pledge,
                         struct record_match *match, struct amount change,
                         struct error *error)
{
    struct record_fund *fund = EDIT_RECORD(fold, fund, link_of_id(join->fund));

    return fold_add_sum(fold, &match->head, &match->amount, change, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->matched, change, error) &&
           fold_add_sum(fold, &join->head, &join->reserved, change, error) &&
           fold_add_sum(fold, &fund->head, &fund->reserved, change, error) &&
           fold_add_sum(fold, &campaign->head, &campaign->matched, change,
                        error) &&
           (amount_is_zero(fund->per_person) ||
            back(fold, join, pledge->party, change, error));
}

static bool match_one(struct fold *fold, struct link at,
                      struct record_campaign *campaign,
                      struct record_pledge *pledge, struct error *error)
{
    const struct record_join *join = FIND_RECORD(fold, join, at);
    const struct record_fund *fund =
        FIND_RECORD(fold, fund, link_of_id(join->fund));
    struct link key = match_key(join->fund, record_id(&pledge->head));
    const struct record_match *match = FIND_RECORD(fold, match, key);
    struct amount add;
    struct record_match *edited;

    if (!fund_matches(fold, fund, pledge))
        return true;
    if (!addition(fold, join, fund, pledge,
                  match == NULL ? amount_from_minor(0) : match->amount, &add,
                  error))
        return false;
    if (!amount_is_positive(add))
        return true;
    if (fold_has(fold, RECORD_match, key)) {
        edited = EDIT_RECORD(fold, match, key);
        fold_touch(fold, &edited->head);
    } else {
        edited = (void *)fold_new(fold, RECORD_match, key, error);
        if (edited == NULL)
            return false;
        edited->fund = join->fund;
        edited->pledge = record_id(&pledge->head);
    }
    return change_match(fold, EDIT_RECORD(fold, join, at), campaign, pledge,
                        edited, add, error);
}

bool match_money(struct fold *fold, struct record_campaign *campaign,
                 struct record_pledge *pledge, struct error *error)
{
    struct link at = campaign->funds.first;

    for (int64_t i = 0; i < campaign->funds.count; i++) {
        if (!match_one(fold, at, campaign, pledge, error))
            return false;
        at = FIND_RECORD(fold, join, at)->next;
    }
    return true;
}

/* ---- Money that goes back ---- */

static bool lose(struct fold *fold, struct record_match *match,
                 struct amount amount, struct error *error)
{
    return fold_add_sum(fold, &match->head, &match->released, amount, error);
}

static bool free_one(struct fold *fold, struct link at,
                     struct record_campaign *campaign,
                     struct record_pledge *pledge, struct record_match *match,
                     struct error *error)
{
    struct amount amount = match->amount;

    if (campaign->head.state == STATE_campaign_SUCCEEDED)
        return fold_due(fold, &match->head, fold->meta->accepted,
                        TRANSITION_free, error);
    return change_match(fold, EDIT_RECORD(fold, join, at), campaign, pledge,
                        match, amount_negate(amount), error) &&
           lose(fold, match, amount, error) &&
           fold_move(fold, &match->head, TRANSITION_free, error);
}

bool match_free(struct fold *fold, struct record_campaign *campaign,
                struct record_pledge *pledge, struct error *error)
{
    struct link at = campaign->funds.first;

    if (campaign->funds.count > 0 &&
        campaign->head.state == STATE_campaign_SUCCEEDED &&
        !match_trim(fold, campaign, pledge, pledge_kept(fold->view, pledge),
                    error))
        return false;
    for (int64_t i = 0; i < campaign->funds.count; i++) {
        const struct record_join *join = FIND_RECORD(fold, join, at);
        struct link key = match_key(join->fund, record_id(&pledge->head));
        const struct record_match *match = FIND_RECORD(fold, match, key);

        if (match != NULL && match->head.state == STATE_match_RESERVED &&
            !free_one(fold, at, campaign, pledge, EDIT_RECORD(fold, match, key),
                      error))
            return false;
        at = join->next;
    }
    return true;
}

/* Once it has ended, the sums of fund, join and campaign have been set. */
static bool trim_one(struct fold *fold, struct link at,
                     struct record_campaign *campaign,
                     struct record_pledge *pledge, struct amount kept,
                     struct error *error)
{
    const struct record_join *join = FIND_RECORD(fold, join, at);
    const struct record_fund *fund =
        FIND_RECORD(fold, fund, link_of_id(join->fund));
    struct link key = match_key(join->fund, record_id(&pledge->head));
    struct record_match *match;
    struct amount lost, less;

    if (!fold_has(fold, RECORD_match, key))
        return true;
    match = EDIT_RECORD(fold, match, key);
    if (match->head.state != STATE_match_RESERVED ||
        !amount_sub(&lost, match->amount, match_of(fund, match, kept)) ||
        amount_is_zero(lost))
        return true;
    less = amount_negate(lost);
    if (campaign->head.state == STATE_campaign_OPEN)
        return change_match(fold, EDIT_RECORD(fold, join, at), campaign, pledge,
                            match, less, error) &&
               lose(fold, match, lost, error);
    return fold_add_sum(fold, &match->head, &match->amount, less, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->matched, less, error) &&
           lose(fold, match, lost, error) &&
           (amount_is_zero(fund->per_person) ||
            back(fold, join, pledge->party, less, error));
}

bool match_trim(struct fold *fold, struct record_campaign *campaign,
                struct record_pledge *pledge, struct amount kept,
                struct error *error)
{
    struct link at = campaign->funds.first;

    for (int64_t i = 0; i < campaign->funds.count; i++) {
        if (!trim_one(fold, at, campaign, pledge, kept, error))
            return false;
        at = FIND_RECORD(fold, join, at)->next;
    }
    return true;
}

/* ---- match.release ---- */

static bool may_release(const struct fold *fold,
                        const struct record_match *match)
{
    uint8_t pledge = SLOT(fold, pledge)->head.state;

    return match != NULL && match->head.state == STATE_match_RESERVED &&
           SLOT(fold, campaign)->head.state == STATE_campaign_SUCCEEDED &&
           (pledge == STATE_pledge_CHARGED_BACK ||
            pledge == STATE_pledge_GIVEN_BACK);
}

bool effect_release_match(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    struct record_fund *fund = EDIT(fold, fund);
    struct record_pledge *pledge = EDIT(fold, pledge);
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct link key =
        match_key(record_id(&fund->head), record_id(&pledge->head));
    struct link joined =
        join_key(record_id(&fund->head), record_id(&campaign->head));
    struct record_join *join;
    struct record_match *match;
    struct amount amount, less;

    (void)a;
    (void)b;
    if (!may_release(fold, FIND_RECORD(fold, match, key)))
        return fail(error, ERROR_STATE,
                    "the fund has no confirmed match to lose for this pledge");
    match = EDIT_RECORD(fold, match, key);
    join = EDIT_RECORD(fold, join, joined);
    amount = match->amount;
    less = amount_negate(amount);
    return match_post(fold, fund, amount, true, error) &&
           fold_add_sum(fold, &match->head, &match->amount, less, error) &&
           lose(fold, match, amount, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->matched, less, error) &&
           fold_add_sum(fold, &join->head, &join->confirmed, less, error) &&
           fold_add_sum(fold, &fund->head, &fund->confirmed, less, error) &&
           fold_add_sum(fold, &campaign->head, &campaign->matched, less,
                        error) &&
           (amount_is_zero(fund->per_person) ||
            back(fold, join, pledge->party, less, error)) &&
           fold_move(fold, &match->head, TRANSITION_free, error) &&
           fold_undue(fold, &match->head, TRANSITION_free, error);
}
