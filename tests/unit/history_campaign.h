/*
 * history_campaign: random campaigns, pledges, match funds.
 */
#ifndef TESTS_UNIT_HISTORY_CAMPAIGN_H
#define TESTS_UNIT_HISTORY_CAMPAIGN_H

#include "tests/unit/history.h"

/* Terms that a campaign may have or not. */
static inline void add_terms(struct history *history, char out[static 400],
                             struct instant closes, struct instant settles)
{
    static const char *const rules[] = {"", " oversubscription=first_come",
                                        " oversubscription=pro_rata",
                                        " oversubscription=small_first"};
    char one[INSTANT_CHARS + 1], two[INSTANT_CHARS + 1], id[ID_CHARS + 1];
    const struct record *party = choose(history, RECORD_party, 0);
    size_t used;

    closes.ms += (int64_t)86400000 * (int64_t)(1 + any(history, 20));
    settles.ms = closes.ms + (int64_t)86400000 * 30;
    instant_write(one, closes);
    instant_write(two, settles);
    used = (size_t)snprintf(out, 400, "%s%s", rules[any(history, 4)],
                            any(history, 2) == 0 ? " cap=420.07" : "");
    if (any(history, 3) == 0)
        used +=
            (size_t)snprintf(out + used, 400 - used,
                             " second_closes=%s second_settles=%s", one, two);
    if (any(history, 2) == 0)
        used += (size_t)snprintf(out + used, 400 - used, " counts_match=true");
    if (any(history, 2) == 0)
        (void)snprintf(
            out + used, 400 - used, " fee={party=%s rate_ppm=12345 base=%s}",
            name(party, id), any(history, 2) == 0 ? "own" : "counted");
}

static inline bool act_campaign(struct history *history, struct act *act)
{
    struct instant opens = history->now, closes, settles;
    const struct record *class = choose(history, RECORD_class, 0);
    const struct record *offer = choose(history, RECORD_offer, 0);
    char id[ID_CHARS + 1], shares[ID_CHARS + 1], loans[ID_CHARS + 1];
    char one[INSTANT_CHARS + 1], two[INSTANT_CHARS + 1];
    char three[INSTANT_CHARS + 1];
    int64_t days = 1000 * 86400;
    char more[400] = "";

    if (class == NULL || offer == NULL)
        return false;
    closes.ms = opens.ms + days * (int64_t)(10 + any(history, 30));
    settles.ms = closes.ms + days * (int64_t)(4 + any(history, 6));
    instant_write(one, opens);
    instant_write(two, closes);
    instant_write(three, settles);
    add_terms(history, more, closes, settles);
    act->kind = ENTRY_campaign_open;
    act->officers = true;
    SAY(act,
        "campaign=%s title=Mill minimum=%u.00 mode=%s opens=%s closes=%s"
        " settles=%s budget=[{amount=%s code=a required=true title=All}]"
        " natures=[{nature=gift%s} {nature=share class=%s%s} {nature=loan"
        " offer=%s}]%s" DECISION,
        fresh(history, 'k', id), 300u,
        any(history, 3) == 0 ? "keep" : "all_or_nothing", one, two, three,
        "300.00", any(history, 2) == 0 ? " most=140.01" : "",
        name(class, shares), any(history, 2) == 0 ? " most=333.33" : "",
        name(offer, loans), more);
    return true;
}

static inline bool act_cancel(struct history *history, struct act *act)
{
    const struct record *campaign =
        choose(history, RECORD_campaign, STATE_campaign_OPEN);
    char id[ID_CHARS + 1];

    if (campaign == NULL || any(history, 10) > 0)
        return false;
    act->kind = ENTRY_campaign_cancel;
    act->officers = true;
    SAY(act, "campaign=%s reason=law" DECISION, name(campaign, id));
    return true;
}

static inline bool act_pledge(struct history *history, struct act *act)
{
    static const char *const natures[] = {"gift", "loan", "share"};
    const struct record_campaign *campaign =
        (const void *)choose(history, RECORD_campaign, STATE_campaign_OPEN);
    const struct record *party = choose(history, RECORD_party, 0);
    const struct record *other =
        choose(history, RECORD_campaign, STATE_campaign_OPEN);
    uint64_t nature = any(history, 3);
    bool move = any(history, 4) == 0 && other != (const void *)campaign;
    char id[ID_CHARS + 1], where[ID_CHARS + 1], who[ID_CHARS + 1];
    char to[ID_CHARS + 1];
    char text[AMOUNT_CHARS];
    struct amount amount;

    if (campaign == NULL)
        return false;
    amount = amount_from_minor((int64_t)(1 + any(history, 12000)));
    for (size_t i = 0;
         nature == 2 && i < state_count(history->state, RECORD_nature); i++) {
        const struct record_nature *offered =
            (const void *)state_at(history->state, RECORD_nature, i);

        if (offered->nature == NATURE_SHARE &&
            id_equal(offered->campaign, record_id(&campaign->head)) &&
            !amount_times(&amount,
                          ((const struct record_class *)(const void *)
                               state_find_id(history->state, offered->class))
                              ->nominal,
                          (int64_t)(1 + any(history, 9))))
            return false;
    }
    amount_write(text, amount, 2);
    act->kind = ENTRY_pledge_make;
    act->party = record_id(party);
    SAY(act,
        "pledge=%s campaign=%s party=%s nature=%s amount=%s"
        " on_failure=%s%s",
        fresh(history, 'g', id), name(&campaign->head, where), name(party, who),
        natures[nature], text,
        move                   ? "move move_to="
        : any(history, 2) == 0 ? "refund"
                               : "donate",
        move ? name(other, to) : "");
    return true;
}

static inline bool act_unpledge(struct history *history, struct act *act)
{
    const struct record_pledge *pledge = (const void *)choose(
        history, RECORD_pledge,
        any(history, 2) == 0 ? STATE_pledge_AWAITING : STATE_pledge_RECEIVED);
    char id[ID_CHARS + 1];

    if (pledge == NULL)
        return false;
    act->kind = ENTRY_pledge_withdraw;
    act->party = pledge->party;
    SAY(act, "pledge=%s", name(&pledge->head, id));
    return true;
}

static inline bool act_amend(struct history *history, struct act *act)
{
    const struct record_pledge *pledge = (const void *)choose(
        history, RECORD_pledge,
        any(history, 2) == 0 ? STATE_pledge_AWAITING : STATE_pledge_RECEIVED);
    char id[ID_CHARS + 1], text[AMOUNT_CHARS];

    if (pledge == NULL)
        return false;
    act->party = pledge->party;
    (void)name(&pledge->head, id);
    if (any(history, 4) == 0) {
        act->kind = ENTRY_pledge_refund;
        SAY(act, "pledge=%s reason=request", id);
        return true;
    }
    amount_write(text,
                 any(history, 2) == 0
                     ? amount_max(pledge->received, amount_from_minor(1))
                     : amount_from_minor((int64_t)(1 + any(history, 20000))),
                 2);
    act->kind = ENTRY_pledge_amend;
    SAY(act, "pledge=%s amount=%s%s", id, text,
        any(history, 5) == 0 ? " nature=gift" : "");
    return true;
}

static inline bool act_terms(struct history *history, struct act *act)
{
    const struct record_campaign *campaign =
        (const void *)choose(history, RECORD_campaign, STATE_campaign_OPEN);
    char id[ID_CHARS + 1], text[INSTANT_CHARS + 1];
    struct instant settles;

    if (campaign == NULL || any(history, 3) > 0)
        return false;
    settles.ms = campaign->settles.ms + 86400000;
    instant_write(text, settles);
    act->kind = ENTRY_campaign_amend;
    act->officers = true;
    SAY(act, "campaign=%s settles=%s%s" DECISION, name(&campaign->head, id),
        text, any(history, 2) == 0 ? " texts=" ZEROS : "");
    return true;
}

static inline bool act_settle(struct history *history, struct act *act)
{
    const struct record_campaign *campaign = (const void *)choose(
        history, RECORD_campaign, STATE_campaign_SUCCEEDED);
    char id[ID_CHARS + 1], job[ID_CHARS + 1], text[AMOUNT_CHARS];

    if (campaign == NULL || campaign->payers == 0)
        return false;
    amount_write(text, campaign->allocated, 2);
    act->kind = ENTRY_campaign_settle;
    act->officers = true;
    SAY(act, "campaign=%s job=%s count=%lld total=%s",
        name(&campaign->head, id), fresh(history, 'j', job),
        (long long)campaign->payers, text);
    return true;
}

static inline bool act_fund(struct history *history, struct act *act)
{
    const struct record *party = choose(history, RECORD_party, 0);
    char id[ID_CHARS + 1], who[ID_CHARS + 1];

    if (state_count(history->state, RECORD_fund) >= 6)
        return false;
    act->kind = ENTRY_match_open;
    act->party = record_id(party);
    act->officers = true;
    SAY(act,
        "fund=%s party=%s title=Fund budget=%u.%02u factor=%u use=%s"
        " funding=%s%s%s%s",
        fresh(history, 'f', id), name(party, who),
        (unsigned)(50 + any(history, 400)), (unsigned)any(history, 100),
        (unsigned)(1 + any(history, 2000000)),
        any(history, 2) == 0 ? "operating" : "investment",
        any(history, 2) == 0 ? "on_success" : "in_advance",
        any(history, 2) == 0 ? " per_pledge=33.33" : "",
        any(history, 2) == 0 ? " per_person=44.44" : "",
        any(history, 2) == 0 ? " per_campaign=99.99" : "");
    return true;
}

static inline bool act_match(struct history *history, struct act *act)
{
    const struct record_fund *fund =
        (const void *)choose(history, RECORD_fund, STATE_fund_OPEN);
    uint64_t what = any(history, 12);
    const struct record *campaign =
        choose(history, RECORD_campaign,
               what < 8 ? STATE_campaign_OPEN : STATE_campaign_SUCCEEDED);
    char id[ID_CHARS + 1], where[ID_CHARS + 1], call[ID_CHARS + 1];

    if (fund == NULL || campaign == NULL)
        return false;
    (void)name(&fund->head, id);
    (void)name(campaign, where);
    act->officers = what > 0;
    act->party = what < 8 ? fund->party : (struct id){0};
    act->kind = what == 0  ? ENTRY_match_stop
                : what < 8 ? ENTRY_match_join
                           : ENTRY_match_call;
    if (what == 0)
        SAY(act, "fund=%s", id);
    else if (what < 8)
        SAY(act, "fund=%s campaign=%s", id, where);
    else
        SAY(act,
            "fund=%s campaign=%s match_call=%s amount=%u.%02u"
            " due=2027-01-01",
            id, where, fresh(history, 'm', call), (unsigned)any(history, 30),
            (unsigned)(1 + any(history, 99)));
    return true;
}

#endif
