/* What terreaud and terreau-signer say to one another, word by word. */
#include "server/signer_protocol.h"
#include "tests/check.h"

#include <sodium.h>
#include <string.h>

static const char origin[] = "log.example/a";
static char answer[SIGNER_ANSWER_MAX];
static struct error said;

/* A fresh one for each call: the first reason stays. */
static struct error *fresh(void)
{
    said = (struct error){0};
    return &said;
}

static struct text text_of(const char *words)
{
    return (struct text){words, (uint32_t)strlen(words)};
}

static struct key key_of(uint8_t fill, struct secret_key *secret)
{
    uint8_t seed[32];
    struct key key;

    memset(seed, fill, sizeof seed);
    (void)crypto_sign_seed_keypair(key.bytes, secret->bytes, seed);
    return key;
}

TEST(a_request_comes_back_as_it_was)
{
    struct signer_request request = {
        .verb = SIGNER_SIGN, .ledger_id = INT32_MAX, .size = INT64_MAX};
    struct signer_request read;
    char line[SIGNER_REQUEST_MAX];
    size_t size;

    memset(request.root.bytes, 0xab, sizeof request.root.bytes);
    size = signer_request_write(line, &request);
    assert_int_equal(line[size - 1], '\n');
    assert_true(signer_request_read(
        &read, (struct text){line, (uint32_t)size - 1}, fresh()));
    assert_int_equal(read.verb, SIGNER_SIGN);
    assert_int_equal(read.ledger_id, INT32_MAX);
    assert_true(read.size == INT64_MAX);
    assert_true(hash_equal(&read.root, &request.root));
    assert_true(signer_request_read(&read, text_of("keys 7"), fresh()));
    assert_int_equal(read.verb, SIGNER_KEYS);
    assert_true(signer_request_read(&read, text_of("start 7"), fresh()));
    assert_int_equal(read.ledger_id, 7);
}

#define ROOT "00000000000000000000000000000000000000000000000000000000000000ff"

TEST(anything_else_is_no_request)
{
    static const char *const lines[] = {
        "",
        "keys",
        "keys ",
        "keys 0",
        "keys 01",
        "keys -1",
        "keys 2147483648",
        "keys 1 2",
        "Keys 1",
        "start  1",
        "sign 1",
        "sign 1 1",
        "sign 1 1 00ff",
        "sign 1 -1 " ROOT,
        "sign 1 9223372036854775808 " ROOT,
        "sign 1 1 " ROOT "0",
        "sign 1 1  " ROOT,
        "forget 1",
    };
    struct signer_request request;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        REFUSED(signer_request_read(&request, text_of(lines[i]), &error),
                ERROR_REQUEST);
    assert_true(
        signer_request_read(&request, text_of("sign 1 1 " ROOT), fresh()));
}

TEST(a_refusal_keeps_its_code_and_its_words)
{
    struct error why = {.code = ERROR_DOUBT, .text = "the log\nhas 3 entries"};
    int64_t epoch;

    (void)signer_write_refusal(answer, &why);
    assert_string_equal(answer, "refused fork-guard the log has 3 entries\n\n");
    assert_false(signer_read_epoch(&epoch, text_of(answer), fresh()));
    assert_int_equal(said.code, ERROR_DOUBT);
    assert_string_equal(said.text, "the log has 3 entries");
}

TEST(keys_are_told_with_those_that_are_over)
{
    struct log_keys keys = {.count = 2, .retired_count = 1}, read;
    struct secret_key secret;

    keys.keys[0] = key_of(1, &secret);
    keys.keys[1] = key_of(2, &secret);
    keys.retired[0] = key_of(3, &secret);
    (void)signer_write_keys(answer, &keys, origin);
    assert_true(signer_read_keys(&read, text_of(answer), origin, fresh()));
    assert_int_equal(read.count, 2);
    assert_int_equal(read.retired_count, 1);
    for (size_t i = 0; i < 3; i++)
        assert_true(key_equal(log_keys_at(&read, i), log_keys_at(&keys, i)));
    assert_null(log_keys_at(&read, 3));
    assert_false(
        signer_read_keys(&read, text_of(answer), "log.example/b", fresh()));
    assert_false(signer_read_keys(&read, text_of("\n\n"), origin, fresh()));
}

TEST(an_epoch_is_a_number)
{
    static const char *const wrong[] = {
        "epoch 0\n\n", "epoch\n\n",      "epoch 1 2\n\n",
        "epoch 1\n",   "epoch 1\nx\n\n", "\n\n",
    };
    int64_t epoch;

    (void)signer_write_epoch(answer, 12);
    assert_true(signer_read_epoch(&epoch, text_of(answer), fresh()));
    assert_int_equal(epoch, 12);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(signer_read_epoch(&epoch, text_of(wrong[i]), fresh()));
}

static size_t sign_line(char *out, uint8_t fill, const char *name)
{
    struct secret_key secret;

    (void)key_of(fill, &secret);
    return note_sign(out, name, "text\n", 5, &secret);
}

/* As many lines as keys, of this name and of these keys, in their order. */
TEST(lines_are_by_the_keys_that_were_told)
{
    struct log_keys keys = {.count = 2};
    struct secret_key secret;
    struct text lines;
    char bytes[3 * NOTE_SIGNATURE_CHARS_MAX];
    size_t one, two;

    keys.keys[0] = key_of(1, &secret);
    keys.keys[1] = key_of(2, &secret);
    one = sign_line(bytes, 1, origin);
    two = one + sign_line(bytes + one, 2, origin);
    (void)signer_write_lines(answer, (struct text){bytes, (uint32_t)two});
    assert_true(
        signer_read_lines(&lines, text_of(answer), &keys, origin, fresh()));
    assert_int_equal(lines.size, two);
    (void)signer_write_lines(answer, (struct text){bytes, (uint32_t)one});
    assert_false(
        signer_read_lines(&lines, text_of(answer), &keys, origin, fresh()));
    keys.keys[1] = key_of(3, &secret);
    (void)signer_write_lines(answer, (struct text){bytes, (uint32_t)two});
    assert_false(
        signer_read_lines(&lines, text_of(answer), &keys, origin, fresh()));
    keys.count = 1;
    (void)sign_line(bytes, 1, "log.example/b");
    (void)signer_write_lines(answer, text_of(bytes));
    assert_false(
        signer_read_lines(&lines, text_of(answer), &keys, origin, fresh()));
    assert_false(
        signer_read_lines(&lines, text_of("\n\n"), &keys, origin, fresh()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_as_it_was),
        cmocka_unit_test(anything_else_is_no_request),
        cmocka_unit_test(a_refusal_keeps_its_code_and_its_words),
        cmocka_unit_test(keys_are_told_with_those_that_are_over),
        cmocka_unit_test(an_epoch_is_a_number),
        cmocka_unit_test(lines_are_by_the_keys_that_were_told),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
