/*
 * generate: values of every type and entries of every kind, by seed.
 *
 * Driven by the tables, so that a new kind or field is tested the day it is
 * added.  Equal seeds give equal entries on every machine.
 */
#ifndef TESTS_UNIT_GENERATE_H
#define TESTS_UNIT_GENERATE_H

#include "ledger/entry.h"
#include "ledger/rf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Backs the texts and lists of one generated entry. */
struct generator {
    uint64_t seed;
    size_t used;
    _Alignas(16) uint8_t bytes[192 * 1024];
};

static inline uint64_t gen_next(struct generator *gen)
{
    uint64_t z = gen->seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to below - 1 */
static inline uint64_t gen_below(struct generator *gen, uint64_t below)
{
    return gen_next(gen) % below;
}

static inline void *gen_lend(struct generator *gen, size_t size)
{
    void *room = gen->bytes + gen->used;

    gen->used += (size + 15) & ~(size_t)15;
    assert(gen->used <= sizeof gen->bytes);
    memset(room, 0, size);
    return room;
}

static inline void gen_bytes(struct generator *gen, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)gen_next(gen);
}

/* size bytes of letters, with now and then what needs an escape or two. */
static inline size_t gen_text(struct generator *gen, char *out, size_t least,
                              size_t most)
{
    static const char *const pieces[] = {"a",
                                         "b",
                                         " ",
                                         "Z",
                                         "7",
                                         "/",
                                         "<",
                                         "\\",
                                         "\"",
                                         "\xc3\xa9",
                                         "\xe2\x82\xac",
                                         "\xf0\x9f\x8c\xb1"};
    size_t want = least + gen_below(gen, most - least + 1), used = 0;

    while (used < want) {
        const char *piece =
            pieces[gen_below(gen, sizeof pieces / sizeof pieces[0])];

        if (used + strlen(piece) > most)
            piece = "x";
        memcpy(out + used, piece, strlen(piece));
        used += strlen(piece);
    }
    return used;
}

/* "FR" with right check digits. */
static inline void gen_iban(struct generator *gen, struct iban *iban)
{
    for (int check = 2; check <= 98; check++) {
        if (check == 2)
            iban->size = (uint8_t)snprintf(
                iban->bytes, sizeof iban->bytes, "FR%02d%023llu", check,
                (unsigned long long)gen_below(gen, 1000000000000));
        iban->bytes[2] = (char)('0' + check / 10);
        iban->bytes[3] = (char)('0' + check % 10);
        if (iban_is_good(iban->bytes, iban->size))
            return;
    }
    assert(!"an IBAN has check digits");
}

static inline void gen_number(struct generator *gen, enum field_type type,
                              int64_t *number)
{
    const struct type_spec *spec = type_spec(type);
    uint64_t span = (uint64_t)(spec->most - spec->least) + 1;

    switch (gen_below(gen, 4)) {
    case 0:
        *number = spec->least;
        break;
    case 1:
        *number = spec->most;
        break;
    default:
        *number = spec->least + (int64_t)gen_below(gen, span);
    }
}

static inline void gen_escaped(struct generator *gen, struct text *text,
                               size_t most)
{
    char plain[1000];
    size_t size = gen_text(gen, plain, 1, most / 2), used = 0;
    char *out = gen_lend(gen, 2 * size);

    for (size_t i = 0; i < size; i++) {
        if (plain[i] == '"' || plain[i] == '\\')
            out[used++] = '\\';
        out[used++] = plain[i];
    }
    *text = (struct text){out, (uint32_t)used};
}

static inline void gen_string(struct generator *gen, enum field_type type,
                              void *value)
{
    const struct type_spec *spec = type_spec(type);
    struct title *title = value;
    struct code *code = value;
    struct reference *reference = value;
    struct id *id = value;
    char rf[RF_CHARS_MAX + 1];

    switch (spec->form) {
    case FORM_TEXT:
        gen_escaped(gen, value, 200);
        return;
    case FORM_TITLE:
        title->size = (uint8_t)gen_text(gen, title->bytes, 1, 79);
        return;
    case FORM_CODE:
        code->size = (uint8_t)(1 + gen_below(gen, 15));
        for (uint8_t i = 0; i < code->size; i++)
            code->bytes[i] = "aZ0-_."[gen_below(gen, 6)];
        return;
    case FORM_IBAN:
        gen_iban(gen, value);
        return;
    case FORM_RF:
        rf_from_number(rf, gen_below(gen, RF_NUMBER_MAX));
        reference->size = (uint8_t)strlen(rf);
        memcpy(reference->bytes, rf, reference->size);
        return;
    case FORM_ID:
        id->letter =
            (uint8_t)spec->letters[gen_below(gen, strlen(spec->letters))];
        gen_bytes(gen, id->bytes, sizeof id->bytes);
        return;
    case FORM_NONCE:
        gen_bytes(gen, value, sizeof(struct nonce));
        return;
    case FORM_HASH:
    case FORM_KEY:
        gen_bytes(gen, value, 32);
        return;
    case FORM_KIND:
    case FORM_FLAG:
    case FORM_NUMBER:
    case FORM_AMOUNT:
    case FORM_DATE:
    case FORM_INSTANT:
    case FORM_CHOICE:
    case FORM_LINK:
    case FORM_CHAIN:
        break;
    }
    impossible();
}

static inline void gen_value(struct generator *gen, enum field_type type,
                             void *value)
{
    const struct type_spec *spec = type_spec(type);
    struct date first = date_from_civil(YEAR_MIN, 1, 1);
    struct date last = date_from_civil(YEAR_MAX, 12, 31);
    struct date day = date_plus_days(
        first, (int32_t)gen_below(gen, (uint64_t)(last.days - first.days) + 1));
    int64_t number;

    switch (spec->form) {
    case FORM_FLAG:
        *(bool *)value = gen_below(gen, 2) == 1;
        return;
    case FORM_NUMBER:
        gen_number(gen, type, value);
        return;
    case FORM_AMOUNT:
        gen_number(gen, type, &number);
        *(struct amount *)value = amount_from_minor(number);
        return;
    case FORM_DATE:
        *(struct date *)value = day;
        return;
    case FORM_INSTANT:
        *(struct instant *)value = (struct instant){
            (day.days * INT64_C(86400) + (int64_t)gen_below(gen, 86400)) *
            1000};
        return;
    case FORM_CHOICE:
        *(uint8_t *)value = (uint8_t)(1 + gen_below(gen, spec->word_count));
        return;
    case FORM_KIND:
        return; /* Set with the entry. */
    case FORM_NONCE:
    case FORM_HASH:
    case FORM_KEY:
    case FORM_TEXT:
    case FORM_TITLE:
    case FORM_CODE:
    case FORM_IBAN:
    case FORM_RF:
    case FORM_ID:
        gen_string(gen, type, value);
        return;
    case FORM_LINK:
    case FORM_CHAIN:
        break;
    }
    impossible();
}

/* Which of the fields that may be left out are given. */
enum given { GIVEN_MUST, GIVEN_ALL, GIVEN_SOME };

static inline void gen_object(struct generator *gen,
                              const struct object_spec *spec, void *base,
                              uint64_t *present, enum given given);

static inline void gen_list(struct generator *gen,
                            const struct field_spec *field, struct list *list,
                            enum given given)
{
    size_t bytes = field->shape == SHAPE_WORDS ? type_spec(field->type)->bytes
                                               : field->object->bytes;
    uint32_t most = field->most < 9 ? field->most : 9;
    uint8_t *items = gen_lend(gen, bytes * most);

    list->count = (uint32_t)(1 + gen_below(gen, most));
    list->items = items;
    for (uint32_t i = 0; i < list->count; i++) {
        void *item = items + bytes * i;

        if (field->shape == SHAPE_WORDS)
            gen_value(gen, field->type, item);
        else
            gen_object(gen, field->object, item, item, given);
    }
}

static inline void gen_object(struct generator *gen,
                              const struct object_spec *spec, void *base,
                              uint64_t *present, enum given given)
{
    for (size_t i = 0; i < spec->count; i++) {
        const struct field_spec *field = &spec->fields[i];
        void *value = (uint8_t *)base + field->offset;

        if (!field->must && (given == GIVEN_MUST ||
                             (given == GIVEN_SOME && gen_below(gen, 2) == 0)))
            continue;
        *present |= UINT64_C(1) << field->bit;
        if (field->shape == SHAPE_ONE)
            gen_value(gen, field->type, value);
        else if (field->shape == SHAPE_PART)
            gen_object(gen, field->object, value, value, given);
        else
            gen_list(gen, field, value, given);
    }
}

/* *entry is backed by *gen until the next entry. */
static inline void gen_entry(struct generator *gen, struct entry *entry,
                             enum entry_kind kind, enum given given)
{
    gen->used = 0;
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    gen_object(gen, &entry_spec(kind)->fields, entry, &entry->present, given);
    entry->common.kind = (uint16_t)kind;
}

#endif
