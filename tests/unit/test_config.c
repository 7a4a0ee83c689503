/* Settings: where they come from, which wins, what is refused. */
#include "server/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct config config;
static struct error error;
static char file[] = "/tmp/test_config.XXXXXX";

static bool load(const char *content, const char *one, const char *two)
{
    char option[64];
    char first[256], second[256];
    char *argv[] = {option, option, first, second, NULL};
    FILE *out = fopen(file, "w");

    assert_non_null(out);
    assert_true(fputs(content, out) >= 0);
    assert_int_equal(fclose(out), 0);
    (void)snprintf(option, sizeof option, "--config=%s", file);
    (void)snprintf(first, sizeof first, "%s", one == NULL ? "" : one);
    (void)snprintf(second, sizeof second, "%s", two == NULL ? "" : two);
    error = (struct error){0};
    return config_load(&config,
                       one == NULL   ? 2
                       : two == NULL ? 3
                                     : 4,
                       argv, &error);
}

static void refused(const char *content, const char *one, const char *why)
{
    assert_false(load(content, one, NULL));
    assert_int_equal(error.code, ERROR_USAGE);
    if (strstr(error.text, why) == NULL)
        fail_msg("got \"%s\", not \"%s\"", error.text, why);
}

static void without_settings_there_are_defaults(void **state)
{
    (void)state;
    assert_true(load("", NULL, NULL));
    assert_string_equal(config.listen, "127.0.0.1:8080");
    assert_int_equal(config.queue, 4096);
    assert_int_equal(config.clock_skew_ms, 2000);
    assert_string_equal(config.public_url, "");
    assert_false(config.help);
}

static void later_sources_win(void **state)
{
    static const char content[] = "# remark\n\n threads = 3 \nqueue=7\n"
                                  "listen = unix:/run/a b.sock\n";

    (void)state;
    (void)setenv("TERREAU_THREADS", "4", 1);
    (void)setenv("TERREAU_DRAIN_SECONDS", "6", 1);
    assert_true(load(content, "--drain-seconds=8", "--mail_dir=var/mail"));
    (void)unsetenv("TERREAU_THREADS");
    (void)unsetenv("TERREAU_DRAIN_SECONDS");
    assert_int_equal(config.queue, 7);
    assert_int_equal(config.threads, 4);
    assert_int_equal(config.drain_seconds, 8);
    assert_string_equal(config.listen, "unix:/run/a b.sock");
    assert_string_equal(config.mail_dir, "var/mail");
}

static void unknown_settings_are_refused(void **state)
{
    (void)state;
    refused("thread = 3\n", NULL, "line 1: there is no setting thread");
    refused("\n\nnonsense\n", NULL, "line 3: expected: name = value");
    refused("", "--thread=3", "there is no option --thread");
    refused("", "--threads", "expected --name=value");
    refused("", "threads=3", "expected --name=value");
}

static void numbers_are_bounded(void **state)
{
    (void)state;
    refused("", "--threads=0", "from 1 to 64");
    refused("", "--threads=65", "from 1 to 64");
    refused("", "--threads=", "from 1 to 64");
    refused("", "--threads=2x", "from 1 to 64");
    refused("", "--threads=-1", "from 1 to 64");
    refused("", "--threads=99999999999999999999", "from 1 to 64");
    (void)setenv("TERREAU_QUEUE", "many", 1);
    refused("", NULL, "queue is a number");
    (void)unsetenv("TERREAU_QUEUE");
}

static void a_missing_file_is_an_error(void **state)
{
    char *argv[] = {file, (char[]){"--config=/nonexistent/x"}, NULL};

    (void)state;
    error = (struct error){0};
    assert_false(config_load(&config, 2, argv, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
}

static void long_texts_are_refused(void **state)
{
    char value[CONFIG_TEXT_MAX + 2];

    (void)state;
    memset(value, 'x', sizeof value);
    value[CONFIG_TEXT_MAX + 1] = '\0';
    config_init(&config);
    error = (struct error){0};
    assert_false(config_set(&config, "database", value, &error));
    error = (struct error){0};
    assert_true(config_set(&config, "database", value + 1, &error));
    assert_string_equal(config.database, value + 1);
}

static void help_names_every_setting(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    config_help(out);
    assert_int_equal(fclose(out), 0);
#define TEXT(name, initial, help) assert_non_null(strstr(text, #name));
#define NUMBER(name, initial, least, most, help)                               \
    assert_non_null(strstr(text, #name));
#define FLAG(name, initial, help) assert_non_null(strstr(text, #name));
#include "server/config.def"
    free(text);
    assert_true(load("", "--help", NULL));
    assert_true(config.help);
}

static int setup(void **state)
{
    int fd = mkstemp(file);

    (void)state;
    (void)unsetenv("TERREAU_CONFIG");
    return fd < 0 || close(fd) != 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_settings_there_are_defaults),
        cmocka_unit_test(later_sources_win),
        cmocka_unit_test(unknown_settings_are_refused),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(a_missing_file_is_an_error),
        cmocka_unit_test(long_texts_are_refused),
        cmocka_unit_test(help_names_every_setting),
    };

    return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
