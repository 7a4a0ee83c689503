/*
 * names: ids, hashes and keys that a story's words stand for.
 *
 * Derived by BLAKE2b, so that a story gives the same log on every run.
 */
#ifndef TESTS_SCENARIO_NAMES_H
#define TESTS_SCENARIO_NAMES_H

#include "ledger/note.h"
#include "ledger/state.h"

enum { NAME_CHARS_MAX = 47 };

struct names {
    size_t count, room;
    struct name {
        struct id id;
        char text[NAME_CHARS_MAX + 1];
    } * list;
};

void names_free(struct names *names);
/* The id that a word stands for; remembered for names_of(). */
struct id names_id(struct names *names, uint8_t letter, struct text word);
/* From here on the word stands for that id, which the ledger made itself. */
void names_give(struct names *names, struct id id, struct text word);
/* The word; "?" if none stands for it. */
const char *names_of(const struct names *names, uint8_t letter,
                     const uint8_t key[static 16]);

struct hash name_hash(struct text word);
struct nonce name_nonce(uint64_t number);
/* An Ed25519 key pair whose seed is the word's hash. */
struct secret_key name_secret(struct text word, struct key *public);

#endif
