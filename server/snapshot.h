/*
 * snapshot: the fold of a log in a file, to start from.
 *
 * A cache and nothing else: made by the same sources of the fold, for the
 * same log, whole, or it is ignored; the caller compares its root with the
 * log's.  Losing it costs a replay.
 */
#ifndef SERVER_SNAPSHOT_H
#define SERVER_SNAPSHOT_H

#include "server/follow.h"

/* Replaces the file in one step.  The point must not move.  ERROR_SYSTEM. */
MUST_USE bool snapshot_write(const char *path, const char *origin,
                             const struct point *point, struct error *error);

/*
 * On success *point is new and the caller's.  Fails with ERROR_ABSENT if
 * there is none, ERROR_MISMATCH if it is no use here, ERROR_SYSTEM.
 */
MUST_USE bool snapshot_read(const char *path, const char *origin,
                            struct point *point, struct error *error);

#endif
