/*
 * entry_parse() and entry_write(): the restricted canonical JSON of the
 * formats (A.2), driven by the tables.  The parser walks bytes and fields
 * together; there is no second pass that rewrites and compares.
 */
#include "ledger/entry.h"

#include "ledger/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PATH_DEPTH = 4 };

struct reader {
    const char *json;
    size_t size, at;
    struct entry_lists *lists;
    struct error *error;
    /* Where we are, for the pointer of an error. */
    const char *names[PATH_DEPTH];
    size_t numbers[PATH_DEPTH];
    int depth;
};

static void point(const struct reader *reader)
{
    struct error *error = reader->error;
    size_t used = 0;

    for (int i = 0; i < reader->depth && used < sizeof error->pointer; i++) {
        size_t room = sizeof error->pointer - used;
        int size =
            reader->names[i] != NULL
                ? snprintf(error->pointer + used, room, "/%s", reader->names[i])
                : snprintf(error->pointer + used, room, "/%zu",
                           reader->numbers[i]);

        used += (size_t)size;
    }
}

static bool broken(struct reader *reader, const char *why)
{
    point(reader);
    return fail(reader->error, ERROR_SYNTAX, "%s at byte %zu%s%s", why,
                reader->at, reader->error->pointer[0] ? ", in " : "",
                reader->error->pointer);
}

static void enter(struct reader *reader, const char *name, size_t number)
{
    assert(reader->depth < PATH_DEPTH);
    reader->names[reader->depth] = name;
    reader->numbers[reader->depth] = number;
    reader->depth++;
}

static void leave(struct reader *reader)
{
    reader->depth--;
}

static char next(const struct reader *reader)
{
    return reader->at < reader->size ? reader->json[reader->at] : '\0';
}

static bool expect(struct reader *reader, char byte)
{
    char why[] = "expected '?'";

    if (next(reader) == byte) {
        reader->at++;
        return true;
    }
    why[10] = byte;
    return broken(reader, why);
}

/* A string with its quotes; well-formed and canonically escaped. */
static bool scan_string(struct reader *reader, struct text *json)
{
    size_t start = reader->at;

    if (!expect(reader, '"'))
        return false;
    while (next(reader) != '"') {
        size_t step;

        if (reader->at >= reader->size)
            return broken(reader, "a string does not end");
        if (next(reader) == '\\') {
            char escaped = reader->at + 1 < reader->size
                               ? reader->json[reader->at + 1]
                               : '\0';
            if (escaped != '"' && escaped != '\\')
                return broken(reader, "only \\\" and \\\\ are escaped");
            reader->at += 2;
            continue;
        }
        step = utf8_step(reader->json + reader->at, reader->size - reader->at);
        if (step == 0)
            return broken(reader, "not allowed in a string");
        reader->at += step;
    }
    reader->at++;
    *json = (struct text){reader->json + start, (uint32_t)(reader->at - start)};
    return true;
}

/* true, false or an integer without leading zero, sign or fraction. */
static bool is_canonical(struct text json)
{
    uint32_t at = json.size > 1 && json.bytes[0] == '-' ? 1 : 0;

    if (text_is(json, "true") || text_is(json, "false"))
        return true;
    if (json.bytes[at] == '0')
        return json.size == 1;
    for (; at < json.size; at++)
        if (json.bytes[at] < '0' || json.bytes[at] > '9')
            return false;
    return true;
}

/* The bytes of one scalar value. */
static bool scan_scalar(struct reader *reader, struct text *json)
{
    size_t start = reader->at;

    if (next(reader) == '"')
        return scan_string(reader, json);
    while (reader->at < reader->size && next(reader) != ',' &&
           next(reader) != '}' && next(reader) != ']')
        reader->at++;
    *json = (struct text){reader->json + start, (uint32_t)(reader->at - start)};
    reader->at = start;
    if (json->size == 0 || !is_canonical(*json))
        return broken(reader, "no canonical value");
    reader->at += json->size;
    return true;
}

static bool read_scalar(struct reader *reader, enum field_type type,
                        void *value)
{
    struct text json;

    if (!scan_scalar(reader, &json))
        return false;
    if (value_read(value, type, json, reader->error))
        return true;
    point(reader);
    return false;
}

static bool read_object(struct reader *reader, const struct object_spec *spec,
                        void *base, uint64_t *present);

static void *lend(struct reader *reader, size_t bytes)
{
    struct entry_lists *lists = reader->lists;
    size_t start = (lists->used + 15) & ~(size_t)15;

    if (start + bytes > sizeof lists->bytes)
        return NULL;
    lists->used = start + bytes;
    memset(lists->bytes + start, 0, bytes);
    return lists->bytes + start;
}

static bool read_item(struct reader *reader, const struct field_spec *field,
                      void *item)
{
    if (field->shape == SHAPE_WORDS)
        return read_scalar(reader, field->type, item);
    return read_object(reader, field->object, item, (uint64_t *)item);
}

static bool read_list(struct reader *reader, const struct field_spec *field,
                      struct list *list)
{
    size_t bytes = field->shape == SHAPE_WORDS ? type_spec(field->type)->bytes
                                               : field->object->bytes;
    uint8_t *items = lend(reader, bytes * field->most);
    uint32_t count = 0;

    if (items == NULL)
        return broken(reader, "too many list items");
    if (!expect(reader, '['))
        return false;
    if (next(reader) == ']')
        return broken(reader, "an empty list is left out");
    do {
        if (count == field->most)
            return broken(reader, "too many list items");
        enter(reader, NULL, count);
        if (!read_item(reader, field, items + bytes * count))
            return false;
        leave(reader);
        count++;
    } while (next(reader) == ',' && ++reader->at);
    /* Give back what was not needed: lists never overlap in time. */
    reader->lists->used -= bytes * (field->most - count);
    *list = (struct list){count, items};
    return expect(reader, ']');
}

static bool read_field(struct reader *reader, const struct field_spec *field,
                       void *base)
{
    uint8_t *value = (uint8_t *)base + field->offset;

    switch (field->shape) {
    case SHAPE_ONE:
        return read_scalar(reader, field->type, value);
    case SHAPE_PART:
        return read_object(reader, field->object, value, (uint64_t *)value);
    case SHAPE_LIST:
    case SHAPE_WORDS:
        return read_list(reader, field, (struct list *)value);
    }
    impossible();
}

/* Does the key stand further on, out of order? */
static bool stands_later(const struct reader *reader, const char *name)
{
    size_t size = strlen(name);

    for (size_t at = reader->at; at + size + 3 <= reader->size; at++)
        if (reader->json[at] == '"' &&
            memcmp(reader->json + at + 1, name, size) == 0 &&
            memcmp(reader->json + at + 1 + size, "\":", 2) == 0)
            return true;
    return false;
}

static bool missing(struct reader *reader, const struct field_spec *field)
{
    if (stands_later(reader, field->name))
        return broken(reader, "keys must be sorted, and each once,");
    enter(reader, field->name, 0);
    point(reader);
    return fail(reader->error, ERROR_FIELD, "%s is missing: %s", field->name,
                field->help);
}

static bool unknown(struct reader *reader, const struct object_spec *spec,
                    struct text key)
{
    int size = (int)(key.size < 40 ? key.size : 40);

    for (size_t i = 0; i < spec->count; i++)
        if (strlen(spec->fields[i].name) + 2 == key.size &&
            memcmp(spec->fields[i].name, key.bytes + 1, key.size - 2) == 0)
            return broken(reader, "keys must be sorted, and each once,");
    point(reader);
    return fail(reader->error, ERROR_FIELD, "%s has no field %.*s", spec->name,
                size, key.bytes);
}

/* <0, 0, >0 as name comes before, is, or comes after the quoted key. */
static int compare(const char *name, struct text key)
{
    size_t size = strlen(name), key_size = key.size - 2;
    int order = memcmp(name, key.bytes + 1, size < key_size ? size : key_size);

    if (order != 0)
        return order;
    return size < key_size ? -1 : size > key_size;
}

static bool read_object(struct reader *reader, const struct object_spec *spec,
                        void *base, uint64_t *present)
{
    size_t i = 0;
    struct text key;

    if (!expect(reader, '{'))
        return false;
    /* An object none of whose fields is given is "{}". */
    do {
        if (next(reader) == '}' && *present == 0)
            break;
        if (!scan_string(reader, &key))
            return false;
        for (; i < spec->count && compare(spec->fields[i].name, key) < 0; i++)
            if (spec->fields[i].must)
                return missing(reader, &spec->fields[i]);
        if (i == spec->count || compare(spec->fields[i].name, key) != 0)
            return unknown(reader, spec, key);
        enter(reader, spec->fields[i].name, 0);
        if (!expect(reader, ':') || !read_field(reader, &spec->fields[i], base))
            return false;
        leave(reader);
        *present |= UINT64_C(1) << spec->fields[i].bit;
        i++;
    } while (next(reader) == ',' && ++reader->at);
    if (!expect(reader, '}'))
        return false;
    for (; i < spec->count; i++)
        if (spec->fields[i].must)
            return missing(reader, &spec->fields[i]);
    return true;
}

/*
 * Which kind?  The key "kind" at the top level, wherever it stands; the bytes
 * need not be canonical yet, the walk that follows sees to that.
 */
static enum entry_kind find_kind(const char *json, size_t size)
{
    static const char wanted[] = "\"kind\":\"";
    int depth = 0;

    for (size_t at = 0; at < size; at++) {
        if (json[at] == '{' || json[at] == '[')
            depth++;
        else if (json[at] == '}' || json[at] == ']')
            depth--;
        else if (json[at] == '"') {
            const char *end;

            if (depth == 1 && size - at > strlen(wanted) &&
                memcmp(json + at, wanted, strlen(wanted)) == 0) {
                at += strlen(wanted);
                end = memchr(json + at, '"', size - at);
                if (end == NULL)
                    return ENTRY_none;
                return entry_kind_read(
                    (struct text){json + at, (uint32_t)(end - (json + at))});
            }
            for (at++; at < size && json[at] != '"'; at++)
                if (json[at] == '\\')
                    at++;
        }
    }
    return ENTRY_none;
}

bool entry_parse(struct entry *entry, struct entry_lists *lists,
                 const char *json, size_t size, struct error *error)
{
    struct reader reader = {
        .json = json, .size = size, .lists = lists, .error = error};

    if (size > JSON_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an entry has at most %d bytes",
                    JSON_BYTES_MAX);
    memset(entry, 0, sizeof *entry);
    lists->used = 0;
    if (next(&reader) != '{')
        return broken(&reader, "expected '{'");
    entry->kind = find_kind(json, size);
    if (entry->kind == ENTRY_none)
        return fail(error, ERROR_KIND, "there is no such kind of entry");
    if (!read_object(&reader, &entry_spec(entry->kind)->fields, entry,
                     &entry->present))
        return false;
    if (reader.at != size)
        return broken(&reader, "bytes after the end");
    return true;
}

struct writer {
    char *out;
    size_t room, used;
    bool full;
};

static void put(struct writer *writer, const char *bytes, size_t size)
{
    if (writer->full || writer->room - writer->used < size) {
        writer->full = true;
        return;
    }
    memcpy(writer->out + writer->used, bytes, size);
    writer->used += size;
}

static void put_value(struct writer *writer, enum field_type type,
                      const void *value)
{
    size_t size;

    if (writer->full)
        return;
    size = value_write(writer->out + writer->used, writer->room - writer->used,
                       type, value);
    writer->full = size == 0;
    writer->used += size;
}

static void put_object(struct writer *writer, const struct object_spec *spec,
                       const void *base, uint64_t present);

static void put_field(struct writer *writer, const struct field_spec *field,
                      const void *value)
{
    const struct list *list = value;
    size_t bytes;

    switch (field->shape) {
    case SHAPE_ONE:
        put_value(writer, field->type, value);
        return;
    case SHAPE_PART:
        put_object(writer, field->object, value, *(const uint64_t *)value);
        return;
    case SHAPE_LIST:
    case SHAPE_WORDS:
        break;
    }
    bytes = field->shape == SHAPE_WORDS ? type_spec(field->type)->bytes
                                        : field->object->bytes;
    for (uint32_t i = 0; i < list->count; i++) {
        const uint8_t *item = (const uint8_t *)list->items + bytes * i;

        put(writer, i == 0 ? "[" : ",", 1);
        if (field->shape == SHAPE_WORDS)
            put_value(writer, field->type, item);
        else
            put_object(writer, field->object, item,
                       *(const uint64_t *)(const void *)item);
    }
    put(writer, "]", 1);
}

static void put_object(struct writer *writer, const struct object_spec *spec,
                       const void *base, uint64_t present)
{
    const char *before = "{\"";

    if (present == 0)
        put(writer, "{", 1);
    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];

        if ((present >> field->bit & 1) == 0)
            continue;
        put(writer, before, 2);
        put(writer, field->name, strlen(field->name));
        put(writer, "\":", 2);
        put_field(writer, field, (const uint8_t *)base + field->offset);
        before = ",\"";
    }
    put(writer, "}", 1);
}

size_t entry_write(char *out, size_t room, const struct entry *entry)
{
    struct writer writer = {.out = out, .room = room};

    put_object(&writer, &entry_spec(entry->kind)->fields, entry,
               entry->present);
    return writer.full ? 0 : writer.used;
}
