/*
 * table: records by type and key, in the order they were put in.
 *
 * Open addressing over an index; the records stand in chunks and never move.
 * The hash is keyed by a secret of the process, so that nobody can choose ids
 * that collide.  Running out of memory ends the program.
 */
#ifndef LEDGER_TABLE_H
#define LEDGER_TABLE_H

#include "ledger/record.h"

/* Where a record is, and bits of its hash that tell most others apart without
 * a look at them. */
struct table_place {
    uint32_t number; /* From 1; 0: free. */
    uint32_t tag;
};

struct table {
    size_t record_bytes; /* Of one place. */
    size_t count;
    size_t room; /* Places in index, a power of two; 0: nothing yet. */
    struct table_place *index;
    uint8_t **chunks;
    size_t chunk_count;
    const uint8_t *seed; /* 16 bytes; the caller's. */
};

void table_start(struct table *table, size_t record_bytes, const uint8_t *seed);
void table_free(struct table *table);
/* Forget all records; keeps the memory. */
void table_clear(struct table *table);

/* NULL if there is none. */
struct record *table_find(const struct table *table, enum record_type type,
                          const uint8_t key[static 16]);
/* A zeroed record with type and key set; asserts that there is none. */
struct record *table_put(struct table *table, enum record_type type,
                         const uint8_t key[static 16]);
/* The i-th put in. */
struct record *table_at(const struct table *table, size_t i);
/* Bytes of memory in use. */
size_t table_bytes(const struct table *table);

#endif
