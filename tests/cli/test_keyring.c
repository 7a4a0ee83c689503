/* Key files: what opens them, what does not, what they look like on disk. */
#include "admin-cli/keyring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

static char folder[64], path[128];
static const struct id ana = {'p', {1, 2, 3, 4}};

static struct passphrase *phrase(const char *text)
{
    struct passphrase *passphrase = passphrase_allocate();

    passphrase->size = strlen(text);
    memcpy(passphrase->bytes, text, passphrase->size);
    return passphrase;
}

static struct key_public create(const char *text)
{
    struct passphrase *passphrase = phrase(text);
    struct key_public made;
    struct error error = {0};

    (void)unlink(path);
    if (!key_create(path, ana, passphrase, KEY_COST_INTERACTIVE, &made, &error))
        fail_msg("%s", error.text);
    passphrase_close(passphrase);
    return made;
}

static bool opens(const char *text, struct error *error)
{
    struct passphrase *passphrase = phrase(text);
    struct key_open *key = key_allocate();
    bool opened = key_unlock(path, passphrase, key, error);

    key_close(key);
    passphrase_close(passphrase);
    return opened;
}

static void the_passphrase_opens_the_key_that_signs(void **state)
{
    const struct key_public made = create("correct horse");
    struct passphrase *passphrase = phrase("correct horse");
    struct key_open *key = key_allocate();
    struct error error = {0};
    char line[NOTE_SIGNATURE_CHARS_MAX], bytes[512];
    struct note note;

    (void)state;
    assert_true(key_unlock(path, passphrase, key, &error));
    assert_true(id_equal(key->is.party, ana));
    assert_true(key_equal(&key->is.key, &made.key));
    (void)note_sign(line, "a.example/ana", "hello\n", 6, &key->secret);
    (void)snprintf(bytes, sizeof bytes, "hello\n\n%s", line);
    assert_true(note_parse(&note, bytes, strlen(bytes), &error));
    assert_true(note_verify(&note, 0, &made.key));
    key_close(key);
    passphrase_close(passphrase);
}

static void a_wrong_passphrase_opens_nothing(void **state)
{
    struct error error = {0};

    (void)state;
    (void)create("correct horse");
    assert_false(opens("correct horsf", &error));
    assert_int_equal(error.code, ERROR_SIGNATURE);
}

static void the_public_part_needs_no_passphrase(void **state)
{
    const struct key_public made = create("correct horse");
    struct key_public is;
    struct error error = {0};

    (void)state;
    assert_true(key_read_public(path, &is, &error));
    assert_true(id_equal(is.party, ana));
    assert_true(key_equal(&is.key, &made.key));
}

static void the_file_is_for_its_owner_alone(void **state)
{
    struct stat is;

    (void)state;
    (void)create("correct horse");
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    assert_int_equal(is.st_size, KEY_FILE_BYTES);
}

static void a_key_is_never_overwritten(void **state)
{
    struct passphrase *passphrase = phrase("another one");
    struct key_public made;
    struct error error = {0};

    (void)state;
    (void)create("correct horse");
    assert_false(
        key_create(path, ana, passphrase, KEY_COST_INTERACTIVE, &made, &error));
    assert_int_equal(error.code, ERROR_TAKEN);
    passphrase_close(passphrase);
    error = (struct error){0};
    assert_true(opens("correct horse", &error));
}

static void read_bytes(uint8_t out[static KEY_FILE_BYTES])
{
    FILE *in = fopen(path, "rb");

    assert_non_null(in);
    assert_int_equal(fread(out, 1, KEY_FILE_BYTES, in), KEY_FILE_BYTES);
    (void)fclose(in);
}

static void write_bytes(const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    (void)fclose(out);
}

/* In every part: magic, version, kdf, costs, salt, nonce, party, key, box. */
static void a_byte_changed_anywhere_is_found(void **state)
{
    static const size_t places[] = {0,  8,  9,  11, 15,  23,
                                    24, 40, 66, 90, 120, KEY_FILE_BYTES - 1};
    uint8_t bytes[KEY_FILE_BYTES];

    (void)state;
    (void)create("correct horse");
    read_bytes(bytes);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct error error = {0};

        bytes[places[i]] ^= 1;
        write_bytes(bytes, sizeof bytes);
        assert_false(opens("correct horse", &error));
        bytes[places[i]] ^= 1;
    }
}

static void check_no_key_file(const uint8_t *bytes, size_t size)
{
    struct key_public is;
    struct error error = {0};

    write_bytes(bytes, size);
    assert_false(key_read_public(path, &is, &error));
    assert_int_equal(error.code, ERROR_FIELD);
}

static void costs_that_would_stop_the_machine_are_refused(void **state)
{
    uint8_t bytes[KEY_FILE_BYTES], changed[KEY_FILE_BYTES];

    (void)state;
    (void)create("correct horse");
    read_bytes(bytes);
    memcpy(changed, bytes, sizeof bytes);
    changed[12] = 0x7f; /* Passes. */
    check_no_key_file(changed, sizeof changed);
    memcpy(changed, bytes, sizeof bytes);
    changed[17] = 0x7f; /* Memory. */
    check_no_key_file(changed, sizeof changed);
    memset(changed + 12, 0, 12);
    check_no_key_file(changed, sizeof changed);
}

static void other_files_are_no_key_files(void **state)
{
    uint8_t bytes[KEY_FILE_BYTES + 1];
    struct key_public is;
    struct error error = {0};

    (void)state;
    (void)create("correct horse");
    read_bytes(bytes);
    bytes[KEY_FILE_BYTES] = 0;
    check_no_key_file(bytes, KEY_FILE_BYTES + 1);
    check_no_key_file(bytes, KEY_FILE_BYTES - 1);
    check_no_key_file(bytes, 0);
    (void)unlink(path);
    assert_false(key_read_public(path, &is, &error));
    assert_int_equal(error.code, ERROR_ABSENT);
}

static void a_new_passphrase_replaces_the_old_one(void **state)
{
    struct passphrase *old = phrase("correct horse");
    struct passphrase *fresh = phrase("battery staple");
    struct passphrase *wrong = phrase("not this one");
    const struct key_public made = create("correct horse");
    struct key_public is;
    struct error error = {0};

    (void)state;
    assert_false(key_relock(path, wrong, fresh, KEY_COST_INTERACTIVE, &error));
    error = (struct error){0};
    assert_true(opens("correct horse", &error));
    assert_true(key_relock(path, old, fresh, KEY_COST_INTERACTIVE, &error));
    assert_true(opens("battery staple", &error));
    assert_false(opens("correct horse", &error));
    error = (struct error){0};
    assert_true(key_read_public(path, &is, &error));
    assert_true(key_equal(&is.key, &made.key));
    passphrase_close(old);
    passphrase_close(fresh);
    passphrase_close(wrong);
}

static void passphrases_are_lines_of_a_descriptor(void **state)
{
    static const char lines[] = "first phrase\nsecond phrase\n";
    struct passphrase *passphrase = passphrase_allocate();
    struct error error = {0};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], lines, sizeof lines - 1), sizeof lines - 1);
    (void)close(ends[1]);
    assert_true(passphrase_read(passphrase, ends[0], "", false, &error));
    assert_int_equal(passphrase->size, 12);
    assert_true(passphrase_read(passphrase, ends[0], "", false, &error));
    assert_memory_equal(passphrase->bytes, "second phrase", 13);
    /* The last one serves for the keys after it. */
    assert_true(passphrase_read(passphrase, ends[0], "", false, &error));
    assert_int_equal(passphrase->size, 13);
    (void)close(ends[0]);
    passphrase_close(passphrase);
}

static void short_passphrases_are_refused(void **state)
{
    struct passphrase *passphrase = passphrase_allocate();
    struct error error = {0};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "short\n", 6), 6);
    (void)close(ends[1]);
    assert_false(passphrase_read(passphrase, ends[0], "", false, &error));
    assert_int_equal(error.code, ERROR_USAGE);
    (void)close(ends[0]);
    passphrase_close(passphrase);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passphrase_opens_the_key_that_signs),
        cmocka_unit_test(a_wrong_passphrase_opens_nothing),
        cmocka_unit_test(the_public_part_needs_no_passphrase),
        cmocka_unit_test(the_file_is_for_its_owner_alone),
        cmocka_unit_test(a_key_is_never_overwritten),
        cmocka_unit_test(a_byte_changed_anywhere_is_found),
        cmocka_unit_test(costs_that_would_stop_the_machine_are_refused),
        cmocka_unit_test(other_files_are_no_key_files),
        cmocka_unit_test(a_new_passphrase_replaces_the_old_one),
        cmocka_unit_test(passphrases_are_lines_of_a_descriptor),
        cmocka_unit_test(short_passphrases_are_refused),
    };
    const char *base = getenv("TMPDIR");
    int failed;

    if (sodium_init() < 0)
        return 1;
    (void)snprintf(folder, sizeof folder, "%.40s/keys.XXXXXX",
                   base == NULL ? "/tmp" : base);
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/ana.key", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    (void)rmdir(folder);
    return failed;
}
