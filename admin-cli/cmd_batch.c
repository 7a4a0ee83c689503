/*
 * A file of commands, a line each, as one would type them.
 *
 * Lines that begin with a blank continue the line before; '#' begins a
 * comment; words are quoted by ' or ".  "with OPTION..." holds for all lines
 * after it that do not say otherwise, up to the next "with".  %k-mill is the
 * id, of letter k, that stands for this name; "say WORD..." prints words on
 * stdout, ids and all.  The first line that fails ends it.
 */
#include "admin-cli/batch.h"
#include "admin-cli/command.h"
#include "admin-cli/file.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 4 * 1024 * 1024,
    LINE_MAX_BYTES = 64 * 1024,
    LINE_WORDS_MAX = 256,
};

/* A line taken apart; the words are in room. */
struct typed {
    char *words[LINE_WORDS_MAX];
    size_t count;
    char room[LINE_MAX_BYTES];
    size_t used;
};

struct player {
    const struct call *call; /* "batch" itself. */
    struct batch batch;
    struct typed with, line;
    struct settings told; /* By "with". */
    struct call made;     /* The line's. */
    size_t number, done;
};

/* The name after "%x-": how many characters. */
static size_t name_size(const char *text)
{
    size_t size = 0;

    while (islower((unsigned char)text[size]) ||
           isdigit((unsigned char)text[size]) || text[size] == '-')
        size++;
    return size;
}

static bool add_byte(struct typed *typed, char byte, struct error *error)
{
    if (typed->used == sizeof typed->room)
        return fail(error, ERROR_SIZE, "the line is too long");
    typed->room[typed->used++] = byte;
    return true;
}

/* Writes the id for "%x-name"; *skip: characters it takes, 0: it is none. */
static bool add_named(struct typed *typed, const struct batch *batch,
                      const char *text, size_t *skip, struct error *error)
{
    char id[ID_CHARS + 1];
    size_t size;

    *skip = 0;
    if (text[0] != '%' || !islower((unsigned char)text[1]) || text[2] != '-')
        return true;
    size = name_size(text + 3);
    if (size == 0 || size > BATCH_NAME_MAX)
        return true;
    id_write(id, batch_id(batch, text[1], text + 3, size));
    for (const char *at = id; *at != '\0'; at++)
        if (!add_byte(typed, *at, error))
            return false;
    *skip = size + 3;
    return true;
}

/* One word from *text on; quotes vanish, names become ids. */
static bool take_word(struct typed *typed, const struct batch *batch,
                      const char **text, struct error *error)
{
    char quote = '\0';
    const char *at = *text;
    size_t skip;

    if (typed->count == LINE_WORDS_MAX)
        return fail(error, ERROR_SIZE, "more than %d words", LINE_WORDS_MAX);
    typed->words[typed->count++] = typed->room + typed->used;
    while (*at != '\0' && (quote != '\0' || !isspace((unsigned char)*at))) {
        if (quote != '\0' ? *at == quote : *at == '\'' || *at == '"') {
            quote = quote == '\0' ? *at : '\0';
            at++;
            continue;
        }
        if (!add_named(typed, batch, at, &skip, error))
            return false;
        if (skip == 0 && !add_byte(typed, *at, error))
            return false;
        at += skip == 0 ? 1 : skip;
    }
    if (quote != '\0')
        return fail(error, ERROR_USAGE, "a quotation does not end");
    *text = at;
    return add_byte(typed, '\0', error);
}

static bool split(struct typed *typed, const struct batch *batch,
                  const char *text, struct error *error)
{
    typed->count = typed->used = 0;
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        if (*text == '\0')
            return true;
        if (!take_word(typed, batch, &text, error))
            return false;
    }
}

/* What was told holds where the line says nothing itself. */
static void inherit(struct settings *to, const struct settings *from)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (to->values[i] == NULL && i != SETTING_OUT)
            to->values[i] = from->values[i];
    if (to->key_count > 0)
        return;
    memcpy(to->keys, from->keys, sizeof to->keys);
    to->key_count = from->key_count;
}

/* "--name=value", "--name value" or a flag. */
static bool take_setting(struct settings *told, const struct typed *words,
                         size_t *at, struct error *error)
{
    const char *word = words->words[(*at)++];
    const size_t size = strcspn(word, "=");
    enum setting setting;

    if (strncmp(word, "--", 2) != 0 || size < 3 ||
        !setting_find(&setting, word + 2, size - 2))
        return fail(error, ERROR_USAGE, "'%.60s' is not for all commands",
                    word);
    if (setting_spec(setting)->argument == NULL)
        return settings_set(told, setting, "", error);
    if (word[size] == '=')
        return settings_set(told, setting, word + size + 1, error);
    if (*at == words->count)
        return fail(error, ERROR_USAGE, "%s needs a value", word);
    return settings_set(told, setting, words->words[(*at)++], error);
}

static bool take_with(struct player *player, const char *text,
                      struct error *error)
{
    size_t at = 0;

    player->told = (struct settings){0};
    if (!split(&player->with, &player->batch, text, error))
        return false;
    while (at < player->with.count)
        if (!take_setting(&player->told, &player->with, &at, error))
            return false;
    return true;
}

static bool carry_out(struct player *player, struct error *error)
{
    struct typed *line = &player->line;
    struct call *made = &player->made;

    *made = (struct call){0};
    if (!command_parse(made, (int)line->count, line->words, error))
        return false;
    if (made->command == NULL || made->command->run == command_batch)
        return fail(error, ERROR_USAGE, "this cannot stand in a batch");
    inherit(&made->settings, &player->told);
    inherit(&made->settings, &player->call->settings);
    made->settings.batch = &player->batch;
    batch_begin(&player->batch, line->room, line->used);
    if (!made->command->run(made, error))
        return false;
    player->done++;
    return true;
}

static void say(const struct typed *line)
{
    for (size_t i = 1; i < line->count; i++)
        (void)printf("%s%s", i == 1 ? "" : " ", line->words[i]);
    (void)printf("\n");
}

static bool play_line(struct player *player, const char *text,
                      struct error *error)
{
    struct typed *line = &player->line;

    if (strncmp(text, "with", 4) == 0 &&
        (text[4] == '\0' || isspace((unsigned char)text[4])))
        return take_with(player, text + 4, error);
    if (!split(line, &player->batch, text, error))
        return false;
    if (line->count == 0)
        return true;
    if (strcmp(line->words[0], "say") != 0)
        return carry_out(player, error);
    say(line);
    return true;
}

static bool is_comment(const char *line)
{
    return line[strspn(line, " \t")] == '#';
}

/* Joins what continues, from *next on, without comments; it ends in '\0'. */
static char *take_line(char **next, size_t *number)
{
    char *begin = *next, *end;

    for (end = begin; *end != '\0'; end++) {
        if (*end != '\n')
            continue;
        ++*number;
        if (is_comment(end + 1)) {
            end[0] = ' ';
            for (char *at = end + 1; *at != '\n' && *at != '\0'; at++)
                *at = ' ';
        } else if (end[1] == ' ' || end[1] == '\t') {
            *end = ' ';
        } else {
            *end++ = '\0';
            break;
        }
    }
    *next = end;
    return begin;
}

static bool play(struct player *player, char *text, struct error *error)
{
    const char *path = player->call->words[0];
    size_t number = 1;

    while (*text != '\0') {
        char *line;
        struct error why = {0};

        player->number = number;
        line = take_line(&text, &number);
        if (is_comment(line) || play_line(player, line, &why))
            continue;
        memcpy(error->pointer, why.pointer, sizeof error->pointer);
        return fail(error, why.code, "%s:%zu: %s",
                    strcmp(path, "-") == 0 ? "line" : path, player->number,
                    why.text);
    }
    return true;
}

bool command_batch(const struct call *call, struct error *error)
{
    const char *seed = call_option(call, "seed");
    struct player *player = calloc(1, sizeof *player);
    char *text = NULL;
    size_t size;
    bool done;

    assert(player != NULL);
    player->call = call;
    batch_open(&player->batch);
    done = (seed == NULL || batch_seed(&player->batch, seed, error)) &&
           file_read(call->words[0], FILE_MAX, &text, &size, error) &&
           play(player, text, error);
    free(text);
    if (player->done > 0)
        screen_note("%zu commands were carried out.", player->done);
    batch_close(&player->batch);
    free(player);
    return done;
}
