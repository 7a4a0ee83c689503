/* The steps of entries.def, and what carries them out. */
#include "ledger/step.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */

/* TYPE_OF_pledge_make_amount, ...: the type behind OF(kind, field). */
enum {
#define FIELD(owner, field, type, must, help) \
    TYPE_OF_##owner##_##field = TYPE_##type,
#define PART(owner, field, object, must, help) \
    TYPE_OF_##owner##_##field = TYPE_COUNT,
#define LIST(owner, field, object, least, most, help) \
    TYPE_OF_##owner##_##field = TYPE_COUNT,
#define WORDS(owner, field, type, least, most, help) \
    TYPE_OF_##owner##_##field = TYPE_COUNT,
#include "ledger/entries.def"
};
enum {
#define ATTR(record, attr, type, help) \
    TYPE_IN_##record##_##attr = TYPE_##type,
#include "ledger/records.def"
};

#define NONE {.place = PLACE_NONE}
#define SELF {.place = PLACE_SELF}
#define OF(kind, field) \
    {PLACE_ENTRY, BIT_##kind##_##field, 0, TYPE_OF_##kind##_##field, \
     offsetof(struct entry, kind.field), \
     sizeof(((struct entry *)0)->kind.field)}
#define IN(record, attr) \
    {PLACE_RECORD, 0, RECORD_##record, TYPE_IN_##record##_##attr, \
     offsetof(struct record_##record, attr), \
     sizeof(((struct record_##record *)0)->attr)}

/* What follows the form in SIGNED. */
#define WHAT_OFFICERS(kind, what) .act = ACT_##what
#define WHAT_OFFICERS_2(kind, what) .act = ACT_##what
#define WHAT_PARTY(kind, ...) .a = __VA_ARGS__
#define WHAT_CLERK(kind, ...) .a = __VA_ARGS__
#define WHAT_KEYS_OF(kind, what) .a = OF(kind, what)

#define ENTRY(kind, name, help) static const struct step kind##_steps[] = {
#define FIND(kind, slot_, path) \
    {.op = STEP_FIND, .slot = RECORD_##slot_, .a = path},
#define NEW(kind, slot_, path) \
    {.op = STEP_NEW, .slot = RECORD_##slot_, .a = path},
#define MOVE(kind, slot_, what) \
    {.op = STEP_MOVE, .slot = RECORD_##slot_, .transition = TRANSITION_##what},
#define SET(kind, into, from) {.op = STEP_SET, .a = into, .b = from},
#define ADD(kind, into, amount) {.op = STEP_ADD, .a = into, .b = amount},
#define TAKE(kind, into, amount) {.op = STEP_TAKE, .a = into, .b = amount},
#define POST(kind, amount, debit_, debit_owner, credit_, credit_owner) \
    {.op = STEP_POST, .debit = ACCOUNT_##debit_, \
     .credit = ACCOUNT_##credit_, .a = amount, .b = debit_owner, \
     .c = credit_owner},
#define NUMBER(kind, into, sequence) \
    {.op = STEP_NUMBER, .number = SEQUENCE_##sequence, .a = into},
#define KEY(kind, slot_, index, path) \
    {.op = STEP_KEY, .slot = RECORD_##slot_, .number = UNIQUE_##index, \
     .a = path},
#define QUEUE(kind, list, slot_) \
    {.op = STEP_QUEUE, .slot = RECORD_##slot_, .a = list},
#define DUE(kind, slot_, path, what) \
    {.op = STEP_DUE, .slot = RECORD_##slot_, .a = path, \
     .transition = TRANSITION_##what},
#define UNDUE(kind, slot_, what) \
    {.op = STEP_UNDUE, .slot = RECORD_##slot_, \
     .transition = TRANSITION_##what},
#define SIGNED(kind, way_, form_, what) \
    {.op = STEP_SIGNED, .way = way_, .form = SIGNED_##form_, \
     WHAT_##form_(kind, what)},
#define RULE(kind, rule, first, second) \
    {.op = STEP_CALL, .a = first, .b = second, .call = rule_##rule, \
     .name = #rule},
#define EFFECT(kind, effect, first, second) \
    {.op = STEP_CALL, .a = first, .b = second, .call = effect_##effect, \
     .name = #effect},
#define REVERSIBLE(kind) {.op = STEP_REVERSIBLE},
#define SINCE(kind, n) {.op = STEP_SINCE, .number = n},
#define UNTIL(kind, n) {.op = STEP_UNTIL, .number = n},
#define END(kind) };
#include "ledger/entries.def"

static const struct kind_steps all_steps[] = {
#define ENTRY(kind, name, help) \
    [ENTRY_##kind] = {kind##_steps, \
                      sizeof kind##_steps / sizeof kind##_steps[0]},
#include "ledger/entries.def"
};

/* clang-format on */

/* Fields that NEW copies into like-named attributes of the same type. */
enum { COPIES_MAX = 24 };
static struct copies {
    size_t count;
    struct copy {
        uint8_t bit;
        uint16_t from, to, bytes;
    } list[COPIES_MAX];
} all_copies[ENTRY_KIND_COUNT];

const struct kind_steps *kind_steps(enum entry_kind kind)
{
    assert(kind > ENTRY_none && kind < ENTRY_KIND_COUNT);
    return &all_steps[kind];
}

static void find_copies(enum entry_kind kind, enum record_type type)
{
    const struct object_spec *fields = &entry_spec(kind)->fields;
    struct copies *copies = &all_copies[kind];

    for (size_t i = 0; i < fields->count; i++) {
        const struct field_spec *field = &fields->fields[i];
        const struct attr_spec *attr = record_attr(type, field->name);

        if (attr == NULL || field->shape != SHAPE_ONE ||
            attr->type != field->type)
            continue;
        assert(copies->count < COPIES_MAX);
        copies->list[copies->count++] =
            (struct copy){field->bit, field->offset, attr->offset,
                          type_spec(field->type)->bytes};
    }
}

void ledger_start(void)
{
    static bool started;

    if (started)
        return;
    entry_start();
    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        const struct kind_steps *steps = &all_steps[kind];

        for (size_t i = 0; i < steps->count; i++)
            if (steps->steps[i].op == STEP_NEW)
                find_copies((enum entry_kind)kind, steps->steps[i].slot);
    }
    started = true;
}

const void *path_value(const struct fold *fold, const struct path *path)
{
    switch ((enum place)path->place) {
    case PLACE_NONE:
    case PLACE_SELF:
        return NULL;
    case PLACE_ENTRY:
        if ((fold->entry->present >> path->bit & 1) == 0)
            return NULL;
        return (const uint8_t *)fold->entry + path->offset;
    case PLACE_RECORD:
        return (const uint8_t *)fold_slot(fold, path->slot) + path->offset;
    }
    impossible();
}

static struct id id_at(const struct fold *fold, const struct path *path)
{
    const struct id *id = path_value(fold, path);

    return id != NULL ? *id : (struct id){0};
}

static struct owner owner_at(const struct fold *fold, const struct path *path)
{
    return path->place == PLACE_NONE ? owner_none()
                                     : owner_of_id(id_at(fold, path));
}

/* The record behind IN(record, attr), editable, and where the attribute is. */
static void *attr_at(struct fold *fold, const struct path *path,
                     struct record **record)
{
    assert(path->place == PLACE_RECORD);
    *record = fold_edit(fold, path->slot, fold_slot(fold, path->slot)->key);
    return (uint8_t *)*record + path->offset;
}

static bool step_find(struct fold *fold, const struct step *step,
                      struct error *error)
{
    struct id id = id_at(fold, &step->a);
    const struct record *record = view_find(fold->view, step->slot, id.bytes);
    char text[ID_CHARS + 1];

    if (record == NULL) {
        id_write(text, id);
        return fail(error, ERROR_ABSENT, "there is no %s %s",
                    record_spec(step->slot)->name, text);
    }
    if (record->state == STATE_REVERSED)
        return fail(error, ERROR_STATE, "the %s was reversed",
                    record_spec(step->slot)->name);
    fold_take(fold, record);
    return true;
}

static bool step_new(struct fold *fold, const struct step *step,
                     struct error *error)
{
    const struct copies *copies = &all_copies[fold->entry->kind];
    struct link key = link_of_id(id_at(fold, &step->a));
    struct record *record = fold_new(fold, step->slot, key, error);

    if (record == NULL)
        return false;
    for (size_t i = 0; i < copies->count; i++) {
        const struct copy *copy = &copies->list[i];

        if (fold->entry->present >> copy->bit & 1)
            memcpy((uint8_t *)record + copy->to,
                   (const uint8_t *)fold->entry + copy->from, copy->bytes);
    }
    fold_take(fold, record);
    return true;
}

static bool step_set(struct fold *fold, const struct step *step)
{
    const void *value = path_value(fold, &step->b);
    struct record *record;
    void *attr = attr_at(fold, &step->a, &record);

    assert(step->a.bytes == step->b.bytes);
    if (value != NULL)
        fold_set(fold, record, attr, value, step->a.bytes);
    return true;
}

static bool step_add(struct fold *fold, const struct step *step,
                     struct error *error)
{
    const void *value = path_value(fold, &step->b);
    struct record *record;
    void *attr = attr_at(fold, &step->a, &record);
    bool take = step->op == STEP_TAKE;

    if (value == NULL)
        return true;
    if (type_spec(step->a.type)->form == FORM_NUMBER)
        return fold_add_count(
            fold, record, attr,
            take ? -*(const int64_t *)value : *(const int64_t *)value, error);
    return fold_add_sum(fold, record, attr,
                        take ? amount_negate(*(const struct amount *)value)
                             : *(const struct amount *)value,
                        error);
}

static bool step_post(struct fold *fold, const struct step *step,
                      struct error *error)
{
    const struct amount *amount = path_value(fold, &step->a);

    if (amount == NULL)
        return true;
    return fold_post(fold, *amount, step->debit, owner_at(fold, &step->b),
                     step->credit, owner_at(fold, &step->c), error);
}

static bool step_number(struct fold *fold, const struct step *step,
                        struct error *error)
{
    struct record *record;
    void *attr = attr_at(fold, &step->a, &record);

    assert(step->number == SEQUENCE_REFERENCE);
    return fold_reference(fold, record, attr, error);
}

static bool step_key(struct fold *fold, const struct step *step,
                     struct error *error)
{
    const void *value = path_value(fold, &step->a);

    if (value == NULL)
        return true;
    return fold_key(fold, fold_slot(fold, step->slot), step->number, value,
                    step->a.bytes, error);
}

static bool step_queue(struct fold *fold, const struct step *step,
                       struct error *error)
{
    struct record *owner;
    void *chain = attr_at(fold, &step->a, &owner);
    struct record *member =
        fold_edit(fold, step->slot, fold_slot(fold, step->slot)->key);

    return fold_queue(fold, owner, chain, member, error);
}

static bool run(struct fold *fold, const struct step *step, struct error *error)
{
    const struct instant *at;

    switch ((enum step_op)step->op) {
    case STEP_FIND:
        return step_find(fold, step, error);
    case STEP_NEW:
        return step_new(fold, step, error);
    case STEP_MOVE:
        return fold_move(
            fold, fold_edit(fold, step->slot, fold_slot(fold, step->slot)->key),
            step->transition, error);
    case STEP_SET:
        return step_set(fold, step);
    case STEP_ADD:
    case STEP_TAKE:
        return step_add(fold, step, error);
    case STEP_POST:
        return step_post(fold, step, error);
    case STEP_NUMBER:
        return step_number(fold, step, error);
    case STEP_KEY:
        return step_key(fold, step, error);
    case STEP_QUEUE:
        return step_queue(fold, step, error);
    case STEP_DUE:
        at = path_value(fold, &step->a);
        return at == NULL || fold_due(fold, fold_slot(fold, step->slot), *at,
                                      step->transition, error);
    case STEP_UNDUE:
        return fold_undue(fold, fold_slot(fold, step->slot), step->transition,
                          error);
    case STEP_CALL:
        return step->call(fold, path_value(fold, &step->a),
                          path_value(fold, &step->b), error);
    case STEP_SIGNED:
    case STEP_REVERSIBLE:
    case STEP_SINCE:
    case STEP_UNTIL:
        return true;
    }
    impossible();
}

/* Is the step after a SINCE or UNTIL row left out by the rules in force? */
static bool left_out(const struct step *step, int64_t rules)
{
    if (step->op == STEP_SINCE)
        return rules < step->number;
    return step->op == STEP_UNTIL && rules >= step->number;
}

/* The rules number that judges the entry: the first one states its own. */
int64_t fold_rules(const struct fold *fold)
{
    const struct record_ledger *ledger = fold_ledger(fold);

    if (ledger != NULL)
        return ledger->rules;
    return fold->entry->ledger_open.rules >= 1 ? fold->entry->ledger_open.rules
                                               : RULES_KNOWN;
}

static bool run_all(struct fold *fold, struct error *error)
{
    const struct kind_steps *steps = kind_steps(fold->entry->kind);
    int64_t rules = fold_rules(fold);

    sign_start(fold, steps->steps, steps->count);
    for (size_t i = 0; i < steps->count; i++) {
        if (left_out(&steps->steps[i], rules)) {
            i++;
            continue;
        }
        if (steps->steps[i].op == STEP_REVERSIBLE)
            fold->reversible = true;
        if (!run(fold, &steps->steps[i], error)) {
            fold->outcome->refused_step = (int)i;
            return false;
        }
    }
    if (rules >= 2)
        affairs_keep(fold);
    return sign_judge(fold, steps->steps, steps->count, error);
}

static bool check_effective(struct fold *fold, struct error *error)
{
    const struct record_ledger *ledger = fold_ledger(fold);
    struct date today = instant_day(fold->meta->accepted, ZONE_UTC);
    bool given = HAS(fold->entry, common, effective);

    fold->effective = given ? fold->entry->common.effective : today;
    if (date_less(date_plus_days(today, 1), fold->effective))
        return fail(error, ERROR_RULE, "effective lies in the future");
    if (ledger != NULL && date_less(fold->effective, ledger->books_from))
        return fail(error, ERROR_RULE,
                    "effective lies before the first day of the books");
    return true;
}

bool fold_entry(const struct view *view, const struct entry *entry,
                const struct meta *meta, struct outcome *outcome,
                struct error *error)
{
    struct fold fold = {
        .view = view, .entry = entry, .meta = meta, .outcome = outcome};
    const struct record_ledger *ledger;

    outcome->posting_count = 0;
    outcome->subject_count = 0;
    outcome->missing[0] = '\0';
    outcome->refused_step = -1;
    ledger = fold_ledger(&fold);
    if (ledger == NULL && entry->kind != ENTRY_ledger_open)
        return fail(error, ERROR_RULE, "the first entry must be ledger.open");
    if (ledger != NULL && ledger->head.state == STATE_ledger_CLOSED)
        return fail(error, ERROR_STATE, "the ledger is closed");
    if (!entry_counts(entry, fold_rules(&fold), error))
        return false;
    if (ledger != NULL)
        fold_take(&fold, &ledger->head);
    if (!check_effective(&fold, error) || !run_all(&fold, error))
        return false;
    outcome->effective = fold.effective;
    return true;
}

void fold_done(struct state *state, struct instant accepted)
{
    assert(accepted.ms >= state->accepted.ms);
    state->size++;
    state->accepted = accepted;
}
