/*
 * Requests whose end is in doubt, raw, to a real daemon: each gets one answer
 * and a closed connection, and what hides in it is never run.
 */
#include "tests/unit/wire.h"

/* The request that must not be run. */
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"

static atomic_int hidden_runs;
static atomic_int plain_runs;
static struct wire wire;
static struct heard heard;

static bool hidden_get(const struct request *request, struct reply *reply,
                       struct error *error)
{
    (void)request;
    (void)error;
    atomic_fetch_add(&hidden_runs, 1);
    reply->body = json_pack("{s:s}", "hidden", "ran");
    return true;
}

static bool plain(const struct request *request, struct reply *reply,
                  struct error *error)
{
    (void)error;
    atomic_fetch_add(&plain_runs, 1);
    reply->body =
        json_pack("{s:s%}", "body", request->body, request->body_size);
    return true;
}

static const struct route routes[] = {
    {"GET", "/hidden", hidden_get, "", 0, "", "hidden_get"},
    {"GET", "/plain", plain, "", 0, "", "plain"},
    {"POST", "/plain", plain, "text/plain", 1, "", "plain"},
    {0},
};

static void talk(const void *bytes, size_t size, int wait_ms)
{
    int fd = wire_connect(&wire);

    assert_true(fd >= 0);
    atomic_store(&hidden_runs, 0);
    atomic_store(&plain_runs, 0);
    wire_send(fd, bytes, size);
    wire_hear(fd, &heard, wait_ms);
    (void)close(fd);
}

static void check(const char *name, int status, int runs, int replies)
{
    if (heard_status(&heard) != status || heard_count(&heard) != replies ||
        !heard.closed || atomic_load(&hidden_runs) != 0 ||
        atomic_load(&plain_runs) != runs)
        fail_msg("%s: status %d (not %d), %d replies (not %d), closed %d,"
                 " hidden ran %d times, plain %d:\n%.600s",
                 name, heard_status(&heard), status, heard_count(&heard),
                 replies, heard.closed, atomic_load(&hidden_runs),
                 atomic_load(&plain_runs), heard.bytes);
}

/* Refused: one answer, closed, no handler ran. */
static void refused(const char *name, const char *request, int status)
{
    talk(request, strlen(request), WIRE_WAIT_MS);
    check(name, status, 0, 1);
}

#define POST "POST /plain HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
#define GET "GET /plain HTTP/1.1\r\nHost: a\r\n"

static void a_coding_beside_a_length_is_refused(void **state)
{
    (void)state;
    refused("both",
            POST "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
                 "0\r\n\r\n" HIDDEN,
            400);
    refused("both, turned",
            POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "0\r\n\r\n" HIDDEN,
            400);
    refused("coding alone",
            POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400);
    refused("coding of a GET",
            GET "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400);
}

static void unknown_codings_are_refused_at_once(void **state)
{
    (void)state;
    refused("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n" HIDDEN, 400);
    refused("gzip", POST "Transfer-Encoding: gzip, chunked\r\n\r\n" HIDDEN,
            400);
    refused("two codings",
            POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"
                 "\r\n\r\n0\r\n\r\n" HIDDEN,
            400);
    refused("empty coding", POST "Transfer-Encoding:\r\n\r\n" HIDDEN, 400);
}

static void two_lengths_are_refused(void **state)
{
    (void)state;
    refused("0 then N",
            POST "Content-Length: 0\r\nContent-Length: 35\r\n\r\n" HIDDEN, 400);
    refused("N then 0",
            POST "Content-Length: 35\r\nContent-Length: 0\r\n\r\n" HIDDEN, 400);
    refused("equal",
            POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" HIDDEN,
            400);
    refused("of a GET",
            GET "Content-Length: 0\r\nContent-Length: 35\r\n\r\n" HIDDEN, 400);
}

static void a_name_with_a_space_is_refused(void **state)
{
    (void)state;
    refused("coding",
            POST "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n"
                 "0\r\n\r\n" HIDDEN,
            400);
    refused("length", POST "Content-Length : 35\r\n\r\n" HIDDEN, 400);
    refused("of a GET", GET "Content-Length : 35\r\n\r\n" HIDDEN, 400);
    refused("tab", GET "Content-Length\t: 35\r\n\r\n" HIDDEN, 400);
}

static void folded_lines_are_refused(void **state)
{
    (void)state;
    refused("POST", POST "Content-Length:\r\n 35\r\n\r\n" HIDDEN, 400);
    refused("GET", GET "Content-Length:\r\n 35\r\n\r\n" HIDDEN, 400);
    refused("tab", GET "Content-Length:\r\n\t35\r\n\r\n" HIDDEN, 400);
    refused("coding",
            GET "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400);
    refused("more digits", POST "Content-Length: 3\r\n 5\r\n\r\nabc" HIDDEN,
            400);
    refused("hidden length", GET "X-A: b\r\n Content-Length: 35\r\n\r\n" HIDDEN,
            400);
}

static void there_is_one_host(void **state)
{
    (void)state;
    refused("two", GET "Host: b\r\n\r\n" HIDDEN, 400);
    refused("equal", GET "Host: a\r\n\r\n" HIDDEN, 400);
    refused("none", "GET /plain HTTP/1.1\r\n\r\n" HIDDEN, 400);
    refused("folded", "GET /plain HTTP/1.1\r\nHost:\r\n a\r\n\r\n" HIDDEN, 400);
}

static void bodies_have_a_length_and_reads_have_none(void **state)
{
    (void)state;
    refused("no length", POST "\r\n" HIDDEN, 411);
    refused("body of a GET", GET "Content-Length: 35\r\n\r\n" HIDDEN, 400);
    refused("too large", POST "Content-Length: 1025\r\n\r\n" HIDDEN, 413);
    refused("ten digits", POST "Content-Length: 1000000000\r\n\r\n" HIDDEN,
            400);
    refused("body of what is not there",
            "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: "
            "35\r\n\r\n" HIDDEN,
            404);
}

/*
 * These the library answers before any code of ours, and its answer goes out
 * with its head twice.  No handler runs and the connection is closed, so
 * nothing can be hidden behind it; nginx in front answers them itself.
 */
static void lengths_that_are_no_numbers_close(void **state)
{
    static const struct {
        const char *length;
        int status;
    } cases[] = {{"+12", 400},
                 {"12,12", 400},
                 {"", 400},
                 {"0x10", 400},
                 {"-1", 400},
                 {"1 2", 400},
                 {"18446744073709551616", 413}};
    char request[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(request, sizeof request,
                       POST "Content-Length: %s\r\n\r\n" HIDDEN,
                       cases[i].length);
        talk(request, strlen(request), WIRE_WAIT_MS);
        check(cases[i].length, cases[i].status, 0, heard_count(&heard));
        assert_in_range(heard_count(&heard), 1, 2);
    }
}

static void other_versions_are_refused(void **state)
{
    (void)state;
    refused("1.0", "GET /plain HTTP/1.0\r\nHost: a\r\n\r\n" HIDDEN, 400);
    refused("9.9", "GET /plain HTTP/9.9\r\nHost: a\r\n\r\n" HIDDEN, 505);
    refused("2.0", "GET /plain HTTP/2.0\r\nHost: a\r\n\r\n" HIDDEN, 505);
    refused("0.9", "GET /plain\r\nHost: a\r\n\r\n" HIDDEN, 400);
}

/* Bytes that mean nothing must still end the connection. */
static void what_is_not_http_is_closed(void **state)
{
    static const char *const junk[] = {
        "\r\n\r\n\r\nnonsense\r\n\r\n" HIDDEN,
        "\x16\x03\x01\x02\x01\xfc\r\n\r\n" HIDDEN,
        GET "no colon here\r\n\r\n" HIDDEN,
    };

    (void)state;
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        talk(junk[i], strlen(junk[i]), WIRE_WAIT_MS);
        assert_true(heard.closed);
        assert_int_equal(atomic_load(&hidden_runs), 0);
        assert_int_equal(atomic_load(&plain_runs), 0);
    }
}

static void long_heads_are_refused(void **state)
{
    static char request[60 * 1024];
    size_t size;

    (void)state;
    size = (size_t)snprintf(request, sizeof request, GET "X-Long: ");
    memset(request + size, 'x', 40000);
    (void)snprintf(request + size + 40000, 8, "\r\n\r\n");
    refused("header", request, 431);
    size = (size_t)snprintf(request, sizeof request, "GET /");
    memset(request + size, 'x', 40000);
    (void)snprintf(request + size + 40000, 64, " HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("address", request, 414);
}

static void a_longer_address_than_ours_is_refused(void **state)
{
    static char request[4096];
    size_t size = (size_t)snprintf(request, sizeof request, "GET /plain?lang=");

    (void)state;
    memset(request + size, 'x', 3000);
    (void)snprintf(request + size + 3000, 64,
                   " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    refused("3 kB", request, 414);
}

static void a_nul_ends_nothing(void **state)
{
    static const char raw[] = GET "X-A: b\0c\r\nConnection: close\r\n\r\n";

    (void)state;
    refused("escaped",
            "GET /hidden%00/../plain HTTP/1.1\r\nHost: a\r\n"
            "Connection: close\r\n\r\n",
            400);
    talk(raw, sizeof raw - 1, WIRE_WAIT_MS);
    check("raw, in a value", 200, 1, 1);
}

static void bare_line_feeds_are_lines(void **state)
{
    static const char text[] =
        "GET /plain HTTP/1.1\nHost: a\nConnection: close\n\n";

    (void)state;
    talk(text, sizeof text - 1, WIRE_WAIT_MS);
    check("bare", 200, 1, 1);
}

static void good_requests_may_follow_each_other(void **state)
{
    static const char three[] =
        POST "Content-Length: 3\r\n\r\nabc" GET "\r\n" POST
             "Content-Length: 4\r\nConnection: close\r\n\r\ndefg";

    (void)state;
    talk(three, sizeof three - 1, WIRE_WAIT_MS);
    check("three", 200, 3, 3);
    assert_non_null(strstr(heard.bytes, "\"abc\""));
    assert_non_null(strstr(heard.bytes, "\"defg\""));
}

static void a_refusal_of_an_address_keeps_the_connection(void **state)
{
    static const char two[] = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" GET
                              "Connection: close\r\n\r\n";

    (void)state;
    talk(two, sizeof two - 1, WIRE_WAIT_MS);
    check("two", 404, 1, 2);
}

static void a_head_has_no_body(void **state)
{
    static const char head[] =
        "HEAD /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const char *end;

    (void)state;
    talk(head, sizeof head - 1, WIRE_WAIT_MS);
    check("HEAD", 200, 1, 1);
    end = strstr(heard.bytes, "\r\n\r\n");
    assert_non_null(end);
    assert_string_equal(end, "\r\n\r\n");
    assert_non_null(strstr(heard.bytes, "Content-Length: 12\r\n"));
}

static void who_asks_first_is_told_before_sending(void **state)
{
    int fd = wire_connect(&wire);

    (void)state;
    wire_say(fd, POST "Content-Length: 3\r\nExpect: 100-continue\r\n"
                      "Connection: close\r\n\r\n");
    wire_hear(fd, &heard, 300);
    assert_int_equal(heard_status(&heard), 100);
    wire_say(fd, "abc");
    wire_hear(fd, &heard, WIRE_WAIT_MS);
    assert_int_equal(heard_status(&heard), 200);
    (void)close(fd);
    refused("too large",
            POST "Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n", 413);
    refused("wrong type",
            "POST /plain HTTP/1.1\r\nHost: a\r\nContent-Type: text/html\r\n"
            "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            415);
}

static int setup(void **state)
{
    (void)state;
    wire_start(&wire, routes);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wire_stop(&wire);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coding_beside_a_length_is_refused),
        cmocka_unit_test(unknown_codings_are_refused_at_once),
        cmocka_unit_test(two_lengths_are_refused),
        cmocka_unit_test(a_name_with_a_space_is_refused),
        cmocka_unit_test(folded_lines_are_refused),
        cmocka_unit_test(there_is_one_host),
        cmocka_unit_test(bodies_have_a_length_and_reads_have_none),
        cmocka_unit_test(lengths_that_are_no_numbers_close),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(what_is_not_http_is_closed),
        cmocka_unit_test(long_heads_are_refused),
        cmocka_unit_test(a_longer_address_than_ours_is_refused),
        cmocka_unit_test(a_nul_ends_nothing),
        cmocka_unit_test(bare_line_feeds_are_lines),
        cmocka_unit_test(good_requests_may_follow_each_other),
        cmocka_unit_test(a_refusal_of_an_address_keeps_the_connection),
        cmocka_unit_test(a_head_has_no_body),
        cmocka_unit_test(who_asks_first_is_told_before_sending),
    };

    return cmocka_run_group_tests_name("framing", tests, setup, teardown);
}
