#include "ledger/receipt.h"
#include "tests/unit/grove.h"
#include "tests/unit/signer.h"

#define HEADER "c2sp.org/tlog-proof@v1\n"
#define HASH "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

enum { SIZE = 300, INDEX = 123 };

static struct grove *grove;
static struct signer log_key, witness;
static struct draft draft;
static struct receipt receipt; /* Of the leaf INDEX in a tree of SIZE. */
static char file[RECEIPT_BYTES_MAX + 1];
static size_t file_size;

static int make_receipt(void **state)
{
    static char leaf[32];
    char text[CHECKPOINT_TEXT_MAX];
    struct checkpoint checkpoint = {.origin = "a.example/log", .size = SIZE};

    (void)state;
    grove = calloc(1, sizeof *grove);
    if (grove == NULL)
        return 1;
    grove_grow(grove, SIZE);
    log_key = signer_of("a.example/log", KEY_TYPE_ED25519, 1);
    witness = signer_of("w.example", KEY_TYPE_COSIGNATURE, 2);
    checkpoint.root = tree_root(&grove->tree);
    (void)checkpoint_write(text, &checkpoint);
    draft_begin(&draft, text);
    draft_sign(&draft, &log_key);
    draft_cosign(&draft, &witness, 1234);
    (void)snprintf(leaf, sizeof leaf, "entry %d\n", INDEX);
    receipt.index = INDEX;
    receipt.extra = (struct text){"Zm9v", 4};
    receipt.checkpoint = (struct text){draft.bytes, (uint32_t)draft.size};
    receipt.leaf = (struct text){leaf, (uint32_t)strlen(leaf)};
    TAKEN(proof_make_inclusion(&receipt.proof, INDEX, SIZE, grove_node, grove,
                               &error));
    file_size = receipt_write(file, sizeof file, &receipt);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    free(grove);
    return 0;
}

static bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static void check_same(const struct receipt *a, const struct receipt *b)
{
    assert_true(a->index == b->index);
    check_equal_proofs(&a->proof, &b->proof);
    assert_true(text_equal(a->checkpoint, b->checkpoint));
    assert_int_equal(a->extra.size, b->extra.size);
    assert_int_equal(a->leaf.size, b->leaf.size);
}

TEST(a_receipt_comes_back)
{
    struct receipt back;

    assert_true(file_size > 0);
    assert_memory_equal(file, HEADER "extra Zm9v\nindex 123\n", 43);
    assert_memory_equal(file + file_size - 10, "entry 123\n", 10);
    TAKEN(receipt_read(&back, file, file_size, &error));
    check_same(&back, &receipt);
    assert_true(text_equal(back.extra, receipt.extra));
    assert_true(text_equal(back.leaf, receipt.leaf));
}

TEST(extra_and_leaf_may_be_absent)
{
    struct receipt plain = receipt, back;
    static char out[8192];
    size_t size;

    plain.extra.size = plain.leaf.size = 0;
    size = receipt_write(out, sizeof out, &plain);
    assert_memory_equal(out, HEADER "index 123\n", 33);
    TAKEN(receipt_read(&back, out, size, &error));
    check_same(&back, &plain);
    plain.proof.count = 0;
    size = receipt_write(out, sizeof out, &plain);
    TAKEN(receipt_read(&back, out, size, &error));
    check_same(&back, &plain);
}

TEST(a_receipt_that_does_not_fit_is_not_written)
{
    static char out[8192];

    for (size_t room = 0; room < file_size; room++) {
        out[room] = 'x';
        assert_int_equal(receipt_write(out, room, &receipt), 0);
        assert_int_equal(out[room], 'x');
    }
    assert_int_equal(receipt_write(out, file_size, &receipt), file_size);
    assert_memory_equal(out, file, file_size);
}

TEST(a_receipt_proves_its_leaf)
{
    struct checkpoint checkpoint;

    TAKEN(receipt_verify(&receipt, &log_key.vkey, &checkpoint, &error));
    assert_string_equal(checkpoint.origin, "a.example/log");
    assert_true(checkpoint.size == SIZE);
}

TEST(a_receipt_proves_nothing_else)
{
    struct checkpoint checkpoint = {.size = 77};
    struct receipt wrong = receipt;
    struct signer other = signer_of("a.example/log", KEY_TYPE_ED25519, 3);

    wrong.index++;
    REFUSED(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error),
            ERROR_PROOF);
    wrong = receipt;
    wrong.leaf.size--;
    REFUSED(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error),
            ERROR_PROOF);
    wrong.leaf.size = 0;
    REFUSED(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error),
            ERROR_PROOF);
    wrong = receipt;
    wrong.proof.hashes[3].bytes[7] ^= 1;
    REFUSED(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error),
            ERROR_PROOF);
    wrong = receipt;
    wrong.checkpoint.size--;
    REFUSED(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error),
            ERROR_NOTE);
    REFUSED(receipt_verify(&receipt, &other.vkey, &checkpoint, &error),
            ERROR_SIGNATURE);
    REFUSED(receipt_verify(&receipt, &witness.vkey, &checkpoint, &error),
            ERROR_SIGNATURE);
    assert_true(checkpoint.size == 77);
}

TEST(the_origin_must_be_the_name_of_the_key)
{
    struct signer other = signer_of("b.example/log", KEY_TYPE_ED25519, 1);
    struct checkpoint checkpoint;
    struct receipt wrong = receipt;
    struct draft signed_by_other = draft;

    draft_sign(&signed_by_other, &other);
    wrong.checkpoint.bytes = signed_by_other.bytes;
    wrong.checkpoint.size = (uint32_t)signed_by_other.size;
    REFUSED(receipt_verify(&wrong, &other.vkey, &checkpoint, &error),
            ERROR_ORIGIN);
    TAKEN(receipt_verify(&wrong, &log_key.vkey, &checkpoint, &error));
}

TEST(a_policy_may_ask_for_witnesses)
{
    static struct policy policy;
    struct checkpoint checkpoint;
    char log_text[VKEY_CHARS_MAX], witness_text[VKEY_CHARS_MAX], text[1024];
    struct receipt lonely = receipt;

    vkey_write(log_text, log_key.name, KEY_TYPE_ED25519, &log_key.vkey.key);
    vkey_write(witness_text, witness.name, KEY_TYPE_COSIGNATURE,
               &witness.vkey.key);
    (void)snprintf(text, sizeof text, "log %s\nwitness w %s\nquorum w\n",
                   log_text, witness_text);
    TAKEN(policy_read(&policy, text, strlen(text), &error));
    TAKEN(receipt_verify_policy(&receipt, &policy, &checkpoint, &error));
    assert_true(checkpoint.size == SIZE);
    do
        lonely.checkpoint.size--;
    while (lonely.checkpoint.bytes[lonely.checkpoint.size - 1] != '\n');
    REFUSED(receipt_verify_policy(&lonely, &policy, &checkpoint, &error),
            ERROR_PROOF);
    lonely = receipt;
    lonely.index--;
    REFUSED(receipt_verify_policy(&lonely, &policy, &checkpoint, &error),
            ERROR_PROOF);
}

TEST(malformed_receipts_are_refused)
{
    static const char *const wrong[] = {
        "",
        HEADER,
        HEADER "index 1",
        HEADER "index 1\n",
        HEADER "index 1\n\n",
        HEADER "index 01\n\nx",
        HEADER "index -1\n\nx",
        HEADER "index \n\nx",
        HEADER "index 9223372036854775807\n\nx",
        HEADER "Index 1\n\nx",
        HEADER "extra \nindex 1\n\nx",
        HEADER "extra Zm9\nindex 1\n\nx",
        HEADER "extra Zm9v Zm9v\nindex 1\n\nx",
        HEADER "extra Zm9v\n",
        HEADER "extra Zm9v\nextra Zm9v\nindex 1\n\nx",
        HEADER "index 1\nextra Zm9v\n\nx",
        HEADER "index 1\n" HASH,
        HEADER "index 1\nZm9v\n\nx",
        HEADER "index 1\n " HASH "\nx",
        HEADER "index 1\r\n\nx",
        HEADER "index 1\n\n--- leaf\nx",
        HEADER "index 1\n\nx\n--- leaf\n",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        "\n" HEADER "index 1\n\nx",
        " c2sp.org/tlog-proof@v1\nindex 1\n\nx",
    };
    struct receipt read;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        REFUSED(receipt_read(&read, wrong[i], strlen(wrong[i]), &error),
                ERROR_PROOF);
}

TEST(a_receipt_is_bounded)
{
    static char big[RECEIPT_BYTES_MAX + 1];
    struct receipt read;
    size_t size = 0;

    memset(big, 'a', sizeof big);
    REFUSED(receipt_read(&read, big, sizeof big, &error), ERROR_SIZE);
    memcpy(big, HEADER "index 1\n\n", 32);
    REFUSED(receipt_read(&read, big, 32 + CHECKPOINT_NOTE_MAX + 1, &error),
            ERROR_SIZE);
    TAKEN(receipt_read(&read, big, 32 + CHECKPOINT_NOTE_MAX, &error));
    size = (size_t)snprintf(big, sizeof big, HEADER "index 1\n");
    for (int i = 0; i < PROOF_HASHES_MAX; i++)
        size += (size_t)snprintf(big + size, sizeof big - size, HASH);
    (void)snprintf(big + size, sizeof big - size, "\nx");
    TAKEN(receipt_read(&read, big, size + 2, &error));
    (void)snprintf(big + size, sizeof big - size, HASH "\nx");
    REFUSED(receipt_read(&read, big, size + strlen(HASH) + 2, &error),
            ERROR_PROOF);
}

/* But in the extra line, which is not signed, and in the cosignature, which
 * only a policy asks for. */
TEST(every_changed_byte_of_a_receipt_is_noticed)
{
    static char bytes[8192];
    const char *extra = memchr(file, '\n', file_size);
    const char *cosignature = strstr(file, "w.example");
    const char *end = strstr(cosignature, "\n--- leaf");

    assert_true(file_size < sizeof bytes);
    for (size_t i = 0; i < file_size; i++) {
        const char *at = file + i;
        struct checkpoint checkpoint;
        struct error error = {0};
        struct receipt read;

        if ((at > extra && at < extra + 12) || (at >= cosignature && at < end))
            continue;
        memcpy(bytes, file, file_size);
        bytes[i] = (char)(bytes[i] ^ 1 << i % 7);
        assert_false(receipt_read(&read, bytes, file_size, &error) &&
                     receipt_verify(&read, &log_key.vkey, &checkpoint, &error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_comes_back),
        cmocka_unit_test(extra_and_leaf_may_be_absent),
        cmocka_unit_test(a_receipt_that_does_not_fit_is_not_written),
        cmocka_unit_test(a_receipt_proves_its_leaf),
        cmocka_unit_test(a_receipt_proves_nothing_else),
        cmocka_unit_test(the_origin_must_be_the_name_of_the_key),
        cmocka_unit_test(a_policy_may_ask_for_witnesses),
        cmocka_unit_test(malformed_receipts_are_refused),
        cmocka_unit_test(a_receipt_is_bounded),
        cmocka_unit_test(every_changed_byte_of_a_receipt_is_noticed),
    };

    return cmocka_run_group_tests(tests, make_receipt, forget);
}
