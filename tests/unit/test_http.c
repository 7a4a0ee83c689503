/* Requests in, replies out: bodies, errors, answers that come later. */
#include "server/catalogue.h"
#include "tests/unit/ask.h"

static void a_body_must_be_of_a_taken_type(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/documents/7", PLAIN, "one"), 201);
    body_says("body", "one");
    assert_int_equal(ask("POST", "/documents/7", NULL, "one"), 415);
    assert_int_equal(ask("POST", "/documents/7",
                         HEADERS("Content-Type", "application/json"), "{}"),
                     415);
    assert_int_equal(ask("POST", "/documents/7",
                         HEADERS("Content-Type", "text/plain; charset=latin1"),
                         "x"),
                     415);
    assert_int_equal(
        ask("POST", "/documents/7",
            HEADERS("Content-Type", "TEXT/Plain;charset=\"UTF-8\""), "x"),
        201);
    assert_int_equal(
        ask("POST", "/documents/7",
            HEADERS("Content-Type", "multipart/form-data; boundary=x"), "x"),
        415);
}

static void a_body_has_a_size_and_a_limit(void **state)
{
    char large[1026];

    (void)state;
    memset(large, 'x', sizeof large);
    large[1025] = '\0';
    assert_int_equal(ask("POST", "/documents/7", PLAIN, large), 413);
    assert_true(exchange.must_close);
    large[1024] = '\0';
    assert_int_equal(ask("POST", "/documents/7", PLAIN, large), 201);
    assert_int_equal(ask("POST", "/documents/7", PLAIN, NULL), 411);
    assert_true(exchange.must_close);
}

static int send_form(const char *name, const char *value, const char *cookie)
{
    return ask("POST", "/echo",
               HEADERS("Content-Type", "application/x-www-form-urlencoded",
                       cookie == NULL ? "X-A" : "Cookie",
                       cookie == NULL ? "" : cookie, name, value),
               "a=1");
}

static void a_form_of_another_site_is_refused(void **state)
{
    (void)state;
    assert_int_equal(send_form("Sec-Fetch-Site", "same-origin", NULL), 201);
    assert_int_equal(send_form("Sec-Fetch-Site", "none", NULL), 201);
    assert_int_equal(send_form("Sec-Fetch-Site", "cross-site", NULL), 403);
    assert_int_equal(send_form("Sec-Fetch-Site", "same-site", NULL), 403);
    assert_int_equal(send_form("Origin", "http://coop.example", NULL), 201);
    assert_int_equal(send_form("Origin", "https://evil.example", NULL), 403);
    assert_int_equal(send_form("Origin", "null", NULL), 403);
    assert_int_equal(send_form("X-B", "", NULL), 201);
    assert_int_equal(send_form("X-B", "", "s=1"), 403);
    body_says("code", "foreign-form");
    (void)snprintf(config.public_url, sizeof config.public_url,
                   "https://public.example");
    assert_int_equal(send_form("Origin", "https://public.example", NULL), 201);
    assert_int_equal(send_form("Origin", "http://coop.example", NULL), 403);
}

static int fail_with(enum error_code code)
{
    char number[12];

    (void)snprintf(number, sizeof number, "%d", (int)code);
    return ask("POST", "/fail", PLAIN, number);
}

static void an_error_is_a_problem_document(void **state)
{
    json_auto_t *json = NULL;

    (void)state;
    assert_int_equal(fail_with(ERROR_RANGE), 422);
    assert_string_equal(header("Content-Type"), "application/problem+json");
    assert_string_equal(header("Cache-Control"), "no-store");
    body_says("detail", "the secret reason");
    body_says("extra", "kept");
    json = body();
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 422);
    assert_int_equal(json_array_size(json_object_get(json, "errors")), 1);
}

static void our_own_failures_stay_ours(void **state)
{
    static const enum error_code ours[] = {ERROR_BUG, ERROR_STORE, ERROR_SYSTEM,
                                           ERROR_DOUBT};

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_true(fail_with(ours[i]) >= 500);
        assert_null(strstr(answer.bytes, "secret"));
        assert_null(strstr(answer.bytes, "kept"));
        assert_null(strstr(answer.bytes, "/amount"));
    }
}

static int fail_for(enum error_code code, const char *accept,
                    const char *language)
{
    char number[12];

    (void)snprintf(number, sizeof number, "%d", (int)code);
    return ask("POST", "/fail",
               HEADERS("Content-Type", "text/plain", "Accept", accept,
                       "Accept-Language", language),
               number);
}

static bool leads_to(const char *url)
{
    json_auto_t *json = body();
    const json_t *next = json_object_get(json, "next"), *link;
    size_t i;

    json_array_foreach(
        (json_t *)(uintptr_t)next, i,
        link) if (strcmp(json_string_value(json_object_get(link, "url")),
                         url) == 0) return true;
    return false;
}

static void a_failure_of_ours_says_what_to_do(void **state)
{
    struct error error = {0};

    (void)state;
    assert_true(catalogue_load("server/po", &error));
    assert_int_equal(fail_with(ERROR_UNKNOWN), 503);
    body_says("detail", "Send exactly the same again: it is never recorded"
                        " twice, and the answer says whether it was there.");
    body_says("request_id", header("X-Request-Id"));
    assert_true(leads_to("/readyz"));
    assert_int_equal(fail_for(ERROR_BUG, "application/json", "fr"), 500);
    assert_string_equal(header("Content-Language"), "fr");
    body_says("title", "Le serveur a échoué\u00a0; rien n’a été changé.");
    assert_non_null(strstr(answer.bytes, "Réessayez. Si cela se reproduit"));
    assert_int_equal(fail_for(ERROR_BUG, "text/html", "fr"), 500);
    assert_non_null(strstr(answer.bytes, "<h1>Une erreur de notre part</h1>"));
    assert_non_null(strstr(answer.bytes, "Réessayez. Si cela se reproduit"));
    assert_non_null(strstr(answer.bytes, header("X-Request-Id")));
    assert_non_null(strstr(answer.bytes, "href=\"/readyz\""));
    assert_null(strstr(answer.bytes, "secret"));
}

static void what_has_no_french_is_marked_as_english(void **state)
{
    struct error error = {0};

    (void)state;
    assert_true(catalogue_load("server/po", &error));
    assert_int_equal(fail_for(ERROR_RULE, "text/html", "fr"), 409);
    assert_non_null(strstr(answer.bytes, " lang=\"en\">the secret reason<"));
    assert_int_equal(fail_for(ERROR_RULE, "text/html", "en"), 409);
    assert_non_null(strstr(answer.bytes, ">the secret reason<"));
    assert_null(strstr(answer.bytes, " lang=\"en\">the secret"));
    assert_int_equal(fail_for(ERROR_RULE, "application/json", "fr"), 409);
    body_says("detail_lang", "en");
}

static void what_may_be_tried_again_says_when(void **state)
{
    (void)state;
    assert_int_equal(fail_with(ERROR_BUSY), 503);
    assert_string_equal(header("Retry-After"), "1");
    assert_int_equal(fail_with(ERROR_MANY), 429);
    assert_string_equal(header("Retry-After"), "1");
    assert_int_equal(fail_with(ERROR_READ_ONLY), 503);
    assert_string_equal(header("Retry-After"), "30");
    assert_int_equal(fail_with(ERROR_RULE), 409);
    assert_null(header("Retry-After"));
}

static void missing_signatures_are_not_a_failure(void **state)
{
    (void)state;
    assert_int_equal(fail_with(ERROR_UNSIGNED), 202);
    assert_string_equal(header("Content-Type"), "application/json");
    assert_string_equal(header("Location"), "/x/proposals/1");
    body_says("code", "signatures-missing");
    body_says("extra", "kept");
}

static int wakes;

static void count_wake(struct exchange *woken)
{
    assert_ptr_equal(woken, &exchange);
    wakes++;
}

static struct reply late_reply(void)
{
    return (struct reply){.body = json_pack("{s:s}", "late", "yes")};
}

static void an_answer_may_come_later(void **state)
{
    struct reply reply = late_reply();

    (void)state;
    wakes = 0;
    begin("POST", "/later", PLAIN, "x");
    exchange.wake = count_wake;
    assert_false(http_dispatch(&exchange));
    assert_true(exchange_park(&exchange));
    assert_int_equal(wakes, 0);
    exchange_finish(&exchange, &reply);
    assert_int_equal(wakes, 1);
    assert_null(reply.body);
    face_render(&exchange.request, &exchange.reply, &answer);
    assert_int_equal(answer.status, 200);
    body_says("late", "yes");
}

static void an_answer_may_overtake_the_handler(void **state)
{
    struct reply reply = late_reply();

    (void)state;
    wakes = 0;
    begin("POST", "/later", PLAIN, "x");
    exchange.wake = count_wake;
    assert_false(http_dispatch(&exchange));
    exchange_finish(&exchange, &reply);
    assert_false(exchange_park(&exchange));
    assert_int_equal(wakes, 0);
    assert_int_equal(atomic_load(&exchange.state), EXCHANGE_FINISHED);
}

static void a_late_answer_may_be_an_error(void **state)
{
    struct error error = {0};

    (void)state;
    begin("POST", "/later", PLAIN, "x");
    exchange.wake = count_wake;
    assert_false(http_dispatch(&exchange));
    assert_true(exchange_park(&exchange));
    (void)(fail)(&error, ERROR_STATE, "the campaign is closed");
    exchange_refuse(&exchange, &error);
    face_render(&exchange.request, &exchange.reply, &answer);
    assert_int_equal(answer.status, 409);
    body_says("detail", "the campaign is closed");
}

static void a_trace_is_read_strictly(void **state)
{
    (void)state;
    (void)ask("GET", "/private",
              HEADERS("traceparent", "00-0af7651916cd43dd8448eb211c80319c-"
                                     "b7ad6b7169203331-01"),
              NULL);
    assert_string_equal(exchange.request.trace,
                        "0af7651916cd43dd8448eb211c80319c");
    (void)ask("GET", "/private",
              HEADERS("traceparent", "00-0af7651916cd43dd8448eb211c80319c-"
                                     "b7ad6b716920333z-01"),
              NULL);
    assert_string_equal(exchange.request.trace, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_body_must_be_of_a_taken_type, own_routes),
        cmocka_unit_test_setup(a_body_has_a_size_and_a_limit, own_routes),
        cmocka_unit_test_setup(a_form_of_another_site_is_refused, own_routes),
        cmocka_unit_test_setup(an_error_is_a_problem_document, own_routes),
        cmocka_unit_test_setup(our_own_failures_stay_ours, own_routes),
        cmocka_unit_test_setup(a_failure_of_ours_says_what_to_do, own_routes),
        cmocka_unit_test_setup(what_has_no_french_is_marked_as_english,
                               own_routes),
        cmocka_unit_test_setup(what_may_be_tried_again_says_when, own_routes),
        cmocka_unit_test_setup(missing_signatures_are_not_a_failure,
                               own_routes),
        cmocka_unit_test_setup(an_answer_may_come_later, own_routes),
        cmocka_unit_test_setup(an_answer_may_overtake_the_handler, own_routes),
        cmocka_unit_test_setup(a_late_answer_may_be_an_error, own_routes),
        cmocka_unit_test_setup(a_trace_is_read_strictly, own_routes),
    };

    return cmocka_run_group_tests_name("http", tests, setup, teardown);
}
