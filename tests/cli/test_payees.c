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

/* What a disclosure shows of a party: a bank line's payer, or, without a
 * target, what the party told of itself. */
struct told {
    const char *party, *target, *booked, *iban, *name;
};

static json_t *datum_of(const struct told *told)
{
    json_t *datum = json_pack("{s:s, s:{s:s, s:s}}", "record", "00", "fields",
                              "iban", told->iban, "name", told->name);

    if (told->target != NULL) {
        json_object_set_new(datum, "target", json_string(told->target));
        json_object_set_new(datum, "booked", json_string(told->booked));
    }
    return datum;
}

static void tell(struct payees *payees, const struct told *told, size_t count)
{
    json_t *parties = json_array();
    struct error error = {0};

    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            json_array_append_new(parties, json_pack("{s:s, s:[o, {s:s, s:{}}]"
                                                     "}",
                                                     "party", told[i].party,
                                                     "data", datum_of(&told[i]),
                                                     "record", "01", "fields")),
            0);
    if (!payees_from_vault(payees, parties, &error))
        fail_msg("%s", error.text);
    json_decref(parties);
}

/* To where it came from last; a party is paid where it asked to be. */
static void the_vault_knows_from_where_it_came(void **state)
{
    static const struct told told[] = {
        {"p-1", "g-1", "2026-01-02", "BE68539007547034", "Old"},
        {"p-1", "g-1", "2026-02-02", "NL91ABNA0417164300", "New"},
        {"p-1", NULL, NULL, "FR7630006000011234567890189", "Own"},
        {"p-2", "g-2", "2026-01-02", "BE68539007547034", "Two"},
    };
    struct payees payees = {0};

    (void)state;
    tell(&payees, told, 4);
    assert_int_equal(payees.count, 4);
    assert_string_equal(payees_find(&payees, "g-1")->name, "New");
    assert_string_equal(payees_find(&payees, "p-1")->name, "Own");
    assert_string_equal(payees_find(&payees, "g-2")->iban, "BE68539007547034");
    assert_string_equal(payees_find(&payees, "p-2")->name, "Two");
    payees_close(&payees);
}

static void the_treasurers_file_goes_before_the_vault(void **state)
{
    static const struct told told = {"p-1", "g-1", "2026-01-02",
                                     "NL91ABNA0417164300", "Bank"};
    struct payees payees;
    struct error error;

    (void)state;
    assert_true(read_text(&payees, "id,name,iban\ng-1,File,BE68539007547034\n",
                          &error));
    tell(&payees, &told, 1);
    assert_int_equal(payees.count, 2);
    assert_string_equal(payees_find(&payees, "g-1")->name, "File");
    assert_string_equal(payees_find(&payees, "p-1")->name, "Bank");
    payees_close(&payees);
}

static void whoever_has_no_account_or_name_there_is_no_payee(void **state)
{
    static const struct told told[] = {
        {"p-1", "g-1", "2026-01-02", "", "One"},
        {"p-2", "g-2", "2026-01-02", "NL91ABNA0417164300", ""},
    };
    struct payees payees = {0};

    (void)state;
    tell(&payees, NULL, 0);
    tell(&payees, told, 2);
    assert_int_equal(payees.count, 0);
    payees_close(&payees);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_as_spreadsheets_write_it),
        cmocka_unit_test(json_is_read_as_well),
        cmocka_unit_test(what_is_wrong_is_named_by_its_line),
        cmocka_unit_test(the_vault_knows_from_where_it_came),
        cmocka_unit_test(the_treasurers_file_goes_before_the_vault),
        cmocka_unit_test(whoever_has_no_account_or_name_there_is_no_payee),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
