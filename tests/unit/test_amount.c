#include "ledger/amount.h"
#include "tests/check.h"

static struct amount of(int64_t minor)
{
    return amount_from_minor(minor);
}

#define IS(amount, expected) assert_true(amount_to_minor(amount) == (expected))

TEST(sums_are_exact_up_to_the_edge)
{
    struct amount sum = of(7);

    assert_true(amount_add(&sum, of(AMOUNT_MAX - 1), of(1)));
    IS(sum, AMOUNT_MAX);
    assert_false(amount_add(&sum, of(AMOUNT_MAX), of(1)));
    assert_false(amount_sub(&sum, of(-AMOUNT_MAX), of(1)));
    IS(sum, AMOUNT_MAX);
    assert_true(amount_sub(&sum, of(-AMOUNT_MAX), of(-AMOUNT_MAX)));
    IS(sum, 0);
}

TEST(products_are_exact_or_refused)
{
    struct amount product = of(7);

    assert_true(amount_times(&product, of(-250), 4));
    IS(product, -1000);
    assert_true(amount_times(&product, of(AMOUNT_MAX), -1));
    IS(product, -AMOUNT_MAX);
    assert_false(amount_times(&product, of(AMOUNT_MAX), 2));
    assert_false(amount_times(&product, of(AMOUNT_MAX), INT64_MAX));
    assert_false(amount_times(&product, of(2), INT64_MIN));
    IS(product, -AMOUNT_MAX);
}

TEST(comparisons_read_as_sentences)
{
    assert_true(amount_is_zero(of(0)));
    assert_false(amount_is_positive(of(0)));
    assert_false(amount_is_negative(of(0)));
    assert_true(amount_is_positive(of(1)));
    assert_true(amount_is_negative(of(-1)));
    assert_true(amount_less(of(-1), of(0)));
    assert_false(amount_less(of(0), of(0)));
    assert_true(amount_equal(of(5), of(5)));
    IS(amount_min(of(3), of(-3)), -3);
    IS(amount_max(of(3), of(-3)), 3);
    IS(amount_negate(of(AMOUNT_MAX)), -9007199254740991);
}

TEST(a_part_is_rounded_half_to_even)
{
    static const struct {
        int64_t cents, numerator, denominator, half_even, up;
    } cases[] = {
        {5, 1, 2, 2, 3},
        {7, 1, 2, 4, 4},
        {-5, 1, 2, -2, -2},
        {-7, 1, 2, -4, -3},
        {1, 1, 3, 0, 1},
        {2, 1, 3, 1, 1},
        {-1, 1, 3, 0, 0},
        {-2, 1, 3, -1, 0},
        {100, 0, 7, 0, 0},
        {6, 1, 3, 2, 2},
        {5, -1, 2, -2, -2},
        {0, 5, 9, 0, 0},
        {1000, 38025, PPM, 38, 39},
        {AMOUNT_MAX, INT64_MAX, INT64_MAX, AMOUNT_MAX, AMOUNT_MAX},
        {-AMOUNT_MAX, INT64_MAX, INT64_MAX, -AMOUNT_MAX, -AMOUNT_MAX},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct amount part;

        assert_true(amount_part(&part, of(cases[i].cents), cases[i].numerator,
                                cases[i].denominator));
        assert_true(amount_to_minor(part) == cases[i].half_even);
        assert_true(amount_part_up(&part, of(cases[i].cents),
                                   cases[i].numerator, cases[i].denominator));
        assert_true(amount_to_minor(part) == cases[i].up);
    }
}

TEST(a_part_that_is_too_large_is_refused)
{
    struct amount part = of(7);

    assert_false(amount_part(&part, of(AMOUNT_MAX), 3, 2));
    assert_false(amount_part(&part, of(-AMOUNT_MAX), 3, 2));
    assert_false(amount_part_up(&part, of(AMOUNT_MAX), INT64_MAX, 1));
    assert_false(amount_part(&part, of(AMOUNT_MAX), INT64_MIN, 1));
    assert_false(amount_part_up(&part, of(AMOUNT_MAX), 1000001, PPM));
    IS(part, 7);
}

TEST(a_quotient_in_ppm_is_rounded_up)
{
    assert_true(amount_ppm_up(of(1), of(3)) == 333334);
    assert_true(amount_ppm_up(of(1), of(4)) == 250000);
    assert_true(amount_ppm_up(of(0), of(4)) == 0);
    assert_true(amount_ppm_up(of(-1), of(3)) == -333333);
    assert_true(amount_ppm_up(of(AMOUNT_MAX), of(AMOUNT_MAX)) == PPM);
    assert_true(amount_ppm_up(of(AMOUNT_MAX), of(1)) == INT64_MAX);
    assert_true(amount_ppm_up(of(-AMOUNT_MAX), of(1)) == INT64_MIN);
}

TEST(the_largest_remainders_are_served_first_and_ties_in_order)
{
    const int64_t thirds[] = {1, 1, 1}, mixed[] = {1, 3, 3, 0};
    struct amount parts[4];

    assert_true(amount_split(parts, of(100), thirds, 3));
    IS(parts[0], 34);
    IS(parts[1], 33);
    IS(parts[2], 33);
    assert_true(amount_split(parts, of(-101), thirds, 3));
    IS(parts[0], -34);
    IS(parts[1], -34);
    IS(parts[2], -33);
    assert_true(amount_split(parts, of(10), mixed, 4));
    IS(parts[0], 2); /* 10/7 = 1 and 3/7; 30/7 = 4 and 2/7, twice. */
    IS(parts[1], 4);
    IS(parts[2], 4);
    IS(parts[3], 0);
}

TEST(a_split_needs_weights)
{
    const int64_t none[] = {0, 0}, negative[] = {2, -1},
                  huge[] = {INT64_MAX, 1}, all[] = {INT64_MAX};
    struct amount parts[2] = {of(7), of(7)};

    assert_false(amount_split(parts, of(5), none, 2));
    assert_false(amount_split(parts, of(5), negative, 2));
    assert_false(amount_split(parts, of(5), huge, 2));
    assert_false(amount_split(parts, of(5), all, 0));
    IS(parts[0], 7);
    assert_true(amount_split(parts, of(AMOUNT_MAX), all, 1));
    IS(parts[0], 9007199254740991);
}

/* No part is a whole unit away from its exact share, and no two equal weights
 * get parts that differ by more than one, the earlier getting more. */
static void check_fairness(const struct amount *parts, int64_t total,
                           const int64_t *weights, size_t count)
{
    __extension__ __int128 sum = 0, wide;

    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        int64_t part = amount_to_minor(parts[i]);

        wide = total;
        wide = wide * weights[i] - part * sum;
        assert_true(wide < sum && -wide < sum);
        assert_true(weights[i] > 0 || part == 0);
        for (size_t j = i + 1; j < count; j++) {
            int64_t more = part - amount_to_minor(parts[j]);

            if (weights[i] == weights[j])
                assert_true(total < 0 ? more == 0 || more == -1
                                      : more == 0 || more == 1);
        }
    }
}

TEST(a_split_conserves_every_minor_unit)
{
    uint64_t seed = 2;

    for (int round = 0; round < 20000; round++) {
        size_t count = (size_t)random_between(&seed, 1, 12);
        int64_t most = round % 3 == 0   ? 3
                       : round % 3 == 1 ? 100000
                                        : INT64_MAX / 12;
        int64_t limit = round % 2 == 0 ? 50 : AMOUNT_MAX;
        int64_t total = random_between(&seed, -limit, limit), sum = 0;
        int64_t weights[12];
        struct amount parts[12];

        for (size_t i = 0; i < count; i++)
            weights[i] = random_between(&seed, 0, most);
        weights[next_random(&seed) % count] = 1;
        assert_true(amount_split(parts, of(total), weights, count));
        for (size_t i = 0; i < count; i++)
            sum += amount_to_minor(parts[i]);
        assert_true(sum == total);
        check_fairness(parts, total, weights, count);
    }
}

TEST(an_amount_is_written_with_its_decimals)
{
    static const struct {
        int64_t cents;
        int digits;
        const char *text;
    } cases[] = {
        {-123450, 2, "-1234.50"},
        {5, 2, "0.05"},
        {-5, 2, "-0.05"},
        {0, 2, "0.00"},
        {0, 0, "0"},
        {-7, 0, "-7"},
        {100, 2, "1.00"},
        {12345, 4, "1.2345"},
        {-AMOUNT_MAX, 4, "-900719925474.0991"},
        {AMOUNT_MAX, 0, "9007199254740991"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[AMOUNT_CHARS];
        struct amount back;

        amount_write(out, of(cases[i].cents), cases[i].digits);
        assert_string_equal(out, cases[i].text);
        assert_true(amount_read(&back, out, strlen(out), cases[i].digits));
        assert_true(amount_to_minor(back) == cases[i].cents);
    }
}

TEST(an_amount_is_read_with_fewer_decimals_but_never_more)
{
    static const char *const wrong[] = {
        "",
        "-",
        ".5",
        "1.",
        "1.234",
        "+1",
        " 1",
        "1 ",
        "1,00",
        "1e3",
        "--1",
        "0x1",
        "1.2.3",
        "1.-2",
        "NaN",
        "1.00 ",
        "90071992547409.92",
        "9007199254740992",
        "99999999999999999999",
    };
    struct amount amount = of(7);

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(amount_read(&amount, wrong[i], strlen(wrong[i]), 2));
    assert_false(amount_read(&amount, "1.0", 3, 0));
    IS(amount, 7);
    assert_true(amount_read(&amount, "12", 2, 2));
    IS(amount, 1200);
    assert_true(amount_read(&amount, "-12.5", 5, 2));
    IS(amount, -1250);
    assert_true(amount_read(&amount, "90071992547409.91", 17, 2));
    IS(amount, AMOUNT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact_up_to_the_edge),
        cmocka_unit_test(products_are_exact_or_refused),
        cmocka_unit_test(comparisons_read_as_sentences),
        cmocka_unit_test(a_part_is_rounded_half_to_even),
        cmocka_unit_test(a_part_that_is_too_large_is_refused),
        cmocka_unit_test(a_quotient_in_ppm_is_rounded_up),
        cmocka_unit_test(
            the_largest_remainders_are_served_first_and_ties_in_order),
        cmocka_unit_test(a_split_needs_weights),
        cmocka_unit_test(a_split_conserves_every_minor_unit),
        cmocka_unit_test(an_amount_is_written_with_its_decimals),
        cmocka_unit_test(an_amount_is_read_with_fewer_decimals_but_never_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
