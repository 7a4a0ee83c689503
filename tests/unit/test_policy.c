#include "ledger/policy.h"
#include "tests/unit/signer.h"

#include <stdio.h>

enum { WITNESSES = 7 };

static struct signer logs[2], witnesses[WITNESSES];
static char log_keys[2][VKEY_CHARS_MAX], keys[WITNESSES][VKEY_CHARS_MAX];

static int make_keys(void **state)
{
    static char names[WITNESSES][32];

    (void)state;
    logs[0] = signer_of("one.example/log", KEY_TYPE_ED25519, 101);
    logs[1] = signer_of("two.example/log", KEY_TYPE_ED25519, 102);
    for (int i = 0; i < 2; i++)
        vkey_write(log_keys[i], logs[i].name, KEY_TYPE_ED25519,
                   &logs[i].vkey.key);
    for (int i = 0; i < WITNESSES; i++) {
        (void)snprintf(names[i], sizeof names[i], "w%d.example", i);
        witnesses[i] =
            signer_of(names[i], KEY_TYPE_COSIGNATURE, (uint8_t)(1 + i));
        vkey_write(keys[i], names[i], KEY_TYPE_COSIGNATURE,
                   &witnesses[i].vkey.key);
    }
    return 0;
}

/* "log K" and "witness wN K" for all of them, then more. */
static const char *policy_with(const char *more)
{
    static char text[8192];
    int size = snprintf(text, sizeof text,
                        "# known\nlog %s https://one.example/\nlog %s\n\n",
                        log_keys[0], log_keys[1]);

    for (int i = 0; i < WITNESSES; i++)
        size += snprintf(text + size, sizeof text - (size_t)size,
                         "witness w%d %s\n", i, keys[i]);
    (void)snprintf(text + size, sizeof text - (size_t)size, "%s", more);
    return text;
}

static struct policy policy; /* Too large for a stack under sanitizers. */

static void read(const char *text)
{
    TAKEN(policy_read(&policy, text, strlen(text), &error));
}

/* The checkpoint of a log, cosigned by the witnesses in mask. */
static void sign(struct draft *draft, const struct signer *log, unsigned mask)
{
    char text[CHECKPOINT_TEXT_MAX];
    struct checkpoint checkpoint = {.size = 9};

    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s",
                   log->name);
    (void)checkpoint_write(text, &checkpoint);
    draft_begin(draft, text);
    draft_sign(draft, log);
    for (int i = 0; i < WITNESSES; i++)
        if (mask >> i & 1)
            draft_cosign(draft, &witnesses[i], 1000);
}

static enum error_code check(const struct draft *draft)
{
    struct checkpoint checkpoint;
    struct error error = {0};
    struct note note;

    assert_true(note_parse(&note, draft->bytes, draft->size, &error));
    if (!policy_check(&policy, &note, &checkpoint, &error))
        return error.code;
    assert_true(checkpoint.size == 9);
    return ERROR_NONE;
}

static bool meets(unsigned mask)
{
    struct draft draft;
    enum error_code code;

    sign(&draft, &logs[0], mask);
    code = check(&draft);
    assert_true(code == ERROR_NONE || code == ERROR_PROOF);
    return code == ERROR_NONE;
}

static int bits(unsigned mask)
{
    return __builtin_popcount(mask);
}

TEST(the_parts_of_a_policy_are_read)
{
    read(policy_with(" \tgroup\tall-of-them 2 w0 w1\t\nquorum  all-of-them "
                     "\n\t# end"
                     "\n"));
    assert_int_equal(policy.log_count, 2);
    assert_string_equal(policy.logs[0].vkey.name, "one.example/log");
    assert_true(text_is(policy.logs[0].url, "https://one.example/"));
    assert_true(text_is(policy.logs[1].url, ""));
    assert_int_equal(policy.witness_count, WITNESSES);
    assert_int_equal(policy.node_count, WITNESSES + 1);
    assert_int_equal(policy.quorum, WITNESSES);
    assert_int_equal(policy.nodes[WITNESSES].needed, 2);
    assert_int_equal(policy.nodes[0].group, WITNESSES);
    assert_int_equal(policy.nodes[2].group, POLICY_NOBODY);
}

TEST(no_quorum_needs_the_log_alone)
{
    read(policy_with("quorum none\n"));
    assert_true(meets(0));
    assert_true(meets(1));
}

TEST(one_witness_can_be_the_quorum)
{
    read(policy_with("quorum w3\n"));
    for (unsigned mask = 0; mask < 1u << WITNESSES; mask += 3)
        assert_int_equal(meets(mask), mask >> 3 & 1);
}

TEST(k_of_n_is_met_by_exactly_those_with_k)
{
    read(policy_with("group g 3 w0 w1 w2 w3 w4\nquorum g\n"));
    for (unsigned mask = 0; mask < 1u << WITNESSES; mask++)
        assert_int_equal(meets(mask), bits(mask & 0x1f) >= 3);
    read(policy_with("group g any w0 w1\nquorum g\n"));
    for (unsigned mask = 0; mask < 8; mask++)
        assert_int_equal(meets(mask), (mask & 3) != 0);
    read(policy_with("group g all w0 w1\nquorum g\n"));
    for (unsigned mask = 0; mask < 8; mask++)
        assert_int_equal(meets(mask), (mask & 3) == 3);
}

TEST(groups_nest)
{
    read(policy_with("group x 2 w0 w1 w2\ngroup y any w3 w4\n"
                     "group xy all x y\ngroup top 1 xy w6\nquorum top\n"));
    for (unsigned mask = 0; mask < 1u << WITNESSES; mask++)
        assert_int_equal(meets(mask),
                         (bits(mask & 7) >= 2 && (mask & 0x18) != 0) ||
                             mask >> 6 != 0);
}

TEST(any_listed_log_may_sign_but_under_its_own_name_only)
{
    struct draft draft;
    struct signer impostor =
        signer_of("three.example/log", KEY_TYPE_ED25519, 103);
    struct signer stranger =
        signer_of("one.example/log", KEY_TYPE_ED25519, 104);

    read(policy_with("quorum none\n"));
    sign(&draft, &logs[1], 0);
    assert_int_equal(check(&draft), ERROR_NONE);
    sign(&draft, &impostor, 0);
    assert_int_equal(check(&draft), ERROR_ORIGIN);
    sign(&draft, &stranger, 0);
    assert_int_equal(check(&draft), ERROR_SIGNATURE);
    draft_sign(&draft, &logs[1]);
    assert_int_equal(check(&draft), ERROR_SIGNATURE);
    draft_sign(&draft, &logs[0]);
    assert_int_equal(check(&draft), ERROR_NONE);
    read("quorum none\n");
    assert_int_equal(check(&draft), ERROR_ORIGIN);
}

/* Copies from's last line into a note over another text. */
static void forge(struct draft *draft, const struct draft *from)
{
    size_t begin = from->size - 1;

    while (from->bytes[begin - 1] != '\n')
        begin--;
    draft_add(draft, from->bytes + begin, from->size - begin);
}

TEST(a_wrong_line_by_a_known_key_spoils_the_note)
{
    struct draft draft, other;

    read(policy_with("group g any w0 w1\nquorum g\n"));
    sign(&other, &logs[1], 2);
    sign(&draft, &logs[0], 1);
    forge(&draft, &other);
    assert_int_equal(check(&draft), ERROR_SIGNATURE);
    read(policy_with("quorum none\n"));
    assert_int_equal(check(&draft), ERROR_SIGNATURE);
    sign(&other, &logs[1], 0);
    sign(&draft, &logs[0], 0);
    forge(&draft, &other);
    assert_int_equal(check(&draft), ERROR_SIGNATURE);
}

TEST(a_witness_counts_once_and_a_log_is_no_witness)
{
    struct draft draft;

    read(policy_with("group g 2 w0 w1\nquorum g\n"));
    sign(&draft, &logs[0], 1);
    draft_cosign(&draft, &witnesses[0], 2000);
    draft_cosign(&draft, &witnesses[0], 3000);
    assert_int_equal(check(&draft), ERROR_PROOF);
    draft_sign(&draft, &witnesses[1]); /* Type 0x01: another key ID. */
    assert_int_equal(check(&draft), ERROR_PROOF);
    draft_cosign(&draft, &witnesses[1], 10);
    assert_int_equal(check(&draft), ERROR_NONE);
}

TEST(malformed_policies_are_refused)
{
    static const char *const wrong[] = {
        "",
        "quorum none",
        "quorum\n",
        "quorum w9\n",
        "quorum none\nquorum none\n",
        "quorum none none\n",
        "quorum g\ngroup g any w0\n",
        "group g any w0 x\nquorum g\n",
        "group g any\nquorum g\n",
        "group g\nquorum none\n",
        "group\nquorum none\n",
        "group g 0 w0\nquorum g\n",
        "group g 2 w0\nquorum g\n",
        "group g 01 w0\nquorum g\n",
        "group g -1 w0\nquorum g\n",
        "group g 18446744073709551617 w0\nquorum g\n",
        "group g some w0\nquorum g\n",
        "group g any w0 w0\nquorum g\n",
        "group g any w0\ngroup h any w0\nquorum g\n",
        "group g any g\nquorum g\n",
        "group g any none\nquorum none\n",
        "group none any w0\nquorum none\n",
        "group w0 any w1\nquorum none\n",
        "group g any w0\ngroup g any w1\nquorum g\n",
        "quorums none\nquorum none\n",
        "quorum none\r\n",
        "quorum none\n# \x01\n",
        "quorum none\n# \x7f\n",
        "witness w0\nquorum none\n",
        "witness\nquorum none\n",
        "log\nquorum none\n",
        "log a+b+c\nquorum none\n",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *text = policy_with(wrong[i]);

        REFUSED(policy_read(&policy, text, strlen(text), &error), ERROR_FIELD);
    }
}

TEST(keys_are_of_their_kind_and_stand_once)
{
    static const char *const patterns[][2] = {
        {"log %s\nquorum none\n", keys[0]},
        {"witness x %s\nquorum none\n", log_keys[0]},
        {"log %s\nlog %s\nquorum none\n", log_keys[0]},
        {"witness x %s\nwitness y %s\nquorum none\n", keys[0]},
        {"log %s url more\nquorum none\n", log_keys[0]},
        {"witness x %s url more\nquorum none\n", keys[0]},
        {"witness none %s\nquorum none\n", keys[0]},
    };
    struct signer alias = signer_of("alias.example", KEY_TYPE_COSIGNATURE, 1);
    char text[1024], vkey[VKEY_CHARS_MAX];

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const char *rest = patterns[i][0];
        size_t size = 0;

        for (; *rest != '\0'; rest++) {
            if (*rest != '%') {
                text[size++] = *rest;
                continue;
            }
            memcpy(text + size, patterns[i][1], strlen(patterns[i][1]));
            size += strlen(patterns[i][1]);
            rest = strchr(rest, 's');
        }
        REFUSED(policy_read(&policy, text, size, &error), ERROR_FIELD);
    }
    vkey_write(vkey, alias.name, KEY_TYPE_COSIGNATURE, &alias.vkey.key);
    (void)snprintf(text, sizeof text,
                   "witness x %s\nwitness y %s\nquorum none\n", keys[0], vkey);
    REFUSED(policy_read(&policy, text, strlen(text), &error), ERROR_FIELD);
}

/* Names are octets: a Kelvin sign is no K. */
TEST(names_are_opaque)
{
    char text[1024];

    (void)snprintf(text, sizeof text,
                   "witness K %s\nwitness \xe2\x84\xaa %s\n"
                   "witness \xff\xfe %s\ngroup g all K \xe2\x84\xaa\n"
                   "quorum g\n",
                   keys[0], keys[1], keys[2]);
    read(text);
    assert_int_equal(policy.nodes[3].needed, 2);
}

TEST(policies_may_be_large_but_are_bounded)
{
    static char text[POLICY_BYTES_MAX + 1];
    size_t size = 0;

    for (int i = 0; i < POLICY_WITNESSES_MAX; i++) {
        struct signer signer =
            signer_of("w.example", KEY_TYPE_COSIGNATURE, (uint8_t)(i + 1));
        char vkey[VKEY_CHARS_MAX];

        vkey_write(vkey, "w.example", KEY_TYPE_COSIGNATURE, &signer.vkey.key);
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "witness w%d %s\n", i, vkey);
        vkey_write(vkey, "l.example", KEY_TYPE_ED25519, &signer.vkey.key);
        size +=
            (size_t)snprintf(text + size, sizeof text - size, "log %s\n", vkey);
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "group g%d any w%d\n", i, i);
    }
    size += (size_t)snprintf(text + size, sizeof text - size, "quorum g63\n");
    TAKEN(policy_read(&policy, text, size, &error));
    assert_int_equal(policy.node_count, POLICY_NODES_MAX);
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "group more any g0\n");
    REFUSED(policy_read(&policy, text, size, &error), ERROR_FIELD);
    REFUSED(policy_read(&policy, text, sizeof text, &error), ERROR_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_a_policy_are_read),
        cmocka_unit_test(no_quorum_needs_the_log_alone),
        cmocka_unit_test(one_witness_can_be_the_quorum),
        cmocka_unit_test(k_of_n_is_met_by_exactly_those_with_k),
        cmocka_unit_test(groups_nest),
        cmocka_unit_test(any_listed_log_may_sign_but_under_its_own_name_only),
        cmocka_unit_test(a_wrong_line_by_a_known_key_spoils_the_note),
        cmocka_unit_test(a_witness_counts_once_and_a_log_is_no_witness),
        cmocka_unit_test(malformed_policies_are_refused),
        cmocka_unit_test(keys_are_of_their_kind_and_stand_once),
        cmocka_unit_test(names_are_opaque),
        cmocka_unit_test(policies_may_be_large_but_are_bounded),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
