/* Asking a node: what counts as an answer, what is asked again. */
#include "admin-cli/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <assert.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES = 8192, REPLIES_MAX = 8 };

/* A node that gives its replies in order, one to each connection. */
struct fake {
    int socket;
    pthread_t thread;
    const char *replies[REPLIES_MAX]; /* "": close without a word. */
    size_t count;
    char requests[REPLIES_MAX][REQUEST_BYTES];
};

static size_t body_size(const char *request)
{
    const char *length = strstr(request, "Content-Length: ");

    return length == NULL ? 0 : (size_t)strtoul(length + 16, NULL, 10);
}

static void read_request(int connection, char out[static REQUEST_BYTES])
{
    size_t used = 0;
    const char *end;

    do {
        ssize_t n = read(connection, out + used, REQUEST_BYTES - 1 - used);

        if (n <= 0)
            break;
        used += (size_t)n;
        out[used] = '\0';
        end = strstr(out, "\r\n\r\n");
    } while (end == NULL || used < (size_t)(end + 4 - out) + body_size(out));
}

static void *serve(void *context)
{
    struct fake *fake = context;

    for (size_t i = 0; i < fake->count; i++) {
        const int connection = accept(fake->socket, NULL, NULL);
        const size_t size = strlen(fake->replies[i]);

        if (connection < 0)
            break;
        read_request(connection, fake->requests[i]);
        if (size > 0)
            assert(write(connection, fake->replies[i], size) == (ssize_t)size);
        (void)close(connection);
    }
    return NULL;
}

/* Listens on a free port; address receives the node's URL. */
static void start(struct fake *fake, char address[static 64])
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;

    fake->socket = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fake->socket >= 0);
    assert_int_equal(bind(fake->socket, (struct sockaddr *)&name, size), 0);
    assert_int_equal(listen(fake->socket, 8), 0);
    assert_int_equal(getsockname(fake->socket, (struct sockaddr *)&name, &size),
                     0);
    (void)snprintf(address, 64, "http://127.0.0.1:%u", ntohs(name.sin_port));
    assert_int_equal(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static void stop(struct fake *fake)
{
    assert_int_equal(pthread_join(fake->thread, NULL), 0);
    (void)close(fake->socket);
}

#define REPLY(status, headers, body)                                           \
    "HTTP/1.1 " status "\r\n" headers "Connection: close\r\n\r\n" body
#define PROBLEM "Content-Type: application/problem+json\r\n"

/* One GET of a fake node's path; the error says how it ended. */
static struct error ask(struct fake *fake, struct answer *answer)
{
    struct settings settings = {0};
    struct client client;
    struct error error = {0};
    char address[64];
    bool got;

    start(fake, address);
    settings.values[SETTING_NODE] = address;
    settings.values[SETTING_LEDGER] = "velo";
    settings.values[SETTING_CLOCK] = "2026-01-01T00:00:00Z";
    assert_true(client_open(&client, &settings, &error));
    got = client_get_json(&client, "~/things", answer, &error);
    assert_int_equal(got, error.code == ERROR_NONE);
    client_close(&client);
    stop(fake);
    return error;
}

static void an_answer_is_json_below_the_ledger(void **state)
{
    static struct fake fake = {
        .replies = {REPLY("200 OK", "", "{\"things\":[1,2]}")}, .count = 1};
    struct answer answer;
    struct error error = ask(&fake, &answer);

    (void)state;
    if (error.code != ERROR_NONE)
        fail_msg("%s", error.text);
    assert_int_equal(json_array_size(json_object_get(answer.json, "things")),
                     2);
    assert_memory_equal(fake.requests[0], "GET /velo/things HTTP/1.1\r\n", 27);
    assert_non_null(strstr(fake.requests[0], "Accept: application/json\r\n"));
    assert_non_null(
        strstr(fake.requests[0], "Terreau-Clock: 2026-01-01T00:00:00Z\r\n"));
    answer_close(&answer);
}

static void a_problem_becomes_the_error_it_names(void **state)
{
    static struct fake fake = {
        .replies = {REPLY("409 Conflict", PROBLEM,
                          "{\"code\":\"wrong-state\",\"detail\":\"it is "
                          "closed\",\"errors\":[{\"pointer\":\"/class\"}]}")},
        .count = 1};
    struct answer answer;
    struct error error = ask(&fake, &answer);

    (void)state;
    assert_int_equal(error.code, ERROR_STATE);
    assert_string_equal(error.text, "it is closed");
    assert_string_equal(error.pointer, "/class");
}

static void a_status_without_a_known_code_is_judged_by_itself(void **state)
{
    static const struct {
        const char *reply;
        enum error_code code;
    } expected[] = {
        {REPLY("404 Not Found", "", "nothing"), ERROR_ABSENT},
        {REPLY("409 Conflict", "", "{\"code\":\"newer\"}"), ERROR_CONFLICT},
        {REPLY("400 Bad Request", "", ""), ERROR_REQUEST},
        {REPLY("500 Oh", "", ""), ERROR_BUG},
        {REPLY("502 Bad Gateway", "", ""), ERROR_STORE},
        {REPLY("503 Later", "", ""), ERROR_STORE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct fake fake = {.replies = {expected[i].reply}, .count = 1};
        struct answer answer;
        struct error error = ask(&fake, &answer);

        assert_int_equal(error.code, expected[i].code);
    }
}

static void what_is_busy_is_asked_again_when_it_says(void **state)
{
    static struct fake fake = {
        .replies = {REPLY("503 Busy", "Retry-After: 0\r\n", ""),
                    REPLY("429 Slow", "Retry-After: 0\r\n", ""),
                    REPLY("200 OK", "", "{}")},
        .count = 3};
    struct answer answer;
    struct error error = ask(&fake, &answer);

    (void)state;
    assert_int_equal(error.code, ERROR_NONE);
    assert_int_equal(answer.status, 200);
    answer_close(&answer);
}

static void it_is_not_asked_for_ever(void **state)
{
    static struct fake fake = {.count = CLIENT_TRIES};
    struct answer answer;
    struct error error;

    (void)state;
    for (size_t i = 0; i < CLIENT_TRIES; i++)
        fake.replies[i] = REPLY("503 Busy", "Retry-After: 0\r\n", "");
    error = ask(&fake, &answer);
    assert_int_equal(error.code, ERROR_STORE);
}

static void a_lost_answer_is_asked_for_again(void **state)
{
    static struct fake fake = {
        .replies = {"", REPLY("200 OK", "", "{\"a\":1}")}, .count = 2};
    struct answer answer;
    struct error error = ask(&fake, &answer);

    (void)state;
    assert_int_equal(error.code, ERROR_NONE);
    answer_close(&answer);
}

static void what_is_no_json_is_no_answer(void **state)
{
    static struct fake fake = {.replies = {REPLY("200 OK", "", "<html>")},
                               .count = 1};
    struct answer answer;
    struct error error = ask(&fake, &answer);

    (void)state;
    assert_int_equal(error.code, ERROR_REQUEST);
}

static void all_pages_of_a_list_are_one(void **state)
{
    static struct fake fake = {
        .replies = {REPLY("200 OK", "",
                          "{\"a\":[1],\"next\":\"/velo/as?after=1\"}"),
                    REPLY("200 OK", "",
                          "{\"a\":[2],\"next\":\"/velo/as?after=2\"}"),
                    REPLY("200 OK", "", "{\"a\":[3]}")},
        .count = 3};
    struct settings settings = {0};
    struct client client;
    struct answer answer;
    struct error error = {0};
    char address[64];

    (void)state;
    start(&fake, address);
    settings.values[SETTING_NODE] = address;
    settings.values[SETTING_LEDGER] = "velo";
    assert_true(client_open(&client, &settings, &error));
    if (!client_get_all(&client, "~/as", &answer, &error))
        fail_msg("%s", error.text);
    assert_int_equal(json_array_size(json_object_get(answer.json, "a")), 3);
    assert_null(json_object_get(answer.json, "next"));
    assert_memory_equal(fake.requests[2], "GET /velo/as?after=2 ", 21);
    answer_close(&answer);
    client_close(&client);
    stop(&fake);
}

static void a_body_is_posted_with_its_type(void **state)
{
    static struct fake fake = {
        .replies = {REPLY("202 Accepted", "Location: /velo/proposals/x\r\n",
                          "{}")},
        .count = 1};
    struct settings settings = {0};
    struct client client;
    struct answer answer;
    struct error error = {0};
    char address[64];

    (void)state;
    start(&fake, address);
    settings.values[SETTING_NODE] = address;
    settings.values[SETTING_LEDGER] = "velo";
    assert_true(client_open(&client, &settings, &error));
    assert_true(client_send(&client, "POST", "~/entries", "text/plain", "a\n",
                            2, &answer, &error));
    assert_int_equal(answer.status, 202);
    assert_string_equal(answer.location, "/velo/proposals/x");
    assert_non_null(strstr(fake.requests[0], "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(fake.requests[0], "\r\n\r\na\n"));
    answer_close(&answer);
    client_close(&client);
    stop(&fake);
}

static void a_node_that_is_not_there_is_tried_later(void **state)
{
    struct settings settings = {0};
    struct client client;
    struct answer answer;
    struct error error = {0};

    (void)state;
    settings.values[SETTING_NODE] = "unix:/nonexistent/socket";
    settings.values[SETTING_LEDGER] = "velo";
    assert_true(client_open(&client, &settings, &error));
    assert_string_equal(client.socket, "/nonexistent/socket");
    assert_false(client_get_json(&client, "~", &answer, &error));
    assert_int_equal(error.code, ERROR_STORE);
    client_close(&client);
}

static void plain_http_stays_on_this_machine(void **state)
{
    static const char *const bad[] = {
        "http://a.example", "http://127.0.0.1.a.example/",
        "ftp://127.0.0.1",  "http://localhost@a.example",
        "a.example",        "",
    };
    static const char *const good[] = {
        "http://127.0.0.1",
        "http://localhost:8080/",
        "http://[::1]:80",
        "https://a.example/x/",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct settings settings = {.values = {[SETTING_NODE] = bad[i]}};
        struct client client;
        struct error error = {0};

        assert_false(client_open(&client, &settings, &error));
        assert_int_equal(error.code, ERROR_USAGE);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct settings settings = {.values = {[SETTING_NODE] = good[i]}};
        struct client client;
        struct error error = {0};

        assert_true(client_open(&client, &settings, &error));
        assert_int_not_equal(client.base[strlen(client.base) - 1], '/');
        client_close(&client);
    }
}

static void a_clock_cannot_smuggle_headers(void **state)
{
    struct settings settings = {
        .values = {[SETTING_CLOCK] = "2026-01-01\r\nX-Evil: 1"}};
    struct client client;
    struct error error = {0};

    (void)state;
    assert_false(client_open(&client, &settings, &error));
    assert_int_equal(error.code, ERROR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_json_below_the_ledger),
        cmocka_unit_test(a_problem_becomes_the_error_it_names),
        cmocka_unit_test(a_status_without_a_known_code_is_judged_by_itself),
        cmocka_unit_test(what_is_busy_is_asked_again_when_it_says),
        cmocka_unit_test(it_is_not_asked_for_ever),
        cmocka_unit_test(a_lost_answer_is_asked_for_again),
        cmocka_unit_test(what_is_no_json_is_no_answer),
        cmocka_unit_test(all_pages_of_a_list_are_one),
        cmocka_unit_test(a_body_is_posted_with_its_type),
        cmocka_unit_test(a_node_that_is_not_there_is_tried_later),
        cmocka_unit_test(plain_http_stays_on_this_machine),
        cmocka_unit_test(a_clock_cannot_smuggle_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
