/*
 * checkpoint: what a log signs: origin, size, root (C2SP tlog-checkpoint).
 */
#ifndef LEDGER_CHECKPOINT_H
#define LEDGER_CHECKPOINT_H

#include "ledger/note.h"

enum {
    ORIGIN_BYTES_MAX = 160,
    CHECKPOINT_TEXT_MAX = ORIGIN_BYTES_MAX + 80,
    CHECKPOINT_NOTE_MAX = 32768, /* With cosignatures. */
};

struct checkpoint {
    char origin[ORIGIN_BYTES_MAX + 1];
    uint64_t size;
    struct hash root;
};

/* Lower-case host and path, as a prefix URL without scheme: "a.example/b". */
bool origin_is_good(const char *origin);

/* The text, terminated; returns its length. */
size_t checkpoint_write(char out[static CHECKPOINT_TEXT_MAX],
                        const struct checkpoint *checkpoint);
/* Extension lines are taken and ignored. */
MUST_USE bool checkpoint_read(struct checkpoint *checkpoint,
                              struct text text, struct error *error);

#endif
