/* Terms of campaigns and pledges that change before the campaign's end. */
#include "ledger/folding.h"

#include <inttypes.h>
#include <string.h>

bool rule_campaign_is_undecided(struct fold *fold, const void *a, const void *b,
                                struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);

    (void)a;
    (void)b;
    if (campaign->head.state == STATE_campaign_OPEN)
        return true;
    return fail(error, ERROR_STATE, "the campaign is %s",
                state_word(campaign->head.state));
}

/* ---- campaign.amend ---- */

static bool cap_in_bounds(const struct fold *fold,
                          const struct record_campaign *campaign,
                          struct amount cap, struct error *error)
{
    char text[MONEY_CHARS];

    if (amount_is_positive(campaign->cap) && amount_less(campaign->cap, cap))
        return fail(error, ERROR_RULE, "the cap is %s and only goes down",
                    money_text(fold, campaign->cap, text));
    if (amount_less(cap, campaign->minimum))
        return fail(error, ERROR_RULE, "the cap is less than the minimum");
    if (amount_less(cap, campaign->pledged))
        return fail(error, ERROR_RULE, "%s is pledged, more than that cap",
                    money_text(fold, campaign->pledged, text));
    return true;
}

/* Who pledged before has the time of reflection again, before the end. */
static bool window_fits(const struct fold *fold,
                        const struct record_campaign *campaign,
                        struct instant settles, struct error *error)
{
    struct instant window = reflection_end(fold, campaign->reflection_days);
    char text[INSTANT_CHARS + 1];

    if (settles.ms >= window.ms)
        return true;
    instant_write(text, window);
    return fail(error, ERROR_RULE,
                "who pledged may withdraw until %s; let it settle no earlier",
                text);
}

bool rule_amends_in_bounds(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct record_campaign *campaign = SLOT(fold, campaign);
    const struct instant *settles = b;
    bool texts = HAS(fold->entry, campaign_amend, risks) ||
                 HAS(fold->entry, campaign_amend, texts);

    if (a == NULL && b == NULL && !texts &&
        !HAS(fold->entry, campaign_amend, summary))
        return fail(error, ERROR_RULE, "nothing is amended");
    if (campaign->rules < 2)
        return fail(error, ERROR_RULE,
                    "the campaign opened under a rules number that amends"
                    " nothing");
    if (a != NULL &&
        !cap_in_bounds(fold, campaign, *(const struct amount *)a, error))
        return false;
    if (settles != NULL && settles->ms <= campaign->settles.ms)
        return fail(error, ERROR_RULE, "the settlement only gets longer");
    return !texts ||
           window_fits(fold, campaign,
                       settles != NULL ? *settles : campaign->settles, error);
}

bool effect_open_window(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    struct record_campaign *campaign = EDIT(fold, campaign);

    (void)error;
    SET_ATTR(fold, campaign, amended, fold->meta->index);
    if (a == NULL && b == NULL)
        return true;
    SET_ATTR(fold, campaign, changed, fold->meta->index);
    SET_ATTR(fold, campaign, window,
             reflection_end(fold, campaign->reflection_days));
    return true;
}

/* ---- What is pledged by day ---- */

bool campaign_day(struct fold *fold, struct record_campaign *campaign,
                  struct amount change, struct error *error)
{
    struct date day = instant_day(fold->meta->accepted, fold_zone(fold));
    struct link key = link_of(campaign->head.key, 16, &day, sizeof day);
    struct record_campaign_day *record;

    if (campaign->rules < 2)
        return true;
    if (fold_has(fold, RECORD_campaign_day, key)) {
        record = EDIT_RECORD(fold, campaign_day, key);
    } else {
        record = (void *)fold_new(fold, RECORD_campaign_day, key, error);
        if (record == NULL)
            return false;
        record->day = day;
        if (!fold_queue(fold, &campaign->head, &campaign->days, &record->head,
                        error))
            return false;
    }
    return fold_add_balance(fold, &record->head, &record->pledged, change,
                            error);
}

bool effect_count_day(struct fold *fold, const void *a, const void *b,
                      struct error *error)
{
    (void)b;
    return campaign_day(fold, EDIT(fold, campaign), *(const struct amount *)a,
                        error);
}

/* ---- Pledges ---- */

/* Shares are pledged by whoever may hold their class. */
bool rule_pledger_may_hold(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct link key =
        nature_key(record_id(&SLOT(fold, campaign)->head), *(const uint8_t *)a);
    const struct record_nature *nature = FIND_RECORD(fold, nature, key);
    const struct record_party *party = SLOT(fold, party);
    const struct record_class *class;

    (void)b;
    if (nature == NULL || nature->nature != NATURE_SHARE)
        return true;
    class = FIND_RECORD(fold, class, link_of_id(nature->class));
    if (class->holders == 0 || (class->holders >> party->type & 1) != 0)
        return true;
    return fail(error, ERROR_RULE, "a %s may not hold this class",
                choice_word(TYPE_party_type, party->type));
}

bool rule_pledge_has_money(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    (void)fold;
    (void)b;
    if (amount_is_positive(*(const struct amount *)a))
        return true;
    return fail(error, ERROR_ENOUGH, "no money has come for the pledge");
}

static bool may_amend(const struct fold *fold,
                      const struct record_pledge *pledge, struct amount amount,
                      uint8_t nature, struct error *error)
{
    char text[MONEY_CHARS];

    if (pledge->head.state != STATE_pledge_AWAITING &&
        pledge->head.state != STATE_pledge_RECEIVED)
        return fail(error, ERROR_STATE, "the pledge is %s",
                    state_word(pledge->head.state));
    if (nature != pledge->nature && amount_is_positive(pledge->received))
        return fail(error, ERROR_RULE,
                    "the nature changes before any money has come");
    if (amount_less(amount, pledge->received))
        return fail(error, ERROR_RULE,
                    "%s has come; less than that cannot be pledged any more",
                    money_text(fold, pledge->received, text));
    if (nature != pledge->nature || !amount_equal(amount, pledge->amount))
        return true;
    return fail(error, ERROR_RULE, "the pledge says that already");
}

/* It is received whole, or no longer is. */
static bool move_amended(struct fold *fold, struct record_campaign *campaign,
                         struct record_pledge *pledge, struct error *error)
{
    bool whole = !amount_less(pledge->received, pledge->amount);
    bool was = pledge->head.state == STATE_pledge_RECEIVED;

    if (whole == was)
        return true;
    return fold_move(fold, &pledge->head,
                     whole ? TRANSITION_receive : TRANSITION_amend, error) &&
           fold_add_count(fold, &campaign->head, &campaign->count,
                          whole ? 1 : -1, error);
}

/* More or less is pledged, and awaited. */
static bool change_pledged(struct fold *fold, struct record_campaign *campaign,
                           struct amount change, struct error *error)
{
    struct owner owner = owner_of(&campaign->head);
    bool less = amount_is_negative(change);

    return fold_add_sum(fold, &campaign->head, &campaign->pledged, change,
                        error) &&
           fold_post(fold, less ? amount_negate(change) : change,
                     less ? ACCOUNT_memo_contra : ACCOUNT_memo_pledges, owner,
                     less ? ACCOUNT_memo_pledges : ACCOUNT_memo_contra, owner,
                     error) &&
           campaign_day(fold, campaign, change, error);
}

bool effect_amend_pledge(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_pledge *pledge = EDIT(fold, pledge);
    struct record_campaign *campaign = EDIT(fold, campaign);
    struct amount amount =
        a != NULL ? *(const struct amount *)a : pledge->amount;
    uint8_t nature = b != NULL ? *(const uint8_t *)b : pledge->nature;
    struct amount change;

    fold_take(fold, view_find(fold->view, RECORD_party,
                              link_of_id(pledge->party).key));
    if (!may_amend(fold, pledge, amount, nature, error) ||
        !rule_campaign_takes(fold, &nature, &amount, error) ||
        !rule_pledger_may_hold(fold, &nature, NULL, error))
        return false;
    if (!amount_sub(&change, amount, pledge->amount))
        return fail(error, ERROR_RANGE, "an amount is out of range");
    SET_ATTR(fold, pledge, amount, amount);
    SET_ATTR(fold, pledge, nature, nature);
    return change_pledged(fold, campaign, change, error) &&
           move_amended(fold, campaign, pledge, error);
}
