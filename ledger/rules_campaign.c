/* Rules and effects of campaigns and pledges. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- Rules ---- */

bool rule_instants_in_order(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct entry_campaign_open *open = &fold->entry->campaign_open;

    (void)a;
    (void)b;
    if (open->opens.ms < open->closes.ms && open->closes.ms <= open->settles.ms)
        return true;
    return fail(error, ERROR_RULE,
                "a campaign opens, closes and settles in this order");
}

bool rule_rounds_in_order(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct entry_campaign_open *open = &fold->entry->campaign_open;
    const struct instant *closes = a, *settles = b;
    int64_t days = HAS(fold->entry, campaign_open, reflection_days)
                       ? open->reflection_days
                       : fold_statutes(fold)->reflection_days;

    if (closes == NULL && settles == NULL)
        return true;
    if (closes == NULL || settles == NULL || closes->ms <= open->closes.ms ||
        settles->ms < open->settles.ms)
        return fail(error, ERROR_RULE,
                    "a second round closes and settles, both after the first");
    if (settles->ms - closes->ms >= days * DAY_MS)
        return true;
    return fail(error, ERROR_RULE,
                "between close and settlement of the second round lie fewer"
                " than the %" PRId64 " days of reflection",
                days);
}

bool rule_limits_in_order(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct entry_campaign_open *open = &fold->entry->campaign_open;

    if (b != NULL && amount_less(open->optimum, open->minimum))
        return fail(error, ERROR_RULE, "the optimum is less than the minimum");
    if (a != NULL && amount_less(open->cap, open->minimum))
        return fail(error, ERROR_RULE, "the cap is less than the minimum");
    if (HAS(fold->entry, campaign_open, fee) &&
        FIND_RECORD(fold, party, link_of_id(open->fee.party)) == NULL)
        return fail(error, ERROR_ABSENT, "who gets the fee does not exist");
    return true;
}

/* The required lines of the budget are the minimum: no more, no less. */
bool rule_budget_covers(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct list *list = a;
    const struct object_budget_line *lines = list->items;
    struct amount required = amount_from_minor(0);
    char text[MONEY_CHARS];

    for (uint32_t i = 0; i < list->count; i++)
        if (lines[i].required &&
            !amount_add(&required, required, lines[i].amount))
            return fail(error, ERROR_RANGE, "the budget is out of range");
    if (amount_equal(required, *(const struct amount *)b))
        return true;
    return fail(error, ERROR_RULE,
                "the required lines of the budget add up to %s, which is not"
                " the minimum",
                money_text(fold, required, text));
}

bool rule_settles_after_reflection(struct fold *fold, const void *a,
                                   const void *b, struct error *error)
{
    const struct entry_campaign_open *open = &fold->entry->campaign_open;
    int64_t days = HAS(fold->entry, campaign_open, reflection_days)
                       ? open->reflection_days
                       : fold_statutes(fold)->reflection_days;

    (void)a;
    (void)b;
    if (open->settles.ms - open->closes.ms >= days * DAY_MS)
        return true;
    return fail(error, ERROR_RULE,
                "between close and settlement lie fewer than the %" PRId64
                " days of reflection",
                days);
}

bool rule_campaign_is_open(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    struct instant now = fold->meta->accepted;

    if (campaign->head.state != STATE_campaign_OPEN)
        return fail(error, ERROR_STATE, "the campaign is %s",
                    state_word(campaign->head.state));
    if (now.ms < ((const struct instant *)a)->ms)
        return fail(error, ERROR_STATE,
                    "the campaign is scheduled: it takes no pledge yet");
    if (now.ms >= ((const struct instant *)b)->ms)
        return fail(error, ERROR_STATE,
                    "the campaign is settling: it takes no pledge any more");
    return true;
}

static bool within(const struct fold *fold, struct amount amount,
                   struct amount least, struct amount most, struct error *error)
{
    char text[MONEY_CHARS];

    if (amount_less(amount, least))
        return fail(error, ERROR_RANGE, "a pledge has at least %s",
                    money_text(fold, least, text));
    if (amount_is_positive(most) && amount_less(most, amount))
        return fail(error, ERROR_RANGE, "a pledge has at most %s",
                    money_text(fold, most, text));
    return true;
}

/* Shares are pledged in whole shares. */
bool rule_campaign_takes(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    struct amount amount = *(const struct amount *)b;
    struct link key =
        nature_key(record_id(&campaign->head), *(const uint8_t *)a);
    const struct record_nature *nature = FIND_RECORD(fold, nature, key);
    const struct record_class *class;

    if (nature == NULL)
        return fail(error, ERROR_RULE, "the campaign takes no %s",
                    choice_word(TYPE_nature, *(const uint8_t *)a));
    if (!within(fold, amount, amount_max(campaign->least, nature->least),
                campaign->most, error))
        return false;
    if (nature->nature != NATURE_SHARE)
        return true;
    class = FIND_RECORD(fold, class, link_of_id(nature->class));
    if (amount_to_minor(amount) % amount_to_minor(class->nominal) != 0)
        return fail(error, ERROR_RANGE,
                    "shares are pledged in whole shares of %" PRId64
                    " minor units",
                    amount_to_minor(class->nominal));
    return true;
}

bool rule_fallback_is_whole(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct id *other = b;

    if ((*(const uint8_t *)a == FALLBACK_MOVE) != (b != NULL))
        return fail(error, ERROR_RULE,
                    "move_to is given with on_failure move, and only then");
    if (other == NULL)
        return true;
    if (FIND_RECORD(fold, campaign, link_of_id(*other)) == NULL)
        return fail(error, ERROR_ABSENT,
                    "the campaign to move to does not exist");
    if (id_equal(*other, record_id(&SLOT(fold, campaign)->head)))
        return fail(error, ERROR_RULE, "a pledge moves to another campaign");
    return true;
}

bool rule_may_still_withdraw(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct record_pledge *pledge = SLOT(fold, pledge);
    const struct record_campaign *campaign = SLOT(fold, campaign);
    struct instant now = fold->meta->accepted;

    if (now.ms < ((const struct instant *)a)->ms)
        return true;
    if (pledge->head.made < campaign->changed && now.ms < campaign->window.ms)
        return true;
    if (pledge->head.state == STATE_pledge_AWAITING &&
        amount_is_zero(pledge->received))
        return true;
    if (campaign->head.state == STATE_campaign_OPEN &&
        now.ms < ((const struct instant *)b)->ms)
        return true;
    return fail(error, ERROR_RULE,
                "the time of reflection is over, the money has come and the"
                " campaign is closed");
}

/* ---- Effects ---- */

static bool check_nature(const struct fold *fold,
                         const struct object_nature_offer *given,
                         struct error *error)
{
    bool share = given->nature == NATURE_SHARE;
    bool loan = given->nature == NATURE_LOAN;

    if (share != GIVEN(given, nature_offer, class))
        return fail(error, ERROR_RULE, "shares, and only they, name a class");
    if (loan != GIVEN(given, nature_offer, offer))
        return fail(error, ERROR_RULE, "loans, and only they, name an offer");
    if (share && FIND_RECORD(fold, class, link_of_id(given->class)) == NULL)
        return fail(error, ERROR_ABSENT, "there is no such class");
    if (loan && FIND_RECORD(fold, offer, link_of_id(given->offer)) == NULL)
        return fail(error, ERROR_ABSENT, "there is no such offer");
    return true;
}

bool effect_offer_natures(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct list *list = a;
    const struct object_nature_offer *given = list->items;
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct id id = record_id(&campaign->head);

    (void)b;
    if (!HAS(fold->entry, campaign_open, reflection_days))
        campaign->reflection_days = fold_statutes(fold)->reflection_days;
    for (uint32_t i = 0; i < list->count; i++) {
        struct record_nature *nature;

        if (!check_nature(fold, &given[i], error))
            return false;
        nature = (void *)fold_new(fold, RECORD_nature,
                                  nature_key(id, given[i].nature), error);
        if (nature == NULL)
            return false;
        nature->campaign = id;
        nature->nature = given[i].nature;
        nature->class = given[i].class;
        nature->offer = given[i].offer;
        nature->least = given[i].least;
        nature->most = given[i].most;
        if (!fold_queue(fold, &campaign->head, &campaign->natures,
                        &nature->head, error))
            return false;
    }
    return true;
}

bool effect_start_campaign(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct record_campaign *campaign = EDIT(fold, campaign);
    const struct object_fee *fee = a;

    (void)b;
    (void)error;
    campaign->rules = fold_ledger(fold)->rules;
    if (fee != NULL) {
        campaign->fee_base = fee->base;
        campaign->fee_party = fee->party;
        campaign->fee_ppm = fee->rate_ppm;
    }
    return true;
}

/* With on_failure move: where to. */
bool effect_remember_move(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    (void)b;
    (void)error;
    if (a != NULL && SLOT(fold, campaign)->rules >= 2)
        EDIT(fold, pledge)->moves_to = *(const struct id *)a;
    return true;
}

bool effect_start_reflection(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    struct record_pledge *pledge = EDIT(fold, pledge);
    const struct record_campaign *campaign = SLOT(fold, campaign);

    (void)a;
    (void)b;
    (void)error;
    pledge->cooling_off_until = reflection_end(fold, campaign->reflection_days);
    if (campaign->rules >= 2 && pledge->place == 0)
        pledge->place = campaign->pledges.count + 1;
    return true;
}

/* What came is to be given back; what did not come is awaited no longer. */
bool effect_give_back_pledge(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    struct record_pledge *pledge = EDIT(fold, pledge);
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct owner owner = owner_of(&campaign->head);
    bool share = pledge->nature == NATURE_SHARE;
    bool undecided = campaign->head.state == STATE_campaign_OPEN;
    struct amount came = pledge->received, less = amount_negate(came);
    struct amount missing;

    (void)a;
    (void)b;
    if (!amount_sub(&missing, pledge->amount, came) ||
        !fold_add_sum(fold, &campaign->head, &campaign->pledged,
                      amount_negate(pledge->amount), error) ||
        !campaign_day(fold, campaign, amount_negate(pledge->amount), error))
        return false;
    if (!undecided)
        return amount_is_zero(came) ||
               fail(error, ERROR_STATE, "the campaign is %s",
                    state_word(campaign->head.state));
    if (!fold_post(fold, missing, ACCOUNT_memo_contra, owner,
                   ACCOUNT_memo_pledges, owner, error) ||
        !fold_post(fold, came,
                   share ? ACCOUNT_share_money_held : ACCOUNT_pledge_held,
                   owner, ACCOUNT_refund_payable, owner, error) ||
        !fold_add_sum(fold, &campaign->head,
                      share ? &campaign->held_shares : &campaign->held_gifts,
                      less, error) ||
        !match_free(fold, campaign, pledge, error) ||
        !fold_add_sum(fold, &campaign->head, &campaign->received, less, error))
        return false;
    if (pledge->head.state == STATE_pledge_RECEIVED &&
        !fold_add_count(fold, &campaign->head, &campaign->count, -1, error))
        return false;
    return fold_add_sum(fold, &pledge->head, &pledge->received, less, error) &&
           fold_add_sum(fold, &pledge->head, &pledge->refund, came, error);
}
