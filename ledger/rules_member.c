/* Rules and effects of parties and members. */
#include "ledger/folding.h"

#include <assert.h>
#include <string.h>

bool rule_persons_have_no_name(struct fold *fold, const void *a, const void *b,
                               struct error *error)
{
    (void)fold;
    if (b == NULL || *(const uint8_t *)a != PARTY_PERSON)
        return true;
    return fail(error, ERROR_RULE, "a person has no public name in the log");
}

bool rule_college_exists(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    const struct record_ledger *ledger = fold_ledger(fold);
    const struct record_college *college;

    (void)b;
    if (a == NULL) {
        if (ledger->colleges_version == 0)
            return true;
        return fail(error, ERROR_RULE, "the statutes ask for a college");
    }
    college = FIND_RECORD(fold, college, college_key(a));
    if (college != NULL && college->version == ledger->colleges_version)
        return true;
    return fail(error, ERROR_ABSENT, "there is no such college");
}

bool rule_exclusion_is_decided(struct fold *fold, const void *a, const void *b,
                               struct error *error)
{
    (void)fold;
    if (*(const uint8_t *)a != LEAVE_EXCLUSION || b != NULL)
        return true;
    return fail(error, ERROR_RULE, "an exclusion needs its decision");
}

bool rule_holder_is_member(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct link key = member_key(SLOT(fold, subscription)->party);
    const struct record_member *member = FIND_RECORD(fold, member, key);

    (void)a;
    (void)b;
    if (member != NULL && (member->head.state == STATE_member_ADMITTED ||
                           member->head.state == STATE_member_EFFECTIVE))
        return true;
    return fail(error, ERROR_RULE,
                "shares are issued to members; the holder is %s",
                member == NULL ? "no member" : state_word(member->head.state));
}

static struct record_member *make(struct fold *fold, struct id party,
                                  struct error *error)
{
    struct record_member *member =
        (void *)fold_new(fold, RECORD_member, member_key(party), error);

    if (member == NULL)
        return NULL;
    member->party = party;
    member->type = SLOT(fold, party)->type;
    return member;
}

bool effect_apply_member(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct link key = member_key(*(const struct id *)a);
    struct record_member *member;

    if (fold_has(fold, RECORD_member, key)) {
        member = EDIT_RECORD(fold, member, key);
        if (!fold_move(fold, &member->head, TRANSITION_apply, error))
            return false;
    } else {
        member = make(fold, *(const struct id *)a, error);
        if (member == NULL)
            return false;
    }
    if (b != NULL)
        SET_ATTR(fold, member, college, *(const struct code *)b);
    return true;
}

static bool count_college(struct fold *fold, const struct code *code,
                          int64_t change, struct error *error)
{
    struct record_college *college;

    if (code->size == 0)
        return true;
    college = EDIT_RECORD(fold, college, college_key(code));
    return fold_add_count(fold, &college->head, &college->members, change,
                          error);
}

/* Founders are admitted by their own decision, without an application. */
bool effect_admit_member(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct link key = member_key(*(const struct id *)a);
    struct record_ledger *ledger = EDIT(fold, ledger);
    struct record_member *member;
    bool reversible = fold->reversible;

    if (!fold_has(fold, RECORD_member, key) &&
        make(fold, *(const struct id *)a, error) == NULL)
        return false;
    member = EDIT_RECORD(fold, member, key);
    if (!fold_move(fold, &member->head, TRANSITION_admit, error))
        return false;
    fold->reversible = false; /* Numbers are not given back. */
    if (!fold_add_count(fold, &ledger->head, &ledger->members, 1, error))
        return false;
    fold->reversible = reversible;
    SET_ATTR(fold, member, number, ledger->members);
    SET_ATTR(fold, member, since, fold->effective);
    if (b == NULL)
        return true;
    SET_ATTR(fold, member, college, *(const struct code *)b);
    return count_college(fold, b, 1, error);
}

static struct record_member *member_of(struct fold *fold, const void *party,
                                       struct error *error)
{
    struct link key = member_key(*(const struct id *)party);

    if (fold_has(fold, RECORD_member, key))
        return EDIT_RECORD(fold, member, key);
    (void)fail(error, ERROR_ABSENT, "they are no member and have not applied");
    return NULL;
}

bool effect_refuse_member(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    struct record_member *member = member_of(fold, a, error);

    (void)b;
    return member != NULL &&
           fold_move(fold, &member->head, TRANSITION_refuse, error);
}

/* Whoever holds nothing is former at once; the rest redeem first. */
bool effect_leave_member(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    struct record_member *member = member_of(fold, a, error);

    (void)b;
    if (member == NULL ||
        !fold_move(fold, &member->head, TRANSITION_leave, error) ||
        !count_college(fold, &member->college, -1, error))
        return false;
    if (fold_rules(fold) >= 2)
        affairs_voucher(fold, *(const struct id *)a);
    if (!amount_is_zero(SLOT(fold, party)->capital))
        return true;
    return fold_move(fold, &member->head, TRANSITION_end, error);
}
