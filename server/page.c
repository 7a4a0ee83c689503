#include "server/page.h"
#include "server/template.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEMPLATES_MAX = 96, STACK_MAX = 40, INCLUDES_MAX = 12 };

struct pages {
    struct template templates[TEMPLATES_MAX];
    size_t count;
    const char *suffix; /* Of the files. */
    bool plain;         /* They are no HTML. */
};

/* One page being made. */
struct render {
    const struct pages *pages;
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

static const struct template *find(const struct pages *pages, const char *name,
                                   size_t size)
{
    for (size_t i = 0; i < pages->count; i++)
        if (strlen(pages->templates[i].name) == size &&
            memcmp(pages->templates[i].name, name, size) == 0)
            return &pages->templates[i];
    return NULL;
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
    const struct template *template =
        find(render->pages, token->text, token->size);
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

static const struct template *choose(const struct pages *pages,
                                     const char *name, const json_t *facts)
{
    const char *lang = json_string_value(json_object_get(facts, "lang"));
    const struct template *template = NULL;
    char local[TEMPLATE_NAME_MAX + 8];

    if (name != NULL && lang != NULL) {
        (void)snprintf(local, sizeof local, "%s.%s", name, lang);
        template = find(pages, local, strlen(local));
    }
    if (name != NULL && template == NULL)
        template = find(pages, name, strlen(name));
    return template != NULL ? template : find(pages, "generic", 7);
}

bool pages_render(const struct pages *pages, const char *name,
                  const json_t *document, const json_t *facts,
                  struct buffer *out, struct error *error)
{
    const struct template *layout = find(pages, "layout", 6);
    struct render render = {.pages = pages,
                            .content = choose(pages, name, facts),
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
    const struct template *template = find(pages, name, strlen(name));
    struct render render = {.pages = pages,
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

/* The whole file, terminated; NULL if it cannot be read or is too large. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(TEMPLATE_BYTES_MAX + 1);
    size_t size;

    assert(text != NULL);
    size = file == NULL ? 0 : fread(text, 1, TEMPLATE_BYTES_MAX, file);
    text[size] = '\0';
    if (file == NULL || ferror(file) || fgetc(file) != EOF ||
        strlen(text) != size) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

static bool load(struct pages *pages, const char *directory, const char *file,
                 struct error *error)
{
    char path[1024];
    char name[TEMPLATE_NAME_MAX + 1];
    size_t size = strlen(file) - strlen(pages->suffix);
    char *text;

    (void)snprintf(path, sizeof path, "%s/%s", directory, file);
    text = read_file(path);
    if (text == NULL || size > TEMPLATE_NAME_MAX) {
        free(text);
        return fail(error, ERROR_SYSTEM, "cannot read template %s", path);
    }
    if (pages->count == TEMPLATES_MAX) {
        free(text);
        return fail(error, ERROR_SYSTEM, "more than %d templates",
                    TEMPLATES_MAX);
    }
    memcpy(name, file, size);
    name[size] = '\0';
    return template_compile(&pages->templates[pages->count++], name, text,
                            pages->plain, error);
}

static bool is_template(const struct pages *pages, const char *file)
{
    size_t size = strlen(file), suffix = strlen(pages->suffix);

    return size > suffix && file[0] != '.' &&
           strcmp(file + size - suffix, pages->suffix) == 0;
}

static bool load_all(struct pages *pages, const char *directory,
                     struct error *error)
{
    DIR *dir = opendir(directory);
    bool done = true;

    if (dir == NULL)
        return fail(error, ERROR_SYSTEM, "cannot open the templates in %s",
                    directory);
    for (struct dirent *at = readdir(dir); at != NULL && done;
         at = readdir(dir))
        if (is_template(pages, at->d_name))
            done = load(pages, directory, at->d_name, error);
    (void)closedir(dir);
    return done;
}

static bool partial_exists(const struct pages *pages, const struct token *token)
{
    return find(pages, token->text, token->size) != NULL ||
           (token->size == 7 && memcmp(token->text, "content", 7) == 0) ||
           (token->size == 8 && memcmp(token->text, "document", 8) == 0);
}

static bool check(const struct pages *pages, struct error *error)
{
    static const char *const needed[] = {"layout", "generic", "error"};

    for (size_t i = 0; i < sizeof needed / sizeof *needed && !pages->plain; i++)
        if (find(pages, needed[i], strlen(needed[i])) == NULL)
            return fail(error, ERROR_SYSTEM, "there is no template %s.html",
                        needed[i]);
    for (size_t i = 0; i < pages->count; i++) {
        const struct template *template = &pages->templates[i];

        for (size_t at = 0; at < template->count; at++)
            if (template->tokens[at].kind == TOKEN_PARTIAL &&
                !partial_exists(pages, &template->tokens[at]))
                return fail(error, ERROR_SYSTEM, "%s.html includes %.*s",
                            template->name, (int)template->tokens[at].size,
                            template->tokens[at].text);
    }
    return true;
}

static bool load_pages(struct pages **pages, const char *directory, bool plain,
                       struct error *error)
{
    struct pages *loaded = calloc(1, sizeof *loaded);

    assert(loaded != NULL);
    loaded->plain = plain;
    loaded->suffix = plain ? ".txt" : ".html";
    if (!load_all(loaded, directory, error) || !check(loaded, error)) {
        pages_free(loaded);
        return false;
    }
    *pages = loaded;
    return true;
}

bool pages_load(struct pages **pages, const char *directory,
                struct error *error)
{
    return load_pages(pages, directory, false, error);
}

bool pages_load_texts(struct pages **pages, const char *directory,
                      struct error *error)
{
    return load_pages(pages, directory, true, error);
}

void pages_free(struct pages *pages)
{
    if (pages == NULL)
        return;
    for (size_t i = 0; i < pages->count; i++)
        template_clear(&pages->templates[i]);
    free(pages);
}
