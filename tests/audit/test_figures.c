/* What a node shows beside its log, and what a report says. */
#include "admin-cli/totals.h"
#include "tests/audit/desk.h"

/* ---- What a node shows beside its log ---- */

/* audit.json of the log as it is, one figure changed by so much. */
static void show_figures(uint64_t size, int64_t change, const char *digest)
{
    struct audit_options plain = options();
    struct error why = {0};
    char *text;
    json_t *document, *totals;

    plain.state_dir = NULL;
    (void)remove(save("log/audit.json", ""));
    GROWN(plan.size = size);
    if (!audit_run(&audit, &plain, &why)) {
        print_error("%s", why.text);
        _fail(__FILE__, __LINE__);
    }
    document = totals_document(audit.auditor.state);
    audit_close(&audit);
    totals = json_object_get(document, "totals");
    (void)json_object_set_new(
        totals, "pledged",
        json_integer(json_integer_value(json_object_get(totals, "pledged")) +
                     change));
    if (digest != NULL)
        (void)json_object_set_new(document, "digest", json_string(digest));
    (void)json_object_set_new(document, "head",
                              json_pack("{s:I}", "size", (json_int_t)size));
    text = json_dumps(document, 0);
    (void)save("log/audit.json", text);
    free(text);
    json_decref(document);
}

TEST(figures_that_a_node_shows_are_compared)
{
    clear();
    GROWN(plan.size = 30);
    show_figures(30, 0, NULL);
    AGREES();
    show_figures(30, 1, NULL);
    DIFFERS("shows pledged as");
    show_figures(30, 0,
                 "0000000000000000000000000000000000000000000000000000000000000"
                 "000");
    DIFFERS("digest");
    (void)save("log/audit.json", "{}");
    DIFFERS("not readable");
    (void)save("log/audit.json", "no JSON");
    DIFFERS("not readable");
}

TEST(figures_of_a_smaller_log_are_compared_where_they_belong)
{
    clear();
    GROWN(plan.size = 30);
    show_figures(20, 0, NULL);
    GROWN(plan.size = 30);
    AGREES();
    show_figures(20, -1, NULL);
    GROWN(plan.size = 30);
    DIFFERS("shows pledged as");
}

TEST(figures_of_more_than_is_signed_are_a_finding)
{
    clear();
    GROWN(plan.size = 30);
    show_figures(30, 0, NULL);
    GROWN(plan.size = 29);
    DIFFERS_WITH("figures of 30 entries are shown, but only 29 are signed",
                 with.state_dir = NULL);
}

TEST(the_receipt_of_the_last_entry_is_tried)
{
    static const uint64_t last[] = {29, 0}, other[] = {28, 0};
    char path[200], to[200];
    struct audit_options plain = options();
    struct error why = {0};

    clear();
    GROWN(plan.size = 30; plan.receipts = last);
    assert_true(audit_run(&audit, &plain, &why));
    assert_true(audit.receipt_agrees);
    audit_close(&audit);
    (void)save("log/receipt/29", "nonsense");
    DIFFERS("the receipt of entry 29");
    GROWN(plan.size = 30; plan.receipts = other);
    (void)snprintf(path, sizeof path, "%s/receipt/28", log_dir);
    (void)snprintf(to, sizeof to, "%s/receipt/29", log_dir);
    assert_int_equal(rename(path, to), 0);
    DIFFERS("it is of entry 28");
}

/* ---- Reports ---- */

static json_t *report_of(bool good, struct error *error, bool people)
{
    struct audit_options plain = options();
    json_t *report;

    *error = (struct error){0};
    assert_int_equal(audit_run(&audit, &plain, error), good);
    report = audit_report(&audit, good ? NULL : error, people);
    return report;
}

TEST(a_report_says_what_was_found)
{
    struct error error;
    json_t *report;

    clear();
    GROWN(plan.size = 40; plan.forged = 12; plan.trial = true);
    report = report_of(false, &error, false);
    assert_string_equal(json_string_value(json_object_get(report, "verdict")),
                        "verification failed");
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(report, "finding"), "index")),
                     12);
    assert_true(json_is_true(json_object_get(report, "trial")));
    json_decref(report);
    audit_close(&audit);
}

TEST(money_in_a_report_is_for_people_or_for_programs)
{
    struct error error;
    json_t *report;

    clear();
    GROWN(plan.size = 8);
    report = report_of(true, &error, false);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(report, "totals"), "pledged")),
                     1007);
    json_decref(report);
    audit_close(&audit);
    report = report_of(true, &error, true);
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(report, "totals"), "pledged")),
                        "10.07 EUR");
    json_decref(report);
    audit_close(&audit);
}

TEST(a_report_is_a_page_that_escapes_what_strangers_say)
{
    char *page = NULL;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    struct error error;
    json_t *report;

    clear();
    GROWN(plan.size = 8);
    report = report_of(true, &error, true);
    (void)json_object_set_new(report, "origin",
                              json_string("<script>alert(\"1\")</script>&"));
    audit_page(out, report);
    json_decref(report);
    audit_close(&audit);
    assert_int_equal(fclose(out), 0);
    assert_null(strstr(page, "<script"));
    assert_non_null(
        strstr(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;"));
    assert_non_null(strstr(page, "Everything agrees"));
    assert_non_null(strstr(page, "Tout concorde"));
    assert_non_null(strstr(page, "C’est le premier audit"));
    assert_null(strstr(page, ">capital_floor<"));
    assert_non_null(strstr(page, "<ul class=\"tallies\">"));
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_that_a_node_shows_are_compared),
        cmocka_unit_test(
            figures_of_a_smaller_log_are_compared_where_they_belong),
        cmocka_unit_test(figures_of_more_than_is_signed_are_a_finding),
        cmocka_unit_test(the_receipt_of_the_last_entry_is_tried),
        cmocka_unit_test(a_report_says_what_was_found),
        cmocka_unit_test(money_in_a_report_is_for_people_or_for_programs),
        cmocka_unit_test(a_report_is_a_page_that_escapes_what_strangers_say),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
