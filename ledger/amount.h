/*
 * amount: money in minor units, and shares of it in parts per million.
 *
 * An amount is an integer within +-(2^53-1), so that every JSON reader keeps
 * it exact.  Sums are checked; nothing here rounds unless its name says so.
 * The only code that touches .minor (tests/tidy).
 */
#ifndef LEDGER_AMOUNT_H
#define LEDGER_AMOUNT_H

#include "ledger/error.h"

#define AMOUNT_MAX INT64_C(9007199254740991)
#define PPM INT64_C(1000000)

struct amount {
    int64_t minor;
};

/* minor is within +-AMOUNT_MAX; asserted. */
struct amount amount_from_minor(int64_t minor);
int64_t amount_to_minor(struct amount amount);

bool amount_is_zero(struct amount amount);
bool amount_is_positive(struct amount amount);
bool amount_is_negative(struct amount amount);
bool amount_equal(struct amount a, struct amount b);
bool amount_less(struct amount a, struct amount b);
struct amount amount_min(struct amount a, struct amount b);
struct amount amount_max(struct amount a, struct amount b);
struct amount amount_negate(struct amount amount);

/* False if the result leaves the range; then *sum is unchanged. */
MUST_USE bool amount_add(struct amount *sum, struct amount a, struct amount b);
MUST_USE bool amount_sub(struct amount *sum, struct amount a, struct amount b);
MUST_USE bool amount_times(struct amount *product, struct amount a,
                           int64_t count);

/* amount x numerator / denominator (> 0), rounded half to even.  False, like
 * above, if the result leaves the range. */
MUST_USE bool amount_part(struct amount *part, struct amount amount,
                          int64_t numerator, int64_t denominator);
/* The same, rounded up (towards plus infinity). */
MUST_USE bool amount_part_up(struct amount *part, struct amount amount,
                             int64_t numerator, int64_t denominator);
/* a / b as parts per million, rounded up; b > 0.  What int64_t cannot hold
 * becomes its largest value. */
int64_t amount_ppm_up(struct amount a, struct amount b);

/*
 * Split total by weights (all >= 0, not all 0, sum in int64_t) with the
 * largest-remainder rule; ties go to the earlier.  Parts sum to total exactly;
 * those of a negative total are the negated parts of the positive one.  False
 * if the weights are not such; then nothing is written.
 */
MUST_USE bool amount_split(struct amount *parts, struct amount total,
                           const int64_t *weights, size_t count);

enum { AMOUNT_CHARS = 24, AMOUNT_DIGITS_MAX = 4 };
/* "-1234.50" with the currency's digits after the point (0 to 4). */
void amount_write(char out[static AMOUNT_CHARS], struct amount amount,
                  int digits);
/* Strict: "-?[0-9]+(\.[0-9]{1,digits})?"; false if malformed or too large. */
MUST_USE bool amount_read(struct amount *amount, const char *text, size_t size,
                          int digits);

#endif
