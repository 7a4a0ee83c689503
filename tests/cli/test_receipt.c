/* terreau receipt verify: what proves an entry, and what does not. */
#include "admin-cli/act.h"
#include "admin-cli/file.h"
#include "ledger/leaf.h"
#include "ledger/receipt.h"
#include "ledger/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

static const char origin[] = "a.example/velo";

static struct {
    char folder[64], path[128], policy[128];
    char vkey[VKEY_CHARS_MAX], other[VKEY_CHARS_MAX];
    char bytes[RECEIPT_BYTES_MAX];
    size_t size;
} made;

static void make_key(struct secret_key *secret, struct key *key, uint8_t seed)
{
    const uint8_t bytes[32] = {seed};

    (void)crypto_sign_seed_keypair(key->bytes, secret->bytes, bytes);
}

/* The leaf of an entry for a ledger, signed by a party. */
static size_t write_leaf(char *out, size_t room, const char *of)
{
    static const char json[] =
        "{\"kind\":\"share.issue\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\","
        "\"subscription\":\"s-AAAAAAAAAAAAAAAAAAAAAA\"}";
    struct error error = {0};
    static struct act act;
    struct desk desk = {.key_count = 1, .keys = {key_allocate()}};
    char note[ACT_NOTE_MAX + 1];
    struct instant accepted;
    size_t size;

    desk.keys[0]->is.party = (struct id){'p', {1}};
    make_key(&desk.keys[0]->secret, &desk.keys[0]->is.key, 5);
    if (!act_from_json(&act, of, json, sizeof json - 1, &error) ||
        !act_sign(&act, &desk, &error))
        fail_msg("%s", error.text);
    assert_true(instant_read(&accepted, "2026-03-01T10:00:00Z", 20));
    size = leaf_write(out, room, accepted, note, act_note(&act, note));
    desk_close(&desk);
    return size;
}

/* A log of one leaf, its checkpoint and the receipt of index 0. */
static void make_receipt(const char *entry_origin)
{
    static char leaf[LEAF_BYTES_MAX], note[4096];
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX];
    struct checkpoint checkpoint = {.size = 1};
    struct receipt receipt = {0};
    struct secret_key secret;
    struct key key;
    size_t size;

    receipt.leaf.bytes = leaf;
    receipt.leaf.size = (uint32_t)write_leaf(leaf, sizeof leaf, entry_origin);
    checkpoint.root = tree_leaf_hash(leaf, receipt.leaf.size);
    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", origin);
    size = checkpoint_write(text, &checkpoint);
    make_key(&secret, &key, 1);
    (void)note_sign(line, origin, text, size, &secret);
    (void)snprintf(note, sizeof note, "%s\n%s", text, line);
    receipt.checkpoint.bytes = note;
    receipt.checkpoint.size = (uint32_t)strlen(note);
    made.size = receipt_write(made.bytes, sizeof made.bytes, &receipt);
    assert_true(made.size > 0);
    vkey_write(made.vkey, origin, KEY_TYPE_ED25519, &key);
    make_key(&secret, &key, 2);
    vkey_write(made.other, origin, KEY_TYPE_ED25519, &key);
}

static void write_receipt(void)
{
    struct error error = {0};

    assert_true(file_write(made.path, made.bytes, made.size, &error));
}

/* The exit status of terreau receipt verify with that option. */
static int verify(const char *option, const char *value)
{
    char words[5][512];
    char *argv[5];
    static struct call call;
    struct error error = {0};

    call = (struct call){0};
    (void)snprintf(words[0], sizeof words[0], "receipt");
    (void)snprintf(words[1], sizeof words[1], "verify");
    (void)snprintf(words[2], sizeof words[2], "%s", made.path);
    (void)snprintf(words[3], sizeof words[3], "--%s=%s", option, value);
    (void)snprintf(words[4], sizeof words[4], "--json");
    for (int i = 0; i < 5; i++)
        argv[i] = words[i];
    if (!command_parse(&call, 5, argv, &error))
        fail_msg("%s", error.text);
    (void)(call.command->run(&call, &error));
    return command_status(&error);
}

static void a_receipt_proves_its_entry(void **state)
{
    (void)state;
    make_receipt(origin);
    write_receipt();
    assert_int_equal(verify("vkey", made.vkey), 0);
}

static void a_changed_byte_anywhere_proves_nothing(void **state)
{
    (void)state;
    make_receipt(origin);
    for (size_t i = 0; i < made.size; i += 7) {
        /* What differs is the last bit, so that it stays text. */
        made.bytes[i] ^= 1;
        write_receipt();
        if (verify("vkey", made.vkey) == 0)
            fail_msg("byte %zu may be changed", i);
        made.bytes[i] ^= 1;
    }
    write_receipt();
    assert_int_equal(verify("vkey", made.vkey), 0);
}

static void another_logs_key_does_not_vouch_for_it(void **state)
{
    (void)state;
    make_receipt(origin);
    write_receipt();
    assert_int_equal(verify("vkey", made.other), 3);
}

static void an_entry_of_another_ledger_is_not_proven(void **state)
{
    (void)state;
    make_receipt("b.example/other");
    write_receipt();
    assert_int_equal(verify("vkey", made.vkey), 3);
}

static void write_policy(const char *vkey, const char *rest)
{
    char text[1024];
    struct error error = {0};

    (void)snprintf(text, sizeof text, "log %s\n%s", vkey, rest);
    assert_true(file_write(made.policy, text, strlen(text), &error));
}

static void a_policy_says_which_logs_and_witnesses(void **state)
{
    char witness[VKEY_CHARS_MAX], rest[512];
    struct secret_key secret;
    struct key key;

    (void)state;
    make_receipt(origin);
    write_receipt();
    write_policy(made.vkey, "quorum none\n");
    assert_int_equal(verify("policy", made.policy), 0);
    write_policy(made.other, "quorum none\n");
    assert_int_equal(verify("policy", made.policy), 3);
    make_key(&secret, &key, 9);
    vkey_write(witness, "w.example", KEY_TYPE_COSIGNATURE, &key);
    (void)snprintf(rest, sizeof rest, "witness w %s\nquorum w\n", witness);
    write_policy(made.vkey, rest);
    assert_int_equal(verify("policy", made.policy), 3);
}

static void other_files_are_no_receipts(void **state)
{
    (void)state;
    made.size = (size_t)snprintf(made.bytes, sizeof made.bytes, "hello\n");
    write_receipt();
    assert_int_equal(verify("vkey", made.vkey), 3);
    (void)unlink(made.path);
    assert_int_equal(verify("vkey", made.vkey), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_proves_its_entry),
        cmocka_unit_test(a_changed_byte_anywhere_proves_nothing),
        cmocka_unit_test(another_logs_key_does_not_vouch_for_it),
        cmocka_unit_test(an_entry_of_another_ledger_is_not_proven),
        cmocka_unit_test(a_policy_says_which_logs_and_witnesses),
        cmocka_unit_test(other_files_are_no_receipts),
    };
    int failed;

    if (sodium_init() < 0)
        return 1;
    ledger_start();
    (void)snprintf(made.folder, sizeof made.folder, "/tmp/receipts.XXXXXX");
    if (mkdtemp(made.folder) == NULL)
        return 1;
    (void)snprintf(made.path, sizeof made.path, "%s/a.terreau", made.folder);
    (void)snprintf(made.policy, sizeof made.policy, "%s/policy", made.folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(made.path);
    (void)unlink(made.policy);
    (void)rmdir(made.folder);
    return failed;
}
