#include "ledger/rf.h"
#include "tests/check.h"

#include <stdio.h>

TEST(references_are_those_of_iso_11649)
{
    char out[RF_CHARS_MAX + 1];

    assert_true(rf_make(out, "539007547034", 12));
    assert_string_equal(out, "RF18539007547034");
    assert_true(rf_make(out, "C4", 2));
    assert_string_equal(out, "RF51C4");
    assert_true(rf_make(out, "0", 1));
    assert_string_equal(out, "RF040");
    assert_true(rf_make(out, "ABCDEFGHIJKLMNOPQRSTU", 21));
    assert_string_equal(out, "RF95ABCDEFGHIJKLMNOPQRSTU");
    assert_false(rf_make(out, "", 0));
    assert_false(rf_make(out, "ABCDEFGHIJKLMNOPQRSTUV", 22));
    assert_false(rf_make(out, "c4", 2));
    assert_false(rf_make(out, "C-4", 3));
}

TEST(a_slip_of_the_pen_is_noticed)
{
    const char good[] = "RF18539007547034";

    assert_true(rf_is_good(good, 16));
    for (size_t i = 0; i < 16; i++) {
        for (const char *c = i < 2 ? "ABRF0" : "0123456789"; *c; c++) {
            char wrong[17];

            memcpy(wrong, good, sizeof wrong);
            wrong[i] = *c;
            if (wrong[i] != good[i])
                assert_false(rf_is_good(wrong, 16));
        }
    }
    assert_false(rf_is_good(good, 15));
    assert_false(rf_is_good("rf18539007547034", 16));
    assert_false(rf_is_good("RF18 539007547034", 17));
    assert_false(rf_is_good("RF00539007547034", 16));
    assert_false(rf_is_good("RF1A539007547034", 16));
    assert_false(rf_is_good("RF18", 4));
    assert_false(rf_is_good("", 0));
}

TEST(a_payment_number_becomes_a_reference_and_comes_back)
{
    static const uint64_t numbers[] = {0, 1, 31, 32, 1000, RF_NUMBER_MAX};
    uint64_t seed = 4, back;
    char out[RF_CHARS_MAX + 1];

    rf_from_number(out, 1234567);
    assert_string_equal(out + 4, "P15NM7");
    for (int round = 0; round < 5000; round++) {
        uint64_t number =
            round < 6 ? numbers[round] : next_random(&seed) >> (9 + round % 50);

        rf_from_number(out, number);
        assert_true(strlen(out) <= RF_NUMBER_CHARS);
        assert_true(rf_is_good(out, strlen(out)));
        assert_true(strpbrk(out + 5, "ILOU") == NULL);
        assert_true(rf_to_number(&back, out, strlen(out)));
        assert_true(back == number);
    }
}

TEST(other_references_are_not_of_our_making)
{
    static const char *const contents[] = {
        "539007547034", "P", "P01", "PO1", "PI", "Q1", "P123456789ABC",
    };
    uint64_t number = 77;

    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        char out[RF_CHARS_MAX + 1];

        assert_true(rf_make(out, contents[i], strlen(contents[i])));
        assert_false(rf_to_number(&number, out, strlen(out)));
    }
    assert_false(rf_to_number(&number, "RF00P1", 6));
    assert_true(number == 77);
}

TEST(people_write_references_with_spaces_and_in_lower_case)
{
    char out[RF_CHARS_MAX + 1] = "?";
    const char longest[] = "RF95 ABCD EFGH IJKL MNOP QRST U";

    assert_true(rf_read(out, " rf18 5390\t0754 7034\n", 21));
    assert_string_equal(out, "RF18539007547034");
    assert_true(rf_read(out, longest, strlen(longest)));
    assert_string_equal(out, "RF95ABCDEFGHIJKLMNOPQRSTU");
    assert_false(rf_read(out, "RF18-5390-0754-7034", 19));
    assert_false(rf_read(out, "RF18 5390 0754 703\xc3\xa9", 20));
    assert_false(rf_read(out, "RF95ABCDEFGHIJKLMNOPQRSTUV", 26));
    assert_false(rf_read(out, "   ", 3));
    assert_false(rf_read(out, "", 0));
    assert_string_equal(out, "RF95ABCDEFGHIJKLMNOPQRSTU");
}

/* Is expected among what is found? */
static bool finds(const char *text, const char *expected)
{
    char found[8][RF_CHARS_MAX + 1];
    size_t count = rf_find(found, 8, text, strlen(text));

    assert_true(count <= 8);
    for (size_t i = 0; i < count; i++) {
        assert_true(rf_is_good(found[i], strlen(found[i])));
        if (strcmp(found[i], expected) == 0)
            return true;
    }
    return false;
}

TEST(references_are_found_in_what_banks_make_of_them)
{
    const char *rf = "RF18539007547034";

    assert_true(finds("RF18539007547034", rf));
    assert_true(finds("Virement de Mme Petit rf18 5390 0754 7034", rf));
    assert_true(finds("REF RF1853900754\n7034 MERCI", rf));
    assert_true(finds("RF18539007547034merci beaucoup", rf));
    assert_true(finds("RFRF18539007547034/ABC", rf));
    assert_true(finds("DURFRF18539007547034", rf));
    assert_true(finds("RF17539007547034 RF18539007547034", rf));
    assert_true(finds("R F 1 8 5 3 9 0 0 7 5 4 7 0 3 4", rf));
    assert_false(finds("RF18539007547043", rf));
    assert_false(finds("RF1853900754.7034", rf));
    assert_false(finds("", rf));
    assert_false(finds("RF", rf));
}

TEST(the_longest_candidate_comes_first_and_room_is_kept)
{
    char found[2][RF_CHARS_MAX + 1];
    char text[2 * RF_CHARS_MAX];
    size_t size = 0, count;

    /* RF18 5390... with "XX.." behind it that is valid once more. */
    for (int i = 0; i < 36 * 36; i++) {
        const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

        memcpy(text, "RF18539007547034", 16);
        text[16] = c[i / 36];
        text[17] = c[i % 36];
        size = 18;
        if (rf_is_good(text, size))
            break;
    }
    assert_true(rf_is_good(text, size));
    count = rf_find(found, 2, text, size);
    assert_int_equal(count, 2);
    assert_int_equal(strlen(found[0]), 18);
    assert_string_equal(found[1], "RF18539007547034");
    assert_int_equal(rf_find(found, 1, text, size), 1);
    assert_int_equal(rf_find(found, 0, text, size), 0);
}

TEST(the_word_after_a_reference_is_no_part_of_it)
{
    char found[8][RF_CHARS_MAX + 1];
    const char *stuck = "rf80pcmerci", *apart = "RF80 PC merci",
               *dash = "RF10PB-M";

    assert_true(rf_is_good("RF80PCME", 8) && rf_is_good("RF10PBM", 7));
    assert_int_equal(rf_find(found, 8, apart, strlen(apart)), 2);
    assert_string_equal(found[0], "RF80PC");
    assert_string_equal(found[1], "RF80PCME");
    assert_int_equal(rf_find(found, 8, stuck, strlen(stuck)), 2);
    assert_string_equal(found[0], "RF80PCME");
    assert_string_equal(found[1], "RF80PC");
    assert_int_equal(rf_find(found, 8, dash, strlen(dash)), 1);
    assert_string_equal(found[0], "RF10PB");
}

TEST(belgian_communications_have_their_check)
{
    uint64_t number = 77;
    char out[OGM_CHARS + 1];

    ogm_from_number(out, 8000906);
    assert_string_equal(out, "+++000/8000/90655+++");
    ogm_from_number(out, 1231234123);
    assert_string_equal(out, "+++123/1234/12328+++");
    ogm_from_number(out, 97);
    assert_string_equal(out, "+++000/0000/09797+++");
    ogm_from_number(out, OGM_NUMBER_MAX);
    assert_true(ogm_read(&number, out, OGM_CHARS));
    assert_true(number == OGM_NUMBER_MAX);
    assert_true(ogm_read(&number, "***000/8000/90655***", OGM_CHARS));
    assert_true(number == 8000906);
    assert_true(ogm_read(&number, "123123412328", 12));
    assert_true(number == 1231234123);
}

TEST(other_communications_are_refused)
{
    static const char *const wrong[] = {
        "+++000/8000/90656+++",
        "+++000/8000/90655***",
        "+++00/08000/90655+++",
        "+++000/8000/90655++",
        "000/8000/90655",
        "000800090656",
        "+++000/0000/00000+++",
        "+++0a0/8000/90655+++",
        "+++000-8000-90655+++",
        "++++000/8000/90655+++",
        "",
    };
    uint64_t number = 77;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(ogm_read(&number, wrong[i], strlen(wrong[i])));
    assert_true(number == 77);
}

TEST(belgian_communications_are_found_in_text)
{
    const char text[] = "Part sociale + frais, comm. +++000/ 8000/90655 +++ ok";
    const char none[] = "1+++000/8000/90656+++, +++000/8000";
    uint64_t number = 77;

    assert_true(ogm_find(&number, text, strlen(text)));
    assert_true(number == 8000906);
    assert_false(ogm_find(&number, none, strlen(none)));
    assert_false(ogm_find(&number, "", 0));
}

TEST(an_iban_has_its_country_length_and_check)
{
    static const char *const good[] = {
        "FR7630006000011234567890189",     "BE68539007547034",
        "DE89370400440532013000",          "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
    };
    static const char *const wrong[] = {
        "FR7630006000011234567890188",
        "FR763000600001123456789018",
        "XX7630006000011234567890189",
        "fr7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "BE6853900754703",
        "BE",
        "",
        "BE68539007547\xc3\xa9",
        "BEAA539007547034",
    };
    char out[IBAN_CHARS_MAX + 1];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(iban_is_good(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(iban_is_good(wrong[i], strlen(wrong[i])));
    assert_true(iban_read(out, "be68 5390 0754 7034", 19));
    assert_string_equal(out, "BE68539007547034");
    assert_false(iban_read(out, "BE68-5390-0754-7034", 19));
    assert_false(iban_read(out, "BE68539007547034BE68539007547034BE6", 35));
}

/* Check digits 00, 01 and 99 leave 1, too, for 97, 98 and 02. */
TEST(check_digits_beyond_02_to_98_are_refused)
{
    char iban[32];
    int refused = 0;

    for (int n = 0; n < 3000; n++) {
        for (int digits = 0; digits < 100; digits++) {
            (void)snprintf(iban, sizeof iban, "BE%02d%012d", digits, n);
            if (iban_is_good(iban, 16))
                assert_in_range(digits, 2, 98);
            refused += !iban_is_good(iban, 16);
        }
    }
    assert_int_equal(refused, 3000 * 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_those_of_iso_11649),
        cmocka_unit_test(a_slip_of_the_pen_is_noticed),
        cmocka_unit_test(a_payment_number_becomes_a_reference_and_comes_back),
        cmocka_unit_test(other_references_are_not_of_our_making),
        cmocka_unit_test(people_write_references_with_spaces_and_in_lower_case),
        cmocka_unit_test(references_are_found_in_what_banks_make_of_them),
        cmocka_unit_test(the_word_after_a_reference_is_no_part_of_it),
        cmocka_unit_test(the_longest_candidate_comes_first_and_room_is_kept),
        cmocka_unit_test(belgian_communications_have_their_check),
        cmocka_unit_test(other_communications_are_refused),
        cmocka_unit_test(belgian_communications_are_found_in_text),
        cmocka_unit_test(an_iban_has_its_country_length_and_check),
        cmocka_unit_test(check_digits_beyond_02_to_98_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
