/* Canonical JSON: each value has one spelling. */
#include "tests/unit/canon.h"

#include <dirent.h>
#include <stdlib.h>

static void only_quote_and_backslash_are_escaped(void **unused)
{
    static const char *const escapes[] = {"\\/",
                                          "\\b",
                                          "\\f",
                                          "\\n",
                                          "\\r",
                                          "\\t",
                                          "\\u0041",
                                          "\\u20ac",
                                          "\\U0041",
                                          "\\u0022",
                                          "\\ud83c\\udf31",
                                          "\\x41",
                                          "\\'",
                                          "\\0",
                                          "\\a"};
    char json[700];

    (void)unused;
    accepted(OFFER("a\\\"b\\\\", "5"));
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        (void)snprintf(json, sizeof json, OFFER("a%s", "5"), escapes[i]);
        refused(ERROR_SYNTAX, "only \\\" and \\\\ are escaped", json);
    }
    refused(ERROR_SYNTAX, "does not end",
            "{\"index\":1,\"kind\":\"reversal\",\"no");
    refused(ERROR_SYNTAX, "are escaped",
            "{\"index\":1,\"kind\":\"reversal\",\"no\\");
}

static void a_number_has_one_spelling(void **unused)
{
    static const char *const bad[] = {
        "01",  "1.0",      "1e3",  "-0",       "+1",        "1E3",
        "00",  "0x10",     "-",    "-01",      ".5",        "1.",
        "1_0", "null",     "NaN",  "Infinity", "--1",       "- 1",
        "1-",  "\xd9\xa1", "True", "TRUE",     "truefalse", "1\xc2\xa0"};
    char json[300];

    (void)unused;
    accepted(REVERSAL("0"));
    accepted(REVERSAL("9007199254740991"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(json, sizeof json, REVERSAL("%s"), bad[i]);
        refused(ERROR_SYNTAX, "no canonical value at byte 9, in /index", json);
    }
    refused(ERROR_SYNTAX, "no canonical value", REVERSAL(""));
    refused(ERROR_FIELD, "is no count", REVERSAL("9007199254740992"));
    refused(ERROR_FIELD, "is no count", REVERSAL("18446744073709551617"));
    refused(ERROR_FIELD, "is no count", REVERSAL("true"));
    refused(ERROR_FIELD, "is no count", REVERSAL("\"1\""));
    refused(ERROR_FIELD, "-1 is not within 0", REVERSAL("-1"));
    refused(ERROR_SYNTAX, "no canonical value", REVERSAL("[1]"));
    refused(ERROR_SYNTAX, "no canonical value", REVERSAL("{}"));
}

static void an_amount_has_bounds(void **unused)
{
    (void)unused;
    accepted(OFFER("t", "1"));
    accepted(OFFER("t", "9007199254740991"));
    refused(ERROR_RANGE, "0 is not within 1", OFFER("t", "0"));
    refused(ERROR_RANGE, "-5 is not within 1", OFFER("t", "-5"));
    refused(ERROR_FIELD, "no amount", OFFER("t", "9007199254740992"));
    refused(ERROR_SYNTAX, "no canonical value", OFFER("t", "10.00"));
    pointed("/most", OFFER("t", "0"));
}

static void strings_are_well_formed_text(void **unused)
{
    static const char *const bad[] = {"\x01",
                                      "\x1f",
                                      "\x7f",
                                      "\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xed\xa0\xbc\xed\xbc\xb1",
                                      "\xef\xbf\xbe",
                                      "\xef\xbf\xbf",
                                      "\xef\xb7\x90",
                                      "\xef\xb7\xaf",
                                      "\xf0\x9f\xbf\xbe",
                                      "\xf4\x8f\xbf\xbf",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x8c",
                                      "\xc2\x85",
                                      "\xff",
                                      "\xfe",
                                      "\xc3(",
                                      "\xe2(\xa1",
                                      "\t"};
    static const char *const good[] = {
        "\xc3\xa9",     "e\xcc\x81",    "\xe2\x82\xac", "\xf0\x9f\x8c\xb1",
        "\xef\xb7\x8f", "\xef\xbf\xbd", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xc2\xa0",     "\xe2\x80\xa8", "\xef\xbb\xbf"};
    char json[700];

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(json, sizeof json, OFFER("a%sb", "5"), bad[i]);
        refused(ERROR_SYNTAX, "not allowed in a string", json);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        (void)snprintf(json, sizeof json, OFFER("a%sb", "5"), good[i]);
        accepted(json);
    }
}

static void a_nul_byte_is_no_text(void **unused)
{
    char json[700];
    struct entry entry;
    struct error error;
    size_t size = strlen(OFFER("a#b", "5"));

    (void)unused;
    memcpy(json, OFFER("a#b", "5"), size);
    *(char *)memchr(json, '#', size) = '\0';
    assert_false(parses(json, size, &entry, &error));
    assert_int_equal(error.code, ERROR_SYNTAX);
}

static void a_text_is_as_long_as_its_type_allows(void **unused)
{
    char json[700], title[100];

    (void)unused;
    memset(title, 'x', sizeof title);
    (void)snprintf(json, sizeof json, OFFER("%.79s", "5"), title);
    accepted(json);
    (void)snprintf(json, sizeof json, OFFER("%.80s", "5"), title);
    refused(ERROR_FIELD, "longer than the 79 bytes of a title", json);
    refused(ERROR_FIELD, "no title", OFFER("", "5"));
    /* An escape counts as the byte it stands for. */
    (void)snprintf(json, sizeof json, OFFER("%.78s\\\\", "5"), title);
    accepted(json);
    (void)snprintf(json, sizeof json, OFFER("%.79s\\\\", "5"), title);
    refused(ERROR_FIELD, "longer than", json);
}

static void each_form_of_string_is_strict(void **unused)
{
    (void)unused;
    accepted(UPDATE(HASH64));
    refused(ERROR_FIELD, "is no hash",
            UPDATE("00112233445566778899AABBCCDDEEFF"
                   "00112233445566778899aabbccddeeff"));
    refused(ERROR_FIELD, "is no hash", UPDATE("0011"));
    refused(ERROR_FIELD, "is no nonce",
            JSON("\"index\":1,\"kind\":\"reversal\",\"nonce\":"
                 "\"AAECAwQFBgcICQoLDA0ODx\",\"reason\":\"mistake\""));
    refused(ERROR_FIELD, "is no party",
            JSON("\"commitment\":\"" HASH64
                 "\",\"kind\":\"party.update\"," NONCE
                 ",\"party\":\"c-AAECAwQFBgcICQoLDA0ODw\""));
    refused(ERROR_FIELD, "there is no reverse_reason 'whim'",
            JSON("\"index\":1,\"kind\":\"reversal\"," NONCE
                 ",\"reason\":\"whim\""));
    refused(ERROR_FIELD, "is no date",
            JSON("\"effective\":\"2026-02-29\",\"index\":1,\"kind\":"
                 "\"reversal\"," NONCE ",\"reason\":\"mistake\""));
    accepted(JSON("\"effective\":\"2028-02-29\",\"index\":1,\"kind\":"
                  "\"reversal\"," NONCE ",\"reason\":\"mistake\""));
    refused(ERROR_FIELD, "is no flag",
            JSON("\"day_count\":\"act/365f\",\"decision\":" DECISION
                 ",\"grace\":{\"capitalised\":1,\"months\":2},\"kind\":"
                 "\"offer.open\""));
}

static void sixteen_kibibytes_are_the_end(void **unused)
{
    static char json[JSON_BYTES_MAX + 2];
    struct entry entry;
    struct error error;

    (void)unused;
    memset(json, ' ', sizeof json);
    assert_false(parses(json, JSON_BYTES_MAX + 1, &entry, &error));
    assert_int_equal(error.code, ERROR_SIZE);
    assert_false(parses(json, JSON_BYTES_MAX, &entry, &error));
    assert_int_equal(error.code, ERROR_SYNTAX);
}

static size_t read_file(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;

    if (file != NULL) {
        size = fread(out, 1, room, file);
        (void)fclose(file);
    }
    return size;
}

/* Every string of a file, as the title of an offer. */
static void try_strings(const char *text, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        static char json[4096];
        struct entry entry;
        struct error error;
        size_t start = at + 1;

        if (text[at] != '"')
            continue;
        for (at++; at < size && text[at] != '"'; at++)
            at += text[at] == '\\';
        if (at >= size || at - start > 900)
            return;
        (void)snprintf(json, sizeof json, OFFER("%.*s", "5"), (int)(at - start),
                       text + start);
        if (parses(json, strlen(json), &entry, &error))
            check_stable(json, strlen(json));
        else
            assert_true(error.code == ERROR_SYNTAX ||
                        error.code == ERROR_FIELD);
    }
}

/* Outside vectors: none is an entry; what their strings are made of is taken
 * as it stands, or refused. */
static void outside_vectors_come_back_or_are_refused(void **unused)
{
    static char text[65536];
    static const char *const folders[] = {"input", "output"};
    const char *vectors = getenv("VECTORS");
    int seen = 0;

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        char path[700];
        DIR *folder;

        (void)snprintf(path, sizeof path, "%s/jcs/%s",
                       vectors != NULL ? vectors : "../shared/vectors",
                       folders[i]);
        folder = opendir(path);
        for (struct dirent *file;
             folder != NULL && (file = readdir(folder)) != NULL;) {
            char name[1000];
            struct entry entry;
            struct error error;
            size_t size;

            (void)snprintf(name, sizeof name, "%s/%s", path, file->d_name);
            size =
                file->d_name[0] == '.' ? 0 : read_file(name, text, sizeof text);
            if (size == 0)
                continue;
            assert_false(parses(text, size, &entry, &error));
            try_strings(text, size);
            seen++;
        }
        if (folder != NULL)
            (void)closedir(folder);
    }
    if (seen > 0)
        return;
    print_message("skipped: no outside vectors of canonical JSON\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_quote_and_backslash_are_escaped),
        cmocka_unit_test(a_number_has_one_spelling),
        cmocka_unit_test(an_amount_has_bounds),
        cmocka_unit_test(strings_are_well_formed_text),
        cmocka_unit_test(a_nul_byte_is_no_text),
        cmocka_unit_test(a_text_is_as_long_as_its_type_allows),
        cmocka_unit_test(each_form_of_string_is_strict),
        cmocka_unit_test(sixteen_kibibytes_are_the_end),
        cmocka_unit_test(outside_vectors_come_back_or_are_refused),
    };

    entry_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
