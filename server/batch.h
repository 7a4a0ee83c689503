/*
 * batch: entries folded one after the other on a view, and the rows they
 * make, ready for one transaction.
 *
 * What is refused leaves no trace in it but an item among the others, which
 * is answered when the batch is in the log: it was judged after its
 * predecessors.
 */
#ifndef SERVER_BATCH_H
#define SERVER_BATCH_H

#include "server/follow.h"
#include "server/item.h"

struct batch {
    struct batch *next;
    struct store_batch rows;
    struct store_entry entries[BATCH_ENTRIES_MAX];
    struct item *items[BATCH_ENTRIES_MAX]; /* One for each entry. */
    struct items others;                   /* Refused, known, twins. */
    struct layer *layer;                   /* What the entries change. */
    struct point after; /* The log with them; base is NULL. */
    bool statements;    /* A bank statement is among them. */
    int64_t landed_ms;  /* When it was committed; the teller's. */

    struct store_erasure erasures[BATCH_ENTRIES_MAX];
    struct store_posting *postings;
    struct store_subject *subjects;
    struct store_tile *tiles;
    size_t posting_room, subject_room, tile_room;
    char *leaves;
    size_t leaf_bytes;
    uint16_t seen[2 * BATCH_ENTRIES_MAX]; /* By text: place + 1. */
};

/* Aborts without memory.  About 1.2 MiB, and what the postings need. */
struct batch *batch_create(void);
void batch_free(struct batch *batch); /* And its items. */

/* Empty it, to go on from there; its layer is cleared. */
void batch_start(struct batch *batch, int32_t ledger_id,
                 const struct point *before, const uint8_t seed[static 16]);
/* No room for another entry. */
bool batch_is_full(const struct batch *batch);

/* What folding needs besides: the scratch layer is view.layers[0]. */
struct bench {
    struct folder *folder;
    struct view view;
    const char *origin;
};

/*
 * Judge an item and take it: among the entries if it is accepted, else among
 * the others with its error.  It is the batch's then.
 */
void batch_add(struct batch *batch, struct bench *bench, struct item *item,
               struct instant accepted);

/* The entry with that text; -1: none. */
int batch_find(const struct batch *batch, const struct hash *text_hash);

/* Take all items back, to be judged again. */
void batch_undo(struct batch *batch, struct items *items);

/* Nothing accepted; nothing at all. */
bool batch_writes_nothing(const struct batch *batch);

/* Does a kind refuse its own repetition, since it makes a record? */
bool kind_creates(enum entry_kind kind);

#endif
