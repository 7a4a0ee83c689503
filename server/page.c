#include "server/page.h"
#include "server/page_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { STACK_MAX = 40, INCLUDES_MAX = 12 };

/* One page being made. */
struct render {
    const struct pages *pages;
    int language;
    const struct template *content;
    const json_t *document;
    const json_t *facts;
    const json_t *stack[STACK_MAX]; /* Innermost last. */
    size_t depth;
    int includes;
    bool plain; /* What is made is no HTML. */
    struct buffer *out;
};

void page_escape(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");

        buffer_add(out, text, plain);
        text += plain;
        switch (*text) {
        case '&':
            buffer_text(out, "&amp;");
            break;
        case '<':
            buffer_text(out, "&lt;");
            break;
        case '>':
            buffer_text(out, "&gt;");
            break;
        case '"':
            buffer_text(out, "&quot;");
            break;
        case '\'':
            buffer_text(out, "&#39;");
            break;
        default:
            return;
        }
        text++;
    }
}

bool page_url_is_safe(const char *value)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};

    for (const char *c = value; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == '\\' || *c == 0x7f)
            return false;
    if (value[0] == '/')
        return value[1] != '/';
    if (value[0] == '#' || value[0] == '?')
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(value, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

static const json_t *member(const json_t *json, const char *name, size_t size)
{
    char key[TEMPLATE_NAME_MAX + 1];

    assert(size <= TEMPLATE_NAME_MAX);
    memcpy(key, name, size);
    key[size] = '\0';
    return json_object_get(json, key);
}

/* A value in a mail: it makes no line and no paragraph of its own. */
static void put_plain(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        buffer_add(out, (unsigned char)*text < ' ' ? " " : text, 1);
}

static void put_text(struct render *render, const char *text)
{
    if (render->plain)
        put_plain(render->out, text);
    else
        page_escape(render->out, text);
}

/* The value of a dotted name, or NULL. */
static const json_t *look_up(const struct render *render, const char *name,
                             size_t size)
{
    const char *dot = memchr(name, '.', size);
    size_t first = dot == NULL ? size : (size_t)(dot - name);
    const json_t *value = NULL;

    if (size == 1 && name[0] == '.')
        return render->stack[render->depth - 1];
    if (first == 4 && memcmp(name, "page", 4) == 0)
        value = render->facts;
    for (size_t i = render->depth; i > 0 && value == NULL; i--)
        value = member(render->stack[i - 1], name, first);
    while (first < size && value != NULL) {
        const char *rest = name + first + 1;
        size_t left = size - first - 1;

        dot = memchr(rest, '.', left);
        value = member(value, rest, dot == NULL ? left : (size_t)(dot - rest));
        first += 1 + (dot == NULL ? left : (size_t)(dot - rest));
    }
    return value;
}

static bool is_there(const json_t *value)
{
    if (value == NULL || json_is_null(value) || json_is_false(value))
        return false;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return true;
}

static bool put_value(struct render *render, const struct token *token,
                      struct error *error)
{
    const json_t *value = look_up(render, token->text, token->size);

    if (json_is_object(value) || json_is_array(value))
        return fail(error, ERROR_BUG, "%.*s is not a value", (int)token->size,
                    token->text);
    if (json_is_string(value)) {
        const char *text = json_string_value(value);

        if (token->kind == TOKEN_URL && !page_url_is_safe(text))
            text = "#";
        put_text(render, text);
    } else if (json_is_integer(value)) {
        buffer_print(render->out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        buffer_print(render->out, "%.15g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        buffer_text(render->out, json_is_true(value) ? "true" : "false");
    }
    return true;
}

static bool run(struct render *render, const struct template *template,
                size_t from, size_t to, struct error *error);

static bool run_with(struct render *render, const struct template *template,
                     size_t section, const json_t *value, struct error *error)
{
    bool done;

    if (render->depth == STACK_MAX)
        return fail(error, ERROR_BUG, "sections are too deep");
    render->stack[render->depth++] = value;
    done = run(render, template, section + 1, template->tokens[section].end,
               error);
    render->depth--;
    return done;
}

/* A count, also as people read it: "1 234" is as plural as "2". */
static int64_t count_of(const json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL)
        return json_integer_value(value);
    return strcmp(text, "0") == 0 ? 0 : strcmp(text, "1") == 0 ? 1 : 2;
}

static bool run_form(struct render *render, const struct template *template,
                     size_t section, struct error *error)
{
    const struct token *token = &template->tokens[section];
    int64_t count = count_of(look_up(render, token->text, token->size));
    bool one = counts_as_one(language_names[render->language], count);

    return one != (token->kind == TOKEN_ONE) ||
           run(render, template, section + 1, token->end, error);
}

static bool run_section(struct render *render, const struct template *template,
                        size_t section, struct error *error)
{
    const struct token *token = &template->tokens[section];
    const json_t *value = look_up(render, token->text, token->size);
    size_t count = json_array_size(value);

    if (token->kind == TOKEN_INVERTED)
        return is_there(value) ||
               run(render, template, section + 1, token->end, error);
    if (!is_there(value))
        return true;
    if (!json_is_array(value))
        return run_with(render, template, section, value, error);
    for (size_t i = 0; i < count; i++)
        if (!run_with(render, template, section, json_array_get(value, i),
                      error))
            return false;
    return true;
}

static bool run_partial(struct render *render, const struct token *token,
                        struct error *error)
{
    const struct template *template = page_template(
        render->pages, render->language, token->text, token->size);
    bool done;

    if (template == NULL && token->size == 8) { /* "document" */
        assert(!render->plain);
        page_plain(render->out, render->document,
                   json_is_true(json_object_get(render->facts, "fr")));
        return true;
    }
    if (template == NULL)
        template = render->content;
    if (render->includes == INCLUDES_MAX)
        return fail(error, ERROR_BUG, "templates include each other");
    render->includes++;
    done = run(render, template, 0, template->count, error);
    render->includes--;
    return done;
}

static bool run(struct render *render, const struct template *template,
                size_t from, size_t to, struct error *error)
{
    for (size_t i = from; i < to; i++) {
        const struct token *token = &template->tokens[i];

        switch (token->kind) {
        case TOKEN_TEXT:
            buffer_add(render->out, token->text, token->size);
            break;
        case TOKEN_VALUE:
        case TOKEN_URL:
            if (!put_value(render, token, error))
                return false;
            break;
        case TOKEN_SECTION:
        case TOKEN_INVERTED:
            if (!run_section(render, template, i, error))
                return false;
            i = token->end;
            break;
        case TOKEN_ONE:
        case TOKEN_MANY:
            if (!run_form(render, template, i, error))
                return false;
            i = token->end;
            break;
        case TOKEN_PARTIAL:
            if (!run_partial(render, token, error))
                return false;
            break;
        case TOKEN_END:
            impossible();
        }
    }
    return true;
}

static const struct template *choose(const struct pages *pages, int language,
                                     const char *name)
{
    const struct template *template = NULL;
    char local[TEMPLATE_NAME_MAX + 8];

    if (name != NULL) {
        (void)snprintf(local, sizeof local, "%s.%s", name,
                       language_names[language]);
        template = page_template(pages, language, local, strlen(local));
    }
    if (name != NULL && template == NULL)
        template = page_template(pages, language, name, strlen(name));
    return template != NULL ? template
                            : page_template(pages, language, "generic", 7);
}

bool pages_render(const struct pages *pages, const char *name,
                  const json_t *document, const json_t *facts,
                  struct buffer *out, struct error *error)
{
    const char *lang = json_string_value(json_object_get(facts, "lang"));
    int language = language_number(lang == NULL ? "" : lang);
    const struct template *layout = page_template(pages, language, "layout", 6);
    struct render render = {.pages = pages,
                            .language = language,
                            .content = choose(pages, language, name),
                            .document = document,
                            .facts = facts,
                            .stack = {document},
                            .depth = 1,
                            .out = out};

    assert(layout != NULL); /* pages_open() has seen to it. */
    return run(&render, layout, 0, layout->count, error);
}

bool pages_text(const struct pages *pages, const char *name,
                const json_t *document, const json_t *facts, struct buffer *out,
                struct error *error)
{
    const char *lang = json_string_value(json_object_get(facts, "lang"));
    int language = language_number(lang == NULL ? "" : lang);
    const struct template *template =
        page_template(pages, language, name, strlen(name));
    struct render render = {.pages = pages,
                            .language = language,
                            .content = template,
                            .document = document,
                            .facts = facts,
                            .stack = {document},
                            .depth = 1,
                            .plain = true,
                            .out = out};

    if (template == NULL)
        return fail(error, ERROR_BUG, "there is no template %s.txt", name);
    return run(&render, template, 0, template->count, error);
}
