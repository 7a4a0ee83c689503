/* What may happen to records: every record, state and transition. */
#include "ledger/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */

/* states.def read once more, row by row and not as a matrix. */
static const struct {
    enum record_type record;
    enum record_state from;
    enum transition what;
    enum record_state to;
    const char *word;
} may[] = {
#define MAY(record, FROM, transition, TO) \
    {RECORD_##record, STATE_##record##_##FROM, TRANSITION_##transition, \
     STATE_##record##_##TO, #transition},
#include "ledger/states.def"
};
static const struct {
    enum record_type record;
    enum record_state state;
    const char *word;
} states[] = {
#define STATE(record, NAME, word) \
    {RECORD_##record, STATE_##record##_##NAME, word},
#include "ledger/states.def"
};
static const struct {
    enum record_type record;
    enum transition what;
    enum entry_kind kind;
} acts[] = {
#define ACT_DUE(record, transition, kind) \
    {RECORD_##record, TRANSITION_##transition, ENTRY_##kind},
#include "ledger/states.def"
};
/* clang-format on */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What the rows say may follow; STATE_none: nothing. */
static enum record_state expected(enum record_state from, enum transition what)
{
    enum record_state to = STATE_none;

    for (size_t i = 0; i < COUNT(may); i++) {
        if (may[i].from != from || may[i].what != what)
            continue;
        assert_int_equal(to, STATE_none); /* One row for each. */
        to = may[i].to;
    }
    return to;
}

static void every_triple_is_as_the_table_says(void **unused)
{
    size_t allowed = 0, tried = 0;

    (void)unused;
    for (int from = 0; from < STATE_COUNT; from++) {
        for (int what = 1; what < TRANSITION_COUNT; what++) {
            enum record_state to =
                state_after((enum record_state)from, (enum transition)what);

            assert_int_equal(
                to, expected((enum record_state)from, (enum transition)what));
            allowed += to != STATE_none;
            tried++;
        }
    }
    assert_int_equal(allowed, COUNT(may));
    assert_true(tried > 1000);
}

static void a_row_stays_within_its_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(may); i++) {
        assert_int_equal(state_record(may[i].from), may[i].record);
        assert_int_equal(state_record(may[i].to), may[i].record);
        assert_string_equal(transition_word(may[i].what), may[i].word);
    }
    assert_int_equal(state_record(STATE_none), RECORD_COUNT);
    assert_int_equal(state_record(STATE_REVERSED), RECORD_COUNT);
}

static void nothing_happens_to_what_was_reversed(void **unused)
{
    char allowed[160];

    (void)unused;
    for (int what = 1; what < TRANSITION_COUNT; what++)
        assert_int_equal(state_after(STATE_REVERSED, (enum transition)what),
                         STATE_none);
    state_allows(allowed, sizeof allowed, STATE_REVERSED);
    assert_string_equal(allowed, "nothing");
    assert_string_equal(state_word(STATE_REVERSED), "reversed");
}

static void words_are_unique_within_a_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(states); i++) {
        assert_string_equal(state_word(states[i].state), states[i].word);
        assert_int_equal(state_record(states[i].state), states[i].record);
        assert_string_not_equal(states[i].word, "reversed");
        for (size_t j = 0; j < i; j++)
            if (states[i].record == states[j].record)
                assert_string_not_equal(states[i].word, states[j].word);
    }
}

static void every_state_can_be_reached(void **unused)
{
    bool reached[STATE_COUNT] = {false};

    (void)unused;
    for (int record = 0; record < RECORD_COUNT; record++) {
        size_t first = 0;

        while (first < COUNT(states) && (int)states[first].record != record)
            first++;
        assert_true(first < COUNT(states)); /* A state to begin in. */
        reached[states[first].state] = true;
    }
    for (size_t round = 0; round < COUNT(may); round++)
        for (size_t i = 0; i < COUNT(may); i++)
            if (reached[may[i].from])
                reached[may[i].to] = true;
    for (size_t i = 0; i < COUNT(states); i++)
        if (!reached[states[i].state])
            fail_msg("nothing leads to %s %s",
                     record_spec(states[i].record)->name, states[i].word);
}

static void every_transition_is_used(void **unused)
{
    (void)unused;
    for (int what = 1; what < TRANSITION_COUNT; what++) {
        bool used = false;

        for (size_t i = 0; i < COUNT(may); i++)
            used = used || (int)may[i].what == what;
        for (size_t i = 0; i < COUNT(acts); i++)
            used = used || (int)acts[i].what == what;
        if (!used)
            fail_msg("%s happens to nothing",
                     transition_word((enum transition)what));
    }
}

static void a_state_tells_what_it_allows(void **unused)
{
    char allowed[160];

    (void)unused;
    state_allows(allowed, sizeof allowed, STATE_subscription_REQUESTED);
    assert_string_equal(allowed, "accept, refuse, withdraw");
    state_allows(allowed, sizeof allowed, STATE_subscription_ISSUED);
    assert_string_equal(allowed, "nothing");
    for (size_t i = 0; i < COUNT(states); i++) {
        state_allows(allowed, sizeof allowed, states[i].state);
        for (size_t j = 0; j < COUNT(may); j++)
            if (may[j].from == states[i].state)
                assert_non_null(strstr(allowed, may[j].word));
    }
}

static void a_deadline_names_the_kind_that_the_clerk_writes(void **unused)
{
    (void)unused;
    for (int record = 0; record < RECORD_COUNT; record++) {
        for (int what = 1; what < TRANSITION_COUNT; what++) {
            enum entry_kind kind = ENTRY_none;

            for (size_t i = 0; i < COUNT(acts); i++)
                if ((int)acts[i].record == record && (int)acts[i].what == what)
                    kind = acts[i].kind;
            assert_int_equal(
                due_kind((enum record_type)record, (enum transition)what),
                kind);
        }
    }
}

static void letters_lead_to_their_records(void **unused)
{
    (void)unused;
    for (int type = 0; type < RECORD_COUNT; type++) {
        const struct record_spec *spec = record_spec((enum record_type)type);

        assert_int_equal(record_type_read(spec->name), type);
        if (spec->letter != 0)
            assert_int_equal(record_type_of_letter(spec->letter), type);
    }
    assert_int_equal(record_type_of_letter(0), RECORD_COUNT);
    assert_int_equal(record_type_of_letter('z'), RECORD_COUNT);
    assert_int_equal(record_type_read("treasure"), RECORD_COUNT);
}

/* A type of ids names letters; each must lead to a record, or to the vault. */
static void every_letter_of_an_id_type_has_a_record(void **unused)
{
    (void)unused;
    for (int type = 0; type < TYPE_COUNT; type++) {
        const struct type_spec *spec = type_spec((enum field_type)type);

        if (spec->form != FORM_ID || type == TYPE_memo)
            continue;
        assert_true(strlen(spec->letters) > 0);
        for (const char *letter = spec->letters; *letter != '\0'; letter++)
            if (record_type_of_letter((uint8_t)*letter) == RECORD_COUNT)
                fail_msg("%s: no record has letter %c", spec->name, *letter);
    }
}

static void attributes_lie_within_their_record(void **unused)
{
    (void)unused;
    for (int type = 0; type < RECORD_COUNT; type++) {
        const struct record_spec *spec = record_spec((enum record_type)type);

        assert_true(spec->bytes <= RECORD_BYTES_MAX);
        for (uint16_t i = 0; i < spec->attr_count; i++) {
            const struct attr_spec *attr = &spec->attrs[i];

            assert_true(attr->offset >= sizeof(struct record));
            assert_true(attr->offset + type_spec(attr->type)->bytes <=
                        spec->bytes);
            assert_ptr_equal(record_attr((enum record_type)type, attr->name),
                             attr);
        }
    }
    assert_null(record_attr(RECORD_party, "iban"));
}

static void accounts_have_unique_names_and_codes(void **unused)
{
    (void)unused;
    assert_null(account_spec(ACCOUNT_none));
    assert_int_equal(account_read("petty-cash"), ACCOUNT_none);
    for (int i = 1; i < ACCOUNT_COUNT; i++) {
        const struct account_spec *spec = account_spec((enum account)i);

        assert_int_equal(account_read(spec->name), i);
        for (int j = 1; j < i; j++) {
            const struct account_spec *other = account_spec((enum account)j);

            assert_string_not_equal(spec->name, other->name);
            assert_string_not_equal(spec->code, other->code);
            assert_string_not_equal(spec->code_2026, other->code_2026);
        }
    }
}

static void keys_that_are_made_of_parts_differ(void **unused)
{
    struct link empty = {{0}};
    struct link a = link_of("ab", 2, "c", 1);

    (void)unused;
    assert_true(link_is_none(empty));
    assert_false(link_is_none(a));
    assert_true(link_equal(a, link_of("ab", 2, "c", 1)));
    assert_false(link_equal(a, link_of("ab", 2, "d", 1)));
    assert_false(link_equal(a, link_of("ab", 2, NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_triple_is_as_the_table_says),
        cmocka_unit_test(a_row_stays_within_its_record),
        cmocka_unit_test(nothing_happens_to_what_was_reversed),
        cmocka_unit_test(words_are_unique_within_a_record),
        cmocka_unit_test(every_state_can_be_reached),
        cmocka_unit_test(every_transition_is_used),
        cmocka_unit_test(a_state_tells_what_it_allows),
        cmocka_unit_test(a_deadline_names_the_kind_that_the_clerk_writes),
        cmocka_unit_test(letters_lead_to_their_records),
        cmocka_unit_test(every_letter_of_an_id_type_has_a_record),
        cmocka_unit_test(attributes_lie_within_their_record),
        cmocka_unit_test(accounts_have_unique_names_and_codes),
        cmocka_unit_test(keys_that_are_made_of_parts_differ),
    };

    entry_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
