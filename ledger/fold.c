/* The primitives that steps, rules and effects change records with. */
#include "ledger/step.h"

#include "ledger/rf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct record *fold_slot(const struct fold *fold, enum record_type type)
{
    assert(fold->slots[type] != NULL);
    return fold->slots[type];
}

static void add_subject(struct fold *fold, const struct record *record)
{
    struct outcome *outcome = fold->outcome;

    if (record_spec(record->type)->letter == 0)
        return;
    for (size_t i = 0; i < outcome->subject_count; i++)
        if (outcome->subjects[i].type == record->type &&
            memcmp(outcome->subjects[i].key.key, record->key, 16) == 0)
            return;
    assert(outcome->subject_count < SUBJECTS_PER_ENTRY);
    outcome->subjects[outcome->subject_count++] = owner_of(record);
}

void fold_take(struct fold *fold, const struct record *record)
{
    fold->slots[record->type] = record;
    add_subject(fold, record);
}

struct record *fold_edit(struct fold *fold, enum record_type type,
                         const uint8_t key[static 16])
{
    struct record *record = view_edit(fold->view, type, key);

    if (fold->slots[type] != NULL &&
        memcmp(fold->slots[type]->key, key, 16) == 0)
        fold->slots[type] = record;
    return record;
}

static bool count_record(struct fold *fold, struct error *error)
{
    if (++fold->record_count <= RECORDS_PER_ENTRY)
        return true;
    return fail(error, ERROR_RULE, "one entry writes at most %d records",
                RECORDS_PER_ENTRY);
}

static void stamp(struct fold *fold, struct record *record)
{
    record->touched = fold->meta->index;
    add_subject(fold, record);
}

bool fold_has(const struct fold *fold, enum record_type type, struct link key)
{
    const struct record *record = view_find(fold->view, type, key.key);

    return record != NULL && record->state != STATE_REVERSED;
}

/*
 * An id is never free again; a key that follows from what it is about (the
 * member that a party is) must be, or a reversal would shut the party out.
 */
static struct record *fold_renew(struct fold *fold, enum record_type type,
                                 struct link key)
{
    const struct record *old = view_find(fold->view, type, key.key);
    struct record *record;
    struct link theirs;

    if (old == NULL || old->state != STATE_REVERSED ||
        record_spec(type)->letter != 0)
        return NULL;
    record = view_edit(fold->view, type, key.key);
    theirs = affairs_place(record); /* It stays in its list. */
    memset(record + 1, 0, record_spec(type)->bytes - sizeof *record);
    affairs_stay(record, theirs);
    record->state = (uint8_t)state_first(type);
    return record;
}

struct record *fold_new(struct fold *fold, enum record_type type,
                        struct link key, struct error *error)
{
    struct record *record;

    if (!count_record(fold, error))
        return NULL;
    record = fold_renew(fold, type, key);
    if (record == NULL && view_find(fold->view, type, key.key) != NULL) {
        (void)fail(error, ERROR_TAKEN, "there is such a %s already",
                   record_spec(type)->name);
        return NULL;
    }
    if (record == NULL)
        record = view_new(fold->view, type, key.key);
    record->made = fold->meta->index;
    stamp(fold, record);
    if (type != RECORD_undo)
        undo_keep(fold, STEP_NEW, record, NULL, NULL, 0);
    return record;
}

bool fold_move(struct fold *fold, struct record *record, enum transition what,
               struct error *error)
{
    enum record_state to = state_after(record->state, what);
    char allowed[160];

    if (to == STATE_none) {
        state_allows(allowed, sizeof allowed, record->state);
        return fail(error, ERROR_STATE, "the %s is %s, which allows %s, not %s",
                    record_spec(record->type)->name, state_word(record->state),
                    allowed, transition_word(what));
    }
    undo_keep(fold, STEP_MOVE, record, NULL, &record->state, 1);
    record->state = (uint8_t)to;
    stamp(fold, record);
    return count_record(fold, error);
}

void fold_set(struct fold *fold, struct record *record, void *attr,
              const void *value, size_t size)
{
    undo_keep(fold, STEP_SET, record, attr, attr, size);
    memcpy(attr, value, size);
    stamp(fold, record);
}

static bool too_large(struct error *error)
{
    return fail(error, ERROR_RANGE, "a sum leaves the range of amounts");
}

static void keep_sum(struct fold *fold, const struct record *record,
                     const void *attr, struct amount change)
{
    undo_keep(fold, STEP_ADD, record, attr, &change, sizeof change);
}

bool fold_add_sum(struct fold *fold, struct record *record, struct amount *sum,
                  struct amount change, struct error *error)
{
    struct amount after;
    char have[MONEY_CHARS], need[MONEY_CHARS];

    if (!amount_add(&after, *sum, change))
        return too_large(error);
    if (amount_is_negative(after))
        return fail(error, ERROR_ENOUGH, "the %s has %s, less than %s",
                    record_spec(record->type)->name,
                    money_text(fold, *sum, have),
                    money_text(fold, amount_negate(change), need));
    keep_sum(fold, record, sum, change);
    *sum = after;
    return true;
}

bool fold_add_balance(struct fold *fold, struct record *record,
                      struct amount *balance, struct amount change,
                      struct error *error)
{
    struct amount after;

    if (!amount_add(&after, *balance, change))
        return too_large(error);
    keep_sum(fold, record, balance, change);
    *balance = after;
    return true;
}

bool fold_add_count(struct fold *fold, struct record *record, int64_t *count,
                    int64_t change, struct error *error)
{
    assert(*count >= 0 && *count <= AMOUNT_MAX);
    assert(change >= -AMOUNT_MAX && change <= AMOUNT_MAX);
    if (*count + change < 0)
        return fail(error, ERROR_ENOUGH,
                    "the %s has %" PRId64 ", less than %" PRId64,
                    record_spec(record->type)->name, *count, -change);
    if (*count + change > AMOUNT_MAX)
        return too_large(error);
    undo_keep(fold, STEP_ADD, record, count, &change, sizeof change);
    *count += change;
    return true;
}

void fold_touch(struct fold *fold, struct record *record)
{
    stamp(fold, record);
}

void fold_hold(struct fold *fold, struct record *record)
{
    undo_keep(fold, STEP_SET, record, NULL, NULL, 0);
    stamp(fold, record);
}

struct owner owner_none(void)
{
    return (struct owner){.type = RECORD_nobody};
}

struct owner owner_of(const struct record *record)
{
    struct owner owner = {.type = record->type};

    memcpy(owner.key.key, record->key, sizeof owner.key.key);
    return owner;
}

struct owner owner_of_id(struct id id)
{
    enum record_type type = record_type_of_letter(id.letter);

    if (type == RECORD_COUNT)
        return owner_none();
    return (struct owner){.type = (uint8_t)type, .key = link_of_id(id)};
}

struct amount fold_balance(const struct fold *fold, enum account account,
                           struct owner owner)
{
    struct link key = balance_key(account, owner.key);
    const struct record_balance *balance = FIND_RECORD(fold, balance, key);

    return balance != NULL ? balance->amount : amount_from_minor(0);
}

/* The balance record, made if this is its first posting. */
static struct record_balance *balance_edit(struct fold *fold,
                                           enum account account,
                                           struct owner owner,
                                           struct error *error)
{
    struct link key = balance_key(account, owner.key);
    struct record_balance *balance;
    bool reversible = fold->reversible;

    if (FIND_RECORD(fold, balance, key) != NULL)
        return EDIT_RECORD(fold, balance, key);
    fold->reversible = false; /* An empty balance may stay. */
    balance = (void *)fold_new(fold, RECORD_balance, key, error);
    fold->reversible = reversible;
    if (balance == NULL)
        return NULL;
    balance->account = account;
    balance->owner = owner.key;
    balance->type = owner.type;
    return balance;
}

static bool post_one(struct fold *fold, enum account account,
                     struct owner owner, struct amount amount,
                     struct error *error)
{
    struct outcome *outcome = fold->outcome;
    struct record_balance *balance = balance_edit(fold, account, owner, error);

    if (balance == NULL)
        return false;
    if (outcome->posting_count == POSTINGS_PER_ENTRY)
        return fail(error, ERROR_RULE, "one entry posts at most %d lines",
                    POSTINGS_PER_ENTRY);
    outcome->postings[outcome->posting_count++] =
        (struct posting){account, owner, amount};
    return fold_add_balance(fold, &balance->head, &balance->amount, amount,
                            error);
}

bool fold_post(struct fold *fold, struct amount amount, enum account debit,
               struct owner debit_owner, enum account credit,
               struct owner credit_owner, struct error *error)
{
    assert(!amount_is_negative(amount));
    assert((account_spec(debit)->side == SIDE_MEMO) ==
           (account_spec(credit)->side == SIDE_MEMO));
    if (amount_is_zero(amount))
        return true;
    return post_one(fold, debit, debit_owner, amount, error) &&
           post_one(fold, credit, credit_owner, amount_negate(amount), error);
}

static struct link unique_key(enum unique_index index, const void *value,
                              size_t size)
{
    uint8_t code = (uint8_t)index;

    return link_of(&code, 1, value, size);
}

bool fold_key(struct fold *fold, const struct record *record,
              enum unique_index index, const void *value, size_t size,
              struct error *error)
{
    static const char *const names[] = {
        [UNIQUE_CLASS_CODE] = "class code",
        [UNIQUE_PAYMENT_REFERENCE] = "payment reference",
        [UNIQUE_BANK_SOURCE] = "line of the bank",
    };
    struct link key = unique_key(index, value, size);
    struct record_unique *unique;

    if (FIND_RECORD(fold, unique, key) != NULL)
        return fail(error, ERROR_TAKEN, "this %s is there already",
                    names[index]);
    unique = (void *)fold_new(fold, RECORD_unique, key, error);
    if (unique == NULL)
        return false;
    unique->type = record->type;
    memcpy(unique->target.key, record->key, sizeof unique->target.key);
    return true;
}

const struct record *fold_by_key(const struct fold *fold,
                                 enum unique_index index, const void *value,
                                 size_t size)
{
    struct link key = unique_key(index, value, size);
    const struct record_unique *unique = FIND_RECORD(fold, unique, key);

    if (unique == NULL)
        return NULL;
    return view_find(fold->view, (enum record_type)unique->type,
                     unique->target.key);
}

struct link record_next(const struct record *member)
{
    const struct attr_spec *attr = record_attr(member->type, "next");
    struct link next;

    assert(attr != NULL && attr->type == TYPE_link);
    memcpy(&next, (const uint8_t *)member + attr->offset, sizeof next);
    return next;
}

/* Lists only grow; being linked does not touch the member before. */
bool fold_queue(struct fold *fold, struct record *owner, struct chain *chain,
                struct record *member, struct error *error)
{
    const struct attr_spec *attr = record_attr(member->type, "next");
    struct link link;

    assert(attr != NULL && attr->type == TYPE_link);
    memcpy(link.key, member->key, sizeof link.key);
    if (chain->count == 0) {
        chain->first = link;
    } else {
        struct record *last =
            view_edit(fold->view, member->type, chain->last.key);

        memcpy((uint8_t *)last + attr->offset, &link, sizeof link);
    }
    chain->last = link;
    chain->count++;
    stamp(fold, owner);
    return count_record(fold, error);
}

bool fold_reference(struct fold *fold, struct record *record,
                    struct reference *reference, struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);
    struct reference next = {0};
    char text[RF_CHARS_MAX + 1];

    if (!fold_add_count(fold, &ledger->head, &ledger->references, 1, error))
        return false;
    rf_from_number(text, (uint64_t)ledger->references);
    next.size = (uint8_t)strlen(text);
    memcpy(next.bytes, text, next.size);
    fold_set(fold, record, reference, &next, sizeof next);
    return true;
}

static struct link due_key(const struct record *record, enum transition what)
{
    uint8_t bytes[18];

    memcpy(bytes, record->key, 16);
    bytes[16] = record->type;
    bytes[17] = (uint8_t)what;
    return link_of(bytes, sizeof bytes, NULL, 0);
}

bool fold_due(struct fold *fold, const struct record *record, struct instant at,
              enum transition what, struct error *error)
{
    struct record_due *due =
        (void *)fold_new(fold, RECORD_due, due_key(record, what), error);

    if (due == NULL)
        return false;
    due->at = at;
    due->type = record->type;
    due->transition = what;
    memcpy(due->target.key, record->key, sizeof due->target.key);
    if (fold->view->layer_count == 0)
        state_remember_due(fold->view->state, due);
    return true;
}

bool fold_undue(struct fold *fold, const struct record *record,
                enum transition what, struct error *error)
{
    struct link key = due_key(record, what);

    if (FIND_RECORD(fold, due, key) == NULL)
        return true;
    return fold_move(fold, &EDIT_RECORD(fold, due, key)->head, TRANSITION_end,
                     error);
}
