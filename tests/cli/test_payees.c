/* Who is paid, and where: from CSV and JSON, strictly. */
#include "admin-cli/payees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool read_text(struct payees *payees, const char *text,
                      struct error *error)
{
    char path[] = "/tmp/payees-XXXXXX";
    const int file = mkstemp(path);
    bool done;

    *error = (struct error){0};
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (long)strlen(text));
    assert_int_equal(close(file), 0);
    done = payees_read(payees, path, error);
    assert_int_equal(unlink(path), 0);
    return done;
}

static void refuse(const char *text, const char *why)
{
    struct payees payees;
    struct error error;

    assert_false(read_text(&payees, text, &error));
    if (strstr(error.text, why) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, why);
    assert_null(strstr(error.text, "Jeanne"));
}

static void a_table_is_read_as_spreadsheets_write_it(void **state)
{
    struct payees payees;
    struct error error;
    const struct payee *payee;

    (void)state;
    if (!read_text(&payees,
                   "\xEF\xBB\xBFname;id;iban;text\r\n"
                   "\"Arc; \"\"Jeanne\"\" d'\";g-2;FR76 3000 6000 0112 3456 "
                   "7890 189;\r\n\r\n"
                   "Bo;g-1;be68539007547034;Merci\r\n",
                   &error))
        fail_msg("%s", error.text);
    assert_int_equal(payees.count, 2);
    payee = payees_find(&payees, "g-2");
    assert_non_null(payee);
    assert_string_equal(payee->name, "Arc; \"Jeanne\" d'");
    assert_string_equal(payee->iban, "FR7630006000011234567890189");
    assert_string_equal(payee->text, "");
    payee = payees_find(&payees, "g-1");
    assert_string_equal(payee->iban, "BE68539007547034");
    assert_string_equal(payee->text, "Merci");
    assert_string_equal(payee->bic, "");
    assert_null(payees_find(&payees, "g-3"));
    payees_close(&payees);
}

static void json_is_read_as_well(void **state)
{
    struct payees payees;
    struct error error;

    (void)state;
    assert_true(read_text(&payees,
                          "[{\"id\":\"p-1\",\"name\":\"Cy\",\"bic\":"
                          "\"GEBABEBB\",\"iban\":\"BE68539007547034\"}]",
                          &error));
    assert_string_equal(payees_find(&payees, "p-1")->bic, "GEBABEBB");
    payees_close(&payees);
}

static void what_is_wrong_is_named_by_its_line(void **state)
{
    (void)state;
    refuse("", "no column 'id'");
    refuse("id,name\n", "no column 'iban'");
    refuse("id,name,iban\n", "nobody is to be paid");
    refuse("id,name,iban\ng-1,Jeanne,BE68539007547035\n",
           "payee 2: the IBAN is wrong");
    refuse("id,name,iban\ng-1,,BE68539007547034\n", "payee 2 has no id");
    refuse("id,name,iban\ng-1,Jeanne,BE68539007547034\n"
           "g-1,Jeanne,BE68539007547034\n",
           "g-1 is there twice");
    refuse("[{\"id\":\"p-1\"}]", "payee 1 has no id or no name");
    refuse("[", "JSON array");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_as_spreadsheets_write_it),
        cmocka_unit_test(json_is_read_as_well),
        cmocka_unit_test(what_is_wrong_is_named_by_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
