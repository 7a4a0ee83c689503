/* The envelope of an entry: text, note, leaf. */
#include "ledger/leaf.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ORIGIN "coop.example/mill"
#define NOTE_ROOM (32 * 1024)

static const char json[] = "{\"kind\":\"key.add\"}";

/* A signature line by a key made of one byte. */
static size_t add_line(char *note, size_t used, const char *name,
                       uint8_t number, size_t text_size)
{
    struct secret_key secret;
    uint8_t seed[32] = {number}, public[32];

    (void)crypto_sign_seed_keypair(public, secret.bytes, seed);
    return used + note_sign(note + used, name, note, text_size, &secret);
}

static const char *party_name(char out[static 100], uint8_t number)
{
    struct id id = {.letter = 'p', .bytes = {number}};
    char text[ID_CHARS + 1];

    id_write(text, id);
    (void)snprintf(out, 100, ORIGIN "/%s", text);
    return out;
}

/* A text, an empty line, and one line of the first party. */
static size_t make_note(char *note, const char *text)
{
    size_t size = strlen(text);
    char name[100];

    memcpy(note, text, size);
    note[size] = '\n';
    return add_line(note, size + 1, party_name(name, 1), 1, size);
}

static size_t good_note(char *note)
{
    char text[1000];
    size_t size =
        entry_text_write(text, sizeof text, ORIGIN, json, strlen(json));

    assert_true(size > 0);
    text[size] = '\0';
    return make_note(note, text);
}

static void reads_not(enum error_code code, const char *what, const char *note,
                      size_t size)
{
    static struct envelope envelope;
    struct error error = {.code = ERROR_NONE};

    if (envelope_read(&envelope, note, size, ORIGIN, &error))
        fail_msg("read: %.*s", (int)size, note);
    if (error.code != code || strstr(error.text, what) == NULL)
        fail_msg("%s: %s, not %s", error_spec(error.code)->name, error.text,
                 what);
}

static void a_text_has_three_lines(void **unused)
{
    static const char expected[] =
        "terreau/entry/v1\ncoop.example/mill\n{\"kind\":\"key.add\"}\n";
    char text[200];

    (void)unused;
    assert_int_equal(
        entry_text_write(text, sizeof text, ORIGIN, json, strlen(json)),
        strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
    for (size_t room = 0; room < strlen(expected); room++)
        assert_int_equal(
            entry_text_write(text, room, ORIGIN, json, strlen(json)), 0);
}

static void a_note_is_taken_apart(void **unused)
{
    static struct envelope envelope;
    struct error error = {.code = ERROR_NONE};
    struct hash hash;
    char note[2000];
    size_t size = good_note(note);
    struct id party = {.letter = 'p', .bytes = {1}};

    (void)unused;
    if (!envelope_read(&envelope, note, size, ORIGIN, &error))
        fail_msg("%s", error.text);
    assert_true(text_is(envelope.json, json));
    assert_int_equal(envelope.signer_count, 1);
    assert_false(envelope.signers[0].clerk);
    assert_true(id_equal(envelope.signers[0].party, party));
    hash = entry_text_hash(envelope.note.text);
    assert_true(hash_equal(&hash, &envelope.text_hash));
    /* The hash is of the text alone, whoever signs it. */
    size = add_line(note, size, ORIGIN "/p-CAAAAAAAAAAAAAAAAAAAAA", 2,
                    envelope.note.text.size);
    assert_true(envelope_read(&envelope, note, size, ORIGIN, &error));
    assert_int_equal(envelope.signer_count, 2);
    assert_true(hash_equal(&hash, &envelope.text_hash));
}

static void other_texts_are_refused(void **unused)
{
    char note[4000];

    (void)unused;
    reads_not(ERROR_NOTE, "its first line", note,
              make_note(note, "terreau/entry/v2\n" ORIGIN "\n{}\n"));
    reads_not(ERROR_NOTE, "its first line", note,
              make_note(note, "terreau/leaf/v1 x\n" ORIGIN "\n{}\n"));
    reads_not(ERROR_ORIGIN, "is for coop.example/mil,", note,
              make_note(note, "terreau/entry/v1\ncoop.example/mil\n{}\n"));
    reads_not(ERROR_ORIGIN, "is for", note,
              make_note(note, "terreau/entry/v1\n" ORIGIN "/\n{}\n"));
    reads_not(ERROR_ORIGIN, "is for {}", note,
              make_note(note, "terreau/entry/v1\n{}\n"));
    reads_not(ERROR_NOTE, "three lines", note,
              make_note(note, "terreau/entry/v1\n" ORIGIN "\n"));
    reads_not(ERROR_NOTE, "three lines", note,
              make_note(note, "terreau/entry/v1\n" ORIGIN "\n\n{}\n"));
    reads_not(ERROR_NOTE, "three lines", note,
              make_note(note, "terreau/entry/v1\n" ORIGIN "\n{}\n{}\n"));
    reads_not(ERROR_NOTE, "", "", 0);
    reads_not(ERROR_NOTE, "", "terreau/entry/v1\n", 17);
}

static void sizes_have_limits(void **unused)
{
    static char text[NOTE_ROOM], note[NOTE_ROOM];
    size_t front;

    (void)unused;
    memset(text, 'x', sizeof text);
    memcpy(text, "terreau/entry/v1\n" ORIGIN "\n", 17 + strlen(ORIGIN) + 1);
    front = 17 + strlen(ORIGIN) + 1;
    memcpy(text + front + JSON_BYTES_MAX + 1, "\n", 2);
    reads_not(ERROR_SIZE, "at most 16384 bytes", note, make_note(note, text));
    memset(text + front + JSON_BYTES_MAX + 1, 'x', 2);
    memcpy(text + TEXT_BYTES_MAX, "\n", 2);
    reads_not(ERROR_SIZE, "text has at most 17408 bytes", note,
              make_note(note, text));
    reads_not(ERROR_SIZE, "note has at most", text, LEAF_BYTES_MAX);
}

/* Lines by the parties 2, 1: the text's first line is party 1's. */
static size_t two_lines(char *note, uint8_t first, uint8_t first_key,
                        uint8_t second, uint8_t second_key)
{
    char name[100];
    size_t size = entry_text_write(note, 500, ORIGIN, json, strlen(json));
    size_t used = size;

    note[used++] = '\n';
    used = add_line(note, used, party_name(name, first), first_key, size);
    return add_line(note, used, party_name(name, second), second_key, size);
}

static void lines_are_sorted_and_each_stands_once(void **unused)
{
    static struct envelope envelope;
    struct error error = {.code = ERROR_NONE};
    char note[2000];
    size_t one, two;

    (void)unused;
    assert_true(envelope_read(&envelope, note, two_lines(note, 1, 1, 2, 2),
                              ORIGIN, &error));
    reads_not(ERROR_SIGNATURE, "line 2 does not follow", note,
              two_lines(note, 2, 2, 1, 1));
    reads_not(ERROR_SIGNATURE, "line 2 does not follow", note,
              two_lines(note, 1, 1, 1, 1));
    /* Two keys of one party: by key ID, one way round. */
    one = two_lines(note, 1, 1, 1, 2);
    one = envelope_read(&envelope, note, one, ORIGIN, &error);
    error = (struct error){.code = ERROR_NONE};
    two = two_lines(note, 1, 2, 1, 1);
    two = envelope_read(&envelope, note, two, ORIGIN, &error);
    assert_int_equal(one + two, 1);
}

static void names_are_of_this_ledger(void **unused)
{
    static const char *const names[] = {
        ORIGIN,
        ORIGIN "/",
        ORIGIN "/clerks",
        ORIGIN "/p-AAAA",
        ORIGIN "/c-AQAAAAAAAAAAAAAAAAAAAA",
        ORIGIN "/p-AQAAAAAAAAAAAAAAAAAAAB",
        "coop.example/mill2/p-AQAAAAAAAAAAAAAAAAAAAA",
        "other.example/mill/p-AQAAAAAAAAAAAAAAAAAAAA",
        "p-AQAAAAAAAAAAAAAAAAAAAA",
        "clerk",
    };
    static struct envelope envelope;
    struct error error = {.code = ERROR_NONE};
    char note[2000];
    size_t size, used;

    (void)unused;
    size = entry_text_write(note, 500, ORIGIN, json, strlen(json));
    note[size] = '\n';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        used = add_line(note, size + 1, names[i], 1, size);
        reads_not(ERROR_SIGNATURE, "by no party of", note, used);
    }
    used = add_line(note, size + 1, ORIGIN "/clerk", 1, size);
    assert_true(envelope_read(&envelope, note, used, ORIGIN, &error));
    assert_true(envelope.signers[0].clerk);
}

static void sixteen_may_sign_and_no_more(void **unused)
{
    static struct envelope envelope;
    struct error error = {.code = ERROR_NONE};
    char note[8000], name[100];
    size_t size = entry_text_write(note, 500, ORIGIN, json, strlen(json));
    size_t used = size;

    (void)unused;
    note[used++] = '\n';
    /* base64url of i << 2 sorts as i for these. */
    for (uint8_t i = 1; i <= SIGNERS_MAX; i++)
        used =
            add_line(note, used, party_name(name, (uint8_t)(i * 4)), i, size);
    if (!envelope_read(&envelope, note, used, ORIGIN, &error))
        fail_msg("%s", error.text);
    assert_int_equal(envelope.signer_count, SIGNERS_MAX);
    used = add_line(note, used, party_name(name, 25 * 4), 25, size);
    reads_not(ERROR_SIGNATURE, "at most 16", note, used);
}

static void a_leaf_is_the_stamp_and_the_note(void **unused)
{
    static const char front[] = "terreau/leaf/v1 2026-02-09T10:00:00.123Z\n";
    struct instant accepted = {INT64_C(1770631200123)}, read;
    struct error error = {.code = ERROR_NONE};
    struct text text;
    char note[2000], leaf[2100];
    size_t size = good_note(note), total;

    (void)unused;
    total = leaf_write(leaf, sizeof leaf, accepted, note, size);
    assert_int_equal(total, strlen(front) + size);
    assert_memory_equal(leaf, front, strlen(front));
    assert_memory_equal(leaf + strlen(front), note, size);
    assert_true(leaf_read(&read, &text, leaf, total, &error));
    assert_true(read.ms == accepted.ms);
    assert_int_equal(text.size, size);
    assert_memory_equal(text.bytes, note, size);
    for (size_t room = 0; room < total; room++)
        assert_int_equal(leaf_write(leaf, room, accepted, note, size), 0);
}

static void what_is_no_leaf_is_refused(void **unused)
{
    static const char *const leaves[] = {
        "",
        "terreau/leaf/v1 2026-02-09T10:00:00.123Z\n",
        "terreau/leaf/v2 2026-02-09T10:00:00.123Z\nnote",
        "terreau/leaf/v1 2026-02-09T10:00:00Z\nnote and some more",
        "terreau/leaf/v1 2026-02-30T10:00:00.123Z\nnote",
        "terreau/leaf/v1 2026-02-09T10:00:00.123Z note",
        "terreau/leaf/v1 2026-02-09 10:00:00.123Z\nnote",
    };
    static char large[LEAF_BYTES_MAX + 1];
    struct instant accepted;
    struct text note;

    (void)unused;
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        struct error error = {.code = ERROR_NONE};

        if (leaf_read(&accepted, &note, leaves[i], strlen(leaves[i]), &error))
            fail_msg("read: %s", leaves[i]);
        assert_int_equal(error.code, ERROR_NOTE);
    }
    {
        struct error error = {.code = ERROR_NONE};

        assert_false(leaf_read(&accepted, &note, large, sizeof large, &error));
        assert_int_equal(error.code, ERROR_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_has_three_lines),
        cmocka_unit_test(a_note_is_taken_apart),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(lines_are_sorted_and_each_stands_once),
        cmocka_unit_test(names_are_of_this_ledger),
        cmocka_unit_test(sixteen_may_sign_and_no_more),
        cmocka_unit_test(a_leaf_is_the_stamp_and_the_note),
        cmocka_unit_test(what_is_no_leaf_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
