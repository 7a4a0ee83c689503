/* Sentences in two languages, and files that are refused. */
#include "server/catalogue.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADER                                                                 \
    "msgid \"\"\nmsgstr \"\"\n"                                                \
    "\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n\n"

static char folder[64];

static bool load(const char *text, struct error *error)
{
    char path[80];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/fr.po", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return catalogue_load(folder, error);
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/test_catalogue.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char path[80];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/fr.po", folder);
    (void)unlink(path);
    return rmdir(folder);
}

TEST(a_sentence_is_said_in_french_and_english)
{
    TAKEN(load(HEADER "# remark\n#, c-format\n"
                      "msgid \"Next \"\n\"page\"\nmsgstr \"Suite\"\n\n"
                      "msgid \"A \\\"b\\\"\\n\"\nmsgstr \"\\\\ \\\"c\\\"\"\n",
               &error));
    assert_string_equal(say("fr", "Next page"), "Suite");
    assert_string_equal(say("en", "Next page"), "Next page");
    assert_string_equal(say("fr", "A \"b\"\n"), "\\ \"c\"");
}

TEST(what_is_not_translated_is_said_in_english)
{
    TAKEN(load(HEADER "msgid \"empty\"\nmsgstr \"\"\n\n"
                      "#, fuzzy\nmsgid \"guess\"\nmsgstr \"devine\"\n\n"
                      "msgid \"sure\"\nmsgstr \"certain\"\n",
               &error));
    assert_string_equal(say("fr", "empty"), "empty");
    assert_string_equal(say("fr", "guess"), "guess");
    assert_string_equal(say("fr", "sure"), "certain");
    assert_string_equal(say("fr", "absent"), "absent");
    assert_string_equal(say("fr", ""), "");
    assert_string_equal(say("de", "sure"), "sure");
}

TEST(each_language_counts_in_its_way)
{
    TAKEN(load(HEADER "msgid \"{n} day\"\nmsgid_plural \"{n} days\"\n"
                      "msgstr[0] \"{n} jour\"\nmsgstr[1] \"{n} jours\"\n",
               &error));
    assert_string_equal(say_count("en", "{n} day", "{n} days", 0), "{n} days");
    assert_string_equal(say_count("fr", "{n} day", "{n} days", 0), "{n} jour");
    assert_string_equal(say_count("en", "{n} day", "{n} days", 1), "{n} day");
    assert_string_equal(say_count("fr", "{n} day", "{n} days", 1), "{n} jour");
    assert_string_equal(say_count("fr", "{n} day", "{n} days", 2), "{n} jours");
    assert_string_equal(say_count("fr", "a", "b", 0), "b");
}

TEST(values_take_the_place_of_their_names)
{
    BUFFER(text);

    TAKEN(load(HEADER "msgid \"{a} of {b}\"\nmsgstr \"sur {b} : {a}\"\n",
               &error));
    say_with(&text, "fr", "{a} of {b}", "a", "1", "b", "{a}", NULL);
    assert_string_equal(text.bytes, "sur {a} : 1");
    buffer_clear(&text);
    say_with(&text, "en", "{a} of {b}", "b", "2", "a", "1", NULL);
    assert_string_equal(text.bytes, "1 of 2");
    buffer_clear(&text);
    say_with(&text, "en", "none", NULL);
    assert_string_equal(text.bytes, "none");
}

TEST(a_file_that_is_wrong_is_refused)
{
    static const char *const wrong[] = {
        "",
        "msgid \"a\"\nmsgstr \"b\"\n",
        "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=(n != 1);\"\n",
        HEADER "msgid \"a\"\nmsgstr \"b\n",
        HEADER "msgid \"a\"\nmsgstr \"\\q\"\n",
        HEADER "msgid \"a\"\nmsgstr \"b\" c\n",
        HEADER "msgid \"a\"\nmsgstr\n",
        HEADER "msgid \"a\"\nmsgstr b\n",
        HEADER "msgid \"a\"\n",
        HEADER "msgstr \"b\"\n",
        HEADER "\"b\"\n",
        HEADER "msgctxt \"a\"\nmsgid \"a\"\nmsgstr \"b\"\n",
        HEADER "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        REFUSED(load(wrong[i], &error), ERROR_SYSTEM);
    REFUSED(catalogue_load("/nowhere", &error), ERROR_SYSTEM);
}

/* A bad file leaves what was there, as a good one replaces it. */
TEST(a_refused_file_changes_nothing)
{
    TAKEN(load(HEADER "msgid \"a\"\nmsgstr \"un\"\n", &error));
    REFUSED(load("msgid", &error), ERROR_SYSTEM);
    assert_string_equal(say("fr", "a"), "un");
    TAKEN(load(HEADER "msgid \"a\"\nmsgstr \"deux\"\n", &error));
    assert_string_equal(say("fr", "a"), "deux");
}

TEST(the_french_of_the_server_loads)
{
    TAKEN(catalogue_load("server/po", &error));
    assert_string_equal(say("fr", "yes"), "oui");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_is_said_in_french_and_english),
        cmocka_unit_test(what_is_not_translated_is_said_in_english),
        cmocka_unit_test(each_language_counts_in_its_way),
        cmocka_unit_test(values_take_the_place_of_their_names),
        cmocka_unit_test(a_file_that_is_wrong_is_refused),
        cmocka_unit_test(a_refused_file_changes_nothing),
        cmocka_unit_test(the_french_of_the_server_loads),
    };

    return cmocka_run_group_tests_name("catalogue", tests, make_folder,
                                       remove_folder);
}
