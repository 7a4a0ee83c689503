/* Rules and effects of classes, subscriptions, calls and issues. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- Rules ---- */

bool rule_class_is_open(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_class *class = SLOT(fold, class);

    (void)a;
    (void)b;
    if (class->head.state == STATE_class_OPEN)
        return true;
    return fail(error, ERROR_STATE, "the class is %s: it takes no subscription",
                state_word(class->head.state));
}

bool rule_party_may_hold(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    const struct record_class *class = SLOT(fold, class);
    const struct record_party *party = SLOT(fold, party);

    (void)a;
    (void)b;
    if (class->holders == 0 || (class->holders >> party->type & 1) != 0)
        return true;
    return fail(error, ERROR_RULE, "a %s may not hold this class",
                choice_word(TYPE_party_type, party->type));
}

/* Shares of the class that a party holds or has asked for. */
static int64_t quantity_of(const struct fold *fold, struct id party,
                           const struct record_class *class)
{
    struct link at = class->subscriptions.first;
    struct link key = holding_key(party, record_id(&class->head));
    const struct record_holding *holding = FIND_RECORD(fold, holding, key);
    int64_t quantity = holding != NULL ? holding->quantity : 0;

    for (int64_t i = 0; class->most > 0 && i < class->subscriptions.count;
         i++) {
        const struct record_subscription *subscription =
            FIND_RECORD(fold, subscription, at);

        if (id_equal(subscription->party, party) &&
            (subscription->head.state == STATE_subscription_REQUESTED ||
             subscription->head.state == STATE_subscription_ACCEPTED))
            quantity += subscription->quantity;
        at = subscription->next;
    }
    return quantity;
}

bool rule_quantity_fits_class(struct fold *fold, const void *a, const void *b,
                              struct error *error)
{
    const struct record_class *class = SLOT(fold, class);
    int64_t quantity = *(const int64_t *)a, before;

    (void)b;
    if (quantity < class->least)
        return fail(error, ERROR_RULE,
                    "a subscription has at least %" PRId64 " shares",
                    class->least);
    if (class->most == 0)
        return true;
    before = quantity_of(fold, record_id(&SLOT(fold, party)->head), class);
    if (before + quantity <= class->most)
        return true;
    return fail(error, ERROR_RULE,
                "a holder has at most %" PRId64 " shares of the class; with"
                " this they would have %" PRId64,
                class->most, before + quantity);
}

bool rule_reflection_is_over(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct instant *ends = a;
    char text[INSTANT_CHARS + 1];

    (void)b;
    if (fold->meta->accepted.ms >= ends->ms)
        return true;
    instant_write(text, *ends);
    return fail(error, ERROR_RULE, "the time of reflection runs until %s",
                text);
}

bool rule_class_has_no_job(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    (void)a;
    (void)b;
    if (id_is_none(SLOT(fold, class)->job))
        return true;
    return fail(error, ERROR_STATE,
                "a call on the class is being carried out; wait for its end");
}

/* Nothing due is unpaid, and enough is paid for numbers to be given. */
bool rule_is_paid_for_issue(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct record_subscription *subscription = SLOT(fold, subscription);
    char paid[MONEY_CHARS], need[MONEY_CHARS];
    struct amount least;

    (void)a;
    (void)b;
    if (!amount_part_up(&least, subscription->nominal,
                        SLOT(fold, class)->paid_ppm, PPM))
        return fail(error, ERROR_RANGE, "the nominal is out of range");
    if (date_less(subscription->due, fold->effective))
        least = amount_max(least, subscription->called);
    if (!amount_less(subscription->paid, least))
        return true;
    return fail(error, ERROR_RULE, "%s is paid; the issue needs %s",
                money_text(fold, subscription->paid, paid),
                money_text(fold, least, need));
}

/* capital_part <= ppm of the capital? */
static bool within(struct amount part, struct amount whole, int64_t ppm)
{
    return amount_is_zero(part) || amount_ppm_up(part, whole) <= ppm;
}

/* Tested at every entry that changes the part or the whole. */
bool rule_ceilings_hold(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_ledger *ledger = fold_ledger(fold);
    const struct record_statutes *statutes = fold_statutes(fold);
    const struct record_party *party = SLOT(fold, party);
    char part[MONEY_CHARS], whole[MONEY_CHARS];

    (void)a;
    (void)b;
    if (!within(ledger->capital_public, ledger->capital,
                statutes->public_max_ppm))
        return fail(
            error, ERROR_RULE,
            "public bodies would hold %s of %s, more than %" PRId64 " ppm",
            money_text(fold, ledger->capital_public, part),
            money_text(fold, ledger->capital, whole), statutes->public_max_ppm);
    if (statutes->holder_max_ppm > 0 &&
        !within(party->capital, ledger->capital, statutes->holder_max_ppm))
        return fail(error, ERROR_RULE,
                    "one holder would have %s of %s, more than %" PRId64 " ppm",
                    money_text(fold, party->capital, part),
                    money_text(fold, ledger->capital, whole),
                    statutes->holder_max_ppm);
    return true;
}

/* ---- Effects ---- */

bool effect_allow_holders(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct list *list = a;
    struct record_class *class = EDIT(fold, class);
    int64_t holders = 0;

    (void)b;
    (void)error;
    for (uint32_t i = 0; list != NULL && i < list->count; i++)
        holders |= INT64_C(1) << ((const uint8_t *)list->items)[i];
    SET_ATTR(fold, class, holders, holders);
    return true;
}

bool effect_change_class(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    static const enum transition what[] = {
        [CLASS_STATUS_OPEN] = TRANSITION_open_up,
        [CLASS_STATUS_WAITING] = TRANSITION_hold,
        [CLASS_STATUS_CLOSED] = TRANSITION_close,
        [CLASS_STATUS_RETIRED] = TRANSITION_retire,
    };

    (void)b;
    return fold_move(fold, &EDIT(fold, class)->head, what[*(const uint8_t *)a],
                     error);
}

bool effect_price_subscription(struct fold *fold, const void *a, const void *b,
                               struct error *error)
{
    struct record_subscription *subscription = EDIT(fold, subscription);
    struct amount nominal;
    bool fits;

    nominal = share_nominal(SLOT(fold, class), *(const int64_t *)a, &fits);
    if (!fits)
        return fail(error, ERROR_RANGE, "the nominal is out of range");
    SET_ATTR(fold, subscription, nominal, nominal);
    SET_ATTR(fold, subscription, reflection_ends,
             *(const uint8_t *)b == SHARE_FOUNDING
                 ? fold->meta->accepted
                 : reflection_end(fold, fold_statutes(fold)->reflection_days));
    return true;
}

bool add_capital(struct fold *fold, struct amount nominal, struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);
    struct record_party *party = EDIT(fold, party);

    if (!fold_add_sum(fold, &ledger->head, &ledger->capital, nominal, error) ||
        !fold_add_sum(fold, &party->head, &party->capital, nominal, error))
        return false;
    if (party->type == PARTY_PUBLIC_BODY &&
        !fold_add_sum(fold, &ledger->head, &ledger->capital_public, nominal,
                      error))
        return false;
    if (amount_less(ledger->highest_capital, ledger->capital)) {
        bool reversible = fold->reversible;

        fold->reversible = false; /* What was reached was reached. */
        SET_ATTR(fold, ledger, highest_capital, ledger->capital);
        fold->reversible = reversible;
    }
    return true;
}

/* A call: called-capital / subscribed-uncalled and uncalled / unpaid. */
static bool post_call(struct fold *fold, struct owner holder,
                      struct amount amount, struct error *error)
{
    return fold_post(fold, amount, ACCOUNT_called_capital, holder,
                     ACCOUNT_subscribed_uncalled, holder, error) &&
           fold_post(fold, amount, ACCOUNT_capital_uncalled, holder,
                     ACCOUNT_capital_unpaid, holder, error);
}

bool effect_take_capital(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_subscription *subscription = EDIT(fold, subscription);
    const struct record_class *class = SLOT(fold, class);
    struct owner holder = owner_of_id(subscription->party);
    struct amount called, uncalled, held = subscription->held;
    struct source source = {ACCOUNT_share_money_held, holder, fold->effective};

    (void)b;
    if (!amount_part(&called, subscription->nominal, class->called_ppm, PPM) ||
        !amount_sub(&uncalled, subscription->nominal, called))
        return fail(error, ERROR_RANGE, "the nominal is out of range");
    SET_ATTR(fold, subscription, due,
             a != NULL
                 ? *(const struct date *)a
                 : date_plus_days(fold->effective, (int32_t) class->call_days));
    if (!add_capital(fold, subscription->nominal, error) ||
        !fold_add_sum(fold, &subscription->head, &subscription->called, called,
                      error) ||
        !fold_post(fold, uncalled, ACCOUNT_subscribed_uncalled, holder,
                   ACCOUNT_capital_uncalled, holder, error) ||
        !fold_post(fold, called, ACCOUNT_called_capital, holder,
                   ACCOUNT_capital_unpaid, holder, error))
        return false;
    if (amount_is_zero(held))
        return true;
    return fold_add_sum(fold, &subscription->head, &subscription->held,
                        amount_negate(held), error) &&
           receive_money(fold, &source, &subscription->head, held, error);
}

bool call_amount(struct amount *amount,
                 const struct record_subscription *subscription, int64_t part,
                 struct error *error)
{
    struct amount uncalled;

    *amount = amount_from_minor(0);
    if (subscription->head.state != STATE_subscription_ACCEPTED &&
        subscription->head.state != STATE_subscription_ISSUED)
        return true;
    if (!amount_sub(&uncalled, subscription->nominal, subscription->called) ||
        !amount_part(amount, subscription->nominal, part, PPM))
        return fail(error, ERROR_RANGE, "the nominal is out of range");
    *amount = amount_min(*amount, uncalled);
    return true;
}

static bool call_one(struct fold *fold, struct link link, int64_t part,
                     struct date due, struct error *error)
{
    struct record_subscription *subscription =
        EDIT_RECORD(fold, subscription, link);
    struct owner holder = owner_of_id(subscription->party);
    struct amount amount;

    if (!call_amount(&amount, subscription, part, error))
        return false;
    if (amount_is_zero(amount))
        return true;
    SET_ATTR(fold, subscription, due, due);
    return fold_add_sum(fold, &subscription->head, &subscription->called,
                        amount, error) &&
           post_call(fold, holder, amount, error);
}

/* Count and total over a class; the entry must state the same. */
static bool count_calls(const struct fold *fold,
                        const struct record_class *class, int64_t part,
                        int64_t *count, struct amount *total,
                        struct error *error)
{
    struct link at = class->subscriptions.first;

    *count = 0;
    *total = amount_from_minor(0);
    for (int64_t i = 0; i < class->subscriptions.count; i++) {
        const struct record_subscription *subscription =
            FIND_RECORD(fold, subscription, at);
        struct amount amount;

        if (!call_amount(&amount, subscription, part, error))
            return false;
        if (!amount_is_zero(amount)) {
            (*count)++;
            if (!amount_add(total, *total, amount))
                return fail(error, ERROR_RANGE, "the call is out of range");
        }
        at = subscription->next;
    }
    return true;
}

static bool figures_agree(const struct fold *fold, int64_t count,
                          struct amount total, struct error *error)
{
    const struct entry_share_call *call = &fold->entry->share_call;
    char text[MONEY_CHARS];

    if (count == 0)
        return fail(error, ERROR_STATE, "nothing is left to be called");
    if (call->count == count && amount_equal(call->total, total))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the call concerns %" PRId64 " subscriptions and %s", count,
                money_text(fold, total, text));
}

static bool call_class(struct fold *fold, struct link link, int64_t part,
                       struct error *error)
{
    const struct entry_share_call *call = &fold->entry->share_call;
    struct record_class *class = EDIT_RECORD(fold, class, link);
    struct record_job *job;
    struct amount total;
    int64_t count;

    fold_take(fold, &class->head);
    if (!rule_class_has_no_job(fold, NULL, NULL, error) ||
        !count_calls(fold, class, part, &count, &total, error) ||
        !figures_agree(fold, count, total, error))
        return false;
    job = (void *)fold_new(fold, RECORD_job, link_of_id(call->job), error);
    if (job == NULL)
        return false;
    job->type = JOB_SHARE_CALL;
    job->class = record_id(&class->head);
    job->part = part;
    job->due = call->due;
    job->count = class->subscriptions.count;
    job->total = total;
    job->cursor = class->subscriptions.first;
    SET_ATTR(fold, class, job, call->job);
    return fold_due(fold, &job->head, fold->meta->accepted, TRANSITION_step,
                    error);
}

bool effect_start_call(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct id *target = a;
    struct link link = link_of_id(*target);
    const struct record_subscription *subscription;
    struct amount amount;

    if (view_find(fold->view, record_type_of_letter(target->letter),
                  link.key) == NULL)
        return fail(error, ERROR_ABSENT, "what is called does not exist");
    if (target->letter == 'c')
        return call_class(fold, link, *(const int64_t *)b, error);
    subscription = FIND_RECORD(fold, subscription, link);
    fold_take(fold, &subscription->head);
    return call_amount(&amount, subscription, *(const int64_t *)b, error) &&
           figures_agree(fold, amount_is_zero(amount) ? 0 : 1, amount, error) &&
           call_one(fold, link, *(const int64_t *)b,
                    fold->entry->share_call.due, error);
}

bool step_call(struct fold *fold, struct record_job *job, int64_t count,
               struct error *error)
{
    struct link at = job->cursor;

    for (int64_t i = 0; i < count; i++) {
        struct link next = FIND_RECORD(fold, subscription, at)->next;

        if (!call_one(fold, at, job->part, job->due, error))
            return false;
        at = next;
    }
    SET_ATTR(fold, job, cursor, at);
    if (job->done + count == job->count)
        set_job(fold, job->class, (struct id){0});
    return true;
}
