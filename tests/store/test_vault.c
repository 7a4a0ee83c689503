/* Personal data: found again, changed, moved, erased; nothing left in rows. */
#include "server/config.h"
#include "server/vault.h"
#include "sql/rewrap.h"
#include "tests/store/fixture.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

static struct db db;
static struct node *node;
static char folder[] = "/tmp/terreau-vault.XXXXXX";
static int32_t ledger;
static struct id hal, nora;

static struct id fresh_id(char letter)
{
    struct id id = {.letter = (uint8_t)letter};

    randombytes_buf(id.bytes, sizeof id.bytes);
    return id;
}

static int start(void **state)
{
    static struct config config;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    config_init(&config);
    (void)snprintf(config.vault_keys_dir, sizeof config.vault_keys_dir, "%s",
                   folder);
    node = calloc(1, sizeof *node);
    node->config = &config;
    pool_open(&node->pool, "", 2);
    GOOD(vault_start(node, &error));
    assert_non_null(node->ring);
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int stop(void **state)
{
    char path[64];

    (void)state;
    db_close(&db);
    pool_close(&node->pool);
    seal_ring_free(node->ring);
    free(node);
    for (int number = 1; number <= 2; number++) {
        (void)snprintf(path, sizeof path, "%s/kek-%d.key", folder, number);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static int two_people(void **state)
{
    (void)state;
    run(&db, "DELETE FROM contact"); /* Of tests that damaged their keys. */
    ledger = fresh_ledger(&db);
    hal = fresh_id('p');
    nora = fresh_id('p');
    return 0;
}

static void put(struct id party, struct id record, const char *email,
                const char *name, const struct hash *opening)
{
    json_auto_t *fields = json_pack("{s:s, s:s}", "email", email, "name", name);

    GOOD(vault_put(node, &db, ledger, party, record, fields, opening, NULL,
                   &error));
}

/* What is left of a field of the party's own record; "" if it is gone. */
static const char *field(struct id party, const char *name)
{
    static char value[256];
    json_auto_t *document = NULL;
    struct error why = {0};

    value[0] = '\0';
    if (vault_get(node, &db, ledger, party, party, &document, &why)) {
        json_t *fields = json_object_get(document, "fields");
        const char *text = json_string_value(json_object_get(fields, name));

        (void)snprintf(value, sizeof value, "%s", text != NULL ? text : "");
    } else {
        assert_int_equal(why.code, ERROR_ABSENT);
    }
    return value;
}

static size_t found(const char *email)
{
    struct vault_party parties[VAULT_PARTIES_MAX];
    size_t count, here = 0;

    GOOD(vault_parties_of_email(node, &db, email, parties, &count, &error));
    for (size_t i = 0; i < count; i++)
        here += parties[i].ledger_id == ledger;
    return here;
}

static void what_was_put_is_read_again(void **state)
{
    struct hash opening = {{7}};
    json_auto_t *document = NULL;
    char hex[HASH_CHARS + 1], email[VAULT_EMAIL_BYTES + 1];

    (void)state;
    put(hal, hal, "Hal@example.org", "Hal Incandenza", &opening);
    GOOD(vault_get(node, &db, ledger, hal, hal, &document, &error));
    hash_write(hex, &opening);
    assert_string_equal(json_string_value(json_object_get(document, "opening")),
                        hex);
    assert_string_equal(field(hal, "name"), "Hal Incandenza");
    GOOD(vault_email_of(node, &db, ledger, hal, email, &error));
    assert_string_equal(email, "Hal@example.org");
    REFUSED(ERROR_ABSENT,
            vault_email_of(node, &db, ledger, nora, email, &error));
}

static void a_change_keeps_what_it_does_not_name(void **state)
{
    json_auto_t *fields =
        json_pack("{s:s, s:s}", "town", "Lyon", "email", "hal@example.net");
    json_auto_t *none = json_pack("{s:s}", "town", "");

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    GOOD(vault_put(node, &db, ledger, hal, hal, fields, NULL, NULL, &error));
    assert_string_equal(field(hal, "name"), "Hal");
    assert_string_equal(field(hal, "town"), "Lyon");
    assert_string_equal(field(hal, "email"), "hal@example.net");
    assert_int_equal(found("hal@example.org"), 0);
    assert_int_equal(found("hal@example.net"), 1);
    GOOD(vault_put(node, &db, ledger, hal, hal, none, NULL, NULL, &error));
    assert_string_equal(field(hal, "town"), "");
    /* Older versions of the identity stay, of the address none does. */
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM vault"
                                    " WHERE part = 0 AND version = 1"
                                    " AND ledger_id ="
                                    " (SELECT max(ledger_id) FROM ledger)"),
                     0);
}

static void an_address_finds_all_its_parties_however_it_is_typed(void **state)
{
    (void)state;
    put(hal, hal, "family@example.org", "Hal", NULL);
    put(nora, nora, "Family@Example.org", "Nora", NULL);
    assert_int_equal(found("FAMILY@example.org"), 2);
    assert_int_equal(found("family@example.or"), 0);
}

static void two_records_of_a_person_are_two_rows(void **state)
{
    json_auto_t *documents = NULL;

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    put(hal, fresh_id('v'), "other@example.org", "Hal at work", NULL);
    GOOD(vault_list(node, &db, ledger, hal, &documents, &error));
    assert_int_equal(json_array_size(documents), 2);
    /* Only the person's own record is what their address is looked up by. */
    assert_int_equal(found("other@example.org"), 0);
}

static void unknown_long_or_odd_fields_are_refused(void **state)
{
    json_auto_t *unknown = json_pack("{s:s}", "religion", "none");
    json_auto_t *number = json_pack("{s:i}", "email", 7);
    json_auto_t *control = json_pack("{s:s}", "name", "Hal\nBcc: all");
    json_auto_t *longer = json_pack("{s:s}", "country", "FRA");
    struct error why = {0};

    (void)state;
    REFUSED(ERROR_FIELD, vault_put(node, &db, ledger, hal, hal, unknown, NULL,
                                   NULL, &error));
    REFUSED(ERROR_FIELD,
            vault_put(node, &db, ledger, hal, hal, number, NULL, NULL, &error));
    REFUSED(ERROR_FIELD, vault_put(node, &db, ledger, hal, hal, control, NULL,
                                   NULL, &error));
    assert_false(
        vault_put(node, &db, ledger, hal, hal, longer, NULL, NULL, &why));
    assert_int_equal(why.code, ERROR_FIELD);
    assert_string_equal(why.pointer, "/country");
    assert_null(strstr(why.text, "FRA")); /* Never the value. */
}

static void rows_that_are_moved_do_not_open(void **state)
{
    json_auto_t *document = NULL;
    struct vault_party parties[VAULT_PARTIES_MAX];
    size_t count;

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    put(nora, nora, "nora@example.org", "Nora", NULL);
    run(&db, "CREATE TEMP TABLE kept AS TABLE contact");
    /* Both rows now answer to one address. */
    run(&db, "UPDATE contact SET mac = (SELECT mac FROM contact WHERE ledger_id"
             " = (SELECT max(ledger_id) FROM ledger) ORDER BY mac LIMIT 1)"
             " WHERE ledger_id = (SELECT max(ledger_id) FROM ledger)");
    if (vault_parties_of_email(node, &db, "hal@example.org", parties, &count,
                               &(struct error){0}))
        REFUSED(ERROR_DOUBT,
                vault_parties_of_email(node, &db, "nora@example.org", parties,
                                       &count, &error));
    run(&db, "DELETE FROM contact");
    run(&db, "INSERT INTO contact TABLE kept");
    run(&db, "DROP TABLE kept");
    /* Each other's keys. */
    run(&db, "UPDATE subject_key a SET wrapped = b.wrapped, nonce = b.nonce"
             " FROM subject_key b WHERE a.ledger_id = b.ledger_id"
             " AND a.part = b.part AND a.subject <> b.subject"
             " AND a.ledger_id = (SELECT max(ledger_id) FROM ledger)");
    REFUSED(ERROR_DOUBT,
            vault_get(node, &db, ledger, hal, hal, &document, &error));
}

static void a_version_that_is_renumbered_does_not_open(void **state)
{
    json_auto_t *document = NULL;

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    put(hal, hal, "hal@example.org", "Harold", NULL);
    run(&db, "UPDATE vault SET version = 9 WHERE part = 1 AND version = 1"
             " AND ledger_id = (SELECT max(ledger_id) FROM ledger)");
    REFUSED(ERROR_DOUBT,
            vault_get(node, &db, ledger, hal, hal, &document, &error));
}

static void erasing_the_contact_leaves_the_identity_alone(void **state)
{
    char email[VAULT_EMAIL_BYTES + 1];
    struct hash opening = {{7}};
    json_auto_t *document = NULL;

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", &opening);
    put(nora, nora, "nora@example.org", "Nora", &opening);
    GOOD(vault_erase(node, &db, ledger, hal, PART_CONTACT, &error));
    assert_string_equal(field(hal, "email"), "");
    assert_string_equal(field(hal, "name"), "Hal");
    GOOD(vault_get(node, &db, ledger, hal, hal, &document, &error));
    assert_null(json_object_get(document, "opening"));
    assert_int_equal(found("hal@example.org"), 0);
    REFUSED(ERROR_ABSENT,
            vault_email_of(node, &db, ledger, hal, email, &error));
    assert_string_equal(field(nora, "email"), "nora@example.org");
    GOOD(vault_erase(node, &db, ledger, hal, PART_IDENTITY, &error));
    assert_string_equal(field(hal, "name"), "");
    assert_string_equal(field(nora, "name"), "Nora");
}

static void a_deleted_key_makes_left_rows_unreadable(void **state)
{
    json_auto_t *document = NULL, *nothing = json_object();

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    run(&db, "DELETE FROM subject_key WHERE ledger_id ="
             " (SELECT max(ledger_id) FROM ledger)");
    REFUSED(ERROR_DOUBT,
            vault_get(node, &db, ledger, hal, hal, &document, &error));
    /* A new key does not open what another one sealed. */
    REFUSED(ERROR_DOUBT, vault_put(node, &db, ledger, hal, hal, nothing, NULL,
                                   NULL, &error));
}

static void nothing_personal_is_readable_in_the_tables(void **state)
{
    (void)state;
    put(hal, hal, "hal@example.org", "Incandenza", NULL);
    assert_int_equal(
        number_of(&db, "SELECT count(*) AS n FROM vault"
                       " WHERE position('Incandenza'::bytea IN ciphertext) > 0"
                       " OR position('hal@'::bytea IN ciphertext) > 0"),
        0);
    assert_int_equal(number_of(&db,
                               "SELECT count(*) AS n FROM contact"
                               " WHERE position('hal@'::bytea IN address) > 0"
                               " OR mac = sha256('hal@example.org')"),
                     0);
}

static void a_commitment_binds_fields_origin_and_opening(void **state)
{
    json_auto_t *fields =
        json_pack("{s:s, s:s}", "email", "hal@example.org", "name", "Hal");
    json_auto_t *fewer = json_pack("{s:s}", "email", "hal@example.org");
    struct hash opening = {{1}}, other = {{2}}, expected;
    struct hash made = vault_commit("log.example/a", fields, &opening);
    struct hash again;
    static const char text[] =
        "terreau/commit/v1log.example/aemail,name"
        "{\"email\":\"hal@example.org\",\"name\":\"Hal\"}";

    (void)state;
    (void)crypto_generichash(expected.bytes, sizeof expected.bytes,
                             (const uint8_t *)text, sizeof text - 1,
                             opening.bytes, sizeof opening.bytes);
    assert_memory_equal(made.bytes, expected.bytes, sizeof made.bytes);
    again = vault_commit("log.example/a", fields, &other);
    assert_memory_not_equal(made.bytes, again.bytes, sizeof made.bytes);
    again = vault_commit("log.example/b", fields, &opening);
    assert_memory_not_equal(made.bytes, again.bytes, sizeof made.bytes);
    again = vault_commit("log.example/a", fewer, &opening);
    assert_memory_not_equal(made.bytes, again.bytes, sizeof made.bytes);
}

static void a_server_with_other_keys_takes_no_personal_data(void **state)
{
    char other[] = "/tmp/terreau-vault.XXXXXX", path[64];
    struct config config = *node->config;
    struct node *second = calloc(1, sizeof *second);
    json_auto_t *fields = json_object();

    (void)state;
    assert_non_null(mkdtemp(other));
    (void)snprintf(config.vault_keys_dir, sizeof config.vault_keys_dir, "%s",
                   other);
    second->config = &config;
    pool_open(&second->pool, "", 2);
    GOOD(vault_start(second, &error)); /* None there: it makes none either. */
    assert_null(second->ring);
    GOOD(seal_key_create(other, 1, &error));
    GOOD(vault_start(second, &error)); /* Another key of that number. */
    assert_null(second->ring);
    REFUSED(ERROR_READ_ONLY, vault_put(second, &db, ledger, hal, hal, fields,
                                       NULL, NULL, &error));
    pool_close(&second->pool);
    free(second);
    (void)snprintf(path, sizeof path, "%s/kek-1.key", other);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(other), 0);
}

static void a_row_without_a_term_never_expires(void **state)
{
    struct date until = {20000};
    json_auto_t *fields =
        json_pack("{s:s}", "iban", "FR7630006000011234567890");
    int64_t count;

    (void)state;
    put(hal, hal, "hal@example.org", "Hal", NULL);
    GOOD(vault_put(node, &db, ledger, hal, fresh_id('v'), fields, NULL, &until,
                   &error));
    GOOD(store_vault_expire(&db, (struct date){20000}, &count, &error));
    assert_int_equal(count, 0);
    GOOD(store_vault_expire(&db, (struct date){20001}, &count, &error));
    assert_int_equal(count, 1);
    assert_string_equal(field(hal, "name"), "Hal");
}

/* Last: it leaves key 2 in the ring. */
static void a_new_key_takes_over_and_the_old_one_can_go(void **state)
{
    static const uint8_t row[16] = "a mail's own id";
    struct seal_place place = {SEAL_OUTBOX, 0, row, sizeof row};
    struct seal_ring *old;
    uint8_t nonce[SEAL_NONCE_BYTES], box[8 + SEAL_EXTRA_BYTES];
    struct rewrapped count;
    struct hash print;
    json_auto_t *document = NULL;
    bool same;
    DB_RESULT(none);

    (void)state;
    run(&db, "DELETE FROM subject_key WHERE ledger_id <>"
             " (SELECT max(ledger_id) FROM ledger)");
    put(hal, hal, "hal@example.org", "Hal", NULL);
    seal_close(node->ring, &place, "a letter", 8, nonce, box);
    GOOD(db_query(&db,
                  "INSERT INTO outbox (ledger_id, mail_id, nonce, ciphertext)"
                  " VALUES (0, $1, $2, $3)",
                  PARAMS(param_uuid(row), param_bytes(nonce, sizeof nonce),
                         param_bytes(box, sizeof box)),
                  &none, &error));
    GOOD(seal_ring_load(&old, folder, &error));
    GOOD(seal_key_create(folder, 2, &error));
    GOOD(rewrap_all(&db, node->ring, &count, &error));
    assert_int_equal(count.keys, 2);
    assert_int_equal(count.addresses, 1);
    assert_int_equal(count.waiting, 1);
    GOOD(rewrap_all(&db, node->ring, &count, &error));
    assert_int_equal(count.keys + count.addresses + count.waiting, 0);
    assert_true(seal_print(node->ring, 2, &print));
    GOOD(store_vault_key(&db, 2, &print, &same, &error));
    assert_true(same);
    GOOD(seal_key_destroy(node->ring, 1, &error));
    assert_string_equal(field(hal, "name"), "Hal");
    assert_int_equal(found("HAL@example.org"), 1);
    /* Who has the old key alone reads nothing of today's tables. */
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM outbox"
                                    " WHERE substring(ciphertext FOR 4)"
                                    " <> '\\x00000002'"),
                     0);
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM subject_key"
                                    " WHERE kek <> 2"),
                     0);
    seal_ring_free(old);
    run(&db, "DELETE FROM outbox");
    GOOD(vault_get(node, &db, ledger, hal, hal, &document, &error));
}

#define PEOPLE(test) cmocka_unit_test_setup(test, two_people)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE(what_was_put_is_read_again),
        PEOPLE(a_change_keeps_what_it_does_not_name),
        PEOPLE(an_address_finds_all_its_parties_however_it_is_typed),
        PEOPLE(two_records_of_a_person_are_two_rows),
        PEOPLE(unknown_long_or_odd_fields_are_refused),
        PEOPLE(rows_that_are_moved_do_not_open),
        PEOPLE(a_version_that_is_renumbered_does_not_open),
        PEOPLE(erasing_the_contact_leaves_the_identity_alone),
        PEOPLE(a_deleted_key_makes_left_rows_unreadable),
        PEOPLE(nothing_personal_is_readable_in_the_tables),
        PEOPLE(a_commitment_binds_fields_origin_and_opening),
        PEOPLE(a_server_with_other_keys_takes_no_personal_data),
        PEOPLE(a_row_without_a_term_never_expires),
        PEOPLE(a_new_key_takes_over_and_the_old_one_can_go),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, start, stop);
}
