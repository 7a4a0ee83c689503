/* The tables' words: whatever the ledger can say, people have words for. */
#include "ledger/entry.h"
#include "ledger/record.h"
#include "server/catalogue.h"
#include "server/words.h"
#include "tests/check.h"

static int load_french(void **state)
{
    struct error error = {0};

    (void)state;
    return catalogue_load("server/po", &error) ? 0 : -1;
}

static int lacks_label(const char *kind, const char *field)
{
    static const char *const silent[] = {"kind", "nonce", "note"};

    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (strcmp(field, silent[i]) == 0)
            return 0;
    if (word_label(field, true) != NULL)
        return 0;
    print_error("%s.%s has no label\n", kind, field);
    return 1;
}

TEST(every_field_of_every_entry_has_a_label)
{
    int lacking = 0;

    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        const struct entry_spec *spec = entry_spec((enum entry_kind)kind);

        for (size_t i = 0; i < spec->fields.count; i++) {
            const struct field_spec *field = &spec->fields.fields[i];

            lacking += lacks_label(spec->name, field->name);
            for (size_t j = 0;
                 field->object != NULL && j < field->object->count; j++)
                lacking +=
                    lacks_label(field->name, field->object->fields[j].name);
        }
    }
    assert_int_equal(lacking, 0);
}

/* word_of() gives back the very name that it has no word for. */
static void has_word(const char *name)
{
    if (word_of(name, true) == name) {
        print_error("there is no word for %s\n", name);
        assert_true(false);
    }
}

TEST(every_choice_has_a_word)
{
    static const char *const choices[] = {
#define CHOICES(choice)
#define CHOICE(choice, CONSTANT, word)                                         \
    TYPE_##choice == TYPE_currency ? NULL : word,
#define END_CHOICES(choice)
#include "ledger/types.def"
    };

    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i] != NULL)
            has_word(choices[i]);
}

TEST(every_state_that_people_see_has_a_word)
{
    static const enum record_type hidden[] = {RECORD_due, RECORD_unique,
                                              RECORD_undo};
    static const struct {
        enum record_type type;
        const char *word;
    } states[] = {
#define STATE(record, NAME, word) {RECORD_##record, word},
#include "ledger/states.def"
    };

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        bool seen = true;

        for (size_t j = 0; j < sizeof hidden / sizeof *hidden; j++)
            seen = seen && states[i].type != hidden[j];
        if (seen)
            has_word(states[i].word);
    }
}

TEST(what_has_no_word_is_said_as_it_is)
{
    static const char unknown[] = "no-such-word";

    assert_ptr_equal(word_of(unknown, true), unknown);
    assert_null(word_label("no_such_member", false));
}

TEST(marks_in_words_are_one_mark_in_names)
{
    assert_string_equal(word_of("act/365f", false), "actual days over 365");
    assert_string_equal(word_of("general-meeting", false), "general meeting");
    assert_string_equal(word_of("share.call", false), "capital called");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_entry_has_a_label),
        cmocka_unit_test(every_choice_has_a_word),
        cmocka_unit_test(every_state_that_people_see_has_a_word),
        cmocka_unit_test(what_has_no_word_is_said_as_it_is),
        cmocka_unit_test(marks_in_words_are_one_mark_in_names),
    };

    return cmocka_run_group_tests(tests, load_french, NULL);
}
