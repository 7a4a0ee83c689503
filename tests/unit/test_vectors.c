/* The Merkle log against the vectors of transparency-dev, Go and Tessera. */
#include "ledger/checkpoint.h"
#include "tests/unit/grove.h"
#include "tests/unit/vectors.h"

/* False if a hash is not 32 bytes or there are too many. */
static bool read_proof(struct proof *proof, json_t *list)
{
    proof->count = json_array_size(list);
    if (proof->count > PROOF_HASHES_MAX)
        return false;
    for (size_t i = 0; i < proof->count; i++)
        if (!read_hash64(&proof->hashes[i],
                         json_string_value(json_array_get(list, i))))
            return false;
    return true;
}

static void report(json_t *object, bool good)
{
    bool expected = !json_is_true(json_object_get(object, "wantErr"));

    if (good != expected)
        print_error("%s: %s\n", text_of(object, "file"),
                    good ? "taken" : "refused");
    assert_int_equal(good, expected);
}

TEST(inclusion_proofs_of_transparency_dev)
{
    json_t *root = load_vectors("tlog/merkle/all-inclusion.json"), *object;
    size_t i;

    assert_true(json_array_size(root) >= 98);
    json_array_foreach(root, i, object)
    {
        struct hash tree_hash, leaf;
        struct proof proof;

        report(object,
               read_hash64(&tree_hash, text_of(object, "root")) &&
                   read_hash64(&leaf, text_of(object, "leafHash")) &&
                   read_proof(&proof, json_object_get(object, "proof")) &&
                   proof_verify_inclusion(&proof, number_of(object, "leafIdx"),
                                          number_of(object, "treeSize"), &leaf,
                                          &tree_hash));
    }
    json_decref(root);
}

TEST(consistency_proofs_of_transparency_dev)
{
    json_t *root = load_vectors("tlog/merkle/all-consistency.json"), *object;
    size_t i;

    assert_true(json_array_size(root) >= 98);
    json_array_foreach(root, i, object)
    {
        struct hash root1, root2;
        struct proof proof;

        /* Its roots are not hashes, and it is the only such one that is
         * right: there is nothing to verify. */
        if (strstr(text_of(object, "file"),
                   "sizes-are-equal-one-and-proof-is-empty") != NULL)
            continue;
        report(object,
               read_hash64(&root1, text_of(object, "root1")) &&
                   read_hash64(&root2, text_of(object, "root2")) &&
                   read_proof(&proof, json_object_get(object, "proof")) &&
                   proof_verify_consistency(&proof, number_of(object, "size1"),
                                            number_of(object, "size2"), &root1,
                                            &root2));
    }
    json_decref(root);
}

static void check_hex(struct hash hash, json_t *expected)
{
    char out[HASH_CHARS + 1];

    hash_write(out, &hash);
    assert_string_equal(out, json_string_value(expected));
}

static size_t read_hex(uint8_t *out, const char *hex)
{
    size_t size = strlen(hex) / 2;

    for (size_t i = 0; i < size; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return size;
}

TEST(the_historic_tree_of_rfc_6962)
{
    json_t *root = load_vectors("tlog/rfc6962-tree.json");
    json_t *inputs = json_object_get(root, "leaf_inputs_hex");
    json_t *levels = json_object_get(root, "node_hashes_by_level_hex");
    json_t *roots = json_object_get(root, "root_hashes_by_size_hex");
    struct hash nodes[8];
    struct tree tree = {0};

    assert_int_equal(json_array_size(inputs), 8);
    for (size_t i = 0; i < 8; i++) {
        uint8_t leaf[16];
        const char *hex = json_string_value(json_array_get(inputs, i));

        assert_true(strlen(hex) <= 2 * sizeof leaf);
        check_hex(tree_root(&tree), json_array_get(roots, i));
        nodes[i] = tree_leaf_hash(leaf, read_hex(leaf, hex));
        tree_append(&tree, &nodes[i]);
    }
    check_hex(tree_root(&tree), json_array_get(roots, 8));
    for (size_t level = 0, count = 8; level < 4; level++, count /= 2) {
        for (size_t i = 0; i < count; i++)
            check_hex(nodes[i],
                      json_array_get(json_array_get(levels, level), i));
        for (size_t i = 0; i < count / 2; i++)
            nodes[i] = tree_node_hash(&nodes[2 * i], &nodes[2 * i + 1]);
    }
    json_decref(root);
}

static void check_roots(json_t *roots)
{
    struct tree tree = {0};
    size_t checked = 0;

    while (checked < json_object_size(roots)) {
        char size[24];
        struct hash leaf = grove_leaf(tree.size), root, expected;
        json_t *value;

        assert_true(tree.size < 100000);
        tree_append(&tree, &leaf);
        (void)snprintf(size, sizeof size, "%" PRIu64, tree.size);
        value = json_object_get(roots, size);
        if (value == NULL)
            continue;
        assert_true(read_hash64(&expected, json_string_value(value)));
        root = tree_root(&tree);
        assert_true(hash_equal(&root, &expected));
        checked++;
    }
    assert_true(checked >= 600);
}

TEST(the_trees_and_proofs_of_go)
{
    json_t *root = load_vectors("tlog/xmod-trees.json"), *object;
    struct grove *grove = calloc(1, sizeof *grove);
    struct proof proof, expected;
    size_t i;

    assert_non_null(grove);
    grove_grow(grove, 70000);
    check_roots(json_object_get(root, "root_by_size"));
    assert_true(json_array_size(json_object_get(root, "inclusion")) >= 14);
    json_array_foreach(json_object_get(root, "inclusion"), i, object)
    {
        TAKEN(proof_make_inclusion(&proof, number_of(object, "index"),
                                   number_of(object, "size"), grove_node, grove,
                                   &error));
        assert_true(read_proof(&expected, json_object_get(object, "proof")));
        check_equal_proofs(&proof, &expected);
    }
    assert_true(json_array_size(json_object_get(root, "consistency")) >= 15);
    json_array_foreach(json_object_get(root, "consistency"), i, object)
    {
        TAKEN(proof_make_consistency(&proof, number_of(object, "size1"),
                                     number_of(object, "size2"), grove_node,
                                     grove, &error));
        assert_true(read_proof(&expected, json_object_get(object, "proof")));
        check_equal_proofs(&proof, &expected);
    }
    free(grove);
    json_decref(root);
}

static void check_good_path(json_t *object)
{
    const char *text = text_of(object, "path");
    const char *level = text_of(object, "level");
    struct tile_path path;
    char out[TILE_PATH_CHARS];

    assert_memory_equal(text, "tile/", 5);
    assert_true(tile_path_read(&path, text + 5, strlen(text) - 5));
    assert_true(path.number == number_of(object, "index"));
    assert_true(path.width == number_of(object, "width"));
    if (strcmp(level, "entries") == 0)
        assert_int_equal(path.level, -1);
    else
        assert_int_equal(path.level, number_of(object, "level"));
    (void)tile_path_write(out, &path);
    assert_string_equal(out, text);
}

TEST(the_tile_paths_of_tlog_tiles)
{
    json_t *root = load_vectors("tlog/tile-paths.json"), *object;
    size_t i, level;
    json_t *width;

    assert_true(json_array_size(json_object_get(root, "path_ok")) >= 10);
    json_array_foreach(json_object_get(root, "path_ok"), i, object)
        check_good_path(object);
    assert_true(json_array_size(json_object_get(root, "path_bad")) >= 20);
    json_array_foreach(json_object_get(root, "path_bad"), i, object)
    {
        const char *text = json_string_value(object);
        struct tile_path path;

        assert_false(tile_path_read(&path, text + 5, strlen(text) - 5));
    }
    json_array_foreach(json_object_get(root, "partial_widths"), i, object)
    {
        uint64_t size = number_of(object, "size");
        json_t *widths = json_object_get(object, "widths_by_level");

        json_array_foreach(widths, level, width)
            assert_true(tile_level_size(size, (int)level) % TILE_HASHES ==
                        (uint64_t)json_integer_value(width));
        assert_true(tile_level_size(size, (int)json_array_size(widths)) == 0);
    }
    json_array_foreach(json_object_get(root, "entry_path_for_leaf"), i, object)
    {
        struct tile_path path;
        const char *text = text_of(object, "path") + 5;

        assert_true(tile_path_read(&path, text, strlen(text)));
        assert_true(path.number == number_of(object, "leaf") / TILE_HASHES);
        assert_true(tile_path_is_within(&path, number_of(object, "size")));
        path.width++;
        assert_false(path.width <= TILE_HASHES &&
                     tile_path_is_within(&path, number_of(object, "size")));
    }
    json_decref(root);
}

/* The checkpoint of one size of Tessera's log, opened with its vkey. */
static void read_tessera(struct checkpoint *checkpoint, uint64_t size,
                         const struct vkey *vkey)
{
    char name[64], bytes[1024];
    struct note note;
    size_t length;

    (void)snprintf(name, sizeof name, "tlog/tessera-log/checkpoint.%" PRIu64,
                   size);
    length = load_bytes(name, bytes, sizeof bytes);
    TAKEN(note_parse(&note, bytes, length, &error));
    TAKEN(note_opens(&note, vkey, NULL, &error));
    TAKEN(checkpoint_read(checkpoint, note.text, &error));
    assert_string_equal(checkpoint->origin, vkey->name);
    assert_true(checkpoint->size == size);
}

TEST(the_log_of_tessera)
{
    static const char key[] = "example.com/log/testdata+33d7b496+"
                              "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
    struct tree tree = {0};
    struct vkey vkey;
    struct checkpoint checkpoint;
    struct hash root, leaves[15];
    char bytes[8192], name[64];
    size_t size, at = 0;

    TAKEN(vkey_read(&vkey, key, strlen(key), &error));
    size = load_bytes("tlog/tessera-log/tile/entries/000.p/15", bytes,
                      sizeof bytes);
    for (uint64_t i = 0; i <= 15; i++) {
        size_t entry;

        read_tessera(&checkpoint, i, &vkey);
        root = tree_root(&tree);
        assert_true(hash_equal(&root, &checkpoint.root));
        if (i == 15)
            break;
        assert_true(at + 2 <= size);
        entry = (size_t)((uint8_t)bytes[at] << 8 | (uint8_t)bytes[at + 1]);
        assert_true(at + 2 + entry <= size);
        leaves[i] = tree_leaf_hash(bytes + at + 2, entry);
        tree_append(&tree, &leaves[i]);
        at += 2 + entry;
    }
    assert_true(at == size);
    for (int width = 1; width <= 15; width++) {
        (void)snprintf(name, sizeof name, "tlog/tessera-log/tile/0/000.p/%d",
                       width);
        assert_int_equal(load_bytes(name, bytes, sizeof bytes), width * 32);
        assert_memory_equal(bytes, leaves, (size_t)width * 32);
    }
}

int main(void)
{
    static const struct vector_test tests[] = {
        VECTORS("tlog/merkle/all-inclusion.json",
                inclusion_proofs_of_transparency_dev),
        VECTORS("tlog/merkle/all-consistency.json",
                consistency_proofs_of_transparency_dev),
        VECTORS("tlog/rfc6962-tree.json", the_historic_tree_of_rfc_6962),
        VECTORS("tlog/xmod-trees.json", the_trees_and_proofs_of_go),
        VECTORS("tlog/tile-paths.json", the_tile_paths_of_tlog_tiles),
        VECTORS("tlog/tessera-log/checkpoint", the_log_of_tessera),
    };

    return run_vectors(tests, sizeof tests / sizeof tests[0]);
}
