/*
 * desk: an auditor's desk: a log in a folder, and a memory of former audits.
 *
 *     GROWN(plan.size = 40; plan.forged = 12);
 *     DIFFERS("entry 12");
 */
#ifndef TESTS_AUDIT_DESK_H
#define TESTS_AUDIT_DESK_H

#include "admin-cli/audit.h"
#include "tests/audit/grow.h"
#include "tests/check.h"

static char root[64], log_dir[96], state_dir[96];
static const uint64_t now = 1800000000;
static struct audit audit;

static inline void clear(void)
{
    char command[200];

    (void)snprintf(command, sizeof command, "rm -rf %s/log %s/state", root,
                   root);
    assert_int_equal(system(command), 0);
}

static inline struct audit_options options(void)
{
    return (struct audit_options){
        .where = log_dir, .now = now, .threads = 1, .state_dir = state_dir};
}

/* Audits, and closes; the caller reads *error. */
static inline bool audited(const struct audit_options *with,
                           struct error *error)
{
    bool good = audit_run(&audit, with, error);

    audit_close(&audit);
    return good;
}

#define GROWN(...)                                                             \
    do {                                                                       \
        struct grow_plan plan = grow_plan(0);                                  \
        __VA_ARGS__;                                                           \
        plan.dir = log_dir;                                                    \
        grow_log(&plan);                                                       \
    } while (0)

#define AGREES(...)                                                            \
    do {                                                                       \
        struct audit_options with = options();                                 \
        __VA_ARGS__;                                                           \
        TAKEN(audited(&with, &error));                                         \
    } while (0)

static inline void must_say(const struct error *error, const char *words,
                            const char *file, int line)
{
    if (error->code == ERROR_PROOF && strstr(error->text, words) != NULL)
        return;
    print_error("%s: %s\n", error_spec(error->code)->name, error->text);
    _fail(file, line);
}

/* Refused with ERROR_PROOF and these words. */
#define DIFFERS_WITH(words, ...)                                               \
    do {                                                                       \
        struct audit_options with = options();                                 \
        struct error error = {0};                                              \
        __VA_ARGS__;                                                           \
        assert_false(audited(&with, &error));                                  \
        must_say(&error, words, __FILE__, __LINE__);                           \
    } while (0)
#define DIFFERS(words) DIFFERS_WITH(words, (void)0)

static inline char *save(const char *name, const char *text)
{
    static char path[200];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline int begin(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return 1;
    ledger_start();
    (void)snprintf(root, sizeof root, "/tmp/test_audit.XXXXXX");
    if (mkdtemp(root) == NULL)
        return 1;
    (void)snprintf(log_dir, sizeof log_dir, "%s/log", root);
    (void)snprintf(state_dir, sizeof state_dir, "%s/state", root);
    return 0;
}

static inline int end(void **state)
{
    char command[200];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

#endif
