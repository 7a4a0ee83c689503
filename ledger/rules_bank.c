/* Rules and effects of bank statements, their lines, and allocations. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- Statements ---- */

bool rule_statement_follows(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    const struct record_bank *bank = SLOT(fold, bank);
    const struct entry_bank_statement *statement = &fold->entry->bank_statement;
    char text[MONEY_CHARS];

    if (bank->open > 0)
        return fail(error, ERROR_STATE,
                    "the statement before still lacks %" PRId64 " lines",
                    bank->open);
    if (date_less(statement->to, statement->from) ||
        date_less(*(const struct date *)b, bank->covered))
        return fail(error, ERROR_RULE,
                    "the statement begins before the last one ended");
    if (date_less(
            date_plus_days(instant_day(fold->meta->accepted, ZONE_UTC), 1),
            statement->to))
        return fail(error, ERROR_RULE, "the statement ends in the future");
    if (amount_equal(*(const struct amount *)a, bank->closing))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the last closing balance is %s; a statement is missing",
                money_text(fold, bank->closing, text));
}

static bool complete(struct fold *fold, struct record_statement *statement,
                     struct error *error)
{
    char sum[MONEY_CHARS], closing[MONEY_CHARS];

    if (statement->entered < statement->lines)
        return true;
    if (!amount_equal(statement->running, statement->closing))
        return fail(error, ERROR_MISMATCH,
                    "opening and lines add up to %s, the closing balance is"
                    " %s",
                    money_text(fold, statement->running, sum),
                    money_text(fold, statement->closing, closing));
    return fold_move(fold, &statement->head, TRANSITION_complete, error);
}

bool effect_start_statement(struct fold *fold, const void *a, const void *b,
                            struct error *error)
{
    struct record_statement *statement = EDIT(fold, statement);
    struct record_bank *bank = EDIT(fold, bank);

    statement->running = *(const struct amount *)a;
    SET_ATTR(fold, bank, closing, statement->closing);
    SET_ATTR(fold, bank, covered, *(const struct date *)b);
    SET_ATTR(fold, bank, open, statement->lines);
    return complete(fold, statement, error);
}

/* ---- Lines ---- */

bool rule_line_fits_statement(struct fold *fold, const void *a, const void *b,
                              struct error *error)
{
    const struct record_statement *statement = SLOT(fold, statement);

    if (statement->head.state != STATE_statement_ENTERING)
        return fail(error, ERROR_STATE, "the statement is complete");
    if (amount_is_zero(*(const struct amount *)a))
        return fail(error, ERROR_RANGE, "a line moves money");
    if (date_less(statement->to, *(const struct date *)b))
        return fail(error, ERROR_RULE,
                    "the line is booked after the end of its statement");
    return true;
}

bool effect_count_line(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    struct record_statement *statement = EDIT(fold, statement);
    struct record_bank *bank = EDIT(fold, bank);

    (void)b;
    return fold_add_count(fold, &statement->head, &statement->entered, 1,
                          error) &&
           fold_add_count(fold, &bank->head, &bank->open, -1, error) &&
           fold_add_balance(fold, &statement->head, &statement->running,
                            *(const struct amount *)a, error) &&
           complete(fold, statement, error);
}

static struct id money_target(const struct record *record)
{
    return record_id(record);
}

static bool into_suspense(struct fold *fold, const struct source *source,
                          struct amount amount, struct error *error)
{
    struct record_line *line = EDIT(fold, line);
    struct owner owner = owner_of(&line->head);
    bool in = !amount_is_negative(amount);

    SET_ATTR(fold, line, open, amount);
    if (!fold_move(fold, &line->head, TRANSITION_suspend, error))
        return false;
    if (in)
        return fold_post(fold, amount, source->account, source->owner,
                         ACCOUNT_suspense, owner, error);
    return fold_post(fold, amount_negate(amount), ACCOUNT_suspense, owner,
                     source->account, source->owner, error);
}

/* Going out: as the bank's return of what came, or not at all. */
static bool match_out(struct fold *fold, const struct source *source,
                      const struct record *target, struct amount amount,
                      struct error *error)
{
    struct record_line *line = EDIT(fold, line);
    bool back = line->class == LINE_RETURN || line->class == LINE_REVERSAL;

    if (!back || !may_return(fold, target, amount_negate(amount)))
        return into_suspense(fold, source, amount, error);
    SET_ATTR(fold, line, target, money_target(target));
    return return_money(fold, source, target, amount_negate(amount), error);
}

/* Ours: a batch or a payment that goes out, or one that comes back. */
static bool match_payout(struct fold *fold, const struct source *source,
                         const struct record *target, struct amount amount,
                         struct error *error)
{
    struct record_line *line = EDIT(fold, line);

    if (!payout_takes(fold, target, amount))
        return into_suspense(fold, source, amount, error);
    SET_ATTR(fold, line, target, money_target(target));
    return payout_take(
        fold, source, target, amount_is_negative(amount),
        HAS(fold->entry, bank_line, why) ? &fold->entry->bank_line.why : NULL,
        error);
}

/* By payment reference; what has none, or an unknown one, is in suspense. */
bool effect_match_line(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    struct record_line *line = EDIT(fold, line);
    struct amount amount = *(const struct amount *)b;
    struct source source = {ACCOUNT_bank, owner_of(&SLOT(fold, bank)->head),
                            line->booked};
    const struct record *target =
        a == NULL ? NULL
                  : fold_by_key(fold, UNIQUE_PAYMENT_REFERENCE, a,
                                sizeof(struct reference));

    if (target == NULL || target->state == STATE_REVERSED)
        return into_suspense(fold, &source, amount, error);
    if (target->type == RECORD_payout || target->type == RECORD_payment)
        return match_payout(fold, &source, target, amount, error);
    /* What an act is at work on stays as it was decided. */
    if (target->type == RECORD_pledge &&
        target_has_job(fold, record_id(target)))
        return into_suspense(fold, &source, amount, error);
    if (amount_is_negative(amount))
        return match_out(fold, &source, target, amount, error);
    SET_ATTR(fold, line, target, money_target(target));
    return receive_money(fold, &source, target, amount, error);
}

/* ---- Allocations ---- */

bool rule_parts_add_up(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct list *list = a;
    const struct object_part *parts = list->items;
    struct amount open = *(const struct amount *)b;
    struct amount sum = amount_from_minor(0);
    char one[MONEY_CHARS], two[MONEY_CHARS];

    for (uint32_t i = 0; i < list->count; i++) {
        if (GIVEN(&parts[i], part, target) == GIVEN(&parts[i], part, use))
            return fail(error, ERROR_RULE,
                        "part %" PRIu32 " names either a target or a use", i);
        if (!amount_add(&sum, sum, parts[i].amount))
            return fail(error, ERROR_RANGE, "the parts are out of range");
    }
    if (amount_is_negative(open))
        open = amount_negate(open);
    if (amount_equal(sum, open))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the parts add up to %s, the line has %s open",
                money_text(fold, sum, one), money_text(fold, open, two));
}

/* suspense / account, or the other way round for money that went out. */
static bool use(struct fold *fold, const struct source *source, bool in,
                const struct object_part *part, struct error *error)
{
    static const enum account accounts[] = {
        [USE_FEES] = ACCOUNT_bank_fees,
        [USE_OUTSIDE] = ACCOUNT_books_link,
        [USE_DONATION] = ACCOUNT_donations,
    };
    enum account account = accounts[part->use];

    if (part->use == USE_DONATION && !in)
        return fail(error, ERROR_RULE, "money that went out is no donation");
    if (in)
        return fold_post(fold, part->amount, source->account, source->owner,
                         account, owner_none(), error);
    return fold_post(fold, part->amount, account, owner_none(), source->account,
                     source->owner, error);
}

/* A batch, or a payment of one, that the bank's line did not name. */
static bool allocate_payout(struct fold *fold, const struct source *source,
                            bool in, const struct record *target,
                            struct amount amount, struct error *error)
{
    if (!payout_takes(fold, target, in ? amount : amount_negate(amount)))
        return fail(error, ERROR_STATE, "the %s is %s, or of another amount",
                    record_spec(target->type)->name,
                    state_word((enum record_state)target->state));
    return payout_take(fold, source, target, !in, NULL, error);
}

/* Somebody was given by hand what they were owed. */
static bool pay_party(struct fold *fold, const struct source *source,
                      const struct record *target, struct amount amount,
                      struct error *error)
{
    const struct sight sight = {.view = fold->view};
    struct debt debt;

    fold_take(fold, target);
    return debt_find(&debt, &sight, record_id(target), NULL, error) &&
           debt_is_free(fold, &debt, error) &&
           debt_covers(fold, &debt, amount, error) &&
           fold_post(fold, amount, debt.account, debt.owner, source->account,
                     source->owner, error);
}

static bool allocate(struct fold *fold, const struct source *source, bool in,
                     const struct object_part *part, struct error *error)
{
    const struct record *target;

    if (GIVEN(part, part, use))
        return use(fold, source, in, part, error);
    target = view_find(fold->view, record_type_of_letter(part->target.letter),
                       part->target.bytes);
    if (target == NULL)
        return fail(error, ERROR_ABSENT, "what a part pays does not exist");
    if (target->type == RECORD_payout || target->type == RECORD_payment)
        return allocate_payout(fold, source, in, target, part->amount, error);
    if (target->type == RECORD_pledge &&
        target_has_job(fold, record_id(target)))
        return fail(error, ERROR_STATE,
                    "an act on the campaign is being carried out; wait for its"
                    " end");
    if (in)
        return receive_money(fold, source, target, part->amount, error);
    if (target->type == RECORD_party)
        return pay_party(fold, source, target, part->amount, error);
    if (!may_return(fold, target, part->amount))
        return fail(error, ERROR_ENOUGH,
                    "the target has not received that money");
    return return_money(fold, source, target, part->amount, error);
}

/* Money of which all went to one is known as theirs, as if the bank had named
 * them: it is what they are paid back by. */
static void name_target(struct fold *fold, struct record_line *line,
                        const struct list *list)
{
    const struct object_part *part = list->items;

    if (fold_ledger(fold)->rules >= 2 && list->count == 1 &&
        GIVEN(part, part, target))
        SET_ATTR(fold, line, target, part->target);
}

bool effect_allocate_parts(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct list *list = a;
    struct record_line *line = EDIT(fold, line);
    bool in = !amount_is_negative(line->open);
    struct source source = {ACCOUNT_suspense, owner_of(&line->head),
                            line->booked};

    (void)b;
    if (line->head.state != STATE_line_OPEN)
        return fail(error, ERROR_STATE, "the line is %s: nothing is open",
                    state_word(line->head.state));
    SET_ATTR(fold, line, open, amount_from_minor(0));
    if (in)
        name_target(fold, line, list);
    for (uint32_t i = 0; i < list->count; i++)
        if (!allocate(fold, &source, in,
                      &((const struct object_part *)list->items)[i], error))
            return false;
    return true;
}
