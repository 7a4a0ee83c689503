/*
 * check: what the unit tests share: cmocka, and a way to write them.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "ledger/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* Ours says why. */

#define TEST(name) static void name(__attribute__((unused)) void **state)

/* The call, which names &error, fails with this code and says why. */
#define REFUSED(call, expected)                                                \
    do {                                                                       \
        struct error error = {0};                                              \
        assert_false(call);                                                    \
        assert_string_equal(error_spec(error.code)->name,                      \
                            error_spec(expected)->name);                       \
        assert_true(error.text[0] != '\0');                                    \
    } while (0)

/* The call, which names &error, succeeds. */
#define TAKEN(call)                                                            \
    do {                                                                       \
        struct error error = {0};                                              \
        if (!(call)) {                                                         \
            print_error("%s: %s\n", #call, error.text);                        \
            _fail(__FILE__, __LINE__);                                         \
        }                                                                      \
        assert_int_equal(error.code, ERROR_NONE);                              \
    } while (0)

/* The next of a fixed row of random numbers (SplitMix64). */
static inline uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* At least least and at most most. */
static inline int64_t random_between(uint64_t *seed, int64_t least,
                                     int64_t most)
{
    return least +
           (int64_t)(next_random(seed) % ((uint64_t)(most - least) + 1));
}

#endif
