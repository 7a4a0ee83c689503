/*
 * The reader against what an independent one found in real bank files.
 * Looks in $VECTORS/camt, else ../shared/vectors/camt; skipped where absent.
 */
#include "admin-cli/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 20, LINE_BYTES = 2048 };

static char folder[1024];

static FILE *open_file(const char *name)
{
    char path[1400];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "rb");
}

/* Fields of the next line of a table; false at its end. */
static bool next_row(FILE *in, char line[static LINE_BYTES],
                     const char *fields[static COLUMNS])
{
    char *at = line;

    if (fgets(line, LINE_BYTES, in) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < COLUMNS; i++) {
        char *tab = at == NULL ? NULL : strchr(at, '\t');

        fields[i] = at == NULL ? "" : at;
        if (tab != NULL)
            *tab = '\0';
        at = tab == NULL ? NULL : tab + 1;
    }
    return true;
}

static bool load(struct camt_file *file, const char *name, struct error *error)
{
    static char bytes[1024 * 1024];
    FILE *in = open_file(name);
    size_t size;

    assert_non_null(in);
    size = fread(bytes, 1, sizeof bytes, in);
    (void)fclose(in);
    return camt_read(file, bytes, size, error);
}

static const struct camt_statement *find(const struct camt_file *file,
                                         const char *id)
{
    for (size_t i = 0; i < file->statement_count; i++)
        if (strcmp(file->statements[i].id, id) == 0)
            return &file->statements[i];
    fail_msg("no statement %s", id);
    return NULL;
}

static void check_date(const char *expected, bool has, struct date date)
{
    char text[DATE_CHARS + 1] = "";

    if (has)
        date_write(text, date);
    assert_int_equal(strncmp(expected, text, DATE_CHARS), 0);
}

static void check_entry(const struct camt_entry *entry, const char **fields)
{
    static const char *const words[] = {"BOOK", "PDNG", "INFO"};

    assert_string_equal(entry->amount.number, fields[7]);
    assert_string_equal(entry->amount.currency, fields[8]);
    assert_string_equal(entry->amount.debit ? "DBIT" : "CRDT", fields[9]);
    assert_string_equal(words[entry->status], fields[10]);
    assert_int_equal(entry->reversal, strcmp(fields[11], "true") == 0);
    check_date(fields[12], entry->has_booked, entry->booked);
    assert_string_equal(entry->reference, fields[13]);
    assert_string_equal(entry->bank_reference, fields[14]);
    assert_int_equal(entry->count, strtoul(fields[19], NULL, 10));
}

static void check_transaction(const struct camt_transaction *is,
                              const char **fields)
{
    const char *end_to_end =
        strcmp(fields[13], "NOTPROVIDED") == 0 ? "" : fields[13];

    assert_string_equal(is->amount.number, fields[7]);
    assert_string_equal(is->amount.currency, fields[8]);
    assert_string_equal(is->amount.debit ? "DBIT" : "CRDT", fields[9]);
    assert_string_equal(is->end_to_end, end_to_end);
    assert_string_equal(is->bank_reference, fields[14]);
    assert_string_equal(is->creditor_reference, fields[15]);
    assert_string_equal(is->text, fields[16]);
    assert_string_equal(is->counterparty, fields[17]);
    assert_string_equal(is->return_code, fields[18]);
}

static void every_row_of_the_golden_transactions_is_found(void **state)
{
    FILE *in = open_file("expected/golden_transactions.tsv");
    const char *fields[COLUMNS];
    char line[LINE_BYTES], open_name[256] = "";
    struct camt_file file = {0};
    struct error error = {0};
    size_t rows = 0;

    (void)state;
    assert_non_null(in);
    assert_true(next_row(in, line, fields));
    for (; next_row(in, line, fields); rows++) {
        const struct camt_statement *statement;
        const struct camt_entry *entry;

        if (strcmp(open_name, fields[0]) != 0) {
            camt_close(&file);
            if (!load(&file, fields[0], &error))
                fail_msg("%s: %s", fields[0], error.text);
            (void)snprintf(open_name, sizeof open_name, "%s", fields[0]);
        }
        statement = find(&file, fields[2]);
        entry =
            &file.entries[statement->first + strtoul(fields[4], NULL, 10) - 1];
        if (strcmp(fields[6], "ENTRY") == 0)
            check_entry(entry, fields);
        else
            check_transaction(
                &file.transactions[entry->first + strtoul(fields[5], NULL, 10) -
                                   1],
                fields);
    }
    camt_close(&file);
    (void)fclose(in);
    assert_true(rows >= 50);
}

static void check_balance(const struct camt_balance *is, const char *expected)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%s%s",
                   is->there && is->amount.debit ? "-" : "",
                   is->there ? is->amount.number : "");
    assert_string_equal(text, expected);
}

/* Booked entries of the golden files, in the currency of the entries. */
static void check_sums(const struct camt_file *file, size_t n,
                       const char **fields)
{
    const struct camt_statement *source = &file->statements[n];
    const struct id account = {'b', {7}};
    struct statement made;
    struct error error = {0};
    struct amount expected, total;
    char *end;
    double sum = strtod(fields[7], &end);

    assert_true(statement_make(
        &made, file, n, account,
        source->count == 0 ? "EUR"
                           : file->entries[source->first].amount.currency,
        2, &error));
    expected = amount_from_minor((int64_t)(sum * 100 + (sum < 0 ? -.5 : .5)));
    assert_true(amount_equal(made.total, expected));
    if (made.has_opening && made.has_closing) {
        assert_true(amount_add(&total, made.opening, made.total));
        assert_int_equal(amount_equal(total, made.closing),
                         strcmp(fields[8], "OK") == 0);
    }
    statement_close(&made);
}

static void every_row_of_the_golden_statements_is_found(void **state)
{
    FILE *in = open_file("expected/golden_statements.tsv");
    const char *fields[COLUMNS];
    char line[LINE_BYTES], version[32];
    size_t rows = 0;

    (void)state;
    assert_non_null(in);
    assert_true(next_row(in, line, fields));
    for (; next_row(in, line, fields); rows++) {
        const struct camt_statement *statement;
        struct camt_file file = {0};
        struct error error = {0};
        const bool read_it = load(&file, fields[0], &error);

        if (strcmp(fields[2], "NO_STMT") == 0) {
            assert_false(read_it);
            assert_non_null(strstr(error.text, "Stmt: missing"));
            continue;
        }
        assert_true(read_it);
        (void)snprintf(version, sizeof version, "camt.%03d.001.%02d",
                       file.message, file.version);
        assert_string_equal(version, fields[1]);
        statement = find(&file, fields[2]);
        assert_string_equal(statement->account, fields[3]);
        assert_int_equal(statement->count, strtoul(fields[4], NULL, 10));
        check_balance(&statement->opening, fields[5]);
        check_balance(&statement->closing, fields[6]);
        check_sums(&file, (size_t)(statement - file.statements), fields);
        camt_close(&file);
    }
    (void)fclose(in);
    assert_true(rows >= 15);
}

static void the_french_statement_becomes_these_lines(void **state)
{
    static const struct {
        int64_t minor;
        enum statement_doubt doubt;
        const char *reference;
        bool returned, fee;
    } expected[] = {
        {25000, DOUBT_NONE, "RF18539007547034", false, false},
        {10000, DOUBT_NONE, "RF04CPL2026000001", false, false},
        {10000, DOUBT_NONE, "RF2012345678", false, false},
        {20000, DOUBT_NONE, "RF76M0042P000123", false, false},
        {30000, DOUBT_NONE, "", false, false},
        {-25000, DOUBT_NONE, "RF18539007547034", true, false},
        {7500, DOUBT_PENDING, "", false, false},
        {4999, DOUBT_NONE, "RF04CPL2026000001", false, false},
        {-1200, DOUBT_NONE, "", false, true},
    };
    const struct id account = {'b', {7}};
    struct camt_file file;
    struct statement made;
    struct error error = {0};

    (void)state;
    assert_true(load(&file, "synthetic.fr.v02.xml", &error));
    assert_true(statement_make(&made, &file, 0, account, "EUR", 2, &error));
    assert_int_equal(made.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < made.count; i++) {
        assert_int_equal(amount_to_minor(made.lines[i].amount),
                         expected[i].minor);
        assert_int_equal(made.lines[i].doubt, expected[i].doubt);
        assert_string_equal(made.lines[i].reference, expected[i].reference);
        assert_int_equal(made.lines[i].returned, expected[i].returned);
        assert_int_equal(made.lines[i].fee, expected[i].fee);
    }
    statement_close(&made);
    camt_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_golden_transactions_is_found),
        cmocka_unit_test(every_row_of_the_golden_statements_is_found),
        cmocka_unit_test(the_french_statement_becomes_these_lines),
    };
    const char *vectors = getenv("VECTORS");
    FILE *there;

    (void)snprintf(folder, sizeof folder, "%.1000s/camt",
                   vectors == NULL ? "../shared/vectors" : vectors);
    there = open_file("expected/golden_transactions.tsv");
    if (there == NULL) {
        (void)printf("skipped: no test data in %s\n", folder);
        return 77;
    }
    (void)fclose(there);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
