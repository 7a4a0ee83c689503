/* Debts that fall and rise again, and the acts that end them without a
 * payment: given up, set off, lapsed. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>

/* ---- The claim of a debt ---- */

struct record_claim *claim_edit(struct fold *fold, const struct debt *debt,
                                struct error *error)
{
    struct link key = debt_key(debt);
    struct record_claim *claim;

    if (fold_has(fold, RECORD_claim, key)) {
        const struct sight sight = {.view = fold->view};

        claim = EDIT_RECORD(fold, claim, key);
        /* Its batch was debited in one sum: now that is written. */
        if (claim_state(&sight, claim) != claim->head.state &&
            !fold_move(fold, &claim->head, TRANSITION_settle, error))
            return NULL;
        return claim;
    }
    claim = (void *)fold_new(fold, RECORD_claim, key, error);
    if (claim == NULL)
        return NULL;
    claim->target = debt->target;
    claim->owed = debt->owed;
    return claim;
}

bool debt_rises(struct fold *fold, struct id target, uint8_t owed,
                struct amount amount, struct date since, struct error *error)
{
    const struct sight sight = {.view = fold->view};
    struct record_claim *claim;
    struct debt debt;

    if (amount_is_zero(amount) || fold_ledger(fold)->rules < 2)
        return true;
    if (!debt_find(&debt, &sight, target, &owed, error))
        return false;
    claim = claim_edit(fold, &debt, error);
    if (claim == NULL)
        return false;
    SET_ATTR(fold, claim, since, since);
    return claim->head.state == STATE_claim_DUE ||
           claim->head.state == STATE_claim_PAYING ||
           claim->head.state == STATE_claim_RETURNED ||
           fold_move(fold, &claim->head, TRANSITION_reopen, error);
}

/* ---- The amount, where it is kept ---- */

static bool take_refund(struct fold *fold, struct record_pledge *pledge,
                        struct amount amount, struct error *error)
{
    const struct sight sight = {.view = fold->view};
    struct amount derived = pledge_refund_derived(&sight, pledge);

    if (amount_is_positive(derived) &&
        (!fold_add_sum(fold, &pledge->head, &pledge->received,
                       amount_negate(derived), error) ||
         !fold_add_sum(fold, &pledge->head, &pledge->refund, derived, error) ||
         !fold_move(fold, &pledge->head, TRANSITION_pay_back, error)))
        return false;
    fold_touch(fold, &pledge->head);
    return fold_add_sum(fold, &pledge->head, &pledge->refund,
                        amount_negate(amount), error);
}

bool debt_take(struct fold *fold, const struct debt *debt, struct amount amount,
               struct error *error)
{
    struct link link = link_of_id(debt->target);
    struct record_redemption *redemption;

    switch (debt->target.letter) {
    case 'g':
        return take_refund(fold, EDIT_RECORD(fold, pledge, link), amount,
                           error);
    case 'r':
        redemption = EDIT_RECORD(fold, redemption, link);
        fold_touch(fold, &redemption->head);
        return fold_add_sum(fold, &redemption->head, &redemption->payable,
                            amount_negate(amount), error);
    default: /* A party's is its balance: the posting says it. */
        return true;
    }
}

bool debt_give_back(struct fold *fold, const struct debt *debt,
                    struct amount amount, struct error *error)
{
    struct link link = link_of_id(debt->target);
    struct record_redemption *redemption;
    struct record_pledge *pledge;

    switch (debt->target.letter) {
    case 'g':
        pledge = EDIT_RECORD(fold, pledge, link);
        fold_touch(fold, &pledge->head);
        return fold_add_sum(fold, &pledge->head, &pledge->refund, amount,
                            error);
    case 'r':
        redemption = EDIT_RECORD(fold, redemption, link);
        fold_touch(fold, &redemption->head);
        return fold_add_sum(fold, &redemption->head, &redemption->payable,
                            amount, error);
    default:
        return true;
    }
}

/* ---- What may be done with a debt ---- */

bool debt_is_free(const struct fold *fold, const struct debt *debt,
                  struct error *error)
{
    const struct sight sight = {.view = fold->view};
    const struct record_payment *payment = debt_payment(&sight, debt);
    char target[ID_CHARS + 1], payout[ID_CHARS + 1];

    if (payment == NULL)
        return !target_has_job(fold, debt->target) ||
               fail(error, ERROR_STATE,
                    "an act on what it belongs to is being carried out; wait"
                    " for its end");
    id_write(target, debt->target);
    id_write(payout, payment->payout);
    return fail(error, ERROR_STATE, "%s is being paid by %s", target, payout);
}

bool debt_covers(const struct fold *fold, const struct debt *debt,
                 struct amount amount, struct error *error)
{
    char target[ID_CHARS + 1], due[MONEY_CHARS], asked[MONEY_CHARS];

    if (!amount_less(debt->due, amount))
        return true;
    id_write(target, debt->target);
    return fail(error, ERROR_ENOUGH, "%s is owed %s, less than %s", target,
                money_text(fold, debt->due, due),
                money_text(fold, amount, asked));
}

/* Finds the debt, free and large enough, and takes the amount off it. */
static bool take(struct fold *fold, struct debt *debt, struct id target,
                 const uint8_t *owed, struct amount amount,
                 enum transition when_all, struct error *error)
{
    const struct sight sight = {.view = fold->view};
    struct record_claim *claim;

    if (!debt_find(debt, &sight, target, owed, error))
        return false;
    fold_take(fold, view_find(fold->view, record_type_of_letter(target.letter),
                              target.bytes));
    if (!debt_is_free(fold, debt, error) ||
        !debt_covers(fold, debt, amount, error) ||
        !debt_take(fold, debt, amount, error))
        return false;
    claim = claim_edit(fold, debt, error);
    if (claim == NULL)
        return false;
    return !amount_equal(debt->due, amount) ||
           fold_move(fold, &claim->head, when_all, error);
}

/* ---- claim.gift ---- */

bool effect_give_claim(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct entry_claim_gift *gift = &fold->entry->claim_gift;
    struct debt debt;

    if (!take(fold, &debt, *(const struct id *)a, b, gift->amount,
              TRANSITION_give, error))
        return false;
    if (!id_equal(debt.party, gift->party))
        return fail(error, ERROR_RULE, "it is owed to somebody else");
    return fold_post(fold, gift->amount, debt.account, debt.owner,
                     debt.owed == OWED_REDEMPTION ? ACCOUNT_reserve_other
                                                  : ACCOUNT_donations,
                     owner_none(), error);
}

/* ---- claim.setoff ---- */

/* What the party has to pay and is due, so that it may be set off. */
static bool wanted(const struct fold *fold, const struct record *record,
                   struct id *party, struct amount *amount, struct date *due,
                   struct error *error)
{
    const struct record_subscription *subscription = (const void *)record;
    const struct record_tranche *tranche = (const void *)record;
    const struct record_pledge *pledge = (const void *)record;
    bool fits;

    *due = fold->effective;
    if (record->type == RECORD_subscription) {
        *party = subscription->party;
        *due = subscription->due;
        fits = amount_sub(amount, subscription->called, subscription->paid);
    } else if (record->type == RECORD_tranche) {
        *party =
            FIND_RECORD(fold, contract, link_of_id(tranche->contract))->party;
        *due = tranche->due;
        fits = amount_sub(amount, tranche->amount, tranche->received);
    } else {
        *party = pledge->party;
        fits = pledge_in_time(fold, pledge, fold->effective)
                   ? amount_sub(amount, pledge->amount, pledge->received)
                   : amount_sub(amount, pledge->amount, pledge->amount);
    }
    return fits || fail(error, ERROR_RANGE, "an amount is out of range");
}

static bool may_set_off(const struct fold *fold, const struct debt *debt,
                        const struct record *record, struct error *error)
{
    struct amount asked = fold->entry->claim_setoff.amount, open;
    char text[MONEY_CHARS], day[DATE_CHARS + 1];
    struct id party;
    struct date due;

    if (!wanted(fold, record, &party, &open, &due, error))
        return false;
    if (!id_equal(party, debt->party))
        return fail(error, ERROR_RULE, "somebody else has to pay that");
    date_write(day, due);
    if (date_less(fold->effective, due))
        return fail(error, ERROR_RULE,
                    "only a debt that is due is set off: this one is due on %s",
                    day);
    if (!amount_less(open, asked))
        return true;
    return fail(error, ERROR_ENOUGH, "%s is to be paid there",
                money_text(fold, open, text));
}

bool effect_set_off_claim(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct entry_claim_setoff *setoff = &fold->entry->claim_setoff;
    const struct record *record;
    struct source source;
    struct debt debt;

    if (!take(fold, &debt, *(const struct id *)a, b, setoff->amount,
              TRANSITION_set_off, error))
        return false;
    if (!HAS(fold->entry, claim_setoff, against))
        return fold_post(fold, setoff->amount, debt.account, debt.owner,
                         ACCOUNT_books_link, owner_none(), error);
    record =
        view_find(fold->view, record_type_of_letter(setoff->against.letter),
                  setoff->against.bytes);
    if (record == NULL || record->state == STATE_REVERSED)
        return fail(error, ERROR_ABSENT,
                    "what it is set off against is not"
                    " there");
    if (!may_set_off(fold, &debt, record, error))
        return false;
    source = (struct source){debt.account, debt.owner, fold->effective};
    return receive_money(fold, &source, record, setoff->amount, error);
}

/* ---- claim.lapse ---- */

bool effect_lapse_claim(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct entry_claim_lapse *lapse = &fold->entry->claim_lapse;
    const struct sight sight = {.view = fold->view};
    int years = profile_lapse_years(fold);
    struct date today = instant_day(fold->meta->accepted, ZONE_UTC), since;
    char day[DATE_CHARS + 1];
    struct debt debt;

    if (!debt_find(&debt, &sight, *(const struct id *)a, b, error))
        return false;
    if (!debt_since(&since, &sight, &debt))
        return fail(error, ERROR_RULE,
                    "the ledger does not know since when that is owed");
    since = date_plus_months(since, 12 * years);
    date_write(day, since);
    if (!date_less(since, today))
        return fail(error, ERROR_RULE, "nothing lapses before %s has passed",
                    day);
    return take(fold, &debt, *(const struct id *)a, b, lapse->amount,
                TRANSITION_lapse, error) &&
           fold_post(fold, lapse->amount, debt.account, debt.owner,
                     ACCOUNT_reserve_other, owner_none(), error);
}
