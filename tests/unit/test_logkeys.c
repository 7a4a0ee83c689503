/* The keys of a log through a change, and exactly what both sign. */
#include "ledger/policy.h"
#include "server/signer.h"
#include "sql/logkeys.h"
#include "tests/check.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "coop.example/alpha"

static char folder[] = "/tmp/terreau-keys.XXXXXX";

static const char *path_of(const char *name)
{
    static char path[200];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* A key file of 32 equal bytes. */
static void put_seed(const char *name, uint8_t fill)
{
    uint8_t seed[32];
    int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    memset(seed, fill, sizeof seed);
    assert_int_equal(write(file, seed, sizeof seed), sizeof seed);
    assert_int_equal(close(file), 0);
}

static int start(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int empty(void **state)
{
    static const char *const names[] = {
        "log.key", "alpha.log.key", "alpha.log.new.key", "alpha.log.retired"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return 0;
}

static int stop(void **state)
{
    (void)empty(state);
    return rmdir(folder);
}

static void load(struct log_keys *keys, struct log_secrets *secrets)
{
    TAKEN(log_keys_load(keys, secrets, folder, "alpha", &error));
}

TEST(a_change_goes_from_one_key_over_two_to_one)
{
    struct log_secrets secrets;
    struct log_keys keys, before;

    REFUSED(log_keys_begin(folder, "alpha", &keys, &error), ERROR_ABSENT);
    put_seed("alpha.log.key", 1);
    load(&before, &secrets);
    assert_int_equal(before.count, 1);
    REFUSED(log_keys_finish(folder, "alpha", ORIGIN, &keys, &error),
            ERROR_STATE);
    TAKEN(log_keys_begin(folder, "alpha", &keys, &error));
    assert_int_equal(keys.count, 2);
    REFUSED(log_keys_begin(folder, "alpha", &keys, &error), ERROR_TAKEN);
    load(&keys, &secrets);
    assert_true(key_equal(&keys.keys[0], &before.keys[0]));
    TAKEN(log_keys_finish(folder, "alpha", ORIGIN, &before, &error));
    assert_true(key_equal(&before.keys[0], &keys.keys[1]));
    load(&before, &secrets);
    assert_int_equal(before.count, 1);
    assert_int_equal(before.retired_count, 1);
    assert_true(key_equal(log_keys_at(&before, 0), &keys.keys[1]));
    assert_true(key_equal(log_keys_at(&before, 1), &keys.keys[0]));
    assert_null(log_keys_at(&before, 2));
}

TEST(a_ledger_leaves_the_key_that_it_shared)
{
    struct log_secrets secrets;
    struct log_keys keys;

    put_seed("log.key", 7);
    TAKEN(log_keys_begin(folder, "alpha", &keys, &error));
    TAKEN(log_keys_finish(folder, "alpha", ORIGIN, &keys, &error));
    assert_int_equal(access(path_of("log.key"), F_OK), 0);
    load(&keys, &secrets);
    assert_int_equal(keys.retired_count, 1);
    assert_false(key_equal(&keys.keys[0], &keys.retired[0]));
}

/* A crash after the old key was written down and before it was replaced. */
TEST(a_change_that_was_cut_off_is_finished_by_the_same_words)
{
    struct log_secrets secrets;
    struct log_keys keys;
    char kept[200];

    put_seed("alpha.log.key", 1);
    put_seed("alpha.log.new.key", 2);
    TAKEN(log_keys_finish(folder, "alpha", ORIGIN, &keys, &error));
    (void)snprintf(kept, sizeof kept, "%s", path_of("alpha.log.new.key"));
    assert_int_equal(rename(path_of("alpha.log.key"), kept), 0);
    put_seed("alpha.log.key", 1);
    load(&keys, &secrets);
    assert_int_equal(keys.count, 2);
    assert_int_equal(keys.retired_count, 1);
    TAKEN(log_keys_finish(folder, "alpha", ORIGIN, &keys, &error));
    load(&keys, &secrets);
    assert_int_equal(keys.count, 1);
    assert_int_equal(keys.retired_count, 1);
}

TEST(what_is_no_vkey_is_no_retired_key)
{
    struct log_secrets secrets;
    struct log_keys keys;
    FILE *file;

    put_seed("alpha.log.key", 1);
    file = fopen(path_of("alpha.log.retired"), "w");
    assert_non_null(file);
    (void)fputs("coop.example/alpha+00000000+AAAA\n", file);
    assert_int_equal(fclose(file), 0);
    REFUSED(log_keys_load(&keys, &secrets, folder, "alpha", &error),
            ERROR_SYSTEM);
}

/* ---- Exact bytes: seeds of 32 bytes 01 and 32 bytes 02, size 300, root
 * SHA-256("root"), made by another implementation of Ed25519. ---- */

#define TEXT ORIGIN "\n300\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
#define VKEY_1                                                                 \
    "coop.example/alpha+46072878+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0"     \
    "D29c"
#define VKEY_2                                                                 \
    "coop.example/alpha+851d8399+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uP"     \
    "ybOU"
#define LINE_1                                                                 \
    "\xe2\x80\x94 " ORIGIN " "                                                 \
    "RgcoeDPuYvt0CtwROAWFYWxDI/NqcWFdLABrhsM+uK5gCxMB+xfVoYEgOVGj0yZDyvRG"     \
    "C9a+jrS+eM8djp2FI4JAYQA="                                                 \
    "\n"
#define LINE_2                                                                 \
    "\xe2\x80\x94 " ORIGIN " "                                                 \
    "hR2DmbRzVWvFRNl/Lqm+hfgPrignzzB/xO+gaFRWr6jg922pP20Z5H5lWKRuSJtdYL47"     \
    "mV4UcuANzpa+d0N1jIgpeQk="                                                 \
    "\n"

static bool meets(const char *policy_text, const char *bytes,
                  struct error *error)
{
    struct policy *policy = malloc(sizeof *policy);
    struct note *note = malloc(sizeof *note);
    struct checkpoint checkpoint;
    bool good;

    assert_non_null(policy);
    assert_non_null(note);
    good = policy_read(policy, policy_text, strlen(policy_text), error) &&
           note_parse(note, bytes, strlen(bytes), error) &&
           policy_check(policy, note, &checkpoint, error) &&
           checkpoint.size == 300;
    free(note);
    free(policy);
    return good;
}

#define ONE "log " VKEY_1 "\nquorum none\n"
#define TWO "log " VKEY_2 "\nquorum none\n"
#define BOTH "log " VKEY_1 "\nlog " VKEY_2 "\nquorum none\n"

TEST(a_checkpoint_by_two_keys_byte_for_byte)
{
    static const char wanted[] = TEXT "\n" LINE_1 LINE_2;
    struct log_secrets secrets;
    struct store_checkpoint made;
    struct log_keys keys;
    struct hash root;

    put_seed("alpha.log.key", 1);
    put_seed("alpha.log.new.key", 2);
    load(&keys, &secrets);
    (void)crypto_hash_sha256(root.bytes, (const uint8_t *)"root", 4);
    checkpoint_sign(&made, ORIGIN, 300, &root, &keys, &secrets);
    assert_int_equal(made.note_size, sizeof wanted - 1);
    assert_memory_equal(made.note, wanted, sizeof wanted - 1);
}

TEST(each_years_policy_takes_what_its_keys_have_signed)
{
    static const char first[] = TEXT "\n" LINE_1;
    static const char overlap[] = TEXT "\n" LINE_1 LINE_2;
    static const char last[] = TEXT "\n" LINE_2;

    TAKEN(meets(ONE, first, &error));
    TAKEN(meets(BOTH, first, &error));
    REFUSED(meets(TWO, first, &error), ERROR_SIGNATURE);
    TAKEN(meets(ONE, overlap, &error));
    TAKEN(meets(BOTH, overlap, &error));
    TAKEN(meets(TWO, overlap, &error));
    REFUSED(meets(ONE, last, &error), ERROR_SIGNATURE);
    TAKEN(meets(BOTH, last, &error));
    TAKEN(meets(TWO, last, &error));
}

/* A line by a known key that is wrong spoils the note; an unknown one does
 * not count. */
TEST(a_wrong_line_is_refused_by_those_who_know_its_key)
{
    char wrong[] = TEXT "\n" LINE_1 LINE_2;

    char *at = &wrong[sizeof wrong - 20]; /* In the second signature. */

    *at = *at == 'A' ? 'B' : 'A';
    TAKEN(meets(ONE, wrong, &error));
    REFUSED(meets(TWO, wrong, &error), ERROR_SIGNATURE);
    REFUSED(meets(BOTH, wrong, &error), ERROR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_change_goes_from_one_key_over_two_to_one,
                                  empty),
        cmocka_unit_test_teardown(a_ledger_leaves_the_key_that_it_shared,
                                  empty),
        cmocka_unit_test_teardown(
            a_change_that_was_cut_off_is_finished_by_the_same_words, empty),
        cmocka_unit_test_teardown(what_is_no_vkey_is_no_retired_key, empty),
        cmocka_unit_test_teardown(a_checkpoint_by_two_keys_byte_for_byte,
                                  empty),
        cmocka_unit_test(each_years_policy_takes_what_its_keys_have_signed),
        cmocka_unit_test(a_wrong_line_is_refused_by_those_who_know_its_key),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, start, stop);
}
