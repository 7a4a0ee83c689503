/*
 * Templates against the rules of mustache, as far as page.h promises them;
 * and where it promises less, that it says so.
 */
#include "tests/unit/render.h"

struct example {
    const char *rule;
    const char *template, *json, *expected;
    const char *part; /* Of {{>part}}; NULL: none is included. */
};

static void holds(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct example *one = &examples[i];

        print_message("%s\n", one->rule);
        shows_with(one->template, one->part, one->json, one->expected);
    }
}

#define HOLDS(examples) holds(examples, sizeof(examples) / sizeof *(examples))

static void interpolation(void **state)
{
    static const struct example examples[] = {
        {"what is no tag stays as it is", "A {seed} }} in { soil.", "{}",
         "A {seed} }} in { soil.", NULL},
        {"a name stands for its value", "{{plant}} grows",
         "{\"plant\":\"Rye\"}", "Rye grows", NULL},
        {"HTML is escaped", "{{v}}", "{\"v\":\"& \\\" < >\"}",
         "&amp; &quot; &lt; &gt;", NULL},
        {"an integer", "{{n}} bags", "{\"n\":85}", "85 bags", NULL},
        {"a fraction", "{{n}} kg", "{\"n\":1.21}", "1.21 kg", NULL},
        {"null is nothing", "({{n}})", "{\"n\":null}", "()", NULL},
        {"what is missing is nothing", "({{n}})", "{}", "()", NULL},
        {"dots go deeper", "{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "x",
         NULL},
        {"a chain that breaks is nothing", "({{a.b.c}})", "{\"a\":{}}", "()",
         NULL},
        {"a broken chain does not climb", "({{a.b.name}})",
         "{\"a\":{\"b\":{}},\"name\":\"Jim\"}", "()", NULL},
        {"only the first name is looked for outwards", "{{#a}}{{b.c}}{{/a}}",
         "{\"a\":{\"b\":{}},\"b\":{\"c\":\"no\"}}", "", NULL},
        {"the first name is", "{{#a}}{{b.c}}{{/a}}",
         "{\"a\":{},\"b\":{\"c\":\"yes\"}}", "yes", NULL},
        {"a dot is the value itself", "{{#l}}({{.}}){{/l}}",
         "{\"l\":[\"a\",1,2.5]}", "(a)(1)(2.5)", NULL},
        {"the value itself is escaped", "{{#l}}{{.}}{{/l}}", "{\"l\":[\"<&\"]}",
         "&lt;&amp;", NULL},
        {"space around a value stays", "| {{v}} |", "{\"v\":\"-\"}", "| - |",
         NULL},
        {"a value alone on its line leaves the line", "  {{v}}\n",
         "{\"v\":\"-\"}", "  -\n", NULL},
        {"space inside the braces does not count", "|{{  v  }}|",
         "{\"v\":\"-\"}", "|-|", NULL},
        {"a value is not read as a template", "{{v}}",
         "{\"v\":\"{{w}}\",\"w\":\"no\"}", "{{w}}", NULL},
    };

    (void)state;
    HOLDS(examples);
}

static void sections(void **state)
{
    static const struct example examples[] = {
        {"true shows", "{{#on}}yes{{/on}}", "{\"on\":true}", "yes", NULL},
        {"false hides", "({{#on}}yes{{/on}})", "{\"on\":false}", "()", NULL},
        {"null hides", "({{#on}}yes{{/on}})", "{\"on\":null}", "()", NULL},
        {"what is missing hides", "({{#on}}yes{{/on}})", "{}", "()", NULL},
        {"an object is where names are looked for first",
         "{{#who}}Hello {{name}}{{/who}}",
         "{\"name\":\"no\",\"who\":{\"name\":\"Joe\"}}", "Hello Joe", NULL},
        {"names climb", "{{#s}}{{a}}, {{b}}{{/s}}",
         "{\"a\":\"foo\",\"b\":\"wrong\",\"s\":{\"b\":\"bar\"}}", "foo, bar",
         NULL},
        {"a name may hold its own value", "{{#foo}}{{.}} is {{foo}}{{/foo}}",
         "{\"foo\":\"bar\"}", "bar is bar", NULL},
        {"depth counts back and forth",
         "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{one}}{{two}}{{three}}{{/c}}"
         "{{one}}{{two}}{{/b}}{{one}}{{/a}}",
         "{\"a\":{\"one\":1},\"b\":{\"two\":2},\"c\":{\"three\":3}}",
         "112123121", NULL},
        {"a list repeats", "{{#l}}{{item}}{{/l}}",
         "{\"l\":[{\"item\":1},{\"item\":2},{\"item\":3}]}", "123", NULL},
        {"an empty list hides", "({{#l}}yes{{/l}})", "{\"l\":[]}", "()", NULL},
        {"two of the same name", "{{#on}}a{{/on}} b {{#on}}c{{/on}}",
         "{\"on\":true}", "a b c", NULL},
        {"sections stand in sections", "A {{#x}}B {{#x}}C{{/x}} D{{/x}} E",
         "{\"x\":true}", "A B C D E", NULL},
        {"a hidden one hides what is in it",
         "A {{#x}}B {{#x}}C{{/x}} D{{/x}} E", "{\"x\":false}", "A  E", NULL},
        {"a list of lists", "{{#l}}({{#.}}{{.}}{{/.}}){{/l}}",
         "{\"l\":[[1,2],[3]]}", "(12)(3)", NULL},
        {"dots go deeper", "{{#a.b.c}}here{{/a.b.c}}",
         "{\"a\":{\"b\":{\"c\":true}}}", "here", NULL},
        {"a chain that breaks hides", "({{#a.b.c}}here{{/a.b.c}})",
         "{\"a\":{}}", "()", NULL},
        {"space inside the braces does not count", "|{{# on }}={{/ on }}|",
         "{\"on\":true}", "|=|", NULL},
        {"space around a section stays", " | {{#on}}\t|\t{{/on}} | \n",
         "{\"on\":true}", " | \t|\t | \n", NULL},
    };

    (void)state;
    HOLDS(examples);
}

static void inverted_sections(void **state)
{
    static const struct example examples[] = {
        {"false shows", "{{^on}}no{{/on}}", "{\"on\":false}", "no", NULL},
        {"true hides", "({{^on}}no{{/on}})", "{\"on\":true}", "()", NULL},
        {"null shows", "{{^on}}no{{/on}}", "{\"on\":null}", "no", NULL},
        {"what is missing shows", "{{^on}}no{{/on}}", "{}", "no", NULL},
        {"an object hides", "({{^o}}no{{/o}})", "{\"o\":{\"a\":1}}", "()",
         NULL},
        {"a list hides", "({{^l}}no{{/l}})", "{\"l\":[{\"n\":1}]}", "()", NULL},
        {"an empty list shows", "{{^l}}no{{/l}}", "{\"l\":[]}", "no", NULL},
        {"two of the same name", "{{^on}}a{{/on}} b {{^on}}c{{/on}}",
         "{\"on\":false}", "a b c", NULL},
        {"one in the other", "A {{^x}}B {{^x}}C{{/x}} D{{/x}} E",
         "{\"x\":false}", "A B C D E", NULL},
        {"dots go deeper", "({{^a.b}}no{{/a.b}})", "{\"a\":{\"b\":true}}", "()",
         NULL},
        {"a chain that breaks shows", "{{^a.b.c}}no{{/a.b.c}}", "{\"a\":{}}",
         "no", NULL},
    };

    (void)state;
    HOLDS(examples);
}

static void comments(void **state)
{
    static const struct example examples[] = {
        {"a remark is nothing", "12{{! remark }}34", "{}", "1234", NULL},
        {"it may have lines", "12{{!\n  two\n  lines\n}}34", "{}", "1234",
         NULL},
        {"space around it stays", "12 {{! remark }} 34", "{}", "12  34", NULL},
        {"it is no name", "{{! on }}", "{\"! on\":1,\"on\":2}", "", NULL},
        {"nothing in it counts", "a{{! #b &c {d} <p }}b", "{}", "ab", NULL},
    };

    (void)state;
    HOLDS(examples);
}

static void partials(void **state)
{
    static const struct example examples[] = {
        {"another template, here", "\"{{>part}}\"", "{}", "\"text\"", "text"},
        {"it sees what is around it", "\"{{>part}}\"", "{\"v\":\"content\"}",
         "\"*content*\"", "*{{v}}*"},
        {"it is looked up where it stands", "{{#l}}{{>part}}{{/l}}",
         "{\"l\":[{\"v\":1},{\"v\":2}]}", "12", "{{v}}"},
        {"it may include itself while there is something left",
         "{{#node}}{{>part}}{{/node}}",
         "{\"node\":{\"v\":\"X\",\"next\":{\"v\":\"Y\",\"next\":null}}}",
         "X(Y)", "{{v}}{{#next}}({{>part}}){{/next}}"},
        {"space around it stays", "| {{>part}} |", "{}", "| \t|\t |", "\t|\t"},
        {"space inside the braces does not count", "|{{> part }}|", "{}",
         "|[]|", "[]"},
    };

    (void)state;
    HOLDS(examples);
}

/* Mustache takes the line of a tag that stands alone away; here it stays. */
static void lines_stay(void **state)
{
    static const struct example examples[] = {
        {"of a section", "a\n{{#on}}\nb\n{{/on}}\nc", "{\"on\":true}",
         "a\n\nb\n\nc", NULL},
        {"of a remark", "a\n{{! remark }}\nb", "{}", "a\n\nb", NULL},
        {"of a partial, which is not indented", "  {{>part}}\nc", "{}",
         "  a\nb\nc", "a\nb"},
    };

    (void)state;
    HOLDS(examples);
}

/* What mustache has and templates here have not: never silently. */
static void what_is_left_out_is_refused(void **state)
{
    (void)state;
    refuses("{{{v}}}", "always escaped");
    refuses("{{& v}}", "always escaped");
    refuses("{{=<% %>=}}", "always escaped");
    refuses("{{>absent}}", "includes absent");
    refuses("{{>*dynamic}}", "malformed");
    refuses("{{$block}}{{/block}}", "malformed");
    refuses("{{<parent}}{{/parent}}", "malformed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpolation),
        cmocka_unit_test(sections),
        cmocka_unit_test(inverted_sections),
        cmocka_unit_test(comments),
        cmocka_unit_test(partials),
        cmocka_unit_test(lines_stay),
        cmocka_unit_test(what_is_left_out_is_refused),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
