#include "tests/unit/grove.h"

static struct grove *grove;

static int plant(void **state)
{
    (void)state;
    grove = calloc(1, sizeof *grove);
    return grove == NULL;
}

static int fell(void **state)
{
    (void)state;
    free(grove);
    return 0;
}

static void check_hash(struct hash hash, const char *expected)
{
    char out[HASH_CHARS + 1];

    hash_write(out, &hash);
    assert_string_equal(out, expected);
}

TEST(the_hashes_are_those_of_certificate_transparency)
{
    struct tree tree = {0};
    struct hash leaf = tree_leaf_hash("", 0);

    check_hash(tree_root(&tree), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b"
                                 "934ca495991b7852b855");
    check_hash(leaf, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a306"
                     "17afa01d");
    tree_append(&tree, &leaf);
    assert_true(tree.size == 1);
    assert_memory_equal(&tree.nodes[0], &leaf, sizeof leaf);
    leaf = tree_leaf_hash("\0", 1);
    tree_append(&tree, &leaf);
    check_hash(tree_root(&tree), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621"
                                 "f4bd8d98662f00e3c125");
}

TEST(the_compact_range_has_the_root_of_the_definition)
{
    struct tree tree = {0};

    for (uint64_t size = 1; size <= 300; size++) {
        struct hash leaf = grove_leaf(size - 1), root, expected;

        tree_append(&tree, &leaf);
        root = tree_root(&tree);
        expected = grove_mth(0, size);
        assert_true(hash_equal(&root, &expected));
    }
}

static void count_tiles(void *context, int level, uint64_t number,
                        const struct hash *hashes)
{
    uint64_t *tiles = context;

    (void)hashes;
    *tiles = *tiles * 31 + (uint64_t)level * 1000000 + number + 1;
}

TEST(tree_and_tiles_together_are_what_they_are_apart)
{
    static struct tile_edge edge, edges;
    struct tree tree = {0}, both = {0};
    uint64_t tiles = 0, seen = 0;

    for (uint64_t i = 0; i < 66000; i++) {
        struct hash leaf = grove_leaf(i);

        tile_edge_append(&edge, i, &leaf, count_tiles, &tiles);
        tree_append(&tree, &leaf);
        tree_append_tiles(&both, &edges, &leaf, count_tiles, &seen);
    }
    assert_memory_equal(&both, &tree, sizeof tree);
    assert_memory_equal(&edges, &edge, sizeof edge);
    assert_true(tiles == seen && tiles != 0);
}

TEST(tiles_hold_what_tlog_tiles_says)
{
    grove_grow(grove, 70000);
    assert_true(grove->full[0] == 273);
    assert_true(grove->full[1] == 1);
    assert_true(grove->full[2] == 0);
    for (uint64_t n = 0; n < 273; n += 17) {
        for (unsigned i = 0; i < TILE_HASHES; i += 51) {
            struct hash leaf = grove_leaf(n * TILE_HASHES + i);

            assert_true(hash_equal(&grove->tiles[0][n][i], &leaf));
        }
    }
    for (unsigned i = 0; i < TILE_HASHES; i += 85) {
        struct hash node = grove_mth(i * UINT64_C(256), 256);

        assert_true(hash_equal(&grove->tiles[1][0][i], &node));
    }
    for (int level = 0; level < GROVE_LEVELS; level++) {
        uint64_t hashes = tile_level_size(70000, level);
        unsigned width = (unsigned)(hashes % TILE_HASHES);
        struct hash last =
            grove_mth((hashes - 1) << 8 * level, UINT64_C(1) << 8 * level);

        assert_int_equal(width, level == 0 ? 112 : level == 1 ? 17 : 1);
        assert_true(hash_equal(&grove->edge.hashes[level][width - 1], &last));
    }
}

TEST(every_node_is_found_in_its_tile)
{
    grove_grow(grove, 70000);
    for (int height = 0; height <= 16; height++) {
        uint64_t count = UINT64_C(70000) >> height;

        for (uint64_t number = 0; number < count; number += 1 + count / 7) {
            struct hash node,
                expected = grove_mth(number << height, UINT64_C(1) << height);

            TAKEN(grove_node(grove, height, number, &node, &error));
            assert_true(hash_equal(&node, &expected));
        }
    }
}

TEST(a_span_lies_within_one_tile)
{
    for (int height = 0; height < TREE_LEVELS_MAX; height++) {
        uint64_t last = (UINT64_C(1) << (63 - height)) - 1;
        struct tile_span span = tile_span_of(height, last);

        assert_int_equal(span.level, height / 8);
        assert_true(span.count == 1U << height % 8);
        assert_true(span.first + span.count <= TILE_HASHES);
        assert_true((span.number * 256 + span.first) >> height % 8 == last);
    }
}

static const struct {
    const char *text;
    struct tile_path path;
} paths[] = {
    {"tile/0/000", {0, 0, 256}},
    {"tile/0/000.p/255", {0, 0, 255}},
    {"tile/0/x001/x234/067", {0, 1234067, 256}},
    {"tile/1/999", {1, 999, 256}},
    {"tile/1/x001/000.p/1", {1, 1000, 1}},
    {"tile/entries/000.p/8", {-1, 0, 8}},
    {"tile/entries/x123/x456/789", {-1, 123456789, 256}},
    {"tile/63/x009/x223/x372/x036/x854/x775/807.p/10", {63, INT64_MAX, 10}},
};

TEST(paths_come_back)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct tile_path path;
        char out[TILE_PATH_CHARS];

        assert_int_equal(tile_path_write(out, &paths[i].path),
                         strlen(paths[i].text));
        assert_string_equal(out, paths[i].text);
        assert_true(tile_path_read(&path, out + 5, strlen(out) - 5));
        assert_int_equal(path.level, paths[i].path.level);
        assert_true(path.number == paths[i].path.number);
        assert_int_equal(path.width, paths[i].path.width);
    }
}

TEST(a_path_has_one_spelling)
{
    static const char *const wrong[] = {
        "",
        "0",
        "0/",
        "0/00",
        "0/0000",
        "0/x000/001",
        "0/x001/",
        "0/x001",
        "0/001/002",
        "00/001",
        "64/001",
        "100/001",
        "-1/001",
        "entries",
        "entries/",
        "entries/01",
        "entriesx/001",
        "0/000.p",
        "0/000.p/",
        "0/000.p/0",
        "0/000.p/01",
        "0/000.p/256",
        "0/000.p/1000",
        "0/000.p/1a",
        "0/000.p/1/",
        "0//000",
        "/0/000",
        "0/000 ",
        "0/000\n",
        "0/x1/000",
        "0/xx01/000",
        "0/x009/x223/x372/x036/x854/x775/808",
        "0/x999/x999/x999/x999/x999/x999/999",
        "0/x001/x000/x000/x000/x000/x000/x000/000",
        "0/000.p/+1",
    };
    struct tile_path path = {.number = 77};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(tile_path_read(&path, wrong[i], strlen(wrong[i])));
    assert_true(path.number == 77);
}

TEST(a_tree_fills_so_many_tiles)
{
    const struct tile_path inside[] = {
        {0, 272, 256}, {0, 273, 112}, {0, 273, 1},    {1, 0, 256},
        {1, 1, 17},    {2, 0, 1},     {-1, 273, 112},
    };
    const struct tile_path outside[] = {
        {0, 273, 113},  {0, 274, 1},         {1, 1, 18},
        {2, 0, 2},      {3, 0, 1},           {63, 0, 1},
        {-1, 273, 256}, {0, INT64_MAX, 256}, {-1, INT64_MAX, 1},
    };

    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        assert_true(tile_path_is_within(&inside[i], 70000));
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_false(tile_path_is_within(&outside[i], 70000));
    assert_true(tile_level_size(70000, -1) == 70000);
    assert_true(tile_level_size(70000, 1) == 273);
    assert_true(tile_level_size(INT64_MAX, 7) == 127);
    assert_true(tile_level_size(INT64_MAX, 8) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hashes_are_those_of_certificate_transparency),
        cmocka_unit_test(the_compact_range_has_the_root_of_the_definition),
        cmocka_unit_test(tree_and_tiles_together_are_what_they_are_apart),
        cmocka_unit_test(tiles_hold_what_tlog_tiles_says),
        cmocka_unit_test(every_node_is_found_in_its_tile),
        cmocka_unit_test(a_span_lies_within_one_tile),
        cmocka_unit_test(paths_come_back),
        cmocka_unit_test(a_path_has_one_spelling),
        cmocka_unit_test(a_tree_fills_so_many_tiles),
    };

    return cmocka_run_group_tests(tests, plant, fell);
}
