#include "server/catalogue.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1024 * 1024, FORMS = 2 };

const char *const language_names[LANGUAGE_COUNT] = {"en", "fr"};

/* How gettext writes the rule of counts_as_one(). */
static const char *const plural_rules[LANGUAGE_COUNT] = {
    "nplurals=2; plural=(n != 1);", "nplurals=2; plural=(n > 1);"};

struct message {
    const char *english;
    const char *said[FORMS]; /* Of a plural both, else the first. */
};

/* Of one language; sorted by english. */
struct catalogue {
    char *text; /* What the strings point into. */
    struct message *messages;
    size_t count;
};

static struct catalogue catalogues[LANGUAGE_COUNT];

int language_number(const char *name)
{
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (strcmp(language_names[i], name) == 0)
            return i;
    return LANGUAGE_ENGLISH;
}

/* ---- Reading ---- */

/* A file being read, line by line, in place. */
struct reader {
    const char *path;
    char *at;
    int line;
    struct catalogue *catalogue;
    struct message *message; /* Being read, or NULL. */
    bool fuzzy;              /* The next one is a guess and is left out. */
    char *end;               /* Of the string being read, or NULL. */
};

static bool refuse(const struct reader *reader, const char *why,
                   struct error *error)
{
    return fail(error, ERROR_SYSTEM, "%s, line %d: %s", reader->path,
                reader->line, why);
}

/*
 * Unescape "..." onto end; *end is its terminator afterwards.  A string is
 * never longer than what it was read from, so that it fits in place.
 */
static bool unquote(struct reader *reader, const char *from,
                    struct error *error)
{
    if (*from++ != '"')
        return refuse(reader, "no string", error);
    while (*from != '"') {
        char c = *from++;

        if (c == '\0')
            return refuse(reader, "a string without end", error);
        if (c == '\\') {
            c = *from++;
            if (c == 'n')
                c = '\n';
            else if (c != '"' && c != '\\')
                return refuse(reader, "an unknown escape", error);
        }
        *reader->end++ = c;
    }
    *reader->end = '\0';
    return from[1] == '\0' || refuse(reader, "more than a string", error);
}

static struct message *add_message(struct catalogue *catalogue)
{
    size_t bytes = (catalogue->count + 1) * sizeof *catalogue->messages;

    /* Grown by doubling would be quicker; this is a few hundred at start. */
    catalogue->messages = realloc(catalogue->messages, bytes);
    assert(catalogue->messages != NULL);
    catalogue->messages[catalogue->count] = (struct message){0};
    return &catalogue->messages[catalogue->count++];
}

/* The place of a string that begins with a keyword; NULL: none of ours. */
static const char **place_of(struct reader *reader, const char *keyword,
                             size_t size)
{
    static const char *const of_message[] = {"msgstr", "msgstr[0]",
                                             "msgstr[1]"};
    static const char *ignored;

    if (size == 5 && memcmp(keyword, "msgid", 5) == 0) {
        reader->message = add_message(reader->catalogue);
        return &reader->message->english;
    }
    if (reader->message == NULL)
        return NULL;
    if (size == 12 && memcmp(keyword, "msgid_plural", 12) == 0)
        return &ignored; /* The first form is the key. */
    for (size_t i = 0; i < 3; i++)
        if (size == strlen(of_message[i]) &&
            memcmp(keyword, of_message[i], size) == 0)
            return &reader->message->said[i / 2];
    return NULL;
}

static bool read_line(struct reader *reader, char *line, struct error *error)
{
    const char **place;
    size_t size = strcspn(line, " ");

    if (line[0] == '\0') {
        if (reader->message != NULL && reader->fuzzy)
            reader->catalogue->count--;
        reader->fuzzy = reader->fuzzy && reader->message == NULL;
        reader->message = NULL;
        reader->end = NULL;
        return true;
    }
    if (line[0] == '#') {
        reader->fuzzy |= line[1] == ',' && strstr(line, "fuzzy") != NULL;
        return true;
    }
    if (line[0] == '"') {
        if (reader->end == NULL)
            return refuse(reader, "a string of nothing", error);
        return unquote(reader, line, error);
    }
    place = place_of(reader, line, size);
    if (place == NULL || line[size] == '\0')
        return refuse(reader, "neither msgid nor msgstr", error);
    *place = line;
    reader->end = line;
    return unquote(reader, line + size + 1, error);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct message *)a)->english,
                  ((const struct message *)b)->english);
}

static bool read_text(struct reader *reader, struct error *error)
{
    while (*reader->at != '\0') {
        char *line = reader->at;
        size_t size = strcspn(line, "\n");

        reader->line++;
        reader->at += size + (line[size] != '\0');
        line[size] = '\0';
        if (!read_line(reader, line, error))
            return false;
    }
    return read_line(reader, (char[]){""}, error);
}

/* Every message is whole, none is there twice, the header counts as we do. */
static bool check(const struct reader *reader, int language,
                  struct error *error)
{
    const struct catalogue *catalogue = reader->catalogue;

    for (size_t i = 0; i < catalogue->count; i++) {
        const struct message *message = &catalogue->messages[i];

        if (message->said[0] == NULL)
            return fail(error, ERROR_SYSTEM, "%s: no msgstr of \"%s\"",
                        reader->path, message->english);
        if (i > 0 && strcmp(message[-1].english, message->english) == 0)
            return fail(error, ERROR_SYSTEM, "%s: \"%s\" is there twice",
                        reader->path, message->english);
    }
    if (catalogue->count == 0 || catalogue->messages[0].english[0] != '\0' ||
        strstr(catalogue->messages[0].said[0], plural_rules[language]) == NULL)
        return fail(error, ERROR_SYSTEM, "%s: the header does not say %s",
                    reader->path, plural_rules[language]);
    return true;
}

static void clear(struct catalogue *catalogue)
{
    free(catalogue->text);
    free(catalogue->messages);
    *catalogue = (struct catalogue){0};
}

static bool load(int language, const char *path, struct error *error)
{
    struct catalogue read = {.text = malloc(FILE_BYTES_MAX)};
    struct reader reader = {.path = path, .at = read.text, .catalogue = &read};
    FILE *file = fopen(path, "rb");
    size_t size;

    assert(read.text != NULL);
    size = file == NULL ? 0 : fread(read.text, 1, FILE_BYTES_MAX - 1, file);
    read.text[size] = '\0';
    if (file == NULL || ferror(file) || fgetc(file) != EOF) {
        (void)fail(error, ERROR_SYSTEM, "cannot read %s", path);
    } else if (read_text(&reader, error)) {
        if (read.count > 1)
            qsort(read.messages, read.count, sizeof *read.messages, compare);
        if (check(&reader, language, error)) {
            clear(&catalogues[language]);
            catalogues[language] = read;
            read = (struct catalogue){0};
        }
    }
    if (file != NULL)
        (void)fclose(file);
    size = read.count + (read.text != NULL);
    clear(&read);
    return size == 0;
}

bool catalogue_load(const char *directory, struct error *error)
{
    for (int i = LANGUAGE_ENGLISH + 1; i < LANGUAGE_COUNT; i++) {
        char path[1024];

        (void)snprintf(path, sizeof path, "%s/%s.po", directory,
                       language_names[i]);
        if (!load(i, path, error))
            return false;
    }
    return true;
}

/* ---- Saying ---- */

/* What is said for it; NULL: nothing. */
static const char *find(const char *language, const char *english, size_t form)
{
    const struct catalogue *catalogue = &catalogues[language_number(language)];
    const struct message key = {.english = english};
    const struct message *found =
        catalogue->count == 0 ? NULL
                              : bsearch(&key, catalogue->messages,
                                        catalogue->count, sizeof key, compare);

    if (found == NULL || found->said[form] == NULL ||
        found->said[form][0] == '\0')
        return NULL;
    return found->said[form];
}

const char *say(const char *language, const char *english)
{
    const char *said = english[0] == '\0' ? NULL : find(language, english, 0);

    return said == NULL ? english : said;
}

bool counts_as_one(const char *language, int64_t count)
{
    return count == 1 ||
           (count == 0 && language_number(language) == LANGUAGE_FRENCH);
}

const char *say_count(const char *language, const char *one, const char *many,
                      int64_t count)
{
    bool first = counts_as_one(language, count);
    const char *said = find(language, one, first ? 0 : 1);

    if (said != NULL)
        return said;
    return count == 1 ? one : many;
}

void say_with(struct buffer *out, const char *language, const char *english,
              ...)
{
    const char *text = say(language, english);

    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        size_t size = text[plain] == '\0' ? 0 : strcspn(text + plain, "}");
        const char *name = NULL, *value = NULL;
        va_list args;

        buffer_add(out, text, plain);
        text += plain;
        if (size == 0)
            break;
        assert(text[size] == '}');
        va_start(args, english);
        while ((name = va_arg(args, const char *)) != NULL) {
            value = va_arg(args, const char *);
            if (strlen(name) == size - 1 &&
                memcmp(name, text + 1, size - 1) == 0)
                break;
        }
        va_end(args);
        assert(name != NULL && value != NULL); /* The sentence's {name}. */
        buffer_text(out, value);
        text += size + 1;
    }
}
