/* Typed words become canonical JSON by the table. */
#include "ledger/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HASH64                                                                 \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NONCE "nonce=AAECAwQFBgcICQoLDA0ODw "
#define PARTY "p-AAECAwQFBgcICQoLDA0ODw"

static char out[JSON_BYTES_MAX];

/* Knows "ana" as a party, "m1" as a hash and "new" as a nonce. */
static bool lookup(void *context, enum field_type type, struct text word,
                   void *value, struct error *error)
{
    int *calls = context;
    struct id ana = {.letter = 'p', .bytes = {1}};

    (*calls)++;
    if (type == TYPE_party && text_is(word, "ana"))
        memcpy(value, &ana, sizeof ana);
    else if (type == TYPE_hash && text_is(word, "m1"))
        memset(value, 0x11, sizeof(struct hash));
    else if (type == TYPE_nonce && text_is(word, "new"))
        memset(value, 0x22, sizeof(struct nonce));
    else
        return (fail)(error, ERROR_ABSENT, "nobody is called %.*s",
                      (int)word.size, word.bytes);
    return true;
}

static size_t try(enum entry_kind kind, const char *line, int *calls,
                  struct error *error)
{
    struct composer composer = {2, lookup, calls};
    struct word words[WORDS_MAX];
    size_t count;

    *error = (struct error){.code = ERROR_NONE};
    *calls = 0;
    if (!words_split(words, &count, line, strlen(line), error))
        return 0;
    return compose(out, sizeof out, kind, words, count, &composer, error);
}

static void gives(enum entry_kind kind, const char *line, const char *json)
{
    static struct entry_lists lists;
    struct error error;
    struct entry entry;
    int calls;
    size_t size = try(kind, line, &calls, &error);

    if (size == 0)
        fail_msg("%s: %s", line, error.text);
    assert_int_equal(size, strlen(json));
    assert_memory_equal(out, json, size);
    if (!entry_parse(&entry, &lists, out, size, &error))
        fail_msg("%.*s: %s", (int)size, out, error.text);
}

static void refuses(enum entry_kind kind, const char *line,
                    enum error_code code, const char *pointer, const char *what)
{
    struct error error;
    int calls;

    if (try(kind, line, &calls, &error) != 0)
        fail_msg("taken: %s", line);
    if (error.code != code || strstr(error.text, what) == NULL ||
        strcmp(error.pointer, pointer) != 0)
        fail_msg("%s: %s: %s at %s", line, error_spec(error.code)->name,
                 error.text, error.pointer);
}

static void words_may_stand_in_any_order(void **unused)
{
    (void)unused;
    gives(ENTRY_party_update, "party=" PARTY " " NONCE "commitment=" HASH64,
          "{\"commitment\":\"" HASH64 "\",\"kind\":\"party.update\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"party\":\"" PARTY "\"}");
}

static void names_are_looked_up_and_literals_are_not(void **unused)
{
    struct error error;
    int calls;

    (void)unused;
    gives(ENTRY_party_update, "party=ana nonce=new commitment=m1",
          "{\"commitment\":\"11111111111111111111111111111111"
          "11111111111111111111111111111111\",\"kind\":\"party.update\","
          "\"nonce\":\"IiIiIiIiIiIiIiIiIiIiIg\",\"party\":"
          "\"p-AQAAAAAAAAAAAAAAAAAAAA\"}");
    assert_true(try(ENTRY_party_update,
                    "party=" PARTY " " NONCE "commitment=" HASH64, &calls,
                    &error) > 0);
    assert_int_equal(calls, 0);
    refuses(ENTRY_party_update, "party=bob", ERROR_ABSENT, "/party",
            "nobody is called bob");
    /* An id of another letter is no literal of this type either. */
    refuses(ENTRY_party_update, "party=c-AAECAwQFBgcICQoLDA0ODw", ERROR_ABSENT,
            "/party", "nobody is called c-");
}

static void amounts_are_typed_in_units_of_the_currency(void **unused)
{
    (void)unused;
    gives(ENTRY_capital_call,
          "contract=i-AAECAwQFBgcICQoLDA0ODw tranche=u-AAECAwQFBgcICQoLDA0ODw"
          " due=2026-03-01 amount=500.5 " NONCE,
          "{\"amount\":50050,\"contract\":\"i-AAECAwQFBgcICQoLDA0ODw\","
          "\"due\":\"2026-03-01\",\"kind\":\"capital.call\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"tranche\":"
          "\"u-AAECAwQFBgcICQoLDA0ODw\"}");
    refuses(ENTRY_capital_call, "amount=0.001", ERROR_FIELD, "/amount",
            "no amount of the currency");
    refuses(ENTRY_capital_call, "amount=1e3", ERROR_FIELD, "/amount",
            "no amount");
    refuses(ENTRY_capital_call, "amount=0", ERROR_RANGE, "/amount",
            "not within");
    refuses(ENTRY_capital_call, "amount=-1.00", ERROR_RANGE, "/amount",
            "not within");
    refuses(ENTRY_capital_call, "amount=", ERROR_FIELD, "/amount", "no amount");
}

static void objects_and_lists_nest(void **unused)
{
    (void)unused;
    gives(ENTRY_campaign_cancel,
          "campaign=k-AAECAwQFBgcICQoLDA0ODw reason=law " NONCE
          "decision={date=2026-01-10 body=board sha256=m1}",
          "{\"campaign\":\"k-AAECAwQFBgcICQoLDA0ODw\",\"decision\":{\"body\":"
          "\"board\",\"date\":\"2026-01-10\",\"sha256\":"
          "\"1111111111111111111111111111111111111111111111111111111111111111"
          "\"},\"kind\":\"campaign.cancel\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"reason\":\"law\"}");
    gives(ENTRY_bank_allocate,
          NONCE "line=y-AAECAwQFBgcICQoLDA0ODw"
                " parts=[{use=outside amount=1} {use=donation  amount=2.50}]",
          "{\"kind\":\"bank.allocate\",\"line\":"
          "\"y-AAECAwQFBgcICQoLDA0ODw\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"parts\":[{\"amount\":100,\"use\":"
          "\"outside\"},{\"amount\":250,\"use\":\"donation\"}]}");
    gives(ENTRY_member_apply, NONCE "party=ana consents=[m1 " HASH64 "]",
          "{\"consents\":[\"11111111111111111111111111111111"
          "11111111111111111111111111111111\",\"" HASH64
          "\"],\"kind\":\"member.apply\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"party\":"
          "\"p-AQAAAAAAAAAAAAAAAAAAAA\"}");
}

static void a_pointer_leads_into_the_nest(void **unused)
{
    (void)unused;
    refuses(ENTRY_bank_allocate, "parts=[{amount=1} {amount=x}]", ERROR_FIELD,
            "/parts/1/amount", "no amount");
    refuses(ENTRY_bank_allocate, "parts=[{amount=1 colour=red}]", ERROR_FIELD,
            "/parts/0", "part has no field colour");
    refuses(ENTRY_bank_allocate, "parts=[{amount=1 amount=1}]", ERROR_FIELD,
            "/parts/0", "amount is given twice");
    refuses(ENTRY_bank_allocate, "parts={amount=1}", ERROR_FIELD, "/parts",
            "expected [ ... ]");
    refuses(ENTRY_campaign_cancel, "decision=[a]", ERROR_FIELD, "/decision",
            "expected { ... }");
    refuses(ENTRY_member_apply, "consents=[m1 m2]", ERROR_ABSENT, "/consents/1",
            "nobody");
}

static void texts_may_be_quoted(void **unused)
{
    (void)unused;
    gives(ENTRY_bank_account,
          NONCE "account=b-AAECAwQFBgcICQoLDA0ODw name=\"A \\\"B\\\" \\\\ C\"",
          "{\"account\":\"b-AAECAwQFBgcICQoLDA0ODw\",\"kind\":"
          "\"bank.account\",\"name\":\"A \\\"B\\\" \\\\ C\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\"}");
    gives(ENTRY_bank_account,
          NONCE "account=b-AAECAwQFBgcICQoLDA0ODw name=\"a} [b\" note="
                "v-AAECAwQFBgcICQoLDA0ODw",
          "{\"account\":\"b-AAECAwQFBgcICQoLDA0ODw\",\"kind\":"
          "\"bank.account\",\"name\":\"a} [b\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\",\"note\":"
          "\"v-AAECAwQFBgcICQoLDA0ODw\"}");
    gives(ENTRY_bank_account,
          NONCE "account=b-AAECAwQFBgcICQoLDA0ODw name=C:\\tmp",
          "{\"account\":\"b-AAECAwQFBgcICQoLDA0ODw\",\"kind\":"
          "\"bank.account\",\"name\":\"C:\\\\tmp\",\"nonce\":"
          "\"AAECAwQFBgcICQoLDA0ODw\"}");
    refuses(ENTRY_bank_account, "name=\"a\\nb\"", ERROR_FIELD, "/name",
            "escaped");
    refuses(ENTRY_bank_account, "name=\"a\"b", ERROR_FIELD, "/name",
            "one string");
    refuses(ENTRY_bank_account, "name=\"\"", ERROR_FIELD, "/name", "no title");
}

static void a_line_that_is_no_words_is_refused(void **unused)
{
    static const char *const lines[] = {
        "party", "=ana", "Party=ana", "party=ana }", "a={b",       "a=[b}c]{",
        "a=\"b", "a=b]", "a-b=c",     "a={b=\"}",    "party=\"x\\"};

    (void)unused;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct word words[WORDS_MAX];
        struct error error = {.code = ERROR_NONE};
        size_t count;

        if (words_split(words, &count, lines[i], strlen(lines[i]), &error))
            fail_msg("taken: %s", lines[i]);
        assert_int_equal(error.code, ERROR_USAGE);
    }
}

static void blanks_part_words(void **unused)
{
    static const char line[] = "  a=1\t b={ c=2 }  d=\" e \" ";
    struct word words[WORDS_MAX];
    struct error error = {.code = ERROR_NONE};
    size_t count;

    (void)unused;
    assert_true(words_split(words, &count, line, strlen(line), &error));
    assert_int_equal(count, 3);
    assert_true(text_is(words[1].name, "b"));
    assert_true(text_is(words[1].value, "{ c=2 }"));
    assert_true(text_is(words[2].value, "\" e \""));
    assert_true(words_split(words, &count, "", 0, &error));
    assert_int_equal(count, 0);
}

static void more_words_than_a_line_has_are_refused(void **unused)
{
    char line[WORDS_MAX * 4 + 8] = "";
    struct word words[WORDS_MAX];
    struct error error = {.code = ERROR_NONE};
    size_t count;

    (void)unused;
    for (size_t i = 0; i < WORDS_MAX; i++)
        memcpy(line + 4 * i, "a=b ", 4);
    assert_true(words_split(words, &count, line, strlen(line), &error));
    assert_int_equal(count, WORDS_MAX);
    memcpy(line + 4 * WORDS_MAX, "a=b", 3);
    assert_false(words_split(words, &count, line, strlen(line), &error));
}

static void fields_are_known_and_given_once(void **unused)
{
    (void)unused;
    refuses(ENTRY_reversal, "index=1 colour=red", ERROR_FIELD, "",
            "reversal has no field colour");
    refuses(ENTRY_reversal, "index=1 index=1", ERROR_FIELD, "",
            "index is given twice");
    refuses(ENTRY_reversal, "kind=reversal", ERROR_FIELD, "/kind",
            "kind stands first");
    refuses(ENTRY_reversal, "index=01", ERROR_FIELD, "/index", "no count");
    refuses(ENTRY_reversal, "reason=whim", ERROR_FIELD, "/reason",
            "no reverse_reason 'whim'");
    refuses(ENTRY_reversal, "effective=2026-02-30", ERROR_FIELD, "/effective",
            "no date");
}

static void a_room_that_is_too_small_is_an_error(void **unused)
{
    static const char line[] = "party=ana nonce=new commitment=m1";
    struct composer composer = {2, lookup, &(int){0}};
    struct word words[WORDS_MAX];
    struct error error = {.code = ERROR_NONE};
    size_t count, size;
    int calls;

    (void)unused;
    size = try(ENTRY_party_update, line, &calls, &error);
    assert_true(words_split(words, &count, line, strlen(line), &error));
    for (size_t room = 0; room < size; room++) {
        error = (struct error){.code = ERROR_NONE};
        assert_int_equal(compose(out, room, ENTRY_party_update, words, count,
                                 &composer, &error),
                         0);
        assert_int_equal(error.code, ERROR_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_may_stand_in_any_order),
        cmocka_unit_test(names_are_looked_up_and_literals_are_not),
        cmocka_unit_test(amounts_are_typed_in_units_of_the_currency),
        cmocka_unit_test(objects_and_lists_nest),
        cmocka_unit_test(a_pointer_leads_into_the_nest),
        cmocka_unit_test(texts_may_be_quoted),
        cmocka_unit_test(a_line_that_is_no_words_is_refused),
        cmocka_unit_test(blanks_part_words),
        cmocka_unit_test(more_words_than_a_line_has_are_refused),
        cmocka_unit_test(fields_are_known_and_given_once),
        cmocka_unit_test(a_room_that_is_too_small_is_an_error),
    };

    entry_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
