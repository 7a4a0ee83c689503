/* Figures and days as people write and type them. */
#include "ledger/entry.h"
#include "server/catalogue.h"
#include "server/prose.h"
#include "tests/check.h"

#define BROKEN(...)                                                            \
    do {                                                                       \
        print_error(__VA_ARGS__);                                              \
        assert_true(false);                                                    \
    } while (0)

static void shows(int64_t minor, uint8_t currency, const char *english,
                  const char *french)
{
    char text[PROSE_CHARS];

    prose_amount(text, amount_from_minor(minor), currency, false);
    assert_string_equal(text, english);
    prose_amount(text, amount_from_minor(minor), currency, true);
    assert_string_equal(text, french);
}

static int load_french(void **state)
{
    struct error error = {0};

    (void)state;
    return catalogue_load("server/po", &error) ? 0 : -1;
}

TEST(amounts_are_written_as_each_language_does)
{
    shows(1864000, CURRENCY_EUR, "€18,640.00", "18\u202f640,00\u00a0€");
    shows(5, CURRENCY_EUR, "€0.05", "0,05\u00a0€");
    shows(-123, CURRENCY_GBP, "−£1.23", "−1,23\u00a0£");
    shows(100000000, CURRENCY_SEK, "1,000,000.00\u00a0SEK",
          "1\u202f000\u202f000,00\u00a0SEK");
    shows(1234, CURRENCY_JPY, "1,234\u00a0JPY", "1\u202f234\u00a0JPY");
    shows(99, currency_none, "0.99", "0,99");
    shows(AMOUNT_MAX, CURRENCY_EUR, "€90,071,992,547,409.91",
          "90\u202f071\u202f992\u202f547\u202f409,91\u00a0€");
}

static void rounds(int64_t minor, uint8_t currency, const char *english,
                   const char *french)
{
    char text[PROSE_CHARS];

    prose_round(text, amount_from_minor(minor), currency, false);
    assert_string_equal(text, english);
    prose_round(text, amount_from_minor(minor), currency, true);
    assert_string_equal(text, french);
}

TEST(round_amounts_lose_only_a_fraction_that_is_nothing)
{
    rounds(1864000, CURRENCY_EUR, "€18,640", "18\u202f640\u00a0€");
    rounds(1864001, CURRENCY_EUR, "€18,640.01", "18\u202f640,01\u00a0€");
    rounds(1864010, CURRENCY_EUR, "€18,640.10", "18\u202f640,10\u00a0€");
    rounds(0, CURRENCY_EUR, "€0", "0\u00a0€");
    rounds(99, CURRENCY_EUR, "€0.99", "0,99\u00a0€");
    rounds(-10000, CURRENCY_GBP, "−£100", "−100\u00a0£");
    rounds(1000, CURRENCY_JPY, "1,000\u00a0JPY", "1\u202f000\u00a0JPY");
    rounds(500, currency_none, "5", "5");
    rounds(AMOUNT_MAX - 91, CURRENCY_EUR, "€90,071,992,547,409",
           "90\u202f071\u202f992\u202f547\u202f409\u00a0€");
}

static void reads(const char *typed, int64_t minor)
{
    struct amount amount;

    assert_true(prose_amount_read(&amount, typed, 2));
    assert_int_equal(amount_to_minor(amount), minor);
}

TEST(amounts_are_read_as_people_type_them)
{
    reads("25", 2500);
    reads("25,50", 2550);
    reads("25.5", 2550);
    reads(" 1 250,00 € ", 125000);
    reads("1\u202f250,00\u00a0€", 125000);
    reads("0,01", 1);
}

TEST(what_could_mean_two_amounts_means_none)
{
    static const char *const typed[] = {
        "",       "1,250",  "1.250,00", "1,250.00",
        "25,",    "1e3",    "0x10",     "abc",
        "25.505", "- 5 -",  "$25",      "١٢",
        ".5",     "25 EUR", "nan",      "99999999999999999999"};
    struct amount amount = amount_from_minor(7);

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (prose_amount_read(&amount, typed[i], 2))
            BROKEN("\"%s\" was read", typed[i]);
    assert_int_equal(amount_to_minor(amount), 7);
}

static void tells(const char *instant_text, enum time_zone zone,
                  const char *english)
{
    struct instant instant;
    char text[PROSE_CHARS];

    assert_true(instant_read(&instant, instant_text, strlen(instant_text)));
    prose_instant(text, instant, zone, false);
    assert_string_equal(text, english);
}

TEST(instants_are_told_in_the_time_of_the_place)
{
    tells("2026-11-24T13:05:00Z", ZONE_UTC,
          "24\u00a0November 2026, 13:05 (UTC)");
    tells("2026-11-24T13:05:00Z", ZONE_CENTRAL,
          "24\u00a0November 2026, 14:05 (Central European time)");
    tells("2026-07-01T22:30:00Z", ZONE_CENTRAL,
          "2\u00a0July 2026, 00:30 (Central European time)");
}

TEST(days_on_which_clocks_change_are_told_right)
{
    /* 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC. */
    tells("2026-03-29T00:59:00Z", ZONE_CENTRAL,
          "29\u00a0March 2026, 01:59 (Central European time)");
    tells("2026-03-29T01:00:00Z", ZONE_CENTRAL,
          "29\u00a0March 2026, 03:00 (Central European time)");
    /* 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC. */
    tells("2026-10-25T00:30:00Z", ZONE_CENTRAL,
          "25\u00a0October 2026, 02:30 (Central European time)");
    tells("2026-10-25T01:30:00Z", ZONE_CENTRAL,
          "25\u00a0October 2026, 02:30 (Central European time)");
    tells("2026-10-25T22:59:00Z", ZONE_CENTRAL,
          "25\u00a0October 2026, 23:59 (Central European time)");
}

TEST(the_last_moment_before_midnight_is_of_the_day_before)
{
    struct instant instant;
    char text[PROSE_CHARS];

    assert_true(instant_read(&instant, "2026-11-27T23:00:00Z", 20));
    prose_until(text, instant, ZONE_CENTRAL, true);
    assert_string_equal(text, "27\u00a0novembre 2026, 23\u00a0h\u00a0"
                              "59 (heure d’Europe centrale)");
}

TEST(the_first_of_a_month_is_ordinal_in_french)
{
    char text[PROSE_CHARS];

    prose_date(text, date_from_civil(2026, 8, 1), true);
    assert_string_equal(text, "1er\u00a0août 2026");
    prose_date(text, date_from_civil(2026, 8, 1), false);
    assert_string_equal(text, "1\u00a0August 2026");
}

TEST(parts_of_a_whole_keep_what_is_not_zero)
{
    char text[PROSE_CHARS];

    prose_ppm(text, 125000, true);
    assert_string_equal(text, "12,5\u00a0%");
    prose_ppm(text, 125000, false);
    assert_string_equal(text, "12.5%");
    prose_ppm(text, 500000, false);
    assert_string_equal(text, "50%");
    prose_ppm(text, 1, false);
    assert_string_equal(text, "0.0001%");
    prose_ppm(text, 0, false);
    assert_string_equal(text, "0%");
}

TEST(counts_are_grouped)
{
    char text[PROSE_CHARS];

    prose_count(text, 1234567, false);
    assert_string_equal(text, "1,234,567");
    prose_count(text, -12, true);
    assert_string_equal(text, "−12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_written_as_each_language_does),
        cmocka_unit_test(round_amounts_lose_only_a_fraction_that_is_nothing),
        cmocka_unit_test(amounts_are_read_as_people_type_them),
        cmocka_unit_test(what_could_mean_two_amounts_means_none),
        cmocka_unit_test(instants_are_told_in_the_time_of_the_place),
        cmocka_unit_test(days_on_which_clocks_change_are_told_right),
        cmocka_unit_test(the_last_moment_before_midnight_is_of_the_day_before),
        cmocka_unit_test(the_first_of_a_month_is_ordinal_in_french),
        cmocka_unit_test(parts_of_a_whole_keep_what_is_not_zero),
        cmocka_unit_test(counts_are_grouped),
    };

    entry_start();
    return cmocka_run_group_tests(tests, load_french, NULL);
}
