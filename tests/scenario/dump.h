/*
 * dump: the leaves of a story as a static log in a folder.
 */
#ifndef TESTS_SCENARIO_DUMP_H
#define TESTS_SCENARIO_DUMP_H

#include "tests/scenario/world.h"

/*
 * Entries, tiles, a checkpoint signed by the key of the word "log", and a
 * policy that knows that key.  last: one more leaf; NULL: none.  Ends the
 * program if a file cannot be written.
 */
void dump_log(const char *dir, const struct world *world,
              const struct leaf *last);

/*
 * The last refusal, if it is the first by this step of this kind, or for its
 * signers the first with this error: as a log of its own below the coverage's
 * wrong_dir, with a file "expected": index, error, kind, step (-1: signers).
 */
void dump_wrong(const struct world *world, const struct wrong *wrong);

#endif
