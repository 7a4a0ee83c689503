/* Canonical JSON: every kind comes back as it went; all else is refused. */
#include "tests/unit/canon.h"
#include "tests/unit/generate.h"

#include <stdlib.h>

static void every_kind_comes_back_as_it_went(void **unused)
{
    static struct generator gen = {.seed = 1};
    static char out[JSON_BYTES_MAX];
    struct entry entry;

    (void)unused;
    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        for (int round = 0; round < 200; round++) {
            size_t size;

            gen_entry(&gen, &entry, (enum entry_kind)kind,
                      (enum given)(round % 3));
            size = entry_write(out, sizeof out, &entry);
            assert_true(size > 0);
            check_stable(out, size);
        }
    }
}

static void what_is_parsed_is_what_was_meant(void **unused)
{
    static struct generator gen = {.seed = 2};
    static char out[JSON_BYTES_MAX];
    struct entry meant, read;
    struct error error;

    (void)unused;
    for (int round = 0; round < 200; round++) {
        size_t size;

        gen_entry(&gen, &meant, ENTRY_share_subscribe, GIVEN_SOME);
        size = entry_write(out, sizeof out, &meant);
        assert_true(parses(out, size, &read, &error));
        assert_int_equal(read.kind, meant.kind);
        assert_int_equal(read.present, meant.present);
        assert_memory_equal(&read.common, &meant.common, sizeof read.common);
        assert_memory_equal(&read.share_subscribe, &meant.share_subscribe,
                            sizeof read.share_subscribe);
    }
}

static void a_list_takes_its_most_and_not_one_more(void **unused)
{
    static char json[JSON_BYTES_MAX];
    static const char item[] = "\"" HASH64 "\"";
    char consents[20 * sizeof item];

    (void)unused;
    for (int count = 1; count <= 11; count++) {
        size_t used = 0;

        for (int i = 0; i < count; i++)
            used += (size_t)snprintf(consents + used, sizeof consents - used,
                                     "%s%s", i == 0 ? "[" : ",", item);
        (void)snprintf(consents + used, sizeof consents - used, "]");
        (void)snprintf(json, sizeof json, APPLY("%s"), consents);
        if (count <= 10)
            accepted(json);
        else
            refused(ERROR_SYNTAX, "too many list items", json);
    }
}

static void a_list_that_is_empty_is_left_out(void **unused)
{
    (void)unused;
    refused(ERROR_SYNTAX, "an empty list is left out at byte 13, in /consents",
            APPLY("[]"));
    refused(ERROR_SYNTAX, "an empty list", ALLOCATE("[]"));
    refused(ERROR_FIELD, "parts is missing",
            JSON("\"kind\":\"bank.allocate\",\"line\":"
                 "\"y-AAECAwQFBgcICQoLDA0ODw\"," NONCE));
}

static void an_object_may_be_empty_if_its_fields_may_be_left_out(void **unused)
{
    (void)unused;
    accepted(JSON("\"decision\":{\"body\":\"general-meeting\",\"date\":"
                  "\"2026-01-10\",\"sha256\":\"" HASH64
                  "\"},\"kind\":\"statutes.amend\"," NONCE ",\"statutes\":{}"));
    refused(ERROR_FIELD, "amount is missing", ALLOCATE("[{}]"));
    refused(ERROR_FIELD, "key is missing", "{\"kind\":\"key.add\"}");
    refused(ERROR_KIND, "no such kind", "{}");
}

static void keys_are_sorted_and_each_stands_once(void **unused)
{
    (void)unused;
    refused(ERROR_SYNTAX, "keys must be sorted",
            JSON("\"index\":1,\"kind\":\"reversal\"," NONCE
                 ",\"effective\":\"2026-01-10\",\"reason\":\"mistake\""));
    refused(ERROR_SYNTAX, "keys must be sorted",
            JSON("\"kind\":\"reversal\"," NONCE
                 ",\"index\":1,\"reason\":\"mistake\""));
    refused(ERROR_SYNTAX, "each once",
            JSON("\"index\":1,\"index\":1,\"kind\":\"reversal\"," NONCE
                 ",\"reason\":\"mistake\""));
    refused(ERROR_SYNTAX, "keys must be sorted",
            ALLOCATE("[{\"amount\":5,\"use\":\"outside\",\"target\":1}]"));
    refused(ERROR_SYNTAX, "each once",
            ALLOCATE("[{\"amount\":5,\"amount\":5}]"));
}

static void unknown_and_missing_fields_are_named(void **unused)
{
    (void)unused;
    refused(ERROR_FIELD, "party.update has no field \"name\"",
            JSON("\"commitment\":\"" HASH64
                 "\",\"kind\":\"party.update\",\"name\":\"x\"," NONCE
                 "," PARTY));
    refused(ERROR_FIELD, "part has no field \"zone\"",
            ALLOCATE("[{\"amount\":5,\"zone\":1}]"));
    refused(ERROR_FIELD, "commitment is missing",
            JSON("\"kind\":\"party.update\"," NONCE "," PARTY));
    refused(
        ERROR_FIELD, "party is missing",
        JSON("\"commitment\":\"" HASH64 "\",\"kind\":\"party.update\"," NONCE));
    refused(ERROR_FIELD, "no field \"Kind\"",
            JSON("\"Kind\":1,\"kind\":\"reversal\""));
    pointed("/party", JSON("\"commitment\":\"" HASH64
                           "\",\"kind\":\"party.update\"," NONCE));
    pointed("/parts/1/amount", ALLOCATE("[{\"amount\":5},{}]"));
}

static void the_kind_must_be_one_of_the_table(void **unused)
{
    (void)unused;
    refused(ERROR_KIND, "no such kind", "{\"kind\":\"pledge.break\"}");
    refused(ERROR_KIND, "no such kind", "{\"kind\":\"\"}");
    refused(ERROR_KIND, "no such kind", "{\"kind\":7}");
    refused(ERROR_KIND, "no such kind", "{\"kind\":\"reversal");
    refused(ERROR_KIND, "no such kind", "{\"x\":{\"kind\":\"reversal\"}}");
}

static void there_is_no_white_space(void **unused)
{
    static const char *const blanks[] = {" ", "\t", "\n", "\r"};
    const char *good = ALLOCATE("[{\"amount\":5,\"use\":\"outside\"}]");
    size_t size = strlen(good);

    (void)unused;
    accepted(good);
    for (size_t blank = 0; blank < 4; blank++) {
        bool inside = false;

        for (size_t at = 0; at <= size; at++) {
            char json[400];
            struct entry entry;
            struct error error;

            if (at > 0 && good[at - 1] == '"')
                inside = !inside;
            memcpy(json, good, at);
            json[at] = blanks[blank][0];
            memcpy(json + at + 1, good + at, size - at);
            if (parses(json, size + 1, &entry, &error))
                fail_msg("accepted: %.*s", (int)size + 1, json);
            if (!inside && error.code == ERROR_FIELD)
                fail_msg("not seen as syntax: %.*s", (int)size + 1, json);
        }
    }
}

static void nothing_follows_the_object(void **unused)
{
    (void)unused;
    refused(ERROR_SYNTAX, "bytes after the end", REVERSAL("1") "\n");
    refused(ERROR_SYNTAX, "bytes after the end", REVERSAL("1") "{}");
    refused(ERROR_SYNTAX, "expected '{'", "[" REVERSAL("1") "]");
    refused(ERROR_SYNTAX, "expected '{'", "\xef\xbb\xbf" REVERSAL("1"));
    refused(ERROR_SYNTAX, "expected '{'", "");
    refused(ERROR_SYNTAX, "expected '\"'",
            "{\"index\":1,\"kind\":\"reversal\",}");
}

static void a_refusal_names_offset_and_pointer(void **unused)
{
    (void)unused;
    refused(ERROR_SYNTAX, "at byte 9, in /index",
            "{\"index\":1 ,\"kind\":\"reversal\"}");
    pointed("/parts/0/use", ALLOCATE("[{\"amount\":5,\"use\":\"fun\"}]"));
    pointed("/decision/date",
            JSON("\"decision\":{\"body\":\"board\",\"date\":\"2026-13-10\"},"
                 "\"kind\":\"member.refuse\""));
    pointed("/consents/1", APPLY("[\"" HASH64 "\",\"x\"]"));
}

/* One change of a byte gives other bytes; if they are taken at all, then as
 * another entry, written back exactly so. */
static void whatever_is_taken_has_one_spelling(void **unused)
{
    static const char inserts[] = "0\"\\,:{}[] -aA\xc3";
    static struct generator gen = {.seed = 3};
    static char json[JSON_BYTES_MAX], changed[JSON_BYTES_MAX + 1];
    struct entry entry;
    struct error error;

    (void)unused;
    for (int kind = 1; kind < ENTRY_KIND_COUNT; kind++) {
        size_t size;

        do {
            gen_entry(&gen, &entry, (enum entry_kind)kind, GIVEN_SOME);
            size = entry_write(json, sizeof json, &entry);
        } while (size > 1500);
        for (size_t at = 0; at < size; at++) {
            for (size_t i = 0; i < sizeof inserts - 1; i++) {
                memcpy(changed, json, size);
                changed[at] = inserts[i];
                if (parses(changed, size, &entry, &error))
                    check_stable(changed, size);
                memcpy(changed + at + 1, json + at, size - at);
                if (parses(changed, size + 1, &entry, &error))
                    check_stable(changed, size + 1);
            }
            memcpy(changed + at, json + at + 1, size - at - 1);
            if (parses(changed, size - 1, &entry, &error))
                check_stable(changed, size - 1);
            assert_false(parses(json, at, &entry, &error));
        }
    }
}

static void a_room_that_is_too_small_is_never_overrun(void **unused)
{
    static struct generator gen = {.seed = 4};
    static char out[JSON_BYTES_MAX];
    struct entry entry;
    size_t size;

    (void)unused;
    gen_entry(&gen, &entry, ENTRY_ledger_open, GIVEN_ALL);
    size = entry_write(out, sizeof out, &entry);
    assert_true(size > 0);
    for (size_t room = 0; room < size; room++) {
        char *small = malloc(room + 1);

        assert_non_null(small);
        assert_int_equal(entry_write(small, room, &entry), 0);
        free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_went),
        cmocka_unit_test(what_is_parsed_is_what_was_meant),
        cmocka_unit_test(a_list_takes_its_most_and_not_one_more),
        cmocka_unit_test(a_list_that_is_empty_is_left_out),
        cmocka_unit_test(an_object_may_be_empty_if_its_fields_may_be_left_out),
        cmocka_unit_test(keys_are_sorted_and_each_stands_once),
        cmocka_unit_test(unknown_and_missing_fields_are_named),
        cmocka_unit_test(the_kind_must_be_one_of_the_table),
        cmocka_unit_test(there_is_no_white_space),
        cmocka_unit_test(nothing_follows_the_object),
        cmocka_unit_test(a_refusal_names_offset_and_pointer),
        cmocka_unit_test(whatever_is_taken_has_one_spelling),
        cmocka_unit_test(a_room_that_is_too_small_is_never_overrun),
    };

    entry_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
