/* Files with a byte that differs, that are missing, cut or longer. */
#include "tests/audit/desk.h"

/* ---- Files that are missing, cut, longer, or of which a byte differs ---- */

static const char *const small[] = {"checkpoint", "tile/0/000.p/8",
                                    "tile/entries/000.p/8", "policy"};

static size_t load(const char *name, char *bytes, size_t room)
{
    char path[200];
    FILE *file;
    size_t size;

    (void)snprintf(path, sizeof path, "%s/%s", log_dir, name);
    file = fopen(path, "re");
    assert_non_null(file);
    size = fread(bytes, 1, room, file);
    assert_true(size > 0 && size < room);
    (void)fclose(file);
    return size;
}

static void store(const char *name, const char *bytes, size_t size)
{
    struct grow_plan plan = {.dir = log_dir};

    grow_write(&plan, name, bytes, size);
}

static void must_fail(const char *what, size_t at)
{
    struct audit_options plain = options();
    struct error why = {0};

    plain.state_dir = NULL;
    plain.threads = 0; /* The hashes alone must tell. */
    if (audited(&plain, &why)) {
        print_error("%s, byte %zu, was not noticed", what, at);
        _fail(__FILE__, __LINE__);
    }
}

TEST(every_byte_of_a_small_log_is_watched)
{
    static char bytes[40000];
    static const char flips[] = {1, 0x20, (char)0x80};

    clear();
    GROWN(plan.size = 8);
    for (size_t i = 0; i < 3; i++) {
        size_t size = load(small[i], bytes, sizeof bytes);

        for (size_t at = 0; at < size; at++) {
            const char flip = flips[at % sizeof flips];

            bytes[at] = (char)(bytes[at] ^ flip);
            store(small[i], bytes, size);
            must_fail(small[i], at);
            bytes[at] = (char)(bytes[at] ^ flip);
        }
        store(small[i], bytes, size);
    }
    AGREES();
}

TEST(a_file_that_is_missing_cut_or_longer_is_noticed)
{
    static char bytes[40000];
    char path[200];

    for (size_t i = 0; i < 4; i++) {
        size_t size;

        clear();
        GROWN(plan.size = 8);
        size = load(small[i], bytes, sizeof bytes);
        store(small[i], bytes, size - 1);
        must_fail(small[i], size - 1);
        bytes[size] = 'x';
        store(small[i], bytes, size + 1);
        must_fail(small[i], size);
        store(small[i], bytes, 0);
        must_fail(small[i], 0);
        (void)snprintf(path, sizeof path, "%s/%s", log_dir, small[i]);
        assert_int_equal(remove(path), 0);
        must_fail(small[i], 0);
    }
}

TEST(bytes_of_a_larger_log_are_watched)
{
    static const char *const names[] = {"tile/0/000", "tile/0/001.p/44",
                                        "tile/1/000.p/1", "tile/entries/000",
                                        "tile/entries/001.p/44"};
    static char bytes[400000];
    uint64_t seed = 1;

    clear();
    GROWN(plan.size = 300);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t size = load(names[i], bytes, sizeof bytes);

        for (int n = 0; n < 12; n++) {
            const size_t at =
                (size_t)random_between(&seed, 0, (int64_t)size - 1);
            const char was = bytes[at];

            bytes[at] = (char)(was ^ random_between(&seed, 1, 255));
            store(names[i], bytes, size);
            must_fail(names[i], at);
            bytes[at] = was;
        }
        store(names[i], bytes, size);
    }
    AGREES();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_a_small_log_is_watched),
        cmocka_unit_test(a_file_that_is_missing_cut_or_longer_is_noticed),
        cmocka_unit_test(bytes_of_a_larger_log_are_watched),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
