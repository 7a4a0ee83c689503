/* Statements that make an entry, sign it and append it. */
#include "tests/scenario/story.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What words stand for ---- */

static bool look_up(void *context, enum field_type type, struct text word,
                    void *value, struct error *error)
{
    struct story *story = context;
    struct key public;
    struct hash hash;
    struct id id;

    (void)error;
    switch ((int)type_spec(type)->form) {
    case FORM_ID:
        id = story_id(story, type_spec(type)->letters, word);
        memcpy(value, &id, sizeof id);
        return true;
    case FORM_KEY:
        (void)name_secret(word, &public);
        memcpy(value, &public, sizeof public);
        return true;
    case FORM_NONCE:
        hash = name_hash(word);
        memcpy(value, &hash, sizeof(struct nonce));
        return true;
    default:
        hash = name_hash(word);
        memcpy(value, &hash, sizeof hash);
        return true;
    }
}

/* ---- Signers ---- */

static struct hand read_hand(struct text word)
{
    struct hand hand = {.name = word};
    const char *colon;

    hand.broken = word.bytes[word.size - 1] == '!';
    hand.name.size -= hand.broken ? 1 : 0;
    hand.key = hand.name;
    colon = memchr(hand.name.bytes, ':', hand.name.size);
    if (colon == NULL)
        return hand;
    hand.key.bytes = colon + 1;
    hand.key.size = (uint32_t)(hand.name.bytes + hand.name.size - (colon + 1));
    hand.name.size = (uint32_t)(colon - hand.name.bytes);
    return hand;
}

/* Cut off " by ana bob"; the last one outside quotes and brackets. */
static struct text split_by(struct text *statement)
{
    int depth = 0;
    bool quoted = false;
    uint32_t found = 0;
    struct text by = {"", 0};

    for (uint32_t at = 0; at < statement->size; at++) {
        char byte = statement->bytes[at];

        quoted = byte == '"' ? !quoted : quoted;
        depth += quoted ? 0 : (byte == '{' || byte == '[');
        depth -= quoted ? 0 : (byte == '}' || byte == ']');
        if (!quoted && depth == 0 && statement->size - at > 4 &&
            memcmp(statement->bytes + at, " by ", 4) == 0)
            found = at;
    }
    if (found > 0) {
        by = (struct text){statement->bytes + found + 4,
                           statement->size - found - 4};
        statement->size = found;
    }
    return by;
}

static void sign(struct story *story, struct text by)
{
    struct text words[TOKENS_MAX];
    size_t count = story_tokens(words, by), first, hand_count = 0;
    bool sorted = count == 0 || !text_is(words[0], "=");
    struct hand hands[TOKENS_MAX];

    for (first = sorted ? 0 : 1; first < count; first++)
        hands[hand_count++] = read_hand(words[first]);
    story->last_size =
        world_sign(&story->world, story->last_note, sizeof story->last_note,
                   hands, hand_count, sorted);
}

/* ---- Expectations ---- */

/* "ok", or an error's name and perhaps, quoted, part of its text. */
static bool judge(struct story *story, bool good, const struct error *error,
                  struct text expected)
{
    const char *space = memchr(expected.bytes, ' ', expected.size);
    struct text name = expected;
    char part[400] = "";

    if (expected.size == 0)
        name = (struct text){"ok", 2};
    if (space != NULL) {
        name.size = (uint32_t)(space - expected.bytes);
        (void)snprintf(part, sizeof part, "%.*s",
                       (int)(expected.size - name.size) - 3, space + 2);
        if (space[1] != '"' || expected.bytes[expected.size - 1] != '"')
            return story_fails(story, "after -> come an error and \"text\"");
    }
    if (good)
        return text_is(name, "ok") ||
               story_fails(story, "accepted, not %.*s", (int)expected.size,
                           expected.bytes);
    if (!text_is(name, error_spec(error->code)->name))
        return story_fails(story, "%s: %s%s%s", error_spec(error->code)->name,
                           error->text, error->pointer[0] != '\0' ? " at " : "",
                           error->pointer);
    if (strstr(error->text, part) == NULL)
        return story_fails(story, "the text is: %s", error->text);
    return true;
}

static bool append(struct story *story, struct text expected)
{
    struct error error = {.code = ERROR_NONE};
    int64_t index;
    bool good = world_append(&story->world, story->last_note, story->last_size,
                             &index, &error);

    if (good)
        story->last_index = index;
    return judge(story, good, &error, expected);
}

/* ---- Statements ---- */

/* "label: kind ..."; the label names the entry's index. */
static struct text split_label(struct text *statement)
{
    const char *colon = memchr(statement->bytes, ':', statement->size);
    const char *space = memchr(statement->bytes, ' ', statement->size);
    struct text label = {"", 0};

    if (colon == NULL || (space != NULL && space < colon) || colon[1] != ' ')
        return label;
    label =
        (struct text){statement->bytes, (uint32_t)(colon - statement->bytes)};
    statement->size -= label.size + 2;
    statement->bytes = colon + 2;
    return label;
}

static size_t compose_text(struct story *story, enum entry_kind kind,
                           struct text fields, struct error *error)
{
    struct composer composer = {story_digits(story), look_up, story};
    struct nonce nonce = name_nonce(++story->world.nonces);
    struct word words[WORDS_MAX + 1];
    char json[JSON_BYTES_MAX], text[NONCE_CHARS + 1];
    bool given = false;
    size_t count, size;

    if (!words_split(words, &count, fields.bytes, fields.size, error))
        return 0;
    for (size_t i = 0; i < count; i++)
        given = given || text_is(words[i].name, "nonce");
    nonce_write(text, &nonce);
    if (!given)
        words[count++] = (struct word){{"nonce", 5}, {text, NONCE_CHARS}};
    size = compose(json, sizeof json, kind, words, count, &composer, error);
    if (size == 0)
        return 0;
    return entry_text_write(story->world.text, sizeof story->world.text, ORIGIN,
                            json, size);
}

bool act_statement(struct story *story, struct text statement,
                   struct text expected)
{
    struct text label = split_label(&statement), by = split_by(&statement);
    const char *space = memchr(statement.bytes, ' ', statement.size);
    struct text name = statement, fields = {"", 0};
    struct error error = {.code = ERROR_NONE};
    enum entry_kind kind;
    char index[24];

    if (space != NULL) {
        name.size = (uint32_t)(space - statement.bytes);
        fields = (struct text){space + 1, statement.size - name.size - 1};
    }
    kind = entry_kind_read(name);
    if (kind == ENTRY_none)
        return story_fails(story, "there is no statement or kind %.*s",
                           (int)name.size, name.bytes);
    story->world.text_size = compose_text(story, kind, fields, &error);
    if (story->world.text_size == 0)
        return judge(story, false, &error, expected);
    sign(story, by);
    if (!append(story, expected))
        return false;
    if (label.size == 0)
        return true;
    (void)snprintf(index, sizeof index, "%" PRId64, story->last_index);
    return story_define(story, label, index);
}

/*
 * The same bytes once more: the fold refuses them where the kind creates
 * something, and either way the text is found where it stands.
 */
bool again_statement(struct story *story, struct text expected)
{
    struct error error = {.code = ERROR_NONE};
    int64_t index;

    if (!text_is(expected, "same"))
        return story_fails(story, "again -> same");
    if (world_append(&story->world, story->last_note, story->last_size, &index,
                     &error))
        return story_fails(story, "the same text was taken twice");
    if (index != story->last_index)
        return story_fails(
            story, "the text stands at %" PRId64 ", not %" PRId64 " (%s)",
            index, story->last_index, error.text);
    return true;
}

/* "raw JSON by ana": an entry's text with any JSON. */
bool raw_statement(struct story *story, struct text statement,
                   struct text expected)
{
    struct text by = split_by(&statement);

    story->world.text_size =
        entry_text_write(story->world.text, sizeof story->world.text, ORIGIN,
                         statement.bytes + 4, statement.size - 4);
    sign(story, by);
    return append(story, expected);
}

/* "note TEXT by ana": any text; "\n" is a new line. */
bool note_statement(struct story *story, struct text statement,
                    struct text expected)
{
    struct text by = split_by(&statement);
    char *out = story->world.text;
    size_t used = 0;

    for (uint32_t at = 5; at < statement.size; at++) {
        bool newline = statement.bytes[at] == '\\' && at + 1 < statement.size &&
                       statement.bytes[at + 1] == 'n';

        out[used++] = newline ? '\n' : statement.bytes[at];
        at += newline;
    }
    story->world.text_size = used;
    sign(story, by);
    return append(story, expected);
}

/* ---- Deposits ---- */

struct deposit {
    struct text account, day;
    struct text targets[TOKENS_MAX];
    struct text amounts[TOKENS_MAX];
    struct text classes[TOKENS_MAX];
    struct text whys[TOKENS_MAX];
    struct text names[TOKENS_MAX];
    size_t count;
};

/* Cut off what follows a byte. */
static struct text cut(struct text *word, char byte)
{
    const char *at = memchr(word->bytes, byte, word->size);
    struct text rest = {"", 0};

    if (at == NULL)
        return rest;
    rest =
        (struct text){at + 1, (uint32_t)(word->bytes + word->size - (at + 1))};
    word->size = (uint32_t)(at - word->bytes);
    return rest;
}

static bool read_deposit(struct story *story, struct deposit *deposit,
                         struct text statement)
{
    struct text words[TOKENS_MAX];
    size_t count = story_tokens(words, statement);

    if (count < 4)
        return story_fails(story, "deposit ACCOUNT DAY TARGET=AMOUNT ...");
    *deposit = (struct deposit){.account = words[1], .day = words[2]};
    for (size_t i = 3; i < count; i++) {
        struct text word = words[i], value = cut(&word, '=');
        size_t at = deposit->count++;

        deposit->names[at] = cut(&value, ':');
        deposit->classes[at] = cut(&value, '!');
        deposit->whys[at] = cut(&deposit->classes[at], '/');
        deposit->amounts[at] = value;
        deposit->targets[at] = word;
    }
    return true;
}

static bool post_statement(struct story *story, const struct deposit *deposit)
{
    const struct record_bank *bank =
        (const void *)record_named(story, "bank", &deposit->account, 1);
    char line[1000], opening[AMOUNT_CHARS], closing[AMOUNT_CHARS];
    struct amount sum, amount;

    if (bank == NULL)
        return story_fails(story, "there is no such account");
    sum = bank->closing;
    amount_write(opening, sum, story_digits(story));
    for (size_t i = 0; i < deposit->count; i++)
        if (!amount_read(&amount, deposit->amounts[i].bytes,
                         deposit->amounts[i].size, story_digits(story)) ||
            !amount_add(&sum, sum, amount))
            return story_fails(story, "line %zu has no amount", i + 1);
    amount_write(closing, sum, story_digits(story));
    (void)snprintf(
        line, sizeof line,
        "bank.statement statement=deposit-%zu account=%.*s number=%zu"
        " from=%.*s to=%.*s opening=%s closing=%s lines=%zu"
        " sha256=deposit-%zu by clerk",
        story->deposits, (int)deposit->account.size, deposit->account.bytes,
        story->deposits, (int)deposit->day.size, deposit->day.bytes,
        (int)deposit->day.size, deposit->day.bytes, opening, closing,
        deposit->count, story->deposits);
    return act_statement(story, (struct text){line, (uint32_t)strlen(line)},
                         (struct text){"ok", 2});
}

static bool post_line(struct story *story, const struct deposit *deposit,
                      size_t i)
{
    struct id id = story_id(story, "gsumwx", deposit->targets[i]);
    const struct record *target = state_find_id(story->world.state, id);
    char line[1000], reference[400], name[80], given[500] = "";
    struct text why = deposit->whys[i];

    (void)snprintf(name, sizeof name, "deposit-%zu/%zu", story->deposits, i);
    if (deposit->names[i].size > 0)
        (void)snprintf(name, sizeof name, "%.*s", (int)deposit->names[i].size,
                       deposit->names[i].bytes);
    if (target != NULL &&
        value_shown(story, reference, target, (struct text){"reference", 9}))
        (void)snprintf(given, sizeof given, " reference=%s", reference);
    else if (!text_is(deposit->targets[i], "-"))
        return story_fails(story, "nothing awaits money as %.*s",
                           (int)deposit->targets[i].size,
                           deposit->targets[i].bytes);
    (void)snprintf(line, sizeof line,
                   "bank.line statement=deposit-%zu line=%s source=%s"
                   " amount=%.*s booked=%.*s%s%s%.*s%s%.*s by clerk",
                   story->deposits, name, name, (int)deposit->amounts[i].size,
                   deposit->amounts[i].bytes, (int)deposit->day.size,
                   deposit->day.bytes, given,
                   deposit->classes[i].size > 0 ? " class=" : "",
                   (int)deposit->classes[i].size, deposit->classes[i].bytes,
                   why.size > 0 ? " why=" : "", (int)why.size, why.bytes);
    return act_statement(story, (struct text){line, (uint32_t)strlen(line)},
                         (struct text){"ok", 2});
}

/* A statement of one day and its lines, by the clerk. */
bool deposit_statement(struct story *story, struct text statement)
{
    static struct deposit deposit;

    story->deposits++;
    if (!read_deposit(story, &deposit, statement) ||
        !post_statement(story, &deposit))
        return false;
    for (size_t i = 0; i < deposit.count; i++)
        if (!post_line(story, &deposit, i))
            return false;
    return true;
}
