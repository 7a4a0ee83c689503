/*
 * act: something to be said in the ledger: composed, shown, signed, sent.
 *
 * What is shown is what is signed: the text in here, byte for byte.
 */
#ifndef ADMIN_CLI_ACT_H
#define ADMIN_CLI_ACT_H

#include "admin-cli/command.h"
#include "admin-cli/desk.h"

enum { ACT_NOTE_MAX = LEAF_BYTES_MAX };

struct act {
    enum entry_kind kind;
    char text[TEXT_BYTES_MAX + 1]; /* Three lines; terminated. */
    size_t text_size;
    const char *json; /* Its third line. */
    size_t json_size;
    size_t line_count;
    char lines[SIGNERS_MAX][NOTE_SIGNATURE_CHARS_MAX]; /* Each with its \n. */
};

/*
 * Composes an entry from the call's options and words: a nonce and the ids
 * that it creates are made up at random where they are not given.  Fails with
 * ERROR_USAGE (a field is missing: all such are named) or as compose() and
 * entry_parse().
 */
MUST_USE bool act_compose(struct act *act, struct desk *desk,
                          const struct call *call, struct error *error);
/* Does an entry of that kind create what the field names? */
bool act_creates(enum entry_kind kind, const struct field_spec *field);
/* From canonical JSON.  Fails as entry_parse(). */
MUST_USE bool act_from_json(struct act *act, const char *origin,
                            const char *json, size_t size, struct error *error);
/* From the text of an entry, or a note with signature lines.  Fails with
 * ERROR_NOTE or as entry_parse(). */
MUST_USE bool act_read(struct act *act, const char *bytes, size_t size,
                       struct error *error);
/* The origin in its text; at most ORIGIN_BYTES_MAX. */
void act_origin(const struct act *act, char out[static ORIGIN_BYTES_MAX + 1]);

/* On stderr: the kind, each field in words, the exact text. */
void act_show(const struct act *act, const struct desk *desk);
/* On stderr: who has signed. */
void act_show_signers(const struct act *act);

/* On stderr: what entries:check answered; asks the node for limits. */
void act_show_effects(const json_t *document, struct desk *desk);

/* Adds a line by each key of the desk, in the order that notes keep.  A key
 * that signed before is left out. */
MUST_USE bool act_sign(struct act *act, const struct desk *desk,
                       struct error *error);
/* The note; returns its length. */
size_t act_note(const struct act *act, char out[static ACT_NOTE_MAX + 1]);

/*
 * Asks the node what it would do, and says so: on stderr, or with --json on
 * stdout where the call is a dry run.  Fails as the entry would, but not for
 * missing signatures.
 */
MUST_USE bool act_check(const struct act *act, struct desk *desk,
                        struct error *error);

/* Answered so by act_post_all() for each act. */
struct act_result {
    int status;
    struct error error; /* Where status is 400 or more. */
};

enum { ACT_TOGETHER_MAX = 200 };

/*
 * Sends several notes, one after the other in bytes, each after its length on
 * a line.  Fails where the node did not take them at all.
 */
MUST_USE bool act_post_all(struct desk *desk, const char *bytes, size_t size,
                           struct act_result *results, size_t count,
                           struct error *error);
/* Sends the note; *answer is the caller's to close.  202 is an answer too. */
MUST_USE bool act_post(const struct act *act, struct desk *desk,
                       struct answer *answer, struct error *error);
/* On stdout: where the entry stands now. */
void act_show_answer(const struct answer *answer, bool as_json);
/* Sends the note and prints the receipt on stdout.  Fails with ERROR_UNSIGNED
 * if it now waits for signatures: where, and which, is said on stderr. */
MUST_USE bool act_send(const struct act *act, struct desk *desk,
                       struct error *error);

#endif
