/*
 * fuzz_template: whatever stands in a template, it is refused or rendered
 * within bounds, and no value gets out of its place.
 */
#include "server/page.h"
#include "server/page_inside.h"
#include "server/phrase.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH_MAX = 6 }; /* Each level doubles what is put. */

/* Every value would be a tag, close a quote or run as an address. */
static const char document_text[] =
    "{\"a\":\"<x'\\\"&>\",\"b\":{\"c\":\"<x onclick='y()'>\",\"d\":null},"
    "\"l\":[\"<x>\",{\"a\":\"\\\"><x\"}],\"n\":12,\"on\":true,\"off\":false,"
    "\"u\":\"javascript:<x>()\"}";

static bool add(struct pages *pages, const char *name, const char *text,
                struct error *error)
{
    size_t number = pages->count++;

    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        char *phrased =
            phrase_translate(text, language_names[i], false, name, error);

        if (phrased == NULL || !template_compile(&pages->templates[i][number],
                                                 name, phrased, false, error))
            return false;
    }
    return true;
}

static void take(struct pages *pages, const char *name, const char *text)
{
    struct error error = {0};
    bool done = add(pages, name, text, &error);

    assert(done);
}

static bool is_named(const struct token *token, const char *name)
{
    return token->size == strlen(name) &&
           memcmp(token->text, name, token->size) == 0;
}

/* Templates that include none but ours, and sections that end soon. */
static bool is_small(const struct template *template)
{
    int depth = 0;

    for (size_t i = 0; i < template->count; i++) {
        const struct token *token = &template->tokens[i];

        if (token->kind == TOKEN_PARTIAL && !is_named(token, "part") &&
            !is_named(token, "document"))
            return false;
        if (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED ||
            token->kind == TOKEN_ONE || token->kind == TOKEN_MANY) {
            assert(token->end > i && token->end < template->count);
            if (++depth > DEPTH_MAX)
                return false;
        } else if (token->kind == TOKEN_END) {
            depth--;
        }
    }
    assert(depth == 0);
    return true;
}

static void render(const struct pages *pages, const char *text)
{
    json_auto_t *document = json_loads(document_text, 0, NULL);
    json_auto_t *facts = json_pack("{s:s, s:b}", "lang", "en", "fr", 0);
    struct error error = {0};
    BUFFER(out);

    assert(document != NULL && facts != NULL);
    if (!pages_render(pages, "t", document, facts, &out, &error)) {
        assert(error.code == ERROR_BUG && error.text[0] != '\0');
        return;
    }
    assert(error.code == ERROR_NONE);
    /* What the template does not say itself, no value says. */
    if (out.bytes != NULL && strstr(text, "<x") == NULL &&
        strstr(text, "<{") == NULL)
        assert(strstr(out.bytes, "<x") == NULL);
    if (out.bytes != NULL && strstr(text, "javascript") == NULL)
        assert(strstr(out.bytes, "href=\"javascript") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pages *pages = calloc(1, sizeof *pages);
    struct error error = {0};
    char *text = malloc(size + 1);

    assert(text != NULL && pages != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    pages->suffix = ".html";
    take(pages, "layout", "{{>content}}");
    take(pages, "generic", "");
    take(pages, "part", "<b title=\"{{a}}\">{{a}}</b>");
    if (size > TEMPLATE_BYTES_MAX || !add(pages, "t", text, &error))
        assert(size > TEMPLATE_BYTES_MAX ||
               (error.code == ERROR_SYSTEM && error.text[0] != '\0'));
    else if (is_small(page_template(pages, 0, "t", 1)))
        render(pages, text);
    pages_free(pages);
    free(text);
    return 0;
}
