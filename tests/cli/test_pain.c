/*
 * The payment file: valid by its schema, exact, and spelt as banks take it.
 * The schema is looked for in $VECTORS/pain/xsd, else ../shared/vectors/pain.
 */
#include "admin-cli/pain.h"
#include "admin-cli/sepa.h"
#include "admin-cli/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>

#include <cmocka.h>

#define OUR_IBAN "FR7630006000011234567890189"
#define THEIR_IBAN "BE68539007547034"

static struct pain_payment payment_of(const char *id, const char *name,
                                      int64_t cents)
{
    return (struct pain_payment){.id = id,
                                 .name = name,
                                 .iban = THEIR_IBAN,
                                 .bic = "",
                                 .text = "Remboursement",
                                 .amount = amount_from_minor(cents)};
}

static struct pain_order order_of(const struct pain_payment *payments,
                                  size_t count)
{
    return (struct pain_order){.id = "RF12P3-20260603T101500Z",
                               .batch_id = "RF12P3",
                               .created = {INT64_C(1780481700000)},
                               .execute = date_from_civil(2026, 6, 5),
                               .name = "Coopérative « Vélocité »",
                               .iban = OUR_IBAN,
                               .bic = "",
                               .payments = payments,
                               .count = count};
}

/* Of an element by its path below the message; the caller frees. */
static char *said(const char *bytes, size_t size, const char *path)
{
    struct error error = {0};
    const xmlNode *node;
    struct xml xml;
    char *copy;

    if (!xml_open(&xml, bytes, size, &error))
        fail_msg("%s", error.text);
    node = xml_child(xmlDocGetRootElement(xml.tree), "CstmrCdtTrfInitn");
    copy = strdup(xml_text(&xml, xml_at(node, path)));
    xml_close(&xml);
    return copy;
}

static void check_said(const char *bytes, size_t size, const char *path,
                       const char *expected)
{
    char *text = said(bytes, size, path);

    assert_string_equal(text, expected);
    free(text);
}

static char *write_well(const struct pain_order *order, size_t *size)
{
    struct error error = {0};
    char *bytes;

    if (!pain_write(order, &bytes, size, &error))
        fail_msg("%s", error.text);
    return bytes;
}

static void the_file_says_what_was_ordered(void **state)
{
    const struct pain_payment payments[] = {
        payment_of("RF84P1", "Zoë Łukasz-Ångström & fils", 100000),
        payment_of("RF57P2", "D'Arc <Jeanne>", 200001),
    };
    const struct pain_order order = order_of(payments, 2);
    struct error error = {0};
    size_t size;
    char *bytes = write_well(&order, &size);

    (void)state;
    check_said(bytes, size, "GrpHdr/CtrlSum", "3000.01");
    check_said(bytes, size, "GrpHdr/NbOfTxs", "2");
    check_said(bytes, size, "GrpHdr/CreDtTm", "2026-06-03T10:15:00Z");
    check_said(bytes, size, "PmtInf/PmtInfId", "RF12P3");
    check_said(bytes, size, "PmtInf/ReqdExctnDt/Dt", "2026-06-05");
    check_said(bytes, size, "PmtInf/Dbtr/Nm", "Cooperative . Velocite .");
    check_said(bytes, size, "PmtInf/DbtrAcct/Id/IBAN", OUR_IBAN);
    check_said(bytes, size, "PmtInf/DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED");
    check_said(bytes, size, "PmtInf/CdtTrfTxInf/PmtId/EndToEndId", "RF84P1");
    check_said(bytes, size, "PmtInf/CdtTrfTxInf/Cdtr/Nm",
               "Zoe Lukasz-Angstrom + fils");
    assert_non_null(strstr(bytes, "<Nm>D&apos;Arc .Jeanne.</Nm>"));
    assert_true(pain_check(bytes, size, 2, amount_from_minor(300001), &error));
    assert_false(pain_check(bytes, size, 2, amount_from_minor(300000), &error));
    assert_int_equal(error.code, ERROR_MISMATCH);
    error = (struct error){0};
    assert_false(pain_check(bytes, size, 1, amount_from_minor(300001), &error));
    free(bytes);
}

/* What the file says of itself is held against its transfers. */
static void a_changed_file_is_noticed(void **state)
{
    const struct pain_payment payments[] = {payment_of("RF84P1", "Ana", 1500)};
    const struct pain_order order = order_of(payments, 1);
    const struct amount total = amount_from_minor(1500);
    struct error error = {0};
    size_t size;
    char *bytes = write_well(&order, &size);
    char *sum = strstr(bytes, "<CtrlSum>15.00");

    (void)state;
    assert_non_null(sum);
    sum[9] = '2';
    assert_false(pain_check(bytes, size, 1, total, &error));
    assert_int_equal(error.code, ERROR_MISMATCH);
    sum[9] = '1';
    sum = strstr(bytes, "\"EUR\">15.00");
    assert_non_null(sum);
    sum[6] = '9';
    error = (struct error){0};
    assert_false(pain_check(bytes, size, 1, total, &error));
    assert_int_equal(error.code, ERROR_MISMATCH);
    free(bytes);
}

static void refuse(struct pain_order order, enum error_code code,
                   const char *text)
{
    struct error error = {0};
    size_t size;
    char *bytes;

    assert_false(pain_write(&order, &bytes, &size, &error));
    assert_int_equal(error.code, code);
    if (strstr(error.text, text) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, text);
}

static void what_a_bank_would_refuse_is_refused(void **state)
{
    struct pain_payment payments[2] = {payment_of("RF84P1", "Ana", 1500),
                                       payment_of("RF57P2", "Bo", 1)};
    const struct pain_payment good = payments[0];
    struct pain_order order = order_of(payments, 2);

    (void)state;
    payments[0].iban = "BE68539007547035";
    refuse(order, ERROR_FIELD, "RF84P1: the IBAN is wrong");
    payments[0].iban = "TR330006100519786457841326";
    refuse(order, ERROR_FIELD, "outside SEPA");
    payments[0] = good;
    payments[0].name = "…!";
    refuse(order, ERROR_FIELD, "RF84P1: the name has no letter");
    payments[0] = good;
    payments[0].bic = "GEBABEB";
    refuse(order, ERROR_FIELD, "the BIC");
    payments[0] = good;
    payments[0].amount = amount_from_minor(0);
    refuse(order, ERROR_RANGE, "0.01");
    payments[0].amount = amount_from_minor(INT64_C(100000000000));
    refuse(order, ERROR_RANGE, "999999999.99");
    payments[0] = good;
    payments[1].id = "RF84P1";
    refuse(order, ERROR_FIELD, "RF84P1 is there twice");
    payments[1].id = "RF 57";
    refuse(order, ERROR_FIELD, "end-to-end id");
    payments[1].id = "RF57P2";
    order.count = 0;
    refuse(order, ERROR_RANGE, "1 to 100000");
    order.count = 2;
    order.iban = "";
    refuse(order, ERROR_FIELD, "the payer: the IBAN is wrong");
    order.iban = OUR_IBAN;
    order.id = "/x";
    refuse(order, ERROR_FIELD, "the id of the file");
}

/* The text of the error names a payment by its id: never who is paid. */
static void errors_name_no_person(void **state)
{
    const struct pain_payment payments[] = {
        {"RF84P1", "Jeanne Secret", "BE00", "", "", {1}}};
    const struct pain_order order = order_of(payments, 1);
    struct error error = {0};
    size_t size;
    char *bytes;

    (void)state;
    assert_false(pain_write(&order, &bytes, &size, &error));
    assert_null(strstr(error.text, "Jeanne"));
    assert_null(strstr(error.text, "BE00"));
}

static void check_spelling(const char *text, const char *expected)
{
    char out[SEPA_TEXT_CHARS + 1];

    assert_int_equal(sepa_text(out, sizeof out, text), strlen(expected));
    assert_string_equal(out, expected);
}

static void names_are_spelt_as_banks_take_them(void **state)
{
    char out[8];

    (void)state;
    check_spelling("  Œuvre  d’Été — Straße ", "OEuvre d'Ete - Strasse");
    check_spelling("Łódź Șerban İstanbul Ĳssel", "Lodz Serban Istanbul IJssel");
    check_spelling("ÀÿĀſŽž", "AyAsZz");
    check_spelling("Γεώργιος", "Georgios");
    check_spelling("Щастие", "SHTastie");
    check_spelling("e\xCC\x81t\xCC\x81", "et");
    check_spelling("a\xFF"
                   "b\x01\xF0\x9F\x8C\xB1",
                   "a.b..");
    check_spelling("a_b [c] \"d\" 5€", "a-b (c) 'd' 5EUR");
    check_spelling("", "");
    assert_int_equal(sepa_text(out, sizeof out, "ab cd ef gh"), 7);
    assert_string_equal(out, "ab cd e");
    assert_int_equal(sepa_text(out, 4, "ab cd"), 2);
}

static void ids_and_countries_are_told_apart(void **state)
{
    (void)state;
    assert_true(sepa_is_id("RF12P3-20260603T101500Z"));
    assert_false(sepa_is_id(""));
    assert_false(sepa_is_id("a//b"));
    assert_false(sepa_is_id("a/"));
    assert_false(sepa_is_id("é"));
    assert_false(sepa_is_id("123456789012345678901234567890123456"));
    assert_true(sepa_reaches("FR76"));
    assert_true(sepa_reaches("CH93"));
    assert_false(sepa_reaches("US12"));
    assert_false(sepa_reaches("F"));
    assert_false(sepa_reaches(""));
    assert_true(bic_is_good("GEBABEBB"));
    assert_true(bic_is_good("AGRIFRPP882"));
    assert_false(bic_is_good("AGRIFRPP88"));
    assert_false(bic_is_good("GEBA1EBB"));
    assert_false(bic_is_good("gebabebb"));
}

static void it_is_valid_by_the_schema(void **state)
{
    const char *vectors = getenv("VECTORS");
    struct pain_payment payments[3] = {
        payment_of("RF84P1", "Zoë \"Łukasz\" & <fils>", 1),
        payment_of("RF57P2", "Bo", INT64_C(99999999999)),
        payment_of("RF30P3", "Cy", 5),
    };
    struct pain_order order = order_of(payments, 3);
    xmlSchemaParserCtxtPtr parser;
    xmlSchemaValidCtxtPtr valid;
    xmlSchemaPtr schema;
    xmlDocPtr tree;
    char path[1024];
    size_t size;
    char *bytes;
    FILE *there;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/pain/xsd/pain.001.001.09.xsd",
                   vectors == NULL ? "../shared/vectors" : vectors);
    there = fopen(path, "rb");
    if (there == NULL) {
        (void)fprintf(stderr, "skipped: no schema of pain.001.001.09\n");
        skip();
    }
    (void)fclose(there);
    payments[1].bic = "GEBABEBB";
    payments[2].text = "";
    order.bic = "AGRIFRPP882";
    bytes = write_well(&order, &size);
    parser = xmlSchemaNewParserCtxt(path);
    schema = xmlSchemaParse(parser);
    assert_non_null(schema);
    valid = xmlSchemaNewValidCtxt(schema);
    tree = xmlReadMemory(bytes, (int)size, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(tree);
    assert_int_equal(xmlSchemaValidateDoc(valid, tree), 0);
    xmlFreeDoc(tree);
    xmlSchemaFreeValidCtxt(valid);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    xmlSchemaCleanupTypes();
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_says_what_was_ordered),
        cmocka_unit_test(a_changed_file_is_noticed),
        cmocka_unit_test(what_a_bank_would_refuse_is_refused),
        cmocka_unit_test(errors_name_no_person),
        cmocka_unit_test(names_are_spelt_as_banks_take_them),
        cmocka_unit_test(ids_and_countries_are_told_apart),
        cmocka_unit_test(it_is_valid_by_the_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
