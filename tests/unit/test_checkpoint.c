#include "ledger/checkpoint.h"
#include "tests/check.h"

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static bool read(struct checkpoint *checkpoint, const char *text,
                 struct error *error)
{
    return checkpoint_read(checkpoint,
                           (struct text){text, (uint32_t)strlen(text)}, error);
}

TEST(a_checkpoint_comes_back)
{
    static const uint64_t sizes[] = {0, 1, 70000, INT64_MAX};
    struct checkpoint checkpoint = {
        "coop.example/velocite", 0, {{1, [31] = 2}}};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char text[CHECKPOINT_TEXT_MAX];
        struct checkpoint back;
        size_t size;

        checkpoint.size = sizes[i];
        size = checkpoint_write(text, &checkpoint);
        assert_int_equal(size, strlen(text));
        TAKEN(read(&back, text, &error));
        assert_string_equal(back.origin, checkpoint.origin);
        assert_true(back.size == sizes[i]);
        assert_true(hash_equal(&back.root, &checkpoint.root));
    }
}

TEST(a_checkpoint_is_three_lines)
{
    struct checkpoint checkpoint = {.origin = "a.example", .size = 5};
    char text[CHECKPOINT_TEXT_MAX];

    (void)checkpoint_write(text, &checkpoint);
    assert_string_equal(
        text, "a.example\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
}

TEST(extension_lines_and_foreign_origins_are_taken)
{
    struct checkpoint checkpoint;

    TAKEN(read(&checkpoint, "go.sum database tree\n7\n" ROOT "\nmore\nlines\n",
               &error));
    assert_string_equal(checkpoint.origin, "go.sum database tree");
    assert_true(checkpoint.size == 7);
}

TEST(malformed_checkpoints_are_refused)
{
    static const char *const wrong[] = {
        "",
        "a\n",
        "a\n1\n",
        "a\n1\n" ROOT,
        "\n1\n" ROOT "\n",
        "a\n01\n" ROOT "\n",
        "a\n-1\n" ROOT "\n",
        "a\n+1\n" ROOT "\n",
        "a\n 1\n" ROOT "\n",
        "a\n\n" ROOT "\n",
        "a\n0x1\n" ROOT "\n",
        "a\n9223372036854775808\n" ROOT "\n",
        "a\n18446744073709551617\n" ROOT "\n",
        "a\n1\n\n",
        "a\n1\n" ROOT "=\n",
        "a\n1\n" ROOT " \n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVV\n",
        "a\n1\n" ROOT "\n\n",
        "a\n1\n" ROOT "\nmore\n\n",
        "a\n1\n" ROOT "\n\nmore\n",
        "a\n1\n" ROOT "\nmore",
        "a\r\n1\r\n" ROOT "\r\n",
    };
    struct checkpoint checkpoint = {.size = 77};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        REFUSED(read(&checkpoint, wrong[i], &error), ERROR_NOTE);
    assert_true(checkpoint.size == 77);
}

TEST(a_checkpoint_is_bounded)
{
    struct checkpoint checkpoint;
    char text[COSIGNED_TEXT_MAX + 2];

    memset(text, 'a', sizeof text);
    memcpy(text + ORIGIN_BYTES_MAX, "\n5\n" ROOT "\n", 49);
    TAKEN(read(&checkpoint, text, &error));
    assert_int_equal(strlen(checkpoint.origin), ORIGIN_BYTES_MAX);
    memset(text, 'a', sizeof text);
    memcpy(text + ORIGIN_BYTES_MAX + 1, "\n5\n" ROOT "\n", 49);
    REFUSED(read(&checkpoint, text, &error), ERROR_SIZE);
    memset(text, 'a', sizeof text);
    memcpy(text, "a\n5\n" ROOT "\n", 49);
    text[sizeof text - 2] = '\n';
    text[sizeof text - 1] = '\0';
    text[48] = '\n';
    text[49] = 'x';
    REFUSED(read(&checkpoint, text, &error), ERROR_SIZE);
    text[sizeof text - 3] = '\n';
    text[sizeof text - 2] = '\0';
    TAKEN(read(&checkpoint, text, &error));
}

TEST(an_origin_looks_like_an_address_without_scheme)
{
    static const char *const good[] = {
        "coop.example.org/velocite", "a.example",      "a",
        "a-b.example/c_d/e.f",       "localhost/demo", "123.example/2026",
    };
    static const char *const wrong[] = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "https://a.example",
        "A.example",
        "a b",
        "a.example/B",
        "a..b",
        ".a",
        "a.",
        "-a.example",
        "a-.example",
        "a_b.example",
        "a.example/.",
        "a.example/..",
        "a.example/-b",
        "a+b",
        "a.example:8080/b",
        "a.example/b?c",
        "a.example/b\n",
        "\xc3\xa9.example",
        "a.example/%20",
    };
    char origin[ORIGIN_BYTES_MAX + 2];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(origin_is_good(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(origin_is_good(wrong[i]));
    memset(origin, 'a', sizeof origin);
    origin[ORIGIN_BYTES_MAX + 1] = '\0';
    assert_false(origin_is_good(origin));
    origin[ORIGIN_BYTES_MAX] = '\0';
    assert_true(origin_is_good(origin));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_comes_back),
        cmocka_unit_test(a_checkpoint_is_three_lines),
        cmocka_unit_test(extension_lines_and_foreign_origins_are_taken),
        cmocka_unit_test(malformed_checkpoints_are_refused),
        cmocka_unit_test(a_checkpoint_is_bounded),
        cmocka_unit_test(an_origin_looks_like_an_address_without_scheme),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
