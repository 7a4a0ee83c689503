#include "tests/scenario/story.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void story_start(struct story *story, struct coverage *coverage)
{
    memset(story, 0, sizeof *story);
    world_start(&story->world, coverage);
    story->last_index = -1;
}

void story_end(struct story *story)
{
    for (size_t i = 0; i < story->define_count; i++)
        free(story->defines[i].text);
    world_end(&story->world);
}

bool story_fails(struct story *story, const char *format, ...)
{
    va_list args;
    int used;

    if (story->why[0] != '\0')
        return false;
    used = snprintf(story->why, sizeof story->why, "%s:%d: ", story->path,
                    story->line);
    va_start(args, format);
    (void)vsnprintf(story->why + used, sizeof story->why - (size_t)used, format,
                    args);
    va_end(args);
    return false;
}

size_t story_tokens(struct text tokens[static TOKENS_MAX], struct text text)
{
    size_t count = 0;
    uint32_t at = 0;

    while (count < TOKENS_MAX) {
        uint32_t start;

        while (at < text.size && text.bytes[at] == ' ')
            at++;
        if (at == text.size)
            break;
        start = at;
        while (at < text.size && text.bytes[at] != ' ')
            at++;
        tokens[count++] = (struct text){text.bytes + start, at - start};
    }
    return count;
}

bool story_define(struct story *story, struct text name, const char *text)
{
    struct define *define = NULL;

    for (size_t i = 0; i < story->define_count; i++)
        if (text_is(name, story->defines[i].name))
            define = &story->defines[i];
    if (define == NULL) {
        if (story->define_count == DEFINES_MAX ||
            name.size >= sizeof define->name)
            return story_fails(story, "too many or too long names");
        define = &story->defines[story->define_count++];
        memcpy(define->name, name.bytes, name.size);
        define->name[name.size] = '\0';
    }
    free(define->text);
    define->text = strdup(text);
    assert(define->text != NULL);
    return true;
}

/* ---- $name and $record.name.attribute ---- */

static bool is_part(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' ||
           byte == '/';
}

static bool expand_attr(struct story *story, struct text name,
                        char out[static 400])
{
    struct text parts[4] = {{name.bytes, 0}};
    const struct record *record;
    size_t count = 1;
    char type[32];

    for (uint32_t i = 0; i < name.size; i++) {
        if (name.bytes[i] != '.') {
            parts[count - 1].size++;
            continue;
        }
        if (count == 4)
            return false;
        parts[count++] = (struct text){name.bytes + i + 1, 0};
    }
    if (count < 2)
        return false;
    (void)snprintf(type, sizeof type, "%.*s", (int)parts[0].size,
                   parts[0].bytes);
    record = record_named(story, type, parts + 1, count - 2);
    return record != NULL && value_shown(story, out, record, parts[count - 1]);
}

static bool expand_one(struct story *story, struct text name, char *out,
                       size_t room, size_t *used)
{
    char value[400];
    const char *text = value;

    for (size_t i = 0; i < story->define_count; i++)
        if (text_is(name, story->defines[i].name))
            text = story->defines[i].text;
    if (text == value && !expand_attr(story, name, value))
        return story_fails(story, "nothing is called $%.*s", (int)name.size,
                           name.bytes);
    if (room - *used <= strlen(text))
        return story_fails(story, "the statement is too long");
    memcpy(out + *used, text, strlen(text));
    *used += strlen(text);
    return true;
}

static bool expand_once(struct story *story, const char *in, char *out,
                        size_t room)
{
    size_t used = 0;

    for (size_t at = 0; in[at] != '\0';) {
        struct text name = {in + at + 1, 0};

        if (in[at] != '$') {
            if (used + 1 >= room)
                return story_fails(story, "the statement is too long");
            out[used++] = in[at++];
            continue;
        }
        while (is_part(name.bytes[name.size]) ||
               (name.bytes[name.size] == '.' &&
                is_part(name.bytes[name.size + 1])))
            name.size++;
        if (!expand_one(story, name, out, room, &used))
            return false;
        at += 1 + name.size;
    }
    out[used] = '\0';
    return true;
}

/* What a name stands for may hold names itself. */
static bool expand(struct story *story, const char *in, char *out, size_t room)
{
    static char again[STATEMENT_CHARS];

    if (!expand_once(story, in, out, room))
        return false;
    for (int i = 0; i < DEPTH_MAX && strchr(out, '$') != NULL; i++) {
        memcpy(again, out, strlen(out) + 1);
        if (!expand_once(story, again, out, room))
            return false;
    }
    return true;
}

/* ---- Statements ---- */

static struct text trim(struct text text)
{
    while (text.size > 0 && text.bytes[text.size - 1] == ' ')
        text.size--;
    while (text.size > 0 && text.bytes[0] == ' ') {
        text.bytes++;
        text.size--;
    }
    return text;
}

/* Cut off " -> expectation"; empty: none is given. */
static struct text split_expected(struct text *statement)
{
    static const char arrow[] = " -> ";

    for (uint32_t at = statement->size; at-- > 0;) {
        struct text rest = {statement->bytes + at, statement->size - at};

        if (rest.size > 4 && memcmp(rest.bytes, arrow, 4) == 0) {
            statement->size = at;
            *statement = trim(*statement);
            return trim((struct text){rest.bytes + 4, rest.size - 4});
        }
    }
    return (struct text){"", 0};
}

static bool begins(struct text text, const char *word)
{
    size_t size = strlen(word);

    return text.size >= size && memcmp(text.bytes, word, size) == 0 &&
           (text.size == size || text.bytes[size] == ' ');
}

static bool set_clock(struct story *story, struct text statement)
{
    struct text at =
        trim((struct text){statement.bytes + 1, statement.size - 1});
    struct instant clock;

    if (!instant_read(&clock, at.bytes, at.size))
        return story_fails(story, "@ needs an instant");
    if (clock.ms < story->world.clock.ms)
        return story_fails(story, "the clock only goes on");
    story->world.clock = clock;
    return true;
}

static bool compare_number(struct story *story, const char *what,
                           uint64_t number, struct text expected)
{
    char shown[24];

    (void)snprintf(shown, sizeof shown, "%" PRIu64, number);
    return text_is(expected, shown) ||
           story_fails(story, "the %s is %s", what, shown);
}

static bool compare_digest(struct story *story, struct text expected)
{
    struct hash digest = state_digest(story->world.state);
    char shown[HASH_CHARS + 1];

    hash_write(shown, &digest);
    return text_is(expected, shown) ||
           story_fails(story, "the digest is %s", shown);
}

static bool run_block(struct story *story, struct text statement)
{
    bool postings = statement.bytes[0] == 'p';
    const char *open = memchr(statement.bytes, '{', statement.size);
    struct text block;

    if (open == NULL || statement.bytes[statement.size - 1] != '}')
        return story_fails(story, "expected { rows }");
    block =
        (struct text){open + 1, (uint32_t)(statement.bytes + statement.size -
                                           1 - (open + 1))};
    return balances_statement(story, trim(block), postings);
}

static bool run_file(struct story *story, const char *path, int depth);

static bool include(struct story *story, struct text name, int depth)
{
    const char *slash = strrchr(story->path, '/');
    const char *path = story->path;
    int line = story->line;
    char joined[400];
    bool good;

    (void)snprintf(joined, sizeof joined, "%.*s%.*s",
                   slash == NULL ? 0 : (int)(slash + 1 - story->path),
                   story->path, (int)name.size, name.bytes);
    if (depth == DEPTH_MAX)
        return story_fails(story, "included too deeply");
    good = run_file(story, joined, depth + 1);
    story->path = path;
    story->line = line;
    return good;
}

static bool run(struct story *story, const char *bytes, int depth)
{
    static char expanded[DEPTH_MAX + 1][STATEMENT_CHARS];
    struct text statement = {bytes, (uint32_t)strlen(bytes)}, expected;
    struct text words[TOKENS_MAX];

    if (begins(statement, "define")) {
        const char *name = bytes + strlen("define ");
        size_t size = strcspn(name, " ");

        return name[size] == ' '
                   ? story_define(story, (struct text){name, (uint32_t)size},
                                  name + size + 1)
                   : story_fails(story, "define NAME TEXT");
    }
    if (!expand(story, bytes, expanded[depth], STATEMENT_CHARS))
        return false;
    statement =
        (struct text){expanded[depth], (uint32_t)strlen(expanded[depth])};
    if (statement.bytes[0] == '@')
        return set_clock(story, statement);
    if (begins(statement, "include")) {
        size_t count = story_tokens(words, statement);

        return count == 2 ? include(story, words[1], depth)
                          : story_fails(story, "include FILE");
    }
    if (begins(statement, "balances") || begins(statement, "postings"))
        return run_block(story, statement);
    if (begins(statement, "clerk")) {
        story->world.clerk_sleeps = text_is(statement, "clerk sleeps");
        return true;
    }
    if (begins(statement, "name"))
        return name_statement(story, statement);
    if (begins(statement, "deposit"))
        return deposit_statement(story, statement);
    expected = split_expected(&statement);
    if (begins(statement, "balance"))
        return balance_statement(story, statement, expected);
    if (begins(statement, "show"))
        return show_statement(story, statement, expected);
    if (begins(statement, "count"))
        return count_statement(story, statement, expected);
    if (begins(statement, "size"))
        return compare_number(story, "size", story->world.leaf_count, expected);
    if (begins(statement, "digest"))
        return compare_digest(story, expected);
    if (begins(statement, "again"))
        return again_statement(story, expected);
    if (begins(statement, "raw"))
        return raw_statement(story, statement, expected);
    if (begins(statement, "note"))
        return note_statement(story, statement, expected);
    return act_statement(story, statement, expected);
}

/* Cut a comment: "#" at the start or after a blank. */
static void strip(char *line)
{
    size_t size;

    for (char *at = line; (at = strchr(at, '#')) != NULL; at++) {
        if (at == line || at[-1] == ' ') {
            *at = '\0';
            break;
        }
    }
    size = strlen(line);
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == ' '))
        line[--size] = '\0';
}

static bool continues(const char *line)
{
    return line[0] == ' ' || line[0] == '}';
}

static bool run_file(struct story *story, const char *path, int depth)
{
    FILE *file = fopen(path, "r");
    char statement[STATEMENT_CHARS] = "", line[4096];
    bool good = true;
    int number = 0;

    if (file == NULL)
        return story_fails(story, "there is no %s", path);
    story->path = path;
    story->line = 0;
    while (good && fgets(line, sizeof line, file) != NULL) {
        size_t used = strlen(statement);

        number++;
        strip(line);
        if (line[0] == '\0')
            continue;
        if (continues(line)) {
            if (used + strlen(line) + 2 >= sizeof statement) {
                good = story_fails(story, "the statement is too long");
                break;
            }
            statement[used] = ' ';
            memcpy(statement + used + 1, line, strlen(line) + 1);
            continue;
        }
        good = statement[0] == '\0' || run(story, statement, depth);
        memcpy(statement, line, strlen(line) + 1);
        if (good)
            story->line = number;
    }
    (void)fclose(file);
    return good && (statement[0] == '\0' || run(story, statement, depth));
}

bool story_run(struct story *story, const char *path)
{
    if (!run_file(story, path, 0))
        return false;
    world_replay(&story->world);
    return true;
}
