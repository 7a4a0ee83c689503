/*
 * Importing statements into a node that remembers what it was told: opening
 * and closing, what is known already, what must never leave this machine.
 */
#include "admin-cli/import.h"
#include "ledger/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <assert.h>
#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

enum { POSTS_MAX = 64, REQUEST_BYTES = 16384 };

/* What was posted, and where the fake listens. */
static struct {
    int socket;
    pthread_t thread;
    size_t count;
    size_t most; /* From here on it answers 503. */
    char posts[POSTS_MAX][REQUEST_BYTES];
    char payers[REQUEST_BYTES]; /* What came for the vault last. */
    bool no_vault;
    char address[64];
} node;

static const char *body_of(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");

    return end == NULL ? "" : end + 4;
}

static void read_request(int connection, char out[static REQUEST_BYTES])
{
    size_t used = 0, wanted = SIZE_MAX;

    while (used < wanted && used < REQUEST_BYTES - 1) {
        const ssize_t n =
            read(connection, out + used, REQUEST_BYTES - 1 - used);
        const char *length, *end;

        if (n <= 0)
            break;
        used += (size_t)n;
        out[used] = '\0';
        end = strstr(out, "\r\n\r\n");
        length = strstr(out, "Content-Length: ");
        if (end != NULL)
            wanted = (size_t)(end + 4 - out) +
                     (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
    }
}

/* Is there an entry that creates what the query asks for? */
static bool is_known(const char *request)
{
    char id[ID_CHARS + 1];
    char made[2][48];

    (void)snprintf(id, sizeof id, "%s", strstr(request, "subject=") + 8);
    (void)snprintf(made[0], sizeof made[0], "\"line\":\"%s\"", id);
    (void)snprintf(made[1], sizeof made[1], "\"kind\":\"bank.statement\"");
    for (size_t i = 0; i < node.count; i++)
        if (strstr(node.posts[i], made[0]) != NULL ||
            (*id == 'e' && strstr(node.posts[i], made[1]) != NULL &&
             strstr(node.posts[i], id) != NULL))
            return true;
    return false;
}

static void keep(const char *note, size_t size)
{
    assert(node.count < POSTS_MAX && size < REQUEST_BYTES);
    memcpy(node.posts[node.count], note, size);
    node.posts[node.count++][size] = '\0';
}

/* Notes, each after its length; 503 for those that are too many. */
static const char *keep_all(const char *body)
{
    static char answer[4096];
    size_t used = (size_t)snprintf(
        answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"results\":[");
    const char *comma = "";

    while (*body != '\0') {
        char *note;
        const size_t size = strtoul(body, &note, 10);
        const bool takes = node.count < node.most;

        if (takes)
            keep(note + 1, size);
        used += (size_t)snprintf(
            answer + used, sizeof answer - used, "%s%s", comma,
            takes ? "{\"status\":201}"
                  : "{\"status\":503,\"code\":\"busy\",\"detail\":\"\"}");
        comma = ",";
        body = note + 1 + size;
    }
    (void)snprintf(answer + used, sizeof answer - used, "]}");
    return answer;
}

static const char *answer_to(const char *request)
{
    if (strncmp(request, "POST /velo/entries:batch ", 25) == 0)
        return keep_all(body_of(request));
    if (strncmp(request, "POST /velo/entries ", 19) == 0) {
        if (node.count >= node.most)
            return "HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n";
        keep(body_of(request), strlen(body_of(request)));
        return "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{}";
    }
    if (strncmp(request, "POST /velo/payers ", 18) == 0) {
        if (node.no_vault)
            return "HTTP/1.1 503 No\r\nConnection: close\r\n\r\n"
                   "{\"code\":\"read-only\",\"detail\":\"no keys\"}";
        (void)snprintf(node.payers, sizeof node.payers, "%s", body_of(request));
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
               "{\"sealed\":2,\"left\":[]}";
    }
    if (strncmp(request, "GET /velo/entries?subject=", 26) == 0)
        return is_known(request)
                   ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                     "{\"entries\":[{\"index\":1}]}"
                   : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                     "{\"entries\":[]}";
    if (strncmp(request, "GET /velo/banks", 15) == 0)
        return "HTTP/1.1 200 OK\r\nConnection: "
               "close\r\n\r\n{\"banks\":[{\"id\":"
               "\"b-AAAAAAAAAAAAAAAAAAAAAA\",\"iban\":"
               "\"FR7630006000011234567890189\",\"closing\":10000,\"covered\":"
               "null}]}";
    return "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";
}

static void *serve(void *context)
{
    static char request[REQUEST_BYTES];

    (void)context;
    for (;;) {
        const int connection = accept(node.socket, NULL, NULL);
        const char *answer;

        if (connection < 0)
            return NULL;
        read_request(connection, request);
        answer = answer_to(request);
        assert(write(connection, answer, strlen(answer)) ==
               (ssize_t)strlen(answer));
        (void)close(connection);
    }
}

static void start_node(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;

    node.most = POSTS_MAX;
    node.socket = socket(AF_INET, SOCK_STREAM, 0);
    assert(bind(node.socket, (struct sockaddr *)&name, size) == 0);
    assert(listen(node.socket, 16) == 0);
    assert(getsockname(node.socket, (struct sockaddr *)&name, &size) == 0);
    (void)snprintf(node.address, sizeof node.address, "http://127.0.0.1:%u",
                   ntohs(name.sin_port));
    assert(pthread_create(&node.thread, NULL, serve, NULL) == 0);
}

/* ---- Statements ---- */

#define LINE(reference, amount, sign, day, text)                               \
    "<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>" sign                  \
    "</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>" day                             \
    "</Dt></BookgDt><AcctSvcrRef>" reference                                   \
    "</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>MARIE DUPONT</Nm>"   \
    "</Dbtr><DbtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id>"       \
    "</DbtrAcct></RltdPties><RmtInf><Ustrd>" text                              \
    "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
#define ONE LINE("R1", "50.00", "CRDT", "2026-03-02", "RF18539007547034")
#define TWO LINE("R2", "12.00", "DBIT", "2026-03-03", "private words")
#define THREE LINE("R3", "7.00", "CRDT", "2026-03-04", "more")

struct bench {
    struct settings settings;
    struct desk desk;
    struct import import;
    struct import_file file;
};

static void read_file(struct import_file *file, const char *id,
                      const char *opening, const char *closing,
                      const char *entries)
{
    static char bytes[16384];
    struct error error = {0};
    const size_t size = (size_t)snprintf(
        bytes, sizeof bytes,
        "<Document><BkToCstmrStmt><Stmt><Id>%s</Id><Acct><Id><IBAN>"
        "FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct><Bal><Tp>"
        "<CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal><Bal><Tp>"
        "<CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-05</Dt></Dt></Bal>%s</Stmt>"
        "</BkToCstmrStmt></Document>",
        id, opening, closing, entries);

    file->path = "test.xml";
    if (!camt_read(&file->camt, bytes, size, &error))
        fail_msg("%s", error.text);
}

static bool take(const char *id, const char *opening, const char *closing,
                 const char *entries, struct error *error)
{
    static struct bench bench;
    bool taken;
    uint8_t seed[32] = {1};

    bench = (struct bench){0};
    bench.settings.values[SETTING_NODE] = node.address;
    bench.settings.values[SETTING_LEDGER] = "velo";
    bench.desk = (struct desk){.settings = &bench.settings, .digits = 2};
    (void)snprintf(bench.desk.origin, sizeof bench.desk.origin,
                   "a.example/velo");
    desk_set_currency(&bench.desk, "EUR");
    assert_true(client_open(&bench.desk.client, &bench.settings, error));
    bench.desk.online = true;
    bench.desk.keys[0] = key_allocate();
    bench.desk.keys[0]->is.party = (struct id){'p', {1}};
    (void)crypto_sign_seed_keypair(bench.desk.keys[0]->is.key.bytes,
                                   bench.desk.keys[0]->secret.bytes, seed);
    bench.desk.key_count = 1;
    bench.import.desk = &bench.desk;
    bench.import.act = calloc(1, sizeof *bench.import.act);
    bench.import.report = json_array();
    assert_non_null(bench.import.act);
    read_file(&bench.file, id, opening, closing, entries);
    taken =
        import_find_account(&bench.import.account, &bench.desk, NULL, error) &&
        import_take(&bench.import, &bench.file, error);
    camt_close(&bench.file.camt);
    json_decref(bench.import.report);
    free(bench.import.act);
    desk_close(&bench.desk);
    return taken;
}

static void must_take(const char *id, const char *opening, const char *closing,
                      const char *entries)
{
    struct error error = {0};

    if (!take(id, opening, closing, entries, &error))
        fail_msg("%s", error.text);
}

static int forget(void **state)
{
    (void)state;
    node.count = 0;
    node.most = POSTS_MAX;
    node.payers[0] = '\0';
    node.no_vault = false;
    return 0;
}

static void a_statement_is_said_before_its_lines(void **state)
{
    (void)state;
    must_take("S1", "100.00", "138.00", ONE TWO);
    assert_int_equal(node.count, 3);
    assert_non_null(
        strstr(node.posts[0], "terreau/entry/v1\na.example/velo\n"));
    assert_non_null(strstr(node.posts[0], "\"opening\":10000"));
    assert_non_null(strstr(node.posts[0], "\"closing\":13800"));
    assert_non_null(strstr(node.posts[0], "\"lines\":2"));
    assert_non_null(strstr(node.posts[0], "\"number\":\"S1\""));
    assert_non_null(strstr(node.posts[1], "\"amount\":5000"));
    assert_non_null(
        strstr(node.posts[1], "\"reference\":\"RF18539007547034\""));
    assert_non_null(strstr(node.posts[2], "\"amount\":-1200"));
    assert_non_null(
        strstr(node.posts[2], "\n\n\xe2\x80\x94 a.example/velo/p-"));
}

static void the_same_file_again_says_nothing(void **state)
{
    (void)state;
    must_take("S1", "100.00", "138.00", ONE TWO);
    must_take("S1", "100.00", "138.00", ONE TWO);
    assert_int_equal(node.count, 3);
}

static void an_overlapping_file_says_what_is_new(void **state)
{
    (void)state;
    must_take("S1", "100.00", "138.00", ONE TWO);
    must_take("S2", "100.00", "145.00", ONE TWO THREE);
    assert_int_equal(node.count, 5);
    assert_non_null(strstr(node.posts[3], "\"opening\":13800"));
    assert_non_null(strstr(node.posts[3], "\"closing\":14500"));
    assert_non_null(strstr(node.posts[3], "\"lines\":1"));
    assert_non_null(strstr(node.posts[4], "\"amount\":700"));
}

static void an_interrupted_import_goes_on(void **state)
{
    struct error error = {0};

    (void)state;
    node.most = 2;
    assert_false(take("S1", "100.00", "145.00", ONE TWO THREE, &error));
    assert_int_equal(command_status(&error), 75);
    assert_int_equal(node.count, 2);
    node.most = POSTS_MAX;
    must_take("S1", "100.00", "145.00", ONE TWO THREE);
    assert_int_equal(node.count, 4);
    assert_null(strstr(node.posts[2], "bank.statement"));
}

static void a_quiet_statement_is_said_too(void **state)
{
    (void)state;
    must_take("S9", "100.00", "100.00", "");
    assert_int_equal(node.count, 1);
    assert_non_null(strstr(node.posts[0], "\"lines\":0"));
    assert_non_null(strstr(node.posts[0], "\"to\":\"2026-03-05\""));
}

static void nothing_personal_is_in_an_entry(void **state)
{
    static const char *const words[] = {
        "MARIE", "DUPONT", "FR14", "private", "words", "more", "FR76",
    };

    (void)state;
    must_take("S1", "100.00", "145.00", ONE TWO THREE);
    for (size_t i = 0; i < node.count; i++)
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
            if (strstr(node.posts[i], words[w]) != NULL)
                fail_msg("%s was sent", words[w]);
}

/* Those alone whose money came in: nobody is paid back a payment of ours. */
static void who_paid_goes_to_the_vault(void **state)
{
    static const char row[] = " FR1420041010050500013M02606 MARIE DUPONT\n";
    const char *first, *second;

    (void)state;
    must_take("S1", "100.00", "145.00", ONE TWO THREE);
    assert_memory_equal(node.payers, "terreau/payers/v1\na.example/velo\n", 33);
    first = strstr(node.payers, row);
    assert_non_null(first);
    second = strstr(first + 1, row);
    assert_non_null(second);
    assert_null(strstr(second + 1, row));
    assert_non_null(strstr(second, "\n\n\xE2\x80\x94 a.example/velo/p-"));
    assert_null(strstr(node.payers, "private"));
}

static void a_node_without_a_vault_is_no_failure(void **state)
{
    (void)state;
    node.no_vault = true;
    must_take("S1", "100.00", "138.00", ONE TWO);
    assert_string_equal(node.payers, "");
    assert_int_equal(node.count, 3);
}

static void statements_of_another_account_are_skipped(void **state)
{
    struct error error = {0};
    struct import import = {.account = {.iban = "BE68539007547034"}};
    struct import_file file = {0};
    struct desk desk = {.digits = 2};

    (void)state;
    import.desk = &desk;
    read_file(&file, "S1", "100.00", "138.00", ONE TWO);
    assert_true(import_take(&import, &file, &error));
    assert_int_equal(node.count, 0);
    camt_close(&file.camt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_statement_is_said_before_its_lines, forget),
        cmocka_unit_test_setup(the_same_file_again_says_nothing, forget),
        cmocka_unit_test_setup(an_overlapping_file_says_what_is_new, forget),
        cmocka_unit_test_setup(an_interrupted_import_goes_on, forget),
        cmocka_unit_test_setup(a_quiet_statement_is_said_too, forget),
        cmocka_unit_test_setup(nothing_personal_is_in_an_entry, forget),
        cmocka_unit_test_setup(who_paid_goes_to_the_vault, forget),
        cmocka_unit_test_setup(a_node_without_a_vault_is_no_failure, forget),
        cmocka_unit_test_setup(statements_of_another_account_are_skipped,
                               forget),
    };

    if (sodium_init() < 0)
        return 1;
    (void)unsetenv("HOME"); /* Nothing is remembered for whoever tests. */
    (void)unsetenv("XDG_STATE_HOME");
    ledger_start();
    start_node();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
