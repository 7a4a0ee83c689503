/* The outbox: what is in it is sealed, sent once, tried again, or parked. */
#include "tests/store/fixture.h"

#include "server/catalogue.h"
#include "server/config.h"
#include "server/mail.h"
#include "server/node.h"
#include "server/page.h"
#include "sql/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { LEASE = 600 };

static struct db db, other;
static struct config config;
static struct node node;
static char folder[] = "/tmp/terreau-outbox.XXXXXX";

static int start(void **state)
{
    (void)state;
    assert_true(sodium_init() >= 0);
    GOOD(db_open(&db, "", &error));
    GOOD(db_open(&other, "", &error));
    assert_non_null(mkdtemp(folder));
    GOOD(seal_key_create(folder, 1, &error));
    GOOD(seal_ring_load(&node.ring, folder, &error));
    GOOD(catalogue_load("server/po", &error));
    GOOD(pages_load_texts(&node.mails, "server/templates/mail", &error));
    config_init(&config);
    (void)snprintf(config.mail_from, sizeof config.mail_from,
                   "board@coop.example");
    node.config = &config;
    return 0;
}

static int stop(void **state)
{
    char path[64];

    (void)state;
    pages_free(node.mails);
    seal_ring_free(node.ring);
    (void)snprintf(path, sizeof path, "%s/kek-1.key", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    db_close(&db);
    db_close(&other);
    return 0;
}

static int empty(void **state)
{
    DB_RESULT(none);

    (void)state;
    GOOD(db_query(&db, "DELETE FROM outbox", NO_PARAMS, &none, &error));
    return 0;
}

/* What was claimed, with bytes of its own. */
struct bag {
    int count;
    struct store_mail mails[8];
    char boxes[8][8192];
};

static struct bag bag;

static bool keep(void *context, const struct store_mail *row,
                 struct error *error)
{
    struct bag *into = context;

    (void)error;
    assert_true(into->count < 8 && row->box.size <= sizeof into->boxes[0]);
    memcpy(into->boxes[into->count], row->box.bytes, row->box.size);
    into->mails[into->count] = *row;
    into->mails[into->count].box.bytes = into->boxes[into->count];
    into->count++;
    return true;
}

static int claim(struct db *by, int32_t ledger_id)
{
    bag.count = 0;
    GOOD(store_outbox_claim(by, ledger_id, 8, LEASE, keep, &bag, &error));
    return bag.count;
}

static bool queue(const char *to, int32_t ledger_id, int64_t valid_seconds,
                  struct error *error)
{
    json_auto_t *document =
        json_pack("{s:s, s:s}", "link", "https://coop.example/sign-in/x",
                  "coop", "Vélocité");
    struct mail mail = {.to = to,
                        .language = "fr",
                        .name = "sign-in",
                        .document = document,
                        .valid_seconds = valid_seconds};

    return mail_queue(&node, &db, ledger_id, &mail, error);
}

static void make_all_due(void)
{
    DB_RESULT(none);

    GOOD(db_query(&db, "UPDATE outbox SET due_at = now() - interval '1s'",
                  NO_PARAMS, &none, &error));
}

static void a_letter_comes_out_as_it_went_in(void **state)
{
    json_auto_t *document = NULL;
    struct letter letter;
    bool expired = true;

    (void)state;
    GOOD(queue(" Zoe@Example.org", 3, 0, &error));
    assert_int_equal(claim(&db, 3), 1);
    GOOD(mail_open(&node, &bag.mails[0], &document, &letter, &expired, &error));
    assert_false(expired);
    assert_string_equal(letter.to, "Zoe@example.org");
    assert_string_equal(letter.from_name, "Vélocité");
    assert_string_equal(letter.subject, "Votre lien de connexion");
    assert_non_null(strstr(letter.text, "\nhttps://coop.example/sign-in/x\n"));
    assert_non_null(strstr(letter.html, "<a href=\"https://coop.example/"));
    assert_null(letter.file_name);
    letter_clear(&letter);
}

static void nothing_of_it_is_readable_in_the_database(void **state)
{
    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(
        number_of(&db, "SELECT count(*) AS n FROM outbox WHERE"
                       " position('zoe'::bytea IN ciphertext) > 0"
                       " OR position('coop.example'::bytea IN ciphertext) > 0"),
        0);
}

static void a_box_moved_to_another_row_does_not_open(void **state)
{
    json_t *document = NULL;
    struct letter letter;
    bool expired;

    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(claim(&db, 3), 1);
    bag.mails[0].mail_id[0] ^= 1;
    REFUSED(ERROR_DOUBT, mail_open(&node, &bag.mails[0], &document, &letter,
                                   &expired, &error));
    bag.mails[0].mail_id[0] ^= 1;
    bag.mails[0].ledger_id = 4;
    REFUSED(ERROR_DOUBT, mail_open(&node, &bag.mails[0], &document, &letter,
                                   &expired, &error));
}

static void a_bad_address_or_template_is_refused(void **state)
{
    struct mail mail = {.to = "zoe@example.org",
                        .language = "fr",
                        .name = "no-such",
                        .document = NULL};

    (void)state;
    REFUSED(ERROR_FIELD,
            queue("zoe@example.org\r\nBcc: x@y.example", 3, 0, &error));
    REFUSED(ERROR_FIELD, queue("zoe", 3, 0, &error));
    REFUSED(ERROR_BUG, mail_queue(&node, &db, 3, &mail, &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM outbox"), 0);
}

static void what_is_rolled_back_is_not_sent(void **state)
{
    (void)state;
    {
        DB_TRANSACTION(transaction);

        GOOD(db_begin(&db, &transaction, &error));
        GOOD(queue("zoe@example.org", 3, 0, &error));
    }
    assert_int_equal(claim(&db, 3), 0);
}

static void a_claimed_letter_is_nobody_elses(void **state)
{
    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    GOOD(queue("leo@example.org", 3, 0, &error));
    {
        DB_TRANSACTION(transaction);

        /* The other server is still at its claim: it is not waited for. */
        GOOD(db_begin(&other, &transaction, &error));
        assert_int_equal(claim(&other, 3), 2);
        assert_int_equal(claim(&db, 3), 0);
        GOOD(db_commit(&transaction, &error));
    }
    assert_int_equal(claim(&db, 3), 0);
}

static void a_lease_ends(void **state)
{
    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(claim(&other, 3), 1);
    make_all_due();
    assert_int_equal(claim(&db, 3), 1);
    assert_int_equal(bag.mails[0].attempts, 2);
}

static void what_was_sent_is_over(void **state)
{
    struct store_outbox_counts counts;

    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(claim(&db, 3), 1);
    GOOD(store_outbox_sent(&db, &bag.mails[0], &error));
    make_all_due();
    assert_int_equal(claim(&db, 3), 0);
    GOOD(store_outbox_count(&db, &counts, &error));
    assert_true(counts.sent == 1 && counts.waiting == 0 && counts.parked == 0);
    GOOD(store_outbox_purge(&db, 0, &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM outbox"), 0);
}

static void what_is_tried_again_waits(void **state)
{
    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(claim(&db, 3), 1);
    GOOD(store_outbox_retry(&db, &bag.mails[0], 30, &error));
    assert_int_equal(claim(&db, 3), 0);
    GOOD(store_outbox_retry(&db, &bag.mails[0], 0, &error));
    assert_int_equal(claim(&db, 3), 1);
}

static void what_is_parked_is_kept_and_never_sent(void **state)
{
    struct store_outbox_counts counts;

    (void)state;
    GOOD(queue("zoe@example.org", 3, 0, &error));
    assert_int_equal(claim(&db, 3), 1);
    GOOD(store_outbox_park(&db, &bag.mails[0], 7, &error));
    GOOD(store_outbox_purge(&db, 0, &error));
    GOOD(store_outbox_count(&db, &counts, &error));
    assert_true(counts.sent == 0 && counts.waiting == 0 && counts.parked == 1);
    make_all_due();
    assert_int_equal(claim(&db, 3), 0);
    GOOD(store_outbox_purge(&db, 0, &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM outbox"), 0);
}

static void ledgers_with_mail_are_found_the_oldest_first(void **state)
{
    int32_t ledgers[4] = {0};
    size_t count = 0;

    (void)state;
    GOOD(queue("zoe@example.org", 5, 0, &error));
    GOOD(queue("zoe@example.org", 0, 0, &error));
    GOOD(queue("leo@example.org", 5, 0, &error));
    GOOD(store_outbox_due(&db, ledgers, 4, &count, &error));
    assert_int_equal(count, 2);
    assert_int_equal(ledgers[0], 5);
    assert_int_equal(ledgers[1], 0);
    GOOD(store_outbox_due(&db, ledgers, 1, &count, &error));
    assert_int_equal(count, 1);
}

static void a_letter_past_its_time_says_so(void **state)
{
    json_auto_t *document = NULL;
    struct letter letter;
    bool expired = false;

    (void)state;
    GOOD(queue("zoe@example.org", 3, 900, &error));
    assert_int_equal(claim(&db, 3), 1);
    atomic_store(&node.clock_offset_ms, 901 * 1000);
    GOOD(mail_open(&node, &bag.mails[0], &document, &letter, &expired, &error));
    atomic_store(&node.clock_offset_ms, 0);
    assert_true(expired);
    letter_clear(&letter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_letter_comes_out_as_it_went_in, empty),
        cmocka_unit_test_setup(nothing_of_it_is_readable_in_the_database,
                               empty),
        cmocka_unit_test_setup(a_box_moved_to_another_row_does_not_open, empty),
        cmocka_unit_test_setup(a_bad_address_or_template_is_refused, empty),
        cmocka_unit_test_setup(what_is_rolled_back_is_not_sent, empty),
        cmocka_unit_test_setup(a_claimed_letter_is_nobody_elses, empty),
        cmocka_unit_test_setup(a_lease_ends, empty),
        cmocka_unit_test_setup(what_was_sent_is_over, empty),
        cmocka_unit_test_setup(what_is_tried_again_waits, empty),
        cmocka_unit_test_setup(what_is_parked_is_kept_and_never_sent, empty),
        cmocka_unit_test_setup(ledgers_with_mail_are_found_the_oldest_first,
                               empty),
        cmocka_unit_test_setup(a_letter_past_its_time_says_so, empty),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
