/* Who may be forgotten, what is in the way, and who may read of whom. */
#include "ledger/affairs.h"
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- What is still going on ---- */

static bool hold(struct error *error, const char *what, const char *name,
                 const char *state)
{
    return fail(error, ERROR_RULE, "the %s %s is %s", what, name, state);
}

static bool no_holding(const struct fold *fold,
                       const struct record_party *party, struct error *error)
{
    const struct record *record =
        affairs_newest(fold->view, party, RECORD_holding);
    char text[MONEY_CHARS];

    for (; record != NULL; record = affairs_older(fold->view, record)) {
        const struct record_holding *holding = (const void *)record;
        const struct record_class *class =
            FIND_RECORD(fold, class, link_of_id(holding->class));
        struct amount nominal;
        bool fits;

        if (holding->quantity == 0)
            continue;
        nominal = share_nominal(class, holding->quantity, &fits);
        assert(fits);
        return fail(error, ERROR_RULE,
                    "they hold %" PRId64 " shares of class %.*s, %s nominal",
                    holding->quantity, (int)class->code.size, class->code.bytes,
                    money_text(fold, nominal, text));
    }
    if (amount_is_zero(party->capital))
        return true;
    return fail(error, ERROR_RULE, "they hold shares of %s nominal",
                money_text(fold, party->capital, text));
}

/* Neither owed nor on its way: a payment may come back. */
static bool no_debt(const struct fold *fold, struct id target,
                    struct error *error)
{
    const struct sight sight = {.view = fold->view};
    char id[ID_CHARS + 1], text[MONEY_CHARS];
    struct debt debt;

    if (!debt_find(&debt, &sight, target, NULL, error))
        return false;
    id_write(id, target);
    if (!amount_is_zero(debt.due))
        return fail(error, ERROR_RULE, "%s of %s is payable",
                    money_text(fold, debt.due, text), id);
    if (debt_payment(&sight, &debt) == NULL)
        return true;
    return fail(error, ERROR_RULE, "a payment for %s is on its way", id);
}

static bool no_redemption(const struct fold *fold,
                          const struct record_party *party, struct error *error)
{
    const struct record *record =
        affairs_newest(fold->view, party, RECORD_redemption);
    char id[ID_CHARS + 1];

    for (; record != NULL; record = affairs_older(fold->view, record)) {
        id_write(id, record_id(record));
        if (record->state == STATE_redemption_QUEUED ||
            record->state == STATE_redemption_DEFERRED)
            return hold(error, "redemption", id, state_word(record->state));
        if (!no_debt(fold, record_id(record), error))
            return false;
    }
    return true;
}

static bool no_subscription(const struct fold *fold,
                            const struct record_party *party,
                            struct error *error)
{
    const struct record *record =
        affairs_newest(fold->view, party, RECORD_subscription);
    char id[ID_CHARS + 1];

    for (; record != NULL; record = affairs_older(fold->view, record)) {
        id_write(id, record_id(record));
        if (record->state == STATE_subscription_REQUESTED ||
            record->state == STATE_subscription_ACCEPTED)
            return hold(error, "subscription", id, state_word(record->state));
    }
    return true;
}

/* Is what becomes of a pledge still to be seen? */
static bool undecided(const struct fold *fold,
                      const struct record_pledge *pledge)
{
    const struct record_campaign *campaign =
        FIND_RECORD(fold, campaign, link_of_id(pledge->campaign));

    if (pledge->head.state == STATE_pledge_AWAITING)
        return campaign->head.state == STATE_campaign_OPEN ||
               (campaign->head.state == STATE_campaign_SUCCEEDED &&
                amount_is_positive(pledge->received));
    return pledge->head.state == STATE_pledge_RECEIVED &&
           (campaign->head.state == STATE_campaign_OPEN ||
            campaign->head.state == STATE_campaign_SUCCEEDED);
}

static bool no_pledge(const struct fold *fold, const struct record_party *party,
                      struct error *error)
{
    const struct record *record =
        affairs_newest(fold->view, party, RECORD_pledge);
    char id[ID_CHARS + 1], text[MONEY_CHARS];

    for (; record != NULL; record = affairs_older(fold->view, record)) {
        const struct record_pledge *pledge = (const void *)record;

        id_write(id, record_id(record));
        if (!no_debt(fold, record_id(record), error))
            return false;
        if (undecided(fold, pledge))
            return fail(error, ERROR_RULE,
                        "the pledge %s of %s is not decided yet", id,
                        money_text(fold, pledge->amount, text));
    }
    return true;
}

static bool no_contract(const struct fold *fold,
                        const struct record_party *party, struct error *error)
{
    const struct record *record =
        affairs_newest(fold->view, party, RECORD_contract);
    char id[ID_CHARS + 1];

    if (record == NULL)
        return true;
    id_write(id, record_id(record));
    return hold(error, "contract", id, state_word(record->state));
}

static bool no_balance(const struct fold *fold,
                       const struct record_party *party, struct error *error)
{
    struct owner owner = owner_of(&party->head);
    char text[MONEY_CHARS];

    if (!no_debt(fold, record_id(&party->head), error))
        return false;
    for (int account = 0; account < ACCOUNT_COUNT; account++) {
        struct amount amount = fold_balance(fold, account, owner);

        if (amount_is_zero(amount))
            continue;
        if (amount_is_negative(amount))
            amount = amount_negate(amount);
        return fail(error, ERROR_RULE, "%s is open on %s",
                    money_text(fold, amount, text),
                    account_spec(account)->name);
    }
    return true;
}

static bool no_membership(const struct fold *fold,
                          const struct record_party *party, struct error *error)
{
    struct id id = record_id(&party->head);
    const struct record_seat *seat = FIND_RECORD(fold, seat, seat_key(id));
    const struct record_member *member =
        FIND_RECORD(fold, member, member_key(id));

    if (seat != NULL && seat->head.state == STATE_seat_HELD)
        return fail(error, ERROR_RULE, "they hold an office");
    if (member == NULL || member->head.state == STATE_REVERSED ||
        member->head.state == STATE_member_FORMER ||
        member->head.state == STATE_member_REFUSED)
        return true;
    return fail(error, ERROR_RULE, "their membership is %s",
                state_word(member->head.state));
}

/* ---- Rules ---- */

bool rule_party_is_active(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct record_party *party = SLOT(fold, party);

    (void)a;
    (void)b;
    if (party->head.state == STATE_party_ACTIVE)
        return true;
    return fail(error, ERROR_STATE, "they were forgotten: the party is %s",
                state_word(party->head.state));
}

bool rule_nothing_is_open(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct record_party *party = SLOT(fold, party);

    (void)a;
    (void)b;
    return no_holding(fold, party, error) &&
           no_redemption(fold, party, error) &&
           no_subscription(fold, party, error) &&
           no_pledge(fold, party, error) && no_contract(fold, party, error) &&
           no_balance(fold, party, error) && no_membership(fold, party, error);
}

/* For what a ledger did not keep account of, officers answer. */
bool rule_affairs_are_known(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    (void)a;
    (void)b;
    if (!affairs_unknown(fold->view, SLOT(fold, party)))
        return true;
    for (size_t i = 0; i < fold->meta->signer_count; i++)
        if (fold->standings[i].in_office &&
            role_may(fold->standings[i].role, ACT_MEMBERSHIP))
            return true;
    return fail(error, ERROR_RULE,
                "they are from before rules number 2: an officer for"
                " membership makes sure that nothing is open, and signs");
}

/* Deadlines are judged by the day on which the entry is accepted. */
static bool day_is_over(const struct fold *fold, struct date last)
{
    return date_less(last, instant_day(fold->meta->accepted, fold_zone(fold)));
}

bool rule_liability_is_over(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    struct date until = SLOT(fold, party)->liable;
    char text[DATE_CHARS + 1];

    (void)a;
    (void)b;
    if (day_is_over(fold, until))
        return true;
    date_write(text, until);
    return fail(error, ERROR_RULE,
                "they stay liable for their redeemed shares until %s", text);
}

bool rule_retention_is_over(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    bool all = *(const uint8_t *)a == ERASE_ALL;
    char text[DATE_CHARS + 1];
    struct date until;

    if (*(const uint8_t *)b == ERASE_RETENTION_OVER && !all)
        return fail(error, ERROR_RULE,
                    "when the time of retention is over, all is erased");
    if (!all || !affairs_kept_until(&until, fold->view, SLOT(fold, party)) ||
        day_is_over(fold, until))
        return true;
    date_write(text, until);
    return fail(error, ERROR_RULE,
                "their vouchers are kept until %s; the contact data can be"
                " erased now",
                text);
}

/* ---- Effects ---- */

/* Their keys end here with one figure, however many there are. */
bool effect_forget_party(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_party *party = EDIT(fold, party);
    bool all = *(const uint8_t *)a == ERASE_ALL;

    (void)b;
    if (party->head.state == STATE_party_ACTIVE) {
        SET_ATTR(fold, party, ended, fold->meta->index);
        SET_ATTR(fold, party, keys, 0);
    }
    return fold_move(fold, &party->head,
                     all ? TRANSITION_erase : TRANSITION_seal, error);
}

bool effect_keep_affairs(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);

    (void)a;
    (void)b;
    (void)error;
    if (ledger->affairs_from != 0)
        return true;
    SET_ATTR(fold, ledger, affairs_from, fold->meta->index);
    SET_ATTR(fold, ledger, affairs_day, fold->effective);
    return true;
}

/* Each is a subject, so that a person finds who was given their data. */
bool effect_disclose_parties(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct list *list = a;
    const struct id *parties = list->items;
    char text[ID_CHARS + 1];

    (void)b;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct record_party *party =
            FIND_RECORD(fold, party, link_of_id(parties[i]));

        id_write(text, parties[i]);
        if (party == NULL)
            return fail(error, ERROR_ABSENT, "there is no party %s", text);
        if (party->head.state == STATE_party_ERASED)
            return fail(error, ERROR_STATE, "%s was erased: nothing is kept",
                        text);
        fold_take(fold, &party->head);
    }
    return true;
}
