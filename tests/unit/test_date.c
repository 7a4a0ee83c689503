#include "ledger/date.h"
#include "tests/check.h"

#include <stdio.h>

static struct date day(const char *text)
{
    struct date date;

    assert_true(date_read(&date, text, strlen(text)));
    return date;
}

static struct instant at(const char *text)
{
    struct instant instant;

    assert_true(instant_read(&instant, text, strlen(text)));
    return instant;
}

static void check_day(struct date date, const char *expected)
{
    char out[DATE_CHARS + 1];

    date_write(out, date);
    assert_string_equal(out, expected);
}

TEST(every_day_of_the_calendar_comes_back)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    struct date expected = day("1900-01-01");
    int weekday = 0; /* It was a Monday. */

    for (int year = YEAR_MIN; year <= YEAR_MAX; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        for (int month = 1; month <= 12; month++) {
            int last = month == 2 && leap ? 29 : lengths[month - 1];

            for (int d = 1; d <= last; d++) {
                struct date date = date_from_civil(year, month, d);
                int y, m, dd;
                char out[DATE_CHARS + 1];

                assert_int_equal(date.days, expected.days);
                date_to_civil(date, &y, &m, &dd);
                assert_true(y == year && m == month && dd == d);
                date_write(out, date);
                assert_int_equal(day(out).days, date.days);
                assert_int_equal(date_weekday(date), weekday);
                weekday = (weekday + 1) % 7;
                expected.days++;
            }
        }
    }
    assert_int_equal(expected.days - 1, day("2999-12-31").days);
}

TEST(some_days_are_known)
{
    assert_int_equal(day("1970-01-01").days, 0);
    assert_int_equal(day("2000-02-29").days, 11016);
    assert_int_equal(day("2026-11-23").days, 20780);
    assert_int_equal(date_weekday(day("2026-11-23")), 0);
    assert_int_equal(date_weekday(day("1969-07-20")), 6);
}

TEST(what_is_no_date_is_refused)
{
    static const char *const wrong[] = {
        "1899-12-31", "3000-01-01", "2026-00-01",  "2026-13-01", "2026-01-00",
        "2026-01-32", "2026-02-29", "2100-02-29",  "2026-04-31", "2026-1-011",
        "2026/01/01", "2026-01 01", "+026-01-01",  "2026-01-1 ", "20260-1-01",
        "2026-0a-01", "-026-01-01", "2026-01-011",
    };
    struct date date = {77};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(date_read(&date, wrong[i], strlen(wrong[i])));
    assert_false(date_read(&date, "2026-01-01", 9));
    assert_false(date_read(&date, "", 0));
    assert_int_equal(date.days, 77);
}

TEST(months_end_on_their_last_day)
{
    check_day(date_plus_months(day("2026-01-31"), 1), "2026-02-28");
    check_day(date_plus_months(day("2028-01-31"), 1), "2028-02-29");
    check_day(date_plus_months(day("2026-01-31"), 3), "2026-04-30");
    check_day(date_plus_months(day("2026-11-15"), 2), "2027-01-15");
    check_day(date_plus_months(day("2026-03-31"), -1), "2026-02-28");
    check_day(date_plus_months(day("2026-01-31"), -13), "2024-12-31");
    check_day(date_plus_months(day("2028-02-29"), 12), "2029-02-28");
    check_day(date_plus_months(day("2026-05-31"), 0), "2026-05-31");
}

TEST(sums_stop_at_the_ends_of_the_calendar)
{
    check_day(date_plus_days(day("2999-12-30"), 1), "2999-12-31");
    check_day(date_plus_days(day("2999-12-30"), INT32_MAX), "2999-12-31");
    check_day(date_plus_days(day("1900-01-02"), INT32_MIN), "1900-01-01");
    check_day(date_plus_months(day("2999-12-30"), 1), "2999-12-31");
    check_day(date_plus_months(day("2999-11-30"), 1), "2999-12-30");
    check_day(date_plus_months(day("2026-01-01"), INT32_MAX), "2999-12-31");
    check_day(date_plus_months(day("2026-01-01"), INT32_MIN), "1900-01-01");
    assert_true(date_less(day("1999-12-31"), day("2000-01-01")));
    assert_false(date_less(day("2000-01-01"), day("2000-01-01")));
}

TEST(instants_come_back)
{
    uint64_t seed = 3;

    for (int round = 0; round < 50000; round++) {
        struct instant instant = {random_between(&seed, INT64_C(-2208988800000),
                                                 INT64_C(32503679999999))};
        struct instant back;
        char out[INSTANT_CHARS + 1], ms[INSTANT_MS_CHARS + 1];

        instant_write(out, instant);
        instant_write_ms(ms, instant);
        assert_true(instant_read_ms(&back, ms, strlen(ms)));
        assert_true(back.ms == instant.ms);
        back = at(out);
        assert_true(back.ms <= instant.ms && instant.ms - back.ms < 1000);
        assert_true(back.ms % 1000 == 0);
    }
}

TEST(some_instants_are_known)
{
    char out[INSTANT_MS_CHARS + 1];

    assert_true(at("2026-11-23T19:00:00Z").ms == INT64_C(1795460400000));
    assert_true(at("1969-12-31T23:59:59Z").ms == -1000);
    instant_write_ms(out, (struct instant){-1});
    assert_string_equal(out, "1969-12-31T23:59:59.999Z");
    instant_write_ms(out, at("1900-01-01T00:00:00Z"));
    assert_string_equal(out, "1900-01-01T00:00:00.000Z");
}

TEST(what_is_no_instant_is_refused)
{
    static const char *const wrong[] = {
        "2026-11-23T24:00:00Z",     "2026-11-23T23:60:00Z",
        "2026-11-23T23:59:60Z",     "2026-11-23 23:59:59Z",
        "2026-11-23t23:59:59Z",     "2026-11-23T23:59:59z",
        "2026-02-30T00:00:00Z",     "2026-11-23T-1:00:00Z",
        "2026-11-23T00.00.00Z",     "2026-11-23T00:00:0Z",
        "2026-11-23T00:00:00",      "3000-01-01T00:00:00Z",
        "2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00+00:00",
    };
    static const char *const wrong_ms[] = {
        "2026-11-23T00:00:00Z",     "2026-11-23T00:00:00.0Z",
        "2026-11-23T00:00:00,000Z", "2026-11-23T00:00:00.00aZ",
        "2026-11-23T00:00:00.000z", "2026-11-23T00:00:00.0000Z",
    };
    struct instant instant = {77};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(instant_read(&instant, wrong[i], strlen(wrong[i])));
    for (size_t i = 0; i < sizeof wrong_ms / sizeof wrong_ms[0]; i++)
        assert_false(
            instant_read_ms(&instant, wrong_ms[i], strlen(wrong_ms[i])));
    assert_true(instant.ms == 77);
}

/* Changes known from timetables: the last UTC hour before and after. */
TEST(summer_begins_and_ends_at_one_o_clock_utc)
{
    static const struct {
        const char *begin, *end;
    } years[] = {
        {"2024-03-31", "2024-10-27"}, {"2025-03-30", "2025-10-26"},
        {"2026-03-29", "2026-10-25"}, {"2027-03-28", "2027-10-31"},
        {"2000-03-26", "2000-10-29"}, {"2038-03-28", "2038-10-31"},
    };

    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        struct date begin = day(years[i].begin), end = day(years[i].end);
        struct date after = {begin.days + 1};
        int64_t midnight = begin.days * INT64_C(86400000);

        assert_true(date_start(begin, ZONE_CENTRAL).ms == midnight - 3600000);
        assert_true(date_start(after, ZONE_CENTRAL).ms ==
                    midnight + 22 * INT64_C(3600000));
        midnight = end.days * INT64_C(86400000);
        after.days = end.days + 1;
        assert_true(date_start(end, ZONE_CENTRAL).ms == midnight - 7200000);
        assert_true(date_start(after, ZONE_CENTRAL).ms ==
                    midnight + 23 * INT64_C(3600000));
    }
}

static void check_local(const char *utc, enum time_zone zone,
                        const char *expected)
{
    check_day(instant_day(at(utc), zone), expected);
}

TEST(an_instant_has_its_day_in_each_zone)
{
    check_local("2026-07-01T21:59:59Z", ZONE_CENTRAL, "2026-07-01");
    check_local("2026-07-01T22:00:00Z", ZONE_CENTRAL, "2026-07-02");
    check_local("2026-12-01T22:59:59Z", ZONE_CENTRAL, "2026-12-01");
    check_local("2026-12-01T23:00:00Z", ZONE_CENTRAL, "2026-12-02");
    check_local("2026-07-01T22:59:59Z", ZONE_WESTERN, "2026-07-01");
    check_local("2026-07-01T23:00:00Z", ZONE_WESTERN, "2026-07-02");
    check_local("2026-12-01T23:59:59Z", ZONE_WESTERN, "2026-12-01");
    check_local("2026-07-01T21:00:00Z", ZONE_EASTERN, "2026-07-02");
    check_local("2026-12-01T21:59:59Z", ZONE_EASTERN, "2026-12-01");
    check_local("2026-12-01T22:00:00Z", ZONE_EASTERN, "2026-12-02");
    check_local("2026-07-01T23:59:59Z", ZONE_UTC, "2026-07-01");
    check_local("1995-07-01T22:30:00Z", ZONE_CENTRAL, "1995-07-01");
    check_local("2026-10-24T22:00:00Z", ZONE_CENTRAL, "2026-10-25");
    check_local("2026-10-25T22:59:59Z", ZONE_CENTRAL, "2026-10-25");
    check_local("2026-10-25T23:00:00Z", ZONE_CENTRAL, "2026-10-26");
    check_local("2999-12-31T23:30:00Z", ZONE_CENTRAL, "2999-12-31");
}

TEST(a_day_begins_where_the_day_before_ends)
{
    struct date date = day("1990-01-01"), last = day("2150-12-31");

    for (; date_less(date, last); date.days++) {
        for (int zone = ZONE_UTC; zone <= ZONE_EASTERN; zone++) {
            enum time_zone z = (enum time_zone)zone;
            struct instant start = date_start(date, z);
            struct instant before = {start.ms - 1};

            assert_int_equal(instant_day(start, z).days, date.days);
            assert_int_equal(instant_day(before, z).days, date.days - 1);
        }
    }
    assert_true(date_start(day("1900-01-01"), ZONE_CENTRAL).ms ==
                at("1900-01-01T00:00:00Z").ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_the_calendar_comes_back),
        cmocka_unit_test(some_days_are_known),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(months_end_on_their_last_day),
        cmocka_unit_test(sums_stop_at_the_ends_of_the_calendar),
        cmocka_unit_test(instants_come_back),
        cmocka_unit_test(some_instants_are_known),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(summer_begins_and_ends_at_one_o_clock_utc),
        cmocka_unit_test(an_instant_has_its_day_in_each_zone),
        cmocka_unit_test(a_day_begins_where_the_day_before_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
