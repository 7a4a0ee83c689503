/* What a campaign comes to: passes over all its pledges. */
#include "ledger/allot.h"

#include <assert.h>
#include <string.h>

/* Divisions by a digit at a time: 5 x 11 bits are more than an amount has. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, DIGIT_COUNT = 5 };

struct survey {
    const struct view *view;
    const struct record_campaign *campaign;
    struct reckoning *out;
    uint8_t slots[nature_after]; /* Of each nature, from 1; 0: not taken. */
};

static const struct record_pledge *first(const struct survey *survey,
                                         struct link *at)
{
    *at = survey->campaign->pledges.first;
    if (survey->campaign->pledges.count == 0)
        return NULL;
    return (const void *)view_find(survey->view, RECORD_pledge, at->key);
}

static const struct record_pledge *next(const struct survey *survey,
                                        struct link *at,
                                        const struct record_pledge *pledge)
{
    *at = pledge->next;
    if (link_is_none(*at))
        return NULL;
    return (const void *)view_find(survey->view, RECORD_pledge, at->key);
}

/* For every pledge whose money counts. */
#define EACH_PAYER(survey, pledge, at)                                         \
    for (const struct record_pledge *pledge = first((survey), (at));           \
         pledge != NULL; pledge = next((survey), (at), pledge))                \
        if (pledge_counts(pledge))

static struct allotment *slot_of(const struct survey *survey,
                                 const struct record_pledge *pledge)
{
    assert(survey->slots[pledge->nature] > 0);
    return &survey->out->natures[survey->slots[pledge->nature] - 1];
}

static int64_t wants(const struct allotment *of,
                     const struct record_pledge *pledge)
{
    return amount_to_minor(pledge->received) / of->unit;
}

static void start(struct survey *survey)
{
    struct reckoning *out = survey->out;
    struct link at = survey->campaign->natures.first;

    out->count = survey->campaign->count;
    out->received = survey->campaign->received;
    for (int64_t i = 0; i < survey->campaign->natures.count; i++) {
        const struct record_nature *nature =
            (const void *)view_find(survey->view, RECORD_nature, at.key);
        struct allotment *of = &out->natures[out->nature_count++];

        *of = (struct allotment){.nature = nature->nature,
                                 .rule = survey->campaign->oversubscription,
                                 .unit = 1};
        if (nature->nature == NATURE_SHARE) {
            const struct record_class *class = (const void *)view_find(
                survey->view, RECORD_class, link_of_id(nature->class).key);

            of->unit = amount_to_minor(class->nominal);
        }
        /* For now the most that the nature may come to. */
        of->given = amount_is_positive(nature->most)
                        ? amount_to_minor(nature->most) / of->unit
                        : AMOUNT_MAX;
        survey->slots[nature->nature] = (uint8_t)out->nature_count;
        at = nature->next;
    }
}

/* Sums never leave the range: all of it is money that has come. */
static void count_payers(const struct survey *survey)
{
    struct reckoning *out = survey->out;
    struct link at;

    EACH_PAYER(survey, pledge, &at)
    {
        bool share = pledge->nature == NATURE_SHARE;
        struct amount *given = share ? &out->shares_given : &out->gifts_given;
        struct allotment *of = slot_of(survey, pledge);

        out->payers++;
        out->movers += pledge->on_failure == FALLBACK_MOVE;
        if (pledge->on_failure == FALLBACK_DONATE &&
            !amount_add(given, *given, pledge->received))
            impossible();
        of->wanted += wants(of, pledge);
    }
}

/* ---- Limits ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the cap leaves to each nature, in proportion to what it would keep. */
static void share_cap(struct reckoning *out, int64_t cap)
{
    struct amount parts[NATURES_MAX];
    int64_t weights[NATURES_MAX], sum = 0;

    for (size_t i = 0; i < out->nature_count; i++) {
        weights[i] = out->natures[i].given * out->natures[i].unit;
        sum += weights[i];
    }
    if (sum <= cap || !amount_split(parts, amount_from_minor(cap), weights,
                                    out->nature_count))
        return;
    for (size_t i = 0; i < out->nature_count; i++)
        out->natures[i].given =
            amount_to_minor(parts[i]) / out->natures[i].unit;
}

/* In the order of the list, as long as nature and cap have room. */
static void serve_in_order(const struct survey *survey, int64_t cap)
{
    int64_t room[NATURES_MAX];
    struct link at;

    for (size_t i = 0; i < survey->out->nature_count; i++) {
        struct allotment *of = &survey->out->natures[i];

        room[i] = of->given;
        of->given = 0;
        of->place = AMOUNT_MAX;
    }
    EACH_PAYER(survey, pledge, &at)
    {
        struct allotment *of = slot_of(survey, pledge);
        int64_t *left = &room[of - survey->out->natures];
        int64_t most = wants(of, pledge);
        int64_t units = least(most, least(*left, cap / of->unit));

        if (of->place != AMOUNT_MAX)
            continue;
        *left -= units;
        cap -= units * of->unit;
        of->given += units;
        if (units < most) {
            of->place = pledge->place;
            of->threshold = units;
        }
    }
}

/* ---- Two numbers ---- */

/* Sums of one digit's values, of those that agree in the digits above. */
struct digits {
    int64_t count[NATURES_MAX][DIGITS], sum[NATURES_MAX][DIGITS];
};

static bool is_short(const struct allotment *of)
{
    return of->given < of->wanted;
}

/* What a rule orders pledges by. */
static int64_t measure(const struct allotment *of, int64_t units)
{
    int64_t remainder;

    if (of->rule != OVER_PRO_RATA)
        return units;
    (void)allot_quotient(of, units, &remainder);
    return remainder;
}

static void sort_digit(const struct survey *survey, struct digits *digits,
                       int shift)
{
    struct link at;

    memset(digits, 0, sizeof *digits);
    EACH_PAYER(survey, pledge, &at)
    {
        const struct allotment *of = slot_of(survey, pledge);
        size_t slot = (size_t)(of - survey->out->natures);
        int64_t value;

        if (!is_short(of))
            continue;
        value = measure(of, wants(of, pledge));
        if ((value ^ of->threshold) >> (shift + DIGIT_BITS) != 0)
            continue;
        digits->count[slot][value >> shift & (DIGITS - 1)]++;
        digits->sum[slot][value >> shift & (DIGITS - 1)] += value;
    }
}

/* The digit of the threshold: above it lie fewer than left remainders. */
static void pick_remainder(struct allotment *of, const int64_t *count,
                           int64_t *left, int shift)
{
    int64_t digit = DIGITS - 1;

    while (digit > 0 && count[digit] < *left)
        *left -= count[digit--];
    of->threshold |= digit << shift;
}

/*
 * The digit of the level: the highest at which all together get no more than
 * is left.  above: how many lie above the digits so far; left: what remains
 * for these and those that are looked at.
 */
static void pick_level(struct allotment *of, const int64_t *count,
                       const int64_t *sum, int64_t *left, int64_t *above,
                       int shift)
{
    int64_t digit = 0, below = 0, more = *above;

    for (int i = 0; i < DIGITS; i++)
        more += count[i];
    /* Up to digit + 1 everybody above gets that level, those below all. */
    while (digit < DIGITS - 1) {
        int64_t level = of->threshold | (digit + 1) << shift;
        int64_t higher = more - count[digit];
        int64_t rest = *left - below - sum[digit];

        if (rest < 0 || (higher > 0 && level > rest / higher))
            break;
        below += sum[digit];
        more = higher;
        digit++;
    }
    *left -= below;
    *above = more - count[digit];
    of->threshold |= digit << shift;
    if (shift == 0)
        *left -= sum[digit]; /* They want just the level. */
}

/* Units that are left over once every pledge has its quotient. */
static void count_left_over(const struct survey *survey,
                            int64_t left[static NATURES_MAX])
{
    struct link at;

    for (size_t i = 0; i < survey->out->nature_count; i++)
        left[i] = survey->out->natures[i].given;
    EACH_PAYER(survey, pledge, &at)
    {
        const struct allotment *of = slot_of(survey, pledge);
        int64_t remainder;

        if (is_short(of) && of->rule == OVER_PRO_RATA)
            left[of - survey->out->natures] -=
                allot_quotient(of, wants(of, pledge), &remainder);
    }
}

/* The place up to which one more unit is given. */
static void find_places(const struct survey *survey,
                        int64_t left[static NATURES_MAX])
{
    struct link at;

    EACH_PAYER(survey, pledge, &at)
    {
        struct allotment *of = slot_of(survey, pledge);
        int64_t *more = &left[of - survey->out->natures];
        int64_t value;

        if (!is_short(of) || *more == 0)
            continue;
        value = measure(of, wants(of, pledge));
        if (of->rule == OVER_PRO_RATA ? value != of->threshold
                                      : value <= of->threshold)
            continue;
        of->place = pledge->place;
        (*more)--;
    }
}

static void find_thresholds(const struct survey *survey)
{
    int64_t left[NATURES_MAX], above[NATURES_MAX] = {0};
    struct reckoning *out = survey->out;
    struct digits digits;

    count_left_over(survey, left);
    for (size_t i = 0; i < out->nature_count; i++)
        if (out->natures[i].rule == OVER_PRO_RATA && left[i] == 0)
            out->natures[i].threshold = AMOUNT_MAX; /* No remainder has it. */
    for (int n = DIGIT_COUNT - 1; n >= 0; n--) {
        int shift = n * DIGIT_BITS;

        sort_digit(survey, &digits, shift);
        for (size_t i = 0; i < out->nature_count; i++) {
            struct allotment *of = &out->natures[i];

            if (!is_short(of) || of->threshold == AMOUNT_MAX)
                continue;
            if (of->rule == OVER_PRO_RATA)
                pick_remainder(of, digits.count[i], &left[i], shift);
            else
                pick_level(of, digits.count[i], digits.sum[i], &left[i],
                           &above[i], shift);
        }
    }
    /* Of small_first: what the level leaves for those above it. */
    for (size_t i = 0; i < out->nature_count; i++)
        if (out->natures[i].rule == OVER_SMALL_FIRST &&
            is_short(&out->natures[i]))
            left[i] -= out->natures[i].threshold * above[i];
    find_places(survey, left);
}

/* ---- Matches ---- */

static void lose_matches(const struct survey *survey,
                         const struct record_pledge *pledge)
{
    const struct allotment *of = slot_of(survey, pledge);
    struct link at = survey->campaign->funds.first;
    struct amount kept = amount_from_minor(
        of->unit * allot_units(of, wants(of, pledge), pledge->place));

    if (amount_equal(kept, pledge->received))
        return;
    for (int64_t i = 0; i < survey->campaign->funds.count; i++) {
        const struct record_join *join =
            (const void *)view_find(survey->view, RECORD_join, at.key);
        const struct record_fund *fund = (const void *)view_find(
            survey->view, RECORD_fund, link_of_id(join->fund).key);
        struct link key = match_key(join->fund, record_id(&pledge->head));
        const struct record_match *match =
            (const void *)view_find(survey->view, RECORD_match, key.key);

        if (match != NULL)
            survey->out->lost[i] +=
                amount_to_minor(match->amount) -
                amount_to_minor(match_of(fund, match, kept));
        at = join->next;
    }
}

static void count_matches(const struct survey *survey)
{
    struct reckoning *out = survey->out;
    int64_t matched = amount_to_minor(survey->campaign->matched);
    struct link at;

    out->fund_count = (size_t)survey->campaign->funds.count;
    if (out->fund_count > 0) {
        EACH_PAYER(survey, pledge, &at)
        {
            lose_matches(survey, pledge);
        }
    }
    for (size_t i = 0; i < out->fund_count; i++)
        matched -= out->lost[i];
    out->matched = amount_from_minor(matched);
}

static uint8_t outcome(const struct record_campaign *campaign,
                       const struct reckoning *reckoning)
{
    struct amount counted = reckoning->allocated;

    if (campaign->counts_match &&
        !amount_add(&counted, counted, reckoning->matched))
        return OUTCOME_SUCCEEDED; /* More than any minimum. */
    return !amount_less(counted, campaign->minimum) ||
                   campaign->mode == MODE_KEEP
               ? OUTCOME_SUCCEEDED
               : OUTCOME_FAILED;
}

void campaign_reckon(struct reckoning *reckoning, const struct view *view,
                     const struct record_campaign *campaign)
{
    struct survey survey = {
        .view = view, .campaign = campaign, .out = reckoning};
    int64_t cap = amount_is_positive(campaign->cap)
                      ? amount_to_minor(campaign->cap)
                      : AMOUNT_MAX;
    int64_t allocated = 0;

    memset(reckoning, 0, sizeof *reckoning);
    start(&survey);
    count_payers(&survey);
    for (size_t i = 0; i < reckoning->nature_count; i++)
        reckoning->natures[i].given =
            least(reckoning->natures[i].given, reckoning->natures[i].wanted);
    if (campaign->oversubscription == OVER_PRO_RATA ||
        campaign->oversubscription == OVER_SMALL_FIRST) {
        share_cap(reckoning, cap);
        find_thresholds(&survey);
    } else {
        serve_in_order(&survey, cap);
    }
    for (size_t i = 0; i < reckoning->nature_count; i++)
        allocated += reckoning->natures[i].given * reckoning->natures[i].unit;
    reckoning->allocated = amount_from_minor(allocated);
    count_matches(&survey);
    reckoning->outcome = outcome(campaign, reckoning);
}
