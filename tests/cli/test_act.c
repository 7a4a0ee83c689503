/* From typed words to a signed note. */
#include "admin-cli/act.h"
#include "ledger/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { WORDS = 32 };

/* Splits a line at blanks; '...' quotes. */
static bool parse(struct call *call, const char *line, struct error *error)
{
    static char text[2048];
    char *argv[WORDS], *at = text;
    int argc = 0;

    (void)snprintf(text, sizeof text, "%s", line);
    *call = (struct call){0};
    *error = (struct error){0};
    while (*at != '\0' && argc < WORDS) {
        const char *end = *at == '\'' ? "'" : " ";

        at += *at == '\'';
        argv[argc++] = at;
        at += strcspn(at, end);
        if (*at == '\'')
            *at++ = '\0';
        if (*at == ' ')
            *at++ = '\0';
    }
    return command_parse(call, argc, argv, error);
}

static struct desk offline(void)
{
    struct desk desk = {.digits = 2};

    (void)snprintf(desk.origin, sizeof desk.origin, "a.example/velo");
    return desk;
}

static bool compose_line(struct act *act, const char *line, struct error *error)
{
    struct desk desk = offline();
    static struct call call;

    if (!parse(&call, line, error))
        return false;
    desk.settings = &call.settings;
    return act_compose(act, &desk, &call, error);
}

static void an_act_is_the_canonical_text_of_its_fields(void **state)
{
    static const char expected[] =
        "terreau/entry/v1\na.example/velo\n"
        "{\"amount\":5000,\"campaign\":\"k-AAAAAAAAAAAAAAAAAAAAAA\","
        "\"kind\":\"pledge.make\",\"nature\":\"gift\","
        "\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"on_failure\":\"refund\","
        "\"party\":\"p-AAAAAAAAAAAAAAAAAAAAAA\","
        "\"pledge\":\"g-AAAAAAAAAAAAAAAAAAAAAA\"}\n";
    static struct act act;
    struct error error;

    (void)state;
    if (!compose_line(&act,
                      "pledge make --amount 50.00 --nature gift --on-failure "
                      "refund --campaign k-AAAAAAAAAAAAAAAAAAAAAA "
                      "--party p-AAAAAAAAAAAAAAAAAAAAAA "
                      "pledge=g-AAAAAAAAAAAAAAAAAAAAAA "
                      "nonce=AAAAAAAAAAAAAAAAAAAAAA",
                      &error))
        fail_msg("%s", error.text);
    assert_string_equal(act.text, expected);
    assert_int_equal(act.kind, ENTRY_pledge_make);
}

static void new_ids_and_nonces_are_made_up(void **state)
{
    static const char line[] =
        "pledge make --amount 50.00 --nature gift --on-failure refund "
        "--campaign k-AAAAAAAAAAAAAAAAAAAAAA --party new";
    static struct act one, other;
    struct error error;

    (void)state;
    if (!compose_line(&one, line, &error))
        fail_msg("%s", error.text);
    assert_true(compose_line(&other, line, &error));
    assert_non_null(strstr(one.json, "\"pledge\":\"g-"));
    assert_string_not_equal(one.text, other.text);
}

static void quotes_brackets_and_lists_are_understood(void **state)
{
    static struct act act;
    struct error error;

    (void)state;
    if (!compose_line(
            &act,
            "campaign open --title 'Say \"yes\" & go' --minimum 100 --mode "
            "keep --opens 2026-03-01T00:00:00Z --closes 2026-04-01T00:00:00Z "
            "--settles 2026-04-15T00:00:00Z --natures nature=gift --natures "
            "'{nature=share class=c-AAAAAAAAAAAAAAAAAAAAAA}' --budget "
            "'[{amount=100 code=a required=true title=\"Two words\"}]' "
            "--decision 'body=board date=2026-01-10 sha256=new'",
            &error))
        fail_msg("%s at %s", error.text, error.pointer);
    assert_non_null(strstr(act.json, "\"title\":\"Say \\\"yes\\\" & go\""));
    assert_non_null(strstr(act.json, "\"title\":\"Two words\""));
    assert_non_null(strstr(act.json, "[{\"nature\":\"gift\"},{\"class\":"));
    assert_non_null(strstr(act.json, "\"decision\":{\"body\":\"board\""));
}

static void what_is_missing_or_wrong_is_named(void **state)
{
    static struct act act;
    struct error error;

    (void)state;
    assert_false(compose_line(&act, "pledge make --amount 50.00", &error));
    assert_int_equal(error.code, ERROR_USAGE);
    assert_non_null(strstr(error.text, "campaign, nature, on_failure, party"));
    assert_false(compose_line(&act, "share issue --subscription A", &error));
    assert_false(compose_line(&act, "share issue oops", &error));
    assert_int_equal(error.code, ERROR_USAGE);
    assert_false(compose_line(&act,
                              "share issue --subscription new "
                              "subscription=new",
                              &error));
    assert_non_null(strstr(error.text, "twice"));
    assert_false(compose_line(&act,
                              "capital call --contract new --amount 5.001 "
                              "--due 2026-01-01",
                              &error));
    assert_int_equal(error.code, ERROR_FIELD);
}

static void make_key(struct desk *desk, uint8_t number)
{
    struct key_open *key = key_allocate();
    uint8_t seed[32] = {number};

    key->is.party = (struct id){'p', {number}};
    (void)crypto_sign_seed_keypair(key->is.key.bytes, key->secret.bytes, seed);
    desk->keys[desk->key_count++] = key;
}

static void signatures_are_sorted_and_stand_once(void **state)
{
    static struct act act, again;
    struct desk desk = offline();
    struct error error;
    char note[ACT_NOTE_MAX + 1];
    struct note parsed;
    size_t size;

    (void)state;
    assert_true(compose_line(&act, "share issue --subscription new", &error));
    make_key(&desk, 9);
    make_key(&desk, 3);
    make_key(&desk, 7);
    make_key(&desk, 3);
    assert_true(act_sign(&act, &desk, &error));
    assert_int_equal(act.line_count, 3);
    size = act_note(&act, note);
    if (!note_parse(&parsed, note, size, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < 3; i++) {
        static const size_t order[] = {1, 2, 0};

        assert_true(note_verify(&parsed, i, &desk.keys[order[i]]->is.key));
    }
    /* A file that is signed again keeps what it had. */
    assert_true(act_read(&again, note, size, &error));
    assert_int_equal(again.kind, ENTRY_share_issue);
    assert_true(act_sign(&again, &desk, &error));
    assert_int_equal(again.line_count, 3);
    assert_int_equal(act_note(&again, note), size);
    desk_close(&desk);
}

static void files_that_are_no_entries_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "hello",
        "terreau/entry/v1\n",
        "terreau/entry/v1\na.example\n{}\n",
        "terreau/entry/v1\na.example\n{}\n\n\xe2\x80\x94 x y\n",
        "terreau/leaf/v1\na.example\n{\"kind\":\"share.issue\"}\n",
    };
    static struct act act;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error error = {0};

        assert_false(act_read(&act, texts[i], strlen(texts[i]), &error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_is_the_canonical_text_of_its_fields),
        cmocka_unit_test(new_ids_and_nonces_are_made_up),
        cmocka_unit_test(quotes_brackets_and_lists_are_understood),
        cmocka_unit_test(what_is_missing_or_wrong_is_named),
        cmocka_unit_test(signatures_are_sorted_and_stand_once),
        cmocka_unit_test(files_that_are_no_entries_are_refused),
    };

    if (sodium_init() < 0)
        return 1;
    ledger_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
