/*
 * history: random acts of a small cooperative, by seed; most are accepted.
 *
 * An act is typed as words and composed, as people and tools do it; what it
 * names is looked for in the state, now and then at random instead.
 */
#ifndef TESTS_UNIT_HISTORY_H
#define TESTS_UNIT_HISTORY_H

#include "ledger/compose.h"
#include "ledger/fold.h"
#include "tests/unit/generate.h"

#define HISTORY_ORIGIN "laws.example/random"

enum { OFFICERS = 4, LINES_MAX = 12 };

/* An act and who signs it. */
struct act {
    enum entry_kind kind;
    char words[2000];
    bool officers, clerk;
    struct id party; /* Who signs, if any. */
};

struct history {
    struct generator gen;
    const struct state *state;
    struct instant now;
    /* Lines that the statement being entered still lacks. */
    char lines[LINES_MAX][300];
    int line_count;
    int64_t reversible[64]; /* Indices of acts that may be reversed. */
    size_t reversible_count;
};

static inline uint64_t any(struct history *history, uint64_t below)
{
    return gen_below(&history->gen, below);
}

/* A new id; terminated. */
static inline const char *fresh(struct history *history, char letter,
                                char out[static ID_CHARS + 1])
{
    struct id id = {.letter = (uint8_t)letter};

    gen_bytes(&history->gen, id.bytes, sizeof id.bytes);
    id_write(out, id);
    return out;
}

/* A record of a type, if possible in a state; NULL if there is none. */
static inline const struct record *choose(struct history *history,
                                          enum record_type type, int state)
{
    size_t count = state_count(history->state, type);
    const struct record *record = NULL;

    for (int tries = 0; count > 0 && tries < 24; tries++) {
        record = state_at(history->state, type, any(history, count));
        if (state == 0 || record->state == state)
            break;
    }
    return record;
}

static inline const char *name(const struct record *record,
                               char out[static ID_CHARS + 1])
{
    id_write(out, record_id(record));
    return out;
}

/* The key of a party: its own id twice. */
static inline struct key key_of_party(struct id party)
{
    struct key key;

    memcpy(key.bytes, party.bytes, 16);
    memcpy(key.bytes + 16, party.bytes, 16);
    return key;
}

static inline struct id officer(int number)
{
    return (struct id){.letter = 'p', .bytes = {0xff, (uint8_t)number}};
}

#define DECISION                                                               \
    " decision={body=board date=2026-01-01"                                    \
    " sha256=00000000000000000000000000000000000000000000000000000000000000"   \
    "00}"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

#define SAY(act, ...)                                                          \
    (void)snprintf((act)->words, sizeof(act)->words, __VA_ARGS__)

static inline bool act_open(struct act *act)
{
    char founders[700] = "", officers[600] = "";

    for (int i = 0; i < OFFICERS; i++) {
        struct id party = officer(i);
        struct key key = key_of_party(party);
        char id[ID_CHARS + 1], text[KEY_CHARS + 1];
        size_t used = strlen(founders), filled = strlen(officers);

        id_write(id, party);
        key_write(text, &key);
        (void)snprintf(founders + used, sizeof founders - used,
                       "{party=%s type=person commitment=" ZEROS "} ", id);
        (void)snprintf(officers + filled, sizeof officers - filled,
                       "{party=%s role=chair key=%s} ", id, text);
    }
    act->kind = ENTRY_ledger_open;
    SAY(act,
        "name=Random profile=fr-scic-sa currency=EUR rules=2 clerk="
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA statutes={"
        "notice_months=0 floor_ppm=250000} founders=[%s] officers=[%s]",
        founders, officers);
    act->officers = act->clerk = true;
    return true;
}

static inline bool act_register(struct history *history, struct act *act)
{
    char id[ID_CHARS + 1], text[KEY_CHARS + 1];
    struct key key;

    (void)fresh(history, 'p', id);
    if (state_count(history->state, RECORD_party) > 20 ||
        !id_read(&act->party, id, ID_CHARS))
        return false;
    key = key_of_party(act->party);
    key_write(text, &key);
    act->kind = ENTRY_party_register;
    SAY(act, "party=%s type=%s auth=key key=%s commitment=" ZEROS, id,
        any(history, 4) == 0 ? "public_body" : "person", text);
    return true;
}

static inline bool act_member(struct history *history, struct act *act)
{
    const struct record *party = choose(history, RECORD_party, 0);
    char id[ID_CHARS + 1];

    (void)name(party, id);
    act->officers = true;
    act->kind = any(history, 3) == 0   ? ENTRY_member_apply
                : any(history, 8) == 0 ? ENTRY_member_refuse
                                       : ENTRY_member_admit;
    if (act->kind == ENTRY_member_apply) {
        act->officers = false;
        act->party = record_id(party);
        SAY(act, "party=%s", id);
    } else {
        SAY(act, "party=%s%s" DECISION, id,
            act->kind == ENTRY_member_refuse ? " reason=decision" : "");
    }
    return true;
}

static inline bool act_leave(struct history *history, struct act *act)
{
    const struct record_member *member =
        (const void *)choose(history, RECORD_member, STATE_member_EFFECTIVE);
    char id[ID_CHARS + 1];

    if (member == NULL || any(history, 6) > 0)
        return false;
    id_write(id, member->party);
    act->kind = ENTRY_member_leave;
    act->party = member->party;
    SAY(act, "party=%s cause=notice notice=2026-01-01", id);
    return true;
}

static inline bool act_class(struct history *history, struct act *act)
{
    static const char *const words[] = {"open", "waiting", "closed"};
    const struct record *class = choose(history, RECORD_class, 0);
    char id[ID_CHARS + 1];

    act->officers = true;
    if (class != NULL && state_count(history->state, RECORD_class) >= 3) {
        act->kind = ENTRY_class_status;
        SAY(act, "class=%s status=%s", name(class, id),
            words[any(history, 10) < 9 ? 0 : any(history, 3)]);
        return true;
    }
    act->kind = ENTRY_class_adopt;
    SAY(act,
        "class=%s code=C%u name=Class nominal=%u.%02u called_ppm=%u"
        " paid_ppm=%u" DECISION,
        fresh(history, 'c', id), (unsigned)any(history, 1000000),
        (unsigned)(1 + any(history, 50)), (unsigned)any(history, 100),
        (unsigned)any(history, 5) * 250000, (unsigned)any(history, 3) * 333333);
    return true;
}

static inline bool act_subscribe(struct history *history, struct act *act)
{
    const struct record *party = choose(history, RECORD_party, 0);
    const struct record_member *member = (const void *)choose(
        history, RECORD_member,
        any(history, 2) == 0 ? STATE_member_ADMITTED : STATE_member_EFFECTIVE);
    const struct record *class =
        choose(history, RECORD_class, STATE_class_OPEN);
    char id[ID_CHARS + 1], who[ID_CHARS + 1], what[ID_CHARS + 1];

    if (class == NULL)
        return false;
    if (member != NULL && any(history, 4) > 0)
        party = state_find_id(history->state, member->party);
    act->kind = ENTRY_share_subscribe;
    act->party = record_id(party);
    SAY(act, "subscription=%s party=%s class=%s quantity=%u nature=founding",
        fresh(history, 's', id), name(party, who), name(class, what),
        (unsigned)(1 + any(history, 40)));
    return true;
}

static inline bool act_decide(struct history *history, struct act *act)
{
    uint64_t what = any(history, 20);
    bool issue = what < 8;
    const struct record_subscription *subscription = (const void *)choose(
        history, RECORD_subscription,
        issue ? STATE_subscription_ACCEPTED : STATE_subscription_REQUESTED);
    char id[ID_CHARS + 1];

    if (subscription == NULL)
        return false;
    (void)name(&subscription->head, id);
    act->officers = true;
    act->kind = issue       ? ENTRY_share_issue
                : what < 18 ? ENTRY_share_accept
                : what < 19 ? ENTRY_share_refuse
                            : ENTRY_share_withdraw;
    if (act->kind == ENTRY_share_withdraw) {
        act->officers = false;
        act->party = subscription->party;
    }
    SAY(act, "subscription=%s%s", id,
        act->kind == ENTRY_share_refuse ? " reason=decision" : "");
    return true;
}

/* The figures that a call must state, reckoned here once more. */
static inline bool act_call(struct history *history, struct act *act)
{
    const struct record *class = choose(history, RECORD_class, 0);
    int64_t part = (int64_t)(1 + any(history, 4)) * 250000, total = 0;
    char id[ID_CHARS + 1], job[ID_CHARS + 1];
    unsigned count = 0;

    if (class == NULL)
        return false;
    for (size_t i = 0; i < state_count(history->state, RECORD_subscription);
         i++) {
        const struct record_subscription *subscription =
            (const void *)state_at(history->state, RECORD_subscription, i);
        struct amount amount, uncalled;

        if (memcmp(subscription->class.bytes, class->key, 16) != 0 ||
            (subscription->head.state != STATE_subscription_ACCEPTED &&
             subscription->head.state != STATE_subscription_ISSUED))
            continue;
        if (!amount_part(&amount, subscription->nominal, part, PPM) ||
            !amount_sub(&uncalled, subscription->nominal, subscription->called))
            return false;
        amount = amount_min(amount, uncalled);
        count += amount_is_positive(amount);
        total += amount_to_minor(amount);
    }
    act->kind = ENTRY_share_call;
    act->officers = true;
    SAY(act,
        "target=%s part=%lld due=2027-01-01 job=%s count=%u"
        " total=%lld.%02lld",
        name(class, id), (long long)part, fresh(history, 'j', job), count,
        (long long)(total / 100), (long long)(total % 100));
    return count > 0;
}

static inline bool act_redeem(struct history *history, struct act *act)
{
    const struct record_holding *holding =
        (const void *)choose(history, RECORD_holding, STATE_holding_HELD);
    char id[ID_CHARS + 1], who[ID_CHARS + 1], what[ID_CHARS + 1];
    int64_t free;

    if (holding == NULL)
        return false;
    free = holding->quantity - holding->leaving;
    id_write(who, holding->party);
    id_write(what, holding->class);
    act->kind = ENTRY_redeem_request;
    act->party = holding->party;
    SAY(act, "redemption=%s party=%s class=%s quantity=%u cause=notice",
        fresh(history, 'r', id), who, what,
        (unsigned)(1 + any(history, (uint64_t)(free > 0 ? free + 2 : 1))));
    return true;
}

static inline bool act_redemption(struct history *history, struct act *act)
{
    const struct record_redemption *redemption = (const void *)choose(
        history, RECORD_redemption, STATE_redemption_QUEUED);
    uint64_t what = any(history, 10);
    char id[ID_CHARS + 1], day[DATE_CHARS + 1];
    int64_t left;

    if (redemption == NULL)
        return false;
    left = redemption->quantity - redemption->accepted;
    (void)name(&redemption->head, id);
    date_write(day, instant_day(history->now, ZONE_UTC));
    act->officers = true;
    act->kind = what < 7   ? ENTRY_redeem_accept
                : what < 9 ? ENTRY_redeem_defer
                           : ENTRY_redeem_refuse;
    if (act->kind == ENTRY_redeem_accept)
        SAY(act, "redemption=%s quantity=%u effective=%s" DECISION, id,
            (unsigned)(1 + any(history, (uint64_t)(left > 0 ? left : 1))),
            any(history, 6) == 0 ? "2026-02-15" : day);
    else
        SAY(act, "redemption=%s reason=%s" DECISION, id,
            act->kind == ENTRY_redeem_refuse ? "decision" : "liquidity");
    return true;
}

#endif
