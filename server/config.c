#include "server/config.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_FLAG };

struct setting {
    const char *name;
    const char *initial;
    const char *help;
    enum setting_type type;
    size_t offset;
    int64_t least, most;
};

#define AT(name) offsetof(struct config, name)
static const struct setting settings[] = {
#define TEXT(name, initial, help)                                              \
    {#name, initial, help, SETTING_TEXT, AT(name), 0, CONFIG_TEXT_MAX},
#define NUMBER(name, initial, least, most, help)                               \
    {#name, #initial, help, SETTING_NUMBER, AT(name), least, most},
#define FLAG(name, initial, help)                                              \
    {#name, #initial, help, SETTING_FLAG, AT(name), 0, 1},
#include "server/config.def"
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* Names are equal with '-' for '_', as people write options. */
static bool names_equal(const char *name, const char *given, size_t size)
{
    if (strlen(name) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (name[i] != (given[i] == '-' ? '_' : given[i]))
            return false;
    return true;
}

static const struct setting *find(const char *name, size_t size)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (names_equal(settings[i].name, name, size))
            return &settings[i];
    return NULL;
}

static bool set_number(int64_t *out, const struct setting *setting,
                       const char *value, struct error *error)
{
    size_t digits = strspn(value, "0123456789");
    long long number =
        digits > 0 && digits < 18 ? strtoll(value, NULL, 10) : -1;

    if (value[digits] != '\0' || number < setting->least ||
        number > setting->most)
        return fail(error, ERROR_USAGE, "%s is a number from %lld to %lld",
                    setting->name, (long long)setting->least,
                    (long long)setting->most);
    *out = number;
    return true;
}

static bool set(struct config *config, const struct setting *setting,
                const char *value, struct error *error)
{
    void *at = (char *)config + setting->offset;

    switch (setting->type) {
    case SETTING_TEXT:
        if (strlen(value) > CONFIG_TEXT_MAX)
            return fail(error, ERROR_USAGE, "%s is longer than %d bytes",
                        setting->name, CONFIG_TEXT_MAX);
        memcpy(at, value, strlen(value) + 1);
        return true;
    case SETTING_NUMBER:
        return set_number(at, setting, value, error);
    case SETTING_FLAG:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            return fail(error, ERROR_USAGE, "%s is true or false",
                        setting->name);
        *(bool *)at = value[0] == 't';
        return true;
    }
    impossible();
}

void config_init(struct config *config)
{
    struct error error = {0};

    *config = (struct config){0};
    for (size_t i = 0; i < SETTINGS; i++) {
        bool fits = set(config, &settings[i], settings[i].initial, &error);

        assert(fits);
    }
}

bool config_set(struct config *config, const char *name, const char *value,
                struct error *error)
{
    const struct setting *setting = find(name, strlen(name));

    if (setting == NULL)
        return fail(error, ERROR_USAGE, "there is no setting %s", name);
    return set(config, setting, value, error);
}

static char *trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
        *--end = '\0';
    return text + strspn(text, " \t");
}

static bool read_line(struct config *config, char *line, struct error *error)
{
    char *text = trim(line);
    char *equals = strchr(text, '=');

    if (text[0] == '\0' || text[0] == '#')
        return true;
    if (equals == NULL)
        return fail(error, ERROR_USAGE, "expected: name = value");
    *equals = '\0';
    return config_set(config, trim(text), trim(equals + 1), error);
}

bool config_read(struct config *config, const char *path, struct error *error)
{
    FILE *file = fopen(path, "r");
    char line[2 * CONFIG_TEXT_MAX];
    struct error why = {0};
    int number = 0;

    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "cannot read %s", path);
    while (why.code == ERROR_NONE && fgets(line, sizeof line, file) != NULL) {
        number++;
        if (strchr(line, '\n') == NULL && !feof(file))
            (void)fail(&why, ERROR_USAGE, "the line is too long");
        else if (!read_line(config, line, &why))
            break;
    }
    (void)fclose(file);
    if (why.code != ERROR_NONE)
        return fail(error, why.code, "%.200s, line %d: %.150s", path, number,
                    why.text);
    return true;
}

static bool read_environment(struct config *config, struct error *error)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        char variable[64] = "TERREAU_";
        size_t size = strlen(variable);
        const char *value;

        for (const char *c = settings[i].name; *c != '\0'; c++)
            variable[size++] =
                (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        variable[size] = '\0';
        value = getenv(variable);
        if (value != NULL && !set(config, &settings[i], value, error))
            return false;
    }
    return true;
}

static bool read_argument(struct config *config, const char *argument,
                          struct error *error)
{
    const char *equals = strchr(argument, '=');
    const struct setting *setting;

    if (strcmp(argument, "--help") == 0) {
        config->help = true;
        return true;
    }
    if (strncmp(argument, "--", 2) != 0 || equals == NULL)
        return fail(error, ERROR_USAGE, "expected --name=value, not %s",
                    argument);
    setting = find(argument + 2, (size_t)(equals - argument) - 2);
    if (setting == NULL)
        return fail(error, ERROR_USAGE, "there is no option %.*s",
                    (int)(equals - argument), argument);
    return set(config, setting, equals + 1, error);
}

bool config_load(struct config *config, int argc, char **argv,
                 struct error *error)
{
    static const char option[] = "--config=";
    const char *file = getenv("TERREAU_CONFIG");

    config_init(config);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], option, sizeof option - 1) == 0)
            file = argv[i] + sizeof option - 1;
    if (file != NULL && !config_read(config, file, error))
        return false;
    if (!read_environment(config, error))
        return false;
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], option, sizeof option - 1) != 0 &&
            !read_argument(config, argv[i], error))
            return false;
    return true;
}

void config_help(FILE *out)
{
    (void)fputs("usage: terreaud [--config=FILE] [--name=value]...\n\n"
                "Settings, also as lines \"name = value\" of the file and as\n"
                "TERREAU_NAME in the environment:\n",
                out);
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *setting = &settings[i];

        (void)fprintf(out, "\n  %s", setting->name);
        if (setting->type == SETTING_NUMBER)
            (void)fprintf(out, " (%lld to %lld)", (long long)setting->least,
                          (long long)setting->most);
        (void)fprintf(out, ", default %s\n      %s\n",
                      setting->initial[0] == '\0' ? "empty" : setting->initial,
                      setting->help);
    }
}
