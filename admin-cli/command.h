/*
 * command: the words of the command line, as data.
 *
 * commands.def says what there is.  A command that states a kind of entry
 * takes that kind's fields as its options, from the entry table.
 */
#ifndef ADMIN_CLI_COMMAND_H
#define ADMIN_CLI_COMMAND_H

#include "admin-cli/settings.h"
#include "ledger/entry.h"

enum {
    CALL_WORDS_MAX = 256, /* Files of one import, fields of one act. */
    CALL_OPTIONS_MAX = 64,
};

struct call;

struct command {
    const char *words;     /* "share issue" */
    const char *arguments; /* What follows them; "": nothing. */
    const char *help;
    const char *example;
    enum entry_kind kind; /* ENTRY_none: no act. */
    const char *path;     /* Of a view: below the ledger; else NULL. */
    bool (*run)(const struct call *call, struct error *error);
};

struct option {
    const char *name, *argument, *help; /* argument NULL: a flag. */
    const struct field_spec *field;     /* Of an act; else NULL. */
    bool word; /* Written name=value: a setting has the same name. */
};

/* One command as somebody typed it. */
struct call {
    const struct command *command;
    struct settings settings;
    const char *words[CALL_WORDS_MAX];
    size_t word_count;
    struct {
        const char *name, *value; /* As the field is called; flags: "". */
    } options[CALL_OPTIONS_MAX];
    size_t option_count;
};

/* In help order; NULL after the last. */
const struct command *command_at(size_t i);

/* The i-th option of a command beside the settings; false after the last. */
bool command_option(struct option *option, const struct command *command,
                    size_t i);

/*
 * Understands argv (without the program's name).  With --help, --version or
 * nothing, and for "help", call->command may be NULL.  Fails with
 * ERROR_USAGE, naming what was probably meant.
 */
MUST_USE bool command_parse(struct call *call, int argc, char **argv,
                            struct error *error);

/* The option's value, or NULL if it was not given. */
const char *call_option(const struct call *call, const char *name);
bool call_has(const struct call *call, enum setting setting);

/* Prints help on stdout for what the words name: all, a noun, a command. */
MUST_USE bool command_help(const char *const *words, size_t count,
                           struct error *error);

/* The exit status that scripts see (faces: 0 ok ... 75 try again). */
int command_status(const struct error *error);

/* clang-format off */
#define COMMAND(name, words, arguments, help, example) \
    bool command_##name(const struct call *call, struct error *error);
#include "admin-cli/commands.def"
/* clang-format on */
/* What runs the rows ACT and VIEW. */
bool command_act(const struct call *call, struct error *error);
bool command_view(const struct call *call, struct error *error);

#endif
