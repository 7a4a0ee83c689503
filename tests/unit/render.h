/*
 * render: templates as the server loads them, out of a folder of a test's own.
 */
#ifndef TESTS_UNIT_RENDER_H
#define TESTS_UNIT_RENDER_H

#include "server/catalogue.h"
#include "server/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static inline void write_template(const char *name, const char *content)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s.html", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/test_page.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static inline int remove_folder(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* Render a template for a document given as JSON; part: what {{>part}} is. */
static inline bool render_with(const char *content, const char *part,
                               const char *json, struct buffer *out,
                               struct error *error)
{
    json_auto_t *document = json_loads(json, JSON_DECODE_ANY, NULL);
    json_auto_t *facts =
        json_pack("{s:s, s:s, s:b}", "title", "T", "lang", "fr", "fr", 1);
    struct pages *pages = NULL;
    bool done;

    assert_non_null(document);
    write_template("layout", "{{>content}}");
    write_template("generic", "[{{>document}}]");
    write_template("error", "");
    write_template("part", part);
    write_template("t", content);
    if (!pages_load(&pages, folder, error))
        return false;
    done = pages_render(pages, "t", document, facts, out, error);
    pages_free(pages);
    return done;
}

static inline bool render(const char *content, const char *json,
                          struct buffer *out, struct error *error)
{
    return render_with(content, "<{{! }}i>{{x}}</i>", json, out, error);
}

static inline void shows_with(const char *content, const char *part,
                              const char *json, const char *expected)
{
    struct error error = {0};
    BUFFER(out);

    if (!render_with(content, part == NULL ? "" : part, json, &out, &error))
        fail_msg("%s: %s", content, error.text);
    buffer_add(&out, "", 0);
    assert_string_equal(out.bytes, expected);
}

static inline void shows(const char *content, const char *json,
                         const char *expected)
{
    shows_with(content, "<{{! }}i>{{x}}</i>", json, expected);
}

static inline void refuses(const char *content, const char *why)
{
    struct error error = {0};
    BUFFER(out);

    if (render(content, "{}", &out, &error))
        fail_msg("%s was taken", content);
    assert_int_equal(error.code, ERROR_SYSTEM);
    if (strstr(error.text, why) == NULL)
        fail_msg("%s: got \"%s\"", content, error.text);
}

#endif
