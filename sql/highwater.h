/*
 * highwater: what was signed last, in a file outside the database.
 *
 * It is on disk before the signature leaves, so that a database that was
 * rolled back, or restored from a backup, is noticed and never signed over.
 * Two slots of 128 bytes are written in turn: a torn write leaves the other,
 * and the torn one's signature never left.  The file does not grow.
 */
#ifndef SQL_HIGHWATER_H
#define SQL_HIGHWATER_H

#include "ledger/error.h"

struct highwater {
    int file;          /* -1: closed. */
    uint64_t sequence; /* 0: nothing was ever signed. */
    int64_t size;
    struct hash root;
    struct hash origin; /* SHA-256 of the log's name. */
};

/*
 * Open the file, or make it.  Fails with ERROR_DOUBT if neither slot can be
 * trusted or they are another log's, or with ERROR_SYSTEM; then it is closed.
 */
MUST_USE bool highwater_open(struct highwater *highwater, const char *path,
                             const char *origin, struct error *error);

/* Only look: the file is closed again, and never made.  ERROR_ABSENT if there
 * is none, else as above. */
MUST_USE bool highwater_read(struct highwater *highwater, const char *path,
                             const char *origin, struct error *error);

/* On success it will be found again after a loss of power.  ERROR_SYSTEM. */
MUST_USE bool highwater_write(struct highwater *highwater, int64_t size,
                              const struct hash *root, struct error *error);

void highwater_close(struct highwater *highwater);

#endif
