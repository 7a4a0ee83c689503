/* The text behind a transfer's QR code, and the code itself. */
#include "ledger/rf.h"
#include "server/epc.h"
#include "server/qr.h"
#include "tests/unit/vectors.h"

#define TEXT(literal)                                                          \
    (struct text)                                                              \
    {                                                                          \
        literal, sizeof literal - 1                                            \
    }

static struct epc_transfer transfer_of(int64_t minor)
{
    return (struct epc_transfer){
        TEXT("Vélocité SCIC"), TEXT("FR7630006000011234567890189"),
        TEXT("RF18539007547034"), amount_from_minor(minor)};
}

TEST(a_transfer_is_written_to_the_byte)
{
    struct epc_transfer transfer = transfer_of(25000);
    char out[EPC_BYTES_MAX + 1];

    assert_true(epc_write(out, &transfer));
    assert_string_equal(out, "BCD\n002\n1\nSCT\n\nVelocite SCIC\n"
                             "FR7630006000011234567890189\nEUR250.00\n\n"
                             "RF18539007547034");
}

TEST(what_no_bank_takes_is_not_written)
{
    struct epc_transfer transfer = transfer_of(0);
    char out[EPC_BYTES_MAX + 1];

    assert_false(epc_write(out, &transfer));
    transfer = transfer_of(-1);
    assert_false(epc_write(out, &transfer));
    transfer = transfer_of(INT64_C(100000000000));
    assert_false(epc_write(out, &transfer));
    transfer = transfer_of(INT64_C(99999999999));
    assert_true(epc_write(out, &transfer));
    transfer.iban = TEXT("FR7630006000011234567890188");
    assert_false(epc_write(out, &transfer));
    transfer = transfer_of(1);
    transfer.reference = TEXT("RF17539007547034");
    assert_false(epc_write(out, &transfer));
    transfer = transfer_of(1);
    transfer.name = TEXT("\xe5\xae\x89\xe5\x85\xa8");
    assert_false(epc_write(out, &transfer));
    transfer.name = TEXT("");
    assert_false(epc_write(out, &transfer));
}

TEST(names_become_what_a_bank_form_takes)
{
    char out[EPC_NAME_CHARS_MAX + 1], tight[6];

    epc_plain(out, sizeof out, TEXT("L’Œuf à 2 & Søn – Straße_Łódź"));
    assert_string_equal(out, "L'OEuf a 2 + Son - Strasse-Lodz");
    epc_plain(out, sizeof out, TEXT("A\nB;C\"D"));
    assert_string_equal(out, "A.B.C.D");
    epc_plain(tight, sizeof tight, TEXT("abcdœf"));
    assert_string_equal(tight, "abcd");
}

TEST(a_name_is_cut_at_seventy)
{
    struct epc_transfer transfer = transfer_of(1);
    char name[101], out[EPC_BYTES_MAX + 1];

    memset(name, 'n', sizeof name);
    transfer.name = (struct text){name, 100};
    assert_true(epc_write(out, &transfer));
    assert_int_equal(strspn(out + 15, "n"), EPC_NAME_CHARS_MAX);
}

TEST(a_code_has_finders_and_a_quiet_zone)
{
    int side = 0;
    BUFFER(path);

    assert_true(qr_path(&path, &side, "BCD"));
    assert_int_equal(side, 21 + 8);
    assert_int_equal(strncmp(path.bytes, "M4 4h7v1h-7z", 12), 0);
    assert_non_null(strstr(path.bytes, "M18 4h7v1h-7z"));
    assert_null(strstr(path.bytes, "M3 "));
}

TEST(what_is_too_long_for_version_13_is_refused)
{
    char text[EPC_BYTES_MAX + 2];
    int side = 0;
    BUFFER(path);

    memset(text, '\xe9', sizeof text);
    text[EPC_BYTES_MAX] = '\0';
    assert_true(qr_path(&path, &side, text));
    assert_int_equal(side, 69 + 8);
    text[EPC_BYTES_MAX] = '\xe9';
    text[EPC_BYTES_MAX + 1] = '\0';
    assert_false(qr_path(&path, &side, text));
}

/* ---- Outside vectors ---- */

static size_t read_vector(char *out, size_t room, const char *name)
{
    FILE *file = fopen(vector_path(name), "rb");
    size_t size;

    assert_non_null(file);
    size = fread(out, 1, room, file);
    (void)fclose(file);
    return size;
}

TEST(codes_of_others_are_judged_as_by_banks)
{
    static const char *const names[] = {
        "ok_max_amount",    "ok_min_amount", "ok_no_amount",  "ok_v001_bic",
        "ok_v002_rf",       "ok_v002_text",  "bad_331_bytes", "bad_amount_3dec",
        "bad_amount_comma", "bad_both_refs", "bad_currency",  "bad_name_71",
        "bad_v001_no_bic",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64], text[1024];
        size_t size;

        (void)snprintf(path, sizeof path, "payments/epc/%s.txt", names[i]);
        size = read_vector(text, sizeof text, path);
        if (epc_is_good(text, size) != (names[i][0] == 'o')) {
            print_error("%s is judged wrongly\n", names[i]);
            _fail(__FILE__, __LINE__);
        }
    }
}

/* Every row: a text, 1 or 0, a note. */
static void judge_rows(const char *name,
                       bool (*judge)(const char *text, size_t size))
{
    FILE *file = fopen(vector_path(name), "r");
    char line[512];
    int rows = 0;

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file) != NULL; rows++) {
        size_t size = strcspn(line, ",");

        if (judge(line, size) != (line[size + 1] == '1')) {
            print_error("%s: %s", name, line);
            _fail(__FILE__, __LINE__);
        }
    }
    assert_true(rows > 4);
    (void)fclose(file);
}

static bool is_rf(const char *text, size_t size)
{
    char out[RF_CHARS_MAX + 1];

    return rf_read(out, text, size);
}

static bool is_iban(const char *text, size_t size)
{
    char out[IBAN_CHARS_MAX + 1];

    return iban_read(out, text, size);
}

static bool is_ogm(const char *text, size_t size)
{
    uint64_t number;

    return ogm_read(&number, text, size);
}

TEST(references_and_accounts_of_others)
{
    judge_rows("payments/rf_iso11649.csv", is_rf);
    judge_rows("payments/iban.csv", is_iban);
    judge_rows("payments/ogm_be.csv", is_ogm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_is_written_to_the_byte),
        cmocka_unit_test(what_no_bank_takes_is_not_written),
        cmocka_unit_test(names_become_what_a_bank_form_takes),
        cmocka_unit_test(a_name_is_cut_at_seventy),
        cmocka_unit_test(a_code_has_finders_and_a_quiet_zone),
        cmocka_unit_test(what_is_too_long_for_version_13_is_refused),
    };
    const struct vector_test outside[] = {
        VECTORS("payments/epc/ok_v002_rf.txt",
                codes_of_others_are_judged_as_by_banks),
        VECTORS("payments/rf_iso11649.csv", references_and_accounts_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) +
           run_vectors(outside, sizeof outside / sizeof *outside);
}
