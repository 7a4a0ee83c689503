#include "ledger/table.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 }; /* Records allocated together. */

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void table_start(struct table *table, size_t record_bytes, const uint8_t *seed)
{
    *table = (struct table){.record_bytes = record_bytes, .seed = seed};
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->chunk_count; i++)
        free(table->chunks[i]);
    free(table->chunks);
    free(table->index);
    table_start(table, table->record_bytes, table->seed);
}

void table_clear(struct table *table)
{
    if (table->count == 0)
        return;
    memset(table->index, 0, table->room * sizeof table->index[0]);
    table->count = 0;
}

struct record *table_at(const struct table *table, size_t i)
{
    assert(i < table->count);
    return (struct record *)(void *)(table->chunks[i / CHUNK] +
                                     i % CHUNK * table->record_bytes);
}

static uint64_t hash_of(const struct table *table, enum record_type type,
                        const uint8_t key[static 16])
{
    uint8_t bytes[17], hash[crypto_shorthash_BYTES];
    uint64_t value;

    memcpy(bytes, key, 16);
    bytes[16] = (uint8_t)type;
    (void)crypto_shorthash(hash, bytes, sizeof bytes, table->seed);
    memcpy(&value, hash, sizeof value);
    return value;
}

/* Where the record is, or the free place where it would go. */
static struct table_place *seek(const struct table *table, uint64_t hash,
                                enum record_type type,
                                const uint8_t key[static 16])
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = (size_t)hash & (table->room - 1);

    for (; table->index[at].number != 0; at = (at + 1) & (table->room - 1)) {
        const struct record *record;

        if (table->index[at].tag != tag)
            continue;
        record = table_at(table, table->index[at].number - 1);
        if (record->type == type && memcmp(record->key, key, 16) == 0)
            break;
    }
    return &table->index[at];
}

struct record *table_find(const struct table *table, enum record_type type,
                          const uint8_t key[static 16])
{
    const struct table_place *place;

    if (table->count == 0)
        return NULL;
    place = seek(table, hash_of(table, type, key), type, key);
    return place->number != 0 ? table_at(table, place->number - 1) : NULL;
}

static void enter(struct table *table, const struct record *record,
                  uint32_t number)
{
    const uint64_t hash = hash_of(table, record->type, record->key);
    struct table_place *place = seek(table, hash, record->type, record->key);

    assert(place->number == 0);
    *place = (struct table_place){number, (uint32_t)(hash >> 32)};
}

static void grow(struct table *table)
{
    size_t room = table->room == 0 ? 64 : table->room * 2;

    free(table->index);
    table->index = must(calloc(room, sizeof table->index[0]));
    table->room = room;
    for (size_t i = 0; i < table->count; i++)
        enter(table, table_at(table, i), (uint32_t)(i + 1));
}

static void add_chunk(struct table *table)
{
    size_t bytes = (table->chunk_count + 1) * sizeof table->chunks[0];

    table->chunks = must(realloc(table->chunks, bytes));
    table->chunks[table->chunk_count++] =
        must(calloc(CHUNK, table->record_bytes));
}

struct record *table_put(struct table *table, enum record_type type,
                         const uint8_t key[static 16])
{
    struct record *record;

    assert(table->count < UINT32_MAX - 1);
    if (table->count >= table->room / 4 * 3)
        grow(table);
    if (table->count == table->chunk_count * CHUNK)
        add_chunk(table);
    record = table_at(table, table->count++);
    memset(record, 0, table->record_bytes);
    memcpy(record->key, key, 16);
    record->type = (uint8_t)type;
    enter(table, record, (uint32_t)table->count);
    return record;
}

size_t table_bytes(const struct table *table)
{
    return table->room * sizeof table->index[0] +
           table->chunk_count * (CHUNK * table->record_bytes + sizeof(void *));
}
