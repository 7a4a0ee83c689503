/*
 * cast: a cooperative and its people, for tests that need many of them.
 *
 * Words stand for ids, hashes, keys and nonces by BLAKE2b, so that the same
 * seed gives the same notes in every process: "p7" is person 7, "clerk" the
 * node's clerk.  Persons 0 and 1 are the officers.  What goes wrong in here
 * is a mistake of the test, and ends the program.
 */
#ifndef TESTS_LOAD_CAST_H
#define TESTS_LOAD_CAST_H

#include "ledger/checkpoint.h"
#include "ledger/leaf.h"

struct person {
    struct id id;
    struct secret_key secret;
    struct key key;
    uint32_t key_id;
};

struct cast {
    char origin[ORIGIN_BYTES_MAX + 1];
    struct key clerk;
    struct secret_key clerk_secret; /* Only where the test is the node. */
    uint64_t seed;
    int count;
    struct person *people;
};

void cast_start(struct cast *cast, const char *origin, const struct key *clerk,
                int people, uint64_t seed);
void cast_end(struct cast *cast);

/* The id that a word stands for. */
struct id cast_id(const struct cast *cast, uint8_t letter, const char *word);

/* Who signs: each its line; CLERK is the clerk. */
enum { CLERK = -1 };
struct signed_by {
    size_t count;
    int people[SIGNERS_MAX];
};
#define BY(...)                                                                \
    (struct signed_by)                                                         \
    {                                                                          \
        sizeof((const int[]){__VA_ARGS__}) / sizeof(int),                      \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

/*
 * A signed note: a kind and its fields in the notation of compose.h.  The
 * nonce follows from the words, so that equal words are one text.  Returns
 * its size.  text_hash may be NULL.
 */
size_t cast_say(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                struct hash *text_hash, struct signed_by by, const char *kind,
                const char *fields, ...) __attribute__((format(printf, 6, 7)));

/* The usual beginning: one note for each number below cast_overture_count():
 * the opening, everybody's registration, one open campaign "k0". */
size_t cast_overture_count(const struct cast *cast);
size_t cast_overture(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                     size_t number, struct instant now);
/* Pledge n, by person n % count, of 10.00 to 99.00. */
size_t cast_pledge(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                   struct hash *text_hash, uint64_t number);

/* Ends the program with a line for tests/run. */
_Noreturn void give_up(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
/* Memory, or the end. */
void *must(void *memory);

#endif
