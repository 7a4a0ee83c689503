/*
 * Random histories keep every law; a refused entry leaves no trace; batches of
 * layers give the very state that folding one by one gives.
 */
#include "tests/unit/history_money.h"
#include "tests/unit/laws.h"

#include <stdlib.h>

enum { ACTS = 2500, SEEDS = 4, NONSENSE = 8000 };

/* One log, folded twice: straight, and through layers in batches. */
struct twins {
    struct state *straight;
    struct state *layered;
    struct layer *scratch, *next, *flight;
    int accepted[ENTRY_KIND_COUNT], refused;
    struct outcome outcome;
};

static const uint8_t seeds[2][16] = {"one", "another"};

static void start(struct twins *twins)
{
    memset(twins, 0, sizeof *twins);
    twins->straight = state_create(seeds[0]);
    twins->layered = state_create(seeds[1]);
    twins->scratch = layer_create(seeds[1]);
    twins->next = layer_create(seeds[1]);
    twins->flight = layer_create(seeds[1]);
}

static void end(struct twins *twins)
{
    layer_free(twins->flight);
    layer_free(twins->next);
    layer_free(twins->scratch);
    state_free(twins->layered);
    state_free(twins->straight);
}

static bool trust(void *context, size_t i, const struct key *key)
{
    (void)context;
    (void)i;
    (void)key;
    return true;
}

/* Officers, then whoever the act is of, then the clerk. */
static size_t sign(const struct act *act,
                   struct signer signers[static SIGNERS_MAX])
{
    size_t count = 0;
    int officers = act->kind == ENTRY_ledger_open ? OFFICERS : 2;

    for (int i = 0; act->officers && i < officers; i++) {
        struct id party = officer(i);
        struct key key = key_of_party(party);

        signers[count++] = (struct signer){
            .party = party,
            .key_id = signer_key_id(HISTORY_ORIGIN, party, &key)};
    }
    if (!id_is_none(act->party)) {
        struct key key = key_of_party(act->party);

        signers[count++] = (struct signer){
            .party = act->party,
            .key_id = signer_key_id(HISTORY_ORIGIN, act->party, &key)};
    }
    if (act->clerk)
        signers[count++] = (struct signer){.clerk = true};
    return count;
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

static void parse(struct history *history, const struct act *act,
                  struct entry *entry)
{
    static char json[JSON_BYTES_MAX], line[2100];
    static struct entry_lists lists;
    struct composer composer = {2, no_names, NULL};
    struct word words[WORDS_MAX];
    struct error error = {.code = ERROR_NONE};
    char nonce[ID_CHARS + 1];
    size_t count, size;

    (void)snprintf(line, sizeof line, "%s nonce=%s", act->words,
                   fresh(history, 'n', nonce) + 2);
    if (!words_split(words, &count, line, strlen(line), &error))
        fail_msg("%s: %s", line, error.text);
    size =
        compose(json, sizeof json, act->kind, words, count, &composer, &error);
    if (size == 0 || !entry_parse(entry, &lists, json, size, &error))
        fail_msg("%s %s: %s", entry_spec(act->kind)->name, line, error.text);
}

static bool fold_layered(struct twins *twins, const struct entry *entry,
                         const struct meta *meta, struct error *error)
{
    struct view view = {
        twins->layered, {twins->scratch, twins->next, twins->flight}, 3};

    if (!fold_entry(&view, entry, meta, &twins->outcome, error)) {
        layer_clear(twins->scratch);
        return false;
    }
    layer_merge(twins->next, twins->scratch);
    return true;
}

/* The batch in flight is committed; the next one takes off. */
static void commit(struct twins *twins)
{
    struct layer *empty = twins->flight;

    state_merge(twins->layered, twins->flight);
    twins->flight = twins->next;
    twins->next = empty;
}

static void compare(struct twins *twins)
{
    struct hash one, two;

    commit(twins);
    commit(twins);
    twins->layered->size = twins->straight->size;
    twins->layered->accepted = twins->straight->accepted;
    one = state_digest(twins->straight);
    two = state_digest(twins->layered);
    if (!hash_equal(&one, &two))
        fail_msg("layers give another state after %lld entries",
                 (long long)twins->straight->size);
}

static bool is_reversible(enum entry_kind kind)
{
#define REVERSIBLE(name)                                                       \
    if (kind == ENTRY_##name)                                                  \
        return true;
#include "ledger/entries.def"
    return false;
}

/* Fold on layers first: what they refuse the other state never sees. */
static bool try_entry(struct twins *twins, struct history *history,
                      const struct entry *entry, const struct signer *signers,
                      size_t count, struct error *error)
{
    struct view straight = {twins->straight, {NULL}, 0};
    struct meta meta = {.origin = HISTORY_ORIGIN,
                        .index = twins->straight->size,
                        .accepted = history->now,
                        .signers = signers,
                        .signer_count = count,
                        .verify = trust};

    if (!fold_layered(twins, entry, &meta, error)) {
        twins->refused++;
        return false;
    }
    law_postings(&twins->outcome);
    if (!fold_entry(&straight, entry, &meta, &twins->outcome, error))
        fail_msg("%s only passes on layers: %s", entry_spec(entry->kind)->name,
                 error->text);
    fold_done(twins->straight, history->now);
    twins->accepted[entry->kind]++;
    if (is_reversible(entry->kind) && history->reversible_count < 64)
        history->reversible[history->reversible_count++] = meta.index;
    else if (is_reversible(entry->kind))
        history->reversible[any(history, 64)] = meta.index;
    return true;
}

struct skipped {
    size_t count;
    struct link keys[256];
};

static bool is_skipped(void *context, const struct record_due *due)
{
    const struct skipped *skipped = context;

    for (size_t i = 0; i < skipped->count; i++)
        if (memcmp(skipped->keys[i].key, due->head.key, 16) == 0)
            return true;
    return false;
}

static void do_what_is_due(struct twins *twins, struct history *history)
{
    static const struct signer clerk = {.clerk = true};
    struct view view = {twins->straight, {NULL}, 0};
    struct skipped skipped = {.count = 0};
    const struct record_due *due;
    struct entry entry;

    while ((due = view_next_due(&view, history->now, is_skipped, &skipped)) !=
           NULL) {
        struct error error = {.code = ERROR_NONE};

        if (!clerk_entry(&entry, &view, due, history->now, HISTORY_ORIGIN)) {
            assert_true(skipped.count < 256);
            memcpy(skipped.keys[skipped.count++].key, due->head.key, 16);
        } else if (!try_entry(twins, history, &entry, &clerk, 1, &error)) {
            fail_msg("the clerk's %s is refused: %s",
                     entry_spec(entry.kind)->name, error.text);
        }
    }
}

static void one_act(struct twins *twins, struct history *history)
{
    struct signer signers[SIGNERS_MAX];
    struct error error = {.code = ERROR_NONE};
    struct entry entry;
    struct act act;
    int lines = history->line_count;

    if (!next_act(history, &act))
        return;
    parse(history, &act, &entry);
    if (try_entry(twins, history, &entry, signers, sign(&act, signers),
                  &error)) {
        laws(twins->straight);
    } else if (getenv("LAWS_VERBOSE") != NULL) {
        print_message("%s %s: %s\n", entry_spec(act.kind)->name, act.words,
                      error.text);
    }
    /* A line is never dropped: its statement would not add up. */
    if (error.code != ERROR_NONE && act.kind == ENTRY_bank_line)
        fail_msg("a line is refused: %s", error.text);
    if (error.code != ERROR_NONE && act.kind == ENTRY_bank_statement)
        history->line_count = lines;
}

static void begin(struct twins *twins, struct history *history, uint64_t seed)
{
    start(twins);
    memset(history, 0, sizeof *history);
    history->gen.seed = seed;
    history->state = twins->straight;
    history->now = date_start(date_from_civil(2026, 1, 1), ZONE_UTC);
}

static void step(struct twins *twins, struct history *history)
{
    history->now.ms += (int64_t)any(history, 40 * 60 * 1000);
    if (any(history, 50) == 0)
        history->now.ms += INT64_C(86400000) * (int64_t)any(history, 4);
    if (state_ledger(twins->straight) != NULL)
        do_what_is_due(twins, history);
    one_act(twins, history);
    if (any(history, 12) == 0)
        commit(twins);
    if (any(history, 60) == 0)
        compare(twins);
}

static void run(uint64_t seed, struct twins *twins)
{
    static struct history history;

    begin(twins, &history, seed);
    for (int i = 0; i < ACTS; i++)
        step(twins, &history);
    compare(twins);
}

static int seed_count(void)
{
    const char *more = getenv("LAWS_SEEDS");

    return more != NULL ? (int)strtol(more, NULL, 10) : SEEDS;
}

static void random_histories_keep_every_law(void **unused)
{
    static struct twins twins;
    int accepted[ENTRY_KIND_COUNT] = {0}, sum = 0, refused = 0;

    (void)unused;
    for (int seed = 1; seed <= seed_count(); seed++) {
        run((uint64_t)seed, &twins);
        for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++)
            accepted[kind] += twins.accepted[kind];
        refused += twins.refused;
        end(&twins);
    }
    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        sum += accepted[kind];
        print_message("%6d %s\n", accepted[kind],
                      entry_spec((enum entry_kind)kind)->name);
    }
    print_message("%6d accepted, %d refused\n", sum, refused);
    /* Most acts make sense, and every kind of the story happens. */
    assert_true(sum > refused);
    assert_true(accepted[ENTRY_reversal] > 0);
    assert_true(accepted[ENTRY_redeem_accept] > 0);
    assert_true(accepted[ENTRY_campaign_close] > 0);
    assert_true(accepted[ENTRY_clerk_step] > 0);
    assert_true(accepted[ENTRY_bank_allocate] > 0);
}

/* ---- Nonsense: any kind with any values, now and then ones that exist ---- */

static void patch_id(struct history *history, const char *letters,
                     struct id *id)
{
    char letter = letters[any(history, strlen(letters))];
    enum record_type type = record_type_of_letter((uint8_t)letter);
    const struct record *record =
        type != RECORD_COUNT ? choose(history, type, 0) : NULL;

    if (record != NULL && any(history, 8) > 0)
        *id = record_id(record);
}

static void patch_amount(struct history *history, const struct type_spec *spec,
                         struct amount *amount)
{
    int64_t small = (int64_t)any(history, 20000);

    if (any(history, 8) == 0)
        return;
    if (spec->least < 0 && any(history, 2) == 0)
        small = -small;
    *amount = amount_from_minor(small < spec->least ? spec->least : small);
}

static void patch_reference(struct history *history,
                            struct reference *reference)
{
    const struct record *target;
    struct reference known;
    int64_t missing, came;

    if (any(history, 8) > 0 &&
        choose_target(history, &target, &known, &missing, &came))
        *reference = known;
}

static void patch(struct history *history, enum field_type type, void *value)
{
    const struct type_spec *spec = type_spec(type);
    struct date today = instant_day(history->now, ZONE_UTC);
    int32_t days = (int32_t)any(history, 80) - 70;

    switch ((int)spec->form) {
    case FORM_ID:
        patch_id(history, spec->letters, value);
        return;
    case FORM_AMOUNT:
        patch_amount(history, spec, value);
        return;
    case FORM_NUMBER:
        if (spec->most > PPM && any(history, 8) > 0)
            *(int64_t *)value = spec->least + (int64_t)any(history, 9);
        return;
    case FORM_DATE:
        if (any(history, 8) > 0)
            *(struct date *)value = date_plus_days(today, days);
        return;
    case FORM_INSTANT:
        if (any(history, 8) > 0)
            ((struct instant *)value)->ms =
                history->now.ms - days * INT64_C(86400000);
        return;
    case FORM_RF:
        patch_reference(history, value);
        return;
    default:
        return;
    }
}

static void patch_object(struct history *history,
                         const struct object_spec *spec, void *base)
{
    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];
        uint8_t *value = (uint8_t *)base + field->offset;
        const struct list *list = (const void *)value;

        if (field->shape == SHAPE_ONE)
            patch(history, field->type, value);
        else if (field->shape == SHAPE_PART)
            patch_object(history, field->object, value);
        else if (field->shape == SHAPE_LIST)
            for (uint32_t j = 0; j < list->count; j++)
                patch_object(
                    history, field->object,
                    history->gen.bytes +
                        ((const uint8_t *)list->items - history->gen.bytes) +
                        field->object->bytes * j);
    }
}

/* Statutes that tighten a ceiling below what is held are no nonsense, and a
 * closed ledger takes nothing any more. */
static bool is_sane(enum entry_kind kind)
{
    return kind != ENTRY_statutes_amend && kind != ENTRY_ledger_close;
}

static void nonsense(struct twins *twins, struct history *history)
{
    enum entry_kind kind =
        (enum entry_kind)(1 + any(history, ENTRY_KIND_COUNT - 1));
    struct act act = {.officers = any(history, 2) == 0,
                      .clerk = any(history, 3) == 0};
    struct signer signers[SIGNERS_MAX];
    struct error error = {.code = ERROR_NONE};
    const struct record *party = choose(history, RECORD_party, 0);
    struct entry entry;

    if (!is_sane(kind))
        return;
    if (any(history, 2) == 0)
        act.party = record_id(party);
    gen_entry(&history->gen, &entry, kind, GIVEN_SOME);
    entry.present &= ~(UINT64_C(1) << BIT_common_effective);
    patch_object(history, &entry_spec(kind)->fields, &entry);
    entry.common.kind = (uint16_t)kind;
    if (try_entry(twins, history, &entry, signers, sign(&act, signers), &error))
        laws(twins->straight);
}

/* Into a ledger with a history of its own. */
static void run_nonsense(uint64_t seed, struct twins *twins)
{
    static struct history history;

    begin(twins, &history, seed);
    for (int i = 0; i < ACTS; i++)
        step(twins, &history);
    for (int i = 0; i < NONSENSE; i++) {
        nonsense(twins, &history);
        do_what_is_due(twins, &history);
        if (any(&history, 500) == 0)
            compare(twins);
    }
    compare(twins);
}

static void nonsense_is_refused_or_lawful(void **unused)
{
    static struct twins twins;

    (void)unused;
    for (int seed = 0; seed < seed_count(); seed += SEEDS) {
        run_nonsense(4711 + (uint64_t)seed, &twins);
        print_message("%6d refused\n", twins.refused);
        assert_true(twins.refused > NONSENSE / 2);
        end(&twins);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_histories_keep_every_law),
        cmocka_unit_test(nonsense_is_refused_or_lawful),
    };

    ledger_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
