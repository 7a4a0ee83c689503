#include "admin-cli/command.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct command commands[] = {
#define ACT(words, kind, example) \
    {words, "", NULL, example, ENTRY_##kind, NULL, command_act},
#define VIEW(words, path, arguments, help, example) \
    {words, arguments, help, example, ENTRY_none, path, command_view},
#define COMMAND(name, words, arguments, help, example) \
    {words, arguments, help, example, ENTRY_none, NULL, command_##name},
#include "admin-cli/commands.def"
};
static const struct {
    const char *words;
    struct option option;
} options[] = {
#define OPTION(words, name, argument, help) \
    {words, {name, argument, help, NULL, false}},
#include "admin-cli/commands.def"
};
/* clang-format on */

enum {
    COMMAND_COUNT = sizeof commands / sizeof commands[0],
    OPTION_COUNT = sizeof options / sizeof options[0],
    TYPED_BYTES = 128,
    NEAR_BYTES = 40, /* Longer words are not compared. */
};

const struct command *command_at(size_t i)
{
    return i < COMMAND_COUNT ? &commands[i] : NULL;
}

/* The field's option; kind is said by the command itself. */
static bool field_option(struct option *option, const struct command *command,
                         size_t i)
{
    const struct object_spec *fields = &entry_spec(command->kind)->fields;
    enum setting setting;

    for (size_t at = 0; at < fields->count; at++) {
        const struct field_spec *field = &fields->fields[at];

        if (strcmp(field->name, "kind") == 0 || i-- > 0)
            continue;
        option->name = field->name;
        option->help = field->help;
        option->argument = field->object != NULL ? field->object->name
                                                 : type_spec(field->type)->name;
        option->field = field;
        option->word = setting_find(&setting, field->name, strlen(field->name));
        return true;
    }
    return false;
}

bool command_option(struct option *option, const struct command *command,
                    size_t i)
{
    if (command->kind != ENTRY_none)
        return field_option(option, command, i);
    for (size_t at = 0; at < OPTION_COUNT; at++)
        if (strcmp(options[at].words, command->words) == 0 && i-- == 0) {
            *option = options[at].option;
            return true;
        }
    return false;
}

/* How many letters must change to make one word of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NEAR_BYTES + 1], a_size = strlen(a), b_size = strlen(b);

    if (a_size > NEAR_BYTES || b_size > NEAR_BYTES)
        return NEAR_BYTES;
    for (size_t j = 0; j <= b_size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);

            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_size];
}

/* Keeps the candidate if it is nearer than what was near before. */
static void consider(const char **near, size_t *nearest, const char *typed,
                     const char *candidate)
{
    size_t d = distance(typed, candidate);

    if (d < *nearest) {
        *nearest = d;
        *near = candidate;
    }
}

static bool unknown_command(const char *typed, struct error *error)
{
    const char *near = NULL;
    size_t nearest = strlen(typed) / 3 + 2;
    char first[TYPED_BYTES];

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        consider(&near, &nearest, typed, commands[i].words);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t size = strcspn(commands[i].words, " ");

        (void)snprintf(first, sizeof first, "%.*s", (int)size,
                       commands[i].words);
        if (near == NULL && distance(typed, first) <= 2)
            return fail(error, ERROR_USAGE,
                        "there is no '%s'; did you mean '%s'?", typed, first);
    }
    if (near == NULL)
        return fail(error, ERROR_USAGE, "there is no '%s'; see terreau help",
                    typed);
    return fail(error, ERROR_USAGE, "there is no '%s'; did you mean '%s'?",
                typed, near);
}

static bool unknown_option(const struct command *command, const char *typed,
                           struct error *error)
{
    const char *near = NULL;
    size_t nearest = strlen(typed) / 3 + 2;
    struct option option;

    for (size_t i = 0; command_option(&option, command, i); i++)
        consider(&near, &nearest, typed, option.name);
    for (int i = 0; i < SETTING_COUNT; i++)
        consider(&near, &nearest, typed, setting_spec((enum setting)i)->option);
    if (near == NULL)
        return fail(error, ERROR_USAGE,
                    "%s has no option --%s; see terreau help %s",
                    command->words, typed, command->words);
    return fail(error, ERROR_USAGE, "there is no --%s; did you mean --%s?",
                typed, near);
}

/* Does the command begin with these words? */
static bool begins(const struct command *command, const char *typed)
{
    const size_t size = strlen(typed);

    return strncmp(command->words, typed, size) == 0 &&
           (command->words[size] == ' ' || command->words[size] == '\0');
}

static bool take_word(struct call *call, char typed[static TYPED_BYTES],
                      const char *word, struct error *error)
{
    const size_t used = strlen(typed);
    bool begun = false;

    if (call->command != NULL) {
        if (call->word_count == CALL_WORDS_MAX)
            return fail(error, ERROR_USAGE, "more than %d words",
                        CALL_WORDS_MAX);
        call->words[call->word_count++] = word;
        return true;
    }
    (void)snprintf(typed + used, TYPED_BYTES - used, "%s%s",
                   used == 0 ? "" : " ", word);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        begun = begun || begins(&commands[i], typed);
        if (strcmp(commands[i].words, typed) == 0)
            call->command = &commands[i];
    }
    return begun || unknown_command(typed, error);
}

/* Options say '-' where fields have '_'; either is understood. */
static bool same_name(const char *name, const char *typed, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (name[i] != (typed[i] == '-' && name[i] == '_' ? '_' : typed[i]))
            return false;
    return name[size] == '\0';
}

static bool find_option(struct option *option, const struct command *command,
                        const char *typed, size_t size)
{
    for (size_t i = 0; command_option(option, command, i); i++)
        if (!option->word && same_name(option->name, typed, size))
            return true;
    return false;
}

struct arguments {
    char **at;
    int left; /* From at[0] on. */
};

/* What follows '=' or else the next argument. */
static bool take_value(const char **value, struct arguments *arguments,
                       const char *option, const char *argument, size_t size,
                       struct error *error)
{
    const bool joined = option[size] == '=';

    if (argument == NULL) {
        *value = "";
        return !joined || fail(error, ERROR_USAGE, "--%.*s takes no value",
                               (int)size, option);
    }
    if (joined) {
        *value = option + size + 1;
        return true;
    }
    if (arguments->left < 2)
        return fail(error, ERROR_USAGE, "--%.*s needs a value: %s", (int)size,
                    option, argument);
    arguments->at++;
    arguments->left--;
    *value = arguments->at[0];
    return true;
}

/* text: after the dashes. */
static bool take_option(struct call *call, struct arguments *arguments,
                        const char *text, struct error *error)
{
    const size_t size = strcspn(text, "=");
    struct option option;
    enum setting setting;
    const char *value;
    char name[TYPED_BYTES];
    const bool own = call->command != NULL &&
                     find_option(&option, call->command, text, size);

    if (!own && setting_find(&setting, text, size))
        return take_value(&value, arguments, text,
                          setting_spec(setting)->argument, size, error) &&
               settings_set(&call->settings, setting, value, error);
    (void)snprintf(name, sizeof name, "%.*s", (int)size, text);
    if (call->command == NULL)
        return fail(error, ERROR_USAGE, "there is no --%s before a command",
                    name);
    if (!own)
        return unknown_option(call->command, name, error);
    if (!take_value(&value, arguments, text, option.argument, size, error))
        return false;
    if (call->option_count == CALL_OPTIONS_MAX)
        return fail(error, ERROR_USAGE, "more than %d options",
                    CALL_OPTIONS_MAX);
    call->options[call->option_count].name = option.name;
    call->options[call->option_count++].value = value;
    return true;
}

static bool check_words(const struct call *call, struct error *error)
{
    const struct command *command = call->command;
    const bool any = *command->arguments == '[' || command->kind != ENTRY_none;
    const bool many = strstr(command->arguments, "...") != NULL;
    const size_t least = *command->arguments == '\0' || any ? 0 : 1;

    if (call->word_count < least)
        return fail(error, ERROR_USAGE, "%s needs %s", command->words,
                    command->arguments);
    if (!any && !many && call->word_count > least)
        return fail(error, ERROR_USAGE, "'%s' is too much for %s",
                    call->words[least], command->words);
    return true;
}

bool command_parse(struct call *call, int argc, char **argv,
                   struct error *error)
{
    struct arguments arguments = {argv, argc};
    char typed[TYPED_BYTES] = "";
    bool only_words = false;

    for (; arguments.left > 0; arguments.at++, arguments.left--) {
        const char *text = arguments.at[0];

        if (!only_words && strcmp(text, "--") == 0) {
            only_words = true;
        } else if (!only_words && strcmp(text, "-h") == 0) {
            call->settings.values[SETTING_HELP] = "";
        } else if (!only_words && strncmp(text, "--", 2) == 0) {
            if (!take_option(call, &arguments, text + 2, error))
                return false;
        } else if (!only_words && text[0] == '-' && text[1] != '\0') {
            return fail(error, ERROR_USAGE, "there is no option %s", text);
        } else if (!take_word(call, typed, text, error)) {
            return false;
        }
    }
    if (call_has(call, SETTING_HELP) || call_has(call, SETTING_VERSION))
        return true;
    if (call->command == NULL && *typed == '\0')
        return fail(error, ERROR_USAGE, "say what to do; see terreau help");
    if (call->command == NULL)
        return fail(error, ERROR_USAGE,
                    "'%s' is no command yet; see terreau help %s", typed,
                    typed);
    return check_words(call, error);
}

const char *call_option(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->option_count; i++)
        if (strcmp(call->options[i].name, name) == 0)
            return call->options[i].value;
    return NULL;
}

bool call_has(const struct call *call, enum setting setting)
{
    return settings_has(&call->settings, setting);
}

int command_status(const struct error *error)
{
    const int http =
        error->code == ERROR_NONE ? 200 : error_spec(error->code)->http;

    if (error->code == ERROR_NONE)
        return 0;
    if (error->code == ERROR_USAGE)
        return 2;
    if (error->code == ERROR_PROOF)
        return 3;
    switch (http) {
    case 202:
        return 6;
    case 404:
        return 4;
    case 409:
        return 5;
    case 429:
    case 503:
        return 75;
    }
    return 1;
}
