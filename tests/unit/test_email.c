/* Addresses: what is one, and all that could do harm in a header. */
#include "server/email.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void read_as(const char *text, const char *wanted)
{
    char email[EMAIL_BYTES_MAX + 1];

    if (!email_read(email, text))
        fail_msg("%s was refused", text);
    assert_string_equal(email, wanted);
}

static void refused(const char *text)
{
    char email[EMAIL_BYTES_MAX + 1] = "untouched";

    if (email_read(email, text))
        fail_msg("%s was taken", text);
    assert_string_equal(email, "untouched");
}

static void an_address_is_taken_as_it_is(void **state)
{
    (void)state;
    read_as("zoe@example.org", "zoe@example.org");
    read_as("Zoe.Le-Goff+coop@mail.example.org",
            "Zoe.Le-Goff+coop@mail.example.org");
    read_as("a!#$%&'*+-/=?^_`{|}~b@xn--caf-dma.example",
            "a!#$%&'*+-/=?^_`{|}~b@xn--caf-dma.example");
}

static void spaces_go_and_the_host_is_small(void **state)
{
    (void)state;
    read_as("  Zoe@Example.ORG ", "Zoe@example.org");
}

static void a_host_of_any_script_becomes_ascii(void **state)
{
    char shown[EMAIL_SHOWN_BYTES];

    (void)state;
    read_as("zoe@caf\xc3\xa9.example", "zoe@xn--caf-dma.example");
    read_as("Zoe@CAF\xc3\x89.Example", "Zoe@xn--caf-dma.example");
    read_as("zoe@cafe\xcc\x81.example", "zoe@xn--caf-dma.example");
    read_as("zoe@stra\xc3\x9f"
            "e.example",
            "zoe@xn--strae-oqa.example");
    read_as("zoe@\xe4\xbe\x8b\xe3\x81\x88.example", "zoe@xn--r8jz45g.example");
    email_show(shown, "Zoe@xn--caf-dma.example");
    assert_string_equal(shown, "Zoe@caf\xc3\xa9.example");
    email_show(shown, "zoe@example.org");
    assert_string_equal(shown, "zoe@example.org");
    email_show(shown, "zoe@xn--nothing-at-all-.example");
    assert_string_equal(shown, "zoe@xn--nothing-at-all-.example");
    email_show(shown, "zo\xc3\xa9");
    assert_string_equal(shown, "zo\xc3\xa9");
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "zoe",
        "zoe@",
        "@example.org",
        "zoe@localhost",
        "zoe@example..org",
        "zoe@.example.org",
        "zoe@example.org.",
        "zoe@-example.org",
        "zoe@example-.org",
        "zoe@192.0.2.1",
        "zoe@[192.0.2.1]",
        "zoe@exa mple.org",
        ".zoe@example.org",
        "zoe.@example.org",
        "zo..e@example.org",
        "zo e@example.org",
        "\"zoe\"@example.org",
        "zoe@one@example.org",
        "Zoe <zoe@example.org>",
        "zoe@example.org,leo@example.org",
        "zoé@example.org",
        "zoe@caf\xc3\xa9",
        "zoe@caf\xc3.example",
        "zoe@caf\xc3\xa9..example",
        "zoe@-caf\xc3\xa9.example",
        "zoe@caf\xc3\xa9 x.example",
        "zoe@caf\xc3\xa9_x.example",
        "zoe@caf\xc3\xa9\r\n.example",
        "zoe@caf\xc3\xa9.example,leo@example.org",
        "zoe@caf\xe2\x80\x8d\xc3\xa9.example", /* A joiner. */
        "zoe@\xe2\x98\x83.example",            /* A snowman. */
        "zoe@caf\xc3\xa9.1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refused(texts[i]);
}

static void nothing_that_ends_a_line_is_in_an_address(void **state)
{
    char text[64];

    (void)state;
    for (int c = 1; c < 0x21; c++) {
        (void)snprintf(text, sizeof text, "zoe%c@example.org", c);
        refused(text);
        (void)snprintf(text, sizeof text, "zoe@exam%cple.org", c);
        refused(text);
    }
    refused("zoe@example.org\r\nBcc: leo@example.org");
    refused("zoe\nBcc: leo@example.org");
    refused("zoe@example.org\t");
    refused("zoe@example.org\x7f");
}

static void lengths_are_those_of_smtp(void **state)
{
    char text[400];

    (void)state;
    (void)snprintf(text, sizeof text, "%064d@example.org", 1);
    read_as(text, text);
    (void)snprintf(text, sizeof text, "%065d@example.org", 1);
    refused(text);
    (void)snprintf(text, sizeof text, "z@%063d.org", 1);
    read_as(text, text);
    (void)snprintf(text, sizeof text, "z@%064d.org", 1);
    refused(text);
    (void)snprintf(text, sizeof text, "%060d@%060d.%060d.%060d.example", 1, 1,
                   1, 1);
    assert_int_equal(strlen(text), 251);
    read_as(text, text);
    (void)snprintf(text, sizeof text, "%064d@%060d.%060d.%060d.example", 1, 1,
                   1, 1);
    refused(text);
}

static void one_mailbox_folds_to_one_text(void **state)
{
    char folded[EMAIL_BYTES_MAX + 1];

    (void)state;
    email_fold(folded, "Zoe.Le-Goff@example.org");
    assert_string_equal(folded, "zoe.le-goff@example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_taken_as_it_is),
        cmocka_unit_test(spaces_go_and_the_host_is_small),
        cmocka_unit_test(a_host_of_any_script_becomes_ascii),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(nothing_that_ends_a_line_is_in_an_address),
        cmocka_unit_test(lengths_are_those_of_smtp),
        cmocka_unit_test(one_mailbox_folds_to_one_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
