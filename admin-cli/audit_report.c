/* What an audit found, as a document. */
#include "admin-cli/audit.h"
#include "admin-cli/totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Money: minor units for programs, "12.50 EUR" for people. */
struct writer {
    const struct state *state;
    bool people;
};

static void set(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static json_t *money(const struct writer *writer, struct amount amount)
{
    const struct record_ledger *ledger = state_ledger(writer->state);
    char text[AMOUNT_CHARS];

    if (!writer->people || ledger == NULL)
        return json_integer(amount_to_minor(amount));
    amount_write(text, amount, currency_digits(ledger->currency));
    return json_sprintf("%s %s", text,
                        choice_word(TYPE_currency, ledger->currency));
}

static json_t *instant(struct instant at)
{
    char text[INSTANT_CHARS + 1];

    instant_write(text, at);
    return json_string(text);
}

static json_t *hash(const struct hash *value)
{
    char text[HASH_CHARS + 1];

    hash_write(text, value);
    return json_string(text);
}

/* ---- Checkpoint, trust, witnesses, memory ---- */

static json_t *describe_checkpoint(const struct audit *audit)
{
    json_t *object = json_object();

    set(object, "size", json_integer((json_int_t)audit->checkpoint.size));
    set(object, "root", hash(&audit->checkpoint.root));
    if (audit->auditor.state != NULL && audit->auditor.state->size > 0) {
        set(object, "first", instant(audit->first_accepted));
        set(object, "last", instant(audit->auditor.state->accepted));
    }
    return object;
}

static const char *trust_word(const struct audit *audit)
{
    static const char *const words[] = {
        [TRUST_POLICY] = "a policy that was given",
        [TRUST_KEY] = "a log key that was given",
        [TRUST_SOURCE] = "the log's own word: compare its key",
    };

    return words[audit->trust.from];
}

static json_t *describe_witnesses(const struct audit *audit)
{
    const struct policy *policy = &audit->trust.policy;
    json_t *list = json_array();

    for (size_t i = 0; i < policy->witness_count; i++) {
        const uint64_t stamp = policy_stamp(policy, i, &audit->note);
        json_t *item =
            json_pack("{s:s}", "witness", policy->witnesses[i].vkey.name);

        if (stamp > 0 && stamp < INT64_MAX / 1000) {
            set(item, "cosigned",
                instant((struct instant){(int64_t)stamp * 1000}));
            set(item, "age_seconds",
                json_integer((json_int_t)(audit->options.now - stamp)));
        } else {
            set(item, "cosigned", json_string("no"));
        }
        (void)json_array_append_new(list, item);
    }
    return list;
}

static json_t *describe_seen(const struct audit *audit)
{
    if (audit->last == NULL)
        return json_string(audit->options.state_dir == NULL
                               ? "not compared"
                               : "this is the first audit");
    return json_pack("{s:I, s:o}", "size",
                     (json_int_t)audit->last->checkpoint.size, "root",
                     hash(&audit->last->checkpoint.root));
}

/* ---- Capital: floor and ceilings, with what is left of them ---- */

static void put_part(json_t *object, const struct writer *writer,
                     const char *name, struct amount is, struct amount limit,
                     bool is_floor)
{
    struct amount left = amount_from_minor(0);

    if (!amount_sub(&left, is_floor ? is : limit, is_floor ? limit : is))
        left = amount_from_minor(0);
    set(object, name,
        json_pack("{s:o, s:o, s:o}", "is", money(writer, is), "limit",
                  money(writer, limit), "headroom", money(writer, left)));
}

static struct amount largest_holder(const struct state *state)
{
    struct amount most = amount_from_minor(0);

    for (size_t i = 0; i < state_count(state, RECORD_party); i++) {
        const struct record_party *party =
            (const void *)state_at(state, RECORD_party, i);

        most = amount_max(most, party->capital);
    }
    return most;
}

static struct amount floor_of(const struct state *state,
                              const struct record_statutes *statutes)
{
    struct amount part = amount_from_minor(0);

    if (!amount_part_up(&part, state_ledger(state)->highest_capital,
                        statutes->floor_ppm, PPM))
        return part;
    return amount_max(part, statutes->capital_floor);
}

static struct amount ceiling(struct amount capital, int64_t ppm)
{
    struct amount rest, part = amount_from_minor(0);

    /* Rounded down: what is above it is rounded up. */
    if (!amount_part_up(&rest, capital, PPM - ppm, PPM) ||
        !amount_sub(&part, capital, rest))
        return amount_from_minor(0);
    return part;
}

static json_t *describe_capital(const struct writer *writer)
{
    static const struct link self;
    const struct record_ledger *ledger = state_ledger(writer->state);
    const struct record_statutes *statutes =
        (const void *)state_find(writer->state, RECORD_statutes, self.key);
    json_t *object = json_object();

    set(object, "capital", money(writer, ledger->capital));
    set(object, "highest", money(writer, ledger->highest_capital));
    if (statutes == NULL)
        return object;
    put_part(object, writer, "floor", ledger->capital,
             floor_of(writer->state, statutes), true);
    put_part(object, writer, "public_bodies", ledger->capital_public,
             ceiling(ledger->capital, statutes->public_max_ppm), false);
    if (statutes->holder_max_ppm > 0)
        put_part(object, writer, "largest_holder",
                 largest_holder(writer->state),
                 ceiling(ledger->capital, statutes->holder_max_ppm), false);
    return object;
}

/* ---- Totals and late acts ---- */

static bool is_count(const char *name)
{
    static const char *const money_names[] = {
        "capital",        "capital_floor", "capital_highest",
        "capital_public", "pledged",       "received",
        "committed",      "called",        "paid_in"};

    for (size_t i = 0; i < sizeof money_names / sizeof *money_names; i++)
        if (strcmp(name, money_names[i]) == 0)
            return false;
    return strncmp(name, "account.", 8) != 0;
}

/* Many owners' balances may add up to more than one amount can be. */
static json_t *sum(const struct writer *writer, int64_t minor)
{
    return llabs(minor) > AMOUNT_MAX ? json_integer(minor)
                                     : money(writer, amount_from_minor(minor));
}

static json_t *describe_totals(const struct writer *writer)
{
    static struct total totals[TOTALS_MAX];
    const size_t count = totals_of(totals, writer->state);
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        set(object, totals[i].name,
            is_count(totals[i].name) ? json_integer(totals[i].value)
                                     : sum(writer, totals[i].value));
    return object;
}

static json_t *describe_late(const struct punctual *punctual)
{
    json_t *list = json_array();

    for (size_t i = 0; i < punctual->late_count && i < PUNCTUAL_LATE_MAX; i++) {
        const struct late_act *act = &punctual->late[i];
        json_t *item =
            json_pack("{s:s, s:o, s:I}", "kind", entry_spec(act->kind)->name,
                      "due", instant(act->ready), "late_minutes",
                      (json_int_t)(act->late_ms / 60000));

        set(item, "index",
            act->index < 0 ? json_string("never came")
                           : json_integer(act->index));
        (void)json_array_append_new(list, item);
    }
    return list;
}

static json_t *describe_work(const struct audit *audit)
{
    const struct auditor *auditor = &audit->auditor;
    json_t *object = json_object();

    set(object, "entries", json_integer(auditor->state->size));
    set(object, "signatures",
        json_integer(auditor->verifier == NULL
                         ? 0
                         : verifier_checked(auditor->verifier)));
    if (auditor->trusted_size > 0)
        set(object, "signatures_verified_before",
            json_sprintf("those of entries 0 to %" PRId64,
                         auditor->trusted_size - 1));
    set(object, "tiles", json_integer(audit->tiles));
    set(object, "receipt",
        json_string(audit->receipt_agrees ? "that of the last entry agrees"
                                          : "none is offered"));
    set(object, "figures_shown",
        audit->claims_agree ? json_sprintf("agree, as of %" PRId64 " entries",
                                           audit->claims_size)
                            : json_string("none are shown"));
    return object;
}

/* "entry 12: ..." names it. */
static json_t *describe_finding(const struct audit *audit,
                                const struct error *error)
{
    json_t *object = json_object();
    uint64_t index;
    const size_t digits = strncmp(error->text, "entry ", 6) == 0
                              ? strspn(error->text + 6, "0123456789")
                              : 0;

    if (digits > 0 && decimal_read(&index, error->text + 6, digits))
        set(object, "index", json_integer((json_int_t)index));
    set(object, "what", json_string(error->text));
    if (audit->evidence[0] != '\0')
        set(object, "evidence", json_string(audit->evidence));
    return object;
}

json_t *audit_report(const struct audit *audit, const struct error *error,
                     bool people)
{
    const struct state *state = audit->auditor.state;
    const struct writer writer = {state, people};
    json_t *report = json_object();
    struct hash digest;

    set(report, "verdict",
        json_string(error == NULL ? "everything agrees"
                                  : "verification failed"));
    set(report, "origin", json_string(audit->checkpoint.origin));
    if (state != NULL && state_ledger(state) != NULL)
        set(report, "trial", json_boolean(state_ledger(state)->trial));
    set(report, "audited",
        instant((struct instant){(int64_t)audit->options.now * 1000}));
    set(report, "program", json_string("terreau " TERREAU_VERSION));
    set(report, "trusted", json_string(trust_word(audit)));
    if (error != NULL)
        set(report, "finding", describe_finding(audit, error));
    set(report, "checkpoint", describe_checkpoint(audit));
    set(report, "seen_before", describe_seen(audit));
    set(report, "witnesses", describe_witnesses(audit));
    if (state == NULL)
        return report;
    set(report, "checked", describe_work(audit));
    if (error != NULL || state_ledger(state) == NULL)
        return report;
    set(report, "policy_published", audit_policy_describe(audit));
    set(report, "late_acts", describe_late(&audit->punctual));
    if (audit->punctual.late_count > PUNCTUAL_LATE_MAX)
        set(report, "late_acts_in_all",
            json_integer((json_int_t)audit->punctual.late_count));
    set(report, "capital", describe_capital(&writer));
    set(report, "totals", describe_totals(&writer));
    digest = state_digest(state);
    set(report, "digest", hash(&digest));
    return report;
}
