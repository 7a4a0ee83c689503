/* Issue and redemption: numbers, holdings by day, the capital floor. */
#include "ledger/affairs.h"
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- Holdings ---- */

static struct record_holding *holding_edit(struct fold *fold, struct id party,
                                           struct id class, struct error *error)
{
    struct link key = holding_key(party, class);
    struct record_holding *holding;

    if (fold_has(fold, RECORD_holding, key))
        return EDIT_RECORD(fold, holding, key);
    holding = (void *)fold_new(fold, RECORD_holding, key, error);
    if (holding == NULL)
        return NULL;
    holding->party = party;
    holding->class = class;
    if (fold_rules(fold) >= 2)
        affairs_link(fold, &holding->head, party);
    return holding;
}

static struct link range_key(const struct record_holding *holding,
                             struct date day)
{
    return link_of(holding->head.key, sizeof holding->head.key, &day,
                   sizeof day);
}

/*
 * Put a day into the list of movements, newest first.  Days before it are
 * many, days after it few: the walk is short but for back-dated acts.
 */
static struct record_range *range_make(struct fold *fold,
                                       struct record_holding *holding,
                                       struct date day, struct error *error)
{
    struct record_range *range =
        (void *)fold_new(fold, RECORD_range, range_key(holding, day), error);
    struct record_range *newer = NULL;
    struct link at = holding->newest, self;

    if (range == NULL)
        return NULL;
    range->day = day;
    memcpy(self.key, range->head.key, sizeof self.key);
    while (!link_is_none(at) &&
           date_less(day, FIND_RECORD(fold, range, at)->day)) {
        newer = EDIT_RECORD(fold, range, at);
        at = newer->older;
    }
    range->older = at;
    if (newer != NULL)
        SET_ATTR(fold, newer, older, self);
    else
        SET_ATTR(fold, holding, newest, self);
    return range;
}

static bool holding_add(struct fold *fold, struct record_holding *holding,
                        struct date day, int64_t change, struct error *error)
{
    struct link key = range_key(holding, day);
    struct record_range *range;

    if (!fold_add_count(fold, &holding->head, &holding->quantity, change,
                        error))
        return false;
    range = fold_has(fold, RECORD_range, key)
                ? EDIT_RECORD(fold, range, key)
                : range_make(fold, holding, day, error);
    return range != NULL && fold_add_balance(fold, &range->head, &range->change,
                                             amount_from_minor(change), error);
}

/* The fewest shares held on any day from `day` on. */
static int64_t least_from(const struct fold *fold,
                          const struct record_holding *holding, struct date day)
{
    struct link at = holding->newest;
    int64_t held = holding->quantity, least = held;

    while (!link_is_none(at)) {
        const struct record_range *range = FIND_RECORD(fold, range, at);

        if (!date_less(day, range->day))
            break;
        held -= amount_to_minor(range->change);
        least = held < least ? held : least;
        at = range->older;
    }
    return least;
}

/* ---- Issue ---- */

bool effect_give_numbers(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_subscription *subscription = EDIT(fold, subscription);
    struct record_class *class = EDIT(fold, class);
    struct link key = member_key(subscription->party);
    struct record_member *member = EDIT_RECORD(fold, member, key);
    struct record_holding *holding;
    bool reversible = fold->reversible;

    (void)a;
    (void)b;
    fold->reversible = false; /* Numbers are not given back. */
    if (!fold_add_count(fold, &class->head, &class->numbers,
                        subscription->quantity, error))
        return false;
    fold->reversible = reversible;
    SET_ATTR(fold, subscription, first,
             class->numbers - subscription->quantity + 1);
    SET_ATTR(fold, subscription, last, class->numbers);
    if (!fold_add_count(fold, &class->head, &class->issued,
                        subscription->quantity, error))
        return false;
    holding =
        holding_edit(fold, subscription->party, record_id(&class->head), error);
    if (holding == NULL || !holding_add(fold, holding, fold->effective,
                                        subscription->quantity, error))
        return false;
    fold_hold(fold, &holding->head);
    return member->head.state != STATE_member_ADMITTED ||
           fold_move(fold, &member->head, TRANSITION_begin, error);
}

/* ---- Redemption ---- */

bool effect_queue_redemption(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct record_statutes *statutes = fold_statutes(fold);
    struct record_redemption *redemption = EDIT(fold, redemption);
    struct record_class *class = EDIT(fold, class);
    struct link key = holding_key(redemption->party, redemption->class);
    int64_t months = class->notice_months > 0 ? class->notice_months
                                              : statutes->notice_months;
    struct record_holding *holding;

    if (!fold_has(fold, RECORD_holding, key))
        return fail(error, ERROR_ENOUGH, "they hold no share of this class");
    holding = EDIT_RECORD(fold, holding, key);
    if (holding->quantity - holding->leaving < *(const int64_t *)b)
        return fail(error, ERROR_ENOUGH,
                    "they hold %" PRId64 " shares, of which %" PRId64
                    " are asked to be redeemed already",
                    holding->quantity, holding->leaving);
    redemption->notice = a != NULL ? *(const struct date *)a : fold->effective;
    if (date_less(fold->effective, redemption->notice))
        return fail(error, ERROR_RULE, "the notice lies in the future");
    redemption->earliest = date_plus_months(redemption->notice, (int)months);
    redemption->latest =
        date_plus_months(redemption->earliest, (int)statutes->deferral_months);
    fold_touch(fold, &holding->head);
    return fold_add_count(fold, &holding->head, &holding->leaving,
                          *(const int64_t *)b, error) &&
           fold_queue(fold, &class->head, &class->redemptions,
                      &redemption->head, error);
}

bool rule_notice_has_run(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    char text[DATE_CHARS + 1];

    (void)b;
    if (!date_less(fold->effective, *(const struct date *)a))
        return true;
    date_write(text, *(const struct date *)a);
    return fail(error, ERROR_RULE, "the notice runs until %s", text);
}

static bool waits(const struct record_redemption *redemption)
{
    return redemption->head.state == STATE_redemption_QUEUED ||
           redemption->head.state == STATE_redemption_DEFERRED;
}

/* First come, first served: by notice date, then by index. */
bool rule_queue_is_kept(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_redemption *redemption = SLOT(fold, redemption);
    const struct record_class *class = SLOT(fold, class);
    struct link at = class->redemptions.first;
    char name[ID_CHARS + 1];

    (void)a;
    (void)b;
    for (int64_t i = 0; i < class->redemptions.count; i++) {
        const struct record_redemption *other =
            FIND_RECORD(fold, redemption, at);

        at = other->next;
        if (other->head.made >= redemption->head.made || !waits(other) ||
            date_less(redemption->notice, other->notice) ||
            date_less(fold->effective, other->earliest))
            continue;
        id_write(name, record_id(&other->head));
        return fail(error, ERROR_RULE, "%s came first; decide it before", name);
    }
    return true;
}

/* Capital before, floor, and what would be left after quantity shares. */
static bool reckon(struct fold *fold, int64_t quantity, struct amount *before,
                   struct amount *floor, struct amount *after,
                   struct error *error)
{
    struct amount nominal;
    bool fits;

    nominal = share_nominal(SLOT(fold, class), quantity, &fits);
    *before = fold_ledger(fold)->capital;
    if (!fits || !amount_sub(after, *before, nominal))
        return fail(error, ERROR_RANGE, "the nominal is out of range");
    return capital_floor(fold, floor, error);
}

static bool stated(const struct fold *fold, bool given, struct amount figure,
                   struct amount computed, const char *name,
                   struct error *error)
{
    char text[MONEY_CHARS];

    if (!given || amount_equal(figure, computed))
        return true;
    return fail(error, ERROR_MISMATCH, "%s is %s", name,
                money_text(fold, computed, text));
}

bool rule_capital_floor_holds(struct fold *fold, const void *a, const void *b,
                              struct error *error)
{
    const struct entry_redeem_accept *accept = &fold->entry->redeem_accept;
    char one[MONEY_CHARS], two[MONEY_CHARS], three[MONEY_CHARS];
    struct amount before, floor, after;

    (void)b;
    if (!reckon(fold, *(const int64_t *)a, &before, &floor, &after, error))
        return false;
    if (amount_less(after, floor))
        return fail(error, ERROR_RULE,
                    "the capital is %s, its floor %s; after this it would be"
                    " %s",
                    money_text(fold, before, one), money_text(fold, floor, two),
                    money_text(fold, after, three));
    return stated(fold, HAS(fold->entry, redeem_accept, before), accept->before,
                  before, "the capital before", error) &&
           stated(fold, HAS(fold->entry, redeem_accept, floor), accept->floor,
                  floor, "the capital floor", error) &&
           stated(fold, HAS(fold->entry, redeem_accept, after), accept->after,
                  after, "the capital after", error);
}

static void keep_figures(struct fold *fold,
                         struct record_redemption *redemption,
                         struct amount before, struct amount floor,
                         struct amount after)
{
    SET_ATTR(fold, redemption, before, before);
    SET_ATTR(fold, redemption, floor, floor);
    SET_ATTR(fold, redemption, after, after);
}

/* A part of a sum that goes with n of left shares; the sum is less by it. */
static bool take_part(struct fold *fold,
                      struct record_subscription *subscription,
                      struct amount *sum, int64_t n, int64_t left,
                      struct amount *part, struct error *error)
{
    if (!amount_part(part, *sum, n, left))
        return fail(error, ERROR_RANGE, "the capital is out of range");
    return fold_add_sum(fold, &subscription->head, sum, amount_negate(*part),
                        error);
}

/* n of the left shares of one subscription: what of them is paid, unpaid and
 * uncalled joins parts; no later call or payment counts them any more. */
static bool leave_one(struct fold *fold,
                      struct record_subscription *subscription, int64_t n,
                      int64_t left, struct amount parts[static 3],
                      struct error *error)
{
    struct amount nominal, called, paid, unpaid, uncalled;

    fold_touch(fold, &subscription->head);
    if (!take_part(fold, subscription, &subscription->nominal, n, left,
                   &nominal, error) ||
        !take_part(fold, subscription, &subscription->called, n, left, &called,
                   error) ||
        !take_part(fold, subscription, &subscription->paid, n, left, &paid,
                   error))
        return false;
    if (amount_sub(&unpaid, called, paid) &&
        amount_sub(&uncalled, nominal, called) &&
        amount_add(&parts[0], parts[0], paid) &&
        amount_add(&parts[1], parts[1], unpaid) &&
        amount_add(&parts[2], parts[2], uncalled))
        return true;
    return fail(error, ERROR_RANGE, "the capital is out of range");
}

/* The holder's oldest shares of the class leave first. */
static bool leave_shares(struct fold *fold, int64_t quantity,
                         struct amount parts[static 3], struct error *error)
{
    const struct record_class *class = SLOT(fold, class);
    struct id party = SLOT(fold, redemption)->party;
    struct link at = class->subscriptions.first;

    for (int i = 0; i < 3; i++)
        parts[i] = amount_from_minor(0);
    for (int64_t i = 0; quantity > 0 && i < class->subscriptions.count; i++) {
        const struct record_subscription *subscription =
            FIND_RECORD(fold, subscription, at);
        int64_t left = amount_to_minor(subscription->nominal) /
                       amount_to_minor(class->nominal);
        int64_t n = quantity < left ? quantity : left;

        if (n > 0 && subscription->head.state == STATE_subscription_ISSUED &&
            id_equal(subscription->party, party)) {
            if (!leave_one(fold, EDIT_RECORD(fold, subscription, at), n, left,
                           parts, error))
                return false;
            quantity -= n;
        }
        at = subscription->next;
    }
    assert(quantity == 0); /* What is held was issued to the holder. */
    return true;
}

static bool post_exit(struct fold *fold, struct owner holder,
                      struct owner redemption, const struct amount parts[3],
                      struct error *error)
{
    return fold_post(fold, parts[0], ACCOUNT_capital_paid, holder,
                     ACCOUNT_redemption_payable, redemption, error) &&
           fold_post(fold, parts[1], ACCOUNT_capital_unpaid, holder,
                     ACCOUNT_called_capital, holder, error) &&
           fold_post(fold, parts[2], ACCOUNT_capital_uncalled, holder,
                     ACCOUNT_subscribed_uncalled, holder, error);
}

static bool take_shares(struct fold *fold, int64_t quantity,
                        struct error *error)
{
    const struct record_redemption *redemption = SLOT(fold, redemption);
    struct link key = holding_key(redemption->party, redemption->class);
    struct record_holding *holding = EDIT_RECORD(fold, holding, key);
    struct record_class *class = EDIT(fold, class);
    int64_t least = least_from(fold, holding, fold->effective);

    if (least < quantity)
        return fail(error, ERROR_ENOUGH,
                    "on a day from then on they held %" PRId64
                    " shares, less than %" PRId64,
                    least, quantity);
    fold_touch(fold, &holding->head);
    return holding_add(fold, holding, fold->effective, -quantity, error) &&
           fold_add_count(fold, &holding->head, &holding->leaving, -quantity,
                          error) &&
           fold_add_count(fold, &class->head, &class->issued, -quantity, error);
}

static bool drop_capital(struct fold *fold, struct amount nominal,
                         struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);
    struct record_party *party = EDIT(fold, party);
    struct amount less = amount_negate(nominal);

    if (!fold_add_sum(fold, &ledger->head, &ledger->capital, less, error) ||
        !fold_add_sum(fold, &party->head, &party->capital, less, error))
        return false;
    return party->type != PARTY_PUBLIC_BODY ||
           fold_add_sum(fold, &ledger->head, &ledger->capital_public, less,
                        error);
}

/* Whoever takes capital out answers for its debts some years more. */
static bool stay_liable(struct fold *fold)
{
    struct date until = date_plus_months(fold->effective, 12 * LIABILITY_YEARS);
    struct record_party *party = EDIT(fold, party);

    if (fold_rules(fold) >= 2 && date_less(party->liable, until))
        SET_ATTR(fold, party, liable, until);
    return true;
}

/* A leaving member without a share left is a former one. */
static bool end_member(struct fold *fold, struct error *error)
{
    struct link key = member_key(SLOT(fold, redemption)->party);
    const struct record_member *member = FIND_RECORD(fold, member, key);

    if (member == NULL || member->head.state != STATE_member_LEAVING ||
        !amount_is_zero(SLOT(fold, party)->capital))
        return true;
    return fold_move(fold, &EDIT_RECORD(fold, member, key)->head,
                     TRANSITION_end, error);
}

bool effect_redeem_shares(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    struct record_redemption *redemption = EDIT(fold, redemption);
    struct owner holder = owner_of_id(redemption->party);
    int64_t quantity = *(const int64_t *)a;
    int64_t left = redemption->quantity - redemption->accepted;
    struct amount before, floor, after, nominal, parts[3];

    (void)b;
    if (quantity > left)
        return fail(error, ERROR_ENOUGH,
                    "%" PRId64 " shares are left to be redeemed", left);
    if (!reckon(fold, quantity, &before, &floor, &after, error) ||
        !amount_sub(&nominal, before, after) ||
        !take_shares(fold, quantity, error) ||
        !leave_shares(fold, quantity, parts, error) ||
        !fold_move(fold, &redemption->head,
                   quantity == left ? TRANSITION_accept
                                    : TRANSITION_accept_part,
                   error))
        return false;
    keep_figures(fold, redemption, before, floor, after);
    return fold_add_count(fold, &redemption->head, &redemption->accepted,
                          quantity, error) &&
           fold_add_sum(fold, &redemption->head, &redemption->payable, parts[0],
                        error) &&
           drop_capital(fold, nominal, error) && stay_liable(fold) &&
           post_exit(fold, holder, owner_of(&redemption->head), parts, error) &&
           end_member(fold, error);
}

/* The floor is named as the reason only where it is one. */
bool rule_floor_forbids(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_redemption *redemption = SLOT(fold, redemption);
    struct amount before, floor, after;

    (void)b;
    if (*(const uint8_t *)a != DEFER_FLOOR)
        return true;
    if (!reckon(fold, redemption->quantity - redemption->accepted, &before,
                &floor, &after, error))
        return false;
    if (amount_less(after, floor))
        return true;
    return fail(error, ERROR_RULE,
                "the capital floor does not forbid this redemption");
}

bool effect_record_floor(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_redemption *redemption = EDIT(fold, redemption);
    struct amount before, floor, after;

    (void)a;
    (void)b;
    if (!reckon(fold, redemption->quantity - redemption->accepted, &before,
                &floor, &after, error))
        return false;
    keep_figures(fold, redemption, before, floor, after);
    return true;
}

bool effect_free_shares(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_redemption *redemption = SLOT(fold, redemption);
    struct link key = holding_key(redemption->party, redemption->class);
    struct record_holding *holding = EDIT_RECORD(fold, holding, key);

    (void)a;
    (void)b;
    return fold_add_count(fold, &holding->head, &holding->leaving,
                          redemption->accepted - redemption->quantity, error);
}
