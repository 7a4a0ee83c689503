#include "admin-cli/act.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *noun, *help;
} nouns[] = {
#define NOUN(noun, help) {noun, help},
#include "admin-cli/commands.def"
};

enum { NOUN_COUNT = sizeof nouns / sizeof nouns[0], INDENT = 24, WIDTH = 79 };

/* Text broken at blanks to the terminal's width; the first line is there. */
static void print_broken(const char *text, int indent)
{
    int column = indent;

    while (*text != '\0') {
        int size = (int)strcspn(text, " ");

        if (column > indent && column + 1 + size > WIDTH) {
            (void)printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            column += printf(" ");
        }
        column += printf("%.*s", size, text);
        text += size;
        text += strspn(text, " ");
    }
    (void)printf("\n");
}

/* "  left      help", the help broken at blanks to the terminal's width. */
static void print_row(const char *left, const char *help)
{
    int column = printf("  %s", left);

    if (column >= INDENT) {
        (void)printf("\n");
        column = 0;
    }
    (void)printf("%*s", INDENT - column, "");
    print_broken(help, INDENT);
}

static void print_setting(const struct setting_spec *spec)
{
    char left[80];

    (void)snprintf(left, sizeof left, "--%s%s%s", spec->option,
                   spec->argument == NULL ? "" : " ",
                   spec->argument == NULL ? "" : spec->argument);
    print_row(left, spec->help);
}

/* "--on-failure FALLBACK", or "key=KEY". */
static void write_left(char *out, size_t room, const struct option *option)
{
    char name[64], argument[64];
    size_t i;

    for (i = 0; i < sizeof name - 1 && option->name[i] != '\0'; i++)
        name[i] =
            option->name[i] == '_' && !option->word ? '-' : option->name[i];
    name[i] = '\0';
    for (i = 0; option->argument != NULL && option->argument[i] != '\0' &&
                i < sizeof argument - 1;
         i++)
        argument[i] = (char)toupper((unsigned char)option->argument[i]);
    argument[i] = '\0';
    (void)snprintf(out, room, option->word ? "%s%s=%s" : "%s%s %s",
                   option->word ? "" : "--", name, argument);
    if (option->argument == NULL)
        out[strlen(out) - 1] = '\0';
}

/* The words of a choice, as " One of: a, b." */
static void add_words(char *out, size_t room, enum field_type type)
{
    const struct type_spec *spec = type_spec(type);
    size_t used = strlen(out);

    if (spec->form != FORM_CHOICE)
        return;
    (void)snprintf(out + used, room - used, " One of: ");
    for (uint8_t i = 1; i <= spec->word_count; i++) {
        used = strlen(out);
        (void)snprintf(out + used, room - used, "%s%s", spec->words[i],
                       i == spec->word_count ? "." : ", ");
    }
}

/* The fields of an object, as " Fields: body date sha256 [note]." */
static void add_fields(char *out, size_t room, const struct object_spec *object)
{
    size_t used = strlen(out);

    (void)snprintf(out + used, room - used, " Its fields:");
    for (uint16_t i = 0; i < object->count; i++) {
        const struct field_spec *field = &object->fields[i];

        used = strlen(out);
        (void)snprintf(out + used, room - used,
                       field->must ? " %s=%s" : " [%s=%s]", field->name,
                       field->object != NULL ? field->object->name
                                             : type_spec(field->type)->name);
    }
}

static void print_field(const struct option *option)
{
    const struct field_spec *field = option->field;
    char left[140], help[1200];

    write_left(left, sizeof left, option);
    (void)snprintf(help, sizeof help, "%s", option->help);
    if (field->object != NULL)
        add_fields(help, sizeof help, field->object);
    else
        add_words(help, sizeof help, field->type);
    if (field->shape == SHAPE_LIST || field->shape == SHAPE_WORDS) {
        size_t used = strlen(help);

        (void)snprintf(help + used, sizeof help - used,
                       " May be repeated: at most %u.", field->most);
    }
    print_row(left, help);
}

/* Must somebody type it?  Nonces and new ids are made up. */
static bool is_asked(const struct command *command, const struct option *option)
{
    return option->field->must && option->field->type != TYPE_nonce &&
           !act_creates(command->kind, option->field);
}

/* The fields that must be given, or those that may be left out. */
static void print_fields(const struct command *command, bool must)
{
    struct option option;

    (void)printf(must ? "\nFields:\n" : "\nFields that may be left out:\n");
    for (size_t i = 0; command_option(&option, command, i); i++)
        if (is_asked(command, &option) == must)
            print_field(&option);
}

static void print_options(const struct command *command)
{
    struct option option;
    char left[140];

    for (size_t i = 0; command_option(&option, command, i); i++) {
        if (i == 0)
            (void)printf("\nOptions:\n");
        write_left(left, sizeof left, &option);
        print_row(left, option.help);
    }
}

static const char *help_of(const struct command *command)
{
    return command->kind == ENTRY_none ? command->help
                                       : entry_spec(command->kind)->help;
}

static void print_command(const struct command *command)
{
    const bool act = command->kind != ENTRY_none;

    (void)printf("terreau %s%s%s%s\n\n", command->words,
                 *command->arguments == '\0' ? "" : " ", command->arguments,
                 act ? " --FIELD VALUE..." : "");
    print_broken(help_of(command), 0);
    if (act) {
        (void)printf("It is signed (--key) and sent as an entry of kind %s.\n",
                     entry_spec(command->kind)->name);
        print_fields(command, true);
        print_fields(command, false);
        (void)printf(
            "\nAmounts are in the currency's units: 12.50.  An id that the\n"
            "act creates may be left out.  \"new\" makes a random id or hash;\n"
            "@FILE stands for the SHA-256 of a file, or for the party or the\n"
            "public key of a key file.  Fields may be written name=value.\n");
    } else {
        print_options(command);
    }
    (void)printf("\nExample:\n  %s\n", command->example);
}

static size_t print_noun(const char *words)
{
    const size_t size = strlen(words);
    const struct command *command;
    size_t count = 0;

    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        if (strncmp(command->words, words, size) == 0 &&
            command->words[size] == ' ') {
            print_row(command->words, help_of(command));
            count++;
        }
    if (count > 0)
        (void)printf("\nMore: terreau help %s VERB\n", words);
    return count;
}

static void print_all(void)
{
    (void)printf("terreau: a signed ledger for cooperatives, from the command "
                 "line.\n\nterreau [OPTION...] NOUN VERB ...\n\nNouns:\n");
    for (size_t i = 0; i < NOUN_COUNT; i++)
        print_row(nouns[i].noun, nouns[i].help);
    (void)printf("\nOptions of every command:\n");
    for (int i = 0; i < SETTING_COUNT; i++)
        print_setting(setting_spec((enum setting)i));
    (void)printf(
        "\nExit: 0 ok, 1 failed, 2 usage, 3 verification failed, 4 not found,\n"
        "5 conflict or rule broken, 6 more signatures needed, 75 try again.\n"
        "\nMore: terreau help NOUN\nExample:\n  terreau help share issue\n");
}

bool command_help(const char *const *words, size_t count, struct error *error)
{
    char typed[128] = "";
    const struct command *command;

    if (count == 0) {
        print_all();
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(typed);

        (void)snprintf(typed + used, sizeof typed - used, "%s%s",
                       i == 0 ? "" : " ", words[i]);
    }
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        if (strcmp(command->words, typed) == 0) {
            print_command(command);
            return true;
        }
    if (print_noun(typed) == 0)
        return fail(error, ERROR_USAGE, "there is no '%s'; see terreau help",
                    typed);
    return true;
}
