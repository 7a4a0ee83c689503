/* Effects that put statutes, colleges and thresholds into force. */
#include "ledger/folding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const struct profile {
    int64_t floor_ppm, public_max_ppm, college_min_ppm, college_max_ppm;
    int64_t notice_months, deferral_months, reflection_days;
    uint8_t zone;
    bool titles;
    int lapse_years;
} profiles[] = {
/* clang-format off */
#define PROFILE(profile, floor, public, least, most, notice, deferral, \
                reflection, zone, titles, lapse_years, sources) \
    [profile] = {floor, public, least, most, notice, deferral, reflection, \
                 zone, titles, lapse_years},
#include "ledger/profiles.def"
    /* clang-format on */
};

static const struct profile *profile_of(const struct fold *fold)
{
    return &profiles[fold_ledger(fold)->profile];
}

bool profile_has_titles(const struct fold *fold)
{
    return profile_of(fold)->titles;
}

int profile_lapse_years(const struct fold *fold)
{
    return profile_of(fold)->lapse_years;
}

/* What the statutes leave open is as the profile says. */
static void start_from_profile(const struct fold *fold,
                               struct record_statutes *statutes)
{
    const struct profile *profile = profile_of(fold);

    statutes->floor_ppm = profile->floor_ppm;
    statutes->public_max_ppm = profile->public_max_ppm;
    statutes->notice_months = profile->notice_months;
    statutes->deferral_months = profile->deferral_months;
    statutes->reflection_days = profile->reflection_days;
    statutes->zone = profile->zone;
}

/* A law's ceiling may be tightened by statutes, never loosened. */
static bool check_law(const struct fold *fold,
                      const struct record_statutes *statutes,
                      struct error *error)
{
    const struct profile *profile = profile_of(fold);

    if (statutes->floor_ppm < profile->floor_ppm)
        return fail(error, ERROR_RULE,
                    "the law asks for a capital floor of at least %" PRId64
                    " ppm of the highest capital",
                    profile->floor_ppm);
    if (statutes->public_max_ppm > profile->public_max_ppm)
        return fail(error, ERROR_RULE,
                    "the law lets public bodies hold at most %" PRId64
                    " ppm of the capital",
                    profile->public_max_ppm);
    return true;
}

/* Fields given overwrite like-named attributes. */
static void overwrite(struct fold *fold, struct record_statutes *statutes,
                      const struct object_statutes *given)
{
    struct record_ledger *ledger = EDIT(fold, ledger);

    if (GIVEN(given, statutes, capital_floor))
        SET_ATTR(fold, statutes, capital_floor, given->capital_floor);
    if (GIVEN(given, statutes, deferral_months))
        SET_ATTR(fold, statutes, deferral_months, given->deferral_months);
    if (GIVEN(given, statutes, floor_ppm))
        SET_ATTR(fold, statutes, floor_ppm, given->floor_ppm);
    if (GIVEN(given, statutes, holder_max_ppm))
        SET_ATTR(fold, statutes, holder_max_ppm, given->holder_max_ppm);
    if (GIVEN(given, statutes, notice_months))
        SET_ATTR(fold, statutes, notice_months, given->notice_months);
    if (GIVEN(given, statutes, public_max_ppm))
        SET_ATTR(fold, statutes, public_max_ppm, given->public_max_ppm);
    if (GIVEN(given, statutes, reflection_days))
        SET_ATTR(fold, statutes, reflection_days, given->reflection_days);
    if (GIVEN(given, statutes, zone))
        SET_ATTR(fold, statutes, zone, given->zone);
    if (GIVEN(given, statutes, member_start) && ledger->members == 0 &&
        given->member_start > 0)
        SET_ATTR(fold, ledger, members, given->member_start - 1);
}

bool effect_adopt_statutes(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    static const struct link self;
    struct record_statutes *statutes;

    (void)b;
    if (FIND_RECORD(fold, statutes, self) == NULL) {
        statutes = (void *)fold_new(fold, RECORD_statutes, self, error);
        if (statutes == NULL)
            return false;
        start_from_profile(fold, statutes);
    }
    statutes = EDIT_RECORD(fold, statutes, self);
    overwrite(fold, statutes, a);
    return check_law(fold, statutes, error) &&
           fold_add_count(fold, &statutes->head, &statutes->version, 1, error);
}

static bool adopt_college(struct fold *fold,
                          const struct object_college *college,
                          struct error *error)
{
    const struct profile *profile = profile_of(fold);
    struct link key = college_key(&college->college);
    struct record_college *record;

    if ((profile->college_min_ppm > 0 &&
         college->votes_ppm < profile->college_min_ppm) ||
        (profile->college_max_ppm > 0 &&
         college->votes_ppm > profile->college_max_ppm))
        return fail(error, ERROR_RULE,
                    "a college has %" PRId64 " to %" PRId64
                    " ppm of the votes, not %" PRId64,
                    profile->college_min_ppm, profile->college_max_ppm,
                    college->votes_ppm);
    if (FIND_RECORD(fold, college, key) == NULL) {
        record = (void *)fold_new(fold, RECORD_college, key, error);
        if (record == NULL)
            return false;
        record->college = college->college;
    }
    record = EDIT_RECORD(fold, college, key);
    if (record->version == fold_ledger(fold)->colleges_version)
        return fail(error, ERROR_TAKEN, "a college is listed twice");
    SET_ATTR(fold, record, name, college->name);
    SET_ATTR(fold, record, votes_ppm, college->votes_ppm);
    SET_ATTR(fold, record, version, fold_ledger(fold)->colleges_version);
    return true;
}

/* Either none, or all of them together have all votes. */
bool effect_adopt_colleges(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct list *list = a;
    const struct object_college *colleges;
    struct record_ledger *ledger;
    int64_t votes = 0;

    (void)b;
    if (list == NULL)
        return true;
    colleges = list->items;
    ledger = EDIT(fold, ledger);
    if (!fold_add_count(fold, &ledger->head, &ledger->colleges_version, 1,
                        error))
        return false;
    if (profile_of(fold)->college_min_ppm > 0 && list->count < 3)
        return fail(error, ERROR_RULE, "the law asks for 3 colleges or none");
    for (uint32_t i = 0; i < list->count; i++) {
        if (!adopt_college(fold, &colleges[i], error))
            return false;
        votes += colleges[i].votes_ppm;
    }
    if (votes != PPM)
        return fail(error, ERROR_RULE,
                    "the colleges' votes add up to %" PRId64
                    " ppm, not 1000000",
                    votes);
    SET_ATTR(fold, ledger, votes_total, votes);
    return true;
}

bool effect_adopt_thresholds(struct fold *fold, const void *a, const void *b,
                             struct error *error)
{
    const struct list *list = a;

    (void)b;
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        const struct object_threshold *given = list->items;
        struct link key = link_of("threshold", 9, &given[i].act, 1);
        struct record_threshold *threshold;

        if (FIND_RECORD(fold, threshold, key) == NULL &&
            fold_new(fold, RECORD_threshold, key, error) == NULL)
            return false;
        threshold = EDIT_RECORD(fold, threshold, key);
        SET_ATTR(fold, threshold, act, given[i].act);
        SET_ATTR(fold, threshold, officers, given[i].officers);
    }
    return true;
}
