#include "ledger/base.h"
#include "tests/check.h"

/* All bits set but for the last byte's, so that spare bits show. */
static const char id_text[] = "p-_______________________w";

TEST(an_id_is_its_letter_and_its_bits)
{
    struct id id;
    char out[ID_CHARS + 1];

    assert_true(id_read(&id, "p-AAECAwQFBgcICQoLDA0ODw", ID_CHARS));
    assert_int_equal(id.letter, 'p');
    for (int i = 0; i < 16; i++)
        assert_int_equal(id.bytes[i], i);
    id_write(out, id);
    assert_string_equal(out, "p-AAECAwQFBgcICQoLDA0ODw");
    assert_false(id_is_none(id));
    assert_true(id_is_none((struct id){0}));
}

TEST(an_id_has_one_spelling)
{
    static const char *const wrong[] = {
        "p-AAECAwQFBgcICQoLDA0ODx",  "p-AAECAwQFBgcICQoLDA0OD=",
        "p-AAECAwQFBgcICQoLDA0O w",  "P-AAECAwQFBgcICQoLDA0ODw",
        "pAAAECAwQFBgcICQoLDA0ODw",  "p-AAECAwQFBgcICQoLDA0O+w",
        "p-AAECAwQFBgcICQoLDA0O/w",  "1-AAECAwQFBgcICQoLDA0ODw",
        "p-AAECAwQFBgcICQoLDA0O\nw", "p-AAECAwQFBgcICQoLDA0O\n\n",
    };
    struct id id = {.letter = 'z'};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(id_read(&id, wrong[i], ID_CHARS));
    assert_false(id_read(&id, id_text, ID_CHARS - 1));
    assert_false(id_read(&id, id_text, ID_CHARS + 1));
    assert_false(id_read(&id, id_text, 0));
    assert_int_equal(id.letter, 'z');
}

TEST(every_id_comes_back)
{
    uint64_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        struct id id = {.letter = (uint8_t)random_between(&seed, 'a', 'z')};
        struct id back;
        char out[ID_CHARS + 1];

        for (int i = 0; i < 16; i++)
            id.bytes[i] = (uint8_t)next_random(&seed);
        id_write(out, id);
        assert_int_equal(strlen(out), ID_CHARS);
        assert_true(id_read(&back, out, ID_CHARS));
        assert_true(id_equal(id, back));
        back.bytes[round % 16] ^= 1;
        assert_false(id_equal(id, back));
    }
}

TEST(a_hash_is_lower_case_hex)
{
    char text[HASH_CHARS + 1], out[HASH_CHARS + 1];
    struct hash hash, other;

    for (int i = 0; i < HASH_CHARS; i++)
        text[i] = "0123456789abcdef"[i % 16];
    text[HASH_CHARS] = '\0';
    assert_true(hash_read(&hash, text, HASH_CHARS));
    assert_int_equal(hash.bytes[0], 0x01);
    assert_int_equal(hash.bytes[31], 0xef);
    hash_write(out, &hash);
    assert_string_equal(out, text);
    other = hash;
    assert_true(hash_equal(&hash, &other));
    assert_false(hash_read(&other, text, HASH_CHARS - 1));
    for (const char *wrong = "AFGg/:@` \n"; *wrong != '\0'; wrong++) {
        text[63] = *wrong;
        assert_false(hash_read(&other, text, HASH_CHARS));
    }
    assert_true(hash_equal(&hash, &other));
}

TEST(keys_and_nonces_come_back_and_have_one_spelling)
{
    struct key key = {{0xff, 0xfe, [31] = 0x03}}, key_back;
    struct nonce nonce = {{0xfb, 0xff, [15] = 0x03}}, nonce_back;
    char key_text[KEY_CHARS + 1], nonce_text[NONCE_CHARS + 1];

    key_write(key_text, &key);
    nonce_write(nonce_text, &nonce);
    assert_true(key_read(&key_back, key_text, KEY_CHARS));
    assert_true(nonce_read(&nonce_back, nonce_text, NONCE_CHARS));
    assert_true(key_equal(&key, &key_back));
    assert_memory_equal(&nonce, &nonce_back, sizeof nonce);
    assert_int_equal(nonce_text[0], '-');
    assert_int_equal(nonce_text[1], '_');
    key_text[KEY_CHARS - 1]++; /* A spare bit. */
    nonce_text[NONCE_CHARS - 1]++;
    assert_false(key_read(&key_back, key_text, KEY_CHARS));
    assert_false(nonce_read(&nonce_back, nonce_text, NONCE_CHARS));
    assert_false(key_read(&key_back, key_text, KEY_CHARS - 1));
    assert_false(nonce_read(&nonce_back, nonce_text, NONCE_CHARS - 1));
}

TEST(base64_is_that_of_rfc_4648)
{
    static const char *const texts[] = {
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
    };
    uint8_t bytes[6];
    char out[BASE64_CHARS(6) + 1];
    size_t size;

    for (size_t i = 0; i <= 6; i++) {
        base64_write(out, (const uint8_t *)"foobar", i);
        assert_string_equal(out, texts[i]);
        assert_true(base64_is_good(texts[i], strlen(texts[i])));
        assert_true(base64_read(bytes, 6, &size, texts[i], strlen(texts[i])));
        assert_int_equal(size, i);
        assert_memory_equal(bytes, "foobar", i);
    }
}

TEST(base64_refuses_every_second_spelling)
{
    static const char *const wrong[] = {
        "Zg",     "Zg=",      "Zh==",     "Zm9=",      "Zg===",
        "Zg==\n", "Zg\n==",   "\nZg==",   "Z\rg==",    " Zg==",
        "Zg== ",  "Zm9v\r\n", "Zm-v",     "Zm_v",      "Z",
        "=",      "====",     "Zg==Zg==", "Zm9v=",     "Zm9vZ",
        "Zm9\0",  "Zg==Zm9v", "Zm9vYmF=", "Zm9vYmFyA", "Zm*v",
    };
    uint8_t bytes[16];
    size_t size = 77;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(base64_is_good(wrong[i], strlen(wrong[i])));
        assert_false(base64_read(bytes, sizeof bytes, &size, wrong[i],
                                 strlen(wrong[i])));
    }
    assert_false(base64_read(bytes, sizeof bytes, &size, "Zm9\0", 4));
    assert_false(base64_read(bytes, 5, &size, "Zm9vYmFy", 8));
    assert_int_equal(size, 77);
}

/* libsodium's decoder fails this. */
TEST(base64_is_made_of_its_64_characters)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[] = "AAAA";

    for (int c = 1; c < 256; c++) {
        for (int i = 0; i < 4; i++) {
            bool padding = c == '=' && i == 3;

            memset(text, 'A', 4);
            text[i] = (char)c;
            assert_int_equal(base64_is_good(text, 4),
                             padding || strchr(alphabet, c) != NULL);
        }
    }
}

TEST(long_base64_is_judged_to_its_end)
{
    static char text[3 * 4096 + 8];

    memset(text, 'A', sizeof text);
    assert_true(base64_is_good(text, sizeof text));
    assert_true(base64_is_good(text, 4096));
    assert_true(base64_is_good(text, 4100));
    text[4095] = '=';
    assert_true(base64_is_good(text, 4096));
    assert_false(base64_is_good(text, 4100));
    text[4095] = 'A';
    text[sizeof text - 1] = '*';
    assert_false(base64_is_good(text, sizeof text));
    assert_false(base64_is_good(text, sizeof text - 2));
}

TEST(a_decimal_has_one_spelling_and_64_bits)
{
    static const char *const wrong[] = {
        "",
        "00",
        "01",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "0x1",
        "18446744073709551616",
        "99999999999999999999",
    };
    uint64_t value = 5;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(decimal_read(&value, wrong[i], strlen(wrong[i])));
    assert_true(value == 5);
    assert_true(decimal_read(&value, "0", 1));
    assert_true(value == 0);
    assert_true(decimal_read(&value, "18446744073709551615", 20));
    assert_true(value == UINT64_MAX);
}

TEST(lines_are_cut_off_a_text_until_none_is_whole)
{
    struct text rest = {"one\n\nthree", 10}, line;

    assert_true(text_take_line(&rest, &line));
    assert_true(text_is(line, "one"));
    assert_true(text_take_line(&rest, &line));
    assert_true(text_is(line, ""));
    assert_false(text_take_line(&rest, &line));
    assert_true(text_is(rest, "three"));
    assert_false(text_is(rest, "thre"));
    assert_false(text_is(rest, "three "));
    rest = (struct text){NULL, 0};
    assert_false(text_take_line(&rest, &line));
    assert_true(text_is(rest, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_its_letter_and_its_bits),
        cmocka_unit_test(an_id_has_one_spelling),
        cmocka_unit_test(every_id_comes_back),
        cmocka_unit_test(a_hash_is_lower_case_hex),
        cmocka_unit_test(keys_and_nonces_come_back_and_have_one_spelling),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(base64_refuses_every_second_spelling),
        cmocka_unit_test(base64_is_made_of_its_64_characters),
        cmocka_unit_test(long_base64_is_judged_to_its_end),
        cmocka_unit_test(a_decimal_has_one_spelling_and_64_bits),
        cmocka_unit_test(lines_are_cut_off_a_text_until_none_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
