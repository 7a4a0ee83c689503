#include "ledger/debt.h"

#include <assert.h>
#include <string.h>

static const void *find(const struct sight *sight, enum record_type type,
                        struct link key)
{
    assert((sight->view == NULL) != (sight->state == NULL));
    return sight->view != NULL ? view_find(sight->view, type, key.key)
                               : state_find(sight->state, type, key.key);
}

static const void *find_id(const struct sight *sight, struct id id)
{
    return find(sight, record_type_of_letter(id.letter), link_of_id(id));
}

/* ---- Pledges ---- */

struct amount pledge_refund_derived(const struct sight *sight,
                                    const struct record_pledge *pledge)
{
    const struct record_campaign *campaign = find_id(sight, pledge->campaign);
    bool failed = campaign->head.state == STATE_campaign_FAILED;
    bool cancelled = campaign->head.state == STATE_campaign_CANCELLED;
    bool pending = pledge->head.state == STATE_pledge_AWAITING ||
                   pledge->head.state == STATE_pledge_RECEIVED;

    if (!pending || (!failed && !cancelled))
        return amount_from_minor(0);
    if (pledge->on_failure == FALLBACK_REFUND ||
        (cancelled && campaign->rules >= 2))
        return pledge->received;
    return amount_from_minor(0); /* Given or moved, by whom it concerns. */
}

struct amount pledge_refund_due(const struct sight *sight,
                                const struct record_pledge *pledge)
{
    struct amount due = pledge_refund_derived(sight, pledge);
    bool fits = amount_add(&due, due, pledge->refund);

    assert(fits); /* Both are part of what one campaign received. */
    return due;
}

static void of_pledge(struct debt *debt, const struct sight *sight,
                      const struct record_pledge *pledge)
{
    debt->party = pledge->party;
    debt->account = ACCOUNT_refund_payable;
    debt->owner = owner_of_id(pledge->campaign);
    debt->due = pledge_refund_due(sight, pledge);
}

/* ---- Redemptions and parties ---- */

static void of_redemption(struct debt *debt,
                          const struct record_redemption *redemption)
{
    debt->party = redemption->party;
    debt->account = ACCOUNT_redemption_payable;
    debt->owner = owner_of(&redemption->head);
    debt->due = redemption->payable;
}

static void of_party(struct debt *debt, const struct sight *sight)
{
    const struct record_balance *balance;

    debt->party = debt->target;
    debt->account = debt->owed == OWED_OVERPAID ? ACCOUNT_overpaid
                    : debt->owed == OWED_FEE    ? ACCOUNT_fee_payable
                                                : ACCOUNT_refund_payable;
    debt->owner = owner_of_id(debt->target);
    balance = find(sight, RECORD_balance,
                   balance_key(debt->account, debt->owner.key));
    if (balance != NULL && amount_is_negative(balance->amount))
        debt->due = amount_negate(balance->amount);
}

/* What a target is owed where nothing is said. */
static uint8_t usual(uint8_t letter)
{
    return letter == 'g'   ? OWED_REFUND
           : letter == 'r' ? OWED_REDEMPTION
                           : OWED_OVERPAID;
}

static bool fits(uint8_t letter, uint8_t owed)
{
    return letter == 'p' ? owed != OWED_REDEMPTION : owed == usual(letter);
}

bool debt_find(struct debt *debt, const struct sight *sight, struct id target,
               const uint8_t *owed, struct error *error)
{
    const struct record *record = find_id(sight, target);
    char text[ID_CHARS + 1];

    id_write(text, target);
    if (record == NULL || record->state == STATE_REVERSED)
        return fail(error, ERROR_ABSENT, "there is no %s", text);
    *debt = (struct debt){.target = target,
                          .owed = owed != NULL ? *owed : usual(target.letter),
                          .due = amount_from_minor(0)};
    if (!fits(target.letter, debt->owed))
        return fail(error, ERROR_RULE, "%s is never owed a %s", text,
                    choice_word(TYPE_owed, debt->owed));
    switch ((int)record->type) {
    case RECORD_pledge:
        of_pledge(debt, sight, (const void *)record);
        return true;
    case RECORD_redemption:
        of_redemption(debt, (const void *)record);
        return true;
    case RECORD_party:
        of_party(debt, sight);
        return true;
    default:
        impossible();
    }
}

/* ---- Claims and payments ---- */

struct link debt_key(const struct debt *debt)
{
    return link_of(debt->target.bytes, sizeof debt->target.bytes, &debt->owed,
                   1);
}

struct id payment_id(struct id payout, const struct debt *debt)
{
    struct link claim = debt_key(debt), key;
    struct id id = {.letter = 'x'};

    key =
        link_of(payout.bytes, sizeof payout.bytes, claim.key, sizeof claim.key);
    memcpy(id.bytes, key.key, sizeof id.bytes);
    return id;
}

const struct record_claim *debt_claim(const struct sight *sight,
                                      const struct debt *debt)
{
    return find(sight, RECORD_claim, debt_key(debt));
}

enum record_state payment_state(const struct sight *sight,
                                const struct record_payment *payment)
{
    const struct record_payout *payout = find_id(sight, payment->payout);

    if (payment->head.state == STATE_payment_ORDERED &&
        payout->head.state == STATE_payout_SETTLED)
        return STATE_payment_SETTLED;
    return (enum record_state)payment->head.state;
}

enum record_state claim_state(const struct sight *sight,
                              const struct record_claim *claim)
{
    if (claim->head.state == STATE_claim_PAYING &&
        payment_state(sight, find_id(sight, claim->payment)) ==
            STATE_payment_SETTLED)
        return STATE_claim_PAID;
    return (enum record_state)claim->head.state;
}

const struct record_payment *debt_payment(const struct sight *sight,
                                          const struct debt *debt)
{
    const struct record_claim *claim = debt_claim(sight, debt);

    return claim != NULL && claim_state(sight, claim) == STATE_claim_PAYING
               ? find_id(sight, claim->payment)
               : NULL;
}

bool debt_since(struct date *since, const struct sight *sight,
                const struct debt *debt)
{
    const struct record_claim *claim = debt_claim(sight, debt);

    if (claim != NULL && claim->since.days != 0) {
        *since = claim->since;
        return true;
    }
    if (debt->owed == OWED_REDEMPTION) {
        const struct record_redemption *redemption =
            find_id(sight, debt->target);

        *since = redemption->latest;
        return true;
    }
    if (debt->target.letter == 'g') {
        const struct record_pledge *pledge = find_id(sight, debt->target);
        const struct record_campaign *campaign =
            find_id(sight, pledge->campaign);

        *since = instant_day(campaign->settles, ZONE_UTC);
        return true;
    }
    return false;
}
