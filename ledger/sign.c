/* Who must have signed: the SIGNED steps of a kind, judged last. */
#include "ledger/step.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WAYS_MAX = 4 };

/* What the lines of an entry amount to. */
struct hands {
    bool needed[SIGNERS_MAX]; /* Of a required signer. */
    bool forgotten;           /* A required signer is no more. */
};

bool role_may(uint8_t role, uint8_t act)
{
    switch ((enum choice_role)role) {
    case ROLE_CHAIR:
    case ROLE_TREASURER:
        return true;
    case ROLE_SECRETARY:
        return act != ACT_TREASURY && act != ACT_PAYOUT;
    case ROLE_DIRECTOR:
        return act != ACT_TREASURY;
    case role_none:
    case role_after:
        break;
    }
    impossible();
}

int64_t officers_needed(const struct fold *fold, uint8_t act)
{
    static const uint8_t defaults[] = {
        [ACT_GOVERNANCE] = 2, [ACT_MEMBERSHIP] = 1, [ACT_SHARES] = 2,
        [ACT_CAMPAIGN] = 2,   [ACT_TREASURY] = 1,   [ACT_PAYOUT] = 2,
        [ACT_CAPITAL] = 2,    [ACT_REPORTING] = 1,
    };
    struct link key = link_of("threshold", 9, &act, 1);
    const struct record_threshold *threshold =
        FIND_RECORD(fold, threshold, key);

    assert(act > act_none && act < act_after);
    return threshold != NULL ? threshold->officers : defaults[act];
}

static void find_standing(const struct fold *fold, const struct signer *signer,
                          struct standing *standing)
{
    const struct record_party *party;
    const struct record_seat *seat;
    const struct record_key *key;

    standing->known = signer_key(&standing->key, signer, fold->view);
    standing->ended = -1;
    if (signer->clerk)
        return;
    seat = FIND_RECORD(fold, seat, seat_key(signer->party));
    if (seat != NULL && seat->head.state == STATE_seat_HELD) {
        standing->in_office = true;
        standing->role = seat->role;
    }
    key = FIND_RECORD(fold, key, key_key(signer->party, signer->key_id));
    if (key != NULL && key->head.state == STATE_key_REVOKED)
        standing->ended = key->ended;
    party = FIND_RECORD(fold, party, link_of_id(signer->party));
    if (party != NULL && party->head.state != STATE_party_ACTIVE &&
        standing->ended < 0)
        standing->ended = party->ended;
}

void sign_start(struct fold *fold, const struct step *steps, size_t count)
{
    const struct meta *meta = fold->meta;

    for (size_t i = 0; i < meta->signer_count; i++)
        find_standing(fold, &meta->signers[i], &fold->standings[i]);
    for (size_t i = 0; i < count; i++)
        if (steps[i].op == STEP_SIGNED && steps[i].act != act_none &&
            steps[i].act != ACT_REVERSED)
            fold->needed[steps[i].act] = officers_needed(fold, steps[i].act);
}

/* Of signer i, who is no clerk; act_none: whatever the role. */
static bool in_office(const struct fold *fold, size_t i, uint8_t act)
{
    const struct standing *standing = &fold->standings[i];

    return standing->in_office &&
           (act == act_none || role_may(standing->role, act));
}

/* Whoever is made known by an entry signs it with the key that it brings. */
static bool brings_keys(enum entry_kind kind)
{
    return kind == ENTRY_ledger_open || kind == ENTRY_party_register;
}

/*
 * Each line: its key must be known, not revoked before this entry, and the
 * signature right.
 */
static bool check_line(struct fold *fold, size_t i, struct error *error)
{
    const struct meta *meta = fold->meta;
    const struct signer *signer = &meta->signers[i];
    struct standing *standing = &fold->standings[i];
    char name[ID_CHARS + 1] = "clerk";

    if (!signer->clerk)
        id_write(name, signer->party);
    if (!standing->known && brings_keys(fold->entry->kind))
        standing->known = signer_key(&standing->key, signer, fold->view);
    if (!standing->known)
        return fail(error, ERROR_SIGNATURE, "no key of %s has this key ID",
                    name);
    if (standing->ended >= 0)
        return fail(error, ERROR_REVOKED,
                    "the key of %s was revoked by entry %" PRId64, name,
                    standing->ended);
    if (!meta->verify(meta->context, i, &standing->key))
        return fail(error, ERROR_SIGNATURE, "the signature of %s is wrong",
                    name);
    return true;
}

/* Distinct parties among the lines that may sign for a class of acts. */
static int64_t count_officers(const struct fold *fold, uint8_t act,
                              struct hands *hands)
{
    const struct meta *meta = fold->meta;
    int64_t count = 0;

    for (size_t i = 0; i < meta->signer_count; i++) {
        bool again = false;

        if (meta->signers[i].clerk || !in_office(fold, i, act))
            continue;
        hands->needed[i] = true;
        for (size_t j = 0; j < i; j++)
            again = again ||
                    (!meta->signers[j].clerk &&
                     id_equal(meta->signers[j].party, meta->signers[i].party));
        count += again ? 0 : 1;
    }
    return count;
}

static void want(struct fold *fold, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void want(struct fold *fold, const char *format, ...)
{
    char *missing = fold->outcome->missing;
    size_t used = strlen(missing), room = sizeof fold->outcome->missing;
    va_list args;

    if (used > 0 && used + 3 < room) {
        memcpy(missing + used, ", ", 3);
        used += 2;
    }
    va_start(args, format);
    (void)vsnprintf(missing + used, room - used, format, args);
    va_end(args);
}

static bool by_officers(struct fold *fold, const struct step *step,
                        struct hands *hands)
{
    uint8_t act = step->act == ACT_REVERSED ? fold->reversed_act : step->act;
    int64_t needed = step->act == ACT_REVERSED ? officers_needed(fold, act)
                                               : fold->needed[act];
    int64_t have = count_officers(fold, act, hands);

    if (step->form == SIGNED_OFFICERS_2 && needed < 2)
        needed = 2;
    if (have >= needed)
        return true;
    want(fold, "%" PRId64 " more of %" PRId64 " officers for %s", needed - have,
         needed, choice_word(TYPE_act, act));
    return false;
}

static bool by_clerk(struct fold *fold, struct hands *hands)
{
    for (size_t i = 0; i < fold->meta->signer_count; i++) {
        if (fold->meta->signers[i].clerk) {
            hands->needed[i] = true;
            return true;
        }
    }
    want(fold, "the clerk of the node");
    return false;
}

/* Their own key; by e-mail the clerk's, on paper an officer's. */
static bool by_party(struct fold *fold, const struct step *step,
                     struct hands *hands)
{
    const struct id *id = path_value(fold, &step->a);
    const struct record_party *party =
        (const void *)view_find(fold->view, RECORD_party, id->bytes);
    char name[ID_CHARS + 1];
    bool found = false;

    assert(party != NULL);
    for (size_t i = 0; i < fold->meta->signer_count; i++)
        if (!fold->meta->signers[i].clerk &&
            id_equal(fold->meta->signers[i].party, *id))
            found = hands->needed[i] = true;
    if (found)
        return true;
    if (party->head.state != STATE_party_ACTIVE &&
        party->ended != fold->meta->index) {
        hands->forgotten = true;
        return false;
    }
    if (party->auth == AUTH_EMAIL)
        return by_clerk(fold, hands);
    if (party->auth == AUTH_PAPER) {
        if (count_officers(fold, ACT_MEMBERSHIP, hands) > 0)
            return true;
        want(fold, "1 officer for membership, who holds the paper");
        return false;
    }
    id_write(name, *id);
    want(fold, "%s", name);
    return false;
}

static bool by_keys_of(struct fold *fold, const struct step *step,
                       struct hands *hands)
{
    const struct list *list = path_value(fold, &step->a);
    const struct object_officer *officers = list->items;
    char name[ID_CHARS + 1];
    bool all = true;

    for (uint32_t j = 0; j < list->count; j++) {
        bool found = false;

        for (size_t i = 0; i < fold->meta->signer_count; i++)
            if (!fold->meta->signers[i].clerk &&
                id_equal(fold->meta->signers[i].party, officers[j].party))
                found = hands->needed[i] = true;
        if (!found) {
            id_write(name, officers[j].party);
            want(fold, "%s", name);
            all = false;
        }
    }
    return all;
}

static bool satisfied(struct fold *fold, const struct step *step,
                      struct hands *hands)
{
    switch ((enum signed_form)step->form) {
    case SIGNED_OFFICERS:
    case SIGNED_OFFICERS_2:
        return by_officers(fold, step, hands);
    case SIGNED_PARTY:
        return by_party(fold, step, hands);
    case SIGNED_CLERK:
        return by_clerk(fold, hands);
    case SIGNED_KEYS_OF:
        return by_keys_of(fold, step, hands);
    }
    impossible();
}

/* Every line must be of a required signer or another officer in office. */
static bool none_superfluous(const struct fold *fold, const struct hands *hands,
                             struct error *error)
{
    char name[ID_CHARS + 1] = "the clerk";

    for (size_t i = 0; i < fold->meta->signer_count; i++) {
        const struct signer *signer = &fold->meta->signers[i];

        if (hands->needed[i] ||
            (!signer->clerk && in_office(fold, i, act_none)))
            continue;
        if (!signer->clerk)
            id_write(name, signer->party);
        return fail(error, ERROR_SIGNATURE,
                    "%s has signed and is neither asked for nor in office",
                    name);
    }
    return true;
}

bool sign_judge(struct fold *fold, const struct step *steps, size_t count,
                struct error *error)
{
    bool met[WAYS_MAX + 1] = {false}, seen[WAYS_MAX + 1] = {false};
    struct hands hands = {0};
    bool any = false;

    for (size_t i = 0; i < fold->meta->signer_count; i++)
        if (!check_line(fold, i, error))
            return false;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].op != STEP_SIGNED)
            continue;
        assert(steps[i].way > 0 && steps[i].way <= WAYS_MAX);
        if (!seen[steps[i].way])
            met[steps[i].way] = seen[steps[i].way] = true;
        if (!satisfied(fold, &steps[i], &hands))
            met[steps[i].way] = false;
    }
    for (size_t way = 1; way <= WAYS_MAX; way++)
        any = any || met[way];
    if (!any && hands.forgotten)
        return fail(error, ERROR_STATE,
                    "they were forgotten: nobody signs for them");
    if (!none_superfluous(fold, &hands, error))
        return false;
    if (any) {
        fold->outcome->missing[0] = '\0';
        return true;
    }
    return fail(error, ERROR_UNSIGNED, "still to sign: %s",
                fold->outcome->missing);
}
