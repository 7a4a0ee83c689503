/* audit: a stranger checks a ledger, and says what was found. */
#include "admin-cli/audit.h"
#include "admin-cli/command.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 2 };

/* "90", "15m", "2h", "7d"; seconds without a letter. */
static bool read_age(uint64_t *seconds, const char *text, struct error *error)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    size_t size = strlen(text);
    uint64_t unit = 1, number;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (size > 1 && text[size - 1] == units[i].letter) {
            unit = units[i].seconds;
            size--;
            break;
        }
    if (!decimal_read(&number, text, size) || number == 0 ||
        number > 1000000000)
        return fail(error, ERROR_USAGE,
                    "--max-age is a number of seconds, or such as 15m, 2h, "
                    "7d");
    *seconds = number * unit;
    return true;
}

static void show(const struct audit *audit, const struct call *call,
                 const struct error *error)
{
    const bool json = call_has(call, SETTING_JSON);
    json_t *report = audit_report(audit, error, !json);

    if (call_option(call, "html") != NULL)
        audit_page(stdout, report);
    else
        screen_document(stdout, report, json);
    json_decref(report);
    if (error == NULL && audit->trust.from == TRUST_SOURCE)
        screen_note("The log key was taken from the log itself. Ask the "
                    "cooperative for its key by another way and give it with "
                    "--vkey or --policy.");
    if (error == NULL && audit->policy.count > 0 && !audit->policy.demanded)
        screen_note("The ledger has published a policy that is not the one "
                    "this audit demanded: see its entry %" PRId64 ".",
                    audit->policy.index);
    if (error == NULL && audit->punctual.late_count > 0)
        screen_note("The clerk was late: see late_acts.");
}

bool command_audit(const struct call *call, struct error *error)
{
    struct audit_options options = {
        .where = call->word_count > 0 ? call->words[0] : NULL,
        .settings = &call->settings,
        .policy = call_option(call, "policy"),
        .vkey = call_option(call, "vkey"),
        .now = (uint64_t)time(NULL),
        .threads = THREADS,
    };
    const char *age = call_option(call, "max-age");
    struct audit *audit = malloc(sizeof *audit);
    char state_dir[SEEN_PATH_BYTES];
    bool good;

    assert(audit != NULL);
    memset(audit, 0, sizeof *audit);
    if (call_option(call, "fresh") == NULL && seen_dir(state_dir))
        options.state_dir = state_dir;
    good = (age == NULL || read_age(&options.max_age, age, error)) &&
           audit_run(audit, &options, error);
    if (good || error->code == ERROR_PROOF)
        show(audit, call, good ? NULL : error);
    audit_close(audit);
    free(audit);
    return good;
}
