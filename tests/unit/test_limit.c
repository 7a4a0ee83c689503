/* Token buckets: so many at once, so many over a time, each key its own. */
#include "server/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct limits *limits;

static int start(void **state)
{
    (void)state;
    limits = limits_create();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    limits_free(limits);
    return 0;
}

/* Is one there at that second?  If not, how long is the wait? */
static int64_t ask(const char *key, int64_t second)
{
    int64_t wait = 0;

    return limits_take(limits, LIMIT_MAIL_ADDRESS, key, strlen(key),
                       second * 1000, &wait)
               ? 0
               : wait;
}

static void five_at_once_then_none(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("zoe@example.org", 1000), 0);
    assert_int_equal(ask("zoe@example.org", 1000), 120);
    assert_int_equal(ask("zoe@example.org", 1119), 1);
}

static void one_comes_back_every_two_minutes(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("zoe@example.org", 1000), 0);
    assert_int_equal(ask("zoe@example.org", 1120), 0);
    assert_int_equal(ask("zoe@example.org", 1120), 120);
    /* All five after ten minutes at rest, and not one more. */
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("zoe@example.org", 9000), 0);
    assert_in_range(ask("zoe@example.org", 9000), 1, 120);
}

static void over_a_day_no_key_gets_more_than_its_rate(void **state)
{
    int got = 0;

    (void)state;
    for (int64_t second = 0; second < 86400; second += 7)
        got += ask("zoe@example.org", second) == 0;
    assert_in_range(got, 720, 725); /* 86400 / 120, and five at first. */
}

static void keys_and_limits_do_not_share(void **state)
{
    int64_t wait;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("zoe@example.org", 1000), 0);
    assert_int_not_equal(ask("zoe@example.org", 1000), 0);
    assert_int_equal(ask("leo@example.org", 1000), 0);
    assert_true(limits_take(limits, LIMIT_MAIL_CLIENT, "zoe@example.org", 15,
                            1000000, &wait));
}

static void a_puzzle_works_once(void **state)
{
    int64_t wait;

    (void)state;
    assert_true(limits_take(limits, LIMIT_PUZZLE, "p", 1, 1000, &wait));
    assert_false(limits_take(limits, LIMIT_PUZZLE, "p", 1, 700000, &wait));
}

static void a_flood_of_keys_forgets_those_at_rest_first(void **state)
{
    char key[32];
    int remembered = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask("zoe@example.org", 1000), 0);
    for (int i = 0; i < 8000; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        (void)ask(key, 1000);
        remembered += ask("zoe@example.org", 1000) != 0;
    }
    /* 16384 places: half full, the busy one is still known. */
    assert_int_equal(remembered, 8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(five_at_once_then_none, start, stop),
        cmocka_unit_test_setup_teardown(one_comes_back_every_two_minutes, start,
                                        stop),
        cmocka_unit_test_setup_teardown(
            over_a_day_no_key_gets_more_than_its_rate, start, stop),
        cmocka_unit_test_setup_teardown(keys_and_limits_do_not_share, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_puzzle_works_once, start, stop),
        cmocka_unit_test_setup_teardown(
            a_flood_of_keys_forgets_those_at_rest_first, start, stop),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
