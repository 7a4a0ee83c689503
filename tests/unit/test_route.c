/* Addresses and framing: what is understood, and all that is refused. */
#include "tests/unit/ask.h"

static void what_is_not_there_is_404(void **state)
{
    static const char *const addresses[] = {"/",
                                            "/documents",
                                            "/documents/",
                                            "/documents/7/",
                                            "/documents/7/8",
                                            "/tile",
                                            "/nowhere.json",
                                            "/documents/7.xml",
                                            "/documents/.json",
                                            "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        if (get(addresses[i]) != 404)
            fail_msg("%s: %d", addresses[i], answer.status);
    assert_string_equal(header("Content-Type"), "application/problem+json");
    body_says("code", "not-found");
    body_says("type", "/errors/not-found");
    body_says("request_id", header("X-Request-Id"));
}

static void a_wrong_method_says_the_right_ones(void **state)
{
    (void)state;
    assert_int_equal(ask("DELETE", "/documents/7", NULL, NULL), 405);
    assert_string_equal(header("Allow"), "GET, HEAD, POST");
    assert_int_equal(ask("POST", "/private", PLAIN, "x"), 405);
    assert_string_equal(header("Allow"), "GET, HEAD");
    assert_int_equal(ask("OPTIONS", "/echo", NULL, NULL), 405);
    assert_string_equal(header("Allow"), "POST");
    assert_int_equal(ask("HEAD", "/documents/7", NULL, NULL), 200);
}

static void paths_are_plain(void **state)
{
    static const char *const bad[] = {"/documents/%00",
                                      "/documents/a%2fb",
                                      "/documents/..",
                                      "/tile/../private",
                                      "/tile//x",
                                      "//private",
                                      "/documents/%2e%2e",
                                      "/documents/a b",
                                      "/documents/a\\b",
                                      "/documents/%zz",
                                      "/documents/%4",
                                      "/documents/\xc3\xa9",
                                      "documents/7",
                                      "",
                                      "*",
                                      "/documents/a;b",
                                      "http://x/private",
                                      "/documents/<b>"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (get(bad[i]) != 400)
            fail_msg("%s: %d", bad[i], answer.status);
    assert_int_equal(get("/documents/%37"), 200);
    body_says("id", "7");
    assert_int_equal(get("/documents/A-z_0~9:x"), 200);
}

static void long_addresses_are_refused(void **state)
{
    char address[ADDRESS_BYTES_MAX + 2] = "/documents/";

    (void)state;
    memset(address + 11, 'a', sizeof address - 12);
    address[sizeof address - 1] = '\0';
    assert_int_equal(get(address), 414);
    address[sizeof address - 2] = '\0';
    assert_int_equal(get(address), 200);
}

static void unknown_parameters_are_refused(void **state)
{
    json_auto_t *json = NULL;

    (void)state;
    assert_int_equal(get("/documents/7?kind=a&lang=fr&size=3"), 200);
    assert_int_equal(get("/documents/7?kinds=a"), 400);
    json = body();
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(json_object_get(json, "errors"), 0), "pointer")),
        "/kinds");
    assert_int_equal(get("/documents/7?kind=a&kind=b"), 400);
    assert_int_equal(get("/documents/7?kind"), 400);
    assert_int_equal(get("/documents/7?kind=%00"), 400);
}

static void numbers_are_plain_and_bounded(void **state)
{
    static const char *const bad[] = {
        "0",   "101", "-1", "+1", "01", "1e1", "", "99999999999999999999",
        "1%20"};
    char address[64];

    (void)state;
    assert_int_equal(get("/numbers/9?limit=100"), 200);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(address, sizeof address, "/numbers/9?limit=%s", bad[i]);
        if (get(address) != 400)
            fail_msg("%s: %d", address, answer.status);
    }
    assert_int_equal(get("/numbers/x"), 404);
    assert_int_equal(get("/numbers/007"), 404);
    assert_int_equal(
        ask("GET", "/numbers/1", HEADERS("Terreau-Size", "12"), NULL), 200);
    assert_non_null(strstr(answer.bytes, "\"size\":12"));
    assert_int_equal(get("/numbers/1?size=13"), 200);
    assert_non_null(strstr(answer.bytes, "\"size\":13"));
    assert_int_equal(
        ask("GET", "/numbers/1", HEADERS("Terreau-Size", "x"), NULL), 400);
}

static void the_rest_of_a_path_is_one_argument(void **state)
{
    (void)state;
    assert_int_equal(get("/tile/0/x001/067.p/12"), 200);
    assert_int_equal(answer.size, 15);
    assert_memory_equal(answer.bytes, "0/x001/067.p/12", 15);
    assert_non_null(strstr(header("Cache-Control"), "immutable"));
}

static void secrets_are_not_logged(void **state)
{
    char path[64];

    (void)state;
    (void)get("/confirm/abcdef?lang=fr");
    route_public_path(&exchange.request, path, sizeof path);
    assert_string_equal(path, "/confirm/***");
    (void)get("/documents/7?kind=secret");
    route_public_path(&exchange.request, path, sizeof path);
    assert_string_equal(path, "/documents/7");
    (void)get("/confirm/0123456789012345678901234/x");
    route_public_path(&exchange.request, path, sizeof path);
    assert_string_equal(path, "/confirm/***/x");
    (void)get("/tile/0/x001/067.p/12");
    route_public_path(&exchange.request, path, sizeof path);
    assert_string_equal(path, "/tile/0/x001/067.p/12");
}

static bool guard_takes(const char *const headers[], const char *method,
                        const char *version)
{
    struct guard guard = {0};
    struct error error = {0};
    size_t size = 0;

    for (size_t i = 0; headers[i] != NULL; i += 2)
        guard_header(&guard, headers[i], headers[i + 1]);
    return guard_check(&guard, method, version, &size, &error);
}

static void doubtful_framing_is_refused(void **state)
{
    static const struct {
        const char *headers[9];
        const char *method;
    } bad[] = {
        {{"Host", "a", "Transfer-Encoding", "chunked"}, "POST"},
        {{"Host", "a", "Transfer-Encoding", "x", "Content-Length", "1"},
         "POST"},
        {{"Host", "a", "Content-Length", "0", "content-length", "5"}, "POST"},
        {{"Host", "a", "Content-Length", "1", "Content-Length", "1"}, "POST"},
        {{"Host", "a", "Host", "a", "Content-Length", "1"}, "POST"},
        {{"Content-Length", "1"}, "POST"},
        {{"Host", "a"}, "POST"},
        {{"Host", "a", "Content-Length", ""}, "POST"},
        {{"Host", "a", "Content-Length", "+1"}, "POST"},
        {{"Host", "a", "Content-Length", "1,1"}, "POST"},
        {{"Host", "a", "Content-Length", "0x1"}, "POST"},
        {{"Host", "a", "Content-Length", "1234567890"}, "POST"},
        {{"Host", "a", "Content-Length", "1"}, "GET"},
        {{"Host", "a", "Content-Length", "1"}, "HEAD"},
        {{"Host", "a", "Transfer-Encoding ", "chunked"}, "GET"},
        {{"Host", "a", "X Y", "z"}, "GET"},
        {{"Host", "a", "X\x7f", "z"}, "GET"},
        {{"Host", "a", "", "z"}, "GET"},
        {{"Host", "a", "Content-Length35", ""}, "GET"},
        {{"Host", "a", "Transfer-Encodingchunked", ""}, "GET"},
        {{"Host", "a", "Hostb", ""}, "GET"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (guard_takes(bad[i].headers, bad[i].method, "HTTP/1.1"))
            fail_msg("case %zu was taken", i);
    assert_false(guard_takes(HEADERS("Host", "a"), "GET", "HTTP/1.0"));
    assert_false(guard_takes(HEADERS("Host", "a"), "GET", ""));
    assert_true(guard_takes(HEADERS("Host", "a"), "GET", "HTTP/1.1"));
    assert_true(guard_takes(HEADERS("Host", "a", "Content-Length", "0"), "GET",
                            "HTTP/1.1"));
    assert_true(guard_takes(HEADERS("Host", "a", "Content-Length", "10"),
                            "POST", "HTTP/1.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_not_there_is_404, own_routes),
        cmocka_unit_test_setup(a_wrong_method_says_the_right_ones, own_routes),
        cmocka_unit_test_setup(paths_are_plain, own_routes),
        cmocka_unit_test_setup(long_addresses_are_refused, own_routes),
        cmocka_unit_test_setup(unknown_parameters_are_refused, own_routes),
        cmocka_unit_test_setup(numbers_are_plain_and_bounded, own_routes),
        cmocka_unit_test_setup(the_rest_of_a_path_is_one_argument, own_routes),
        cmocka_unit_test_setup(secrets_are_not_logged, own_routes),
        cmocka_unit_test_setup(doubtful_framing_is_refused, own_routes),
    };

    return cmocka_run_group_tests_name("route", tests, setup, teardown);
}
