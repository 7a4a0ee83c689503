/* Templates: sections and names, and nothing that gets out unescaped. */
#include "server/template.h"
#include "tests/unit/render.h"

static void values_are_shown(void **state)
{
    (void)state;
    shows("{{a}} {{ b }} {{c.d}}", "{\"a\":\"x\",\"b\":-7,\"c\":{\"d\":true}}",
          "x -7 true");
    shows("[{{absent}}{{a.absent}}{{null}}]", "{\"a\":{},\"null\":null}", "[]");
    shows("{{page.title}} {{page.lang}}", "{\"page\":{\"title\":\"no\"}}",
          "T fr");
    shows("a{{! nothing }}b", "{}", "ab");
}

static void values_are_escaped(void **state)
{
    (void)state;
    shows("{{x}}", "{\"x\":\"<script>alert(1)</script>\"}",
          "&lt;script&gt;alert(1)&lt;/script&gt;");
    shows("<p title=\"{{x}}\">", "{\"x\":\"\\\" onclick=\\\"a()\"}",
          "<p title=\"&quot; onclick=&quot;a()\">");
    shows("<p title='{{x}}'>", "{\"x\":\"' onclick='a()\"}",
          "<p title='&#39; onclick=&#39;a()'>");
    shows("{{x}}", "{\"x\":\"&lt;b&gt; {{y}}\"}", "&amp;lt;b&amp;gt; {{y}}");
    shows("{{#l}}{{.}}{{/l}}", "{\"l\":[\"<\",\">\"]}", "&lt;&gt;");
}

static void addresses_are_checked(void **state)
{
    static const char *const bad[] = {"javascript:alert(1)",
                                      "JaVaScRiPt:alert(1)",
                                      " javascript:alert(1)",
                                      "java\\tscript:a()",
                                      "data:text/html,x",
                                      "//evil.example/",
                                      "vbscript:x",
                                      "\\\\\\\\evil.example",
                                      "/\\\\evil.example",
                                      "evil",
                                      ""};
    static const char *const good[] = {"/a/b?c=d", "#top", "?lang=fr",
                                       "https://a.example/", "mailto:a@b.c"};
    char json[128];
    char expected[128];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(json, sizeof json, "{\"u\":\"%s\"}", bad[i]);
        shows("<a href=\"{{u}}\">", json, "<a href=\"#\">");
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        (void)snprintf(json, sizeof json, "{\"u\":\"%s\"}", good[i]);
        (void)snprintf(expected, sizeof expected, "<a href=\"%s\">", good[i]);
        shows("<a href=\"{{u}}\">", json, expected);
    }
    shows("<form action=\"{{u}}\">", "{\"u\":\"javascript:a()\"}",
          "<form action=\"#\">");
    shows("<img src=\"{{u}}\">", "{\"u\":\"data:x\"}", "<img src=\"#\">");
}

static void sections_repeat_or_hide(void **state)
{
    (void)state;
    shows("{{#l}}<{{! }}b>{{n}}</b>{{/l}}", "{\"l\":[{\"n\":1},{\"n\":2}]}",
          "<b>1</b><b>2</b>");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":true}", "yes");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":false}", "no");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{}", "no");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":[]}", "no");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":\"\"}", "no");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":null}", "no");
    shows("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":0}", "yes");
    shows("{{#a}}{{.}}{{/a}}", "{\"a\":\"one\"}", "one");
    shows("{{#a.b}}{{c}}{{/a.b}}", "{\"a\":{\"b\":{\"c\":5}}}", "5");
}

static void names_are_looked_up_outwards(void **state)
{
    (void)state;
    shows("{{#l}}{{n}}{{k}} {{/l}}",
          "{\"k\":\"K\",\"l\":[{\"n\":1},"
          "{\"n\":2,\"k\":\"J\"}]}",
          "1K 2J ");
    shows("{{#l}}{{#m}}{{.}}{{k}}{{/m}}{{/l}}",
          "{\"k\":\"K\",\"l\":[{\"m\":[1,2]}]}", "1K2K");
    /* Only the first part of a dotted name climbs. */
    shows("{{#a}}{{b.c}}{{/a}}", "{\"b\":{\"c\":1},\"a\":{\"b\":{}}}", "");
}

static void templates_include_templates(void **state)
{
    struct error error = {0};
    BUFFER(out);

    (void)state;
    shows("{{#l}}{{>part}}{{/l}}", "{\"l\":[{\"x\":\"<\"}]}", "<i>&lt;</i>");
    refuses("{{>nowhere}}", "includes nowhere");
    assert_false(render("{{>t}}", "{}", &out, &error));
    assert_int_equal(error.code, ERROR_BUG);
}

static void an_object_is_not_a_value(void **state)
{
    struct error error = {0};
    BUFFER(out);

    (void)state;
    assert_false(render("{{a}}", "{\"a\":{}}", &out, &error));
    assert_int_equal(error.code, ERROR_BUG);
}

static void malformed_templates_are_refused(void **state)
{
    (void)state;
    refuses("{{#a}}", "does not end");
    refuses("{{/a}}", "did not begin");
    refuses("{{#a}}{{#b}}{{/a}}{{/b}}", "overlap");
    refuses("{{a", "without }}");
    refuses("{{}}", "malformed");
    refuses("{{a b}}", "malformed");
    refuses("{{.a}}", "malformed");
    refuses("line one\n{{/a}}", "line 2");
}

static void unsafe_templates_are_refused(void **state)
{
    (void)state;
    refuses("{{{a}}}", "always escaped");
    refuses("{{&a}}", "always escaped");
    refuses("<p {{a}}>", "quoted");
    refuses("<p class={{a}}>", "quoted");
    refuses("<{{a}}>", "quoted");
    refuses("<!-- {{a}} -->", "quoted");
    refuses("<p {{>part}}>", "inside a tag");
    refuses("<p title=\"{{#a}}\"{{/a}}>", "cut by");
    refuses("<p title=\"x", "inside a tag");
    refuses("<script>var a = '{{a}}';</script>", "script or style");
    refuses("<SCRIPT src=\"https://x.example/\"></script>", "script or style");
    refuses("<style>p { color: {{a}} }</style>", "script or style");
    refuses("<p style=\"{{a}}\">", "attribute");
    refuses("<p onclick=\"{{a}}\">", "attribute");
    refuses("<p ONCLICK=\"a()\">", "attribute");
}

static void safe_templates_are_taken(void **state)
{
    (void)state;
    shows("<script src=\"/static/a.js\"></script>", "{}",
          "<script src=\"/static/a.js\"></script>");
    shows("<input {{#on}}checked{{/on}}>", "{\"on\":true}", "<input checked>");
    shows("<p>on=1 style=2 a > b", "{}", "<p>on=1 style=2 a > b");
}

static void a_document_is_shown_without_a_template(void **state)
{
    struct error error = {0};
    BUFFER(out);

    (void)state;
    assert_true(catalogue_load("server/po", &(struct error){0}));
    assert_true(render("{{>document}}",
                       "{\"legal_form\":\"<b>\",\"paid\":true,"
                       "\"rows\":[{\"n\":1},{\"n\":2,\"u\":\"/x\"}],"
                       "\"list\":[\"a\",\"&\"],\"o\":{\"t\":\"x\\ny\"},"
                       "\"<i>\":\"javascript:a()\",\"none\":[]}",
                       &out, &error));
    assert_non_null(strstr(out.bytes, "<dt>Legal form</dt><dd>&lt;b&gt;</dd>"));
    assert_non_null(strstr(out.bytes, "<dt>Pay\xc3\xa9</dt><dd>oui</dd>"));
    assert_non_null(strstr(out.bytes, "<th scope=\"col\">N</th>"));
    assert_non_null(strstr(out.bytes, "<td class=\"n\">2</td>"
                                      "<td><a href=\"/x\">/x</a></td>"));
    assert_non_null(strstr(out.bytes, "<li>a</li><li>&amp;</li>"));
    assert_non_null(strstr(out.bytes, "<h2>Rows</h2>"));
    assert_non_null(strstr(out.bytes, "x\ny</pre>"));
    assert_non_null(strstr(out.bytes, "&lt;i&gt;</dt>"));
    assert_null(strstr(out.bytes, "<b>"));
    assert_null(strstr(out.bytes, "<i>"));
    assert_null(strstr(out.bytes, "href=\"java"));
}

static void a_page_without_a_template_is_generic(void **state)
{
    struct error error = {0};
    json_auto_t *document = json_pack("{s:s}", "a", "b");
    json_auto_t *facts = json_pack("{s:s}", "lang", "en");
    struct pages *pages = NULL;
    BUFFER(out);

    (void)state;
    write_template("layout", "{{>content}}");
    write_template("generic", "generic");
    write_template("both", "plain");
    write_template("both.fr", "en français");
    assert_true(pages_load(&pages, folder, &error));
    assert_true(pages_render(pages, "no", document, facts, &out, &error));
    assert_true(pages_render(pages, NULL, document, facts, &out, &error));
    assert_true(pages_render(pages, "both", document, facts, &out, &error));
    (void)json_object_set_new(facts, "lang", json_string("fr"));
    assert_true(pages_render(pages, "both", document, facts, &out, &error));
    assert_string_equal(out.bytes, "genericgenericplainen français");
    pages_free(pages);
}

static void write_french(void)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/fr.po", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("msgid \"\"\nmsgstr \"\"\n"
                      "\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n\n"
                      "msgid \"Hello\"\nmsgstr \"Bonjour\"\n\n"
                      "msgid \"From {a.b} to {c}\"\n"
                      "msgstr \"De {a.b} \xc3\xa0 {c} \\\"<b>\\\"\"\n\n"
                      "msgid \"{n} day\"\nmsgid_plural \"{n} days\"\n"
                      "msgstr[0] \"{n} jour\"\nmsgstr[1] \"{n} jours\"\n",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void sentences_are_said_in_the_language(void **state)
{
    struct error error = {0};

    (void)state;
    write_french();
    assert_true(catalogue_load(folder, &error));
    shows("{{_ Hello}}, {{_\n  Hello }}!", "{}", "Bonjour, Bonjour!");
    shows("{{_ Not translated}}", "{}", "Not translated");
    shows("<p title=\"{{_ Hello}}\">", "{}", "<p title=\"Bonjour\">");
    shows("{{_ Tom & <Jerry>}}", "{}", "Tom &amp; &lt;Jerry&gt;");
    shows("<a href=\"{{_ From {a.b} to {c}}}\">",
          "{\"a\":{\"b\":\"<\"},\"c\":2}",
          "<a href=\"De &lt; \xc3\xa0 2 &quot;&lt;b&gt;&quot;\">");
    shows("{{#l}}{{_ {n} day | {n} days # n}};{{/l}}",
          "{\"l\":[{\"n\":0},{\"n\":1},{\"n\":2},{\"n\":\"1\"},"
          "{\"n\":\"1 000\"}]}",
          "0 jour;1 jour;2 jours;1 jour;1 000 jours;");
    refuses("{{_ }}", "empty");
    refuses("{{_ Hello", "without");
    refuses("{{_ a {b }}", "alone");
    refuses("{{_ a } b}}", "alone");
    refuses("{{_ a {b c} d}}", "malformed");
    refuses("{{_ a | b}}", "plural");
    refuses("<p title={{_ a {b} c}}>", "quoted");
}

static void the_templates_of_the_server_load(void **state)
{
    struct pages *pages = NULL;
    struct error error = {0};

    (void)state;
    if (!pages_load(&pages, "server/templates", &error))
        fail_msg("%s", error.text);
    pages_free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shown),
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(addresses_are_checked),
        cmocka_unit_test(sections_repeat_or_hide),
        cmocka_unit_test(names_are_looked_up_outwards),
        cmocka_unit_test(templates_include_templates),
        cmocka_unit_test(an_object_is_not_a_value),
        cmocka_unit_test(malformed_templates_are_refused),
        cmocka_unit_test(unsafe_templates_are_refused),
        cmocka_unit_test(safe_templates_are_taken),
        cmocka_unit_test(a_document_is_shown_without_a_template),
        cmocka_unit_test(a_page_without_a_template_is_generic),
        cmocka_unit_test(sentences_are_said_in_the_language),
        cmocka_unit_test(the_templates_of_the_server_load),
    };

    return cmocka_run_group_tests_name("page", tests, make_folder,
                                       remove_folder);
}
