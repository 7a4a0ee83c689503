/* Batches of payments: ordered, cancelled, filed, debited, returned. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- One payment ---- */

static bool order_one(struct fold *fold, struct record_payout *payout,
                      const struct debt *debt, struct amount amount,
                      struct error *error)
{
    struct id id = payment_id(record_id(&payout->head), debt);
    struct record_payment *payment =
        (void *)fold_new(fold, RECORD_payment, link_of_id(id), error);
    struct record_claim *claim;

    if (payment == NULL)
        return false;
    payment->payout = record_id(&payout->head);
    payment->target = debt->target;
    payment->owed = debt->owed;
    payment->amount = amount;
    claim = claim_edit(fold, debt, error);
    if (claim == NULL ||
        !fold_reference(fold, &payment->head, &payment->reference, error) ||
        !fold_key(fold, &payment->head, UNIQUE_PAYMENT_REFERENCE,
                  &payment->reference, sizeof payment->reference, error) ||
        !fold_queue(fold, &payout->head, &payout->payments, &payment->head,
                    error) ||
        !debt_take(fold, debt, amount, error) ||
        !fold_post(fold, amount, debt->account, debt->owner,
                   ACCOUNT_payout_in_transit, owner_of(&payout->head), error))
        return false;
    SET_ATTR(fold, claim, payment, id);
    return fold_move(fold, &claim->head, TRANSITION_pay, error) &&
           fold_add_sum(fold, &payout->head, &payout->open, amount, error) &&
           fold_add_count(fold, &payout->head, &payout->open_count, 1, error);
}

/* No longer on its way: settled by the bank, or cancelled. */
static bool close_one(struct fold *fold, struct record_payout *payout,
                      struct amount amount, struct error *error)
{
    return fold_add_sum(fold, &payout->head, &payout->open,
                        amount_negate(amount), error) &&
           fold_add_count(fold, &payout->head, &payout->open_count, -1, error);
}

static bool find_debt(const struct fold *fold, struct debt *debt,
                      const struct record_payment *payment, struct error *error)
{
    const struct sight sight = {.view = fold->view};

    return debt_find(debt, &sight, payment->target, &payment->owed, error);
}

/* The amount is owed again, and was since this day at the latest. */
static bool owe_again(struct fold *fold, const struct debt *debt,
                      const struct record_payment *payment,
                      enum transition what, struct date since,
                      struct error *error)
{
    struct record_claim *claim = claim_edit(fold, debt, error);

    if (claim == NULL || !debt_give_back(fold, debt, payment->amount, error))
        return false;
    SET_ATTR(fold, claim, since, since);
    /* A later batch may be paying what became due meanwhile. */
    return !id_equal(claim->payment, record_id(&payment->head)) ||
           fold_move(fold, &claim->head, what, error);
}

static bool cancel_one(struct fold *fold, struct record_payout *payout,
                       struct record_payment *payment, struct error *error)
{
    struct debt debt;

    return fold_move(fold, &payment->head, TRANSITION_cancel, error) &&
           find_debt(fold, &debt, payment, error) &&
           fold_post(fold, payment->amount, ACCOUNT_payout_in_transit,
                     owner_of(&payout->head), debt.account, debt.owner,
                     error) &&
           owe_again(fold, &debt, payment, TRANSITION_cancel, fold->effective,
                     error) &&
           close_one(fold, payout, payment->amount, error);
}

/* When nothing is on its way any more, the batch is over. */
static bool end_payout(struct fold *fold, struct record_payout *payout,
                       struct error *error)
{
    if (payout->open_count > 0)
        return true;
    if (payout->head.state == STATE_payout_CANCELLING)
        return fold_move(fold, &payout->head, TRANSITION_complete, error);
    return fold_move(fold, &payout->head,
                     amount_is_positive(payout->settled) ? TRANSITION_settle
                                                         : TRANSITION_cancel,
                     error);
}

/* ---- payout.prepare ---- */

bool rule_items_or_all(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct list *items = a;

    (void)fold;
    if ((items != NULL && items->count > 0) != (b != NULL))
        return true;
    return fail(error, ERROR_RULE,
                "a batch lists its payments, or is of all that is due");
}

static bool stated(const struct fold *fold, int64_t count, struct amount total,
                   struct error *error)
{
    const struct entry_payout_prepare *prepare = &fold->entry->payout_prepare;
    char text[MONEY_CHARS];

    if (count == prepare->count && amount_equal(total, prepare->total))
        return true;
    return fail(error, ERROR_MISMATCH, "there are %" PRId64 " payments of %s",
                count, money_text(fold, total, text));
}

static bool order_item(struct fold *fold, struct record_payout *payout,
                       const struct object_payout_item *item,
                       struct error *error)
{
    const struct sight sight = {.view = fold->view};
    struct debt debt;

    if (!debt_find(&debt, &sight, item->target,
                   GIVEN(item, payout_item, owed) ? &item->owed : NULL, error))
        return false;
    fold_take(fold,
              view_find(fold->view, record_type_of_letter(item->target.letter),
                        item->target.bytes));
    return debt_is_free(fold, &debt, error) &&
           debt_covers(fold, &debt, item->amount, error) &&
           order_one(fold, payout, &debt, item->amount, error);
}

static bool order_items(struct fold *fold, struct record_payout *payout,
                        const struct list *list, struct error *error)
{
    const struct object_payout_item *items = list->items;

    for (uint32_t i = 0; i < list->count; i++)
        if (!order_item(fold, payout, &items[i], error))
            return false;
    return stated(fold, payout->open_count, payout->open, error) &&
           fold_move(fold, &payout->head, TRANSITION_complete, error);
}

/* What is due, and free, of one member of a list; NULL owed is its own. */
static bool payable(const struct fold *fold, struct debt *debt,
                    const struct record *record, struct error *error)
{
    const struct sight sight = {.view = fold->view};

    if (record->state == STATE_REVERSED) {
        debt->due = amount_from_minor(0);
        return true;
    }
    if (!debt_find(debt, &sight, record_id(record), NULL, error))
        return false;
    if (debt_payment(&sight, debt) != NULL)
        debt->due = amount_from_minor(0);
    return true;
}

static const struct record *
member_at(const struct fold *fold, const struct record_job *job, struct link at)
{
    return view_find(
        fold->view,
        job->all_of.letter == 'k' ? RECORD_pledge : RECORD_redemption, at.key);
}

static bool count_all(const struct fold *fold, const struct record_job *job,
                      struct error *error)
{
    struct amount total = amount_from_minor(0);
    struct link at = job->cursor;
    int64_t count = 0;
    struct debt debt;

    for (int64_t i = 0; i < job->count; i++) {
        const struct record *record = member_at(fold, job, at);

        if (!payable(fold, &debt, record, error))
            return false;
        if (!amount_add(&total, total, debt.due))
            return fail(error, ERROR_RANGE, "the batch is out of range");
        count += amount_is_positive(debt.due);
        at = record_next(record);
    }
    if (count == 0)
        return fail(error, ERROR_STATE, "nothing is to be paid there");
    return stated(fold, count, total, error);
}

static struct record_job *start_job(struct fold *fold, uint8_t type,
                                    struct record_payout *payout,
                                    const struct chain *chain,
                                    struct error *error)
{
    struct link key = link_of(choice_word(TYPE_job_type, type), 8,
                              payout->head.key, sizeof payout->head.key);
    struct record_job *job = (void *)fold_new(fold, RECORD_job, key, error);

    if (job == NULL || !fold_due(fold, &job->head, fold->meta->accepted,
                                 TRANSITION_step, error))
        return NULL;
    job->type = type;
    job->payout = record_id(&payout->head);
    job->total = payout->total;
    job->count = chain->count;
    job->cursor = chain->first;
    SET_ATTR(fold, payout, job, record_id(&job->head));
    return job;
}

static bool order_all(struct fold *fold, struct record_payout *payout,
                      struct id all_of, struct error *error)
{
    const struct record *owner = view_find(
        fold->view, record_type_of_letter(all_of.letter), all_of.bytes);
    const struct record_campaign *campaign = (const void *)owner;
    const struct record_class *class = (const void *)owner;
    struct record_job *job;

    if (owner == NULL || owner->state == STATE_REVERSED)
        return fail(error, ERROR_ABSENT, "what is to be paid does not exist");
    fold_take(fold, owner);
    if (target_has_job(fold, all_of))
        return fail(error, ERROR_STATE,
                    "an act on it is being carried out; wait for its end");
    job = start_job(fold, JOB_PAYOUT, payout,
                    owner->type == RECORD_campaign ? &campaign->pledges
                                                   : &class->redemptions,
                    error);
    if (job == NULL)
        return false;
    job->all_of = all_of;
    set_job(fold, all_of, record_id(&job->head));
    return count_all(fold, job, error);
}

bool effect_order_payments(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct record_payout *payout = EDIT(fold, payout);

    if (b != NULL)
        return order_all(fold, payout, *(const struct id *)b, error);
    return order_items(fold, payout, a, error);
}

bool step_payout(struct fold *fold, struct record_job *job, int64_t count,
                 struct error *error)
{
    struct record_payout *payout =
        EDIT_RECORD(fold, payout, link_of_id(job->payout));
    struct link at = job->cursor;
    struct debt debt;

    for (int64_t i = 0; i < count; i++) {
        const struct record *record = member_at(fold, job, at);

        at = record_next(record);
        if (!payable(fold, &debt, record, error) ||
            (amount_is_positive(debt.due) &&
             !order_one(fold, payout, &debt, debt.due, error)))
            return false;
    }
    SET_ATTR(fold, job, cursor, at);
    if (job->done + count < job->count)
        return true;
    set_job(fold, job->all_of, (struct id){0});
    return fold_move(fold, &payout->head, TRANSITION_complete, error);
}

/* ---- payout.cancel ---- */

static bool cancel_named(struct fold *fold, struct record_payout *payout,
                         const struct list *list, struct error *error)
{
    const struct id *ids = list->items;
    char text[ID_CHARS + 1];

    for (uint32_t i = 0; i < list->count; i++) {
        struct link link = link_of_id(ids[i]);
        const struct record_payment *payment = FIND_RECORD(fold, payment, link);

        id_write(text, ids[i]);
        if (payment == NULL ||
            !id_equal(payment->payout, record_id(&payout->head)))
            return fail(error, ERROR_ABSENT, "the batch has no payment %s",
                        text);
        if (!cancel_one(fold, payout, EDIT_RECORD(fold, payment, link), error))
            return false;
    }
    return end_payout(fold, payout, error);
}

bool effect_cancel_payments(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    struct record_payout *payout = EDIT(fold, payout);

    (void)b;
    if (payout->head.state != STATE_payout_PREPARED)
        return fail(error, ERROR_STATE, "the batch is %s",
                    state_word(payout->head.state));
    if (a != NULL && ((const struct list *)a)->count > 0)
        return cancel_named(fold, payout, a, error);
    if (amount_is_positive(payout->settled))
        return fail(error, ERROR_STATE,
                    "the bank has shown part of the batch: cancel payments"
                    " of it");
    return fold_move(fold, &payout->head, TRANSITION_cancel, error) &&
           start_job(fold, JOB_PAYOUT_CANCEL, payout, &payout->payments,
                     error) != NULL;
}

bool step_payout_cancel(struct fold *fold, struct record_job *job,
                        int64_t count, struct error *error)
{
    struct record_payout *payout =
        EDIT_RECORD(fold, payout, link_of_id(job->payout));
    struct link at = job->cursor;

    for (int64_t i = 0; i < count; i++) {
        struct record_payment *payment = EDIT_RECORD(fold, payment, at);

        at = payment->next;
        if (payment->head.state == STATE_payment_ORDERED &&
            !cancel_one(fold, payout, payment, error))
            return false;
    }
    SET_ATTR(fold, job, cursor, at);
    return job->done + count < job->count || end_payout(fold, payout, error);
}

/* ---- payout.file ---- */

bool rule_file_is_of_payout(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct record_payout *payout = SLOT(fold, payout);
    char text[MONEY_CHARS];

    if (payout->head.state != STATE_payout_PREPARED)
        return fail(error, ERROR_STATE, "the batch is %s",
                    state_word(payout->head.state));
    if (*(const int64_t *)a == payout->open_count &&
        amount_equal(*(const struct amount *)b, payout->open))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the batch has %" PRId64 " payments of %s", payout->open_count,
                money_text(fold, payout->open, text));
}

/* ---- What the bank shows ---- */

bool payout_takes(const struct fold *fold, const struct record *target,
                  struct amount amount)
{
    const struct sight sight = {.view = fold->view};
    const struct record_payment *payment = (const void *)target;
    const struct record_payout *payout = (const void *)target;
    bool out = amount_is_negative(amount);

    if (out)
        amount = amount_negate(amount);
    if (target->type == RECORD_payout)
        return out && target->state == STATE_payout_PREPARED &&
               amount_equal(payout->open, amount);
    payout = FIND_RECORD(fold, payout, link_of_id(payment->payout));
    if (!amount_equal(payment->amount, amount))
        return false;
    if (out)
        return payout->head.state == STATE_payout_PREPARED &&
               target->state == STATE_payment_ORDERED;
    return payment_state(&sight, payment) == STATE_payment_SETTLED;
}

/* The whole of it: no payment is written to, their state follows. */
static bool settle_batch(struct fold *fold, const struct source *source,
                         struct record_payout *payout, struct error *error)
{
    struct amount amount = payout->open;

    SET_ATTR(fold, payout, debited, fold->effective);
    return fold_post(fold, amount, ACCOUNT_payout_in_transit,
                     owner_of(&payout->head), source->account, source->owner,
                     error) &&
           fold_add_sum(fold, &payout->head, &payout->settled, amount, error) &&
           fold_add_sum(fold, &payout->head, &payout->open,
                        amount_negate(amount), error) &&
           fold_add_count(fold, &payout->head, &payout->open_count,
                          -payout->open_count, error) &&
           fold_move(fold, &payout->head, TRANSITION_settle, error);
}

static bool settle_one(struct fold *fold, const struct source *source,
                       struct record_payout *payout,
                       struct record_payment *payment, struct error *error)
{
    struct amount amount = payment->amount;
    struct record_claim *claim;
    struct debt debt;

    if (!find_debt(fold, &debt, payment, error))
        return false;
    claim = claim_edit(fold, &debt, error);
    affairs_voucher(fold, debt.party);
    return claim != NULL &&
           fold_post(fold, amount, ACCOUNT_payout_in_transit,
                     owner_of(&payout->head), source->account, source->owner,
                     error) &&
           fold_move(fold, &payment->head, TRANSITION_settle, error) &&
           fold_move(fold, &claim->head, TRANSITION_settle, error) &&
           fold_add_sum(fold, &payout->head, &payout->settled, amount, error) &&
           close_one(fold, payout, amount, error) &&
           end_payout(fold, payout, error);
}

/* It came back: what it had paid is owed as before. */
static bool bounce_one(struct fold *fold, const struct source *source,
                       struct record_payout *payout,
                       struct record_payment *payment, const struct code *why,
                       struct error *error)
{
    struct debt debt;

    if (why != NULL)
        SET_ATTR(fold, payment, why, *why);
    return find_debt(fold, &debt, payment, error) &&
           fold_post(fold, payment->amount, source->account, source->owner,
                     debt.account, debt.owner, error) &&
           owe_again(fold, &debt, payment, TRANSITION_bounce, source->booked,
                     error) &&
           fold_move(fold, &payment->head, TRANSITION_bounce, error) &&
           fold_add_sum(fold, &payout->head, &payout->returned, payment->amount,
                        error);
}

bool payout_take(struct fold *fold, const struct source *source,
                 const struct record *target, bool out, const struct code *why,
                 struct error *error)
{
    struct record *record = fold_edit(fold, target->type, target->key);
    struct record_payment *payment = (void *)record;
    struct record_payout *payout;

    fold_take(fold, record);
    if (record->type == RECORD_payout)
        return settle_batch(fold, source, (void *)record, error);
    payout = EDIT_RECORD(fold, payout, link_of_id(payment->payout));
    return out ? settle_one(fold, source, payout, payment, error)
               : bounce_one(fold, source, payout, payment, why, error);
}
