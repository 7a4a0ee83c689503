/* Rules and effects of patient capital. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    TITLE_BASIS_MAX_PPM = 400000, /* C. com. R228-49. */
    TITLE_MONTHS_LEAST = 84,      /* C. com. L228-36: seven years. */
};

static bool title_allows(const struct fold *fold,
                         const struct entry_offer_open *open,
                         struct error *error)
{
    if (!profile_has_titles(fold))
        return fail(error, ERROR_RULE,
                    "TP-ISSUER: this legal form issues no participating"
                    " titles");
    if (open->repayment != REPAYMENT_NONE &&
        open->repayment != REPAYMENT_BULLET)
        return fail(error, ERROR_RULE,
                    "TP-7Y: a participating title schedules no principal");
    if (open->repayment == REPAYMENT_BULLET && open->term < TITLE_MONTHS_LEAST)
        return fail(error, ERROR_RULE,
                    "TP-7Y: a participating title is not repaid before seven"
                    " years");
    if (!HAS(fold->entry, offer_open, variable))
        return fail(error, ERROR_RULE,
                    "TP-REM: a participating title has a variable part");
    if (open->variable.basis_ppm > TITLE_BASIS_MAX_PPM)
        return fail(error, ERROR_RULE,
                    "TP-40: the variable part is reckoned on at most %d ppm"
                    " of the nominal",
                    TITLE_BASIS_MAX_PPM);
    return true;
}

bool rule_instrument_allows(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct entry_offer_open *open = &fold->entry->offer_open;
    bool custom = *(const uint8_t *)b == REPAYMENT_CUSTOM;
    bool term = HAS(fold->entry, offer_open, term) && open->term > 0;

    if (custom != HAS(fold->entry, offer_open, instalments))
        return fail(error, ERROR_RULE,
                    "instalments are given with repayment custom, and only"
                    " then");
    if (!term && *(const uint8_t *)b != REPAYMENT_NONE &&
        *(const uint8_t *)b != REPAYMENT_REVENUE)
        return fail(error, ERROR_RULE, "what is repaid by schedule has a term");
    if (HAS(fold->entry, offer_open, each_most) &&
        amount_less(open->each_most, open->each_least))
        return fail(error, ERROR_RULE, "each_most is less than each_least");
    return *(const uint8_t *)a != INSTRUMENT_TITLE ||
           title_allows(fold, open, error);
}

/* Sum of the instalments = what is sought; months ascend within the term. */
bool rule_instalments_add_up(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct list *list = a;
    const struct object_instalment *instalments;
    struct amount sum = amount_from_minor(0);
    int64_t month = -1;
    char text[MONEY_CHARS];

    if (list == NULL)
        return true;
    instalments = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        if (instalments[i].month <= month ||
            instalments[i].month > fold->entry->offer_open.term)
            return fail(error, ERROR_RULE,
                        "instalment %" PRIu32 " is not within the term and"
                        " after the one before",
                        i);
        month = instalments[i].month;
        if (!amount_add(&sum, sum, instalments[i].amount))
            return fail(error, ERROR_RANGE, "the instalments are out of range");
    }
    if (amount_equal(sum, *(const struct amount *)b))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the instalments add up to %s, not to what is sought",
                money_text(fold, sum, text));
}

bool rule_offer_has_room(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    const struct record_offer *offer = SLOT(fold, offer);
    struct amount amount = *(const struct amount *)a, room;
    char text[MONEY_CHARS];

    (void)b;
    if (amount_less(amount, offer->each_least))
        return fail(error, ERROR_RANGE, "a commitment has at least %s",
                    money_text(fold, offer->each_least, text));
    if (amount_is_positive(offer->each_most) &&
        amount_less(offer->each_most, amount))
        return fail(error, ERROR_RANGE, "a commitment has at most %s",
                    money_text(fold, offer->each_most, text));
    if (!amount_sub(&room, offer->most, offer->committed))
        return fail(error, ERROR_RANGE, "the offer is out of range");
    if (!amount_less(room, amount))
        return true;
    return fail(error, ERROR_ENOUGH, "the offer has room for %s",
                money_text(fold, room, text));
}

bool rule_contract_is_signed(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct record_contract *contract = SLOT(fold, contract);

    (void)a;
    (void)b;
    if (contract->head.state == STATE_contract_SIGNED)
        return true;
    return fail(error, ERROR_STATE, "the contract is %s; it must be signed",
                state_word(contract->head.state));
}

bool rule_called_within_commitment(struct fold *fold, const void *a,
                                   const void *b, struct error *error)
{
    char one[MONEY_CHARS], two[MONEY_CHARS];

    if (!amount_less(*(const struct amount *)b, *(const struct amount *)a))
        return true;
    return fail(error, ERROR_ENOUGH, "%s would be called of %s committed",
                money_text(fold, *(const struct amount *)a, one),
                money_text(fold, *(const struct amount *)b, two));
}

static bool store_conditions(struct fold *fold, const struct list *list,
                             struct error *error)
{
    struct record_offer *offer = EDIT(fold, offer);
    const struct object_condition *given = list->items;

    for (uint32_t i = 0; i < list->count; i++) {
        struct link key =
            link_of(offer->head.key, 16, &given[i].code, sizeof given[i].code);
        struct record_condition *condition =
            (void *)fold_new(fold, RECORD_condition, key, error);

        if (condition == NULL)
            return false;
        condition->code = given[i].code;
        condition->title = given[i].title;
        if (!fold_queue(fold, &offer->head, &offer->conditions,
                        &condition->head, error))
            return false;
    }
    return true;
}

static bool store_instalments(struct fold *fold, const struct list *list,
                              struct error *error)
{
    struct record_offer *offer = EDIT(fold, offer);
    const struct object_instalment *given = list->items;

    for (uint32_t i = 0; i < list->count; i++) {
        struct link key = link_of(offer->head.key, 16, &given[i].month,
                                  sizeof given[i].month);
        struct record_instalment *instalment =
            (void *)fold_new(fold, RECORD_instalment, key, error);

        if (instalment == NULL)
            return false;
        instalment->month = given[i].month;
        instalment->amount = given[i].amount;
        if (!fold_queue(fold, &offer->head, &offer->instalments,
                        &instalment->head, error))
            return false;
    }
    return true;
}

bool effect_store_terms(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    return (a == NULL || store_conditions(fold, a, error)) &&
           (b == NULL || store_instalments(fold, b, error));
}
