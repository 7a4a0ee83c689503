#include "server/signer_protocol.h"
#include "ledger/checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verbs[] = {
    [SIGNER_KEYS] = "keys", [SIGNER_START] = "start", [SIGNER_SIGN] = "sign"};

size_t signer_request_write(char out[static SIGNER_REQUEST_MAX],
                            const struct signer_request *request)
{
    char root[HASH_CHARS + 1];
    int size;

    hash_write(root, &request->root);
    size = request->verb == SIGNER_SIGN
               ? snprintf(out, SIGNER_REQUEST_MAX,
                          "sign %" PRId32 " %" PRId64 " %s\n",
                          request->ledger_id, request->size, root)
               : snprintf(out, SIGNER_REQUEST_MAX, "%s %" PRId32 "\n",
                          verbs[request->verb], request->ledger_id);
    assert(size > 0 && size < SIGNER_REQUEST_MAX);
    return (size_t)size;
}

/* Cuts a word off the line; words are separated by one space. */
static struct text take_word(struct text *line)
{
    const char *space =
        line->size == 0 ? NULL : memchr(line->bytes, ' ', line->size);
    struct text word = *line;

    if (space == NULL) {
        line->bytes += line->size;
        line->size = 0;
        return word;
    }
    word.size = (uint32_t)(space - line->bytes);
    line->bytes += word.size + 1;
    line->size -= word.size + 1;
    return word;
}

static bool take_number(struct text *line, int64_t least, int64_t most,
                        int64_t *number)
{
    struct text word = take_word(line);
    uint64_t read;

    if (!decimal_read(&read, word.bytes, word.size) || read > INT64_MAX ||
        (int64_t)read < least || (int64_t)read > most)
        return false;
    *number = (int64_t)read;
    return true;
}

bool signer_request_read(struct signer_request *request, struct text line,
                         struct error *error)
{
    struct text word = take_word(&line);
    int64_t number;

    *request = (struct signer_request){0};
    for (enum signer_verb verb = SIGNER_KEYS; verb <= SIGNER_SIGN; verb++) {
        if (!text_is(word, verbs[verb]))
            continue;
        request->verb = verb;
        if (!take_number(&line, 1, INT32_MAX, &number))
            return fail(error, ERROR_REQUEST, "that is no number of a ledger");
        request->ledger_id = (int32_t)number;
        if (verb == SIGNER_SIGN) {
            if (!take_number(&line, 0, LOG_SIZE_MAX, &request->size))
                return fail(error, ERROR_REQUEST, "that is no size");
            word = take_word(&line);
            if (!hash_read(&request->root, word.bytes, word.size))
                return fail(error, ERROR_REQUEST, "that is no root");
        }
        if (line.size > 0)
            return fail(error, ERROR_REQUEST, "the line has too many words");
        return true;
    }
    return fail(error, ERROR_REQUEST, "it says neither keys, start nor sign");
}

/* ---- Answers ---- */

size_t signer_write_refusal(char out[static SIGNER_ANSWER_MAX],
                            const struct error *why)
{
    int size = snprintf(out, SIGNER_ANSWER_MAX, "refused %s %s\n\n",
                        error_spec(why->code)->name, why->text);

    assert(size > 0 && size < SIGNER_ANSWER_MAX);
    for (int i = 0; i < size - 2; i++)
        if (out[i] == '\n') /* PostgreSQL's messages have several lines. */
            out[i] = ' ';
    return (size_t)size;
}

size_t signer_write_epoch(char out[static SIGNER_ANSWER_MAX], int64_t epoch)
{
    return (size_t)snprintf(out, SIGNER_ANSWER_MAX, "epoch %" PRId64 "\n\n",
                            epoch);
}

size_t signer_write_keys(char out[static SIGNER_ANSWER_MAX],
                         const struct log_keys *keys, const char *origin)
{
    char vkey[VKEY_CHARS_MAX];
    size_t used = 0;

    for (size_t i = 0; log_keys_at(keys, i) != NULL; i++) {
        vkey_write(vkey, origin, KEY_TYPE_ED25519, log_keys_at(keys, i));
        used +=
            (size_t)snprintf(out + used, SIGNER_ANSWER_MAX - used, "%s %s\n",
                             i < keys->count ? "key" : "retired", vkey);
        assert(used < SIGNER_ANSWER_MAX - 1);
    }
    out[used++] = '\n';
    out[used] = '\0';
    return used;
}

size_t signer_write_lines(char out[static SIGNER_ANSWER_MAX], struct text lines)
{
    assert(lines.size + 2 <= SIGNER_ANSWER_MAX);
    memcpy(out, lines.bytes, lines.size);
    memcpy(out + lines.size, "\n", 2);
    return lines.size + 1;
}

static bool no_answer(struct error *error)
{
    return fail(error, ERROR_SYSTEM, "the signer's answer makes no sense");
}

static enum error_code code_of(struct text name)
{
    static const enum error_code codes[] = {
#define ERROR(code, name, http, help) ERROR_##code,
#include "ledger/errors.def"
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (text_is(name, error_spec(codes[i])->name))
            return codes[i];
    return ERROR_SYSTEM;
}

/* Cuts off the empty line at the end; what was refused fails. */
static bool open_answer(struct text *answer, struct error *error)
{
    struct text line = *answer, word;

    if (answer->size < 2 || answer->bytes[answer->size - 1] != '\n' ||
        answer->bytes[answer->size - 2] != '\n')
        return no_answer(error);
    answer->size--;
    word = take_word(&line);
    if (!text_is(word, "refused"))
        return true;
    line.size -= line.size > 2 ? 2 : 0;
    word = take_word(&line);
    return fail(error, code_of(word), "%.*s", (int)line.size, line.bytes);
}

bool signer_read_keys(struct log_keys *keys, struct text answer,
                      const char *origin, struct error *error)
{
    struct text line;

    *keys = (struct log_keys){0};
    if (!open_answer(&answer, error))
        return false;
    while (text_take_line(&answer, &line)) {
        bool retired = text_is(take_word(&line), "retired");
        struct error why = {0};
        struct vkey vkey;

        if (!vkey_read(&vkey, line.bytes, line.size, &why) ||
            strcmp(vkey.name, origin) != 0)
            return no_answer(error);
        if (!retired && keys->count < LOG_KEYS_MAX)
            keys->keys[keys->count++] = vkey.key;
        else if (retired && keys->retired_count < LOG_KEYS_RETIRED_MAX)
            keys->retired[keys->retired_count++] = vkey.key;
        else
            return no_answer(error);
    }
    return (keys->count > 0 && answer.size == 0) || no_answer(error);
}

bool signer_read_epoch(int64_t *epoch, struct text answer, struct error *error)
{
    struct text line;

    if (!open_answer(&answer, error))
        return false;
    if (text_take_line(&answer, &line) && answer.size == 0 &&
        text_is(take_word(&line), "epoch") &&
        take_number(&line, 1, INT64_MAX, epoch) && line.size == 0)
        return true;
    return no_answer(error);
}

/* As many lines as keys, by their names and IDs.  Whether they are right is
 * for those who do not trust our signer. */
bool signer_read_lines(struct text *lines, struct text answer,
                       const struct log_keys *keys, const char *origin,
                       struct error *error)
{
    char bytes[LOG_KEYS_MAX * NOTE_SIGNATURE_CHARS_MAX + 3] = "-\n\n";
    struct note *note;
    struct error why = {0};
    bool good;

    if (!open_answer(&answer, error))
        return false;
    if (answer.size > sizeof bytes - 3)
        return no_answer(error);
    memcpy(bytes + 3, answer.bytes, answer.size);
    note = malloc(sizeof *note);
    if (note == NULL)
        abort();
    good = note_parse(note, bytes, answer.size + 3, &why) &&
           note->line_count == keys->count;
    for (size_t i = 0; good && i < keys->count; i++) {
        const struct note_line *line = &note->lines[i];

        good = text_is(line->name, origin) &&
               line->key_id == note_key_id(origin, strlen(origin),
                                           KEY_TYPE_ED25519, &keys->keys[i]);
    }
    free(note);
    *lines = answer;
    return good || no_answer(error);
}
