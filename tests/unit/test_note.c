#include "tests/unit/signer.h"

#include <stdio.h>
#include <stdlib.h>

/* Worked examples: C2SP signed-note.md, golang.org/x/mod sumdb/note and
 * sigsum-go pkg/checkpoint. */
static const char example[] =
    "This is an example message.\n\n"
    "\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONnc"
    "AlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
static const char example_vkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char problem[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
static const char neumann_seed[] =
    "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char neumann_vkey[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann_line[] =
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIu"
    "GUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
static const char cosigned[] =
    "example.org/log\n10\nHA5HAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
static const char cosigned_line[] =
    "\xe2\x80\x94 example.org/witness ys8uUAAAAAAAAATSftMzceM8zssdZ9jin9SjwIxzx"
    "9iADMf63VqirX2hafol9RsqNqbofIz0LVRqHXI2kpEBSki5RTXFtxz1vo9+Cg==\n";

static struct vkey key_of(const char *text)
{
    struct vkey vkey;

    TAKEN(vkey_read(&vkey, text, strlen(text), &error));
    return vkey;
}

TEST(the_example_of_the_standard_opens)
{
    struct vkey vkey = key_of(example_vkey);
    struct note note;
    uint64_t stamp = 7;

    TAKEN(note_parse(&note, example, strlen(example), &error));
    assert_true(text_is(note.text, "This is an example message.\n"));
    assert_int_equal(note.line_count, 1);
    assert_true(text_is(note.lines[0].name, "example.com/foo"));
    assert_true(note.lines[0].key_id == 0x530d903a);
    assert_true(note_verify(&note, 0, &vkey.key));
    TAKEN(note_opens(&note, &vkey, &stamp, &error));
    assert_true(stamp == 0);
}

TEST(a_signature_is_byte_for_byte_that_of_go)
{
    uint8_t seed[33];
    size_t size;
    struct key key;
    struct secret_key secret;
    char line[NOTE_SIGNATURE_CHARS_MAX], vkey[VKEY_CHARS_MAX];

    assert_true(base64_read(seed, sizeof seed, &size, neumann_seed,
                            strlen(neumann_seed)));
    (void)crypto_sign_seed_keypair(key.bytes, secret.bytes, seed + 1);
    vkey_write(vkey, "PeterNeumann", KEY_TYPE_ED25519, &key);
    assert_string_equal(vkey, neumann_vkey);
    size = note_sign(line, "PeterNeumann", problem, strlen(problem), &secret);
    assert_string_equal(line, neumann_line);
    assert_int_equal(size, strlen(neumann_line));
}

TEST(a_cosignature_is_byte_for_byte_that_of_sigsum)
{
    struct signer witness =
        signer_of("example.org/witness", KEY_TYPE_COSIGNATURE, 0x11);
    struct draft draft;
    struct note note;
    uint64_t stamp = 0;

    draft_begin(&draft, cosigned);
    draft_cosign(&draft, &witness, 1234);
    assert_int_equal(draft.size, strlen(cosigned) + 1 + strlen(cosigned_line));
    assert_memory_equal(draft.bytes + draft.text_size + 1, cosigned_line,
                        strlen(cosigned_line));
    TAKEN(note_parse(&note, draft.bytes, draft.size, &error));
    assert_true(note_verify_cosignature(&note, 0, &witness.vkey.key, &stamp));
    assert_true(stamp == 1234);
    assert_false(note_verify(&note, 0, &witness.vkey.key));
}

TEST(a_cosignature_of_another_moment_or_text_is_wrong)
{
    struct signer witness = signer_of("w.example", KEY_TYPE_COSIGNATURE, 1);
    struct draft draft;
    struct note note;
    uint64_t stamp = 77;
    char *digits;

    draft_begin(&draft, cosigned);
    draft_cosign(&draft, &witness, UINT64_C(1) << 62);
    draft.bytes[16] = '2'; /* Size 20. */
    TAKEN(note_parse(&note, draft.bytes, draft.size, &error));
    assert_false(note_verify_cosignature(&note, 0, &witness.vkey.key, &stamp));
    draft.bytes[16] = '1';
    digits = draft.bytes + draft.size - 2 - 90; /* Into the stamp. */
    *digits = *digits == 'A' ? 'B' : 'A';
    TAKEN(note_parse(&note, draft.bytes, draft.size, &error));
    assert_false(note_verify_cosignature(&note, 0, &witness.vkey.key, &stamp));
    REFUSED(note_opens(&note, &witness.vkey, &stamp, &error), ERROR_SIGNATURE);
    assert_true(stamp == 77);
}

/* What a note of problem and these lines does with Neumann's key. */
static enum error_code open_with(const char *lines)
{
    struct vkey vkey = key_of(neumann_vkey);
    struct error error = {0};
    struct note note;
    char bytes[2048];
    int size = snprintf(bytes, sizeof bytes, "%s\n%s", problem, lines);

    if (note_parse(&note, bytes, (size_t)size, &error) &&
        note_opens(&note, &vkey, NULL, &error))
        return ERROR_NONE;
    return error.code;
}

#define LINE(name, blob) "\xe2\x80\x94 " name " " blob "\n"
/* Neumann's key ID with another signature. */
#define WRONG                                                                  \
    LINE("PeterNeumann",                                                       \
         "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZ"                          \
         "IABCDnNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")

TEST(unknown_lines_are_ignored_and_known_ones_must_be_right)
{
    char lines[1024];

    assert_int_equal(open_with(neumann_line), ERROR_NONE);
    assert_int_equal(open_with(LINE("EnochRoot", "rwz+eBzmZa0=")),
                     ERROR_SIGNATURE);
    (void)snprintf(lines, sizeof lines, "%s%s", LINE("EnochRoot", "rwz+eBzm"),
                   neumann_line);
    assert_int_equal(open_with(lines), ERROR_NONE);
    (void)snprintf(lines, sizeof lines, "%s%s", neumann_line,
                   LINE("PeterNeumann", "AAAAAAAAAAAA"));
    assert_int_equal(open_with(lines), ERROR_NONE); /* Another key ID. */
    assert_int_equal(open_with(WRONG), ERROR_SIGNATURE);
    (void)snprintf(lines, sizeof lines, "%s%s", neumann_line,
                   LINE("PeterNeumann", "x08go/ZJkuA="));
    assert_int_equal(open_with(lines), ERROR_SIGNATURE);
    (void)snprintf(lines, sizeof lines, "%s%s", neumann_line, neumann_line);
    assert_int_equal(open_with(lines), ERROR_NONE);
}

TEST(malformed_signature_lines_are_refused)
{
    static const char *const wrong[] = {
        "",
        "- PeterNeumann x08go/ZJ\n",
        "\xe2\x80\x93 PeterNeumann x08go/ZJ\n",
        "\xe2\x80\x94PeterNeumann x08go/ZJ\n",
        LINE("Peter Neumann", "x08go/ZJ"),
        LINE("Peter+Neumann", "x08go/ZJ"),
        LINE("", "x08go/ZJ"),
        LINE("Peter\xc2\xa0Neumann", "x08go/ZJ"),
        LINE("Peter\xe2\x80\x83Neumann", "x08go/ZJ"),
        LINE("Peter\xe3\x80\x80Neumann", "x08go/ZJ"),
        LINE("Peter\xc2\x85Neumann", "x08go/ZJ"),
        LINE("PeterNeumann", ""),
        LINE("PeterNeumann", "x08goQ=="), /* The key ID alone. */
        LINE("PeterNeumann", "x08go/Z"),
        LINE("PeterNeumann", "x08go/Z="),
        LINE("PeterNeumann", "x08go/B="),
        LINE("PeterNeumann", "x08go_ZJ"),
        LINE("PeterNeumann", "x08go/ZJ "),
        LINE("PeterNeumann", " x08go/ZJ"),
        LINE("PeterNeumann", "x08g o/ZJ"),
        LINE("PeterNeumann", "x08g\ro/ZJ"),
        LINE("PeterNeumann", "x08go/ZJ\r"),
        LINE("PeterNeumann", "x08go/ZJ") "Unexpected line.\n",
        LINE("PeterNeumann", "x08go/ZJ") "\n",
        "\xe2\x80\x94 PeterNeumann x08go/ZJ",
        "\xe2\x80\x94 PeterNeumann\n",
        "\xe2\x80\x94\n",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(open_with(wrong[i]), ERROR_NOTE);
}

TEST(text_that_is_not_plain_is_refused)
{
    static const char *const wrong[] = {
        "a\x01",    "a\tb",     "a\rb",         "\x1f",
        "\xff",     "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x80", "\x80",     "\xe0\x80\x80", "\xf0\x80\x80\x80",
        "\xc2",
    };
    char bytes[512];
    struct note note;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int size =
            snprintf(bytes, sizeof bytes, "%s\n\n%s", wrong[i], neumann_line);

        REFUSED(note_parse(&note, bytes, (size_t)size, &error), ERROR_NOTE);
    }
    memcpy(bytes, example, sizeof example);
    bytes[4] = '\0';
    REFUSED(note_parse(&note, bytes, strlen(example), &error), ERROR_NOTE);
    REFUSED(note_parse(&note, "", 0, &error), ERROR_NOTE);
    REFUSED(note_parse(&note, "\n", 1, &error), ERROR_NOTE);
    REFUSED(note_parse(&note, "\n\n", 2, &error), ERROR_NOTE);
    REFUSED(note_parse(&note, problem, strlen(problem), &error), ERROR_NOTE);
}

TEST(the_last_empty_line_separates)
{
    struct signer signer = signer_of("a.example", KEY_TYPE_ED25519, 1);
    struct draft draft;
    struct note note;

    draft_begin(&draft, "one\n\ntwo \xe2\x82\xac \xf0\x9f\x8c\xb1\n\n\n");
    draft_sign(&draft, &signer);
    TAKEN(note_parse(&note, draft.bytes, draft.size, &error));
    assert_int_equal(note.text.size, draft.text_size);
    TAKEN(note_opens(&note, &signer.vkey, NULL, &error));
    draft_begin(&draft, "\n");
    draft_sign(&draft, &signer);
    TAKEN(note_parse(&note, draft.bytes, draft.size, &error));
    assert_int_equal(note.text.size, 1);
    TAKEN(note_opens(&note, &signer.vkey, NULL, &error));
}

TEST(every_changed_byte_of_a_note_is_noticed)
{
    struct vkey vkey = key_of(example_vkey);
    char bytes[sizeof example];

    for (size_t i = 0; i + 1 < sizeof example; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct error error = {0};
            struct note note;

            memcpy(bytes, example, sizeof example);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            assert_false(note_parse(&note, bytes, sizeof example - 1, &error) &&
                         note_opens(&note, &vkey, NULL, &error));
        }
    }
}

TEST(a_note_is_bounded)
{
    size_t size = NOTE_BYTES_MAX + 1;
    char *bytes = malloc(size);
    struct note note;
    int taken;

    assert_non_null(bytes);
    memset(bytes, 'a', size);
    REFUSED(note_parse(&note, bytes, size, &error), ERROR_SIZE);
    taken = snprintf(bytes, size, "a\n\n");
    for (int i = 0; i < NOTE_LINES_MAX; i++)
        taken += snprintf(bytes + taken, size - (size_t)taken,
                          LINE("a", "x08go/ZJ"));
    TAKEN(note_parse(&note, bytes, (size_t)taken, &error));
    assert_int_equal(note.line_count, NOTE_LINES_MAX);
    taken +=
        snprintf(bytes + taken, size - (size_t)taken, LINE("a", "x08go/ZJ"));
    REFUSED(note_parse(&note, bytes, (size_t)taken, &error), ERROR_SIZE);
    for (int chars = 6668; chars <= 6672; chars += 4) {
        taken = snprintf(bytes, size, "a\n\n\xe2\x80\x94 a ");
        memset(bytes + taken, 'A', (size_t)chars);
        taken += chars;
        bytes[taken++] = '\n';
        if (chars == 6668)
            TAKEN(note_parse(&note, bytes, (size_t)taken, &error));
        else
            REFUSED(note_parse(&note, bytes, (size_t)taken, &error),
                    ERROR_SIZE);
    }
    free(bytes);
}

TEST(a_vkey_has_one_spelling)
{
    static const char *const wrong[] = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWA",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq_LDE4izWy10TW",
        "PeterNeumann+c74f20a3-ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBA"
        "DKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    char text[VKEY_CHARS_MAX + NOTE_NAME_BYTES_MAX];
    struct vkey vkey = {.type = 77};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        REFUSED(vkey_read(&vkey, wrong[i], strlen(wrong[i]), &error),
                ERROR_NOTE);
    memset(text, 'n', NOTE_NAME_BYTES_MAX + 1);
    memcpy(text + NOTE_NAME_BYTES_MAX + 1, neumann_vkey + 12,
           sizeof neumann_vkey - 12);
    REFUSED(vkey_read(&vkey, text, strlen(text), &error), ERROR_NOTE);
    assert_int_equal(vkey.type, 77);
    vkey = key_of(neumann_vkey);
    assert_string_equal(vkey.name, "PeterNeumann");
    assert_true(vkey.key_id == 0xc74f20a3);
    assert_int_equal(vkey.type, KEY_TYPE_ED25519);
    assert_true(vkey.key_id ==
                note_key_id("PeterNeumann", 12, vkey.type, &vkey.key));
}

TEST(the_longest_name_still_fits)
{
    char name[NOTE_NAME_BYTES_MAX + 1], line[NOTE_SIGNATURE_CHARS_MAX];
    struct signer signer;

    memset(name, 'n', NOTE_NAME_BYTES_MAX);
    name[NOTE_NAME_BYTES_MAX] = '\0';
    signer = signer_of(name, KEY_TYPE_COSIGNATURE, 9);
    assert_true(note_cosign(line, name, cosigned, strlen(cosigned), INT64_MAX,
                            &signer.secret) < sizeof line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_opens),
        cmocka_unit_test(a_signature_is_byte_for_byte_that_of_go),
        cmocka_unit_test(a_cosignature_is_byte_for_byte_that_of_sigsum),
        cmocka_unit_test(a_cosignature_of_another_moment_or_text_is_wrong),
        cmocka_unit_test(
            unknown_lines_are_ignored_and_known_ones_must_be_right),
        cmocka_unit_test(malformed_signature_lines_are_refused),
        cmocka_unit_test(text_that_is_not_plain_is_refused),
        cmocka_unit_test(the_last_empty_line_separates),
        cmocka_unit_test(every_changed_byte_of_a_note_is_noticed),
        cmocka_unit_test(a_note_is_bounded),
        cmocka_unit_test(a_vkey_has_one_spelling),
        cmocka_unit_test(the_longest_name_still_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
