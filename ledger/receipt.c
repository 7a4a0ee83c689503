#include "ledger/receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char header[] = "c2sp.org/tlog-proof@v1";
static const char divider[] = "--- leaf\n";

/* Bytes on their way out; .size is what they need even beyond .room. */
struct output {
    char *out;
    size_t room;
    size_t size;
};

static void put(struct output *to, const char *bytes, size_t size)
{
    if (to->size <= to->room && size <= to->room - to->size)
        memcpy(to->out + to->size, bytes, size);
    to->size += size;
}

static void put_literal(struct output *to, const char *literal)
{
    put(to, literal, strlen(literal));
}

size_t receipt_write(char *out, size_t room, const struct receipt *receipt)
{
    struct output to = {.out = out, .room = room};
    char line[BASE64_CHARS(sizeof(struct hash)) + 1];

    assert(receipt->checkpoint.size > 0);
    assert(receipt->proof.count <= PROOF_HASHES_MAX);
    put_literal(&to, header);
    if (receipt->extra.size > 0) {
        put_literal(&to, "\nextra ");
        put(&to, receipt->extra.bytes, receipt->extra.size);
    }
    (void)snprintf(line, sizeof line, "%" PRIu64, receipt->index);
    put_literal(&to, "\nindex ");
    put_literal(&to, line);
    put_literal(&to, "\n");
    for (size_t i = 0; i < receipt->proof.count; i++) {
        base64_write(line, receipt->proof.hashes[i].bytes,
                     sizeof receipt->proof.hashes[i].bytes);
        put_literal(&to, line);
        put_literal(&to, "\n");
    }
    put_literal(&to, "\n");
    put(&to, receipt->checkpoint.bytes, receipt->checkpoint.size);
    if (receipt->leaf.size > 0) {
        put_literal(&to, divider);
        put(&to, receipt->leaf.bytes, receipt->leaf.size);
    }
    return to.size <= room ? to.size : 0;
}

/* Cuts word and a space off the front of line. */
static bool skip_word(struct text *line, const char *word)
{
    size_t size = strlen(word);

    if (line->size < size || memcmp(line->bytes, word, size) != 0)
        return false;
    line->bytes += size;
    line->size -= (uint32_t)size;
    return true;
}

/* The lines between "index" and the empty one. */
static bool read_hashes(struct proof *proof, struct text *rest,
                        struct error *error)
{
    struct text line;

    for (proof->count = 0; text_take_line(rest, &line); proof->count++) {
        struct hash *hash = &proof->hashes[proof->count];
        size_t size;

        if (line.size == 0)
            return true;
        if (proof->count == PROOF_HASHES_MAX)
            return fail(error, ERROR_PROOF, "a proof has at most %d hashes",
                        PROOF_HASHES_MAX);
        if (!base64_read(hash->bytes, sizeof hash->bytes, &size, line.bytes,
                         line.size) ||
            size != sizeof hash->bytes)
            return fail(error, ERROR_PROOF,
                        "hash %zu of the proof is"
                        " malformed",
                        proof->count);
    }
    return fail(error, ERROR_PROOF, "no empty line before the checkpoint");
}

/*
 * The checkpoint, and the leaf behind the first divider.  A checkpoint with
 * an extension line like the divider is cut there and does not verify, which
 * is the safe side.
 */
static bool read_parts(struct receipt *receipt, struct text rest,
                       struct error *error)
{
    struct text all = rest, line;

    while (text_take_line(&rest, &line)) {
        if (!text_is(line, "--- leaf"))
            continue;
        if (rest.size == 0)
            return fail(error, ERROR_PROOF, "the leaf is empty");
        receipt->leaf = rest;
        all.size = (uint32_t)(line.bytes - all.bytes);
        break;
    }
    if (all.size == 0)
        return fail(error, ERROR_PROOF, "there is no checkpoint");
    if (all.size > CHECKPOINT_NOTE_MAX)
        return fail(error, ERROR_SIZE, "a checkpoint has at most %d bytes",
                    CHECKPOINT_NOTE_MAX);
    receipt->checkpoint = all;
    return true;
}

bool receipt_read(struct receipt *receipt, const char *bytes, size_t size,
                  struct error *error)
{
    struct text rest = {bytes, (uint32_t)size}, line;

    if (size > RECEIPT_BYTES_MAX)
        return fail(error, ERROR_SIZE, "a receipt has at most %d bytes",
                    RECEIPT_BYTES_MAX);
    receipt->extra = receipt->leaf = (struct text){0};
    if (!text_take_line(&rest, &line) || !text_is(line, header))
        return fail(error, ERROR_PROOF, "a receipt begins with %s", header);
    if (!text_take_line(&rest, &line))
        return fail(error, ERROR_PROOF, "the receipt is cut off");
    if (skip_word(&line, "extra ")) {
        if (line.size == 0 || !base64_is_good(line.bytes, line.size))
            return fail(error, ERROR_PROOF, "the extra line is malformed");
        receipt->extra = line;
        if (!text_take_line(&rest, &line))
            return fail(error, ERROR_PROOF, "the receipt is cut off");
    }
    if (!skip_word(&line, "index ") ||
        !decimal_read(&receipt->index, line.bytes, line.size) ||
        receipt->index >= LOG_SIZE_MAX)
        return fail(error, ERROR_PROOF, "the index is malformed");
    return read_hashes(&receipt->proof, &rest, error) &&
           read_parts(receipt, rest, error);
}

static bool check_inclusion(const struct receipt *receipt,
                            const struct checkpoint *checkpoint,
                            struct error *error)
{
    struct hash leaf;

    if (receipt->leaf.size == 0)
        return fail(error, ERROR_PROOF, "the receipt has no leaf");
    leaf = tree_leaf_hash(receipt->leaf.bytes, receipt->leaf.size);
    if (!proof_verify_inclusion(&receipt->proof, receipt->index,
                                checkpoint->size, &leaf, &checkpoint->root))
        return fail(error, ERROR_PROOF,
                    "leaf %" PRIu64 " is not proven to be in the log",
                    receipt->index);
    return true;
}

bool receipt_verify(const struct receipt *receipt, const struct vkey *log,
                    struct checkpoint *checkpoint, struct error *error)
{
    struct checkpoint read;
    struct note note;

    if (!note_parse(&note, receipt->checkpoint.bytes, receipt->checkpoint.size,
                    error))
        return false;
    if (log->type != KEY_TYPE_ED25519)
        return fail(error, ERROR_SIGNATURE, "%.100s is not the key of a log",
                    log->name);
    if (!note_opens(&note, log, NULL, error) ||
        !checkpoint_read(&read, note.text, error))
        return false;
    if (strcmp(read.origin, log->name) != 0)
        return fail(error, ERROR_ORIGIN, "the origin is %s, not %.100s",
                    read.origin, log->name);
    if (!check_inclusion(receipt, &read, error))
        return false;
    *checkpoint = read;
    return true;
}

bool receipt_verify_policy(const struct receipt *receipt,
                           const struct policy *policy,
                           struct checkpoint *checkpoint, struct error *error)
{
    struct checkpoint read;
    struct note note;

    if (!note_parse(&note, receipt->checkpoint.bytes, receipt->checkpoint.size,
                    error) ||
        !policy_check(policy, &note, &read, error) ||
        !check_inclusion(receipt, &read, error))
        return false;
    *checkpoint = read;
    return true;
}
