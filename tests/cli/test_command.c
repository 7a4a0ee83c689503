/* The words of the command line: what is understood, what is explained. */
#include "admin-cli/command.h"
#include "ledger/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS = 32, PAGE_BYTES = 64 * 1024 };

/* Splits a line at blanks; '...' quotes. */
static bool parse(struct call *call, const char *line, struct error *error)
{
    static char text[2048];
    char *argv[WORDS], *at = text;
    int argc = 0;

    (void)snprintf(text, sizeof text, "%s", line);
    *call = (struct call){0};
    *error = (struct error){0};
    while (*at != '\0' && argc < WORDS) {
        const char *end = *at == '\'' ? "'" : " ";

        at += *at == '\'';
        argv[argc++] = at;
        at += strcspn(at, end);
        if (*at == '\'')
            *at++ = '\0';
        if (*at == ' ')
            *at++ = '\0';
    }
    return command_parse(call, argc, argv, error);
}

static void check_parsed(struct call *call, const char *line,
                         const char *command)
{
    struct error error;

    if (!parse(call, line, &error))
        fail_msg("%s: %s", line, error.text);
    assert_string_equal(call->command->words, command);
}

static void check_refused(const char *line, const char *says)
{
    struct call call;
    struct error error;

    if (parse(&call, line, &error))
        fail_msg("%s was understood", line);
    assert_int_equal(error.code, ERROR_USAGE);
    assert_int_equal(command_status(&error), 2);
    if (strstr(error.text, says) == NULL)
        fail_msg("%s: '%s' does not say '%s'", line, error.text, says);
}

static void words_options_and_settings_may_stand_in_any_order(void **state)
{
    struct call call;

    (void)state;
    check_parsed(&call,
                 "--json share --ledger=velo redeem accept --redemption r-1 "
                 "--quantity=2 --key a.key --key b.key --yes",
                 "share redeem accept");
    assert_string_equal(call.settings.values[SETTING_LEDGER], "velo");
    assert_true(call_has(&call, SETTING_JSON));
    assert_true(call_has(&call, SETTING_YES));
    assert_int_equal(call.settings.key_count, 2);
    assert_string_equal(call.settings.keys[1], "b.key");
    assert_string_equal(call_option(&call, "redemption"), "r-1");
    assert_string_equal(call_option(&call, "quantity"), "2");
    assert_null(call_option(&call, "decision"));
}

static void dashes_and_underscores_are_the_same_in_options(void **state)
{
    struct call call;

    (void)state;
    check_parsed(&call, "pledge make --on-failure refund", "pledge make");
    assert_string_equal(call_option(&call, "on_failure"), "refund");
    check_parsed(&call, "pledge make --on_failure refund", "pledge make");
    assert_string_equal(call_option(&call, "on_failure"), "refund");
}

static void a_field_named_like_a_setting_is_a_word(void **state)
{
    struct call call;

    (void)state;
    check_parsed(&call, "key add key=@new.key --key old.key", "key add");
    assert_int_equal(call.word_count, 1);
    assert_string_equal(call.settings.keys[0], "old.key");
}

static void a_commands_own_option_wins_over_a_setting(void **state)
{
    struct call call;

    (void)state;
    check_parsed(&call, "node init --name velo --origin a.example/v",
                 "node init");
    assert_string_equal(call_option(&call, "origin"), "a.example/v");
}

static void after_two_dashes_all_are_words(void **state)
{
    struct call call;

    (void)state;
    check_parsed(&call, "bank import -- --odd.xml -", "bank import");
    assert_int_equal(call.word_count, 2);
    assert_string_equal(call.words[0], "--odd.xml");
}

static void what_was_probably_meant_is_said(void **state)
{
    (void)state;
    check_refused("shar issue", "did you mean 'share'");
    check_refused("share isue", "did you mean 'share issue'");
    check_refused("frobnicate", "terreau help");
    check_refused("share issue --subscriptoin s", "--subscription?");
    check_refused("share issue --lejer x", "--ledger?");
    check_refused("share issue --xyzzyxyzzy x", "no option --xyzzyxyzzy");
}

static void wrong_usage_is_refused(void **state)
{
    (void)state;
    check_refused("", "say what to do");
    check_refused("share", "terreau help share");
    check_refused("share redeem", "terreau help share redeem");
    check_refused("share issue --subscription", "needs a value");
    check_refused("share issue --json=yes", "takes no value");
    check_refused("share issue --ledger a --ledger b", "given twice");
    check_refused("key show", "needs FILE");
    check_refused("key new a.key b.key", "too much");
    check_refused("member list extra", "too much");
    check_refused("-x", "no option -x");
    check_refused("--amount 5 pledge make", "before a command");
}

static void no_command_is_the_beginning_of_another(void **state)
{
    const struct command *one, *other;

    (void)state;
    for (size_t i = 0; (one = command_at(i)) != NULL; i++)
        for (size_t j = 0; (other = command_at(j)) != NULL; j++) {
            const size_t size = strlen(one->words);

            if (i != j && strncmp(other->words, one->words, size) == 0 &&
                (other->words[size] == ' ' || other->words[size] == '\0'))
                fail_msg("%s begins %s", one->words, other->words);
        }
}

/* What command_help() prints for a command. */
static const char *help_of(const char *words, struct error *error)
{
    static char page[PAGE_BYTES];
    FILE *file = tmpfile();
    const int out = dup(STDOUT_FILENO);
    size_t size;
    bool found;

    assert_non_null(file);
    (void)fflush(stdout);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    found = command_help(&words, 1, error);
    (void)fflush(stdout);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    (void)close(out);
    rewind(file);
    size = fread(page, 1, sizeof page - 1, file);
    page[size] = '\0';
    (void)fclose(file);
    return found ? page : NULL;
}

/* The option as help writes it. */
static void write_option(char *out, size_t room, const struct option *option)
{
    (void)snprintf(out, room, option->word ? "%s%s=" : "%s%s",
                   option->word ? "  " : "  --", option->name);
    for (char *c = out; !option->word && *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
}

static void
the_help_of_every_command_has_its_options_and_an_example(void **state)
{
    const struct command *command;

    (void)state;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        struct error error = {0};
        const char *page = help_of(command->words, &error);
        struct option option;
        char text[128];

        assert_non_null(page);
        if (strstr(page, "Example:\n  terreau ") == NULL ||
            strstr(page, command->example) == NULL)
            fail_msg("%s has no example", command->words);
        for (size_t n = 0; command_option(&option, command, n); n++) {
            write_option(text, sizeof text, &option);
            if (strstr(page, text) == NULL)
                fail_msg("help of %s lacks %s", command->words, text);
            assert_true(option.help[0] != '\0');
        }
        if (command->kind != ENTRY_none &&
            strstr(page, entry_spec(command->kind)->help) == NULL)
            fail_msg("help of %s does not say what it says", command->words);
        for (const char *line = page; *line != '\0';) {
            const size_t size = strcspn(line, "\n");

            if (size > 79 && strstr(line, "Example:") != NULL)
                fail_msg("help of %s is too wide: %.90s", command->words, line);
            line += size + (line[size] == '\n');
        }
    }
}

static void every_example_is_understood(void **state)
{
    const struct command *command;

    (void)state;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        struct call call;
        struct error error;

        assert_memory_equal(command->example, "terreau ", 8);
        if (!parse(&call, command->example + 8, &error))
            fail_msg("%s: %s", command->example, error.text);
        assert_ptr_equal(call.command, command);
    }
}

static void every_noun_and_the_whole_have_help(void **state)
{
    struct error error = {0};

    (void)state;
    assert_non_null(strstr(help_of("share", &error), "share redeem request"));
    assert_null(help_of("nothing", &error));
    assert_int_equal(error.code, ERROR_USAGE);
}

static void errors_have_the_exit_statuses_that_scripts_expect(void **state)
{
    static const struct {
        enum error_code code;
        int status;
    } expected[] = {
        {ERROR_NONE, 0},      {ERROR_FIELD, 1},    {ERROR_SYSTEM, 1},
        {ERROR_SIGNATURE, 1}, {ERROR_USAGE, 2},    {ERROR_PROOF, 3},
        {ERROR_ABSENT, 4},    {ERROR_RULE, 5},     {ERROR_STATE, 5},
        {ERROR_TAKEN, 5},     {ERROR_ENOUGH, 5},   {ERROR_UNSIGNED, 6},
        {ERROR_STORE, 75},    {ERROR_UNKNOWN, 75}, {ERROR_BUSY, 75},
        {ERROR_MANY, 75},     {ERROR_BUG, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct error error = {.code = expected[i].code};

        assert_int_equal(command_status(&error), expected[i].status);
    }
}

/* ---- Settings ---- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    (void)fclose(file);
}

static bool complete(struct call *call, const char *line, struct error *error)
{
    assert_true(parse(call, line, error));
    return settings_complete(&call->settings, error);
}

static void
options_win_over_the_environment_and_that_over_the_file(void **state)
{
    char path[] = "/tmp/terreau-config.XXXXXX", line[200];
    const int fd = mkstemp(path);
    static struct call call;
    struct error error;

    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    write_file(path, "# mine\nnode = https://a.example\nledger=file\n"
                     "key = /a.key\n  key = /b.key\n\n");
    (void)snprintf(line, sizeof line, "member list --config %s", path);
    (void)unsetenv("TERREAU_NODE");
    (void)setenv("TERREAU_LEDGER", "environment", 1);
    if (!complete(&call, line, &error))
        fail_msg("%s", error.text);
    assert_string_equal(call.settings.values[SETTING_NODE],
                        "https://a.example");
    assert_string_equal(call.settings.values[SETTING_LEDGER], "environment");
    assert_int_equal(call.settings.key_count, 2);
    assert_string_equal(call.settings.keys[1], "/b.key");

    (void)snprintf(line, sizeof line,
                   "member list --key c --ledger option --config %s", path);
    assert_true(complete(&call, line, &error));
    assert_string_equal(call.settings.values[SETTING_LEDGER], "option");
    assert_int_equal(call.settings.key_count, 1);
    (void)unsetenv("TERREAU_LEDGER");
    (void)unlink(path);
}

static void a_wrong_configuration_file_is_refused_with_its_line(void **state)
{
    char path[] = "/tmp/terreau-config.XXXXXX", line[200];
    const int fd = mkstemp(path);
    static struct call call;
    struct error error;

    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(line, sizeof line, "member list --config %s", path);
    write_file(path, "ledger = a\npassphrase = secret\n");
    assert_false(complete(&call, line, &error));
    assert_non_null(strstr(error.text, ":2: "));
    write_file(path, "yes = 1\n");
    assert_false(complete(&call, line, &error));
    write_file(path, "ledger\n");
    assert_false(complete(&call, line, &error));
    (void)unlink(path);
    assert_false(complete(&call, line, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_options_and_settings_may_stand_in_any_order),
        cmocka_unit_test(dashes_and_underscores_are_the_same_in_options),
        cmocka_unit_test(a_field_named_like_a_setting_is_a_word),
        cmocka_unit_test(a_commands_own_option_wins_over_a_setting),
        cmocka_unit_test(after_two_dashes_all_are_words),
        cmocka_unit_test(what_was_probably_meant_is_said),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(no_command_is_the_beginning_of_another),
        cmocka_unit_test(
            the_help_of_every_command_has_its_options_and_an_example),
        cmocka_unit_test(every_example_is_understood),
        cmocka_unit_test(every_noun_and_the_whole_have_help),
        cmocka_unit_test(errors_have_the_exit_statuses_that_scripts_expect),
        cmocka_unit_test(
            options_win_over_the_environment_and_that_over_the_file),
        cmocka_unit_test(a_wrong_configuration_file_is_refused_with_its_line),
    };

    ledger_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
