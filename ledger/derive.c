/* state_shown(): public words that follow from time and other records. */
#include "ledger/debt.h"

#include <assert.h>
#include <string.h>

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

/* A word for what happens to a debt, and whether it is over; NULL: nothing
 * did. */
static const char *debt_shown(const struct sight *sight, struct id target,
                              bool *over)
{
    const struct record_claim *claim;
    struct error ignored = {0};
    struct debt debt;
    enum record_state now;

    if (!debt_find(&debt, sight, target, NULL, &ignored))
        return NULL;
    claim = debt_claim(sight, &debt);
    now = claim != NULL ? claim_state(sight, claim) : STATE_claim_DUE;
    *over = now != STATE_claim_PAYING && !amount_is_positive(debt.due);
    if (now == STATE_claim_PAYING)
        return state_word(now);
    if (amount_is_positive(debt.due))
        return now == STATE_claim_RETURNED ? "refund_returned" : "refund_due";
    switch ((int)now) {
    case STATE_claim_PAID:
        return "refunded";
    case STATE_claim_GIVEN:
    case STATE_claim_SET_OFF:
    case STATE_claim_LAPSED:
        return state_word(now);
    default:
        return NULL;
    }
}

static const char *pledge_shown(const struct state *state,
                                const struct record_pledge *pledge)
{
    const struct record_campaign *campaign =
        (const void *)state_find_id(state, pledge->campaign);
    const struct sight sight = {.state = state};
    bool undecided = campaign->head.state == STATE_campaign_OPEN;
    bool failed = campaign->head.state == STATE_campaign_FAILED ||
                  campaign->head.state == STATE_campaign_CANCELLED;
    bool untouched = pledge->head.state == STATE_pledge_AWAITING ||
                     pledge->head.state == STATE_pledge_RECEIVED;
    bool kept = campaign->head.state == STATE_campaign_SUCCEEDED &&
                pledge->head.state == STATE_pledge_RECEIVED;
    bool over = false;
    const char *debt = debt_shown(&sight, record_id(&pledge->head), &over);

    if (pledge->head.state == STATE_pledge_CONVERTED && (debt == NULL || over))
        return state_word(STATE_pledge_CONVERTED);
    /* What was given back of a pledge that goes on is not its end. */
    if (debt != NULL && !(over && kept))
        return debt;
    if (failed && untouched && amount_is_positive(pledge->received))
        return failed_shown(campaign, pledge);
    if (!undecided && pledge->head.state == STATE_pledge_AWAITING)
        return "expired";
    if (kept)
        return "conversion_due";
    return state_word(pledge->head.state);
}

/* Accepted: to be paid, on its way, paid. */
static const char *redemption_shown(const struct state *state,
                                    const struct record_redemption *redemption)
{
    const struct sight sight = {.state = state};
    const char *debt;
    bool over;

    if (redemption->head.state != STATE_redemption_ACCEPTED)
        return state_word(redemption->head.state);
    debt = debt_shown(&sight, record_id(&redemption->head), &over);
    if (debt == NULL || strcmp(debt, "refund_due") == 0)
        return state_word(redemption->head.state);
    if (strcmp(debt, "refunded") == 0)
        return state_word(STATE_claim_PAID);
    return strcmp(debt, "refund_returned") == 0
               ? state_word(STATE_claim_RETURNED)
               : debt;
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
    const struct sight sight = {.state = state};

    if (record->state == STATE_REVERSED)
        return state_word(record->state);
    if (record->type == RECORD_campaign)
        return campaign_shown((const void *)record, now);
    if (record->type == RECORD_pledge)
        return pledge_shown(state, (const void *)record);
    if (record->type == RECORD_match)
        return match_shown(state, (const void *)record);
    if (record->type == RECORD_redemption)
        return redemption_shown(state, (const void *)record);
    if (record->type == RECORD_payment)
        return state_word(payment_state(&sight, (const void *)record));
    if (record->type == RECORD_claim)
        return state_word(claim_state(&sight, (const void *)record));
    if (record->type == RECORD_subscription)
        return subscription_shown((const void *)record, now);
    if (record->type == RECORD_tranche &&
        record->state == STATE_tranche_CALLED &&
        date_less(tranche->due, instant_day(now, ZONE_UTC)))
        return "late";
    return state_word((enum record_state)record->state);
}
