/* Why something did not happen: errors keep what they were made of, and are
 * said in the reader's language. */
#include "ledger/entry.h"
#include "server/catalogue.h"
#include "server/reason.h"
#include "tests/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static const char catalogue[] =
    "msgid \"\"\nmsgstr \"\"\n"
    "\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n\n"
    "msgid \"{1} is longer than {2} bytes\"\n"
    "msgstr \"plus de {2} octets : {1}\"\n\n"
    "msgid \"{1} of {2} %\"\nmsgstr \"{1} sur {2} %\"\n\n"
    "msgid \"until {1}\"\nmsgstr \"jusqu’au {1}\"\n\n"
    "msgid \"the pledge is {1}\"\nmsgstr \"l’engagement : {1}\"\n\n"
    "msgid \"taken back\"\nmsgstr \"renoncé\"\n\n"
    "msgid \"it {1}\"\nmsgstr \"{2} manque\"\n\n"
    "msgid \"it is closed\"\nmsgstr \"c’est fermé\"\n";

static int load(void **state)
{
    struct error error = {0};
    char path[80];
    FILE *file;

    (void)state;
    entry_start();
    (void)snprintf(folder, sizeof folder, "/tmp/test_reason.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/fr.po", folder);
    file = fopen(path, "w");
    if (file == NULL || fputs(catalogue, file) < 0 || fclose(file) != 0)
        return 1;
    return !catalogue_load(folder, &error);
}

static int remove_folder(void **state)
{
    char path[80];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/fr.po", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static void arg_is(const struct error *error, int number, const char *text)
{
    const struct error_span span = error->args[number];

    assert_true(number < error->arg_count);
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(error->text + span.at, text, span.size);
}

static void is_said(const struct error *error, const char *language,
                    const char *expected, bool in_language)
{
    BUFFER(text);
    bool said = reason_say(&text, language, error);

    assert_string_equal(text.bytes, expected);
    assert_int_equal(said, in_language);
}

TEST(an_error_knows_where_its_arguments_stand)
{
    struct error error = {0};

    assert_false(fail(&error, ERROR_FIELD, "%s: %.*s, %.3s%% of %c", "name", 2,
                      "abcdef", "uvwxyz", '!'));
    assert_string_equal(error.text, "name: ab, uvw% of !");
    assert_int_equal(error.arg_count, 4);
    arg_is(&error, 0, "name");
    arg_is(&error, 1, "ab");
    arg_is(&error, 2, "uvw");
    arg_is(&error, 3, "!");
}

TEST(numbers_of_every_kind_are_found)
{
    struct error error = {0};

    (void)fail(&error, ERROR_FIELD, "%d %u %zu %" PRId64 " %lld %04d", -7, 8u,
               (size_t)9, INT64_MIN, 10LL, 11);
    arg_is(&error, 0, "-7");
    arg_is(&error, 1, "8");
    arg_is(&error, 2, "9");
    arg_is(&error, 3, "-9223372036854775808");
    arg_is(&error, 4, "10");
    arg_is(&error, 5, "0011");
    error = (struct error){0};
    (void)fail(&error, ERROR_FIELD, "%" PRIu64 "-%08" PRIx32 "-%02x",
               UINT64_MAX, UINT32_C(0xbeef), 10u);
    arg_is(&error, 0, "18446744073709551615");
    arg_is(&error, 1, "0000beef");
    arg_is(&error, 2, "0a");
}

TEST(an_argument_that_does_not_fit_is_cut_where_the_text_is)
{
    struct error error = {0};
    char text[sizeof error.text + 50];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)fail(&error, ERROR_FIELD, "a %s, %d", text, 5);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_int_equal(error.args[0].at, 2);
    assert_int_equal(error.args[0].size, sizeof error.text - 3);
    assert_int_equal(error.args[1].size, 0);
}

TEST(the_reason_of_another_error_is_passed_on)
{
    struct error error = {.pointer = "/a"}, why = {.pointer = "/b"};

    (void)fail(&why, ERROR_FIELD, "%s is longer than %d bytes", "name", 5);
    assert_false(fail_again(&error, ERROR_RULE, &why));
    assert_int_equal(error.code, ERROR_RULE);
    assert_string_equal(error.pointer, "/a");
    is_said(&error, "fr", "plus de 5 octets : name", true);
}

TEST(a_reason_is_said_in_the_order_of_the_language)
{
    struct error error = {0};

    (void)fail(&error, ERROR_FIELD, "%s is longer than %d bytes", "name", 5);
    is_said(&error, "fr", "plus de 5 octets : name", true);
    is_said(&error, "en", "name is longer than 5 bytes", true);
}

TEST(amounts_days_and_words_are_written_as_the_reader_does)
{
    struct error error = {0};

    (void)fail(&error, ERROR_RULE, "%s of %d %%", "1250.50 EUR", 3);
    is_said(&error, "fr", "1\u202f250,50\u00a0€ sur 3 %", true);
    is_said(&error, "en", "1250.50 EUR of 3 %", true);
    error = (struct error){0};
    (void)fail(&error, ERROR_RULE, "until %s", "2026-03-09");
    is_said(&error, "fr", "jusqu’au 9\u00a0mars 2026", true);
    error = (struct error){0};
    (void)fail(&error, ERROR_RULE, "the pledge is %s", "withdrawn");
    is_said(&error, "fr", "l’engagement : renoncé", true);
}

TEST(what_only_looks_like_an_amount_or_a_day_stays)
{
    static const char *const texts[] = {
        "1250.505 EUR", "12 XYZ", "EUR", " EUR", "2026-13-09", "1 EUR ", "",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {0};
        char expected[64];

        (void)snprintf(expected, sizeof expected, "jusqu’au %s", texts[i]);
        (void)fail(&error, ERROR_RULE, "until %s", texts[i]);
        is_said(&error, "fr", expected, true);
    }
}

TEST(what_has_no_translation_is_said_in_english)
{
    struct error error = {0};

    (void)fail(&error, ERROR_RULE, "nobody said %s in French", "that");
    is_said(&error, "fr", "nobody said that in French", false);
    is_said(&error, "en", "nobody said that in French", true);
    error = (struct error){.code = ERROR_RULE, .text = "by hand"};
    is_said(&error, "fr", "by hand", false);
}

TEST(a_sentence_that_was_made_elsewhere_is_said_too)
{
    struct error error = {0};

    (void)fail(&error, ERROR_RULE, "%s", "it is closed");
    is_said(&error, "fr", "c’est fermé", true);
}

TEST(a_translation_with_a_wrong_number_ends_nothing)
{
    struct error error = {0};

    (void)fail(&error, ERROR_RULE, "it %s", "lacks");
    is_said(&error, "fr", "{2} manque", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_knows_where_its_arguments_stand),
        cmocka_unit_test(numbers_of_every_kind_are_found),
        cmocka_unit_test(
            an_argument_that_does_not_fit_is_cut_where_the_text_is),
        cmocka_unit_test(the_reason_of_another_error_is_passed_on),
        cmocka_unit_test(a_reason_is_said_in_the_order_of_the_language),
        cmocka_unit_test(amounts_days_and_words_are_written_as_the_reader_does),
        cmocka_unit_test(what_only_looks_like_an_amount_or_a_day_stays),
        cmocka_unit_test(what_has_no_translation_is_said_in_english),
        cmocka_unit_test(a_sentence_that_was_made_elsewhere_is_said_too),
        cmocka_unit_test(a_translation_with_a_wrong_number_ends_nothing),
    };

    return cmocka_run_group_tests(tests, load, remove_folder);
}
