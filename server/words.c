#include "server/words.h"
#include "server/catalogue.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *english;
} table[] = {
#define WORD(name, english) {#name, english},
#include "server/words.def"
};

const char *word(enum word word, bool french)
{
    assert(word < WORD_COUNT);
    return say(french ? "fr" : "en", table[word].english);
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

/* Words of the ledger may hold '-', '/' and '.', which names cannot. */
static bool is_same(const char *name, const char *prefix, const char *asked)
{
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return false;
    name += strlen(prefix);
    for (; *name != '\0' && *asked != '\0'; name++, asked++)
        if (*name != *asked && !(*name == '_' && strchr("-/.", *asked) != NULL))
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
