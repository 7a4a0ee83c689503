/* The two slots of the high-water file, torn, foreign and damaged. */
#include "sql/highwater.h"
#include "sql/keyfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* Ours is another. */

enum { SLOT = 128 };

static char folder[] = "/tmp/terreau-high.XXXXXX";
static char path[64];

static struct hash root_of(int n)
{
    struct hash root = {{(uint8_t)n}};

    return root;
}

static int start(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static bool open_as(struct highwater *highwater, const char *origin,
                    enum error_code *code)
{
    struct error error = {0};
    bool opened = highwater_open(highwater, path, origin, &error);

    *code = error.code;
    return opened;
}

static void write_sizes(int64_t count)
{
    struct highwater highwater;
    enum error_code code;
    struct error error = {0};

    assert_true(open_as(&highwater, "log.example/a", &code));
    for (int64_t size = highwater.size + 1; size <= count; size++) {
        struct hash root = root_of((int)size);

        assert_true(highwater_write(&highwater, size, &root, &error));
    }
    highwater_close(&highwater);
}

static void flip(off_t at)
{
    int file = open(path, O_RDWR);
    uint8_t byte;

    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    (void)close(file);
}

static void a_new_file_has_signed_nothing(void **state)
{
    struct highwater highwater;
    enum error_code code;

    (void)state;
    assert_true(open_as(&highwater, "log.example/a", &code));
    assert_int_equal(highwater.sequence, 0);
    highwater_close(&highwater);
}

static void
the_last_size_is_found_again_and_the_file_does_not_grow(void **state)
{
    struct highwater highwater;
    struct hash root;
    enum error_code code;
    struct stat status;

    (void)state;
    for (int size = 1; size <= 9; size++) {
        write_sizes(size);
        assert_true(open_as(&highwater, "log.example/a", &code));
        root = root_of(size);
        assert_int_equal(highwater.size, size);
        assert_memory_equal(&highwater.root, &root, sizeof root);
        highwater_close(&highwater);
    }
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 2 * SLOT);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* Any byte of the slot that was being written: the one before stands. */
static void a_torn_slot_leaves_the_other(void **state)
{
    struct highwater highwater;
    enum error_code code;

    (void)state;
    write_sizes(5); /* Sequence 5 stands in the second slot. */
    for (off_t at = 0; at < SLOT; at++) {
        flip(SLOT + at);
        assert_true(open_as(&highwater, "log.example/a", &code));
        assert_int_equal(highwater.size, 4);
        highwater_close(&highwater);
        flip(SLOT + at);
    }
}

static void two_bad_slots_are_a_doubt(void **state)
{
    struct highwater highwater;
    enum error_code code;

    (void)state;
    write_sizes(5);
    flip(20);
    flip(SLOT + 20);
    assert_false(open_as(&highwater, "log.example/a", &code));
    assert_int_equal(code, ERROR_DOUBT);
}

static void a_torn_first_write_is_a_fresh_file(void **state)
{
    struct highwater highwater;
    enum error_code code;

    (void)state;
    write_sizes(1);
    flip(SLOT + 20);
    assert_true(open_as(&highwater, "log.example/a", &code));
    assert_int_equal(highwater.sequence, 0);
    highwater_close(&highwater);
}

static void the_file_of_another_log_is_a_doubt(void **state)
{
    struct highwater highwater;
    enum error_code code;

    (void)state;
    write_sizes(3);
    assert_false(open_as(&highwater, "log.example/b", &code));
    assert_int_equal(code, ERROR_DOUBT);
}

/* ---- Key files ---- */

static void a_key_is_made_once_and_is_its_owners_alone(void **state)
{
    struct secret_key secret;
    struct key made, again, loaded;
    struct error error = {0};
    struct stat status;

    (void)state;
    assert_true(keyfile_create(path, &made, &error));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(status.st_size, 32);
    assert_true(keyfile_load(path, &secret, &loaded, &error));
    assert_memory_equal(&made, &loaded, sizeof made);
    assert_false(keyfile_create(path, &again, &error));
    assert_int_equal(error.code, ERROR_TAKEN);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    struct secret_key secret;
    struct key key;
    struct error error = {0};

    (void)state;
    assert_true(keyfile_create(path, &key, &error));
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(keyfile_load(path, &secret, &key, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
}

static void a_key_file_of_another_length_is_refused(void **state)
{
    struct secret_key secret;
    struct key key;
    struct error error = {0};

    (void)state;
    assert_false(keyfile_load(path, &secret, &key, &error));
    assert_int_equal(error.code, ERROR_ABSENT);
    error = (struct error){0};
    assert_true(keyfile_create(path, &key, &error));
    assert_int_equal(truncate(path, 31), 0);
    assert_false(keyfile_load(path, &secret, &key, &error));
    assert_int_equal(error.code, ERROR_SYSTEM);
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_has_signed_nothing),
        TEST(the_last_size_is_found_again_and_the_file_does_not_grow),
        TEST(a_torn_slot_leaves_the_other),
        TEST(two_bad_slots_are_a_doubt),
        TEST(a_torn_first_write_is_a_fresh_file),
        TEST(the_file_of_another_log_is_a_doubt),
        TEST(a_key_is_made_once_and_is_its_owners_alone),
        TEST(a_key_that_others_may_read_is_refused),
        TEST(a_key_file_of_another_length_is_refused),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
