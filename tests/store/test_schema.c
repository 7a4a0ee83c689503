/* The schema, its keys and its grants are those of the design, exactly. */
#include "tests/store/fixture.h"

static struct db db;

static int open_db(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int close_db(void **state)
{
    (void)state;
    db_close(&db);
    return 0;
}

/* table.column type, '!' for NOT NULL; in alphabetical order. */
static const char *const columns[] = {
    "acceptance.at timestamptz!",
    "acceptance.ledger_id int4!",
    "acceptance.reason text!",
    "acceptance.root bytea!",
    "acceptance.size int8!",
    "acceptance.who text!",
    "checkpoint.ledger_id int4!",
    "checkpoint.note bytea!",
    "checkpoint.root bytea!",
    "checkpoint.size int8!",
    "contact.address bytea!",
    "contact.kek int4!",
    "contact.ledger_id int4!",
    "contact.mac bytea!",
    "contact.nonce bytea!",
    "contact.subject uuid!",
    "cosignature.ledger_id int4!",
    "cosignature.line bytea!",
    "cosignature.size int8!",
    "cosignature.stamp int8!",
    "cosignature.witness text!",
    "disclosure_read.idx int8!",
    "disclosure_read.key bytea!",
    "disclosure_read.ledger_id int4!",
    "disclosure_read.nonce bytea!",
    "disclosure_read.read_at timestamptz!",
    "entry.accepted_ms int8!",
    "entry.effective date!",
    "entry.idx int8!",
    "entry.kind int2!",
    "entry.leaf bytea!",
    "entry.leaf_hash bytea!",
    "entry.ledger_id int4!",
    "entry.text_hash bytea!",
    "erasure.ledger_id int4!",
    "erasure.part int2!",
    "erasure.subject uuid!",
    "head.accepted_ms int8!",
    "head.ledger_id int4!",
    "head.root bytea!",
    "head.size int8!",
    "intake.ciphertext bytea!",
    "intake.confirm_hash bytea",
    "intake.done_at timestamptz",
    "intake.expires_at timestamptz!",
    "intake.ledger_id int4!",
    "intake.nonce bytea!",
    "intake.token_hash bytea!",
    "intake.used_at timestamptz",
    "ledger.ledger_id int4!",
    "ledger.name text!",
    "ledger.opened_at timestamptz!",
    "ledger.origin text!",
    "migration.applied_at timestamptz!",
    "migration.name text!",
    "migration.number int4!",
    "migration.sha256 bytea!",
    "outbox.attempts int2!",
    "outbox.ciphertext bytea!",
    "outbox.due_at timestamptz!",
    "outbox.ledger_id int4!",
    "outbox.mail_id uuid!",
    "outbox.nonce bytea!",
    "outbox.sent_at timestamptz",
    "posting.account int2!",
    "posting.amount int8!",
    "posting.effective date!",
    "posting.idx int8!",
    "posting.ledger_id int4!",
    "posting.line int2!",
    "posting.owner uuid",
    "proposal.ledger_id int4!",
    "proposal.made_at timestamptz!",
    "proposal.text bytea!",
    "proposal.text_hash bytea!",
    "proposal_signature.key_id int4!",
    "proposal_signature.ledger_id int4!",
    "proposal_signature.line bytea!",
    "proposal_signature.name text!",
    "proposal_signature.text_hash bytea!",
    "session.ciphertext bytea!",
    "session.made_at timestamptz!",
    "session.nonce bytea!",
    "session.person bytea!",
    "session.seen_at timestamptz!",
    "session.session_hash bytea!",
    "sign_in.browser_hash bytea!",
    "sign_in.ciphertext bytea!",
    "sign_in.code_hash bytea!",
    "sign_in.expires_at timestamptz!",
    "sign_in.nonce bytea!",
    "sign_in.token_hash bytea!",
    "sign_in.tries int2!",
    "sign_in.used_at timestamptz",
    "signer.at timestamptz!",
    "signer.epoch int8!",
    "signer.host text!",
    "signer.ledger_id int4!",
    "subject.idx int8!",
    "subject.ledger_id int4!",
    "subject.subject uuid!",
    "subject_key.kek int4!",
    "subject_key.ledger_id int4!",
    "subject_key.nonce bytea!",
    "subject_key.part int2!",
    "subject_key.subject uuid!",
    "subject_key.wrapped bytea!",
    "telling.ledger_id int4!",
    "telling.size int8!",
    "tile.hashes bytea!",
    "tile.ledger_id int4!",
    "tile.level int2!",
    "tile.number int8!",
    "told.entry int8!",
    "told.ledger_id int4!",
    "told.mail text!",
    "told.party uuid!",
    "vault.ciphertext bytea!",
    "vault.ledger_id int4!",
    "vault.nonce bytea!",
    "vault.part int2!",
    "vault.record uuid!",
    "vault.retain_until date",
    "vault.subject uuid!",
    "vault.version int4!",
    "vault_key.made_at timestamptz!",
    "vault_key.number int4!",
    "vault_key.print bytea!",
    "witness_seen.note bytea!",
    "witness_seen.origin text!",
    "witness_seen.origin_hash bytea!",
    "witness_seen.root bytea!",
    "witness_seen.size int8!",
};

/* table: kind (columns), name where the program relies on it. */
static const char *const keys[] = {
    "acceptance: PRIMARY KEY (ledger_id, at)",
    "checkpoint: PRIMARY KEY (ledger_id, size)",
    "contact: PRIMARY KEY (ledger_id, subject)",
    "cosignature: PRIMARY KEY (ledger_id, size, witness, stamp)",
    "disclosure_read: PRIMARY KEY (ledger_id, idx, nonce)",
    "entry: PRIMARY KEY (ledger_id, idx) entry_has_one_place",
    "entry: UNIQUE (ledger_id, text_hash) entry_enters_once",
    "erasure: PRIMARY KEY (ledger_id, subject, part)",
    "head: PRIMARY KEY (ledger_id)",
    "intake: PRIMARY KEY (ledger_id, token_hash)",
    "ledger: PRIMARY KEY (ledger_id)",
    "ledger: UNIQUE (name)",
    "ledger: UNIQUE (origin)",
    "migration: PRIMARY KEY (number)",
    "outbox: PRIMARY KEY (ledger_id, mail_id)",
    "posting: PRIMARY KEY (ledger_id, idx, line)",
    "proposal: PRIMARY KEY (ledger_id, text_hash)",
    "proposal_signature: PRIMARY KEY (ledger_id, text_hash, name, key_id)",
    "session: PRIMARY KEY (session_hash)",
    "sign_in: PRIMARY KEY (token_hash)",
    "signer: PRIMARY KEY (ledger_id, epoch)",
    "subject: PRIMARY KEY (ledger_id, subject, idx)",
    "subject_key: PRIMARY KEY (ledger_id, subject, part)",
    "telling: PRIMARY KEY (ledger_id)",
    "tile: PRIMARY KEY (ledger_id, level, number)",
    "told: PRIMARY KEY (ledger_id, party, entry, mail)",
    "vault: PRIMARY KEY (ledger_id, record, part, version)",
    "vault_key: PRIMARY KEY (number)",
    "witness_seen: PRIMARY KEY (origin_hash)",
};

/* table: role: what it may do, columns where it is not the whole table. */
static const char *const grants[] = {
    "acceptance: terreau_reader: SELECT",
    "acceptance: terreau_server: SELECT",
    "checkpoint: terreau_reader: SELECT",
    "checkpoint: terreau_server: SELECT",
    "checkpoint: terreau_signer: INSERT, SELECT",
    "contact: terreau_server: DELETE, INSERT, SELECT",
    "cosignature: terreau_reader: SELECT",
    "cosignature: terreau_server: INSERT, SELECT",
    "disclosure_read: terreau_server: INSERT, SELECT",
    "entry: terreau_reader: SELECT",
    "entry: terreau_server: INSERT, SELECT",
    "entry: terreau_signer: SELECT",
    "erasure: terreau_server: DELETE, INSERT, SELECT",
    "head.accepted_ms: terreau_server: UPDATE",
    "head.root: terreau_server: UPDATE",
    "head.size: terreau_server: UPDATE",
    "head: terreau_reader: SELECT",
    "head: terreau_server: INSERT, SELECT",
    "head: terreau_signer: SELECT",
    "intake.ciphertext: terreau_server: UPDATE",
    "intake.confirm_hash: terreau_server: UPDATE",
    "intake.done_at: terreau_server: UPDATE",
    "intake.expires_at: terreau_server: UPDATE",
    "intake.nonce: terreau_server: UPDATE",
    "intake.used_at: terreau_server: UPDATE",
    "intake: terreau_server: DELETE, INSERT, SELECT",
    "ledger: terreau_reader: SELECT",
    "ledger: terreau_server: INSERT, SELECT",
    "ledger: terreau_signer: SELECT",
    "migration: terreau_server: SELECT",
    "outbox.attempts: terreau_server: UPDATE",
    "outbox.ciphertext: terreau_server: UPDATE",
    "outbox.due_at: terreau_server: UPDATE",
    "outbox.sent_at: terreau_server: UPDATE",
    "outbox: terreau_server: DELETE, INSERT, SELECT",
    "posting: terreau_reader: SELECT",
    "posting: terreau_server: INSERT, SELECT",
    "proposal: terreau_server: DELETE, INSERT, SELECT",
    "proposal_signature: terreau_server: DELETE, INSERT, SELECT",
    "session.seen_at: terreau_server: UPDATE",
    "session: terreau_server: DELETE, INSERT, SELECT",
    "sign_in.tries: terreau_server: UPDATE",
    "sign_in.used_at: terreau_server: UPDATE",
    "sign_in: terreau_server: DELETE, INSERT, SELECT",
    "signer: terreau_server: SELECT",
    "signer: terreau_signer: INSERT, SELECT",
    "subject: terreau_reader: SELECT",
    "subject: terreau_server: INSERT, SELECT",
    "subject_key: terreau_server: DELETE, INSERT, SELECT",
    "telling: terreau_server: INSERT, SELECT, UPDATE",
    "tile: terreau_reader: SELECT",
    "tile: terreau_server: INSERT, SELECT",
    "tile: terreau_signer: SELECT",
    "told: terreau_server: DELETE, INSERT, SELECT",
    "vault: terreau_server: DELETE, INSERT, SELECT",
    "vault_key: terreau_server: INSERT, SELECT",
    "witness_seen: terreau_server: INSERT, SELECT, UPDATE",
};

static const char *const others[] = {
    "check acceptance (octet_length(root) = 32)",
    "check acceptance (size >= 0)",
    "check checkpoint (octet_length(root) = 32)",
    "check checkpoint (size >= 0)",
    "check contact (octet_length(mac) = 32)",
    "check contact (octet_length(nonce) = 24)",
    "check disclosure_read (idx >= 0)",
    "check disclosure_read (octet_length(key) = 32)",
    "check disclosure_read (octet_length(nonce) = 16)",
    "check entry (idx >= 0)",
    "check entry (octet_length(leaf) >= 1 AND octet_length(leaf) <= 24576)",
    "check entry (octet_length(leaf_hash) = 32)",
    "check entry (octet_length(text_hash) = 32)",
    "check erasure (part = ANY (ARRAY[0, 1]))",
    "check head (accepted_ms >= 0)",
    "check head (octet_length(root) = 32)",
    "check head (size >= 0)",
    "check intake (octet_length(confirm_hash) = 32)",
    "check intake (octet_length(token_hash) = 32)",
    "check ledger (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)",
    "check migration (number > 0)",
    "check migration (octet_length(sha256) = 32)",
    "check posting (amount <> 0 AND abs(amount) <= "
    "'9007199254740991'::bigint)",
    "check posting (line >= 0)",
    "check proposal (octet_length(text) <= 17408)",
    "check proposal (octet_length(text_hash) = 32)",
    "check session (octet_length(nonce) = 24)",
    "check session (octet_length(person) = 32)",
    "check session (octet_length(session_hash) = 32)",
    "check sign_in (octet_length(browser_hash) = 32)",
    "check sign_in (octet_length(code_hash) = 32)",
    "check sign_in (octet_length(nonce) = 24)",
    "check sign_in (octet_length(token_hash) = 32)",
    "check subject_key (octet_length(nonce) = 24)",
    "check subject_key (part = ANY (ARRAY[0, 1]))",
    "check telling (size >= 0)",
    "check tile (level >= 0 AND level <= 7)",
    "check tile (number >= 0)",
    "check tile (octet_length(hashes) = 8192)",
    "check vault (octet_length(nonce) = 24)",
    "check vault (part = ANY (ARRAY[0, 1]))",
    "check vault_key (number > 0)",
    "check vault_key (octet_length(print) = 32)",
    "check witness_seen (octet_length(origin_hash) = 32)",
    "index contact (mac)",
    "index intake (ledger_id, expires_at)",
    "index intake (ledger_id, used_at) WHERE ((used_at IS NOT NULL) AND "
    "(done_at IS NULL))",
    "index outbox (due_at) WHERE (sent_at IS NULL)",
    "index session (person)",
    "index sign_in (browser_hash)",
    "index vault (ledger_id, subject)",
    "role terreau_owner nologin",
    "role terreau_reader nologin",
    "role terreau_server login",
    "role terreau_signer login",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Lines that a statement selects as line are these, in this order. */
static void compare(const char *sql, const char *const *lines, size_t count)
{
    char sorted[2048];
    DB_RESULT(rows);

    assert_in_range(snprintf(sorted, sizeof sorted,
                             "SELECT line::text FROM (%s) AS lines"
                             " ORDER BY line::text COLLATE \"C\"",
                             sql),
                    1, sizeof sorted - 1);
    GOOD(db_query(&db, sorted, NO_PARAMS, &rows, &error));
    for (size_t i = 0; i < count && (int)i < PQntuples(rows); i++)
        assert_string_equal(row_bytes(rows, (int)i, "line").bytes, lines[i]);
    assert_int_equal(PQntuples(rows), count);
}

static void the_columns_are_those_of_the_design(void **state)
{
    (void)state;
    compare("SELECT table_name || '.' || column_name || ' ' || udt_name"
            " || CASE is_nullable WHEN 'NO' THEN '!' ELSE '' END AS line"
            " FROM information_schema.columns WHERE table_schema = 'public'",
            columns, COUNT(columns));
}

static void the_keys_are_those_of_the_design(void **state)
{
    (void)state;
    compare("SELECT c.table_name || ': ' || c.constraint_type || ' ('"
            " || string_agg(k.column_name, ', ' ORDER BY k.ordinal_position)"
            " || ')' || CASE WHEN c.constraint_name LIKE 'entry%once'"
            " OR c.constraint_name LIKE 'entry%place'"
            " THEN ' ' || c.constraint_name ELSE '' END AS line"
            " FROM information_schema.table_constraints c"
            " JOIN information_schema.key_column_usage k"
            " USING (table_schema, table_name, constraint_name)"
            " WHERE c.table_schema = 'public'"
            " GROUP BY c.table_name, c.constraint_type, c.constraint_name",
            keys, COUNT(keys));
}

static void the_grants_are_those_of_the_design(void **state)
{
    (void)state;
    compare("WITH whole AS (SELECT table_name::text AS what,"
            " grantee::text, privilege_type::text"
            " FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public'),"
            " part AS (SELECT table_name || '.' || column_name AS what,"
            " grantee::text, privilege_type::text"
            " FROM information_schema.role_column_grants g"
            " WHERE table_schema = 'public' AND NOT EXISTS ("
            " SELECT FROM whole w WHERE w.what = g.table_name"
            " AND w.grantee = g.grantee"
            " AND w.privilege_type = g.privilege_type))"
            " SELECT what || ': ' || grantee || ': '"
            " || string_agg(privilege_type, ', ' ORDER BY privilege_type)"
            " AS line FROM (TABLE whole UNION ALL TABLE part) AS g"
            " WHERE grantee <> 'terreau_owner' GROUP BY what, grantee",
            grants, COUNT(grants));
}

static void checks_indexes_and_roles_are_those_of_the_design(void **state)
{
    (void)state;
    compare("SELECT line FROM (SELECT 'check ' || conrelid::regclass || ' '"
            " || substr(pg_get_constraintdef(oid, true), 7) AS line"
            " FROM pg_constraint WHERE contype = 'c'"
            " AND connamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'index ' || tablename"
            " || substring(indexdef FROM ' \\(.*$') FROM pg_indexes"
            " WHERE schemaname = 'public' AND indexdef NOT LIKE"
            " 'CREATE UNIQUE%' UNION ALL SELECT 'role ' || rolname"
            " || CASE WHEN rolcanlogin THEN ' login' ELSE ' nologin' END"
            " FROM pg_roles WHERE rolname LIKE 'terreau%'"
            " AND NOT rolsuper AND NOT rolcreaterole AND NOT rolbypassrls)"
            " AS t",
            others, COUNT(others));
}

static void everything_is_owned_by_the_owner(void **state)
{
    (void)state;
    assert_int_equal(number_of(&db,
                               "SELECT count(*) AS n FROM pg_class"
                               " WHERE relnamespace IN ('public'::regnamespace,"
                               " 'report'::regnamespace)"
                               " AND relowner <> 'terreau_owner'::regrole"),
                     0);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM pg_trigger"
                                    " WHERE NOT tgisinternal"),
                     0);
}

static void every_table_view_and_column_says_what_it_is(void **state)
{
    (void)state;
    assert_int_equal(
        number_of(&db, "SELECT count(*) AS n FROM pg_class c"
                       " JOIN pg_attribute a ON a.attrelid = c.oid"
                       " WHERE relnamespace IN ('public'::regnamespace,"
                       " 'report'::regnamespace) AND relkind IN ('r', 'v')"
                       " AND relname <> 'standing' AND attnum > 0"
                       " AND NOT attisdropped"
                       " AND (col_description(c.oid, attnum) IS NULL"
                       " OR obj_description(c.oid, 'pg_class') IS NULL)"),
        0);
}

/* As that role, the statement is refused for want of a privilege. */
static void forbidden(const char *role, const char *sql)
{
    char set[64];
    struct error why = {0};
    DB_RESULT(none);
    DB_RESULT(done);
    DB_TRANSACTION(transaction);

    GOOD(db_begin(&db, &transaction, &error));
    (void)snprintf(set, sizeof set, "SET LOCAL ROLE %s", role);
    GOOD(db_query(&db, set, NO_PARAMS, &none, &error));
    if (db_query(&db, sql, NO_PARAMS, &done, &why))
        FAIL("%s may: %s", role, sql);
    assert_int_equal(why.code, ERROR_STORE);
    if (strcmp(db.failure.sqlstate, "42501") != 0)
        FAIL("%s: %s: %s", role, sql, why.text);
}

static void no_role_changes_evidence(void **state)
{
    static const char *const tables[] = {
        "ledger", "entry",      "posting",     "subject", "tile",
        "head",   "checkpoint", "cosignature", "signer",  "migration"};
    static const char *const roles[] = {"terreau_server", "terreau_signer",
                                        "terreau_reader"};
    char sql[96];

    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++)
        for (size_t j = 0; j < COUNT(roles); j++) {
            (void)snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
            forbidden(roles[j], sql);
            (void)snprintf(sql, sizeof sql, "TRUNCATE %s", tables[i]);
            forbidden(roles[j], sql);
            (void)snprintf(sql, sizeof sql, "DROP TABLE %s", tables[i]);
            forbidden(roles[j], sql);
            (void)snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s", tables[i],
                           i == 9 ? "number" : "ledger_id",
                           i == 9 ? "number" : "ledger_id");
            forbidden(roles[j], sql);
        }
    forbidden("terreau_server", "UPDATE entry SET leaf = leaf");
    forbidden("terreau_server", "UPDATE posting SET amount = 1");
    forbidden("terreau_server", "UPDATE checkpoint SET root = root");
    forbidden("terreau_signer", "UPDATE head SET size = 0");
    forbidden("terreau_signer", "SELECT FROM head FOR UPDATE");
    forbidden("terreau_server", "INSERT INTO signer VALUES (1, 1, 'a')");
    forbidden("terreau_reader", "SELECT FROM vault");
    forbidden("terreau_reader", "SELECT FROM proposal");
    forbidden("terreau_signer", "SELECT FROM posting");
    forbidden("terreau_server", "CREATE TABLE mine (a int)");
    forbidden("terreau_server", "UPDATE subject_key SET wrapped = wrapped");
    forbidden("terreau_server", "UPDATE intake SET token_hash = token_hash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_columns_are_those_of_the_design),
        cmocka_unit_test(the_keys_are_those_of_the_design),
        cmocka_unit_test(the_grants_are_those_of_the_design),
        cmocka_unit_test(checks_indexes_and_roles_are_those_of_the_design),
        cmocka_unit_test(everything_is_owned_by_the_owner),
        cmocka_unit_test(every_table_view_and_column_says_what_it_is),
        cmocka_unit_test(no_role_changes_evidence),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
