/*
 * scenario [--coverage] STORY...: run stories; see tests/scenario/story.h.
 * scenario --dump DIR STORY...: also write each story's log to DIR/STORY.
 * scenario --wrong DIR STORY...: also write, as DIR/1 and so on, a log that
 * ends in an entry that was refused, the first for each step of each kind;
 * its file "expected" has index, error, kind and step.
 *
 * Prints a line for each, as tests/run reads them.  With --coverage also one
 * for each kind, rule and effect of entries.def: every kind must have been
 * accepted, refused and left waiting for signatures in some story, every rule
 * and effect that can refuse, each look for a record and each new id must
 * have refused.
 */
#include "tests/scenario/dump.h"
#include "tests/scenario/story.h"

#include "ledger/step.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Effects that cannot refuse what their kind's table and rules let through:
 * sums they make are parts of sums that are within the range already. */
static const char *const never_refuse[] = {
    "start_books",  "start_reflection", "allow_holders",  "adopt_thresholds",
    "do_step",      "give_numbers",     "record_floor",   "free_shares",
    "free_money",   "keep_policy",      "start_campaign", "remember_move",
    "open_window",  "start_settling",   "choose_natures", "count_day",
    "keep_affairs",
};

static bool may_refuse(const char *name)
{
    for (size_t i = 0; i < sizeof never_refuse / sizeof never_refuse[0]; i++)
        if (strcmp(never_refuse[i], name) == 0)
            return false;
    return true;
}

/* Refusals by a rule or effect, in whichever kind it stands. */
static int refusals(const struct coverage *coverage, const char *name)
{
    int count = 0;

    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        const struct kind_steps *steps = kind_steps((enum entry_kind)kind);

        for (size_t i = 0; i < steps->count; i++)
            if (steps->steps[i].op == STEP_CALL &&
                strcmp(steps->steps[i].name, name) == 0)
                count += coverage->steps[kind][i];
    }
    return count;
}

static bool report(bool good, const char *name, const char *what)
{
    (void)printf("%s %s %s\n", good ? "ok" : "not ok", name, what);
    return good;
}

static bool check_kind(const struct coverage *coverage, int kind)
{
    const char *name = entry_spec((enum entry_kind)kind)->name;
    bool good = report(coverage->accepted[kind] > 0, name, "is accepted");

    good &= report(coverage->refused[kind] > 0, name, "is refused");
    good &= report(coverage->unsigned_[kind] > 0, name, "waits for signatures");
    return good;
}

static bool check_coverage(const struct coverage *coverage)
{
    bool good = true;

    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        const struct kind_steps *steps = kind_steps((enum entry_kind)kind);
        const char *name = entry_spec((enum entry_kind)kind)->name;

        good &= check_kind(coverage, kind);
        for (size_t i = 0; i < steps->count; i++) {
            const struct step *step = &steps->steps[i];

            if ((step->op == STEP_FIND || step->op == STEP_NEW) &&
                step->a.place == PLACE_ENTRY)
                good &= report(coverage->steps[kind][i] > 0, name,
                               step->op == STEP_FIND ? "misses something"
                                                     : "is there already");
            if (step->op == STEP_CALL && may_refuse(step->name))
                good &= report(refusals(coverage, step->name) > 0, step->name,
                               "refuses");
        }
    }
    return good;
}

/* DIR/STORY, without the story's folder and ".txt". */
static void dump_story(const struct story *story, const char *path,
                       const char *dir)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char into[600];

    (void)snprintf(into, sizeof into, "%.400s/%.*s", dir,
                   (int)strcspn(name, "."), name);
    dump_log(into, &story->world, NULL);
}

static bool run_story(const char *path, struct coverage *coverage,
                      const char *dump)
{
    static struct story story;
    bool good;

    story_start(&story, coverage);
    good = story_run(&story, path);
    if (good)
        (void)printf("ok %s, and %zu wrong logs are refused\n", path,
                     story.world.wrong_count);
    else
        (void)printf("not ok %s\n", story.why);
    (void)fflush(stdout);
    if (good && dump != NULL)
        dump_story(&story, path, dump);
    story_end(&story);
    return good;
}

int main(int argc, char **argv)
{
    static struct coverage coverage;
    const char *option = argc > 1 ? argv[1] : "", *dump = NULL;
    bool covers = strcmp(option, "--coverage") == 0, good = true;
    int first = covers ? 2 : 1;

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    if (argc > 2 && strcmp(option, "--dump") == 0)
        dump = argv[2];
    if (argc > 2 && strcmp(option, "--wrong") == 0)
        coverage.wrong_dir = argv[2];
    if (dump != NULL || coverage.wrong_dir != NULL)
        first = 3;
    ledger_start();
    for (int i = first; i < argc; i++)
        good &= run_story(argv[i], &coverage, dump);
    if (covers)
        good &= check_coverage(&coverage);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
