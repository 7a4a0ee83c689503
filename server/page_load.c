/* The templates of a folder, read and compiled for every language. */
#include "server/page.h"
#include "server/page_inside.h"
#include "server/phrase.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct template *page_template(const struct pages *pages, int language,
                                     const char *name, size_t size)
{
    const struct template *templates = pages->templates[language];

    for (size_t i = 0; i < pages->count; i++)
        if (strlen(templates[i].name) == size &&
            memcmp(templates[i].name, name, size) == 0)
            return &templates[i];
    return NULL;
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

static bool compile(struct pages *pages, const char *name, const char *text,
                    struct error *error)
{
    size_t number = pages->count++;

    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        char *translated = phrase_translate(text, language_names[i],
                                            pages->plain, name, error);

        if (translated == NULL ||
            !template_compile(&pages->templates[i][number], name, translated,
                              pages->plain, error))
            return false;
    }
    return true;
}

static bool load(struct pages *pages, const char *directory, const char *file,
                 struct error *error)
{
    char path[1024];
    char name[TEMPLATE_NAME_MAX + 1];
    size_t size = strlen(file) - strlen(pages->suffix);
    char *text;
    bool done;

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
    done = compile(pages, name, text, error);
    free(text);
    return done;
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
    return page_template(pages, 0, token->text, token->size) != NULL ||
           (token->size == 7 && memcmp(token->text, "content", 7) == 0) ||
           (token->size == 8 && memcmp(token->text, "document", 8) == 0);
}

static bool check(const struct pages *pages, struct error *error)
{
    static const char *const needed[] = {"layout", "generic", "error"};

    for (size_t i = 0; i < sizeof needed / sizeof *needed && !pages->plain; i++)
        if (page_template(pages, 0, needed[i], strlen(needed[i])) == NULL)
            return fail(error, ERROR_SYSTEM, "there is no template %s.html",
                        needed[i]);
    for (size_t i = 0; i < pages->count; i++) {
        const struct template *template = &pages->templates[0][i];

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
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            template_clear(&pages->templates[language][i]);
    free(pages);
}
