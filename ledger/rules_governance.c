/* Rules and effects of the ledger, its statutes, officers, keys, jobs. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- Rules ---- */

bool rule_is_first_entry(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    (void)a;
    (void)b;
    if (fold->meta->index == 0)
        return true;
    return fail(error, ERROR_RULE, "the ledger is open already");
}

bool rule_rules_are_known(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    int64_t rules = *(const int64_t *)a;

    (void)fold;
    (void)b;
    if (rules >= 1 && rules <= RULES_KNOWN)
        return true;
    return fail(error, ERROR_RULE,
                "rules number %" PRId64 " is not among 1 to %d, which this"
                " program knows",
                rules, RULES_KNOWN);
}

bool rule_rules_go_up(struct fold *fold, const void *a, const void *b,
                      struct error *error)
{
    (void)fold;
    if (*(const int64_t *)a > *(const int64_t *)b)
        return true;
    return fail(error, ERROR_RULE,
                "the rules number is %" PRId64 " already and only goes up",
                *(const int64_t *)b);
}

/* Are there as many parties in office, with a key, as each act needs? */
bool rule_thresholds_are_reachable(struct fold *fold, const void *a,
                                   const void *b, struct error *error)
{
    static const struct link self;
    const struct record_ledger *ledger = FIND_RECORD(fold, ledger, self);
    struct link at = ledger->seats.first;
    int64_t able[act_after] = {0};

    (void)a;
    (void)b;
    for (int64_t i = 0; i < ledger->seats.count; i++) {
        const struct record_seat *seat = FIND_RECORD(fold, seat, at);
        const struct record_party *party =
            FIND_RECORD(fold, party, link_of_id(seat->party));

        for (uint8_t act = 1; act < act_after; act++)
            if (seat->head.state == STATE_seat_HELD && party->keys > 0 &&
                role_may(seat->role, act))
                able[act]++;
        at = seat->next;
    }
    for (uint8_t act = 1; act < act_after; act++)
        if (able[act] < officers_needed(fold, act))
            return fail(error, ERROR_RULE,
                        "%s needs %" PRId64 " officers with a key, but only"
                        " %" PRId64 " would be in office",
                        choice_word(TYPE_act, act), officers_needed(fold, act),
                        able[act]);
    return true;
}

bool rule_party_has_key(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    (void)a;
    (void)b;
    if (SLOT(fold, party)->keys > 0)
        return true;
    return fail(error, ERROR_RULE, "an officer needs a key of their own");
}

/*
 * The node decides nothing: it may replace a citizen's key after an e-mail,
 * never an officer's, or it could sign for the board.
 */
bool rule_clerk_keeps_off_officers(struct fold *fold, const void *a,
                                   const void *b, struct error *error)
{
    struct link key = seat_key(*(const struct id *)a);
    const struct record_seat *seat = FIND_RECORD(fold, seat, key);

    (void)b;
    if (seat == NULL || seat->head.state != STATE_seat_HELD)
        return true;
    for (size_t i = 0; i < fold->meta->signer_count; i++)
        if (fold->meta->signers[i].clerk)
            return fail(error, ERROR_RULE,
                        "the clerk changes no key of an officer");
    return true;
}

bool rule_step_is_next(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    const struct record_job *job = SLOT(fold, job);

    if (job->head.state != STATE_job_RUNNING)
        return fail(error, ERROR_STATE, "the job is done");
    if (*(const int64_t *)a != job->done ||
        *(const int64_t *)b != job_step_size(job))
        return fail(error, ERROR_MISMATCH,
                    "the next step is %" PRId64 " items from %" PRId64,
                    job_step_size(job), job->done);
    return true;
}

/* ---- Effects ---- */

bool effect_start_books(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);

    (void)b;
    (void)error;
    if (a == NULL)
        SET_ATTR(fold, ledger, books_from, fold->effective);
    return true;
}

static bool add_key(struct fold *fold, struct id party, const struct key *key,
                    struct error *error)
{
    struct record_party *record = EDIT_RECORD(fold, party, link_of_id(party));
    uint32_t key_id = signer_key_id(fold->meta->origin, party, key);
    struct record_key *made =
        (void *)fold_new(fold, RECORD_key, key_key(party, key_id), error);

    if (made == NULL)
        return false;
    made->party = party;
    made->key = *key;
    return fold_add_count(fold, &record->head, &record->keys, 1, error);
}

bool effect_register_founders(struct fold *fold, const void *a, const void *b,
                              struct error *error)
{
    const struct list *list = a;
    const struct object_founder *founders = list->items;

    (void)b;
    for (uint32_t i = 0; i < list->count; i++) {
        struct record_party *party = (void *)fold_new(
            fold, RECORD_party, link_of_id(founders[i].party), error);

        if (party == NULL)
            return false;
        party->type = founders[i].type;
        party->commitment = founders[i].commitment;
        party->auth = AUTH_PAPER;
        if (GIVEN(&founders[i], founder, public_name)) {
            if (founders[i].type == PARTY_PERSON)
                return fail(error, ERROR_RULE,
                            "a person has no public name in the log");
            party->public_name = founders[i].public_name;
        }
        if (!GIVEN(&founders[i], founder, key))
            continue;
        party->auth = AUTH_KEY;
        if (!add_key(fold, founders[i].party, &founders[i].key, error))
            return false;
    }
    return true;
}

static bool seat(struct fold *fold, struct id party, uint8_t role,
                 struct error *error)
{
    struct link key = seat_key(party);
    struct record_ledger *ledger = EDIT(fold, ledger);
    struct record_seat *made;

    if (FIND_RECORD(fold, seat, key) != NULL) {
        made = EDIT_RECORD(fold, seat, key);
        SET_ATTR(fold, made, role, role);
        return fold_move(fold, &made->head, TRANSITION_reopen, error);
    }
    made = (void *)fold_new(fold, RECORD_seat, key, error);
    if (made == NULL)
        return false;
    made->party = party;
    made->role = role;
    return fold_queue(fold, &ledger->head, &ledger->seats, &made->head, error);
}

bool effect_seat_officers(struct fold *fold, const void *a, const void *b,
                          struct error *error)
{
    const struct list *list = a;
    const struct object_officer *officers = list->items;

    (void)b;
    for (uint32_t i = 0; i < list->count; i++) {
        struct link link = link_of_id(officers[i].party);
        struct record_party *party;
        uint32_t id = signer_key_id(fold->meta->origin, officers[i].party,
                                    &officers[i].key);
        struct link key = key_key(officers[i].party, id);

        if (FIND_RECORD(fold, party, link) == NULL)
            return fail(error, ERROR_RULE,
                        "officer %" PRIu32 " is not among the founders", i);
        party = EDIT_RECORD(fold, party, link);
        party->auth = AUTH_KEY;
        if (FIND_RECORD(fold, key, key) == NULL &&
            !add_key(fold, officers[i].party, &officers[i].key, error))
            return false;
        if (!seat(fold, officers[i].party, officers[i].role, error))
            return false;
    }
    return true;
}

bool effect_seat_officer(struct fold *fold, const void *a, const void *b,
                         struct error *error)
{
    return seat(fold, *(const struct id *)a, *(const uint8_t *)b, error);
}

bool effect_unseat_officer(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    struct link key = seat_key(*(const struct id *)a);

    (void)b;
    if (FIND_RECORD(fold, seat, key) == NULL)
        return fail(error, ERROR_ABSENT, "they hold no office");
    return fold_move(fold, &EDIT_RECORD(fold, seat, key)->head, TRANSITION_end,
                     error);
}

bool effect_add_key(struct fold *fold, const void *a, const void *b,
                    struct error *error)
{
    struct record_party *party = EDIT(fold, party);

    party->auth = AUTH_KEY;
    return add_key(fold, *(const struct id *)a, b, error);
}

bool effect_first_key(struct fold *fold, const void *a, const void *b,
                      struct error *error)
{
    bool by_key = *(const uint8_t *)a == AUTH_KEY;

    if (by_key != (b != NULL))
        return fail(error, ERROR_RULE,
                    by_key ? "auth key needs a key"
                           : "a key is given only with auth key");
    return !by_key ||
           add_key(fold, fold->entry->party_register.party, b, error);
}

bool effect_revoke_key(struct fold *fold, const void *a, const void *b,
                       struct error *error)
{
    struct record_party *party = EDIT(fold, party);
    uint32_t key_id =
        signer_key_id(fold->meta->origin, *(const struct id *)a, b);
    struct link link = key_key(*(const struct id *)a, key_id);
    struct record_key *key;

    if (FIND_RECORD(fold, key, link) == NULL)
        return fail(error, ERROR_ABSENT, "they have no such key");
    key = EDIT_RECORD(fold, key, link);
    SET_ATTR(fold, key, ended, fold->meta->index);
    return fold_move(fold, &key->head, TRANSITION_end, error) &&
           fold_add_count(fold, &party->head, &party->keys, -1, error);
}

bool effect_reverse(struct fold *fold, const void *a, const void *b,
                    struct error *error)
{
    (void)b;
    if (!undo_entry(fold, *(const int64_t *)a, error))
        return false;
    return fold->slots[RECORD_party] == NULL ||
           rule_ceilings_hold(fold, NULL, NULL, error);
}
