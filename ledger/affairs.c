#include "ledger/affairs.h"
#include "ledger/folding.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* Where a record says whose it is and which of theirs came before, and where
 * the party has the newest.  A list has one type: ids of two types may have
 * the same bits. */
#define LIST(record)                                                           \
    [RECORD_##record] = {offsetof(struct record_##record, party),              \
                         offsetof(struct record_##record, theirs),             \
                         offsetof(struct record_party, record##s)}
static const struct list_place {
    uint16_t party, theirs, newest; /* All 0: there is no such list. */
} places[RECORD_COUNT] = {
    LIST(holding), LIST(subscription), LIST(redemption),
    LIST(pledge),  LIST(contract),
};
#undef LIST

static struct link link_at(const void *record, uint16_t offset)
{
    struct link link;

    memcpy(&link, (const uint8_t *)record + offset, sizeof link);
    return link;
}

static bool is_set(struct link link)
{
    static const struct link none;

    return memcmp(&link, &none, sizeof link) != 0;
}

/* The first from there on that was not reversed. */
static const struct record *in_use(const struct view *view,
                                   enum record_type type, struct link at)
{
    const struct record *record = view_find(view, type, at.key);

    while (record != NULL && record->state == STATE_REVERSED) {
        at = link_at(record, places[type].theirs);
        record = view_find(view, type, at.key);
    }
    return record;
}

const struct record *affairs_newest(const struct view *view,
                                    const struct record_party *party,
                                    enum record_type type)
{
    struct link at = link_at(party, places[type].newest);

    assert(places[type].newest != 0);
    return is_set(at) ? in_use(view, type, at) : NULL;
}

const struct record *affairs_older(const struct view *view,
                                   const struct record *record)
{
    enum record_type type = (enum record_type)record->type;

    assert(places[type].theirs != 0);
    return in_use(view, type, link_at(record, places[type].theirs));
}

/*
 * Neither touches a record nor is undone: a list only grows.  Its oldest
 * record points to the party, where no record of its type is found, so that
 * who has no link was not put into a list yet.
 */
void affairs_link(struct fold *fold, struct record *record, struct id party)
{
    const struct list_place *place = &places[record->type];
    struct record_party *owner = EDIT_RECORD(fold, party, link_of_id(party));
    struct link newest = link_at(owner, place->newest);

    if (is_set(link_at(record, place->theirs)))
        return;
    if (!is_set(newest))
        newest = link_of_id(party);
    memcpy((uint8_t *)record + place->theirs, &newest, sizeof newest);
    memcpy((uint8_t *)owner + place->newest, record->key, sizeof record->key);
}

struct link affairs_place(const struct record *record)
{
    uint16_t at = places[record->type].theirs;

    return at != 0 ? link_at(record, at) : (struct link){0};
}

void affairs_stay(struct record *record, struct link place)
{
    uint16_t at = places[record->type].theirs;

    if (at != 0)
        memcpy((uint8_t *)record + at, &place, sizeof place);
}

void affairs_voucher(struct fold *fold, struct id party)
{
    struct record_party *owner = EDIT_RECORD(fold, party, link_of_id(party));

    if (date_less(owner->voucher, fold->effective))
        owner->voucher = fold->effective;
}

/* Of a party itself, of a record of theirs, else none. */
static struct id whose(const struct fold *fold, enum record_type type,
                       struct link key)
{
    const struct record *record;
    struct id party = {0};

    if (type != RECORD_party && places[type].party == 0)
        return party;
    record = view_find(fold->view, type, key.key);
    if (record != NULL && type == RECORD_party)
        return record_id(record);
    if (record != NULL)
        memcpy(&party, (const uint8_t *)record + places[type].party,
               sizeof party);
    return party;
}

static bool posts_money(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->posting_count; i++)
        if (account_spec(outcome->postings[i].account)->side != SIDE_MEMO)
            return true;
    return false;
}

void affairs_keep(struct fold *fold)
{
    const struct outcome *outcome = fold->outcome;
    bool voucher = posts_money(outcome);

    for (size_t i = 0; i < outcome->subject_count; i++) {
        enum record_type type = (enum record_type)outcome->subjects[i].type;
        struct link key = outcome->subjects[i].key;
        struct id party = whose(fold, type, key);

        if (party.letter == 0)
            continue;
        if (type != RECORD_party)
            affairs_link(fold, fold_edit(fold, type, key.key), party);
        if (voucher)
            affairs_voucher(fold, party);
    }
    for (size_t i = 0; voucher && i < outcome->posting_count; i++) {
        struct owner owner = outcome->postings[i].owner;
        struct id party = {0};

        if (owner.type != RECORD_nobody)
            party = whose(fold, (enum record_type)owner.type, owner.key);
        if (party.letter != 0)
            affairs_voucher(fold, party);
    }
}

static const struct record_ledger *ledger_of(const struct view *view)
{
    static const struct link self;

    return (const void *)view_find(view, RECORD_ledger, self.key);
}

bool affairs_unknown(const struct view *view, const struct record_party *party)
{
    return party->head.made < ledger_of(view)->affairs_from;
}

static void later(struct date *last, struct date date)
{
    if (date_less(*last, date))
        *last = date;
}

/* A batch that the bank debits in one sum writes to none of those whom it
 * pays: the day is with the batch.  An older payment of the same debt came
 * before the order of this one, which they have. */
static void note_debit(struct date *last, const struct view *view,
                       struct id target, uint8_t owed)
{
    const struct sight sight = {.view = view};
    const struct debt debt = {.target = target, .owed = owed};
    const struct record_claim *claim = debt_claim(&sight, &debt);
    const struct record_payment *payment;
    const struct record_payout *payout;

    if (claim == NULL || id_is_none(claim->payment))
        return;
    payment =
        (const void *)view_find(view, RECORD_payment, claim->payment.bytes);
    payout =
        (const void *)view_find(view, RECORD_payout, payment->payout.bytes);
    if (payment->head.state == STATE_payment_ORDERED &&
        payout->head.state == STATE_payout_SETTLED)
        later(last, payout->debited);
}

static struct date last_voucher(const struct view *view,
                                const struct record_party *party)
{
    static const uint8_t own[] = {OWED_OVERPAID, OWED_REFUND, OWED_FEE};
    static const struct {
        enum record_type type;
        uint8_t owed;
    } theirs[] = {{RECORD_pledge, OWED_REFUND},
                  {RECORD_redemption, OWED_REDEMPTION}};
    struct date last = party->voucher;

    for (size_t i = 0; i < sizeof own; i++)
        note_debit(&last, view, record_id(&party->head), own[i]);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) {
        const struct record *record =
            affairs_newest(view, party, theirs[i].type);

        for (; record != NULL; record = affairs_older(view, record))
            note_debit(&last, view, record_id(record), theirs[i].owed);
    }
    return last;
}

bool affairs_kept_until(struct date *until, const struct view *view,
                        const struct record_party *party)
{
    struct date last = last_voucher(view, party);
    int year, month, day;

    if (affairs_unknown(view, party))
        later(&last, ledger_of(view)->affairs_day);
    if (last.days == 0)
        return false;
    date_to_civil(last, &year, &month, &day);
    *until = date_from_civil(year + RETENTION_YEARS, 12, 31);
    return true;
}
