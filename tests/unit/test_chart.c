/* Charts: what they say without being seen, and that they stay in scale. */
#include "ledger/entry.h"
#include "server/catalogue.h"
#include "server/chart.h"
#include "tests/check.h"

#include <stdlib.h>

static const struct wire english = {.currency = CURRENCY_EUR, .people = true};
static const struct wire french = {
    .currency = CURRENCY_EUR, .people = true, .french = true};

static struct amount euros(int64_t whole)
{
    return amount_from_minor(whole * 100);
}

static const char *text_of(const json_t *chart, const char *name)
{
    const char *text = json_string_value(json_object_get(chart, name));

    assert_non_null(text);
    return text;
}

static bool says(const json_t *chart, const char *what)
{
    size_t at;
    json_t *text;

    json_array_foreach(json_object_get(chart, "texts"), at, text)
    {
        if (strcmp(text_of(text, "text"), what) == 0)
            return true;
    }
    return false;
}

static double percent(const json_t *part, const char *name)
{
    char *end;
    double value = strtod(text_of(part, name), &end);

    assert_true(*end == '\0');
    return value;
}

/* Nothing sticks out of the picture on any side. */
static void is_inside(const json_t *chart)
{
    json_int_t height = json_integer_value(json_object_get(chart, "height"));
    size_t at;
    json_t *one;

    assert_true(height > 0);
    json_array_foreach(json_object_get(chart, "rects"), at, one)
    {
        json_int_t y = json_integer_value(json_object_get(one, "y"));
        json_int_t high = json_integer_value(json_object_get(one, "high"));

        assert_true(percent(one, "x") >= 0 && percent(one, "width") >= 0);
        assert_true(percent(one, "x") + percent(one, "width") <= 100.01);
        assert_true(y >= 0 && high >= 0 && y + high <= height);
    }
    json_array_foreach(json_object_get(chart, "texts"), at, one)
    {
        json_int_t y = json_integer_value(json_object_get(one, "y"));

        assert_true(percent(one, "x") >= 0 && percent(one, "x") <= 100);
        assert_true(y > 0 && y <= height);
    }
}

static json_t *rect(const json_t *chart, const char *class)
{
    size_t at;
    json_t *one;

    json_array_foreach(json_object_get(chart, "rects"), at, one)
    {
        const char *pattern =
            json_string_value(json_object_get(one, "pattern"));

        if (strcmp(text_of(one, "class"), class) == 0 ||
            (pattern != NULL && strstr(pattern, class) != NULL))
            return one;
    }
    return NULL;
}

static int load_french(void **state)
{
    struct error error = {0};

    (void)state;
    return catalogue_load("server/po", &error) ? 0 : -1;
}

/* ---- Progress ---- */

TEST(progress_is_told_in_words)
{
    const struct chart_progress progress = {.received = euros(18640),
                                            .matched = euros(3000),
                                            .awaited = euros(1200),
                                            .minimum = euros(20000),
                                            .optimum = euros(40000)};
    json_auto_t *chart = chart_progress(&english, "p", &progress);
    json_auto_t *other = chart_progress(&french, "p", &progress);

    assert_string_equal(text_of(chart, "title"), "Progress of the campaign");
    assert_string_equal(
        text_of(chart, "description"),
        "€18,640 received and €3,000 of matching count towards the minimum of "
        "€20,000. €1,200 are pledged and awaited. The optimum is €40,000.");
    assert_true(says(chart, "Minimum €20,000"));
    assert_true(says(chart, "Optimum €40,000"));
    assert_true(says(other, "Minimum 20\u202f000\u00a0€"));
    assert_non_null(
        strstr(text_of(other, "description"), "18\u202f640\u00a0€"));
    is_inside(chart);
    is_inside(other);
}

TEST(received_matched_and_awaited_stand_one_behind_the_other)
{
    const struct chart_progress progress = {.received = euros(10),
                                            .matched = euros(20),
                                            .awaited = euros(30),
                                            .minimum = euros(50),
                                            .optimum = euros(100)};
    json_auto_t *chart = chart_progress(&english, "p", &progress);

    assert_string_equal(text_of(rect(chart, "solid"), "width"), "10.00");
    assert_string_equal(text_of(rect(chart, "dots"), "x"), "10.00");
    assert_string_equal(text_of(rect(chart, "dots"), "width"), "20.00");
    assert_string_equal(text_of(rect(chart, "hatch"), "x"), "30.00");
    assert_string_equal(text_of(rect(chart, "hatch"), "width"), "30.00");
}

TEST(a_campaign_without_a_pledge_shows_its_goals)
{
    const struct chart_progress progress = {.minimum = euros(5000)};
    json_auto_t *chart = chart_progress(&english, "p", &progress);

    assert_string_equal(text_of(rect(chart, "solid"), "width"), "0.00");
    assert_true(says(chart, "Minimum €5,000"));
    assert_null(strstr(text_of(chart, "description"), "optimum"));
    is_inside(chart);
}

TEST(more_than_the_cap_fills_the_bar_and_no_more)
{
    const struct chart_progress progress = {.received = euros(900),
                                            .awaited = euros(900),
                                            .minimum = euros(100),
                                            .optimum = euros(200),
                                            .cap = euros(1000)};
    json_auto_t *chart = chart_progress(&english, "p", &progress);

    assert_string_equal(text_of(rect(chart, "solid"), "width"), "90.00");
    assert_string_equal(text_of(rect(chart, "hatch"), "width"), "10.00");
    is_inside(chart);
}

TEST(the_largest_amounts_stay_in_scale)
{
    const struct amount most = amount_from_minor(AMOUNT_MAX);
    const struct chart_progress progress = {.received = most,
                                            .matched = most,
                                            .awaited = most,
                                            .minimum = most,
                                            .optimum = most,
                                            .cap = most};
    const struct chart_column columns[] = {{"a", most},
                                           {"b", amount_from_minor(0)}};
    const struct chart_bar bars[] = {
        {.label = "a", .shown = "1", .value = AMOUNT_MAX},
        {.label = "b", .shown = "2", .value = 1}};
    json_auto_t *chart = chart_progress(&english, "p", &progress);
    json_auto_t *over_time = chart_columns(&english, "c", "t", "d", columns, 2);
    json_auto_t *by_name = chart_bars("b", "t", bars, 2, 0);

    is_inside(chart);
    is_inside(over_time);
    is_inside(by_name);
}

/* ---- Bars ---- */

TEST(bars_are_told_one_by_one)
{
    const struct chart_bar bars[] = {
        {.label = "Users", .shown = "€300", .value = 300},
        {.label = "Workers", .shown = "€150", .value = 150, .alert = true},
        {.label = "Cities", .shown = "€0", .value = 0}};
    json_auto_t *chart = chart_bars("b", "Capital by college", bars, 3, 0);

    assert_string_equal(text_of(chart, "title"), "Capital by college");
    assert_string_equal(text_of(chart, "description"),
                        "Users €300; Workers €150; Cities €0");
    assert_string_equal(text_of(rect(chart, "solid"), "width"), "100.00");
    assert_string_equal(text_of(rect(chart, "alert"), "width"), "50.00");
    /* Three grounds, and no bar for nothing. */
    assert_int_equal(json_array_size(json_object_get(chart, "rects")), 5);
    is_inside(chart);
}

TEST(a_bar_over_its_limit_is_full)
{
    const struct chart_bar bars[] = {
        {.label = "a", .shown = "120 %", .value = 120}};
    json_auto_t *chart = chart_bars("b", "t", bars, 1, 100);

    assert_string_equal(text_of(rect(chart, "solid"), "width"), "100.00");
}

TEST(no_bars_are_a_chart_without_words)
{
    json_auto_t *chart = chart_bars("b", "t", NULL, 0, 0);

    assert_string_equal(text_of(chart, "description"), "");
    assert_int_equal(json_array_size(json_object_get(chart, "rects")), 0);
}

/* ---- Columns ---- */

TEST(the_scale_of_columns_has_round_steps_above_the_largest)
{
    static const struct {
        int64_t largest;
        const char *step, *top;
    } rows[] = {
        {5, "€2", "€6"},
        {642, "€200", "€800"},
        {1110, "€500", "€1,500"},
        {6425, "€2,000", "€8,000"},
        {20000, "€5,000", "€20,000"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct chart_column column = {"x", euros(rows[i].largest)};
        json_auto_t *chart = chart_columns(&english, "c", "t", "d", &column, 1);

        assert_true(says(chart, rows[i].step));
        assert_true(says(chart, rows[i].top));
        is_inside(chart);
    }
}

TEST(one_column_is_no_wall)
{
    const struct chart_column column = {"28 Nov", euros(100)};
    json_auto_t *chart = chart_columns(&english, "c", "t", "d", &column, 1);

    assert_true(percent(rect(chart, "solid"), "width") <= 10);
    assert_true(says(chart, "28 Nov"));
}

TEST(columns_of_nothing_lie_on_the_axis)
{
    const struct chart_column columns[] = {{"a", {0}}, {"b", {0}}};
    json_auto_t *chart = chart_columns(&english, "c", "t", "d", columns, 2);

    assert_int_equal(
        json_integer_value(json_object_get(rect(chart, "solid"), "high")), 0);
    is_inside(chart);
}

TEST(of_many_columns_only_some_are_named)
{
    struct chart_column columns[60];
    size_t named = 0, at;
    json_auto_t *chart = NULL;
    json_t *text;

    for (size_t i = 0; i < 60; i++)
        columns[i] = (struct chart_column){"week", euros((int64_t)i)};
    chart = chart_columns(&english, "c", "t", "d", columns, 60);
    json_array_foreach(json_object_get(chart, "texts"), at, text)
    {
        named += strcmp(text_of(text, "text"), "week") == 0;
    }
    assert_true(named > 0 && named <= 6);
    is_inside(chart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress_is_told_in_words),
        cmocka_unit_test(
            received_matched_and_awaited_stand_one_behind_the_other),
        cmocka_unit_test(a_campaign_without_a_pledge_shows_its_goals),
        cmocka_unit_test(more_than_the_cap_fills_the_bar_and_no_more),
        cmocka_unit_test(the_largest_amounts_stay_in_scale),
        cmocka_unit_test(bars_are_told_one_by_one),
        cmocka_unit_test(a_bar_over_its_limit_is_full),
        cmocka_unit_test(no_bars_are_a_chart_without_words),
        cmocka_unit_test(
            the_scale_of_columns_has_round_steps_above_the_largest),
        cmocka_unit_test(one_column_is_no_wall),
        cmocka_unit_test(columns_of_nothing_lie_on_the_axis),
        cmocka_unit_test(of_many_columns_only_some_are_named),
    };

    return cmocka_run_group_tests(tests, load_french, NULL);
}
