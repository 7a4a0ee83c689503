#include "server/wire.h"
#include "ledger/leaf.h"
#include "server/prose.h"
#include "server/telling.h"
#include "server/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void wire_set(json_t *object, const char *name, json_t *value)
{
    int result = json_object_set_new(object, name, value);

    assert(result == 0);
}

void wire_append(json_t *array, json_t *value)
{
    int result = json_array_append_new(array, value);

    assert(result == 0);
}

json_t *wire_amount(const struct wire *wire, struct amount amount)
{
    char text[PROSE_CHARS];

    if (!wire->people)
        return json_integer(amount_to_minor(amount));
    prose_amount(text, amount, wire->currency, wire->french);
    return json_string(text);
}

json_t *wire_round(const struct wire *wire, struct amount amount)
{
    char text[PROSE_CHARS];

    if (!wire->people)
        return json_integer(amount_to_minor(amount));
    prose_round(text, amount, wire->currency, wire->french);
    return json_string(text);
}

json_t *wire_date(const struct wire *wire, struct date date)
{
    char text[PROSE_CHARS];

    if (wire->people)
        prose_date(text, date, wire->french);
    else
        date_write(text, date);
    return json_string(text);
}

json_t *wire_instant(const struct wire *wire, struct instant instant)
{
    char text[PROSE_CHARS];

    if (wire->people)
        prose_instant(text, instant, wire->zone, wire->french);
    else
        instant_write(text, instant);
    return json_string(text);
}

json_t *wire_ppm(const struct wire *wire, int64_t ppm)
{
    char text[PROSE_CHARS];

    if (!wire->people)
        return json_integer(ppm);
    prose_ppm(text, ppm, wire->french);
    return json_string(text);
}

json_t *wire_share(const struct wire *wire, int64_t ppm)
{
    return wire_ppm(wire, wire->people ? (ppm + 50) / 100 * 100 : ppm);
}

json_t *wire_count(const struct wire *wire, int64_t number)
{
    char text[PROSE_CHARS];

    if (!wire->people)
        return json_integer(number);
    prose_count(text, number, wire->french);
    return json_string(text);
}

json_t *wire_id(struct id id)
{
    char text[ID_CHARS + 1];

    if (id_is_none(id))
        return json_null();
    id_write(text, id);
    return json_string(text);
}

json_t *wire_hash(const struct hash *hash)
{
    char text[HASH_CHARS + 1];

    hash_write(text, hash);
    return json_string(text);
}

json_t *wire_text(const char *bytes, size_t size)
{
    json_t *text = json_stringn(bytes, size);

    assert(text != NULL);
    return text;
}

json_t *wire_word(const struct wire *wire, const char *word)
{
    return json_string(wire->people ? word_of(word, wire->french) : word);
}

static json_t *wire_key(const struct key *key)
{
    char text[KEY_CHARS + 1];

    key_write(text, key);
    return json_string(text);
}

/* Short texts of records; empty says none. */
static json_t *wire_short(uint8_t size, const char *bytes)
{
    return size == 0 ? json_null() : wire_text(bytes, size);
}

/* What a record holds of a type when it holds nothing of it. */
static bool says_none(enum field_type type, const void *value)
{
    static const uint8_t zeros[sizeof(struct key)];

    switch (type_spec(type)->form) {
    case FORM_NUMBER:
    case FORM_AMOUNT:
        return (type == TYPE_index || type_spec(type)->least > 0) &&
               memcmp(value, zeros, sizeof(int64_t)) == 0;
    case FORM_DATE:
        return memcmp(value, zeros, sizeof(struct date)) == 0;
    case FORM_INSTANT:
        return memcmp(value, zeros, sizeof(struct instant)) == 0;
    case FORM_HASH:
    case FORM_KEY:
        return memcmp(value, zeros, sizeof zeros) == 0;
    case FORM_CHOICE:
        return *(const uint8_t *)value == 0;
    case FORM_KIND:
    case FORM_NONCE:
    case FORM_FLAG:
    case FORM_TEXT:
    case FORM_TITLE:
    case FORM_CODE:
    case FORM_IBAN:
    case FORM_RF:
    case FORM_ID:
    case FORM_LINK:
    case FORM_CHAIN:
        return false;
    }
    impossible();
}

static json_t *wire_some_number(const struct wire *wire, enum field_type type,
                                int64_t number)
{
    if (type == TYPE_ppm || type == TYPE_rate)
        return wire_ppm(wire, number);
    return wire_count(wire, number);
}

json_t *wire_value(const struct wire *wire, enum field_type type,
                   const void *value)
{
    char nonce[NONCE_CHARS + 1];

    if (says_none(type, value))
        return json_null();
    switch (type_spec(type)->form) {
    case FORM_KIND:
        return json_string(entry_spec(*(const uint16_t *)value)->name);
    case FORM_NONCE:
        nonce_write(nonce, value);
        return json_string(nonce);
    case FORM_FLAG:
        return json_boolean(*(const bool *)value);
    case FORM_NUMBER:
        return wire_some_number(wire, type, *(const int64_t *)value);
    case FORM_AMOUNT:
        return wire_amount(wire, *(const struct amount *)value);
    case FORM_DATE:
        return wire_date(wire, *(const struct date *)value);
    case FORM_INSTANT:
        return wire_instant(wire, *(const struct instant *)value);
    case FORM_HASH:
        return wire_hash(value);
    case FORM_KEY:
        return wire_key(value);
    case FORM_TITLE:
        return wire_short(((const struct title *)value)->size,
                          ((const struct title *)value)->bytes);
    case FORM_CODE:
        return wire_short(((const struct code *)value)->size,
                          ((const struct code *)value)->bytes);
    case FORM_IBAN:
        return wire_short(((const struct iban *)value)->size,
                          ((const struct iban *)value)->bytes);
    case FORM_RF:
        return wire_short(((const struct reference *)value)->size,
                          ((const struct reference *)value)->bytes);
    case FORM_ID:
        return wire_id(*(const struct id *)value);
    case FORM_CHOICE:
        return wire_word(wire, choice_word(type, *(const uint8_t *)value));
    case FORM_CHAIN:
        return wire_count(wire, ((const struct chain *)value)->count);
    case FORM_TEXT:
    case FORM_LINK:
        return json_null(); /* No record shows them as they are. */
    }
    impossible();
}

json_t *wire_record(const struct wire *wire, const struct record *record)
{
    const struct record_spec *spec = record_spec(record->type);
    json_t *object = json_object();

    if (spec->letter != 0)
        wire_set(object, "id", wire_id(record_id(record)));
    for (size_t i = 0; i < spec->attr_count; i++) {
        const struct attr_spec *attr = &spec->attrs[i];

        if (type_spec(attr->type)->form != FORM_LINK)
            wire_set(object, attr->name,
                     wire_value(wire, attr->type,
                                (const char *)record + attr->offset));
    }
    wire_set(object, "state", wire_word(wire, state_word(record->state)));
    if (wire->state != NULL)
        wire_set(object, "shown",
                 wire_word(wire, state_shown(wire->state, record, wire->now)));
    wire_set(object, "made", json_integer(record->made));
    wire_set(object, "touched", json_integer(record->touched));
    return object;
}

static json_t *wire_signers(const struct envelope *envelope)
{
    json_t *names = json_array();

    for (size_t i = 0; i < envelope->signer_count; i++)
        wire_append(names, envelope->signers[i].clerk
                               ? json_string("clerk")
                               : wire_id(envelope->signers[i].party));
    return names;
}

json_t *wire_entry(const struct wire *wire, const struct store_entry *entry,
                   const char *origin, struct error *error)
{
    struct envelope envelope;
    struct instant accepted;
    struct text note;
    struct error why = {0};
    char stamp[INSTANT_MS_CHARS + 1];
    const struct entry_spec *spec = entry_spec((enum entry_kind)entry->kind);
    json_t *json, *object;

    if (!leaf_read(&accepted, &note, entry->leaf.bytes, entry->leaf.size,
                   &why) ||
        !envelope_read(&envelope, note.bytes, note.size, origin, &why)) {
        (void)fail(error, ERROR_BUG, "entry %lld: %s", (long long)entry->idx,
                   why.text);
        return NULL;
    }
    json = json_loadb(envelope.json.bytes, envelope.json.size, 0, NULL);
    if (json == NULL || spec == NULL) {
        json_decref(json);
        (void)fail(error, ERROR_BUG, "entry %lld is no entry",
                   (long long)entry->idx);
        return NULL;
    }
    instant_write_ms(stamp, entry->accepted);
    object = json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "index",
                       (json_int_t)entry->idx, "kind", spec->name, "accepted",
                       wire->people ? wire_instant(wire, entry->accepted)
                                    : json_string(stamp),
                       "effective", wire_date(wire, entry->effective), "entry",
                       json, "signers", wire_signers(&envelope), "text_hash",
                       wire_hash(&entry->text_hash), "leaf_hash",
                       wire_hash(&entry->leaf_hash));
    assert(object != NULL);
    if (wire->people)
        wire_set(object, "sentence", tell_kind(wire, spec->name));
    return object;
}

json_t *wire_owner(const struct wire *wire, const uint8_t key[static 16])
{
    char hex[33];

    for (enum record_type type = 0; type < RECORD_COUNT; type++) {
        const struct record *record;

        if (wire->state == NULL || record_spec(type)->letter == 0)
            continue;
        record = state_find(wire->state, type, key);
        if (record != NULL)
            return wire_id(record_id(record));
    }
    for (size_t i = 0; i < 16; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", key[i]);
    return json_string(hex);
}

json_t *wire_posting(const struct wire *wire,
                     const struct store_posting *posting)
{
    const struct account_spec *account =
        account_spec((enum account)posting->account);
    json_t *object;

    assert(account != NULL);
    object = json_pack("{s:o, s:o, s:o}", "account",
                       wire->people ? tell_account(wire, posting->account)
                                    : json_string(account->name),
                       "owner",
                       posting->owned ? wire_owner(wire, posting->owner)
                                      : json_null(),
                       "amount", wire_amount(wire, posting->amount));
    assert(object != NULL);
    if (wire->people) {
        bool credit = amount_is_negative(posting->amount);

        wire_set(object, credit ? "credit" : "debit",
                 wire_amount(wire, credit ? amount_negate(posting->amount)
                                          : posting->amount));
        wire_set(object, credit ? "debit" : "credit", json_string(""));
    }
    return object;
}

void wire_group_fours(char *out, size_t room, const char *text, size_t size)
{
    size_t used = 0;

    assert(room > size + size / 4);
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && i % 4 == 0)
            out[used++] = ' ';
        out[used++] = text[i];
    }
    out[used] = '\0';
}
