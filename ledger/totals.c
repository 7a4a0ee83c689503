#include "ledger/totals.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct sums {
    int64_t accounts[ACCOUNT_COUNT];
    int64_t states[STATE_COUNT];
    int64_t pledged, received, committed, called, drawn, shares, issued;
};

/* 2^10 records of 2^53 cannot pass 2^63; sums of a ledger are one amount. */
static void count_record(struct sums *sums, const struct record *record)
{
    const struct record_balance *balance = (const void *)record;
    const struct record_campaign *campaign = (const void *)record;
    const struct record_contract *contract = (const void *)record;
    const struct record_holding *holding = (const void *)record;
    const struct record_class *class = (const void *)record;

    sums->states[record->state]++;
    switch ((int)record->type) {
    case RECORD_balance:
        sums->accounts[balance->account] += amount_to_minor(balance->amount);
        break;
    case RECORD_campaign:
        sums->pledged += amount_to_minor(campaign->pledged);
        sums->received += amount_to_minor(campaign->received);
        break;
    case RECORD_contract:
        sums->committed += amount_to_minor(contract->amount);
        sums->called += amount_to_minor(contract->called);
        sums->drawn += amount_to_minor(contract->drawn);
        break;
    case RECORD_holding:
        sums->shares += holding->quantity;
        break;
    case RECORD_class:
        sums->issued += class->issued;
        break;
    default:
        break;
    }
}

static void sum_up(struct sums *sums, const struct state *state)
{
    memset(sums, 0, sizeof *sums);
    for (int type = 0; type < RECORD_COUNT; type++) {
        size_t count = state_count(state, (enum record_type)type);

        for (size_t i = 0; i < count; i++)
            count_record(sums, state_at(state, (enum record_type)type, i));
    }
}

struct list_out {
    struct total *totals;
    size_t count;
};

static void put(struct list_out *out, const char *first, const char *second,
                int64_t value)
{
    struct total *total = &out->totals[out->count++];

    assert(out->count <= TOTALS_MAX);
    (void)snprintf(total->name, sizeof total->name, "%s%s%s", first,
                   *second ? "." : "", second);
    total->value = value;
}

static struct amount floor_of(const struct state *state)
{
    static const struct link self;
    const struct record_statutes *statutes =
        (const void *)state_find(state, RECORD_statutes, self.key);
    struct amount part = amount_from_minor(0);

    if (statutes == NULL ||
        !amount_part_up(&part, state_ledger(state)->highest_capital,
                        statutes->floor_ppm, PPM))
        return part;
    return amount_max(part, statutes->capital_floor);
}

size_t totals_of(struct total totals[static TOTALS_MAX],
                 const struct state *state)
{
    const struct record_ledger *ledger = state_ledger(state);
    struct list_out out = {.totals = totals};
    struct sums sums;

    if (ledger == NULL)
        return 0;
    sum_up(&sums, state);
    put(&out, "entries", "", state->size);
    put(&out, "capital", "", amount_to_minor(ledger->capital));
    put(&out, "capital_floor", "", amount_to_minor(floor_of(state)));
    put(&out, "capital_highest", "", amount_to_minor(ledger->highest_capital));
    put(&out, "capital_public", "", amount_to_minor(ledger->capital_public));
    put(&out, "shares", "", sums.shares);
    put(&out, "pledged", "", sums.pledged);
    put(&out, "received", "", sums.received);
    put(&out, "committed", "", sums.committed);
    put(&out, "called", "", sums.called);
    put(&out, "paid_in", "", sums.drawn);
    for (int i = 1; i < ACCOUNT_COUNT; i++)
        if (sums.accounts[i] != 0)
            put(&out, "account", account_spec((enum account)i)->name,
                sums.accounts[i]);
    for (int i = 1; i < STATE_COUNT; i++) {
        enum record_type type = state_record((enum record_state)i);

        if (sums.states[i] != 0)
            put(&out, type == RECORD_COUNT ? "record" : record_spec(type)->name,
                state_word((enum record_state)i), sums.states[i]);
    }
    return out.count;
}

static bool pairs_hold(const struct sums *sums)
{
    return sums->accounts[ACCOUNT_subscribed_uncalled] +
                   sums->accounts[ACCOUNT_capital_uncalled] ==
               0 &&
           sums->accounts[ACCOUNT_called_capital] +
                   sums->accounts[ACCOUNT_capital_unpaid] ==
               0;
}

bool laws_hold(const struct state *state, struct error *error)
{
    const struct record_ledger *ledger = state_ledger(state);
    int64_t real = 0, memo = 0, capital;
    struct sums sums;

    if (ledger == NULL)
        return true;
    sum_up(&sums, state);
    for (int i = 1; i < ACCOUNT_COUNT; i++)
        *(account_spec((enum account)i)->side == SIDE_MEMO ? &memo : &real) +=
            sums.accounts[i];
    capital = -sums.accounts[ACCOUNT_capital_uncalled] -
              sums.accounts[ACCOUNT_capital_unpaid] -
              sums.accounts[ACCOUNT_capital_paid];
    if (real != 0)
        return fail(error, ERROR_PROOF, "the postings do not sum to zero");
    if (memo != 0)
        return fail(error, ERROR_PROOF, "the memo postings do not sum to zero");
    if (!pairs_hold(&sums))
        return fail(error, ERROR_PROOF, "capital is not in pairs");
    if (capital != amount_to_minor(ledger->capital))
        return fail(error, ERROR_PROOF,
                    "the capital is not what its accounts say");
    if (sums.shares != sums.issued)
        return fail(error, ERROR_PROOF, "holdings and issued shares differ");
    return true;
}
