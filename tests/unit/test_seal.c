/* Sealed boxes: damaged, moved, of keys made and destroyed meanwhile. */
#include "sql/keyfile.h"
#include "sql/seal.h"
#include "tests/check.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 37, BOX = SIZE + SEAL_EXTRA_BYTES };

static char folder[] = "/tmp/terreau-seal.XXXXXX";
static const uint8_t row[16] = "0123456789abcde";
static const struct seal_place here = {SEAL_INTAKE, 7, row, sizeof row};
static const char plain[SIZE] = "hal@example.org, FR76 3000 6000 0112";

struct box {
    uint8_t nonce[SEAL_NONCE_BYTES];
    uint8_t bytes[BOX];
};

static struct seal_ring *ring_now(void)
{
    struct seal_ring *ring = NULL;

    TAKEN(seal_ring_load(&ring, folder, &error));
    return ring;
}

static void path_of(char out[static 64], uint32_t number)
{
    (void)snprintf(out, 64, "%s/kek-%u.key", folder, (unsigned)number);
}

static int one_key(void **state)
{
    struct error error = {0};

    (void)state;
    return seal_key_create(folder, 1, &error) ? 0 : -1;
}

static int no_keys(void **state)
{
    (void)state;
    for (uint32_t number = 1; number < 40; number++) {
        char path[64];

        path_of(path, number);
        (void)unlink(path);
    }
    return 0;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static struct box close_here(struct seal_ring *ring)
{
    struct box box;

    seal_close(ring, &here, plain, sizeof plain, box.nonce, box.bytes);
    return box;
}

static bool opens(struct seal_ring *ring, const struct seal_place *place,
                  const struct box *box, size_t size, enum error_code *code)
{
    char out[BOX];
    struct error error = {0};
    bool opened =
        seal_open(ring, place, box->nonce, box->bytes, size, out, &error);

    *code = error.code;
    if (opened)
        assert_memory_equal(out, plain, sizeof plain);
    return opened;
}

TEST(what_was_sealed_opens_and_cannot_be_read)
{
    struct seal_ring *ring = ring_now();
    struct box box = close_here(ring), again = close_here(ring);
    enum error_code code;

    assert_true(opens(ring, &here, &box, BOX, &code));
    assert_true(opens(ring, &here, &again, BOX, &code));
    assert_memory_not_equal(box.bytes, again.bytes, BOX);
    for (size_t i = 0; i + 4 <= BOX; i++)
        assert_memory_not_equal(box.bytes + i, "hal@", 4);
    seal_ring_free(ring);
}

TEST(no_byte_of_a_box_can_be_changed)
{
    struct seal_ring *ring = ring_now();
    struct box box = close_here(ring);
    uint8_t *bytes = (uint8_t *)&box;
    enum error_code code;

    for (size_t i = 0; i < sizeof box; i++) {
        bytes[i] ^= 1;
        assert_false(opens(ring, &here, &box, BOX, &code));
        /* A changed number may name a key that is not here. */
        assert_true(code == ERROR_DOUBT || code == ERROR_ABSENT);
        bytes[i] ^= 1;
    }
    for (size_t size = 0; size < BOX; size++)
        assert_false(opens(ring, &here, &box, size, &code));
    assert_true(opens(ring, &here, &box, BOX, &code));
    seal_ring_free(ring);
}

TEST(a_box_opens_in_its_own_place_only)
{
    struct seal_ring *ring = ring_now();
    struct box box = close_here(ring);
    uint8_t other[sizeof row];
    struct seal_place place = here;
    enum error_code code;

    for (int purpose = SEAL_OUTBOX; purpose <= SEAL_CONTACT; purpose++) {
        place.purpose = (enum seal_purpose)purpose;
        assert_false(opens(ring, &place, &box, BOX, &code));
        assert_int_equal(code, ERROR_DOUBT);
    }
    place = here;
    place.ledger_id = 8;
    assert_false(opens(ring, &place, &box, BOX, &code));
    place = here;
    place.row_size--;
    assert_false(opens(ring, &place, &box, BOX, &code));
    memcpy(other, row, sizeof row);
    other[15] ^= 1;
    place = here;
    place.row = other;
    assert_false(opens(ring, &place, &box, BOX, &code));
    assert_int_equal(code, ERROR_DOUBT);
    seal_ring_free(ring);
}

TEST(a_person_s_key_opens_what_it_sealed_and_the_ring_does_not)
{
    struct seal_ring *ring = ring_now();
    uint8_t key[SEAL_KEY_BYTES] = {1}, wrong[SEAL_KEY_BYTES] = {2};
    char out[SIZE];
    struct box box;
    enum error_code code;

    seal_close_with(key, &here, plain, sizeof plain, box.nonce, box.bytes);
    TAKEN(seal_open_with(key, &here, box.nonce, box.bytes, BOX, out, &error));
    assert_memory_equal(out, plain, sizeof plain);
    REFUSED(
        seal_open_with(wrong, &here, box.nonce, box.bytes, BOX, out, &error),
        ERROR_DOUBT);
    assert_false(opens(ring, &here, &box, BOX, &code));
    seal_ring_free(ring);
}

TEST(the_newest_key_seals_and_all_open)
{
    struct seal_ring *ring = ring_now();
    struct box old = close_here(ring), fresh;
    uint32_t numbers[SEAL_KEYS_MAX];
    enum error_code code;

    assert_int_equal(seal_newest(ring), 1);
    TAKEN(seal_key_create(folder, 2, &error));
    TAKEN(seal_key_create(folder, 3, &error));
    fresh = close_here(ring); /* Found while the server runs. */
    assert_int_equal(seal_box_number(fresh.bytes, BOX), 3);
    assert_int_equal(seal_numbers(ring, numbers), 3);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[2], 3);
    assert_true(opens(ring, &here, &old, BOX, &code));
    assert_true(opens(ring, &here, &fresh, BOX, &code));
    seal_ring_free(ring);
}

TEST(a_box_of_another_server_s_newer_key_opens)
{
    struct seal_ring *ring = ring_now(), *other;
    struct box box;
    enum error_code code;

    TAKEN(seal_key_create(folder, 2, &error));
    other = ring_now();
    box = close_here(other);
    assert_true(opens(ring, &here, &box, BOX, &code));
    seal_ring_free(other);
    seal_ring_free(ring);
}

TEST(a_destroyed_key_takes_with_it_what_it_sealed)
{
    struct seal_ring *ring = ring_now();
    struct box old = close_here(ring), fresh;
    struct hash mac;
    enum error_code code;

    TAKEN(seal_key_create(folder, 2, &error));
    fresh = close_here(ring);
    TAKEN(seal_key_destroy(ring, 1, &error));
    assert_false(opens(ring, &here, &old, BOX, &code));
    assert_int_equal(code, ERROR_ABSENT);
    assert_true(opens(ring, &here, &fresh, BOX, &code));
    assert_false(seal_mac(ring, 1, "email", "a", 1, &mac));
    REFUSED(seal_key_destroy(ring, 1, &error), ERROR_ABSENT);
    seal_ring_free(ring);
    ring = ring_now();
    assert_false(opens(ring, &here, &old, BOX, &code));
    seal_ring_free(ring);
}

TEST(two_keys_of_one_number_are_told_apart)
{
    struct seal_ring *ring = ring_now();
    struct hash before, again, after;
    struct box box = close_here(ring);
    char path[64];
    enum error_code code;

    assert_true(seal_print(ring, 1, &before));
    assert_true(seal_print(ring, 1, &again));
    assert_false(seal_print(ring, 2, &after));
    assert_memory_equal(before.bytes, again.bytes, sizeof before.bytes);
    seal_ring_free(ring);
    path_of(path, 1);
    assert_int_equal(unlink(path), 0);
    TAKEN(seal_key_create(folder, 1, &error));
    ring = ring_now();
    assert_true(seal_print(ring, 1, &after));
    assert_memory_not_equal(before.bytes, after.bytes, sizeof before.bytes);
    assert_false(opens(ring, &here, &box, BOX, &code));
    assert_int_equal(code, ERROR_DOUBT);
    seal_ring_free(ring);
}

TEST(a_mac_finds_and_tells_nothing)
{
    struct seal_ring *ring = ring_now();
    struct hash first, second, other;

    assert_true(seal_mac(ring, 1, "email", "a@b.example", 11, &first));
    assert_true(seal_mac(ring, 1, "email", "a@b.example", 11, &second));
    assert_memory_equal(first.bytes, second.bytes, sizeof first.bytes);
    assert_true(seal_mac(ring, 1, "phone", "a@b.example", 11, &other));
    assert_memory_not_equal(first.bytes, other.bytes, sizeof first.bytes);
    assert_true(seal_mac(ring, 1, "email", "a@b.exampl", 10, &other));
    assert_memory_not_equal(first.bytes, other.bytes, sizeof first.bytes);
    (void)crypto_generichash(other.bytes, sizeof other.bytes,
                             (const uint8_t *)"a@b.example", 11, NULL, 0);
    assert_memory_not_equal(first.bytes, other.bytes, sizeof first.bytes);
    seal_ring_free(ring);
}

TEST(keys_that_others_may_read_or_that_are_cut_are_refused)
{
    struct seal_ring *ring;
    char path[64];

    path_of(path, 1);
    assert_int_equal(chmod(path, 0640), 0);
    REFUSED(seal_ring_load(&ring, folder, &error), ERROR_SYSTEM);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    REFUSED(seal_ring_load(&ring, folder, &error), ERROR_SYSTEM);
    assert_int_equal(unlink(path), 0);
    REFUSED(seal_ring_load(&ring, folder, &error), ERROR_ABSENT);
    REFUSED(seal_ring_load(&ring, "/nowhere/at/all", &error), ERROR_ABSENT);
}

TEST(a_key_is_never_written_over)
{
    REFUSED(seal_key_create(folder, 1, &error), ERROR_TAKEN);
}

TEST(a_folder_of_too_many_keys_is_refused)
{
    struct seal_ring *ring;

    for (uint32_t number = 2; number <= SEAL_KEYS_MAX + 1; number++)
        TAKEN(seal_key_create(folder, number, &error));
    REFUSED(seal_ring_load(&ring, folder, &error), ERROR_SYSTEM);
}

#define WITH_KEY(test) cmocka_unit_test_setup_teardown(test, one_key, no_keys)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEY(what_was_sealed_opens_and_cannot_be_read),
        WITH_KEY(no_byte_of_a_box_can_be_changed),
        WITH_KEY(a_box_opens_in_its_own_place_only),
        WITH_KEY(a_person_s_key_opens_what_it_sealed_and_the_ring_does_not),
        WITH_KEY(the_newest_key_seals_and_all_open),
        WITH_KEY(a_box_of_another_server_s_newer_key_opens),
        WITH_KEY(a_destroyed_key_takes_with_it_what_it_sealed),
        WITH_KEY(two_keys_of_one_number_are_told_apart),
        WITH_KEY(a_mac_finds_and_tells_nothing),
        WITH_KEY(keys_that_others_may_read_or_that_are_cut_are_refused),
        WITH_KEY(a_key_is_never_written_over),
        WITH_KEY(a_folder_of_too_many_keys_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
