/* From what somebody typed to the words of compose(). */
#include "admin-cli/act.h"

#include "admin-cli/batch.h"
#include "admin-cli/file.h"
#include "ledger/compose.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM_BYTES = 128 * 1024, /* Of all values, quoted and joined. */
    HASHED_MAX = 64 * 1024 * 1024,
};

/* Fields that name what the entry creates. */
static const struct {
    enum entry_kind kind;
    const char *field;
} creations[] = {
/* clang-format off */
#define SELF NULL
#define OF(kind, field) #field
#define NEW(kind, slot, path) {ENTRY_##kind, path},
#include "ledger/entries.def"
    /* clang-format on */
};

struct pen {
    struct desk *desk;
    struct word words[WORDS_MAX];
    size_t count;
    char *room;
    size_t used;
};

static struct text keep(struct pen *pen, const char *bytes, size_t size)
{
    struct text kept = {pen->room + pen->used, (uint32_t)size};

    assert(pen->used + size <= ROOM_BYTES);
    memcpy(pen->room + pen->used, bytes, size);
    pen->used += size;
    return kept;
}

static struct word *find_word(struct pen *pen, const char *name)
{
    for (size_t i = 0; i < pen->count; i++)
        if (text_is(pen->words[i].name, name))
            return &pen->words[i];
    return NULL;
}

/* A text that begins and ends with a quote is quoted already. */
static struct text quoted(struct pen *pen, const char *value)
{
    const size_t size = strlen(value);
    struct text kept = {pen->room + pen->used, 0};

    if (size >= 2 && value[0] == '"' && value[size - 1] == '"')
        return keep(pen, value, size);
    (void)keep(pen, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        if (value[i] == '"' || value[i] == '\\')
            (void)keep(pen, "\\", 1);
        (void)keep(pen, &value[i], 1);
    }
    (void)keep(pen, "\"", 1);
    kept.size = (uint32_t)(pen->room + pen->used - kept.bytes);
    return kept;
}

/* "a=1 b=2" is an object also without its brackets. */
static struct text bracketed(struct pen *pen, const struct field_spec *field,
                             const char *value)
{
    struct text kept = {pen->room + pen->used, 0};
    const bool open = field->object != NULL && *value != '{';

    (void)keep(pen, "{", open);
    (void)keep(pen, value, strlen(value));
    (void)keep(pen, "}", open);
    kept.size = (uint32_t)(pen->room + pen->used - kept.bytes);
    return kept;
}

static bool is_text(const struct field_spec *field)
{
    const enum form form = type_spec(field->type)->form;

    return form == FORM_TEXT || form == FORM_TITLE;
}

/* One more item of a list: "[before item]". */
static void add_item(struct pen *pen, struct word *word,
                     const struct field_spec *field, const char *value)
{
    struct text before = word->value;
    struct text kept = {pen->room + pen->used, 0};

    if (*value == '[' && before.size == 0) {
        word->value = keep(pen, value, strlen(value));
        return;
    }
    (void)keep(pen, "[", 1);
    if (before.size >= 2) {
        (void)keep(pen, before.bytes + 1, before.size - 2);
        (void)keep(pen, " ", 1);
    }
    if (field->shape == SHAPE_WORDS && is_text(field))
        (void)quoted(pen, value);
    else
        (void)bracketed(pen, field, value);
    (void)keep(pen, "]", 1);
    kept.size = (uint32_t)(pen->room + pen->used - kept.bytes);
    word->value = kept;
}

static bool add_word(struct pen *pen, const struct field_spec *field,
                     const char *value, struct error *error)
{
    const bool many = field->shape == SHAPE_LIST || field->shape == SHAPE_WORDS;
    struct word *word = find_word(pen, field->name);

    if (pen->used + 2 * strlen(value) + 64 +
            (word == NULL ? 0 : word->value.size) >
        ROOM_BYTES)
        return fail(error, ERROR_SIZE, "the entry is too long");
    if (word != NULL && !many)
        return fail(error, ERROR_USAGE, "%s is given twice", field->name);
    if (word == NULL) {
        assert(pen->count < WORDS_MAX);
        word = &pen->words[pen->count++];
        word->name = (struct text){field->name, (uint32_t)strlen(field->name)};
        word->value = (struct text){0};
    }
    if (many)
        add_item(pen, word, field, value);
    else if (field->object != NULL)
        word->value = bracketed(pen, field, value);
    else
        word->value = is_text(field) ? quoted(pen, value)
                                     : keep(pen, value, strlen(value));
    return true;
}

/* Lines of a file, such as a policy's, each a text of the list. */
static bool add_lines(struct pen *pen, const struct field_spec *field,
                      const char *path, struct error *error)
{
    char *bytes;
    size_t size;
    bool good = true;

    if (!file_read(path, JSON_BYTES_MAX, &bytes, &size, error))
        return false;
    for (char *line = bytes; good && *line != '\0';) {
        char *end = line + strcspn(line, "\n");
        const bool last = *end == '\0';

        *end = '\0';
        good = add_word(pen, field, line, error);
        line = last ? end : end + 1;
    }
    free(bytes);
    return good;
}

static bool add_value(struct pen *pen, const struct field_spec *field,
                      const char *value, struct error *error)
{
    if (field->shape == SHAPE_WORDS && is_text(field) && *value == '@')
        return add_lines(pen, field, value + 1, error);
    return add_word(pen, field, value, error);
}

/* Words such as key=@ana.key, beside the options. */
static bool add_typed(struct pen *pen, enum entry_kind kind, const char *typed,
                      struct error *error)
{
    const char *equal = strchr(typed, '=');
    const struct field_spec *field;
    char name[64];

    (void)snprintf(name, sizeof name, "%.*s",
                   equal == NULL ? 0 : (int)(equal - typed), typed);
    field = entry_field(kind, name);
    if (field == NULL)
        return fail(error, ERROR_USAGE, "'%.60s' is no field=value of %s",
                    typed, entry_spec(kind)->name);
    return add_value(pen, field, equal + 1, error);
}

bool act_creates(enum entry_kind kind, const struct field_spec *field)
{
    if (field->type == TYPE_job)
        return true;
    for (size_t i = 0; i < sizeof creations / sizeof creations[0]; i++)
        if (creations[i].kind == kind && creations[i].field != NULL &&
            strcmp(creations[i].field, field->name) == 0)
            return true;
    return false;
}

/* Fills in what is made up, and names all that is still missing. */
static bool complete(struct pen *pen, enum entry_kind kind, struct error *error)
{
    const struct object_spec *fields = &entry_spec(kind)->fields;
    char missing[300] = "";

    for (uint16_t i = 0; i < fields->count; i++) {
        const struct field_spec *field = &fields->fields[i];
        const size_t used = strlen(missing);

        if (!field->must || field->type == TYPE_kind ||
            find_word(pen, field->name) != NULL)
            continue;
        if (field->shape == SHAPE_ONE &&
            (field->type == TYPE_nonce || act_creates(kind, field))) {
            if (!add_word(pen, field, "new", error))
                return false;
            continue;
        }
        (void)snprintf(missing + used, sizeof missing - used, "%s%s",
                       used == 0 ? "" : ", ", field->name);
    }
    if (*missing == '\0')
        return true;
    return fail(error, ERROR_USAGE, "%s still needs: %s",
                entry_spec(kind)->name, missing);
}

static bool hash_file(struct hash *hash, const char *path, struct error *error)
{
    char *bytes;
    size_t size;

    if (!file_read(path, HASHED_MAX, &bytes, &size, error))
        return false;
    (void)crypto_hash_sha256(hash->bytes, (const uint8_t *)bytes, size);
    free(bytes);
    return true;
}

static bool from_file(enum form form, const char *path, void *value,
                      struct error *error)
{
    struct key_public is;

    if (form == FORM_HASH)
        return hash_file(value, path, error);
    if (!key_read_public(path, &is, error))
        return false;
    if (form == FORM_KEY)
        *(struct key *)value = is.key;
    else
        *(struct id *)value = is.party;
    return true;
}

/* At random; in a batch as its seed has it. */
static void draw(const struct pen *pen, uint8_t *bytes, size_t size)
{
    if (pen->desk->settings->batch != NULL)
        batch_draw(pen->desk->settings->batch, bytes, size);
    else
        randombytes_buf(bytes, size);
}

static void make_up(const struct pen *pen, const struct type_spec *type,
                    void *value)
{
    if (type->form == FORM_ID)
        ((struct id *)value)->letter = (uint8_t)type->letters[0];
    switch ((int)type->form) {
    case FORM_ID:
        draw(pen, ((struct id *)value)->bytes, 16);
        break;
    case FORM_NONCE:
        draw(pen, ((struct nonce *)value)->bytes, 16);
        break;
    case FORM_HASH:
        draw(pen, ((struct hash *)value)->bytes, 32);
        break;
    }
}

/* The class with that short code, as the node knows it. */
static bool find_class(struct pen *pen, const char *code, struct id *class,
                       struct error *error)
{
    struct answer answer;
    json_t *row;
    size_t i;
    bool found = false;

    if (!pen->desk->online)
        return fail(error, ERROR_FIELD, "'%s' is no id of a class", code);
    if (!client_get_all(&pen->desk->client, "~/classes", &answer, error))
        return false;
    json_array_foreach(json_object_get(answer.json, "classes"), i, row)
    {
        const char *is = json_string_value(json_object_get(row, "code"));
        const char *id = json_string_value(json_object_get(row, "class"));

        if (id == NULL)
            id = json_string_value(json_object_get(row, "id"));
        if (is != NULL && id != NULL && strcmp(is, code) == 0)
            found = id_read(class, id, strlen(id));
    }
    answer_close(&answer);
    return found || fail(error, ERROR_ABSENT, "there is no class %s", code);
}

static bool look_up(void *context, enum field_type type, struct text word,
                    void *value, struct error *error)
{
    const struct type_spec *spec = type_spec(type);
    char typed[1024];

    (void)snprintf(typed, sizeof typed, "%.*s", (int)word.size, word.bytes);
    if (*typed == '@' && (spec->form == FORM_HASH || spec->form == FORM_KEY ||
                          type == TYPE_party))
        return from_file(spec->form, typed + 1, value, error);
    if (strcmp(typed, "new") == 0 && spec->form != FORM_KEY) {
        make_up(context, spec, value);
        return true;
    }
    if (type == TYPE_class)
        return find_class(context, typed, value, error);
    return fail(error, ERROR_FIELD, "'%.60s' is not this: %s", typed,
                spec->help);
}

static bool gather(struct pen *pen, const struct call *call,
                   struct error *error)
{
    const enum entry_kind kind = call->command->kind;

    for (size_t i = 0; i < call->option_count; i++)
        if (!add_value(pen, entry_field(kind, call->options[i].name),
                       call->options[i].value, error))
            return false;
    for (size_t i = 0; i < call->word_count; i++)
        if (!add_typed(pen, kind, call->words[i], error))
            return false;
    return complete(pen, kind, error);
}

/* A ledger that is being opened says its own currency. */
static void heed_currency(struct pen *pen, enum entry_kind kind)
{
    const struct word *word = find_word(pen, "currency");
    char text[4];

    if (kind != ENTRY_ledger_open || word == NULL || word->value.size != 3)
        return;
    (void)snprintf(text, sizeof text, "%.3s", word->value.bytes);
    desk_set_currency(pen->desk, text);
}

bool act_compose(struct act *act, struct desk *desk, const struct call *call,
                 struct error *error)
{
    const enum entry_kind kind = call->command->kind;
    struct pen pen = {.desk = desk, .room = malloc(ROOM_BYTES)};
    struct composer composer = {.lookup = look_up, .context = &pen};
    char json[JSON_BYTES_MAX];
    size_t size = 0;

    assert(pen.room != NULL);
    if (gather(&pen, call, error)) {
        heed_currency(&pen, kind);
        composer.digits = desk->digits;
        size = compose(json, sizeof json, kind, pen.words, pen.count, &composer,
                       error);
    }
    free(pen.room);
    return size > 0 && act_from_json(act, desk->origin, json, size, error);
}
