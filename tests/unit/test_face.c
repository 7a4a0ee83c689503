/* The faces of a reply: JSON or HTML, validators, headers; the routes that
 * need no ledger. */
#include "tests/unit/ask.h"

static void a_program_gets_json(void **state)
{
    (void)state;
    assert_int_equal(get("/documents/7"), 200);
    assert_string_equal(header("Content-Type"), "application/json");
    body_says("id", "7");
    assert_int_equal(ask("GET", "/documents/7", HEADERS("Accept", "*/*"), NULL),
                     200);
    assert_string_equal(header("Content-Type"), "application/json");
}

static void a_browser_gets_html(void **state)
{
    const char *const *browser =
        HEADERS("Accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,"
                "image/avif,*/*;q=0.8",
                "Accept-Language", "fr,fr-FR;q=0.8,en;q=0.3");

    (void)state;
    assert_int_equal(ask("GET", "/documents/7", browser, NULL), 200);
    assert_string_equal(header("Content-Type"), "text/html; charset=utf-8");
    assert_string_equal(header("Content-Language"), "fr");
    assert_string_equal(header("Vary"), "Accept, Accept-Language");
    assert_non_null(strstr(answer.bytes, "<html lang=\"fr\">"));
    assert_non_null(strstr(answer.bytes, "&lt;b&gt;"));
    assert_null(strstr(answer.bytes, "<b>"));
    assert_non_null(strstr(answer.bytes, "href=\"/documents/7.json\""));
    assert_int_equal(ask("GET", "/documents/7?lang=en", browser, NULL), 200);
    assert_string_equal(header("Content-Language"), "en");
    assert_int_equal(ask("GET", "/documents/7.json", browser, NULL), 200);
    assert_string_equal(header("Content-Type"), "application/json");
    assert_null(header("Vary"));
    body_says("id", "7");
}

static void weights_decide_the_face(void **state)
{
    static const struct {
        const char *accept;
        bool html;
    } cases[] = {
        {"text/html", true},
        {"application/json", false},
        {"text/html, application/json", false},
        {"text/html;q=0.9, application/json;q=0.8", true},
        {"text/html;q=0.8, application/json;q=0.9", false},
        {"text/*, application/json;q=0.5", true},
        {"text/html;q=0, */*", false},
        {"application/json;q=0, */*", true},
        {"*/*;q=0.5, text/html;q=0.501", true},
        {"image/png", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)ask("GET", "/documents/7", HEADERS("Accept", cases[i].accept),
                  NULL);
        if ((strncmp(header("Content-Type"), "text/html", 9) == 0) !=
            cases[i].html)
            fail_msg("Accept: %s", cases[i].accept);
    }
}

static void weights_decide_the_language(void **state)
{
    static const char *const cases[][2] = {
        {"fr", "fr"},
        {"fr-CA", "fr"},
        {"en-US,fr;q=0.5", "en"},
        {"de, fr;q=0.3", "fr"},
        {"de", "en"},
        {"", "en"},
        {"en;q=0.5, fr-BE", "fr"},
        {"fr;q=0, *", "en"},
        {"fra", "en"},
        {"en-GB;q=0.2, fr-FR;q=0.3", "fr"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)ask("GET", "/documents/7",
                  HEADERS("Accept-Language", cases[i][0]), NULL);
        if (strcmp(exchange.request.language, cases[i][1]) != 0)
            fail_msg("Accept-Language: %s", cases[i][0]);
    }
}

static void a_validator_spares_the_body(void **state)
{
    char etag[ETAG_CHARS];
    char list[128];

    (void)state;
    (void)get("/documents/7");
    (void)snprintf(etag, sizeof etag, "%s", header("ETag"));
    assert_int_equal(strlen(etag), 34);
    assert_int_equal(etag[0], '"');
    (void)get("/documents/8");
    assert_string_not_equal(etag, header("ETag"));
    assert_int_equal(
        ask("GET", "/documents/7", HEADERS("If-None-Match", etag), NULL), 304);
    assert_string_equal(header("ETag"), etag);
    assert_non_null(header("Cache-Control"));
    assert_int_equal(
        ask("GET", "/documents/8", HEADERS("If-None-Match", etag), NULL), 200);
    (void)snprintf(list, sizeof list, "\"x\", W/%s , \"y\"", etag);
    assert_int_equal(
        ask("GET", "/documents/7", HEADERS("If-None-Match", list), NULL), 304);
    assert_int_equal(
        ask("GET", "/documents/7", HEADERS("If-None-Match", "*"), NULL), 304);
    etag[5] = etag[5] == '0' ? '1' : '0';
    assert_int_equal(
        ask("GET", "/documents/7", HEADERS("If-None-Match", etag), NULL), 200);
    (void)ask("GET", "/documents/7", HEADERS("Accept", "text/html"), NULL);
    assert_memory_equal(header("ETag"), "W/\"", 3);
}

static void private_replies_are_not_kept(void **state)
{
    (void)state;
    assert_int_equal(
        ask("GET", "/private", HEADERS("If-None-Match", "*"), NULL), 200);
    assert_string_equal(header("Cache-Control"), "no-store");
    assert_null(header("ETag"));
    assert_null(header("Access-Control-Allow-Origin"));
    body_says("name", "Zoé");
}

static void only_public_reads_are_for_other_sites(void **state)
{
    (void)state;
    (void)get("/documents/7");
    assert_string_equal(header("Access-Control-Allow-Origin"), "*");
    (void)ask("POST", "/documents/7", PLAIN, "x");
    assert_null(header("Access-Control-Allow-Origin"));
    (void)get("/nowhere");
    assert_null(header("Access-Control-Allow-Origin"));
}

static void every_reply_carries_its_guards(void **state)
{
    static const char *const addresses[] = {"/documents/7", "/nowhere",
                                            "/tile/0/000", "/private"};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        for (int html = 0; html < 2; html++) {
            const char *policy;

            (void)ask("GET", addresses[i],
                      html ? HEADERS("Accept", "text/html") : NULL, NULL);
            policy = header("Content-Security-Policy");
            assert_non_null(policy);
            assert_null(strstr(policy, "unsafe"));
            assert_non_null(strstr(policy, "default-src 'none'"));
            assert_non_null(strstr(policy, "frame-ancestors 'none'"));
            assert_string_equal(header("X-Content-Type-Options"), "nosniff");
            assert_string_equal(header("Referrer-Policy"), "no-referrer");
            assert_non_null(header("Cross-Origin-Opener-Policy"));
            assert_int_equal(strlen(header("X-Request-Id")), 16);
        }
    }
}

static void a_browser_gets_errors_as_pages(void **state)
{
    (void)state;
    assert_int_equal(
        ask("GET", "/nowhere", HEADERS("Accept", "text/html"), NULL), 404);
    assert_string_equal(header("Content-Type"), "text/html; charset=utf-8");
    assert_non_null(strstr(answer.bytes, exchange.request.id));
    assert_non_null(strstr(answer.bytes, "not-found"));
    assert_int_equal(ask("GET", "/documents/%3Cscript%3E",
                         HEADERS("Accept", "text/html"), NULL),
                     400);
    assert_null(strstr(answer.bytes, "<script>"));
}

/* The routes of the server itself. */

static int server_routes(void **state)
{
    (void)state;
    site.routes = NULL;
    return 0;
}

static void health_needs_nothing(void **state)
{
    (void)state;
    assert_int_equal(get("/healthz"), 200);
    body_says("status", "ok");
}

static void files_are_served_by_name(void **state)
{
    (void)state;
    assert_int_equal(get("/static/terreau.css"), 200);
    assert_string_equal(header("Content-Type"), "text/css; charset=utf-8");
    assert_non_null(header("ETag"));
    assert_int_equal(get("/static/../config.def"), 400);
    assert_int_equal(get("/static/nothing.css"), 404);
    assert_int_equal(get("/static/"), 404);
}

static void every_error_code_is_explained(void **state)
{
    (void)state;
    assert_int_equal(get("/errors/rule-broken"), 200);
    assert_int_equal(get("/errors/not-found"), 200);
    assert_int_equal(get("/errors/no-such-code"), 404);
    assert_int_equal(get("/errors"), 200);
}

/* Every $ref of the document must lead somewhere. */
static void check_refs(const json_t *schemas, json_t *json)
{
    const char *ref = json_string_value(json_object_get(json, "$ref"));
    const char *key;
    json_t *value;
    size_t i;

    if (ref != NULL && strncmp(ref, "#/components/schemas/", 21) == 0 &&
        json_object_get(schemas, ref + 21) == NULL)
        fail_msg("%s leads nowhere", ref);
    json_object_foreach(json, key, value) check_refs(schemas, value);
    json_array_foreach(json, i, value) check_refs(schemas, value);
}

static void the_interface_describes_itself(void **state)
{
    json_auto_t *json = NULL;
    const json_t *paths, *schemas;

    (void)state;
    assert_int_equal(get("/openapi.json"), 200);
    json = body();
    paths = json_object_get(json, "paths");
    schemas = json_object_get(json_object_get(json, "components"), "schemas");
    assert_non_null(json_object_get(paths, "/errors/{code}"));
    assert_non_null(json_object_get(paths, "/static/{path}"));
    assert_non_null(json_object_get(schemas, "entry.pledge.make"));
    check_refs(schemas, json);
    for (const struct route *route = route_table; route->path; route++)
        if (strchr(route->path, '.') == NULL &&
            strchr(route->path, '!') == NULL)
            assert_non_null(json_object_get(paths, route->path));
}

static void first_words_of_routes_are_taken(void **state)
{
    (void)state;
    assert_true(route_word_is_taken("healthz"));
    assert_true(route_word_is_taken("static"));
    assert_true(route_word_is_taken("errors"));
    assert_false(route_word_is_taken("velocite"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_program_gets_json, own_routes),
        cmocka_unit_test_setup(a_browser_gets_html, own_routes),
        cmocka_unit_test_setup(weights_decide_the_face, own_routes),
        cmocka_unit_test_setup(weights_decide_the_language, own_routes),
        cmocka_unit_test_setup(a_validator_spares_the_body, own_routes),
        cmocka_unit_test_setup(private_replies_are_not_kept, own_routes),
        cmocka_unit_test_setup(only_public_reads_are_for_other_sites,
                               own_routes),
        cmocka_unit_test_setup(every_reply_carries_its_guards, own_routes),
        cmocka_unit_test_setup(a_browser_gets_errors_as_pages, own_routes),
        cmocka_unit_test_setup(health_needs_nothing, server_routes),
        cmocka_unit_test_setup(files_are_served_by_name, server_routes),
        cmocka_unit_test_setup(every_error_code_is_explained, server_routes),
        cmocka_unit_test_setup(the_interface_describes_itself, server_routes),
        cmocka_unit_test_setup(first_words_of_routes_are_taken, server_routes),
    };

    return cmocka_run_group_tests_name("face", tests, setup, teardown);
}
