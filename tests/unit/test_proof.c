#include "tests/unit/grove.h"

enum { TREES = 140 }; /* Every size up to here. */

static struct grove *grove;

static int plant(void **state)
{
    (void)state;
    grove = calloc(1, sizeof *grove);
    if (grove == NULL)
        return 1;
    grove_grow(grove, 66000);
    return 0;
}

static int fell(void **state)
{
    (void)state;
    free(grove);
    return 0;
}

TEST(inclusion_proofs_are_those_of_the_definition_and_verify)
{
    for (uint64_t size = 1; size <= TREES; size++) {
        struct hash root = grove_mth(0, size);

        for (uint64_t index = 0; index < size; index += 1 + size / 9) {
            struct proof proof, expected = {.count = 0};
            struct hash leaf = grove_leaf(index);

            TAKEN(proof_make_inclusion(&proof, index, size, grove_node, grove,
                                       &error));
            grove_path(&expected, index, 0, size);
            check_equal_proofs(&proof, &expected);
            assert_true(
                proof_verify_inclusion(&proof, index, size, &leaf, &root));
        }
    }
}

TEST(consistency_proofs_are_those_of_the_definition_and_verify)
{
    struct hash roots[TREES + 1];

    for (uint64_t size = 1; size <= TREES; size++)
        roots[size] = grove_mth(0, size);
    for (uint64_t size2 = 1; size2 <= TREES; size2++) {
        for (uint64_t size1 = 1; size1 <= size2; size1 += 1 + size2 / 11) {
            struct proof proof, expected = {.count = 0};

            TAKEN(proof_make_consistency(&proof, size1, size2, grove_node,
                                         grove, &error));
            grove_subproof(&expected, size1, 0, size2, true);
            check_equal_proofs(&proof, &expected);
            assert_true(proof_verify_consistency(&proof, size1, size2,
                                                 &roots[size1], &roots[size2]));
        }
    }
}

TEST(large_trees_prove_out_of_their_tiles)
{
    static const uint64_t indexes[] = {0, 255, 256, 65535, 65536, 65999};
    struct hash root = tree_root(&grove->tree);

    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        struct proof proof;
        struct hash leaf = grove_leaf(indexes[i]), before;

        TAKEN(proof_make_inclusion(&proof, indexes[i], 66000, grove_node, grove,
                                   &error));
        assert_true(
            proof_verify_inclusion(&proof, indexes[i], 66000, &leaf, &root));
        before = grove_mth(0, indexes[i] + 1);
        TAKEN(proof_make_consistency(&proof, indexes[i] + 1, 66000, grove_node,
                                     grove, &error));
        assert_true(proof_verify_consistency(&proof, indexes[i] + 1, 66000,
                                             &before, &root));
    }
}

TEST(nothing_else_is_proven_by_an_inclusion_proof)
{
    const uint64_t index = 37, size = 101;
    struct hash leaf = grove_leaf(index), root = grove_mth(0, size), wrong;
    struct proof proof, longer;

    TAKEN(proof_make_inclusion(&proof, index, size, grove_node, grove, &error));
    for (uint64_t other = 0; other < 2 * size; other++)
        assert_true(proof_verify_inclusion(&proof, other, size, &leaf, &root) ==
                    (other == index));
    for (size_t i = 0; i < proof.count; i++) {
        for (int bit = 0; bit < 256; bit += 37) {
            struct proof broken = proof;

            broken.hashes[i].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(
                proof_verify_inclusion(&broken, index, size, &leaf, &root));
        }
    }
    wrong = grove_leaf(index + 1);
    assert_false(proof_verify_inclusion(&proof, index, size, &wrong, &root));
    assert_false(proof_verify_inclusion(&proof, index, size, &leaf, &leaf));
    assert_false(proof_verify_inclusion(&proof, 0, 0, &leaf, &root));
    longer = proof;
    longer.hashes[longer.count++] = root;
    assert_false(proof_verify_inclusion(&longer, index, size, &leaf, &root));
    proof.count--;
    assert_false(proof_verify_inclusion(&proof, index, size, &leaf, &root));
}

TEST(nothing_else_is_proven_by_a_consistency_proof)
{
    const uint64_t size1 = 37, size2 = 101;
    struct hash root1 = grove_mth(0, size1), root2 = grove_mth(0, size2);
    struct proof proof, shorter, longer;

    TAKEN(proof_make_consistency(&proof, size1, size2, grove_node, grove,
                                 &error));
    for (uint64_t other = 0; other <= 64; other++)
        assert_true(proof_verify_consistency(&proof, other, size2, &root1,
                                             &root2) == (other == size1));
    for (size_t i = 0; i < proof.count; i++) {
        struct proof broken = proof;

        broken.hashes[i].bytes[i % 32] ^= 0x10;
        assert_false(
            proof_verify_consistency(&broken, size1, size2, &root1, &root2));
    }
    assert_false(
        proof_verify_consistency(&proof, size1, size2, &root2, &root2));
    assert_false(
        proof_verify_consistency(&proof, size1, size2, &root1, &root1));
    shorter = longer = proof;
    shorter.count--;
    longer.hashes[longer.count++] = root1;
    assert_false(
        proof_verify_consistency(&shorter, size1, size2, &root1, &root2));
    assert_false(
        proof_verify_consistency(&longer, size1, size2, &root1, &root2));
    shorter.count = 0;
    assert_false(
        proof_verify_consistency(&shorter, size1, size2, &root1, &root2));
}

TEST(equal_sizes_need_equal_roots_and_no_proof)
{
    struct hash root = grove_mth(0, 5), other = grove_mth(0, 6);
    struct proof none = {.count = 0}, one = {.count = 1};

    assert_true(proof_verify_consistency(&none, 5, 5, &root, &root));
    assert_false(proof_verify_consistency(&none, 5, 5, &root, &other));
    assert_false(proof_verify_consistency(&one, 5, 5, &root, &root));
    assert_false(proof_verify_consistency(&none, 0, 0, &root, &root));
    assert_false(proof_verify_consistency(&none, 0, 5, &root, &root));
    assert_false(proof_verify_consistency(&none, 6, 5, &root, &root));
}

TEST(what_is_not_there_is_not_proven)
{
    struct proof proof = {.count = 77};

    REFUSED(proof_make_inclusion(&proof, 5, 5, grove_node, grove, &error),
            ERROR_REQUEST);
    REFUSED(proof_make_inclusion(&proof, 0, 0, grove_node, grove, &error),
            ERROR_REQUEST);
    REFUSED(
        proof_make_inclusion(&proof, 0, UINT64_MAX, grove_node, grove, &error),
        ERROR_REQUEST);
    REFUSED(proof_make_consistency(&proof, 0, 5, grove_node, grove, &error),
            ERROR_REQUEST);
    REFUSED(proof_make_consistency(&proof, 6, 5, grove_node, grove, &error),
            ERROR_REQUEST);
    REFUSED(proof_make_inclusion(&proof, 3, 66001, grove_node, grove, &error),
            ERROR_ABSENT);
    REFUSED(proof_make_consistency(&proof, 5, 66001, grove_node, grove, &error),
            ERROR_ABSENT);
    assert_int_equal(proof.count, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            inclusion_proofs_are_those_of_the_definition_and_verify),
        cmocka_unit_test(
            consistency_proofs_are_those_of_the_definition_and_verify),
        cmocka_unit_test(large_trees_prove_out_of_their_tiles),
        cmocka_unit_test(nothing_else_is_proven_by_an_inclusion_proof),
        cmocka_unit_test(nothing_else_is_proven_by_a_consistency_proof),
        cmocka_unit_test(equal_sizes_need_equal_roots_and_no_proof),
        cmocka_unit_test(what_is_not_there_is_not_proven),
    };

    return cmocka_run_group_tests(tests, plant, fell);
}
