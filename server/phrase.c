#include "server/phrase.h"
#include "server/catalogue.h"
#include "server/page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PHRASE_BYTES_MAX = 2048 };

struct translation {
    const char *name;  /* Of the template. */
    const char *start; /* Its text. */
    const char *language;
    bool plain;
    struct buffer out;
};

static bool refuse(const struct translation *translation, const char *at,
                   const char *why, struct error *error)
{
    int line = 1;

    for (const char *c = translation->start; c < at; c++)
        line += *c == '\n';
    return fail(error, ERROR_SYSTEM, "template %s, line %d: %s",
                translation->name, line, why);
}

/* One line without spaces around, for a sentence may be broken anywhere. */
static bool squeeze(char out[static PHRASE_BYTES_MAX], const char *text,
                    size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < size && used + 1 < PHRASE_BYTES_MAX; i++) {
        char c = text[i] == '\n' ? ' ' : text[i];

        if (c != ' ' || (used > 0 && out[used - 1] != ' '))
            out[used++] = c;
    }
    if (used + 1 == PHRASE_BYTES_MAX)
        return false;
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    return used > 0;
}

/* A sentence with {{name}} for {name}; false if a brace is left open. */
static bool put_sentence(struct translation *translation, const char *text)
{
    while (*text != '\0') {
        char plain[PHRASE_BYTES_MAX];
        size_t size = strcspn(text, "{}");

        assert(size < sizeof plain);
        memcpy(plain, text, size);
        plain[size] = '\0';
        if (translation->plain)
            buffer_text(&translation->out, plain);
        else
            page_escape(&translation->out, plain);
        text += size;
        if (*text == '\0')
            break;
        size = strcspn(text, "}");
        if (text[0] != '{' || text[size] == '\0')
            return false;
        buffer_text(&translation->out, "{{");
        buffer_add(&translation->out, text + 1, size - 1);
        buffer_text(&translation->out, "}}");
        text += size + 1;
    }
    return true;
}

/* Both forms, each in a section of its own. */
static bool put_forms(struct translation *translation, const char *one,
                      const char *many, const char *count)
{
    static const char sigils[] = {'+', '*'};

    for (int form = 0; form < 2; form++) {
        const char *text =
            say_count(translation->language, one, many, form == 0 ? 1 : 2);

        buffer_print(&translation->out, "{{%c%s}}", sigils[form], count);
        if (!put_sentence(translation, text))
            return false;
        buffer_print(&translation->out, "{{/%s}}", count);
    }
    return true;
}

static bool put_phrase(struct translation *translation, const char *at,
                       size_t size, struct error *error)
{
    char whole[PHRASE_BYTES_MAX], one[PHRASE_BYTES_MAX];
    char many[PHRASE_BYTES_MAX], count[PHRASE_BYTES_MAX];
    const char *bar, *hash;

    if (!squeeze(whole, at, size))
        return refuse(translation, at, "a sentence is empty or too long",
                      error);
    bar = strstr(whole, " | ");
    hash = strrchr(whole, '#');
    if (bar == NULL)
        return put_sentence(translation, say(translation->language, whole)) ||
               refuse(translation, at, "a brace of a sentence is alone", error);
    if (hash == NULL || hash < bar ||
        !squeeze(one, whole, (size_t)(bar - whole)) ||
        !squeeze(many, bar + 3, (size_t)(hash - bar) - 3) ||
        !squeeze(count, hash + 1, strlen(hash + 1)))
        return refuse(translation, at, "a plural is: one | many # count",
                      error);
    return put_forms(translation, one, many, count) ||
           refuse(translation, at, "a brace of a sentence is alone", error);
}

static bool translate(struct translation *translation, struct error *error)
{
    const char *at = translation->start;

    for (;;) {
        const char *open = strstr(at, "{{_");
        const char *close = open == NULL ? NULL : strstr(open, "}}");

        if (open == NULL)
            break;
        if (close == NULL)
            return refuse(translation, open, "{{_ without }}", error);
        close += close[2] == '}'; /* The sentence ends with a {name}. */
        buffer_add(&translation->out, at, (size_t)(open - at));
        if (!put_phrase(translation, open + 3, (size_t)(close - open) - 3,
                        error))
            return false;
        at = close + 2;
    }
    buffer_text(&translation->out, at);
    return true;
}

char *phrase_translate(const char *text, const char *language, bool plain,
                       const char *template_name, struct error *error)
{
    struct translation translation = {.name = template_name,
                                      .start = text,
                                      .language = language,
                                      .plain = plain};
    char *made = NULL;
    size_t size;

    if (translate(&translation, error)) {
        buffer_add(&translation.out, "", 1);
        made = buffer_take(&translation.out, &size);
    }
    buffer_clear(&translation.out);
    return made;
}
