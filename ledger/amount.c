#include "ledger/amount.h"

#include <assert.h>

static bool is_in_range(int64_t minor)
{
    return minor >= -AMOUNT_MAX && minor <= AMOUNT_MAX;
}

struct amount amount_from_minor(int64_t minor)
{
    assert(is_in_range(minor));
    return (struct amount){.minor = minor};
}

int64_t amount_to_minor(struct amount amount)
{
    return amount.minor;
}

bool amount_is_zero(struct amount amount)
{
    return amount.minor == 0;
}

bool amount_is_positive(struct amount amount)
{
    return amount.minor > 0;
}

bool amount_is_negative(struct amount amount)
{
    return amount.minor < 0;
}

bool amount_equal(struct amount a, struct amount b)
{
    return a.minor == b.minor;
}

bool amount_less(struct amount a, struct amount b)
{
    return a.minor < b.minor;
}

struct amount amount_min(struct amount a, struct amount b)
{
    return amount_less(b, a) ? b : a;
}

struct amount amount_max(struct amount a, struct amount b)
{
    return amount_less(a, b) ? b : a;
}

struct amount amount_negate(struct amount amount)
{
    return amount_from_minor(-amount.minor);
}

static bool give(struct amount *out, int64_t minor)
{
    if (!is_in_range(minor))
        return false;
    out->minor = minor;
    return true;
}

bool amount_add(struct amount *sum, struct amount a, struct amount b)
{
    return give(sum, a.minor + b.minor);
}

bool amount_sub(struct amount *sum, struct amount a, struct amount b)
{
    return give(sum, a.minor - b.minor);
}

bool amount_times(struct amount *product, struct amount a, int64_t count)
{
    int64_t minor;

    return !__builtin_mul_overflow(a.minor, count, &minor) &&
           give(product, minor);
}

/* floor(a x numerator / denominator); *rest is in [0, denominator). */
static bool divide(int64_t *quotient, int64_t *rest, struct amount a,
                   int64_t numerator, int64_t denominator)
{
    __extension__ __int128 wide = a.minor;
    __extension__ __int128 whole;

    assert(denominator > 0);
    wide *= numerator;
    whole = wide / denominator;
    if (whole * denominator > wide)
        whole--;
    if (whole > AMOUNT_MAX || whole < -AMOUNT_MAX - 1)
        return false;
    *quotient = (int64_t)whole;
    *rest = (int64_t)(wide - whole * denominator);
    return true;
}

bool amount_part(struct amount *part, struct amount amount, int64_t numerator,
                 int64_t denominator)
{
    int64_t minor, rest;

    if (!divide(&minor, &rest, amount, numerator, denominator))
        return false;
    if (rest > denominator - rest ||
        (rest == denominator - rest && minor % 2 != 0))
        minor++;
    return give(part, minor);
}

bool amount_part_up(struct amount *part, struct amount amount,
                    int64_t numerator, int64_t denominator)
{
    int64_t minor, rest;

    if (!divide(&minor, &rest, amount, numerator, denominator))
        return false;
    return give(part, minor + (rest > 0));
}

int64_t amount_ppm_up(struct amount a, struct amount b)
{
    __extension__ __int128 wide = a.minor;

    assert(b.minor > 0);
    wide *= PPM;
    wide = wide / b.minor + (wide > 0 && wide % b.minor != 0);
    if (wide > INT64_MAX)
        return INT64_MAX;
    if (wide < INT64_MIN)
        return INT64_MIN;
    return (int64_t)wide;
}

/* One call of amount_split(); total is not negative. */
struct split {
    struct amount total;
    const int64_t *weights;
    size_t count;
    int64_t sum; /* Of the weights. */
};

static bool weigh(struct split *split)
{
    for (size_t i = 0; i < split->count; i++)
        if (split->weights[i] < 0 ||
            __builtin_add_overflow(split->sum, split->weights[i], &split->sum))
            return false;
    return split->sum > 0;
}

/* What i gets before the rest is dealt; *rest decides who is dealt first. */
static int64_t whole_part(const struct split *split, size_t i, int64_t *rest)
{
    int64_t whole;
    bool fits =
        divide(&whole, rest, split->total, split->weights[i], split->sum);

    assert(fits); /* A weight is at most the sum. */
    return whole;
}

/*
 * The place of the next minor unit: the one after (*rest, *place) in the
 * order "larger rest first, then earlier".  Quadratic at worst, but needs no
 * memory; the lists of an entry are short.
 */
static void next_place(const struct split *split, int64_t *rest, size_t *place)
{
    int64_t best = -1;
    size_t found = 0;

    for (size_t i = 0; i < split->count; i++) {
        int64_t mine;

        (void)whole_part(split, i, &mine);
        if (mine > best && (mine < *rest || (mine == *rest && i > *place))) {
            best = mine;
            found = i;
        }
    }
    assert(best >= 0);
    *rest = best;
    *place = found;
}

bool amount_split(struct amount *parts, struct amount total,
                  const int64_t *weights, size_t count)
{
    bool negative = amount_is_negative(total);
    struct split split = {
        .total = negative ? amount_negate(total) : total,
        .weights = weights,
        .count = count,
    };
    int64_t left = split.total.minor, rest;
    size_t place = 0;

    if (!weigh(&split))
        return false;
    for (size_t i = 0; i < count; i++) {
        parts[i].minor = whole_part(&split, i, &rest);
        left -= parts[i].minor;
    }
    for (rest = split.sum; left > 0; left--) {
        next_place(&split, &rest, &place);
        parts[place].minor++;
    }
    for (size_t i = 0; negative && i < count; i++)
        parts[i].minor = -parts[i].minor;
    return true;
}

static int64_t power_of_ten(int digits)
{
    int64_t power = 1;

    assert(digits >= 0 && digits <= AMOUNT_DIGITS_MAX);
    for (int i = 0; i < digits; i++)
        power *= 10;
    return power;
}

void amount_write(char out[static AMOUNT_CHARS], struct amount amount,
                  int digits)
{
    int64_t left = amount.minor < 0 ? -amount.minor : amount.minor;
    char backwards[AMOUNT_CHARS];
    size_t size = 0;

    assert(digits >= 0 && digits <= AMOUNT_DIGITS_MAX);
    for (int i = 0; left > 0 || i <= digits; i++) {
        if (i == digits && i > 0)
            backwards[size++] = '.';
        backwards[size++] = (char)('0' + left % 10);
        left /= 10;
    }
    if (amount.minor < 0)
        backwards[size++] = '-';
    for (size_t i = 0; i < size; i++)
        out[i] = backwards[size - 1 - i];
    out[size] = '\0';
}

/* Adds the digits at text to *minor; returns how many there are, or 0 if the
 * number grows too large. */
static size_t take_digits(int64_t *minor, const char *text, size_t size)
{
    size_t taken = 0;

    for (; taken < size && text[taken] >= '0' && text[taken] <= '9'; taken++) {
        *minor = *minor * 10 + (text[taken] - '0');
        if (*minor > AMOUNT_MAX)
            return 0;
    }
    return taken;
}

bool amount_read(struct amount *amount, const char *text, size_t size,
                 int digits)
{
    const char *end = text + size;
    bool negative = size > 0 && *text == '-';
    int64_t minor = 0;
    size_t taken, decimals = 0;

    text += negative;
    taken = take_digits(&minor, text, (size_t)(end - text));
    if (taken == 0)
        return false;
    text += taken;
    if (text < end) {
        if (*text++ != '.')
            return false;
        decimals = take_digits(&minor, text, (size_t)(end - text));
        if (decimals == 0 || decimals > (size_t)digits ||
            text + decimals != end)
            return false;
    }
    if (negative)
        minor = -minor;
    return amount_times(amount, (struct amount){.minor = minor},
                        power_of_ten(digits - (int)decimals));
}
