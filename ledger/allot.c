#include "ledger/allot.h"

#include <assert.h>
#include <string.h>

/* ---- One pledge ---- */

int64_t allot_quotient(const struct allotment *of, int64_t wants,
                       int64_t *remainder)
{
    __extension__ __int128 product = wants;

    product *= of->given;
    *remainder = (int64_t)(product % of->wanted);
    return (int64_t)(product / of->wanted);
}

int64_t allot_units(const struct allotment *of, int64_t wants, int64_t place)
{
    int64_t units, remainder;

    assert(wants >= 0);
    if (of->given == of->wanted || wants == 0)
        return wants;
    switch ((enum choice_oversubscription)of->rule) {
    case OVER_PRO_RATA:
        units = allot_quotient(of, wants, &remainder);
        return units + (remainder > of->threshold ||
                        (remainder == of->threshold && place <= of->place));
    case OVER_SMALL_FIRST:
        if (wants <= of->threshold)
            return wants;
        return of->threshold + (place <= of->place);
    case oversubscription_none:
    case OVER_FIRST_COME:
    case oversubscription_after:
        break;
    }
    if (place == of->place)
        return of->threshold;
    return place < of->place ? wants : 0;
}

struct allotment allotment_of(const struct record_campaign *campaign,
                              const struct record_nature *nature)
{
    return (struct allotment){nature->nature, campaign->oversubscription,
                              nature->unit,   nature->wanted,
                              nature->given,  nature->threshold,
                              nature->place};
}

struct link join_key(struct id fund, struct id campaign)
{
    return link_of(fund.bytes, sizeof fund.bytes, campaign.bytes,
                   sizeof campaign.bytes);
}

struct link match_key(struct id fund, struct id pledge)
{
    return link_of(fund.bytes, sizeof fund.bytes, pledge.bytes,
                   sizeof pledge.bytes);
}

bool pledge_counts(const struct record_pledge *pledge)
{
    return amount_is_positive(pledge->received) &&
           (pledge->head.state == STATE_pledge_AWAITING ||
            pledge->head.state == STATE_pledge_RECEIVED);
}

struct amount pledge_kept(const struct view *view,
                          const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = (const void *)view_find(
        view, RECORD_campaign, link_of_id(pledge->campaign).key);
    uint8_t nature = pledge->nature;
    struct link key = link_of(campaign->head.key, 16, &nature, 1);
    const struct record_nature *record;
    struct allotment of;

    if (campaign->head.state != STATE_campaign_SUCCEEDED ||
        campaign->rules < 2 || !pledge_counts(pledge))
        return pledge->received;
    record = (const void *)view_find(view, RECORD_nature, key.key);
    of = allotment_of(campaign, record);
    return amount_from_minor(
        of.unit * allot_units(&of, amount_to_minor(pledge->received) / of.unit,
                              pledge->place));
}

struct amount match_of(const struct record_fund *fund,
                       const struct record_match *match, struct amount kept)
{
    struct amount most;

    if (!amount_part(&most, kept, fund->factor, PPM))
        return match->amount;
    return amount_min(match->amount, most);
}
