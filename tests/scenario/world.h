/*
 * world: a ledger in memory, kept exactly as a server keeps one.
 *
 * Entries come as signed notes; each is taken apart, its signatures verified,
 * folded into a scratch layer and merged, and appended to a tree as a leaf.
 * Deadlines are done by the clerk first.  After every entry the sums of the
 * postings and of all balances are zero, of real and of memo accounts apart;
 * a refused entry has changed nothing.  A breach ends the program.
 */
#ifndef TESTS_SCENARIO_WORLD_H
#define TESTS_SCENARIO_WORLD_H

#include "ledger/leaf.h"
#include "ledger/tree.h"
#include "tests/scenario/names.h"

#define ORIGIN "scenario.example/story"

struct leaf {
    size_t size;
    struct hash text_hash;
    enum entry_kind kind;
    char *bytes;
};

/* A leaf that a server without its rule would have written there. */
struct wrong {
    struct leaf leaf;
    size_t index;
    enum error_code code;
};

/* What was seen, over all stories of a run. */
struct coverage {
    int accepted[ENTRY_KIND_COUNT];
    int refused[ENTRY_KIND_COUNT];
    int steps[ENTRY_KIND_COUNT][64]; /* Refusals by each step. */
    int unsigned_[ENTRY_KIND_COUNT];
    bool signers[ENTRY_KIND_COUNT][64]; /* Refused for them, by error code. */
    const char *wrong_dir; /* The first of each as a log; NULL: none. */
    int wrong_count;       /* Of logs written there. */
};

struct world {
    struct state *state;
    struct layer *scratch;
    struct tree tree;
    struct names names;
    struct instant clock;
    uint64_t nonces;
    bool clerk_sleeps; /* Then nothing is done that is due. */
    struct leaf *leaves;
    size_t leaf_count, leaf_room;
    struct wrong *wrongs; /* What the fold refused. */
    size_t wrong_count, wrong_room;
    struct coverage *coverage;
    struct outcome outcome;    /* Of the last entry folded. */
    enum entry_kind last_kind; /* Of it. */
    char text[TEXT_BYTES_MAX]; /* Of the last entry tried. */
    size_t text_size;
};

/* One who signs: "ana", "ana:key-2", "clerk", each with "!" for a signature
 * that is wrong. */
struct hand {
    struct text name; /* "clerk" or a party. */
    struct text key;
    bool broken;
};

void world_start(struct world *world, struct coverage *coverage);
void world_end(struct world *world);

/* Sign world->text and write the note; returns its size.  Lines are sorted,
 * or as they come. */
size_t world_sign(struct world *world, char *out, size_t room,
                  const struct hand *hands, size_t count, bool sorted);
/*
 * Do what is due, then append a note; *index is where it stands.  On failure
 * *index is where the same text stands already, or -1.
 */
MUST_USE bool world_append(struct world *world, const char *note, size_t size,
                           int64_t *index, struct error *error);
/* Fold all leaves again, straight into a state of another seed: the digest,
 * the root and every signature must be the same.  What was refused is read
 * again where it stood, as a leaf, and refused again for the same reason. */
void world_replay(const struct world *world);

/* Does the kind create a record under an id that its author chose? */
bool kind_creates(enum entry_kind kind);

/* Ends the program with a line for tests/run. */
_Noreturn void breach(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
