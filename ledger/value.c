/* value_read() and value_write(): one value of a type, as canonical JSON. */
#include "ledger/entry.h"

#include "ledger/rf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool wrong(struct error *error, enum field_type type)
{
    const struct type_spec *spec = type_spec(type);

    return fail(error, ERROR_FIELD, "that is no %s: %s", spec->name,
                spec->help);
}

static bool read_integer(int64_t *value, struct text json)
{
    bool negative = json.size > 0 && json.bytes[0] == '-';
    size_t at = negative ? 1 : 0;
    uint64_t sum = 0;

    if (at == json.size || (json.bytes[at] == '0' && json.size > 1))
        return false;
    for (; at < json.size; at++) {
        if (json.bytes[at] < '0' || json.bytes[at] > '9')
            return false;
        sum = sum * 10 + (uint64_t)(json.bytes[at] - '0');
        if (sum > (uint64_t)AMOUNT_MAX)
            return false;
    }
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool read_number(void *value, enum field_type type, struct text json,
                        struct error *error)
{
    const struct type_spec *spec = type_spec(type);
    int64_t number;

    if (!read_integer(&number, json))
        return wrong(error, type);
    if (number < spec->least || number > spec->most)
        return fail(error,
                    spec->form == FORM_AMOUNT ? ERROR_RANGE : ERROR_FIELD,
                    "%" PRId64 " is not within %" PRId64 " and %" PRId64,
                    number, spec->least, spec->most);
    if (spec->form == FORM_AMOUNT)
        *(struct amount *)value = amount_from_minor(number);
    else if (spec->bytes == sizeof(int64_t))
        *(int64_t *)value = number;
    else
        impossible();
    return true;
}

/* Without escapes; bytes holds size of the type's texts. */
static bool read_short(uint8_t *size, char *bytes, enum field_type type,
                       struct text text, struct error *error)
{
    const struct type_spec *spec = type_spec(type);
    size_t used = 0;

    for (uint32_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '\\')
            i++;
        if (used == (size_t)spec->most)
            return fail(error, ERROR_FIELD,
                        "longer than the %" PRId64 " bytes of a %s", spec->most,
                        spec->name);
        bytes[used++] = text.bytes[i];
    }
    if (used < (size_t)spec->least)
        return wrong(error, type);
    memset(bytes + used, 0, (size_t)spec->most - used);
    *size = (uint8_t)used;
    return true;
}

static bool code_is_good(const struct code *code)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    for (uint8_t i = 0; i < code->size; i++)
        if (code->bytes[i] == '\0' || strchr(allowed, code->bytes[i]) == NULL)
            return false;
    return true;
}

static bool read_code(struct code *code, enum field_type type, struct text text,
                      struct error *error)
{
    struct code read = {0};

    if (!read_short(&read.size, read.bytes, type, text, error))
        return false;
    if (!code_is_good(&read))
        return wrong(error, type);
    *code = read;
    return true;
}

static bool read_iban(struct iban *iban, enum field_type type, struct text text,
                      struct error *error)
{
    struct iban read = {0};

    if (!read_short(&read.size, read.bytes, type, text, error))
        return false;
    if (!iban_is_good(read.bytes, read.size))
        return wrong(error, type);
    *iban = read;
    return true;
}

static bool read_rf(struct reference *reference, enum field_type type,
                    struct text text, struct error *error)
{
    struct reference read = {0};

    if (!read_short(&read.size, read.bytes, type, text, error))
        return false;
    if (!rf_is_good(read.bytes, read.size))
        return wrong(error, type);
    *reference = read;
    return true;
}

static bool read_id(struct id *id, enum field_type type, struct text text,
                    struct error *error)
{
    struct id read;

    if (!id_read(&read, text.bytes, text.size) ||
        strchr(type_spec(type)->letters, read.letter) == NULL)
        return wrong(error, type);
    *id = read;
    return true;
}

static bool read_title(struct title *title, enum field_type type,
                       struct text text, struct error *error)
{
    struct title read = {0};

    if (!read_short(&read.size, read.bytes, type, text, error))
        return false;
    *title = read;
    return true;
}

static bool read_text(struct text *out, enum field_type type, struct text text,
                      struct error *error)
{
    const struct type_spec *spec = type_spec(type);

    if (text.size < spec->least || text.size > spec->most)
        return fail(error, ERROR_FIELD,
                    "a %s has %" PRId64 " to %" PRId64 " bytes", spec->name,
                    spec->least, spec->most);
    *out = text;
    return true;
}

static bool read_word(uint8_t *value, enum field_type type, struct text text,
                      struct error *error)
{
    uint8_t read = choice_read(type, text);

    if (read == 0)
        return fail(error, ERROR_FIELD, "there is no %s '%.*s'",
                    type_spec(type)->name,
                    (int)(text.size < 40 ? text.size : 40), text.bytes);
    *value = read;
    return true;
}

static bool read_string(void *value, enum field_type type, struct text text,
                        struct error *error)
{
    enum form form = type_spec(type)->form;
    bool good = false;

    switch (form) {
    case FORM_TEXT:
        return read_text(value, type, text, error);
    case FORM_TITLE:
        return read_title(value, type, text, error);
    case FORM_CODE:
        return read_code(value, type, text, error);
    case FORM_IBAN:
        return read_iban(value, type, text, error);
    case FORM_RF:
        return read_rf(value, type, text, error);
    case FORM_ID:
        return read_id(value, type, text, error);
    case FORM_CHOICE:
        return read_word(value, type, text, error);
    case FORM_KIND:
        *(uint16_t *)value = (uint16_t)entry_kind_read(text);
        good = *(uint16_t *)value != ENTRY_none;
        break;
    case FORM_NONCE:
        good = nonce_read(value, text.bytes, text.size);
        break;
    case FORM_DATE:
        good = date_read(value, text.bytes, text.size);
        break;
    case FORM_INSTANT:
        good = instant_read(value, text.bytes, text.size);
        break;
    case FORM_HASH:
        good = hash_read(value, text.bytes, text.size);
        break;
    case FORM_KEY:
        good = key_read(value, text.bytes, text.size);
        break;
    case FORM_FLAG:
    case FORM_NUMBER:
    case FORM_AMOUNT:
    case FORM_LINK:
    case FORM_CHAIN:
        impossible();
    }
    return good || wrong(error, type);
}

bool value_read(void *value, enum field_type type, struct text json,
                struct error *error)
{
    enum form form = type_spec(type)->form;

    if (form == FORM_NUMBER || form == FORM_AMOUNT)
        return read_number(value, type, json, error);
    if (form == FORM_FLAG) {
        if (!text_is(json, "true") && !text_is(json, "false"))
            return wrong(error, type);
        *(bool *)value = json.size == 4;
        return true;
    }
    if (json.size < 2 || json.bytes[0] != '"' ||
        json.bytes[json.size - 1] != '"')
        return wrong(error, type);
    return read_string(value, type,
                       (struct text){json.bytes + 1, json.size - 2}, error);
}

/* Quoted; escapes what a title may hold. */
static size_t write_short(char *out, const char *bytes, size_t size)
{
    size_t used = 0;

    out[used++] = '"';
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            out[used++] = '\\';
        out[used++] = bytes[i];
    }
    out[used++] = '"';
    return used;
}

static size_t write_string(char *out, enum field_type type, const void *value)
{
    const struct title *title = value;
    const struct code *code = value;
    const struct iban *iban = value;
    const struct reference *reference = value;
    char text[80] = "";

    switch (type_spec(type)->form) {
    case FORM_TITLE:
        return write_short(out, title->bytes, title->size);
    case FORM_CODE:
        return write_short(out, code->bytes, code->size);
    case FORM_IBAN:
        return write_short(out, iban->bytes, iban->size);
    case FORM_RF:
        return write_short(out, reference->bytes, reference->size);
    case FORM_KIND:
        return write_short(out, entry_spec(*(const uint16_t *)value)->name,
                           strlen(entry_spec(*(const uint16_t *)value)->name));
    case FORM_CHOICE:
        return write_short(out, choice_word(type, *(const uint8_t *)value),
                           strlen(choice_word(type, *(const uint8_t *)value)));
    case FORM_NONCE:
        nonce_write(text, value);
        break;
    case FORM_DATE:
        date_write(text, *(const struct date *)value);
        break;
    case FORM_INSTANT:
        instant_write(text, *(const struct instant *)value);
        break;
    case FORM_HASH:
        hash_write(text, value);
        break;
    case FORM_KEY:
        key_write(text, value);
        break;
    case FORM_ID:
        id_write(text, *(const struct id *)value);
        break;
    case FORM_FLAG:
    case FORM_NUMBER:
    case FORM_AMOUNT:
    case FORM_TEXT:
    case FORM_LINK:
    case FORM_CHAIN:
        impossible();
    }
    return write_short(out, text, strlen(text));
}

static size_t write_number(char *out, size_t room, enum field_type type,
                           const void *value)
{
    int64_t number = type_spec(type)->form == FORM_AMOUNT
                         ? amount_to_minor(*(const struct amount *)value)
                         : *(const int64_t *)value;
    int size = snprintf(out, room, "%" PRId64, number);

    return size > 0 && (size_t)size < room ? (size_t)size : 0;
}

static size_t write_text(char *out, size_t room, struct text text)
{
    if (room < text.size + 2u)
        return 0;
    out[0] = '"';
    memcpy(out + 1, text.bytes, text.size);
    out[1 + text.size] = '"';
    return text.size + 2u;
}

size_t value_write(char *out, size_t room, enum field_type type,
                   const void *value)
{
    enum { STRING_MAX = 2 * SHORT_TEXT_BYTES + 8 };
    enum form form = type_spec(type)->form;
    char text[STRING_MAX];
    size_t size;

    if (form == FORM_NUMBER || form == FORM_AMOUNT)
        return write_number(out, room, type, value);
    if (form == FORM_TEXT)
        return write_text(out, room, *(const struct text *)value);
    if (form == FORM_FLAG) {
        size = *(const bool *)value ? 4 : 5;
        memcpy(text, *(const bool *)value ? "true" : "false", size);
    } else {
        size = write_string(text, type, value);
    }
    assert(size <= sizeof text);
    if (size > room)
        return 0;
    memcpy(out, text, size);
    return size;
}
