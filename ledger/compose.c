#include "ledger/compose.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PATH_DEPTH = 4 };

struct scribe {
    char *out;
    size_t room, used;
    const struct composer *composer;
    struct error *error;
    /* Where we are, for the pointer of an error. */
    const char *names[PATH_DEPTH];
    size_t numbers[PATH_DEPTH];
    int depth;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t skip_blanks(struct text line, size_t at)
{
    while (at < line.size && is_blank(line.bytes[at]))
        at++;
    return at;
}

/* Past the closing quote of the string that starts at at, or line.size + 1. */
static size_t skip_string(struct text line, size_t at)
{
    for (at++; at < line.size && line.bytes[at] != '"'; at++)
        if (line.bytes[at] == '\\')
            at++;
    return at < line.size ? at + 1 : line.size + 1u;
}

/* The end of what starts at at: a blank outside quotes and brackets. */
static bool skip_value(struct text line, size_t *end, struct error *error)
{
    size_t at = *end;
    int depth = 0;

    while (at < line.size && (depth > 0 || !is_blank(line.bytes[at]))) {
        char byte = line.bytes[at];

        if (byte == '"') {
            at = skip_string(line, at);
            if (at > line.size)
                return fail(error, ERROR_USAGE, "a quote is not closed");
            continue;
        }
        if (byte == '{' || byte == '[')
            depth++;
        if ((byte == '}' || byte == ']') && --depth < 0)
            return fail(error, ERROR_USAGE, "a bracket was never opened");
        at++;
    }
    if (depth > 0)
        return fail(error, ERROR_USAGE, "a bracket is not closed");
    *end = at;
    return true;
}

static bool is_name(struct text name)
{
    for (uint32_t i = 0; i < name.size; i++)
        if ((name.bytes[i] < 'a' || name.bytes[i] > 'z') &&
            (name.bytes[i] < '0' || name.bytes[i] > '9') &&
            name.bytes[i] != '_')
            return false;
    return name.size > 0;
}

static bool split_word(struct word *word, struct text text, struct error *error)
{
    const char *equals = memchr(text.bytes, '=', text.size);
    int shown = (int)(text.size < 40 ? text.size : 40);
    uint32_t name;

    if (equals == NULL)
        return fail(error, ERROR_USAGE, "'%.*s' is no field=value", shown,
                    text.bytes);
    name = (uint32_t)(equals - text.bytes);
    *word =
        (struct word){{text.bytes, name}, {equals + 1, text.size - name - 1}};
    if (!is_name(word->name))
        return fail(error, ERROR_USAGE, "'%.*s' does not start with a field",
                    shown, text.bytes);
    return true;
}

bool words_split(struct word words[static WORDS_MAX], size_t *count,
                 const char *line, size_t size, struct error *error)
{
    struct text text = {line, (uint32_t)size};
    size_t at = 0, used = 0;

    for (;;) {
        size_t start = skip_blanks(text, at);

        if (start == size)
            break;
        at = start;
        if (!skip_value(text, &at, error))
            return false;
        if (used == WORDS_MAX)
            return fail(error, ERROR_USAGE, "more than %d words", WORDS_MAX);
        if (!split_word(&words[used++],
                        (struct text){line + start, (uint32_t)(at - start)},
                        error))
            return false;
    }
    *count = used;
    return true;
}

static void point(struct scribe *scribe)
{
    struct error *error = scribe->error;
    size_t used = 0;

    for (int i = 0; i < scribe->depth && used < sizeof error->pointer; i++) {
        size_t room = sizeof error->pointer - used;
        char *place = error->pointer + used;
        int size = scribe->names[i] != NULL
                       ? snprintf(place, room, "/%s", scribe->names[i])
                       : snprintf(place, room, "/%zu", scribe->numbers[i]);

        used += (size_t)size;
    }
}

static void enter(struct scribe *scribe, const char *name, size_t number)
{
    assert(scribe->depth < PATH_DEPTH);
    scribe->names[scribe->depth] = name;
    scribe->numbers[scribe->depth] = number;
    scribe->depth++;
}

static void leave(struct scribe *scribe)
{
    scribe->depth--;
}

static bool put(struct scribe *scribe, const char *bytes, size_t size)
{
    if (scribe->room - scribe->used < size)
        return fail(scribe->error, ERROR_SIZE, "the entry is too long");
    memcpy(scribe->out + scribe->used, bytes, size);
    scribe->used += size;
    return true;
}

/* A value as the table's type writes it. */
static bool put_value(struct scribe *scribe, enum field_type type,
                      const void *value)
{
    size_t size = value_write(scribe->out + scribe->used,
                              scribe->room - scribe->used, type, value);

    scribe->used += size;
    if (size == 0)
        return fail(scribe->error, ERROR_SIZE, "the entry is too long");
    return true;
}

/* Where one value of any scalar type fits. */
union scalar {
/* clang-format off */
#define TYPE(type, c_type, FORM, letters, least, most, help) c_type type##_;
#include "ledger/types.def"
    /* clang-format on */
    uint8_t choice;
};

/* Read from JSON, so that what is out of range is said here; then write. */
static bool put_json(struct scribe *scribe, enum field_type type,
                     struct text json)
{
    union scalar value = {0};

    return value_read(&value, type, json, scribe->error) &&
           put_value(scribe, type, &value);
}

static bool put_amount(struct scribe *scribe, enum field_type type,
                       struct text typed)
{
    struct amount amount;
    char json[AMOUNT_CHARS];

    if (!amount_read(&amount, typed.bytes, typed.size,
                     scribe->composer->digits))
        return fail(scribe->error, ERROR_FIELD,
                    "'%.*s' is no amount of the currency",
                    (int)(typed.size < 40 ? typed.size : 40), typed.bytes);
    (void)snprintf(json, sizeof json, "%" PRId64, amount_to_minor(amount));
    return put_json(scribe, type, (struct text){json, (uint32_t)strlen(json)});
}

/* A string with its quotes, in which only \" and \\ are escaped. */
static bool is_quoted(struct text typed)
{
    if (skip_string(typed, 0) != typed.size)
        return false;
    for (uint32_t i = 1; i < typed.size; i++)
        if (typed.bytes[i] == '\\' && typed.bytes[++i] != '"' &&
            typed.bytes[i] != '\\')
            return false;
    return true;
}

/* Quoted words are JSON already; bare ones are quoted here. */
static bool quote(char *out, size_t room, struct text typed, struct text *json,
                  struct error *error)
{
    size_t used = 0;

    if (typed.size > 0 && typed.bytes[0] == '"') {
        *json = typed;
        return is_quoted(typed) ||
               fail(error, ERROR_FIELD,
                    "the value is one string in which only \\\" and \\\\ are"
                    " escaped");
    }
    if (2 * (size_t)typed.size + 2 > room)
        return fail(error, ERROR_FIELD, "the value is too long");
    out[used++] = '"';
    for (uint32_t i = 0; i < typed.size; i++) {
        if (typed.bytes[i] == '"' || typed.bytes[i] == '\\')
            out[used++] = '\\';
        out[used++] = typed.bytes[i];
    }
    out[used++] = '"';
    *json = (struct text){out, (uint32_t)used};
    return true;
}

/* The literal, or what the caller knows under that name. */
static bool put_named(struct scribe *scribe, enum field_type type,
                      struct text typed, struct text json)
{
    union scalar value = {0};
    struct error literal = {.code = ERROR_NONE};

    if (!value_read(&value, type, json, &literal) &&
        !scribe->composer->lookup(scribe->composer->context, type, typed,
                                  &value, scribe->error))
        return false;
    return put_value(scribe, type, &value);
}

static bool put_scalar(struct scribe *scribe, enum field_type type,
                       struct text typed)
{
    enum form form = type_spec(type)->form;
    char room[4 * 1024];
    struct text json;

    if (form == FORM_AMOUNT)
        return put_amount(scribe, type, typed);
    if (form == FORM_NUMBER || form == FORM_FLAG)
        return put_json(scribe, type, typed);
    if (!quote(room, sizeof room, typed, &json, scribe->error))
        return false;
    if (form == FORM_ID || form == FORM_HASH || form == FORM_KEY ||
        form == FORM_NONCE)
        return put_named(scribe, type, typed, json);
    return put_json(scribe, type, json);
}

/* What stands between brackets; false if they are not there. */
static bool unwrap(struct scribe *scribe, struct text typed, char open,
                   char close, struct text *inner)
{
    size_t end = 0;

    if (typed.size < 2 || typed.bytes[0] != open ||
        typed.bytes[typed.size - 1] != close)
        return fail(scribe->error, ERROR_FIELD, "expected %c ... %c", open,
                    close);
    *inner = (struct text){typed.bytes + 1, typed.size - 2};
    /* "[a] [b]" begins and ends well, and is not balanced inside. */
    while (end < inner->size) {
        if (!skip_value(*inner, &end, scribe->error))
            return false;
        end = skip_blanks(*inner, end);
    }
    return true;
}

static bool put_words(struct scribe *scribe, const struct object_spec *spec,
                      const struct word *words, size_t count,
                      enum entry_kind kind);

static bool put_object(struct scribe *scribe, const struct object_spec *spec,
                       struct text typed)
{
    struct word words[WORDS_MAX];
    struct text inner;
    size_t count;

    if (!unwrap(scribe, typed, '{', '}', &inner))
        return false;
    if (!words_split(words, &count, inner.bytes, inner.size, scribe->error))
        return false;
    return put_words(scribe, spec, words, count, ENTRY_none);
}

static bool put_list(struct scribe *scribe, const struct field_spec *field,
                     struct text typed)
{
    struct text inner;
    size_t at = 0;

    if (!unwrap(scribe, typed, '[', ']', &inner))
        return false;
    if (!put(scribe, "[", 1))
        return false;
    for (size_t i = 0;; i++) {
        size_t start = skip_blanks(inner, at);
        struct text item;

        if (start == inner.size)
            break;
        at = start;
        if (!skip_value(inner, &at, scribe->error))
            return false;
        item = (struct text){inner.bytes + start, (uint32_t)(at - start)};
        enter(scribe, NULL, i);
        if (i > 0 && !put(scribe, ",", 1))
            return false;
        if (field->shape == SHAPE_WORDS
                ? !put_scalar(scribe, field->type, item)
                : !put_object(scribe, field->object, item))
            return false;
        leave(scribe);
    }
    return put(scribe, "]", 1);
}

static bool put_field(struct scribe *scribe, const struct field_spec *field,
                      struct text typed)
{
    switch (field->shape) {
    case SHAPE_ONE:
        return put_scalar(scribe, field->type, typed);
    case SHAPE_PART:
        return put_object(scribe, field->object, typed);
    case SHAPE_LIST:
    case SHAPE_WORDS:
        return put_list(scribe, field, typed);
    }
    impossible();
}

static const struct word *word_of(const struct word *words, size_t count,
                                  const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(words[i].name, name))
            return &words[i];
    return NULL;
}

/* Every word must name a field, and each field once. */
static bool check_names(const struct scribe *scribe,
                        const struct object_spec *spec,
                        const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int shown = (int)(words[i].name.size < 40 ? words[i].name.size : 40);
        bool known = false;

        for (size_t j = 0; j < spec->count; j++)
            known = known || text_is(words[i].name, spec->fields[j].name);
        if (!known)
            return fail(scribe->error, ERROR_FIELD, "%s has no field %.*s",
                        spec->name, shown, words[i].name.bytes);
        for (size_t j = 0; j < i; j++)
            if (words[j].name.size == words[i].name.size &&
                memcmp(words[j].name.bytes, words[i].name.bytes,
                       words[i].name.size) == 0)
                return fail(scribe->error, ERROR_FIELD,
                            "the field %.*s is given twice", shown,
                            words[i].name.bytes);
    }
    return true;
}

/* Fields in the table's order; kind: of the entry, or ENTRY_none. */
static bool put_words(struct scribe *scribe, const struct object_spec *spec,
                      const struct word *words, size_t count,
                      enum entry_kind kind)
{
    const char *before = "{\"";

    if (!check_names(scribe, spec, words, count))
        return false;
    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];
        const struct word *word = word_of(words, count, field->name);
        bool is_kind = kind != ENTRY_none && field->type == TYPE_kind;
        uint16_t code = (uint16_t)kind;

        if (word == NULL && !is_kind)
            continue;
        enter(scribe, field->name, 0);
        if (word != NULL && is_kind)
            return fail(scribe->error, ERROR_FIELD, "the kind stands first");
        if (!put(scribe, before, 2) ||
            !put(scribe, field->name, strlen(field->name)) ||
            !put(scribe, "\":", 2))
            return false;
        if (word == NULL && !put_value(scribe, TYPE_kind, &code))
            return false;
        if (word != NULL && !put_field(scribe, field, word->value))
            return false;
        leave(scribe);
        before = ",\"";
    }
    return before[0] == '{' ? put(scribe, "{}", 2) : put(scribe, "}", 1);
}

size_t compose(char *out, size_t room, enum entry_kind kind,
               const struct word *words, size_t count,
               const struct composer *composer, struct error *error)
{
    const struct entry_spec *spec = entry_spec(kind);
    struct scribe scribe = {
        .out = out, .room = room, .composer = composer, .error = error};

    assert(spec != NULL);
    if (put_words(&scribe, &spec->fields, words, count, kind))
        return scribe.used;
    point(&scribe);
    return 0;
}
