/* What reversible entries keep, and how a reversal uses it. */
#include "ledger/step.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where, behind the bytes before, the record's state then is kept. */
enum { STATE_AT = SHORT_TEXT_BYTES - 1 };

static struct link undo_key(int64_t index, int number)
{
    int64_t parts[2] = {index, number};

    return link_of("undo", 4, parts, sizeof parts);
}

/*
 * Balances and undo records themselves keep nothing but sums: what was added
 * to a balance is taken off again, whoever else posted meanwhile.
 */
void undo_keep(struct fold *fold, int step, const struct record *record,
               const void *attr, const void *before, size_t size)
{
    struct record_undo *undo;

    if (!fold->reversible || record->type == RECORD_undo)
        return;
    assert(size <= STATE_AT);
    undo =
        (void *)view_new(fold->view, RECORD_undo,
                         undo_key(fold->meta->index, fold->undo_count++).key);
    undo->head.made = fold->meta->index;
    undo->head.touched = fold->meta->index;
    undo->kind = fold->entry->kind;
    undo->step = step;
    undo->type = record->type;
    memcpy(undo->target.key, record->key, sizeof undo->target.key);
    if (attr != NULL)
        undo->offset = (const uint8_t *)attr - (const uint8_t *)record;
    undo->size = (int64_t)size;
    undo->before.size = (uint8_t)size;
    if (size > 0)
        memcpy(undo->before.bytes, before, size);
    undo->before.bytes[STATE_AT] = (char)record->state;
}

/* Where the target's record stands now; composed ones by type and index. */
static void name_record(const struct record *record,
                        char out[static 2 * ID_CHARS])
{
    if (record_spec(record->type)->letter != 0) {
        id_write(out, record_id(record));
        return;
    }
    (void)snprintf(out, 2 * ID_CHARS, "%s", record_spec(record->type)->name);
}

/*
 * Sums may be taken back whoever else has added to them, unless something was
 * decided on them: the campaign has ended, the shares are issued.
 */
static bool same_state(const struct record *record,
                       const struct record_undo *undo)
{
    return record->touched <= undo->head.made || record->type == RECORD_class ||
           record->state == (uint8_t)undo->before.bytes[STATE_AT];
}

static bool untouched(const struct fold *fold, const struct record_undo *undo,
                      int64_t index, struct error *error)
{
    const struct record *record =
        view_find(fold->view, (enum record_type)undo->type, undo->target.key);
    char name[2 * ID_CHARS];

    assert(record != NULL);
    if (undo->step == STEP_ADD ? same_state(record, undo)
                               : record->touched <= index)
        return true;
    name_record(record, name);
    return fail(error, ERROR_DEPENDS,
                "entry %" PRId64 " has touched %s %s since", record->touched,
                record_spec(record->type)->name, name);
}

static bool undo_sum(struct fold *fold, struct record *record, void *attr,
                     const struct record_undo *undo, struct error *error)
{
    struct amount change;
    int64_t count;

    if (undo->type == RECORD_balance) {
        struct record_balance *balance = (void *)record;
        struct outcome *outcome = fold->outcome;

        memcpy(&change, undo->before.bytes, sizeof change);
        assert(outcome->posting_count < POSTINGS_PER_ENTRY);
        outcome->postings[outcome->posting_count++] =
            (struct posting){(enum account)balance->account,
                             {(uint8_t)balance->type, balance->owner},
                             amount_negate(change)};
        return fold_add_balance(fold, record, attr, amount_negate(change),
                                error);
    }
    for (uint16_t i = 0; i < record_spec(record->type)->attr_count; i++) {
        const struct attr_spec *spec = &record_spec(record->type)->attrs[i];

        if (spec->offset != undo->offset)
            continue;
        if (type_spec(spec->type)->form == FORM_NUMBER) {
            memcpy(&count, undo->before.bytes, sizeof count);
            return fold_add_count(fold, record, attr, -count, error);
        }
        memcpy(&change, undo->before.bytes, sizeof change);
        if (spec->type == TYPE_balance)
            return fold_add_balance(fold, record, attr, amount_negate(change),
                                    error);
        return fold_add_sum(fold, record, attr, amount_negate(change), error);
    }
    impossible();
}

static bool undo_one(struct fold *fold, const struct record_undo *undo,
                     struct error *error)
{
    struct record *record =
        fold_edit(fold, (enum record_type)undo->type, undo->target.key);
    uint8_t *attr = (uint8_t *)record + undo->offset;

    if (record->type == RECORD_party)
        fold_take(fold, record);
    switch (undo->step) {
    case STEP_NEW:
        record->state = STATE_REVERSED;
        break;
    case STEP_MOVE:
        record->state = (uint8_t)undo->before.bytes[0];
        break;
    case STEP_SET:
        memcpy(attr, undo->before.bytes, (size_t)undo->size);
        break;
    case STEP_ADD:
        return undo_sum(fold, record, attr, undo, error);
    default:
        impossible();
    }
    fold_touch(fold, record);
    return true;
}

static const struct record_undo *undo_at(const struct fold *fold, int64_t index,
                                         int number)
{
    struct link key = undo_key(index, number);

    return FIND_RECORD(fold, undo, key);
}

/* The class of acts that a kind's officers sign. */
static uint8_t act_of(enum entry_kind kind)
{
    const struct kind_steps *steps = kind_steps(kind);

    for (size_t i = 0; i < steps->count; i++)
        if (steps->steps[i].op == STEP_SIGNED &&
            (steps->steps[i].form == SIGNED_OFFICERS ||
             steps->steps[i].form == SIGNED_OFFICERS_2))
            return steps->steps[i].act;
    impossible();
}

bool undo_entry(struct fold *fold, int64_t index, struct error *error)
{
    int count = 0;

    if (index >= fold->meta->index || undo_at(fold, index, 0) == NULL)
        return fail(error, ERROR_RULE,
                    "entry %" PRId64 " cannot be reversed; use the act that"
                    " corrects its kind",
                    index);
    if (undo_at(fold, index, 0)->head.state == STATE_undo_USED)
        return fail(error, ERROR_STATE,
                    "entry %" PRId64 " was reversed already", index);
    fold->reversed_act = act_of((enum entry_kind)undo_at(fold, index, 0)->kind);
    for (; undo_at(fold, index, count) != NULL; count++)
        if (!untouched(fold, undo_at(fold, index, count), index, error))
            return false;
    for (int i = count - 1; i >= 0; i--)
        if (!undo_one(fold, undo_at(fold, index, i), error))
            return false;
    for (int i = 0; i < count; i++) {
        struct link key = undo_key(index, i);

        EDIT_RECORD(fold, undo, key)->head.state = STATE_undo_USED;
    }
    return true;
}
