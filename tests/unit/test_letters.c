/* Every letter there is, in both languages: a subject, words, its values. */
#include "server/catalogue.h"
#include "server/page.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char folder[] = "server/templates/mail";

static struct pages *letters;
static json_t *document;

/* What any letter may say. */
static const char *const names[] = {
    "amount",  "campaign", "link",    "no",        "beneficiary", "iban",
    "ref",     "due",      "until",   "sum",       "date",        "by",
    "left",    "more",     "counted", "n",         "from",        "to",
    "minimum", "refund",   "coop",    "status_url"};

static int start(void **state)
{
    struct error error = {0};

    (void)state;
    if (!catalogue_load("server/po", &error) ||
        !pages_load_texts(&letters, folder, &error))
        fail_msg("%s", error.text);
    document = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)json_object_set_new(document, names[i],
                                  json_sprintf("<%s>", names[i]));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(document);
    pages_free(letters);
    return 0;
}

static void write_letter(struct buffer *out, const char *name,
                         const char *language)
{
    struct error error = {0};
    bool french = strcmp(language, "fr") == 0;
    json_auto_t *facts = json_pack("{s:s, s:b, s:b}", "lang", language, "fr",
                                   french, "en", !french);

    if (!pages_text(letters, name, document, facts, out, &error))
        fail_msg("%s: %s", name, error.text);
}

static size_t subject_size(const struct buffer *letter)
{
    return strcspn(letter->bytes, "\n");
}

static void check_letter(const char *name)
{
    BUFFER(english);
    BUFFER(french);
    size_t size;

    write_letter(&english, name, "en");
    write_letter(&french, name, "fr");
    size = subject_size(&english);
    assert_in_range(size, 5, 60);
    assert_in_range(subject_size(&french), 5, 78);
    assert_true(english.bytes[size + 1] == '\n');
    if (strncmp(english.bytes, french.bytes, size + 1) == 0)
        fail_msg("%s has one subject in both languages", name);
    /* No amount and no name in a subject; nothing left in braces. */
    assert_null(memchr(english.bytes, '<', size));
    assert_null(strpbrk(english.bytes, "{}"));
    assert_null(strpbrk(french.bytes, "{}"));
    assert_non_null(strstr(english.bytes, "<coop>"));
}

static void every_letter_is_written_in_both_languages(void **state)
{
    DIR *dir = opendir(folder);
    int count = 0;

    (void)state;
    assert_non_null(dir);
    for (struct dirent *at = readdir(dir); at != NULL; at = readdir(dir)) {
        size_t size = strlen(at->d_name);
        char name[64];

        if (size < 5 || size > 60 ||
            strcmp(at->d_name + size - 4, ".txt") != 0 ||
            strcmp(at->d_name, "signature.txt") == 0)
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)size - 4, at->d_name);
        check_letter(name);
        count++;
    }
    (void)closedir(dir);
    assert_true(count >= 13);
}

static void the_receipt_says_how_to_pay(void **state)
{
    BUFFER(letter);

    (void)state;
    write_letter(&letter, "receipt", "fr");
    assert_non_null(strstr(letter.bytes,
                           "Virez <amount> à <beneficiary>, IBAN <iban>,"
                           " référence <ref>, pour arriver au plus tard"
                           " le <due>."));
    assert_non_null(strstr(letter.bytes, "ne changent jamais par e-mail"));
}

static void a_value_makes_no_line_of_its_own(void **state)
{
    BUFFER(letter);
    json_t *campaign = json_incref(json_object_get(document, "campaign"));

    (void)state;
    (void)json_object_set_new(document, "campaign",
                              json_string("X\r\nSubject: y\n\nhttps://z\t"));
    write_letter(&letter, "confirm", "en");
    (void)json_object_set_new(document, "campaign", campaign);
    assert_null(strchr(letter.bytes, '\r'));
    assert_null(strstr(letter.bytes, "\nSubject"));
    assert_non_null(strstr(letter.bytes, "X  Subject: y  https://z "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_is_written_in_both_languages),
        cmocka_unit_test(the_receipt_says_how_to_pay),
        cmocka_unit_test(a_value_makes_no_line_of_its_own),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
