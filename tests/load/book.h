/*
 * book: what clients were told, held against what the log says.
 *
 * Pledges are numbered; each is sent at most once unless the test says
 * otherwise.  What contradicts is counted and printed, and ends nothing: a
 * run shows all it finds.
 */
#ifndef TESTS_LOAD_BOOK_H
#define TESTS_LOAD_BOOK_H

#include "sql/store.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"

enum fate {
    FATE_NEW,     /* Never sent. */
    FATE_SENT,    /* On its way, or its answer was lost. */
    FATE_TAKEN,   /* Answered 200 or 201. */
    FATE_REFUSED, /* Answered that nothing was written. */
    FATE_UNKNOWN, /* Answered that it is not known. */
};

struct told {
    enum fate fate;
    bool in_log;
    int64_t index; /* As told, or as found. */
    struct hash text_hash, leaf_hash;
    struct instant accepted;
};

struct book {
    const struct cast *cast;
    const char *ledger;
    int32_t ledger_id;
    struct vkey vkey; /* Of the log. */
    size_t count, room;
    struct told *pledges;  /* By number. */
    struct text *requests; /* Freed when sent. */
    uint32_t *places;      /* By text hash: number + 1. */
    size_t place_room;
    struct tree tree;   /* Of the log as read so far. */
    struct hash *roots; /* Of every size so far. */
    size_t root_room;
    struct instant accepted; /* Of the last entry read. */
    int64_t checkpoint;      /* Size of the largest one compared. */
    int64_t taken, unanswered, landed, entries, checkpoints, receipts;
    int violations;
};

void book_start(struct book *book, const struct cast *cast, const char *ledger,
                int32_t ledger_id, const struct key *log);
void book_end(struct book *book);

/* Make pledges until so many were never sent. */
void book_prepare(struct book *book, size_t first, size_t count);

/* For struct drive: pledge number was answered; every 97th receipt of those
 * that were taken is verified.  False: the answer was a 5xx. */
bool book_answer(struct book *book, size_t number,
                 const struct drive_answer *answer);

/*
 * Read on to the end of the log and compare: every index once, time never
 * goes back, every pledge in it was sent and is in it once, what was taken
 * stands where it was said, what was refused is not there; every checkpoint
 * has the log's own root and signature.  *landed: pledges found whose answer
 * was lost.  first: the number of the first pledge that may have been sent
 * since the last time.
 */
void book_compare(struct book *book, struct db *db, size_t first,
                  size_t *landed);

/* Compare a checkpoint as a server publishes it. */
void book_checkpoint(struct book *book, const char *note, size_t size);

#endif
