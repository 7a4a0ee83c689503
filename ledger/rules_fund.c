/* Match funds: opening, joining, and what their funders owe. */
#include "ledger/folding.h"

#include <inttypes.h>
#include <string.h>

/* So many are looked through for what one party has from a fund. */
enum { CAMPAIGNS_PER_FUND = 64 };

static bool too_large(struct error *error)
{
    return fail(error, ERROR_RANGE, "a match is out of range");
}

/* ---- Rules ---- */

bool rule_fund_adds(struct fold *fold, const void *a, const void *b,
                    struct error *error)
{
    const struct entry_match_open *open = &fold->entry->match_open;

    (void)b;
    if (*(const int64_t *)a == 0)
        return fail(error, ERROR_RULE, "a factor of zero adds nothing");
    if (HAS(fold->entry, match_open, opens) &&
        HAS(fold->entry, match_open, closes) &&
        open->closes.ms <= open->opens.ms)
        return fail(error, ERROR_RULE, "a fund opens before it closes");
    return true;
}

bool rule_fund_is_open(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct record_fund *fund = SLOT(fold, fund);

    (void)a;
    (void)b;
    if (fund->head.state != STATE_fund_OPEN)
        return fail(error, ERROR_STATE, "the fund is %s",
                    state_word(fund->head.state));
    if (fund->campaigns == CAMPAIGNS_PER_FUND)
        return fail(error, ERROR_RULE, "a fund joins at most %d campaigns",
                    CAMPAIGNS_PER_FUND);
    if (SLOT(fold, campaign)->rules >= 2)
        return true;
    return fail(error, ERROR_RULE,
                "the campaign opened under a rules number that knows no match"
                " funds");
}

/* ---- Opening and joining ---- */

bool effect_choose_natures(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct list *list = a;
    struct record_fund *fund = EDIT(fold, fund);
    int64_t natures = 0;

    (void)b;
    (void)error;
    for (uint32_t i = 0; list != NULL && i < list->count; i++)
        natures |= INT64_C(1) << ((const uint8_t *)list->items)[i];
    SET_ATTR(fold, fund, natures, natures);
    return true;
}

/* Funds match in the order in which they joined. */
bool effect_join_campaign(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    struct record_fund *fund = EDIT(fold, fund);
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct id id = record_id(&campaign->head);
    struct record_join *join;

    (void)a;
    (void)b;
    if (campaign->funds.count == FUNDS_PER_CAMPAIGN)
        return fail(error, ERROR_RULE, "at most %d funds join a campaign",
                    FUNDS_PER_CAMPAIGN);
    join = (void *)fold_new(fold, RECORD_join,
                            join_key(record_id(&fund->head), id), error);
    if (join == NULL)
        return false;
    join->fund = record_id(&fund->head);
    join->campaign = id;
    return fold_queue(fold, &campaign->head, &campaign->funds, &join->head,
                      error) &&
           fold_add_count(fold, &fund->head, &fund->campaigns, 1, error);
}

/* ---- The end of a campaign ---- */

static enum account receivable(const struct fold *fold,
                               const struct record_fund *fund)
{
    uint8_t type = FIND_RECORD(fold, party, link_of_id(fund->party))->type;

    return type == PARTY_PUBLIC_BODY ? ACCOUNT_match_receivable
                                     : ACCOUNT_match_private;
}

enum account match_account(const struct fold *fold,
                           const struct record_fund *fund)
{
    return fund->funding == FUNDING_IN_ADVANCE ? ACCOUNT_match_held
                                               : receivable(fold, fund);
}

bool match_post(struct fold *fold, const struct record_fund *fund,
                struct amount amount, bool back_again, struct error *error)
{
    bool income = fund->use == FUND_OPERATING;
    enum account from = match_account(fold, fund);
    enum account to = income ? ACCOUNT_match_income : ACCOUNT_grant_investment;
    struct owner whose = owner_of(&fund->head);
    struct owner of = income ? owner_none() : owner_of_id(fund->party);

    return back_again ? fold_post(fold, amount, to, of, from, whose, error)
                      : fold_post(fold, amount, from, whose, to, of, error);
}

static bool confirm_one(struct fold *fold, struct record_join *join,
                        int64_t lost, struct error *error)
{
    struct record_fund *fund = EDIT_RECORD(fold, fund, link_of_id(join->fund));
    struct amount reserved = join->reserved, confirmed;

    if (!amount_sub(&confirmed, reserved, amount_from_minor(lost)))
        return too_large(error);
    return fold_add_sum(fold, &join->head, &join->reserved,
                        amount_negate(reserved), error) &&
           fold_add_sum(fold, &fund->head, &fund->reserved,
                        amount_negate(reserved), error) &&
           fold_add_sum(fold, &join->head, &join->confirmed, confirmed,
                        error) &&
           fold_add_sum(fold, &fund->head, &fund->confirmed, confirmed,
                        error) &&
           match_post(fold, fund, confirmed, false, error);
}

bool match_confirm(struct fold *fold, struct record_campaign *campaign,
                   const int64_t *lost, struct error *error)
{
    struct link at = campaign->funds.first;
    int64_t all = 0;

    for (int64_t i = 0; i < campaign->funds.count; i++) {
        struct record_join *join = EDIT_RECORD(fold, join, at);

        if (!confirm_one(fold, join, lost[i], error))
            return false;
        all += lost[i];
        at = join->next;
    }
    return fold_add_sum(fold, &campaign->head, &campaign->matched,
                        amount_from_minor(-all), error);
}

bool match_drop(struct fold *fold, struct record_campaign *campaign,
                struct error *error)
{
    struct link at = campaign->funds.first;

    for (int64_t i = 0; i < campaign->funds.count; i++) {
        struct record_join *join = EDIT_RECORD(fold, join, at);
        struct record_fund *fund =
            EDIT_RECORD(fold, fund, link_of_id(join->fund));
        struct amount less = amount_negate(join->reserved);

        if (!fold_add_sum(fold, &fund->head, &fund->reserved, less, error) ||
            !fold_add_sum(fold, &join->head, &join->reserved, less, error))
            return false;
        at = join->next;
    }
    return amount_is_zero(campaign->matched) ||
           fold_add_sum(fold, &campaign->head, &campaign->matched,
                        amount_negate(campaign->matched), error);
}

/* ---- match.call ---- */

bool effect_call_match(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    struct record_fund *fund = EDIT(fold, fund);
    struct link key = join_key(record_id(&fund->head),
                               record_id(&SLOT(fold, campaign)->head));
    bool advance = fund->funding == FUNDING_IN_ADVANCE;
    struct amount amount = *(const struct amount *)a, room;
    struct record_join *join;
    char text[MONEY_CHARS];

    (void)b;
    if (!fold_has(fold, RECORD_join, key))
        return fail(error, ERROR_RULE, "the fund has not joined the campaign");
    join = EDIT_RECORD(fold, join, key);
    if (!(advance ? amount_sub(&room, fund->budget, fund->called)
                  : amount_sub(&room, join->confirmed, join->called)))
        return too_large(error);
    if (amount_less(room, amount))
        return fail(
            error, ERROR_ENOUGH, "%s may be called",
            money_text(fold, amount_max(room, amount_from_minor(0)), text));
    return fold_add_sum(fold, &fund->head, &fund->called, amount, error) &&
           fold_add_sum(fold, &join->head, &join->called, amount, error);
}
