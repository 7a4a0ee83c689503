/* fuzz_canon: whatever JSON is taken is written back byte for byte; words that
 * are composed are taken, or refused with a reason. */
#include "ledger/compose.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_json(const char *json, size_t size)
{
    static struct entry_lists lists;
    static char out[JSON_BYTES_MAX];
    struct error error = {.code = ERROR_NONE};
    struct entry entry;

    if (!entry_parse(&entry, &lists, json, size, &error)) {
        assert(error.code != ERROR_NONE && error.text[0] != '\0');
        return;
    }
    assert(entry_write(out, sizeof out, &entry) == size);
    assert(memcmp(out, json, size) == 0);
}

static bool no_names(void *context, enum field_type type, struct text word,
                     void *value, struct error *error)
{
    (void)context;
    (void)word;
    memset(value, type_spec(type)->letters[0], type_spec(type)->bytes);
    return type_spec(type)->form != FORM_NONCE ||
           fail(error, ERROR_FIELD, "no nonce");
}

/* The first byte chooses the kind. */
static void try_words(const char *line, size_t size)
{
    static char out[JSON_BYTES_MAX];
    struct composer composer = {2, no_names, NULL};
    struct error error = {.code = ERROR_NONE};
    struct word words[WORDS_MAX];
    enum entry_kind kind;
    size_t count;

    if (size == 0)
        return;
    kind = (enum entry_kind)(1 + (uint8_t)line[0] % (ENTRY_KIND_COUNT - 1));
    if (!words_split(words, &count, line + 1, size - 1, &error)) {
        assert(error.code != ERROR_NONE);
        return;
    }
    size = compose(out, sizeof out, kind, words, count, &composer, &error);
    assert((size == 0) == (error.code != ERROR_NONE));
    if (size > 0)
        try_json(out, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    entry_start();
    try_json((const char *)data, size);
    try_words((const char *)data, size);
    return 0;
}
