/*
 * grow DIR SIZE [WHAT[=N]]...: a static log of so many entries.
 *
 * WHAT: forged=N, unlawful=N, doubled=N, forked=N, late, trial, plain,
 * receipt=N, cosigned=STAMP, each as often as is wanted.
 */
#include "tests/audit/grow.h"

static uint64_t receipts[64], stamps[64];

static void add(uint64_t *list, int64_t number)
{
    for (size_t i = 0; i < 63; i++)
        if (list[i] == 0) {
            list[i] = (uint64_t)number;
            return;
        }
}

static void apply(struct grow_plan *plan, const char *what)
{
    const char *equals = strchr(what, '=');
    int64_t number = equals == NULL ? 0 : strtoll(equals + 1, NULL, 10);

    if (strncmp(what, "forged=", 7) == 0)
        plan->forged = number;
    else if (strncmp(what, "unlawful=", 9) == 0)
        plan->unlawful = number;
    else if (strncmp(what, "doubled=", 8) == 0)
        plan->doubled = number;
    else if (strncmp(what, "forked=", 7) == 0)
        plan->forked = number;
    else if (strncmp(what, "receipt=", 8) == 0) {
        add(receipts, number);
        plan->receipts = receipts;
    } else if (strncmp(what, "cosigned=", 9) == 0) {
        add(stamps, number);
        plan->stamps = stamps;
    } else if (strcmp(what, "late") == 0)
        plan->late = true;
    else if (strcmp(what, "plain") == 0)
        plan->plain = true;
    else if (strcmp(what, "trial") == 0)
        plan->trial = true;
    else {
        (void)fprintf(stderr, "grow: what is %s?\n", what);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct grow_plan plan = grow_plan(0);

    if (argc < 3 || sodium_init() < 0)
        return 2;
    ledger_start();
    plan.dir = argv[1];
    plan.size = strtoull(argv[2], NULL, 10);
    for (int i = 3; i < argc; i++)
        apply(&plan, argv[i]);
    grow_log(&plan);
    return 0;
}
