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

#define LOG_SIZE_MAX INT64_MAX

struct checkpoint {
    char origin[ORIGIN_BYTES_MAX + 1];
    uint64_t size;
    struct hash root;
};

/*
 * May a ledger of ours be called so?  Lower-case host and path, as a prefix
 * URL without scheme: "a.example/b"; letters, digits, '-', and '.', '_' in
 * the path.  Other logs' origins are any line.
 */
bool origin_is_good(const char *origin);

/* The text, terminated; returns its length.  The origin is one line, the size
 * at most 2^63 - 1; asserted. */
size_t checkpoint_write(char out[static CHECKPOINT_TEXT_MAX],
                        const struct checkpoint *checkpoint);
/* Extension lines are taken and ignored.  Fails with ERROR_NOTE, or with
 * ERROR_SIZE above COSIGNED_TEXT_MAX or ORIGIN_BYTES_MAX. */
MUST_USE bool checkpoint_read(struct checkpoint *checkpoint, struct text text,
                              struct error *error);

#endif
