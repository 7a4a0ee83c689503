#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "ledger/fold.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Prints help where it was asked for by --help; words: before the option. */
static bool help_for(const struct call *call, int argc, char **argv,
                     struct error *error)
{
    const char *words[4];
    size_t count = 0;

    if (call->command != NULL)
        return command_help(&call->command->words, 1, error);
    for (int i = 0; i < argc && count < 4 && argv[i][0] != '-'; i++)
        words[count++] = argv[i];
    return command_help(words, count, error);
}

static bool run(struct call *call, int argc, char **argv, struct error *error)
{
    if (!command_parse(call, argc, argv, error))
        return false;
    if (call_has(call, SETTING_VERSION)) {
        (void)printf("terreau %s\n", TERREAU_VERSION);
        return true;
    }
    if (call_has(call, SETTING_HELP))
        return help_for(call, argc, argv, error);
    if (!settings_complete(&call->settings, error))
        return false;
    screen_start(call_has(call, SETTING_QUIET));
    return call->command->run(call, error);
}

int main(int argc, char **argv)
{
    static struct call call;
    const struct rlimit none = {0, 0};
    struct error error = {0};

    if (setrlimit(RLIMIT_CORE, &none) != 0 || sodium_init() < 0) {
        (void)fprintf(stderr, "terreau: cannot start safely\n");
        return 1;
    }
    ledger_start();
    if (!run(&call, argc - 1, argv + 1, &error)) {
        (void)fflush(stdout);
        screen_error(&error);
    }
    if (fflush(stdout) != 0 && error.code == ERROR_NONE) {
        (void)fail(&error, ERROR_SYSTEM, "cannot write the output");
        screen_error(&error);
    }
    return command_status(&error);
}
