/*
 * petition: requests to a witness, honest and not, of a log "entry <i>\n".
 *
 *     ANSWERS(409, .old_size = 8, .size = 300)
 *
 * One witness, one database, one clock, which only the test moves.
 */
#ifndef TESTS_STORE_PETITION_H
#define TESTS_STORE_PETITION_H

#include "server/log.h"
#include "server/witness.h"
#include "sql/keyfile.h"
#include "tests/unit/grove.h"

#include <sodium.h>

enum { BODY_MAX = 64 * 1024, ROOM = 8 * 1024, RATE = 50, RACES = 60 };

#define ORIGIN "log.example/grove"
#define OTHER "log.example/other"

#define PUT(out, ...) ((size_t)snprintf(out, ROOM, __VA_ARGS__))

static char folder[] = "/tmp/terreau-witness.XXXXXX";
static struct witness witness;
static struct vkey witness_key;
static struct grove *grove;
static struct db db;
static int64_t now_ms = INT64_C(1800000000000);

/* What a request says; zero is an honest one. */
struct ask {
    const char *origin;  /* NULL: ORIGIN. */
    const char *signers; /* Letters of keys; "!" spoils the one before. */
    const char *after;   /* More signature lines. */
    uint64_t old_size, size;
    bool other_root, no_proof, twisted;
    size_t more_hashes;
};

static struct secret_key secret_of(char letter, struct key *key)
{
    struct secret_key secret;
    uint8_t seed[32] = {(uint8_t)letter};

    (void)crypto_sign_seed_keypair(key->bytes, secret.bytes, seed);
    return secret;
}

/* ---- Bodies ---- */

static size_t put_proof(char *out, const struct ask *ask)
{
    struct proof proof = {0};
    size_t used = 0;

    if (!ask->no_proof && ask->old_size > 0 && ask->old_size < ask->size)
        TAKEN(proof_make_consistency(&proof, ask->old_size, ask->size,
                                     grove_node, grove, &error));
    if (ask->twisted)
        proof.hashes[0].bytes[7] ^= 1;
    for (size_t i = 0; i < proof.count + ask->more_hashes; i++) {
        const struct hash none = {0};

        base64_write(out + used,
                     i < proof.count ? proof.hashes[i].bytes : none.bytes,
                     sizeof none.bytes);
        used += BASE64_CHARS(sizeof none.bytes);
        out[used++] = '\n';
    }
    return used;
}

static struct hash root_of(uint64_t size)
{
    struct tree tree = {0};

    for (uint64_t i = 0; i < size; i++) {
        struct hash leaf = grove_leaf(i);

        tree_append(&tree, &leaf);
    }
    return tree_root(&tree);
}

static size_t put_note(char *out, const struct ask *ask)
{
    const char *signers = ask->signers == NULL ? "a" : ask->signers;
    struct checkpoint checkpoint = {.size = ask->size,
                                    .root = root_of(ask->size)};
    char text[CHECKPOINT_TEXT_MAX], line[NOTE_SIGNATURE_CHARS_MAX];
    size_t size, used;
    struct key key;

    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s",
                   ask->origin == NULL ? ORIGIN : ask->origin);
    checkpoint.root.bytes[0] ^= ask->other_root;
    size = checkpoint_write(text, &checkpoint);
    used = PUT(out, "%s\n", text);
    for (; *signers != '\0'; signers++) {
        struct secret_key secret = secret_of(*signers, &key);
        const bool spoiled = signers[1] == '!';

        (void)note_sign(line, checkpoint.origin, text + spoiled, size - spoiled,
                        &secret);
        used += PUT(out + used, "%s", line);
        signers += spoiled;
    }
    if (ask->after != NULL) {
        memcpy(out + used, ask->after, strlen(ask->after));
        used += strlen(ask->after);
    }
    return used;
}

static size_t put_body(char *out, const struct ask *ask)
{
    size_t used = PUT(out, "old %" PRIu64 "\n", ask->old_size);

    used += put_proof(out + used, ask);
    out[used++] = '\n';
    return used + put_note(out + used, ask);
}

/* ---- Answers ---- */

struct answer {
    int status;
    int64_t size; /* With 409. */
    char line[NOTE_SIGNATURE_CHARS_MAX];
};

static struct answer post(struct db *with, const char *body, size_t size)
{
    struct witness_request *request = calloc(1, sizeof *request);
    struct error why = {0};
    struct answer answer = {.status = 200};

    assert_non_null(request);
    request->note = calloc(1, sizeof *request->note);
    assert_non_null(request->note);
    if (!witness_parse(request, body, size, &why) ||
        !witness_cosign(&witness, with, request, now_ms, answer.line,
                        &answer.size, &why))
        answer.status = error_spec(why.code)->http;
    free(request->note);
    free(request);
    return answer;
}

static struct answer answer_to(struct db *with, const struct ask *ask)
{
    char *body = malloc(BODY_MAX);
    struct answer answer;

    assert_non_null(body);
    now_ms += 1000; /* Slower than any rate. */
    answer = post(with, body, put_body(body, ask));
    free(body);
    return answer;
}

#define ANSWERS(expected, ...)                                                 \
    assert_int_equal(answer_to(&db, &(struct ask){__VA_ARGS__}).status,        \
                     expected)

static void forget(void)
{
    DB_RESULT(none);

    TAKEN(db_query(&db, "DELETE FROM witness_seen WHERE size >= $1",
                   PARAMS(param_int8(0)), &none, &error));
}

static struct store_witness *kept(const char *origin)
{
    static struct store_witness seen;
    struct hash hash = store_witness_hash(origin);

    TAKEN(store_witness_seen(&db, &hash, &seen, &error));
    return &seen;
}

#endif
