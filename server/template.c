#include "server/template.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SECTIONS_MAX = 32 };

/* Where in HTML a template is at some byte. */
enum place { PLACE_TEXT, PLACE_TAG, PLACE_DOUBLE, PLACE_SINGLE };

struct compiler {
    struct template *template;
    const char *at;
    enum place place;
    size_t open[SECTIONS_MAX];       /* Tokens of the sections around. */
    enum place opened[SECTIONS_MAX]; /* Where each began. */
    size_t depth;
};

static bool refuse(const struct compiler *compiler, const char *why,
                   struct error *error)
{
    int line = 1;

    for (const char *c = compiler->template->text; c < compiler->at; c++)
        line += *c == '\n';
    return fail(error, ERROR_SYSTEM, "template %s, line %d: %s",
                compiler->template->name, line, why);
}

static struct token *push(struct compiler *compiler, enum token_kind kind,
                          const char *text, size_t size)
{
    struct template *template = compiler->template;

    template->tokens =
        realloc(template->tokens, (template->count + 1) * sizeof(struct token));
    assert(template->tokens != NULL);
    template->tokens[template->count] =
        (struct token){.kind = kind, .text = text, .size = size};
    return &template->tokens[template->count++];
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* The attribute before '=' runs script or carries style. */
static bool attribute_is_active(const char *start, const char *equals)
{
    const char *name = equals;

    while (name > start && is_letter(name[-1]))
        name--;
    return (equals - name > 2 && strncasecmp(name, "on", 2) == 0) ||
           (equals - name == 5 && strncasecmp(name, "style", 5) == 0);
}

/* Elements whose text is not text: only scripts that are files. */
static bool element_is_active(const char *tag)
{
    return strncasecmp(tag, "<style", 6) == 0 ||
           (strncasecmp(tag, "<script", 7) == 0 &&
            strncasecmp(tag, "<script src=\"/", 14) != 0);
}

/* Move over plain HTML, following where it is. */
static bool follow(struct compiler *compiler, size_t size, struct error *error)
{
    const char *start = compiler->template->text;

    if (compiler->template->plain) {
        compiler->at += size;
        return true;
    }
    for (const char *end = compiler->at + size; compiler->at < end;
         compiler->at++) {
        char c = *compiler->at;

        if (compiler->place == PLACE_DOUBLE) {
            compiler->place = c == '"' ? PLACE_TAG : PLACE_DOUBLE;
        } else if (compiler->place == PLACE_SINGLE) {
            compiler->place = c == '\'' ? PLACE_TAG : PLACE_SINGLE;
        } else if (compiler->place == PLACE_TEXT) {
            if (c == '<' && element_is_active(compiler->at))
                return refuse(compiler, "script or style in the page", error);
            compiler->place = c == '<' ? PLACE_TAG : PLACE_TEXT;
        } else if (c == '"') {
            compiler->place = PLACE_DOUBLE;
        } else if (c == '\'') {
            compiler->place = PLACE_SINGLE;
        } else if (c == '>') {
            compiler->place = PLACE_TEXT;
        } else if (c == '=' && attribute_is_active(start, compiler->at)) {
            return refuse(compiler, "an attribute with script or style", error);
        }
    }
    return true;
}

static bool ends_with(const char *start, const char *end, const char *suffix)
{
    size_t size = strlen(suffix);

    return (size_t)(end - start) >= size &&
           strncasecmp(end - size, suffix, size) == 0;
}

/* Is a value here the start of an address? */
static bool begins_url(const struct compiler *compiler)
{
    static const char *const names[] = {"href=\"", "src=\"",  "action=\"",
                                        "cite=\"", "data=\"", "poster=\""};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (ends_with(compiler->template->text, compiler->at, names[i]))
            return true;
    return false;
}

static bool close_section(struct compiler *compiler, const char *name,
                          size_t size, struct error *error)
{
    struct template *template = compiler->template;
    struct token *open;

    if (compiler->depth == 0)
        return refuse(compiler, "a section ends that did not begin", error);
    compiler->depth--;
    (void)push(compiler, TOKEN_END, name, size);
    open = &template->tokens[compiler->open[compiler->depth]];
    if (open->size != size || memcmp(open->text, name, size) != 0)
        return refuse(compiler, "sections overlap", error);
    if (compiler->opened[compiler->depth] != compiler->place)
        return refuse(compiler, "a section is cut by a tag or a quote", error);
    open->end = template->count - 1;
    return true;
}

static bool open_section(struct compiler *compiler, enum token_kind kind,
                         const char *name, size_t size, struct error *error)
{
    if (compiler->depth == SECTIONS_MAX)
        return refuse(compiler, "sections are too deep", error);
    compiler->open[compiler->depth] = compiler->template->count;
    compiler->opened[compiler->depth++] = compiler->place;
    (void)push(compiler, kind, name, size);
    return true;
}

static bool name_is_valid(const char *name, size_t size)
{
    if (size == 1 && name[0] == '.')
        return true;
    for (size_t i = 0; i < size; i++)
        if (!is_letter(name[i]) && !(name[i] >= '0' && name[i] <= '9') &&
            name[i] != '_' && name[i] != '.')
            return false;
    return size > 0 && size <= TEMPLATE_NAME_MAX && name[0] != '.' &&
           name[size - 1] != '.';
}

/* The kind of section that a tag's first character opens. */
static bool section_kind(char sigil, enum token_kind *kind)
{
    static const struct {
        char sigil;
        enum token_kind kind;
    } kinds[] = {{'#', TOKEN_SECTION},
                 {'^', TOKEN_INVERTED},
                 {'+', TOKEN_ONE},
                 {'*', TOKEN_MANY}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].sigil == sigil) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* What stands between {{ and }}. */
static bool compile_tag(struct compiler *compiler, const char *tag, size_t size,
                        struct error *error)
{
    char sigil =
        size > 0 && strchr("#^+*/>!{&=", tag[0]) != NULL ? tag[0] : '\0';
    const char *name = tag + (sigil != '\0');
    const char *end = tag + size;
    enum token_kind kind;

    if (sigil == '!')
        return true;
    while (name < end && *name == ' ')
        name++;
    while (end > name && end[-1] == ' ')
        end--;
    size = (size_t)(end - name);
    if (sigil == '{' || sigil == '&' || sigil == '=')
        return refuse(compiler, "values are always escaped", error);
    if (!name_is_valid(name, size))
        return refuse(compiler, "a name is malformed", error);
    if (sigil == '/')
        return close_section(compiler, name, size, error);
    if (section_kind(sigil, &kind))
        return open_section(compiler, kind, name, size, error);
    if (sigil == '>' && compiler->place != PLACE_TEXT)
        return refuse(compiler, "a template is included inside a tag", error);
    if (sigil == '\0' && compiler->place == PLACE_TAG)
        return refuse(compiler, "a value in a tag must be quoted", error);
    if (sigil == '>')
        (void)push(compiler, TOKEN_PARTIAL, name, size);
    else
        (void)push(compiler, begins_url(compiler) ? TOKEN_URL : TOKEN_VALUE,
                   name, size);
    return true;
}

static bool compile(struct compiler *compiler, struct error *error)
{
    while (*compiler->at != '\0') {
        const char *open = strstr(compiler->at, "{{");
        const char *close;
        size_t size =
            open == NULL ? strlen(compiler->at) : (size_t)(open - compiler->at);

        if (size > 0)
            (void)push(compiler, TOKEN_TEXT, compiler->at, size);
        if (!follow(compiler, size, error))
            return false;
        if (open == NULL)
            break;
        close = strstr(open + 2, "}}");
        if (close == NULL)
            return refuse(compiler, "{{ without }}", error);
        if (!compile_tag(compiler, open + 2, (size_t)(close - open) - 2, error))
            return false;
        compiler->at = close + 2;
    }
    if (compiler->depth > 0)
        return refuse(compiler, "a section does not end", error);
    if (compiler->place != PLACE_TEXT)
        return refuse(compiler, "the file ends inside a tag", error);
    return true;
}

bool template_compile(struct template *template, const char *name, char *text,
                      bool plain, struct error *error)
{
    struct compiler compiler = {.template = template, .at = text};

    *template = (struct template){.text = text, .plain = plain};
    (void)snprintf(template->name, sizeof template->name, "%s", name);
    return compile(&compiler, error);
}

void template_clear(struct template *template)
{
    free(template->text);
    free(template->tokens);
    *template = (struct template){0};
}
