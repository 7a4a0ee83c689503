/* Bank statements: what is read, what is refused, what the lines become. */
#include "admin-cli/statement.h"
#include "ledger/rf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_ROOM = 64 * 1024 };

static const struct id account = {'b', {1, 2, 3}};

/* A statement around entries, with balances 100.00 and the closing. */
static size_t wrap(char out[static FILE_ROOM], const char *closing,
                   const char *entries)
{
    return (size_t)snprintf(
        out, FILE_ROOM,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">"
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S-1</Id>"
        "<ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>FR7630006000011234567890"
        "189</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">"
        "100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt>"
        "</Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\""
        "EUR\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt>"
        "</Bal>%s</Stmt></BkToCstmrStmt></Document>",
        closing, entries);
}

/* An entry; details may be "". */
#define ENTRY_XML(amount, sign, status, reference, details)                    \
    "<Ntry><NtryRef>" reference "</NtryRef><Amt Ccy=\"EUR\">" amount           \
    "</Amt><CdtDbtInd>" sign "</CdtDbtInd><Sts>" status "</Sts><BookgDt><Dt>"  \
    "2026-03-02</Dt></BookgDt><AcctSvcrRef>B" reference "</AcctSvcrRef>"       \
    "<NtryDtls>" details "</NtryDtls></Ntry>"
#define DETAIL_XML(amount, text)                                               \
    "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"EUR"  \
    "\">" amount "</Amt><RmtInf><Ustrd>" text "</Ustrd></RmtInf></TxDtls>"

static void make(struct camt_file *file, struct statement *out,
                 const char *entries)
{
    static char bytes[FILE_ROOM];
    struct error error = {0};
    const size_t size = wrap(bytes, "100.00", entries);

    if (!camt_read(file, bytes, size, &error) ||
        !statement_make(out, file, 0, account, "EUR", 2, &error))
        fail_msg("%s", error.text);
}

static int64_t minor_of(const struct statement_line *line)
{
    return amount_to_minor(line->amount);
}

static void what_the_file_says_is_found(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("12.50", "CRDT", "<Cd>BOOK</Cd>", "1",
                   DETAIL_XML("12.50", "merci  pour\n tout")));
    assert_int_equal(file.message, 53);
    assert_int_equal(file.version, 8);
    assert_string_equal(file.statements[0].id, "S-1");
    assert_string_equal(file.statements[0].account,
                        "FR7630006000011234567890189");
    assert_string_equal(file.transactions[0].text, "merci pour tout");
    assert_string_equal(file.transactions[0].end_to_end, "");
    assert_true(statement.has_opening && statement.has_closing);
    assert_int_equal(amount_to_minor(statement.opening), 10000);
    assert_int_equal(statement.count, 1);
    assert_int_equal(minor_of(&statement.lines[0]), 1250);
    statement_close(&statement);
    camt_close(&file);
}

static void a_reversal_keeps_the_sign_the_bank_gave(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         "<Ntry><Amt Ccy=\"EUR\">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
         "<RvslInd>true</RvslInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt>"
         "</BookgDt></Ntry>");
    assert_int_equal(minor_of(&statement.lines[0]), -3000);
    assert_true(statement.lines[0].reversal);
    statement_close(&statement);
    camt_close(&file);
}

static void what_is_pending_is_never_booked(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("5.00", "CRDT", "PDNG", "1", "")
             ENTRY_XML("6.00", "CRDT", "<Cd>INFO</Cd>", "2", "")
                 ENTRY_XML("7.00", "CRDT", "BOOK", "3", ""));
    assert_int_equal(statement.count, 3);
    assert_int_equal(statement.lines[0].doubt, DOUBT_PENDING);
    assert_int_equal(statement.lines[1].doubt, DOUBT_INFORMATION);
    assert_int_equal(statement.lines[2].doubt, DOUBT_NONE);
    assert_false(statement_books(DOUBT_PENDING));
    assert_int_equal(amount_to_minor(statement.total), 700);
    statement_close(&statement);
    camt_close(&file);
}

static void details_that_add_up_are_booked_one_by_one(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("30.00", "CRDT", "BOOK", "1",
                   DETAIL_XML("10.00", "RF18539007547034")
                       DETAIL_XML("20.00", "none")));
    assert_int_equal(statement.count, 2);
    assert_int_equal(minor_of(&statement.lines[0]), 1000);
    assert_int_equal(minor_of(&statement.lines[1]), 2000);
    assert_string_equal(statement.lines[0].reference, "RF18539007547034");
    assert_string_equal(statement.lines[1].reference, "");
    statement_close(&statement);
    camt_close(&file);
}

static void details_that_do_not_add_up_are_one_unmatched_sum(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("30.00", "CRDT", "BOOK", "1",
                   DETAIL_XML("10.00", "RF18539007547034")
                       DETAIL_XML("20.01", "none"))
             ENTRY_XML("40.00", "DBIT", "BOOK", "2",
                       "<Btch><NbOfTxs>2</NbOfTxs></Btch>"));
    assert_int_equal(statement.count, 2);
    assert_int_equal(statement.lines[0].doubt, DOUBT_DETAILS);
    assert_int_equal(minor_of(&statement.lines[0]), 3000);
    assert_string_equal(statement.lines[0].reference, "");
    assert_int_equal(statement.lines[1].doubt, DOUBT_BATCH);
    assert_int_equal(minor_of(&statement.lines[1]), -4000);
    statement_close(&statement);
    camt_close(&file);
}

static void amounts_are_exact_or_set_apart(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("8.85000", "CRDT", "BOOK", "1", "")
             ENTRY_XML("8.85001", "CRDT", "BOOK", "2", "")
                 ENTRY_XML("0.00", "CRDT", "BOOK", "3", "")
                     ENTRY_XML("90071992547409.92", "CRDT", "BOOK", "4", "")
                         ENTRY_XML(".5", "DBIT", "BOOK", "5", "")
                             ENTRY_XML("007.", "CRDT", "BOOK", "6", ""));
    assert_int_equal(minor_of(&statement.lines[0]), 885);
    assert_int_equal(statement.lines[1].doubt, DOUBT_DECIMALS);
    assert_int_equal(statement.lines[2].doubt, DOUBT_ZERO);
    assert_int_equal(statement.lines[3].doubt, DOUBT_RANGE);
    assert_int_equal(minor_of(&statement.lines[4]), -50);
    assert_int_equal(minor_of(&statement.lines[5]), 700);
    assert_int_equal(amount_to_minor(statement.total), 885 - 50 + 700);
    statement_close(&statement);
    camt_close(&file);
}

static void another_currency_is_set_apart(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         "<Ntry><Amt Ccy=\"SEK\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
         "<Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>"
         "<Ntry><Amt Ccy=\"EUR\">8.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
         "<Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls>"
         "<TxDtls><Amt Ccy=\"SEK\">90.00</Amt></TxDtls></NtryDtls></Ntry>");
    assert_int_equal(statement.lines[0].doubt, DOUBT_CURRENCY);
    assert_int_equal(statement.lines[1].doubt, DOUBT_NONE);
    assert_int_equal(minor_of(&statement.lines[1]), 800);
    statement_close(&statement);
    camt_close(&file);
}

static void references_are_found_where_payers_put_them(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("1.00", "CRDT", "BOOK", "1",
                   DETAIL_XML("1.00", "pour rf18 5390 0754 7034 merci"))
             ENTRY_XML("1.00", "CRDT", "BOOK", "2",
                       DETAIL_XML("1.00", "RF18539007547035 is mistyped"))
                 ENTRY_XML("1.00", "CRDT", "BOOK", "3",
                           "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18 5390 "
                           "0754 7034</Ref></CdtrRefInf></Strd></RmtInf>"
                           "</TxDtls>"));
    assert_string_equal(statement.lines[0].reference, "RF18539007547034");
    assert_string_equal(statement.lines[1].reference, "");
    assert_string_equal(statement.lines[2].reference, "RF18539007547034");
    statement_close(&statement);
    camt_close(&file);
}

static bool same_ids(const struct statement *a, const struct statement *b)
{
    if (a->count != b->count || !id_equal(a->id, b->id))
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!id_equal(a->lines[i].id, b->lines[i].id) ||
            memcmp(&a->lines[i].nonce, &b->lines[i].nonce, 16) != 0)
            return false;
    return true;
}

static void the_same_lines_get_the_same_ids(void **state)
{
    static const char two[] =
        ENTRY_XML("1.00", "CRDT", "BOOK", "1", DETAIL_XML("1.00", "a"))
            ENTRY_XML("1.00", "CRDT", "BOOK", "2", DETAIL_XML("1.00", "b"));
    struct camt_file file, again;
    struct statement one, other;

    (void)state;
    make(&file, &one, two);
    make(&again, &other, two);
    assert_true(same_ids(&one, &other));
    assert_false(id_equal(one.lines[0].id, one.lines[1].id));
    assert_int_equal(one.lines[0].id.letter, 'y');
    assert_int_equal(one.id.letter, 'e');
    statement_close(&other);
    camt_close(&again);

    /* An overlapping file has some of the lines among others. */
    make(&again, &other,
         ENTRY_XML("1.00", "CRDT", "BOOK", "2", DETAIL_XML("1.00", "b"))
             ENTRY_XML("9.00", "CRDT", "BOOK", "3", ""));
    assert_true(id_equal(one.lines[1].id, other.lines[0].id));
    statement_close(&one);
    statement_close(&other);
    camt_close(&file);
    camt_close(&again);
}

static void equal_lines_are_told_apart_by_their_order(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(&file, &statement,
         ENTRY_XML("1.00", "CRDT", "BOOK", "1", "")
             ENTRY_XML("1.00", "CRDT", "PDNG", "1", "")
                 ENTRY_XML("1.00", "CRDT", "BOOK", "1", ""));
    assert_false(id_equal(statement.lines[0].id, statement.lines[2].id));
    statement_close(&statement);
    camt_close(&file);
}

static void another_account_has_other_ids(void **state)
{
    const struct id elsewhere = {'b', {9}};
    struct camt_file file;
    struct statement one, other;
    struct error error = {0};

    (void)state;
    make(&file, &one, ENTRY_XML("1.00", "CRDT", "BOOK", "1", ""));
    assert_true(statement_make(&other, &file, 0, elsewhere, "EUR", 2, &error));
    assert_false(id_equal(one.id, other.id));
    assert_false(id_equal(one.lines[0].id, other.lines[0].id));
    statement_close(&one);
    statement_close(&other);
    camt_close(&file);
}

static void check_refused(const char *bytes, enum error_code code,
                          const char *names)
{
    struct camt_file file = {0};
    struct error error = {0};

    assert_false(camt_read(&file, bytes, strlen(bytes), &error));
    assert_int_equal(error.code, code);
    if (strstr(error.text, names) == NULL)
        fail_msg("'%s' does not name %s", error.text, names);
    assert_null(file.entries);
}

static void check_entry_refused(const char *entry, const char *names)
{
    static char bytes[FILE_ROOM];

    (void)wrap(bytes, "100.00", entry);
    check_refused(bytes, ERROR_FIELD, names);
}

static void a_broken_file_is_refused_whole_and_the_element_named(void **state)
{
    (void)state;
    check_entry_refused("<Ntry><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
                        "</Ntry>",
                        "Stmt/Ntry/Amt: missing");
    check_entry_refused(ENTRY_XML("1.00", "CRDT", "BOOK", "1", "")
                            ENTRY_XML("1.00", "BOTH", "BOOK", "2", ""),
                        "Ntry[2]/CdtDbtInd");
    check_entry_refused(ENTRY_XML("-1.00", "CRDT", "BOOK", "1", ""),
                        "Ntry/Amt: not an amount");
    check_entry_refused(ENTRY_XML("1,00", "CRDT", "BOOK", "1", ""), "Ntry/Amt");
    check_entry_refused(ENTRY_XML("", "CRDT", "BOOK", "1", ""), "Ntry/Amt");
    check_entry_refused("<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                        "<Sts>BOOK</Sts></Ntry>",
                        "no currency");
    check_entry_refused("<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT"
                        "</CdtDbtInd></Ntry>",
                        "Ntry/Sts: missing");
    check_entry_refused("<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT"
                        "</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-02-30"
                        "</Dt></BookgDt></Ntry>",
                        "BookgDt/Dt: not a date");
}

static void what_is_no_statement_is_refused(void **state)
{
    (void)state;
    check_refused("", ERROR_SYNTAX, "empty");
    check_refused("hello", ERROR_SYNTAX, "XML");
    check_refused("<Document><BkToCstmrStmt>", ERROR_SYNTAX, "line 1");
    check_refused("<Document><CstmrCdtTrfInitn/></Document>", ERROR_FIELD,
                  "not a bank statement");
    check_refused("<Document><BkToCstmrStmt/></Document>", ERROR_FIELD,
                  "BkToCstmrStmt/Stmt: missing");
    check_refused("<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>",
                  ERROR_FIELD, "Stmt/Id: missing");
}

static void entities_and_document_types_are_refused(void **state)
{
    (void)state;
    check_refused("<!DOCTYPE Document><Document/>", ERROR_SYNTAX, "DOCTYPE");
    check_refused("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                  "<Document>&x;</Document>",
                  ERROR_SYNTAX, "DOCTYPE");
    check_refused("<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>"
                  "<Document>&b;</Document>",
                  ERROR_SYNTAX, "DOCTYPE");
    check_refused("<Document>&nothing;</Document>", ERROR_SYNTAX, "XML");
    check_refused("<?xml version=\"1.0\" encoding=\"TSCII\"?><Document/>",
                  ERROR_SYNTAX, "");
}

static void deep_and_large_files_are_refused(void **state)
{
    static char deep[FILE_ROOM];
    char *large = calloc(1, CAMT_FILE_BYTES_MAX + 2);
    struct camt_file file;
    struct error error = {0};
    size_t used = 0;

    (void)state;
    assert_non_null(large);
    for (int i = 0; i < 60; i++)
        used += (size_t)snprintf(deep + used, sizeof deep - used, "<a>");
    for (int i = 0; i < 60; i++)
        used += (size_t)snprintf(deep + used, sizeof deep - used, "</a>");
    check_refused(deep, ERROR_SYNTAX, "deeply");
    memset(large, ' ', CAMT_FILE_BYTES_MAX + 1);
    assert_false(camt_read(&file, large, CAMT_FILE_BYTES_MAX + 1, &error));
    assert_int_equal(error.code, ERROR_SIZE);
    free(large);
}

static void the_namespace_does_not_matter(void **state)
{
    static const char bytes[] =
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
        "<x:Document xmlns:x=\"urn:whatever\"><x:BkToCstmrDbtCdtNtfctn>"
        "<x:Ntfctn><x:Id>N</x:Id><x:Acct><x:Id><x:Othr><x:Id>12-3</x:Id>"
        "</x:Othr></x:Id></x:Acct><x:Ntry><x:Amt Ccy=\"EUR\">1</x:Amt>"
        "<x:CdtDbtInd>CRDT</x:CdtDbtInd><x:Sts>BOOK</x:Sts><x:BookgDt><x:DtTm>"
        "2026-03-02T23:00:00+01:00</x:DtTm></x:BookgDt><x:NtryDtls><x:TxDtls>"
        "<x:RltdPties><x:Dbtr><x:Pty><x:Nm>Ren\xe9</x:Nm></x:Pty></x:Dbtr>"
        "</x:RltdPties></x:TxDtls></x:NtryDtls></x:Ntry></x:Ntfctn>"
        "</x:BkToCstmrDbtCdtNtfctn></x:Document>";
    struct camt_file file;
    struct error error = {0};
    char day[DATE_CHARS + 1];

    (void)state;
    assert_true(camt_read(&file, bytes, sizeof bytes - 1, &error));
    assert_int_equal(file.message, 54);
    assert_string_equal(file.statements[0].account, "12-3");
    assert_string_equal(file.transactions[0].counterparty, "Ren\xc3\xa9");
    date_write(day, file.entries[0].booked);
    assert_string_equal(day, "2026-03-02");
    camt_close(&file);
}

static void a_belgian_reference_is_the_number_of_ours(void **state)
{
    struct camt_file file;
    struct statement statement;
    char expected[RF_CHARS_MAX + 1];

    (void)state;
    rf_from_number(expected, 8000906);
    make(&file, &statement,
         ENTRY_XML("1.00", "CRDT", "<Cd>BOOK</Cd>", "1",
                   "<TxDtls><Refs><EndToEndId>X</EndToEndId></Refs><Amt Ccy=\""
                   "EUR\">1.00</Amt><RmtInf><Strd><CdtrRefInf><Ref>000800090655"
                   "</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>")
             ENTRY_XML("2.00", "CRDT", "<Cd>BOOK</Cd>", "2",
                       DETAIL_XML("2.00", "don + ++000 /8000/ 90655+++ bravo"))
                 ENTRY_XML("3.00", "CRDT", "<Cd>BOOK</Cd>", "3",
                           DETAIL_XML("3.00", "+++000/8000/90656+++")));
    assert_string_equal(statement.lines[0].reference, expected);
    assert_string_equal(statement.lines[1].reference, expected);
    assert_string_equal(statement.lines[2].reference, "");
    statement_close(&statement);
    camt_close(&file);
}

/* Our batch, debited in one sum: by its own reference; a stranger's is not. */
static void our_batch_is_known_by_its_reference(void **state)
{
    struct camt_file file;
    struct statement statement;

    (void)state;
    make(
        &file, &statement,
        ENTRY_XML("30.00", "DBIT", "<Cd>BOOK</Cd>", "1",
                  "<Btch><PmtInfId>RF34P</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>")
            ENTRY_XML("31.00", "CRDT", "<Cd>BOOK</Cd>", "2",
                      "<Btch><PmtInfId>RF18539007547034</PmtInfId><NbOfTxs>2"
                      "</NbOfTxs></Btch>")
                ENTRY_XML("32.00", "DBIT", "<Cd>BOOK</Cd>", "3",
                          "<Btch><PmtInfId>RF18539007547034</PmtInfId><NbOfTxs>"
                          "2</NbOfTxs></Btch>"));
    assert_string_equal(statement.lines[0].reference, "");
    assert_int_equal(statement.lines[0].doubt, DOUBT_BATCH);
    assert_string_equal(statement.lines[1].reference, "");
    assert_int_equal(statement.lines[1].doubt, DOUBT_BATCH);
    assert_string_equal(statement.lines[2].reference, "RF18539007547034");
    assert_int_equal(statement.lines[2].doubt, DOUBT_NONE);
    statement_close(&statement);
    camt_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_belgian_reference_is_the_number_of_ours),
        cmocka_unit_test(our_batch_is_known_by_its_reference),
        cmocka_unit_test(what_the_file_says_is_found),
        cmocka_unit_test(a_reversal_keeps_the_sign_the_bank_gave),
        cmocka_unit_test(what_is_pending_is_never_booked),
        cmocka_unit_test(details_that_add_up_are_booked_one_by_one),
        cmocka_unit_test(details_that_do_not_add_up_are_one_unmatched_sum),
        cmocka_unit_test(amounts_are_exact_or_set_apart),
        cmocka_unit_test(another_currency_is_set_apart),
        cmocka_unit_test(references_are_found_where_payers_put_them),
        cmocka_unit_test(the_same_lines_get_the_same_ids),
        cmocka_unit_test(equal_lines_are_told_apart_by_their_order),
        cmocka_unit_test(another_account_has_other_ids),
        cmocka_unit_test(a_broken_file_is_refused_whole_and_the_element_named),
        cmocka_unit_test(what_is_no_statement_is_refused),
        cmocka_unit_test(entities_and_document_types_are_refused),
        cmocka_unit_test(deep_and_large_files_are_refused),
        cmocka_unit_test(the_namespace_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
