#include "server/trial.h"
#include "server/telling.h"

static void add(struct amount *sum, struct amount amount)
{
    if (!amount_add(sum, *sum, amount))
        *sum = amount_from_minor(AMOUNT_MAX);
}

void trial_add(struct trial *trial, enum account account, struct amount amount)
{
    if (amount_is_negative(amount))
        add(&trial->accounts[account].credit, amount_negate(amount));
    else
        add(&trial->accounts[account].debit, amount);
}

void trial_of_state(struct trial *trial, const struct state *state)
{
    size_t count = state_count(state, RECORD_balance);

    for (size_t i = 0; i < count; i++) {
        const struct record_balance *balance =
            (const void *)state_at(state, RECORD_balance, i);

        trial_add(trial, (enum account)balance->account, balance->amount);
    }
}

const char *account_code(enum account account, bool from_2026)
{
    const struct account_spec *spec = account_spec(account);

    return from_2026 ? spec->code_2026 : spec->code;
}

/* People leave the side empty on which there is nothing. */
static json_t *wire_side(const struct wire *wire, struct amount amount)
{
    return wire->people && amount_is_zero(amount) ? json_string("")
                                                  : wire_amount(wire, amount);
}

json_t *trial_json(const struct wire *wire, const struct trial *trial,
                   bool memo, bool from_2026)
{
    struct amount debits = amount_from_minor(0), credits = debits, balance;
    json_t *list = json_array();

    for (int i = 1; i < ACCOUNT_COUNT; i++) {
        const struct account_spec *spec = account_spec((enum account)i);
        struct amount debit = trial->accounts[i].debit;
        struct amount credit = trial->accounts[i].credit;

        if ((spec->side == SIDE_MEMO) != memo ||
            (amount_is_zero(debit) && amount_is_zero(credit)))
            continue;
        if (!amount_sub(&balance, debit, credit))
            impossible(); /* Both are within the range and not negative. */
        add(&debits, debit);
        add(&credits, credit);
        wire_append(list,
                    json_pack("{s:o, s:s, s:o, s:o, s:o}", "account",
                              wire->people ? tell_account(wire, i)
                                           : json_string(spec->name),
                              "code", account_code((enum account)i, from_2026),
                              "debit", wire_side(wire, debit), "credit",
                              wire_side(wire, credit), "balance",
                              wire_amount(wire, balance)));
    }
    return json_pack("{s:o, s:{s:o, s:o}}", "accounts", list, "sums", "debit",
                     wire_amount(wire, debits), "credit",
                     wire_amount(wire, credits));
}
