/*
 * story: runs a text of statements against a world.
 *
 * One statement a line; indented lines and a closing brace continue it; "#"
 * begins a comment.
 *
 *   @ 2026-02-09T10:00:00Z              the clock
 *   clerk sleeps                        what is due stays so; "clerk wakes"
 *   define board decision={...}         then $board stands for it
 *   include founding.txt                beside this file
 *   [label:] kind field=value ... by ana bob clerk -> ok
 *   ... -> wrong-state "allows accept"  an error, and part of its text
 *   again -> same                       the text of the last act once more
 *   raw {"kind":...} by ana -> bad-syntax "at byte 9"
 *   note TEXT -> bad-note               bytes as they are; "\n" ends lines
 *   deposit main 2026-01-12 s1=50.00 -=20.00:line1 g1=-5.00!return/AC04
 *   balance capital-paid ana -> 50.00 Cr
 *   balances { capital-paid ana 50.00 Cr ... }     all real ones
 *   postings { bank main 50.00 Dr ... }            of the last entry, real
 *   show pledge g1 state -> received
 *   count member effective -> 5
 *   name i1 pledge g1 became            i1 stands for what the ledger made
 *   size -> 31
 *
 * Words stand for ids, hashes and keys (names.h).  $label is the index of an
 * entry, $record.name.attribute what the state holds.  Signers: "ana" signs
 * with her own key, "ana:key2" with another, "ana!" wrongly; "by = a b" keeps
 * the order of the lines.
 */
#ifndef TESTS_SCENARIO_STORY_H
#define TESTS_SCENARIO_STORY_H

#include "ledger/compose.h"
#include "tests/scenario/world.h"

enum {
    STATEMENT_CHARS = 32 * 1024,
    DEFINES_MAX = 256,
    TOKENS_MAX = 96,
    DEPTH_MAX = 4,
};

struct story {
    struct world world;
    const char *path;
    int line; /* Where the statement begins. */
    size_t define_count;
    struct define {
        char name[32];
        char *text;
    } defines[DEFINES_MAX];
    int64_t last_index;                    /* Of the last act accepted. */
    char last_note[LEAF_BYTES_MAX + 4096]; /* Of the last act. */
    size_t last_size;
    size_t deposits;
    char why[1200]; /* The first failure. */
};

/* false: story->why says at which line and why. */
bool story_run(struct story *story, const char *path);
void story_start(struct story *story, struct coverage *coverage);
void story_end(struct story *story);

/* Records the first failure; returns false. */
bool story_fails(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Split at blanks; returns how many, at most TOKENS_MAX. */
size_t story_tokens(struct text tokens[static TOKENS_MAX], struct text text);

/* act.c: entries made, signed and appended. */
bool act_statement(struct story *story, struct text statement,
                   struct text expected);
bool again_statement(struct story *story, struct text expected);
bool raw_statement(struct story *story, struct text statement,
                   struct text expected);
bool note_statement(struct story *story, struct text statement,
                    struct text expected);
bool deposit_statement(struct story *story, struct text statement);
/* $name stands for that from here on. */
bool story_define(struct story *story, struct text name, const char *text);

/* show.c: what the state holds, compared with what a story expects. */
bool show_statement(struct story *story, struct text statement,
                    struct text expected);
bool balance_statement(struct story *story, struct text statement,
                       struct text expected);
bool balances_statement(struct story *story, struct text block, bool postings);
bool count_statement(struct story *story, struct text statement,
                     struct text expected);
bool name_statement(struct story *story, struct text statement);
/* The id that a word names: of the letters it may have, the first under which
 * there is one.  "w1/g1" is the payment of what g1 is owed in batch w1. */
struct id story_id(struct story *story, const char *letters, struct text word);
/* A record by its type and the words that name it; NULL: none. */
const struct record *record_named(struct story *story, const char *type,
                                  const struct text *words, size_t count);
/* An attribute as a story writes it; false if there is none such. */
bool value_shown(struct story *story, char out[static 400],
                 const struct record *record, struct text attr);
int story_digits(const struct story *story);

#endif
