/* Values and records as JSON, and the words that people read instead. */
#include "server/catalogue.h"
#include "server/wire.h"
#include "server/words.h"
#include "tests/check.h"

#define BROKEN(...)                                                            \
    do {                                                                       \
        print_error(__VA_ARGS__);                                              \
        assert_true(false);                                                    \
    } while (0)

static const struct wire plain;
static const struct wire french = {
    .currency = CURRENCY_EUR, .people = true, .french = true};

/* The value as compact JSON. */
static void is(const struct wire *wire, enum field_type type, const void *value,
               const char *expected)
{
    json_auto_t *json = wire_value(wire, type, value);
    char text[200];
    size_t size =
        json_dumpb(json, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_COMPACT);

    text[size] = '\0';
    assert_string_equal(text, expected);
}

static int load_french(void **state)
{
    struct error error = {0};

    (void)state;
    return catalogue_load("server/po", &error) ? 0 : -1;
}

TEST(programs_get_integers_and_iso_dates)
{
    struct amount amount = amount_from_minor(250);
    struct date date = date_from_civil(2026, 2, 28);
    struct instant instant = {INT64_C(1772269200000)};
    bool flag = true;
    int64_t ppm = 125000;

    is(&plain, TYPE_amount, &amount, "250");
    is(&plain, TYPE_ppm, &ppm, "125000");
    is(&plain, TYPE_date, &date, "\"2026-02-28\"");
    is(&plain, TYPE_instant, &instant, "\"2026-02-28T09:00:00Z\"");
    is(&plain, TYPE_flag, &flag, "true");
}

TEST(people_get_the_same_in_words)
{
    struct amount amount = amount_from_minor(250);
    int64_t ppm = 125000;
    uint8_t nature = NATURE_GIFT;

    is(&french, TYPE_amount, &amount, "\"2,50\u00a0€\"");
    is(&french, TYPE_ppm, &ppm, "\"12,5\u00a0%\"");
    is(&french, TYPE_nature, &nature, "\"don\"");
    is(&plain, TYPE_nature, &nature, "\"gift\"");
}

TEST(what_is_not_there_is_null)
{
    static const uint8_t none[128];

    is(&plain, TYPE_amount, none, "null"); /* At least 1: none was given. */
    is(&plain, TYPE_sum, none, "0");
    is(&plain, TYPE_balance, none, "0");
    is(&plain, TYPE_quantity, none, "null");
    is(&plain, TYPE_count, none, "0");
    is(&plain, TYPE_index, none, "null");
    is(&plain, TYPE_date, none, "null");
    is(&plain, TYPE_instant, none, "null");
    is(&plain, TYPE_hash, none, "null");
    is(&plain, TYPE_key, none, "null");
    is(&plain, TYPE_title, none, "null");
    is(&plain, TYPE_code, none, "null");
    is(&plain, TYPE_iban, none, "null");
    is(&plain, TYPE_reference, none, "null");
    is(&plain, TYPE_party, none, "null");
    is(&plain, TYPE_nature, none, "null");
    is(&plain, TYPE_flag, none, "false");
    is(&plain, TYPE_chain, none, "0");
}

/* A record of each type, full of zeros, has every attribute but links. */
TEST(every_record_has_its_attributes)
{
    for (enum record_type type = 0; type < RECORD_COUNT; type++) {
        const struct record_spec *spec = record_spec(type);
        _Alignas(16) uint8_t bytes[RECORD_BYTES_MAX] = {0};
        struct record *record = (void *)bytes;
        json_t *json;

        record->type = (uint8_t)type;
        record->state = STATE_REVERSED;
        json = wire_record(&plain, record);
        for (size_t i = 0; i < spec->attr_count; i++) {
            bool is_link = type_spec(spec->attrs[i].type)->form == FORM_LINK;
            bool is_there = json_object_get(json, spec->attrs[i].name) != NULL;

            /* "next" of a list; "state", "made" are the record's own. */
            if (is_link == is_there)
                BROKEN("%s.%s", spec->name, spec->attrs[i].name);
        }
        assert_non_null(json_object_get(json, "state"));
        assert_int_equal(json_object_get(json, "id") != NULL,
                         spec->letter != 0);
        assert_null(json_object_get(json, "shown"));
        json_decref(json);
    }
}

static size_t places(const char *text)
{
    size_t count = 0;

    for (; (text = strstr(text, "%s")) != NULL; text += 2)
        count++;
    return count;
}

TEST(both_languages_say_everything)
{
    for (enum word one = 0; one < WORD_COUNT; one++) {
        assert_true(word(one, false)[0] != '\0');
        assert_true(word(one, true)[0] != '\0');
        assert_int_equal(places(word(one, false)), places(word(one, true)));
    }
}

TEST(every_state_has_a_word_in_both_languages)
{
    static const char *const shown[] = {
        "scheduled",      "settling",   "expired",
        "late",           "refund_due", "donation_due",
        "conversion_due", "refunded",   "refund_returned"};
    enum record_type faceless[] = {RECORD_job,    RECORD_unique,  RECORD_due,
                                   RECORD_undo,   RECORD_balance, RECORD_nobody,
                                   RECORD_backer, RECORD_backing};

    for (int i = 1; i < STATE_COUNT; i++) {
        const char *name = state_word((enum record_state)i);
        enum record_type type = state_record((enum record_state)i);
        bool hidden = false;

        for (size_t j = 0; j < sizeof faceless / sizeof *faceless; j++)
            hidden = hidden || type == faceless[j];
        if (!hidden && word_of(name, true) == name)
            BROKEN("words.def lacks %s", name);
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        assert_true(word_of(shown[i], true) != shown[i]);
}

TEST(unknown_words_stay_themselves)
{
    assert_string_equal(word_of("some-word", true), "some-word");
    assert_string_equal(word_of("", true), "");
    assert_string_equal(word_of("loss-of-quality", true),
                        "perte de qualit\u00e9");
}

TEST(values_go_where_the_text_has_room)
{
    char text[80];

    text_with(text, sizeof text, "from %s to %s", "1");
    assert_string_equal(text, "from 1 to %s");
    word_with(text, sizeof text, WORD_error_low, false, "€5.00");
    assert_string_equal(text, "The minimum is €5.00");
}

TEST(references_are_grouped_by_fours)
{
    char text[40];

    wire_group_fours(text, sizeof text, "RF18539007547034", 16);
    assert_string_equal(text, "RF18 5390 0754 7034");
    wire_group_fours(text, sizeof text, "RF71P1", 6);
    assert_string_equal(text, "RF71 P1");
    wire_group_fours(text, sizeof text, "", 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_get_integers_and_iso_dates),
        cmocka_unit_test(people_get_the_same_in_words),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(every_record_has_its_attributes),
        cmocka_unit_test(both_languages_say_everything),
        cmocka_unit_test(every_state_has_a_word_in_both_languages),
        cmocka_unit_test(unknown_words_stay_themselves),
        cmocka_unit_test(values_go_where_the_text_has_room),
        cmocka_unit_test(references_are_grouped_by_fours),
    };

    ledger_start();
    return cmocka_run_group_tests(tests, load_french, NULL);
}
