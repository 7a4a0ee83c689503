/* The log key in another process' hands: what the server can do without. */
#include "server/signer_link.h"
#include "server/signer_service.h"
#include "tests/store/coop.h"

static struct coop coop;
static struct config apart; /* The signer's settings. */
static struct signer_service *service;
static struct db db; /* The superuser's. */
static int pledges;

static void service_start(void)
{
    GOOD(signer_service_start(&service, &apart, &error));
}

static void service_stop(void)
{
    signer_service_stop(service);
    service = NULL;
}

static void move_key(const struct config *from, const struct config *to)
{
    char here[600], there[600];

    (void)snprintf(here, sizeof here, "%s/log.key", from->state_dir);
    (void)snprintf(there, sizeof there, "%s/log.key", to->state_dir);
    assert_int_equal(rename(here, there), 0);
}

static int start(void **state)
{
    char folder[] = "/tmp/terreau-signer.XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    config_init(&apart);
    (void)snprintf(apart.state_dir, sizeof apart.state_dir, "%s", folder);
    (void)snprintf(apart.signer_socket, sizeof apart.signer_socket,
                   "%s/sign.sock", folder);
    coop_open(&coop, "apart");
    coop_node_stop(&coop);
    move_key(&coop.config, &apart);
    memcpy(coop.config.signer_socket, apart.signer_socket,
           sizeof apart.signer_socket);
    service_start();
    coop_node_start(&coop);
    coop_found(&coop);
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int stop(void **state)
{
    char command[700];

    (void)state;
    db_close(&db);
    coop_close(&coop);
    if (service != NULL)
        service_stop();
    (void)snprintf(command, sizeof command, "rm -rf '%s'", apart.state_dir);
    assert_int_equal(system(command), 0);
    return 0;
}

static struct told told;

static void pledge(void)
{
    char said[512], note[LEAF_BYTES_MAX];
    size_t size;

    coop_pledge(said, sizeof said, "leo", ++pledges);
    size = coop_note(&coop, said, note, sizeof note);
    coop_send(&coop, note, size, &told);
    told_wait(&told);
}

static void wait_until_writable(bool wanted)
{
    for (int i = 0; i < 500; i++) {
        struct error ignored = {0};

        if (host_is_writable(coop.host, &ignored) == wanted)
            return;
        wait_ms(20);
    }
    FAIL("it is %swritable after ten seconds", wanted ? "not " : "");
}

/* ---- Asking it as anybody could who may connect ---- */

static struct signer_link asker(const struct config *config)
{
    return (struct signer_link){.path = config->signer_socket, .fd = -1};
}

static enum error_code ask_to_sign(int64_t size, const struct hash *root)
{
    struct signer_link link = asker(&apart);
    struct signer_request request = {.verb = SIGNER_SIGN,
                                     .ledger_id = coop.ledger.ledger_id,
                                     .size = size,
                                     .root = *root};
    struct text answer, lines;
    struct error why = {0};
    struct log_keys keys;

    host_keys(coop.host, &keys);
    GOOD(signer_link_ask(&link, &request, &answer, &error));
    if (signer_read_lines(&lines, answer, &keys, coop.ledger.origin, &why))
        why.code = ERROR_NONE;
    signer_link_close(&link);
    return why.code;
}

static void a_server_without_a_key_gives_receipts(void **state)
{
    struct receipt receipt;
    struct checkpoint checkpoint;
    struct vkey vkey = {.type = KEY_TYPE_ED25519};
    char text[VKEY_CHARS_MAX];

    (void)state;
    pledge();
    assert_int_equal(told.error.code, ERROR_NONE);
    vkey_write(text, coop.ledger.origin, KEY_TYPE_ED25519,
               &coop.host->keys.keys[0]);
    GOOD(vkey_read(&vkey, text, strlen(text), &error));
    GOOD(receipt_read(&receipt, told.receipt, told.receipt_size, &error));
    GOOD(receipt_verify(&receipt, &vkey, &checkpoint, &error));
    assert_int_equal(checkpoint.size, told.size);
}

static void another_root_is_not_signed(void **state)
{
    struct hash root = {.bytes = {1}};
    int64_t size = host_size(coop.host);

    (void)state;
    assert_int_equal(ask_to_sign(size, &root), ERROR_DOUBT);
    assert_int_equal(ask_to_sign(size - 1, &root), ERROR_DOUBT);
    assert_int_equal(ask_to_sign(size + 1, &root), ERROR_DOUBT);
    assert_int_equal(ask_to_sign(size, &coop.host->at.root), ERROR_NONE);
    pledge(); /* The signer has not moved. */
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.receipt_size > 0);
}

static void a_smaller_size_of_the_log_was_signed_already(void **state)
{
    int64_t size = host_size(coop.host);
    struct hash root = coop.host->at.root;

    (void)state;
    pledge();
    assert_int_equal(ask_to_sign(size, &root), ERROR_TAKEN);
}

static void nobody_else_may_ask(void **state)
{
    struct signer_link link = asker(&apart);
    struct signer_request request = {.verb = SIGNER_KEYS,
                                     .ledger_id = coop.ledger.ledger_id};
    struct text answer;

    (void)state;
    service_stop();
    (void)snprintf(apart.signer_peer, sizeof apart.signer_peer, "%s",
                   geteuid() == 0 ? "nobody" : "root");
    service_start();
    REFUSED(ERROR_SYSTEM, signer_link_ask(&link, &request, &answer, &error));
    service_stop();
    apart.signer_peer[0] = '\0';
    service_start();
    GOOD(signer_link_ask(&link, &request, &answer, &error));
    signer_link_close(&link);
    wait_until_writable(true);
}

static void assert_read_only(const char *part)
{
    struct error why = {0};

    assert_false(host_is_writable(coop.host, &why));
    if (strstr(why.text, part) == NULL)
        FAIL("%s", why.text);
}

static void without_the_signer_the_ledger_is_read_only(void **state)
{
    (void)state;
    service_stop();
    wait_until_writable(false); /* It is noticed while nobody asks. */
    assert_read_only("start terreau-signer");
    pledge();
    assert_int_equal(told.error.code, ERROR_READ_ONLY);
    service_start();
    wait_until_writable(true);
    pledges--;
    pledge();
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.receipt_size > 0);
}

static void without_its_key_there_neither(void **state)
{
    (void)state;
    service_stop();
    move_key(&apart, &coop.config); /* It does not look there. */
    service_start();
    wait_until_writable(false);
    wait_ms(700);
    assert_read_only("signer's state folder");
    move_key(&coop.config, &apart);
    wait_until_writable(true);
    pledge();
    assert_int_equal(told.error.code, ERROR_NONE);
}

/* Two servers, one signer: what both append is one log, each is answered. */
static void two_servers_share_a_signer(void **state)
{
    enum { EACH = 20 };
    static struct told many[2][EACH];
    struct coop second, *both[] = {&coop, &second};

    (void)state;
    second = (struct coop){.ledger = coop.ledger};
    coop_folder(&second, NULL);
    memcpy(second.config.signer_socket, apart.signer_socket,
           sizeof apart.signer_socket);
    coop_node_start(&second);
    for (int i = 0; i < EACH; i++)
        for (int j = 0; j < 2; j++) {
            char said[512], note[LEAF_BYTES_MAX];
            size_t size;

            coop_pledge(said, sizeof said, "mia", 2 * i + j);
            size = coop_note(both[j], said, note, sizeof note);
            coop_send(both[j], note, size, &many[j][i]);
        }
    for (int i = 0; i < 2 * EACH; i++) {
        told_wait(&many[i % 2][i / 2]);
        assert_int_equal(many[i % 2][i / 2].error.code, ERROR_NONE);
    }
    coop_close(&second);
}

static void a_later_signer_takes_over(void **state)
{
    struct config other = apart;
    struct signer_service *later;
    struct signer_link link = asker(&other);
    struct signer_request request = {.verb = SIGNER_START,
                                     .ledger_id = coop.ledger.ledger_id};
    struct text answer;
    int64_t epoch;

    (void)state;
    (void)snprintf(other.signer_socket, sizeof other.signer_socket, "%.400s-2",
                   apart.signer_socket);
    GOOD(signer_service_start(&later, &other, &error));
    GOOD(signer_link_ask(&link, &request, &answer, &error));
    GOOD(signer_read_epoch(&epoch, answer, &error));
    assert_int_equal(ask_to_sign(host_size(coop.host), &coop.host->at.root),
                     ERROR_CONFLICT);
    signer_link_close(&link);
    signer_service_stop(later);
    pledge(); /* No checkpoint comes: ours takes over again. */
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_true(told.receipt_size > 0);
}

/* As after a restore: the end of the log is gone from every table. */
static void a_shorter_log_is_not_signed(void **state)
{
    char sql[300];
    int64_t size = host_size(coop.host);

    (void)state;
    coop_node_stop(&coop);
    service_stop();
    (void)snprintf(sql, sizeof sql,
                   "WITH gone AS (DELETE FROM entry WHERE idx = %lld),"
                   " past AS (DELETE FROM checkpoint WHERE size = %lld)"
                   " UPDATE head SET size = %lld, root = (SELECT root FROM"
                   " checkpoint WHERE size = %lld)",
                   (long long)size - 1, (long long)size, (long long)size - 1,
                   (long long)size - 1);
    run(&db, sql);
    service_start();
    coop_node_start(&coop);
    assert_read_only("were signed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_without_a_key_gives_receipts),
        cmocka_unit_test(another_root_is_not_signed),
        cmocka_unit_test(a_smaller_size_of_the_log_was_signed_already),
        cmocka_unit_test(nobody_else_may_ask),
        cmocka_unit_test(without_the_signer_the_ledger_is_read_only),
        cmocka_unit_test(without_its_key_there_neither),
        cmocka_unit_test(two_servers_share_a_signer),
        cmocka_unit_test(a_later_signer_takes_over),
        cmocka_unit_test(a_shorter_log_is_not_signed),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
