/* What rules and effects of several nouns share. */
#include "ledger/folding.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const struct record_ledger *fold_ledger(const struct fold *fold)
{
    static const struct link self;

    return FIND_RECORD(fold, ledger, self);
}

const struct record_statutes *fold_statutes(const struct fold *fold)
{
    static const struct link self;
    const struct record_statutes *statutes = FIND_RECORD(fold, statutes, self);

    assert(statutes != NULL);
    return statutes;
}

enum time_zone fold_zone(const struct fold *fold)
{
    switch ((enum choice_zone)fold_statutes(fold)->zone) {
    case ZONE_NAME_UTC:
        return ZONE_UTC;
    case ZONE_NAME_WESTERN:
        return ZONE_WESTERN;
    case ZONE_NAME_CENTRAL:
        return ZONE_CENTRAL;
    case ZONE_NAME_EASTERN:
        return ZONE_EASTERN;
    case zone_none:
    case zone_after:
        break;
    }
    impossible();
}

struct instant reflection_end(const struct fold *fold, int64_t days)
{
    enum time_zone zone = fold_zone(fold);
    struct date day = instant_day(fold->meta->accepted, zone);

    return date_start(date_plus_days(day, (int32_t)days + 1), zone);
}

struct link member_key(struct id party)
{
    return link_of("member", 6, party.bytes, sizeof party.bytes);
}

struct link seat_key(struct id party)
{
    return link_of("seat", 4, party.bytes, sizeof party.bytes);
}

struct link key_key(struct id party, uint32_t key_id)
{
    uint8_t bytes[4] = {(uint8_t)(key_id >> 24), (uint8_t)(key_id >> 16),
                        (uint8_t)(key_id >> 8), (uint8_t)key_id};

    return link_of(party.bytes, sizeof party.bytes, bytes, sizeof bytes);
}

struct link college_key(const struct code *code)
{
    return link_of("college", 7, code, sizeof *code);
}

struct link holding_key(struct id party, struct id class)
{
    return link_of(party.bytes, sizeof party.bytes, class.bytes,
                   sizeof class.bytes);
}

struct link nature_key(struct id campaign, uint8_t nature)
{
    return link_of(campaign.bytes, sizeof campaign.bytes, &nature, 1);
}

uint32_t signer_key_id(const char *origin, struct id party,
                       const struct key *key)
{
    char name[NOTE_NAME_BYTES_MAX + 1], id[ID_CHARS + 1];
    int size;

    id_write(id, party);
    size = snprintf(name, sizeof name, "%s/%s", origin, id);
    assert(size > 0 && (size_t)size < sizeof name);
    return note_key_id(name, (size_t)size, KEY_TYPE_ED25519, key);
}

bool capital_floor(const struct fold *fold, struct amount *floor,
                   struct error *error)
{
    const struct record_statutes *statutes = fold_statutes(fold);
    struct amount part;

    if (!amount_part_up(&part, fold_ledger(fold)->highest_capital,
                        statutes->floor_ppm, PPM))
        return fail(error, ERROR_RANGE, "the capital floor is out of range");
    *floor = amount_max(part, statutes->capital_floor);
    return true;
}

struct amount share_nominal(const struct record_class *class, int64_t count,
                            bool *fits)
{
    struct amount nominal = amount_from_minor(0);

    *fits = amount_times(&nominal, class->nominal, count);
    return nominal;
}

const char *money_text(const struct fold *fold, struct amount amount,
                       char out[static MONEY_CHARS])
{
    const struct record_ledger *ledger = fold_ledger(fold);
    char digits[AMOUNT_CHARS];

    if (ledger == NULL) {
        (void)snprintf(out, MONEY_CHARS, "(no currency)");
        return out;
    }
    amount_write(digits, amount, currency_digits(ledger->currency));
    (void)snprintf(out, MONEY_CHARS, "%s %s", digits,
                   choice_word(TYPE_currency, ledger->currency));
    return out;
}

bool statements_cover(const struct view *view, struct instant instant)
{
    static const struct link self;
    struct date last = date_plus_days(
        instant_day((struct instant){instant.ms - 1}, ZONE_UTC), 0);
    const struct record_ledger *ledger =
        (const void *)view_find(view, RECORD_ledger, self.key);
    struct link at = ledger->banks.first;

    for (int64_t i = 0; i < ledger->banks.count; i++) {
        const struct record_bank *bank =
            (const void *)view_find(view, RECORD_bank, at.key);

        if (bank->open > 0 || date_less(bank->covered, last))
            return false;
        at = bank->next;
    }
    return ledger->banks.count > 0;
}
