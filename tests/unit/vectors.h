/*
 * vectors: test data of other projects, which does not live in this one.
 *
 * It is looked for in $VECTORS or ../shared/vectors; a group of tests whose
 * file is not there prints "skipped: ..." and is not run.
 */
#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include "tests/check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A test that needs a file; its name is the test's. */
struct vector_test {
    const char *name;
    const char *file;
    CMUnitTestFunction test;
};
#define VECTORS(file, test)                                                    \
    {                                                                          \
#test, file, test                                                      \
    }

static inline const char *vector_path(const char *file)
{
    static char path[1024];
    const char *folder = getenv("VECTORS");

    (void)snprintf(path, sizeof path, "%s/%s",
                   folder != NULL ? folder : "../shared/vectors", file);
    return path;
}

static inline int run_vectors(const struct vector_test *tests, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++) {
        const struct CMUnitTest one[] = {
            {tests[i].name, tests[i].test, NULL, NULL, NULL}};

        if (access(vector_path(tests[i].file), R_OK) == 0)
            failed += cmocka_run_group_tests(one, NULL, NULL);
        else
            printf("skipped: %s: no %s\n", tests[i].name,
                   vector_path(tests[i].file));
        (void)fflush(stdout);
    }
    return failed;
}

static inline json_t *load_vectors(const char *file)
{
    json_error_t why;
    json_t *root = json_load_file(vector_path(file), 0, &why);

    if (root == NULL) {
        print_error("%s: %s\n", vector_path(file), why.text);
        assert_non_null(root);
    }
    return root;
}

/* A whole file, terminated, into room bytes; its size. */
static inline size_t load_bytes(const char *file, char *out, size_t room)
{
    FILE *in = fopen(vector_path(file), "rb");
    size_t size;

    assert_non_null(in);
    size = fread(out, 1, room, in);
    assert_true(size < room);
    (void)fclose(in);
    out[size] = '\0';
    return size;
}

static inline const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    if (text == NULL)
        print_error("no text '%s'\n", key);
    assert_non_null(text);
    return text;
}

/* Written as integer or decimal string. */
static inline uint64_t number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    uint64_t number;

    if (json_is_integer(value))
        return (uint64_t)json_integer_value(value);
    assert_true(decimal_read(&number, json_string_value(value),
                             json_string_length(value)));
    return number;
}

/* False if it is not 32 bytes. */
static inline bool read_hash64(struct hash *hash, const char *base64)
{
    size_t size;

    return base64_read(hash->bytes, sizeof hash->bytes, &size, base64,
                       strlen(base64)) &&
           size == sizeof hash->bytes;
}

#endif
