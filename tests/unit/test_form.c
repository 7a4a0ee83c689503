/* The form parser: what it takes, and all that it refuses. */
#include "server/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 8192 };

static struct form_data form;
static struct error error;
static char text[ROOM];

static bool parse_bytes(const char *bytes, size_t size)
{
    error = (struct error){0};
    assert_true(size < ROOM);
    memcpy(text, bytes, size);
    return form_parse(&form, text, size, &error);
}

static bool parse(const char *bytes)
{
    return parse_bytes(bytes, strlen(bytes));
}

static void refused(const char *bytes, const char *why)
{
    assert_false(parse(bytes));
    assert_int_equal(error.code, ERROR_REQUEST);
    if (strstr(error.text, why) == NULL)
        fail_msg("%s: got \"%s\", not \"%s\"", bytes, error.text, why);
}

static void values_are_decoded(void **state)
{
    (void)state;
    assert_true(parse("given=Zo%C3%A9&family=Le+Goff&amount=25%2c50"));
    assert_int_equal(form.count, 3);
    assert_string_equal(form_value(&form, "given"), "Zo\xc3\xa9");
    assert_string_equal(form_value(&form, "family"), "Le Goff");
    assert_string_equal(form_value(&form, "amount"), "25,50");
    assert_null(form_value(&form, "givenn"));
}

static void an_empty_text_is_an_empty_form(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_int_equal(form.count, 0);
}

static void an_empty_value_is_a_value(void **state)
{
    (void)state;
    assert_true(parse("a=&b="));
    assert_string_equal(form_value(&form, "a"), "");
    assert_string_equal(form_value(&form, "b"), "");
}

static void a_value_may_hold_an_equals_sign(void **state)
{
    (void)state;
    assert_true(parse("a=b=c"));
    assert_string_equal(form_value(&form, "a"), "b=c");
}

static void a_name_comes_once(void **state)
{
    (void)state;
    refused("a=1&b=2&a=3", "a is there twice");
    assert_string_equal(error.pointer, "/a");
}

static void escapes_are_two_hex_digits(void **state)
{
    (void)state;
    refused("a=%", "bad %-escape");
    refused("a=%4", "bad %-escape");
    refused("a=%4&b=1", "bad %-escape");
    refused("a=%4g", "bad %-escape");
    refused("a=%%41", "bad %-escape");
    assert_true(parse("a=%41"));
    assert_string_equal(form_value(&form, "a"), "A");
}

static void control_characters_are_refused(void **state)
{
    (void)state;
    refused("a=x%00y", "not plain UTF-8");
    refused("a=%1b", "not plain UTF-8");
    refused("a=%7F", "not plain UTF-8");
    assert_false(parse_bytes("a=x\0y", 5));
    assert_true(parse("a=one%0D%0Atwo%09"));
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    refused("a=%C3%28", "not plain UTF-8");
    refused("a=%C0%80", "not plain UTF-8");
    refused("a=%ED%A0%80", "not plain UTF-8");
    refused("a=%F4%90%80%80", "not plain UTF-8");
    refused("a=%E2%82", "not plain UTF-8");
    refused("a=\xff", "not plain UTF-8");
}

static void parts_are_names_and_values(void **state)
{
    (void)state;
    refused("a", "no value");
    refused("=1", "bad name");
    refused("a=1&", "bad name");
    refused("&a=1", "bad name");
    refused("a=1&&b=1", "bad name");
    refused("A=1", "bad name");
    refused("a%20b=1", "bad name");
    refused("a[]=1", "bad name");
    assert_false(parse_bytes("a\0b=1", 5));
}

static void sizes_are_bounded(void **state)
{
    char name[64];
    char many[1024] = "";
    char value[FORM_VALUE_MAX + 4] = "a=";

    (void)state;
    memset(name, 'n', FORM_NAME_MAX + 1);
    memcpy(name + FORM_NAME_MAX + 1, "=1", 3);
    refused(name, "bad name");
    assert_true(parse(name + 1));
    for (int i = 0; i <= FORM_FIELDS_MAX; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many),
                       "%sf%d=1", i > 0 ? "&" : "", i);
    refused(many, "more than");
    memset(value + 2, 'x', FORM_VALUE_MAX + 1);
    refused(value, "longer than");
    value[FORM_VALUE_MAX + 2] = '\0';
    assert_true(parse(value));
}

static void unknown_names_are_found(void **state)
{
    const char *stranger = NULL;

    (void)state;
    assert_true(parse("after=3&limit=4"));
    assert_true(form_names_are_of(&form, "kind limit after", &stranger));
    assert_false(form_names_are_of(&form, "after limits", &stranger));
    assert_string_equal(stranger, "limit");
    assert_false(form_names_are_of(&form, "", &stranger));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_decoded),
        cmocka_unit_test(an_empty_text_is_an_empty_form),
        cmocka_unit_test(an_empty_value_is_a_value),
        cmocka_unit_test(a_value_may_hold_an_equals_sign),
        cmocka_unit_test(a_name_comes_once),
        cmocka_unit_test(escapes_are_two_hex_digits),
        cmocka_unit_test(control_characters_are_refused),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(parts_are_names_and_values),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(unknown_names_are_found),
    };

    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
