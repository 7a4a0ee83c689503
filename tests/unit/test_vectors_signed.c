/* What is signed or paid against the vectors of C2SP, Go, sigsum, Wycheproof
 * and of the payment standards. */
#include "ledger/note.h"
#include "ledger/rf.h"
#include "tests/unit/vectors.h"

#include <sodium.h>

/* Does the note of an object open with its vkey? */
static bool opens(json_t *object, struct note *note)
{
    static char bytes[4096];
    const char *vkey_text = text_of(object, "vkey"), *text;
    json_t *base64 = json_object_get(object, "signed_note_base64");
    struct error error = {0};
    struct vkey vkey;
    size_t size;

    assert_true(vkey_read(&vkey, vkey_text, strlen(vkey_text), &error));
    if (base64 != NULL) {
        assert_true(base64_read((uint8_t *)bytes, sizeof bytes, &size,
                                json_string_value(base64),
                                json_string_length(base64)));
        return note_parse(note, bytes, size, &error) &&
               note_opens(note, &vkey, NULL, &error);
    }
    text = text_of(object, "signed_note");
    return note_parse(note, text, strlen(text), &error) &&
           note_opens(note, &vkey, NULL, &error);
}

TEST(notes_that_open_and_notes_that_do_not)
{
    json_t *root = load_vectors("tlog/signed-note.json"), *object;
    json_t *good = json_object_get(root, "notes_ok");
    json_t *bad = json_object_get(root, "notes_bad");
    struct note note;
    size_t i;

    assert_true(json_array_size(good) >= 5 && json_array_size(bad) >= 11);
    json_array_foreach(good, i, object)
    {
        assert_true(opens(object, &note));
        assert_int_equal(note.line_count, number_of(object, "verified") +
                                              number_of(object, "ignored"));
    }
    json_array_foreach(bad, i, object)
    {
        if (opens(object, &note))
            print_error("opened: %s\n", text_of(object, "why"));
        assert_false(opens(object, &note));
    }
    json_decref(root);
}

TEST(vkeys_that_are_none)
{
    json_t *root = load_vectors("tlog/signed-note.json"), *object;
    json_t *bad = json_object_get(root, "vkeys_bad");
    struct vkey vkey;
    size_t i;

    assert_true(json_array_size(bad) >= 3);
    json_array_foreach(bad, i, object)
    {
        const char *text = text_of(object, "vkey");

        REFUSED(vkey_read(&vkey, text, strlen(text), &error), ERROR_NOTE);
    }
    json_decref(root);
}

static void read_hex(uint8_t *out, size_t room, size_t *size, const char *hex)
{
    assert_int_equal(
        sodium_hex2bin(out, room, hex, strlen(hex), NULL, size, NULL), 0);
}

static void secret_of(struct secret_key *secret, struct key *key,
                      const char *seed_hex)
{
    uint8_t seed[32];
    size_t size;

    read_hex(seed, sizeof seed, &size, seed_hex);
    assert_int_equal(size, sizeof seed);
    (void)crypto_sign_seed_keypair(key->bytes, secret->bytes, seed);
}

TEST(what_signers_sign_byte_for_byte)
{
    json_t *root = load_vectors("tlog/signed-note.json");
    json_t *witness = json_object_get(root, "cosignature_v1");
    json_t *log = json_object_get(root, "log_checkpoint_ed25519");
    const char *body = text_of(witness, "checkpoint_body");
    const char *signed_note = text_of(log, "signed_checkpoint");
    char line[NOTE_SIGNATURE_CHARS_MAX], vkey_text[VKEY_CHARS_MAX];
    struct secret_key secret;
    struct key key;
    struct vkey vkey;
    struct note note;

    secret_of(&secret, &key, text_of(witness, "ed25519_seed_hex"));
    vkey_write(vkey_text, text_of(witness, "witness_name"),
               KEY_TYPE_COSIGNATURE, &key);
    assert_string_equal(vkey_text, text_of(witness, "vkey"));
    (void)note_cosign(line, text_of(witness, "witness_name"), body,
                      strlen(body), number_of(witness, "timestamp"), &secret);
    assert_string_equal(line, text_of(witness, "signature_line"));

    secret_of(&secret, &key, text_of(log, "ed25519_seed_hex"));
    TAKEN(vkey_read(&vkey, text_of(log, "vkey"), strlen(text_of(log, "vkey")),
                    &error));
    TAKEN(note_parse(&note, signed_note, strlen(signed_note), &error));
    TAKEN(note_opens(&note, &vkey, NULL, &error));
    (void)note_sign(line, vkey.name, note.text.bytes, note.text.size, &secret);
    assert_string_equal(line, note.text.bytes + note.text.size + 1);
    json_decref(root);
}

static bool verifies(const struct key *key, json_t *test)
{
    static uint8_t message[8192];
    uint8_t signature[96];
    size_t message_size, signature_size;

    read_hex(message, sizeof message, &message_size, text_of(test, "msg"));
    read_hex(signature, sizeof signature, &signature_size,
             text_of(test, "sig"));
    return signature_size == SIGNATURE_BYTES &&
           crypto_sign_verify_detached(signature, message, message_size,
                                       key->bytes) == 0;
}

/* The same through a note whose text is the message; a parsed text would have
 * to be UTF-8, so it is put in afterwards. */
static bool note_verifies(const struct key *key, json_t *test)
{
    uint8_t message[8192], blob[4 + 96];
    char bytes[8192];
    size_t size, blob_size;
    uint32_t id = note_key_id("w", 1, KEY_TYPE_ED25519, key);
    struct error error = {0};
    struct note note;
    int length;

    read_hex(message, sizeof message, &size, text_of(test, "msg"));
    read_hex(blob + 4, sizeof blob - 4, &blob_size, text_of(test, "sig"));
    for (int i = 0; i < 4; i++)
        blob[i] = (uint8_t)(id >> (24 - 8 * i));
    length = snprintf(bytes, sizeof bytes, "x\n\n\xe2\x80\x94 w ");
    base64_write(bytes + length, blob, 4 + blob_size);
    length += (int)BASE64_CHARS(4 + blob_size);
    bytes[length++] = '\n';
    if (!note_parse(&note, bytes, (size_t)length, &error))
        return false;
    note.text.bytes = (const char *)message;
    note.text.size = (uint32_t)size;
    return note_verify(&note, 0, key);
}

TEST(the_signatures_of_wycheproof)
{
    json_t *root = load_vectors("wycheproof/ed25519_test.json"), *group, *test;
    size_t i, j, checked = 0;

    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        const char *hex = text_of(json_object_get(group, "publicKey"), "pk");
        struct key key;
        size_t size;

        read_hex(key.bytes, sizeof key.bytes, &size, hex);
        assert_int_equal(size, sizeof key.bytes);
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            bool expected = strcmp(text_of(test, "result"), "valid") == 0;

            assert_int_equal(verifies(&key, test), expected);
            assert_int_equal(note_verifies(&key, test), expected);
            checked++;
        }
    }
    assert_true(checked >= 150);
    json_decref(root);
}

/* Calls check() with the first cell and whether the second is "1". */
static void each_row(const char *file,
                     void (*check)(const char *text, bool valid))
{
    static char bytes[65536];
    struct text rest = {bytes, 0}, line;
    size_t checked = 0;

    rest.size = (uint32_t)load_bytes(file, bytes, sizeof bytes);
    assert_true(text_take_line(&rest, &line));
    while (text_take_line(&rest, &line)) {
        char text[128];
        const char *comma = memchr(line.bytes, ',', line.size);
        size_t size;

        assert_non_null(comma);
        size = (size_t)(comma - line.bytes);
        assert_true(size < sizeof text);
        memcpy(text, line.bytes, size);
        text[size] = '\0';
        assert_true(comma[1] == '0' || comma[1] == '1');
        check(text, comma[1] == '1');
        checked++;
    }
    assert_int_equal(rest.size, 0); /* No row was left unread. */
    assert_true(checked >= 10);
}

static void check_rf(const char *text, bool valid)
{
    char out[RF_CHARS_MAX + 1];

    assert_int_equal(rf_is_good(text, strlen(text)), valid);
    assert_int_equal(rf_read(out, text, strlen(text)), valid);
    if (!valid)
        return;
    assert_true(rf_make(out, text + 4, strlen(text) - 4));
    assert_string_equal(out, text);
}

TEST(references_of_iso_11649)
{
    each_row("payments/rf_iso11649.csv", check_rf);
}

static void check_ogm(const char *text, bool valid)
{
    char out[OGM_CHARS + 1];
    uint64_t number;

    assert_int_equal(ogm_read(&number, text, strlen(text)), valid);
    if (!valid)
        return;
    ogm_from_number(out, number);
    assert_string_equal(out, text);
}

TEST(structured_communications_of_belgium)
{
    each_row("payments/ogm_be.csv", check_ogm);
}

static void check_iban(const char *text, bool valid)
{
    assert_int_equal(iban_is_good(text, strlen(text)), valid);
}

TEST(ibans_of_the_registry)
{
    each_row("payments/iban.csv", check_iban);
}

int main(void)
{
    static const struct vector_test tests[] = {
        VECTORS("tlog/signed-note.json", notes_that_open_and_notes_that_do_not),
        VECTORS("tlog/signed-note.json", vkeys_that_are_none),
        VECTORS("tlog/signed-note.json", what_signers_sign_byte_for_byte),
        VECTORS("wycheproof/ed25519_test.json", the_signatures_of_wycheproof),
        VECTORS("payments/rf_iso11649.csv", references_of_iso_11649),
        VECTORS("payments/ogm_be.csv", structured_communications_of_belgium),
        VECTORS("payments/iban.csv", ibans_of_the_registry),
    };

    return run_vectors(tests, sizeof tests / sizeof tests[0]);
}
