/*
 * settings: what every command can be told, by option, environment or file.
 *
 * An option wins over the environment, which wins over the configuration
 * file.  Values are not copied: they point into argv, the environment or the
 * file's text in here.
 */
#ifndef ADMIN_CLI_SETTINGS_H
#define ADMIN_CLI_SETTINGS_H

#include "ledger/error.h"

enum setting {
#define SETTING(name, option, argument, environment, file, help) SETTING_##name,
#include "admin-cli/settings.def"
    SETTING_COUNT
};

struct batch;

enum { SETTINGS_KEYS_MAX = 16, SETTINGS_FILE_MAX = 8192 };

struct setting_spec {
    const char *option;   /* Without the dashes. */
    const char *argument; /* NULL: a flag. */
    const char *environment;
    bool file; /* May stand in the configuration file. */
    const char *help;
};

struct settings {
    const char *values[SETTING_COUNT]; /* NULL: not given; flags: "". */
    const char *keys[SETTINGS_KEYS_MAX];
    size_t key_count;
    char file[SETTINGS_FILE_MAX];
    struct batch *batch; /* The file of commands it stands in, or NULL. */
};

const struct setting_spec *setting_spec(enum setting setting);
/* False if no setting has that option. */
bool setting_find(enum setting *setting, const char *option, size_t size);

/* Fails with ERROR_USAGE: given twice, or too many keys. */
MUST_USE bool settings_set(struct settings *settings, enum setting setting,
                           const char *value, struct error *error);

/*
 * Adds what the environment and the file say where no option did.  A file
 * that is not there is no failure unless it was named.  Fails with
 * ERROR_USAGE: an unknown name (file and line are named), or ERROR_SYSTEM.
 */
MUST_USE bool settings_complete(struct settings *settings, struct error *error);

bool settings_has(const struct settings *settings, enum setting setting);

#endif
