#include "server/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *english, *french;
} table[] = {
#define WORD(name, english, french) {#name, english, french},
#include "server/words.def"
};

const char *word(enum word word, bool french)
{
    assert(word < WORD_COUNT);
    return french ? table[word].french : table[word].english;
}

void text_with(char *out, size_t room, const char *text, const char *value)
{
    const char *place = strstr(text, "%s");

    assert(place != NULL);
    (void)snprintf(out, room, "%.*s%s%s", (int)(place - text), text, value,
                   place + 2);
}

void word_with(char *out, size_t room, enum word which, bool french,
               const char *value)
{
    text_with(out, room, word(which, french), value);
}

/* Words of the ledger may hold '-' and '/', which names cannot. */
static bool is_same(const char *name, const char *prefix, const char *asked)
{
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return false;
    name += strlen(prefix);
    for (; *name != '\0' && *asked != '\0'; name++, asked++)
        if (*name != *asked &&
            !(*name == '_' && (*asked == '-' || *asked == '/')))
            return false;
    return *name == *asked;
}

const char *word_of(const char *name, bool french)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (is_same(table[i].name, "is_", name))
            return word((enum word)i, french);
    return name;
}

const char *word_label(const char *name, bool french)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (is_same(table[i].name, "label_", name))
            return word((enum word)i, french);
    return NULL;
}

json_t *words_json(bool french)
{
    json_t *words = json_object();

    for (size_t i = 0; i < WORD_COUNT; i++) {
        int result;

        if (strncmp(table[i].name, "label_", 6) == 0)
            continue;
        result = json_object_set_new(words, table[i].name,
                                     json_string(word((enum word)i, french)));

        assert(result == 0);
    }
    return words;
}
