/* The reports for SQL users say what the log says. */
#include "tests/store/fixture.h"

enum { LEAF_MAX = 1024 };

#define PARTY "p-AAAAAAAAAAAAAAAAAAAAAQ"
#define CLASS "c-AAAAAAAAAAAAAAAAAAAAAg"
#define CONTRACT "i-_-4AAAAAAAAAAAAAAAAAAw"
#define SUBSCRIPTION(n) "s-AAAAAAAAAAAAAAAAAAAA" n "g"
#define REDEMPTION(n) "r-AAAAAAAAAAAAAAAAAAAA" n "g"

static const uint8_t contract_bytes[UUID_BYTES] = {0xff, 0xee, [15] = 3};

static struct db db;
static struct store_append append;

static const char *const bodies[] = {
    "{\"class\":\"" CLASS "\",\"code\":\"A\",\"kind\":\"class.adopt\","
    "\"nominal\":10000}",
    "{\"class\":\"" CLASS "\",\"kind\":\"share.subscribe\",\"party\":\"" PARTY
    "\",\"quantity\":12,\"subscription\":\"" SUBSCRIPTION("E") "\"}",
    "{\"class\":\"" CLASS "\",\"kind\":\"share.subscribe\",\"party\":\"" PARTY
    "\",\"quantity\":30,\"subscription\":\"" SUBSCRIPTION("I") "\"}",
    "{\"kind\":\"share.issue\",\"subscription\":\"" SUBSCRIPTION("E") "\"}",
    "{\"kind\":\"share.issue\",\"subscription\":\"" SUBSCRIPTION("I") "\"}",
    "{\"index\":4,\"kind\":\"reversal\",\"reason\":\"mistake\"}",
    "{\"class\":\"" CLASS "\",\"kind\":\"redeem.request\",\"party\":\"" PARTY
    "\",\"quantity\":7,\"redemption\":\"" REDEMPTION("E") "\"}",
    "{\"kind\":\"redeem.accept\",\"quantity\":5,\"redemption\":"
    "\"" REDEMPTION("E") "\"}",
    "{\"amount\":500000,\"contract\":\"" CONTRACT
    "\",\"kind\":\"capital.commit\",\"offer\":\"o-AAAAAAAAAAAAAAAAAAAAAA\","
    "\"party\":\"" PARTY "\"}",
    "{\"contract\":\"" CONTRACT "\",\"kind\":\"capital.accept\"}",
    "{\"amount\":200000,\"contract\":\"" CONTRACT
    "\",\"kind\":\"capital.call\"}",
    "{\"kind\":\"bank.line\",\"note\":\"caf\303\251 \\\"x\\\" \\\\\"}",
};

enum { BODIES = sizeof bodies / sizeof bodies[0] };

/* The number of an account by its name, from the table itself. */
static int16_t account_number(const char *name)
{
    static const char *const names[] = {
#define ACCOUNT(account, name, code, code_2026, side, owner, control, help)    \
    name,
#include "ledger/accounts.def"
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (int16_t)(i + 1);
    FAIL("no account %s", name);
    return 0;
}

static void write_log(int32_t ledger)
{
    static char leaves[BODIES][LEAF_MAX];
    static struct sample sample;

    (void)lock_now(&append, ledger);
    sample_make(&sample, ledger, 0, BODIES, 1);
    for (size_t i = 0; i < BODIES; i++) {
        int size = snprintf(
            leaves[i], LEAF_MAX,
            "terreau/leaf/v1 2026-03-01T10:00:00.000Z\nterreau/entry/v1\n"
            "log.example/a\n%s\n\n— log.example/a/p-1 QUJD\n"
            "— log.example/a/p-2 two words QUJD\n",
            bodies[i]);

        assert_in_range(size, 1, LEAF_MAX - 1);
        sample.entries[i].leaf =
            (struct text){.bytes = leaves[i], .size = (uint32_t)size};
        sample.entries[i].accepted.ms = INT64_C(1772359200000);
        sample.postings[2 * i].account = account_number("bank");
        sample.postings[2 * i + 1].account = account_number("books-link");
    }
    sample.postings[23].account = account_number("titles");
    sample.postings[23].owned = true;
    memcpy(sample.postings[23].owner, contract_bytes, UUID_BYTES);
    sample.postings[0].account = account_number("memo-pledges");
    sample.postings[1].account = account_number("memo-contra");
    store_write_send(&append, &sample.batch);
    GOOD(store_write_finish(&append, &error));
}

static int start(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_append_open(&append, "", &error));
    write_log(fresh_ledger(&db));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    store_append_close(&append);
    db_close(&db);
    return 0;
}

/* The reader finds this condition true, in a statement's only row. */
static void holds(const char *sql)
{
    DB_RESULT(none);
    DB_RESULT(rows);
    DB_TRANSACTION(transaction);

    GOOD(db_begin(&db, &transaction, &error));
    GOOD(db_query(&db, "SET LOCAL ROLE terreau_reader", NO_PARAMS, &none,
                  &error));
    GOOD(db_query(&db, sql, NO_PARAMS, &rows, &error));
    if (PQntuples(rows) != 1 || !row_bool(rows, 0, "holds"))
        FAIL("does not hold: %s (%d rows)", sql, PQntuples(rows));
}

static void entries_are_shown_as_json(void **state)
{
    (void)state;
    holds("SELECT count(*) = 12 AND bool_and(accepted ="
          " TIMESTAMPTZ '2026-03-01 10:00Z') AS holds FROM report.entry");
    holds("SELECT kind = 'bank.line' AND body ->> 'note' = 'café \"x\" \\'"
          " AND length(leaf_hash) = 64 AS holds FROM report.entry"
          " WHERE idx = 11");
}

static void signers_are_shown(void **state)
{
    (void)state;
    holds("SELECT array_agg(number || signer ORDER BY number) ="
          " '{1log.example/a/p-1,2log.example/a/p-2 two words}' AS holds"
          " FROM report.signature WHERE idx = 3");
}

static void balances_add_up(void **state)
{
    (void)state;
    holds("SELECT sum(balance) = 0 AND count(*) = 3 AS holds"
          " FROM report.trial_balance");
    holds("SELECT debit = 2750 AND credit = 0 AND code_2026 = '5121' AS holds"
          " FROM report.trial_balance WHERE account = 'bank'");
    holds("SELECT balance = -250 AND credit = 250 AND last_idx = 11"
          " AND owner = 'ffee0000-0000-0000-0000-000000000003' AS holds"
          " FROM report.balance WHERE account = 'titles'");
    holds("SELECT memo AND balance = 250 AS holds FROM report.balance"
          " WHERE account = 'memo-pledges'");
}

static void holdings_leave_out_what_was_undone(void **state)
{
    (void)state;
    holds("SELECT party = '" PARTY "' AND class_code = 'A' AND quantity = 7"
          " AND nominal = 70000 AND last_idx = 7 AS holds"
          " FROM report.holding");
    holds("SELECT array_agg(quantity ORDER BY idx) = '{12,-5}' AS holds"
          " FROM report.movement");
}

static void the_ladder_shows_how_far_it_came(void **state)
{
    (void)state;
    holds("SELECT stage = 'paid' AND committed = 500000 AND signed = 500000"
          " AND called = 200000 AND paid = 250 AND outstanding = 250"
          " AND contract = '" CONTRACT "' AS holds FROM report.ladder");
}

static void the_accounts_are_those_of_the_table(void **state)
{
    static const struct {
        const char *name, *code, *code_2026, *side;
    } accounts[] = {
#define ACCOUNT(account, name, code, code_2026, side, owner, control, help)    \
    {name, code, code_2026, #side},
#include "ledger/accounts.def"
    };
    int count = sizeof accounts / sizeof accounts[0];
    DB_RESULT(rows);

    (void)state;
    GOOD(db_query(&db,
                  "SELECT number, name, code_2025, code_2026, upper(side)"
                  " AS side FROM report.account ORDER BY number",
                  NO_PARAMS, &rows, &error));
    for (int i = 0; i < count && i < PQntuples(rows); i++) {
        assert_int_equal(row_int(rows, i, "number"), i + 1);
        assert_string_equal(row_bytes(rows, i, "name").bytes, accounts[i].name);
        assert_string_equal(row_bytes(rows, i, "code_2025").bytes,
                            accounts[i].code);
        assert_string_equal(row_bytes(rows, i, "code_2026").bytes,
                            accounts[i].code_2026);
        assert_string_equal(row_bytes(rows, i, "side").bytes, accounts[i].side);
    }
    if (PQntuples(rows) != count)
        FAIL("sql/views/3_account.sql has %d accounts, accounts.def %d",
             PQntuples(rows), count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_shown_as_json),
        cmocka_unit_test(signers_are_shown),
        cmocka_unit_test(balances_add_up),
        cmocka_unit_test(holdings_leave_out_what_was_undone),
        cmocka_unit_test(the_ladder_shows_how_far_it_came),
        cmocka_unit_test(the_accounts_are_those_of_the_table),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
