#include "admin-cli/settings.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct setting_spec specs[SETTING_COUNT] = {
#define SETTING(name, option, argument, environment, file, help)               \
    [SETTING_##name] = {option, argument, environment, file, help},
#include "admin-cli/settings.def"
};

const struct setting_spec *setting_spec(enum setting setting)
{
    assert(setting < SETTING_COUNT);
    return &specs[setting];
}

bool setting_find(enum setting *setting, const char *option, size_t size)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (strncmp(specs[i].option, option, size) == 0 &&
            specs[i].option[size] == '\0') {
            *setting = (enum setting)i;
            return true;
        }
    return false;
}

bool settings_has(const struct settings *settings, enum setting setting)
{
    return settings->values[setting] != NULL;
}

bool settings_set(struct settings *settings, enum setting setting,
                  const char *value, struct error *error)
{
    if (setting == SETTING_KEY) {
        if (settings->key_count == SETTINGS_KEYS_MAX)
            return fail(error, ERROR_USAGE, "at most %d keys",
                        SETTINGS_KEYS_MAX);
        settings->keys[settings->key_count++] = value;
    } else if (settings->values[setting] != NULL &&
               specs[setting].argument != NULL) {
        return fail(error, ERROR_USAGE, "--%s is given twice",
                    specs[setting].option);
    }
    settings->values[setting] = value;
    return true;
}

static char *trim(char *text)
{
    size_t size;

    text += strspn(text, " \t");
    size = strlen(text);
    while (size > 0 && strchr(" \t\r", text[size - 1]) != NULL)
        text[--size] = '\0';
    return text;
}

/* One line "name = value"; ready: those already given elsewhere. */
static bool take_line(struct settings *settings, char *line,
                      const bool ready[static SETTING_COUNT],
                      struct error *error)
{
    char *equal = strchr(line, '=');
    enum setting setting;
    const char *name;

    line = trim(line);
    if (*line == '\0' || *line == '#')
        return true;
    if (equal == NULL)
        return fail(error, ERROR_USAGE, "no '=' in it");
    *equal = '\0';
    name = trim(line);
    if (!setting_find(&setting, name, strlen(name)) || !specs[setting].file)
        return fail(error, ERROR_USAGE, "'%s' is no setting of this file",
                    name);
    if (ready[setting])
        return true;
    return settings_set(settings, setting, trim(equal + 1), error);
}

static bool take_lines(struct settings *settings, const char *path,
                       struct error *error)
{
    bool ready[SETTING_COUNT];
    int number = 1;

    for (int i = 0; i < SETTING_COUNT; i++)
        ready[i] = settings->values[i] != NULL;
    for (char *line = settings->file, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (!take_line(settings, line, ready, error)) {
            const struct error cause = *error;

            *error = (struct error){0};
            return fail(error, cause.code, "%s:%d: %s", path, number,
                        cause.text);
        }
        number++;
    }
    return true;
}

static bool read_file(struct settings *settings, const char *path, bool named,
                      struct error *error)
{
    FILE *file = fopen(path, "r");
    size_t size;

    if (file == NULL) {
        if (!named && (errno == ENOENT || errno == ENOTDIR))
            return true;
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    size = fread(settings->file, 1, sizeof settings->file, file);
    (void)fclose(file);
    if (size == sizeof settings->file)
        return fail(error, ERROR_USAGE, "%s: too long", path);
    settings->file[size] = '\0';
    return take_lines(settings, path, error);
}

bool settings_complete(struct settings *settings, struct error *error)
{
    const char *home = getenv("HOME"), *base = getenv("XDG_CONFIG_HOME");
    char path[1024];

    for (int i = 0; i < SETTING_COUNT; i++) {
        const char *value =
            specs[i].environment == NULL ? NULL : getenv(specs[i].environment);

        if (settings->values[i] == NULL && value != NULL && *value != '\0' &&
            !settings_set(settings, (enum setting)i, value, error))
            return false;
    }
    if (settings_has(settings, SETTING_CONFIG))
        return read_file(settings, settings->values[SETTING_CONFIG], true,
                         error);
    if (base != NULL && *base == '/')
        (void)snprintf(path, sizeof path, "%.900s/terreau/config", base);
    else if (home != NULL && *home == '/')
        (void)snprintf(path, sizeof path, "%.900s/.config/terreau/config",
                       home);
    else
        return true;
    return read_file(settings, path, false, error);
}
