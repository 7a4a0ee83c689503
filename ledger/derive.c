/* state_shown(): public words that follow from time and other records. */
#include "ledger/fold.h"

#include <assert.h>

static const char *campaign_shown(const struct record_campaign *campaign,
                                  struct instant now)
{
    if (campaign->head.state != STATE_campaign_OPEN)
        return state_word(campaign->head.state);
    if (now.ms < campaign->opens.ms)
        return "scheduled";
    return now.ms < campaign->closes.ms ? "open" : "settling";
}

/* What happens to money of a campaign that has not succeeded. */
static const char *failed_shown(const struct record_campaign *campaign,
                                const struct record_pledge *pledge)
{
    bool cancelled = campaign->head.state == STATE_campaign_CANCELLED;

    if (pledge->on_failure == FALLBACK_DONATE && campaign->rules < 2)
        return "donation_due";
    if (pledge->on_failure == FALLBACK_DONATE && !cancelled)
        return "donated";
    if (pledge->on_failure == FALLBACK_MOVE && !cancelled &&
        campaign->rules >= 2)
        return "move_due";
    return "refund_due";
}

/* Reserved; from the campaign's success on confirmed; else free again. */
static const char *match_shown(const struct state *state,
                               const struct record_match *match)
{
    const struct record_pledge *pledge =
        (const void *)state_find_id(state, match->pledge);
    const struct record_campaign *campaign =
        (const void *)state_find_id(state, pledge->campaign);

    if (match->head.state != STATE_match_RESERVED ||
        campaign->head.state == STATE_campaign_OPEN)
        return state_word(match->head.state);
    return campaign->head.state == STATE_campaign_SUCCEEDED
               ? "confirmed"
               : state_word(STATE_match_RELEASED);
}

static const char *pledge_shown(const struct state *state,
                                const struct record_pledge *pledge)
{
    const struct record_campaign *campaign =
        (const void *)state_find_id(state, pledge->campaign);
    bool undecided = campaign->head.state == STATE_campaign_OPEN;
    bool failed = campaign->head.state == STATE_campaign_FAILED ||
                  campaign->head.state == STATE_campaign_CANCELLED;

    if (pledge->head.state == STATE_pledge_CONVERTED)
        return state_word(STATE_pledge_CONVERTED);
    if (amount_is_positive(pledge->refund))
        return "refund_due";
    if (failed && amount_is_positive(pledge->received))
        return failed_shown(campaign, pledge);
    if (!undecided && pledge->head.state == STATE_pledge_AWAITING)
        return "expired";
    if (campaign->head.state == STATE_campaign_SUCCEEDED &&
        pledge->head.state == STATE_pledge_RECEIVED)
        return "conversion_due";
    return state_word(pledge->head.state);
}

static const char *
subscription_shown(const struct record_subscription *subscription,
                   struct instant now)
{
    struct date today = instant_day(now, ZONE_UTC);

    if (subscription->head.state != STATE_subscription_ACCEPTED &&
        subscription->head.state != STATE_subscription_ISSUED)
        return state_word(subscription->head.state);
    if (amount_less(subscription->paid, subscription->called) &&
        date_less(subscription->due, today))
        return "late";
    return state_word(subscription->head.state);
}

const char *state_shown(const struct state *state, const struct record *record,
                        struct instant now)
{
    const struct record_tranche *tranche = (const void *)record;

    if (record->state == STATE_REVERSED)
        return state_word(record->state);
    if (record->type == RECORD_campaign)
        return campaign_shown((const void *)record, now);
    if (record->type == RECORD_pledge)
        return pledge_shown(state, (const void *)record);
    if (record->type == RECORD_match)
        return match_shown(state, (const void *)record);
    if (record->type == RECORD_subscription)
        return subscription_shown((const void *)record, now);
    if (record->type == RECORD_tranche &&
        record->state == STATE_tranche_CALLED &&
        date_less(tranche->due, instant_day(now, ZONE_UTC)))
        return "late";
    return state_word((enum record_state)record->state);
}
