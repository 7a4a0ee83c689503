/* The largest entries of their kinds fold within the limits of one entry. */
#include "tests/unit/history.h"
#include "tests/unit/laws.h"

#include <stdlib.h>

/* A ledger in memory, folded straight; whoever signs is trusted. */
struct bench {
    struct state *state;
    struct history history;
    struct outcome outcome;
};

static bool trust(void *context, size_t i, const struct key *key)
{
    (void)context;
    (void)i;
    (void)key;
    return true;
}

static bool no_names(void *context, enum field_type type, struct text word,
                     void *value, struct error *error)
{
    (void)context;
    (void)type;
    (void)value;
    return (fail)(error, ERROR_FIELD, "%.*s is no literal", (int)word.size,
                  word.bytes);
}

static struct signer signer_of(struct id party)
{
    struct key key = key_of_party(party);

    return (struct signer){
        .party = party, .key_id = signer_key_id(HISTORY_ORIGIN, party, &key)};
}

static bool fold(struct bench *bench, const struct entry *entry,
                 const struct signer *signers, size_t count,
                 struct error *error)
{
    struct view view = {bench->state, {NULL}, 0};
    struct meta meta = {.origin = HISTORY_ORIGIN,
                        .index = bench->state->size,
                        .accepted = bench->history.now,
                        .signers = signers,
                        .signer_count = count,
                        .verify = trust};

    if (!fold_entry(&view, entry, &meta, &bench->outcome, error))
        return false;
    fold_done(bench->state, bench->history.now);
    return true;
}

/* Typed words, signed by two officers, a party or the clerk. */
static void must(struct bench *bench, enum entry_kind kind, const char *words,
                 struct id party, bool clerk)
{
    static char json[JSON_BYTES_MAX], line[JSON_BYTES_MAX];
    static struct entry_lists lists;
    struct composer composer = {2, no_names, NULL};
    struct word split[WORDS_MAX];
    struct signer signers[SIGNERS_MAX] = {{.clerk = true}};
    struct error error = {.code = ERROR_NONE};
    struct entry entry;
    char nonce[ID_CHARS + 1];
    size_t count, size, hands = clerk ? 1 : 0;

    (void)snprintf(line, sizeof line, "%s nonce=%s", words,
                   fresh(&bench->history, 'n', nonce) + 2);
    if (!words_split(split, &count, line, strlen(line), &error) ||
        (size = compose(json, sizeof json, kind, split, count, &composer,
                        &error)) == 0 ||
        !entry_parse(&entry, &lists, json, size, &error))
        fail_msg("%s: %s", entry_spec(kind)->name, error.text);
    if (!id_is_none(party))
        signers[hands++] = signer_of(party);
    for (int i = 0; hands == 0 || (kind == ENTRY_ledger_open && i < OFFICERS);
         i++) {
        signers[hands++] = signer_of(officer(i));
        if (kind != ENTRY_ledger_open)
            signers[hands++] = signer_of(officer(1));
    }
    if (!fold(bench, &entry, signers, hands, &error))
        fail_msg("%s: %s", entry_spec(kind)->name, error.text);
}

static void open_ledger(struct bench *bench)
{
    static const uint8_t seed[16] = "bench";
    struct act act = {.kind = ENTRY_none};

    memset(bench, 0, sizeof *bench);
    bench->state = state_create(seed);
    bench->history.state = bench->state;
    bench->history.gen.seed = 5;
    bench->history.now = date_start(date_from_civil(2026, 1, 1), ZONE_UTC);
    assert_true(act_open(&act));
    must(bench, act.kind, act.words, (struct id){0}, true);
}

/* A class half called, with so many accepted subscriptions of one party
 * each. */
static void subscribe_many(struct bench *bench, const char *class, int count)
{
    static char words[2000];
    struct id none = {0};

    (void)snprintf(words, sizeof words,
                   "class=%s code=A name=A nominal=10.00 called_ppm=500000"
                   " paid_ppm=0" DECISION,
                   class);
    must(bench, ENTRY_class_adopt, words, none, false);
    for (int i = 0; i < count; i++) {
        struct act act = {.kind = ENTRY_none};
        char id[ID_CHARS + 1], who[ID_CHARS + 1];

        if (!act_register(&bench->history, &act)) {
            act.party = record_id(
                state_at(bench->state, RECORD_party,
                         (size_t)i % state_count(bench->state, RECORD_party)));
        } else {
            char *type = strstr(act.words, "public_body");

            if (type != NULL)
                memcpy(type, "cooperative", strlen("cooperative"));
            must(bench, act.kind, act.words, act.party, false);
        }
        id_write(who, act.party);
        (void)fresh(&bench->history, 's', id);
        (void)snprintf(words, sizeof words,
                       "subscription=%s class=%s party=%s quantity=2"
                       " nature=founding",
                       id, class, who);
        must(bench, ENTRY_share_subscribe, words, act.party, false);
        (void)snprintf(words, sizeof words, "subscription=%s", id);
        must(bench, ENTRY_share_accept, words, none, false);
    }
}

static int clerk_steps(struct bench *bench)
{
    struct view view = {bench->state, {NULL}, 0};
    struct signer clerk = {.clerk = true};
    const struct record_due *due;
    int steps = 0;

    while ((due = view_next_due(&view, bench->history.now, NULL, NULL)) !=
           NULL) {
        struct error error = {.code = ERROR_NONE};
        struct entry entry;

        assert_true(clerk_entry(&entry, &view, due, bench->history.now,
                                HISTORY_ORIGIN));
        if (!fold(bench, &entry, &clerk, 1, &error))
            fail_msg("step %d: %s", steps, error.text);
        assert_true(bench->outcome.posting_count <= POSTINGS_PER_ENTRY);
        steps++;
    }
    return steps;
}

static void a_call_on_many_is_done_in_steps(void **unused)
{
    static struct bench bench;
    enum { COUNT = 2 * STEP_ITEMS_MAX + 1 };
    char words[400], class[ID_CHARS + 1], job[ID_CHARS + 1];

    (void)unused;
    open_ledger(&bench);
    (void)fresh(&bench.history, 'c', class);
    subscribe_many(&bench, class, COUNT);
    (void)snprintf(words, sizeof words,
                   "target=%s part=500000 due=2026-02-01 job=%s count=%d"
                   " total=%d.00",
                   class, fresh(&bench.history, 'j', job), COUNT, 10 * COUNT);
    must(&bench, ENTRY_share_call, words, (struct id){0}, false);
    assert_int_equal(clerk_steps(&bench), 3);
    laws(bench.state);
    assert_int_equal(minor(state_ledger(bench.state)->capital), COUNT * 2000);
    state_free(bench.state);
}

/* One line of the bank that pays 64 subscriptions, then is reversed. */
static void an_allocation_of_64_parts_is_folded_and_reversed(void **unused)
{
    static struct bench bench;
    static char words[8000];
    enum { COUNT = 64 };
    char class[ID_CHARS + 1], bank[ID_CHARS + 1], id[ID_CHARS + 1];
    char line[ID_CHARS + 1];
    struct id none = {0};
    size_t used;
    int64_t index;

    (void)unused;
    open_ledger(&bench);
    subscribe_many(&bench, fresh(&bench.history, 'c', class), COUNT);
    (void)snprintf(words, sizeof words, "account=%s name=Bank",
                   fresh(&bench.history, 'b', bank));
    must(&bench, ENTRY_bank_account, words, none, false);
    (void)snprintf(words, sizeof words,
                   "statement=%s account=%s number=1 from=2026-01-01"
                   " to=2026-01-01 opening=0.00 closing=640.00 lines=1"
                   " sha256=" ZEROS,
                   fresh(&bench.history, 'e', id), bank);
    must(&bench, ENTRY_bank_statement, words, none, true);
    (void)snprintf(words, sizeof words,
                   "statement=%s line=%s source=" ZEROS
                   " amount=640.00 booked=2026-01-01",
                   id, fresh(&bench.history, 'y', line));
    must(&bench, ENTRY_bank_line, words, none, true);
    used = (size_t)snprintf(words, sizeof words, "line=%s parts=[", line);
    for (size_t i = 0; i < COUNT; i++)
        used += (size_t)snprintf(
            words + used, sizeof words - used, "{amount=10.00 target=%s} ",
            name(state_at(bench.state, RECORD_subscription, i), id));
    (void)snprintf(words + used, sizeof words - used, "]");
    index = bench.state->size;
    must(&bench, ENTRY_bank_allocate, words, none, false);
    assert_int_equal(bench.outcome.posting_count, 4 * COUNT);
    laws(bench.state);
    (void)snprintf(words, sizeof words, "index=%" PRId64 " reason=mistake",
                   index);
    must(&bench, ENTRY_reversal, words, none, false);
    assert_int_equal(bench.outcome.posting_count, 4 * COUNT);
    laws(bench.state);
    state_free(bench.state);
}

static void an_offer_takes_all_its_conditions_and_instalments(void **unused)
{
    static struct bench bench;
    static char words[JSON_BYTES_MAX];
    char id[ID_CHARS + 1];
    size_t used;

    (void)unused;
    open_ledger(&bench);
    used = (size_t)snprintf(
        words, sizeof words,
        "offer=%s instrument=bond title=Bond most=120.00 rate=0 term=120"
        " day_count=act/365f repayment=custom" DECISION " conditions=[",
        fresh(&bench.history, 'o', id));
    for (int i = 0; i < 20; i++)
        used += (size_t)snprintf(words + used, sizeof words - used,
                                 "{code=c%d title=Condition} ", i);
    used +=
        (size_t)snprintf(words + used, sizeof words - used, "] instalments=[");
    for (int i = 0; i < 120; i++)
        used += (size_t)snprintf(words + used, sizeof words - used,
                                 "{amount=1.00 month=%d} ", i + 1);
    (void)snprintf(words + used, sizeof words - used, "]");
    must(&bench, ENTRY_offer_open, words, (struct id){0}, false);
    assert_int_equal(state_count(bench.state, RECORD_instalment), 120);
    assert_int_equal(state_count(bench.state, RECORD_condition), 20);
    state_free(bench.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_on_many_is_done_in_steps),
        cmocka_unit_test(an_allocation_of_64_parts_is_folded_and_reversed),
        cmocka_unit_test(an_offer_takes_all_its_conditions_and_instalments),
    };

    ledger_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
