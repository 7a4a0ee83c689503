/* The log that anybody can check: tiles of every size, receipts, and what a
 * server does with entries of a future program. */
#include "tests/store/coop.h"

#include "ledger/proof.h"
#include "ledger/receipt.h"

enum { PLEDGES = 700 };

static struct coop coop;
static struct told *told; /* PLEDGES of them. */
static struct hash leaves[PLEDGES + 100];
static int64_t before; /* Entries before the pledges. */

static int start(void **state)
{
    (void)state;
    told = calloc(PLEDGES, sizeof *told);
    assert_non_null(told);
    coop_open(&coop, "log");
    coop_found(&coop);
    before = host_size(coop.host);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&coop);
    free(told);
    return 0;
}

static struct vkey log_key(void)
{
    struct vkey vkey;
    char text[VKEY_CHARS_MAX];

    vkey_write(text, coop.ledger.origin, KEY_TYPE_ED25519,
               &coop.host->keys.keys[0]);
    GOOD(vkey_read(&vkey, text, strlen(text), &error));
    return vkey;
}

static void many_at_once_are_all_taken_in_one_order(void **state)
{
    static bool seen[PLEDGES];

    (void)state;
    for (int i = 0; i < PLEDGES; i++) {
        char said[512], note[LEAF_BYTES_MAX];
        size_t size;

        coop_pledge(said, sizeof said, i % 2 == 0 ? "leo" : "mia", i);
        size = coop_note(&coop, said, note, sizeof note);
        coop_send(&coop, note, size, &told[i]);
    }
    for (int i = 0; i < PLEDGES; i++) {
        told_wait(&told[i]);
        if (told[i].error.code != ERROR_NONE)
            FAIL("%d: %s", i, told[i].error.text);
        assert_in_range(told[i].index, before, before + PLEDGES - 1);
        assert_false(seen[told[i].index - before]);
        seen[told[i].index - before] = true;
        leaves[told[i].index] = told[i].leaf_hash;
    }
    assert_int_equal(host_size(coop.host), before + PLEDGES);
}

static void every_receipt_proves_its_leaf(void **state)
{
    struct vkey vkey = log_key();

    (void)state;
    for (int i = 0; i < PLEDGES; i++) {
        struct checkpoint checkpoint;
        struct receipt receipt;
        struct hash leaf;

        GOOD(receipt_read(&receipt, told[i].receipt, told[i].receipt_size,
                          &error));
        GOOD(receipt_verify(&receipt, &vkey, &checkpoint, &error));
        leaf = tree_leaf_hash(receipt.leaf.bytes, receipt.leaf.size);
        assert_memory_equal(&leaf, &told[i].leaf_hash, sizeof leaf);
    }
}

static bool each_leaf(void *context, const struct store_entry *entry,
                      struct error *error)
{
    struct hash *list = context;

    (void)error;
    list[entry->idx] = tree_leaf_hash(entry->leaf.bytes, entry->leaf.size);
    return true;
}

/* The hashes that a level of a tree of that size has. */
static size_t level_of(struct hash *hashes, int64_t size, int level)
{
    size_t count = (size_t)size;

    memcpy(hashes, leaves, count * sizeof hashes[0]);
    for (; level > 0; level--) {
        count /= TILE_HASHES;
        for (size_t i = 0; i < count; i++) {
            struct tree tree = {0};

            for (size_t j = 0; j < TILE_HASHES; j++)
                tree_append(&tree, &hashes[i * TILE_HASHES + j]);
            hashes[i] = tree_root(&tree);
        }
    }
    return count;
}

static void check_tiles(int64_t size, int level)
{
    static struct hash hashes[PLEDGES + 100];
    size_t count = level_of(hashes, size, level);

    for (size_t first = 0; first < count; first += TILE_HASHES) {
        struct tile_path path = {
            .level = level,
            .number = first / TILE_HASHES,
            .width = (unsigned)(count - first < TILE_HASHES ? count - first
                                                            : TILE_HASHES),
        };
        size_t bytes_size;
        char *bytes;

        GOOD(tile_serve(coop.host, &path, size, &bytes, &bytes_size, &error));
        assert_int_equal(bytes_size, path.width * sizeof hashes[0]);
        assert_memory_equal(bytes, &hashes[first], bytes_size);
        free(bytes);
    }
}

static void tiles_of_every_size_stay_served(void **state)
{
    static const int64_t sizes[] = {1,   2,   7,   255, 256, 257,
                                    300, 511, 512, 513, 700};
    struct store_each each = {.context = leaves, .entry = each_leaf};
    struct tile_path path = {.level = 0, .number = 2, .width = 200};
    struct db db = {0};
    size_t size;
    char *bytes;

    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_entries(&db, coop.ledger.ledger_id, 0, host_size(coop.host),
                       each, &error));
    db_close(&db);
    for (int level = 0; level < 2; level++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            check_tiles(sizes[i], level);
        check_tiles(host_size(coop.host), level);
    }
    REFUSED(ERROR_ABSENT, tile_serve(coop.host, &path, host_size(coop.host),
                                     &bytes, &size, &error));
    path = (struct tile_path){.level = 7, .number = 0, .width = 1};
    REFUSED(ERROR_ABSENT, tile_serve(coop.host, &path, host_size(coop.host),
                                     &bytes, &size, &error));
}

static void a_bundle_holds_the_leaves_themselves(void **state)
{
    struct tile_path path = {.level = -1, .number = 1, .width = 100};
    const uint8_t *at;
    size_t size, left;
    char *bytes;

    (void)state;
    GOOD(tile_serve(coop.host, &path, host_size(coop.host), &bytes, &size,
                    &error));
    at = (const uint8_t *)bytes;
    left = size;
    for (int i = 0; i < 100; i++) {
        size_t length = (size_t)at[0] << 8 | at[1];
        struct hash leaf;

        assert_true(left >= 2 + length);
        leaf = tree_leaf_hash(at + 2, length);
        assert_memory_equal(&leaf, &leaves[256 + i], sizeof leaf);
        at += 2 + length;
        left -= 2 + length;
    }
    assert_int_equal(left, 0);
    free(bytes);
}

/* From what is stored, not from memory. */
static void proofs_hold_after_a_restart(void **state)
{
    struct store_checkpoint checkpoint;
    struct prover *prover;

    (void)state;
    coop_node_stop(&coop);
    coop_node_start(&coop);
    assert_true(host_checkpoint(coop.host, &checkpoint));
    prover = prover_create(coop.host);
    for (int64_t index = 0; index < checkpoint.size; index++) {
        struct proof proof;

        GOOD(proof_make_inclusion(&proof, (uint64_t)index,
                                  (uint64_t)checkpoint.size, prover_node,
                                  prover, &error));
        assert_true(proof_verify_inclusion(&proof, (uint64_t)index,
                                           (uint64_t)checkpoint.size,
                                           &leaves[index], &checkpoint.root));
    }
    free(prover);
}

/* ---- Entries that this program does not know ---- */

/* Append a leaf as another server would. */
static void append_row(const char *json)
{
    char text[1000], note[2000], leaf[3000];
    struct store_append append;
    struct store_head head;
    struct store_entry entry = {.kind = 1000};
    struct store_batch batch = {.ledger_id = coop.ledger.ledger_id,
                                .entries = &entry,
                                .entry_count = 1};
    struct secret_key secret;
    struct tree tree = {0};
    struct key key;
    size_t size;

    secret = coop_secret(coop_word("any"), &key);
    size = entry_text_write(text, sizeof text, coop.ledger.origin, json,
                            strlen(json));
    entry.text_hash = entry_text_hash((struct text){text, (uint32_t)size});
    memcpy(note, text, size);
    note[size] = '\n';
    (void)snprintf(leaf, sizeof leaf, "%s/clerk", coop.ledger.origin);
    size += 1 + note_sign(note + size + 1, leaf, text, size, &secret);
    GOOD(store_append_open(&append, "", &error));
    head = lock_now(&append, coop.ledger.ledger_id);
    size = leaf_write(leaf, sizeof leaf, head.accepted, note, size);
    entry.idx = head.size;
    entry.accepted = head.accepted;
    entry.leaf = (struct text){leaf, (uint32_t)size};
    entry.leaf_hash = tree_leaf_hash(leaf, size);
    leaves[head.size] = entry.leaf_hash;
    for (int64_t i = 0; i <= head.size; i++)
        tree_append(&tree, &leaves[i]);
    batch.old_size = head.size;
    batch.head = (struct store_head){
        head.size + 1, tree_root(&tree), head.accepted, {0}};
    store_write_send(&append, &batch);
    GOOD(store_write_finish(&append, &error));
    store_append_close(&append);
}

static void assert_waits_for_a_newer_program(int64_t folded)
{
    struct error error = {0};
    char said[512];

    assert_false(host_is_writable(coop.host, &error));
    assert_int_equal(error.code, ERROR_READ_ONLY);
    assert_int_equal(coop.host->at.base->size, folded);
    assert_int_equal(host_size(coop.host), folded + 1);
    coop_pledge(said, sizeof said, "leo", 5000);
    NOT(&coop, ERROR_READ_ONLY, said);
}

/* Never skipped: the fold stops before it, the tree goes on. */
static void an_unknown_kind_makes_the_ledger_read_only_here(void **state)
{
    int64_t folded = host_size(coop.host);

    (void)state;
    append_row(
        "{\"kind\":\"future.act\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\"}");
    for (int i = 0; i < 200 && host_size(coop.host) == folded; i++)
        wait_ms(20);
    assert_waits_for_a_newer_program(folded); /* Seen while it ran, */
    check_tiles(folded + 1, 0);
    coop_node_stop(&coop);
    coop_node_start(&coop);
    assert_waits_for_a_newer_program(folded); /* and at its start. */
    check_tiles(folded + 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_at_once_are_all_taken_in_one_order),
        cmocka_unit_test(every_receipt_proves_its_leaf),
        cmocka_unit_test(tiles_of_every_size_stay_served),
        cmocka_unit_test(a_bundle_holds_the_leaves_themselves),
        cmocka_unit_test(proofs_hold_after_a_restart),
        cmocka_unit_test(an_unknown_kind_makes_the_ledger_read_only_here),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
