/*
 * store: the whole interface to the database, and the rows it speaks of.
 *
 * A ledger is known by the number of its row.  What a function returns is
 * what is committed, as of one instant; nothing here judges what it stores.
 * Bytes in rows handed to a callback are gone when it returns; a callback
 * that returns false with *error set ends the reading, and must not use the
 * same struct db.
 */
#ifndef SQL_STORE_H
#define SQL_STORE_H

#include "ledger/amount.h"
#include "ledger/checkpoint.h"
#include "ledger/date.h"
#include "ledger/tree.h"
#include "sql/db.h"

enum { LEDGER_NAME_CHARS_MAX = 63 };

struct store_ledger {
    int32_t ledger_id;
    char name[LEDGER_NAME_CHARS_MAX + 1];
    char origin[ORIGIN_BYTES_MAX + 1];
    struct instant opened;
};

/* The end of a log. */
struct store_head {
    int64_t size;
    struct hash root;
    struct instant accepted; /* Of the last entry; zero without one. */
    struct instant clock;    /* The database's, when it answered. */
};

struct store_entry {
    int64_t idx;
    int16_t kind;
    struct instant accepted;
    struct date effective;
    struct hash text_hash;
    struct hash leaf_hash;
    struct text leaf;
};

struct store_posting {
    int64_t idx;
    int16_t line;
    int16_t account;
    bool owned;
    uint8_t owner[UUID_BYTES]; /* Zero unless owned. */
    struct date effective;
    struct amount amount; /* Debit above zero, credit below. */
};

struct store_subject {
    uint8_t subject[UUID_BYTES];
    int64_t idx;
};

struct store_tile {
    int level;
    int64_t number;
    struct hash hashes[TILE_HASHES];
};

#include "sql/store_append.h"
#include "sql/store_checkpoint.h"
#include "sql/store_ledger.h"
#include "sql/store_proposal.h"
#include "sql/store_read.h"

#endif
