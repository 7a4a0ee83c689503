#include "server/witness.h"

#include "server/log.h"
#include "sql/keyfile.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATH_CHARS = 640,
    PROOF_LINES_MAX = 63,
    DASH_BYTES = 4,     /* What a signature line begins with. */
    BURST_SECONDS = 10, /* A log may use its rate of so long at once. */
};

bool witness_open(struct witness *witness, const char *folder, const char *name,
                  int64_t rate, struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    assert(rate > 0);
    memset(witness, 0, sizeof *witness);
    witness->rate = rate;
    (void)pthread_mutex_init(&witness->mutex, NULL);
    (void)snprintf(witness->folder, sizeof witness->folder, "%s", folder);
    (void)snprintf(witness->name, sizeof witness->name, "%s", name);
    (void)snprintf(path, sizeof path, "%s/witness.key", folder);
    witness->has_key =
        keyfile_load(path, &witness->secret, &witness->key, &why);
    if (witness->has_key || why.code == ERROR_ABSENT)
        return true;
    return fail_again(error, why.code, &why);
}

void witness_close(struct witness *witness)
{
    sodium_memzero(&witness->secret, sizeof witness->secret);
    policy_file_free(&witness->file);
    (void)pthread_mutex_destroy(&witness->mutex);
    memset(witness, 0, sizeof *witness);
}

/* ---- Which logs ---- */

static bool malformed(struct error *error, const char *what)
{
    return fail(error, ERROR_REQUEST, "%s", what);
}

static bool keep(struct store_witness *next, const char *bytes, size_t size,
                 struct error *error)
{
    if (size > sizeof next->note - next->note_size)
        return malformed(error, "the checkpoint is too long");
    memcpy(next->note + next->note_size, bytes, size);
    next->note_size += size;
    return true;
}

/* The first line by that key, whole; empty: there is none. */
static struct text line_by(const struct note *note, const struct vkey *vkey)
{
    for (size_t i = 0; i < note->line_count; i++) {
        const struct note_line *line = &note->lines[i];
        const char *begin = line->name.bytes - DASH_BYTES;
        const char *end = line->blob.bytes + line->blob.size + 1;

        if (note_line_is_by(note, i, vkey))
            return (struct text){begin, (uint32_t)(end - begin)};
    }
    return (struct text){0};
}

/*
 * Is the note signed by a log of that origin that we witness, and no line by
 * a key of its wrong?  Kept are its text and those lines; whatever else
 * stands below it, cosignatures of others or grease, is passed over.
 */
static bool check_log(const struct policy *policy, const struct note *note,
                      const char *origin, struct store_witness *next,
                      size_t *log, struct error *error)
{
    bool is_signed = false;

    *log = SIZE_MAX;
    next->note_size = 0;
    if (!keep(next, note->text.bytes, note->text.size, error) ||
        !keep(next, "\n", 1, error))
        return false;
    for (size_t i = 0; policy != NULL && i < policy->log_count; i++) {
        const struct vkey *vkey = &policy->logs[i].vkey;
        struct text line = line_by(note, vkey);

        if (strcmp(vkey->name, origin) != 0)
            continue;
        if (*log == SIZE_MAX)
            *log = i;
        if (line.size == 0)
            continue;
        if (!note_opens(note, vkey, NULL, error) ||
            !keep(next, line.bytes, line.size, error))
            return false;
        is_signed = true;
    }
    if (*log == SIZE_MAX)
        return fail(error, ERROR_ABSENT, "%s is no log that is witnessed here",
                    origin);
    return is_signed ||
           fail(error, ERROR_SIGNATURE,
                "no key of %s that is known here has signed", origin);
}

/* used_us is when what was asked for would have been answered at the rate. */
static bool take_turn(struct witness *witness, size_t log, int64_t now_ms,
                      struct error *error)
{
    const int64_t now = now_ms * 1000, each = 1000000 / witness->rate + 1;
    int64_t *used = &witness->used_us[log];

    if (*used < now)
        *used = now;
    if (*used - now > BURST_SECONDS * INT64_C(1000000))
        return fail(error, ERROR_MANY,
                    "a log is cosigned %" PRId64 " times a second at most",
                    witness->rate);
    *used += each;
    return true;
}

/* ---- The request ---- */

static bool read_proof(struct proof *proof, struct text rest,
                       struct error *error)
{
    struct text line;
    size_t size;

    proof->count = 0;
    while (text_take_line(&rest, &line)) {
        if (proof->count == PROOF_LINES_MAX)
            return malformed(error, "a proof has at most 63 hashes");
        if (!base64_read(proof->hashes[proof->count].bytes,
                         sizeof proof->hashes[0].bytes, &size, line.bytes,
                         line.size) ||
            size != sizeof proof->hashes[0].bytes)
            return malformed(error, "a hash is no base64 of 32 bytes");
        proof->count++;
    }
    return rest.size == 0 || malformed(error, "a line does not end");
}

/* The body is split at its first empty line. */
static bool split_body(struct text *head, struct text *note, const char *body,
                       size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (body[i] != '\n' || body[i + 1] != '\n')
            continue;
        *head = (struct text){body, (uint32_t)(i + 1)};
        *note = (struct text){body + i + 2, (uint32_t)(size - i - 2)};
        return true;
    }
    return false;
}

bool witness_parse(struct witness_request *request, const char *body,
                   size_t size, struct error *error)
{
    static const char word[] = "old ";
    const size_t word_size = sizeof word - 1;
    struct text head, line;
    struct error why = {0};

    request->body = (struct text){body, (uint32_t)size};
    if (!split_body(&head, &request->note_bytes, body, size))
        return malformed(error, "no empty line ends the proof");
    if (!text_take_line(&head, &line) || line.size <= word_size ||
        memcmp(line.bytes, word, word_size) != 0 ||
        !decimal_read(&request->old_size, line.bytes + word_size,
                      line.size - word_size) ||
        request->old_size > LOG_SIZE_MAX)
        return malformed(error, "the first line is not 'old <size>'");
    if (!read_proof(&request->proof, head, error))
        return false;
    if (note_parse(request->note, request->note_bytes.bytes,
                   request->note_bytes.size, &why) &&
        checkpoint_read(&request->checkpoint, request->note->text, &why))
        return true;
    return fail(error, ERROR_REQUEST, "the checkpoint: %s", why.text);
}

/* ---- The judgement ---- */

/* What was cosigned of that log, and what is to be instead. */
struct work {
    struct store_witness seen, next;
};

static void write_evidence(FILE *file, const struct witness_request *request,
                           const struct store_witness *seen)
{
    (void)fprintf(file, "Cosigned here, of size %" PRId64 ":\n\n", seen->size);
    (void)fwrite(seen->note, 1, seen->note_size, file);
    (void)fprintf(file, "\nShown now, as extending it:\n\n");
    (void)fwrite(request->body.bytes, 1, request->body.size, file);
}

/* What may prove that a log has two histories is kept for ever: both signed
 * checkpoints, once for each text. */
static void keep_evidence(const struct witness *witness,
                          const struct witness_request *request,
                          const struct store_witness *seen)
{
    char path[PATH_CHARS + 2 * HASH_CHARS];
    char log[HASH_CHARS + 1], text[HASH_CHARS + 1];
    struct hash hash = store_witness_hash(request->checkpoint.origin);
    FILE *file;

    hash_write(log, &hash);
    (void)crypto_hash_sha256(hash.bytes,
                             (const uint8_t *)request->note->text.bytes,
                             request->note->text.size);
    hash_write(text, &hash);
    (void)snprintf(path, sizeof path, "%s/evidence-%.16s-%.16s.txt",
                   witness->folder, log, text);
    file = fopen(path, "wxe");
    if (file != NULL) {
        write_evidence(file, request, seen);
        (void)fclose(file);
    }
    log_event(LOG_ERROR, "witness",
              "%s signed what is not proved to extend its log; see %s",
              request->checkpoint.origin, path);
}

static bool is_consistent(const struct witness_request *request,
                          const struct store_witness *seen)
{
    const struct checkpoint *checkpoint = &request->checkpoint;
    const struct tree empty = {0};
    struct hash nothing = tree_root(&empty);

    if (checkpoint->size == 0 && !hash_equal(&checkpoint->root, &nothing))
        return false;
    if (request->old_size == 0)
        return request->proof.count == 0;
    if (request->old_size == checkpoint->size)
        return request->proof.count == 0 &&
               hash_equal(&checkpoint->root, &seen->root);
    return proof_verify_consistency(&request->proof, request->old_size,
                                    checkpoint->size, &seen->root,
                                    &checkpoint->root);
}

static bool sign_and_keep(struct witness *witness, struct db *db,
                          const struct witness_request *request, int64_t now_ms,
                          struct store_witness *next,
                          char line[static NOTE_SIGNATURE_CHARS_MAX],
                          struct error *error)
{
    const struct checkpoint *checkpoint = &request->checkpoint;
    size_t size = note_cosign(line, witness->name, request->note->text.bytes,
                              request->note->text.size, (uint64_t)now_ms / 1000,
                              &witness->secret);

    (void)snprintf(next->origin, sizeof next->origin, "%s", checkpoint->origin);
    next->size = (int64_t)checkpoint->size;
    next->root = checkpoint->root;
    return keep(next, line, size, error) &&
           store_witness_move(db, (int64_t)request->old_size, next, error);
}

static bool find_seen(struct db *db, const char *origin,
                      struct store_witness *seen, struct error *error)
{
    struct hash hash = store_witness_hash(origin);
    struct error why = {0};

    memset(seen, 0, sizeof *seen);
    if (store_witness_seen(db, &hash, seen, &why) || why.code == ERROR_ABSENT)
        return true;
    return fail_again(error, why.code, &why);
}

static bool judge(struct witness *witness, struct db *db,
                  const struct witness_request *request, int64_t now_ms,
                  struct work *work, char line[static NOTE_SIGNATURE_CHARS_MAX],
                  int64_t *size, struct error *error)
{
    struct store_witness *seen = &work->seen;

    if (!find_seen(db, request->checkpoint.origin, seen, error))
        return false;
    *size = seen->size;
    if ((uint64_t)seen->size != request->old_size)
        return fail(error, ERROR_CONFLICT, "cosigned last: %" PRId64,
                    seen->size);
    if (!is_consistent(request, seen)) {
        if (seen->size > 0)
            keep_evidence(witness, request, seen);
        return fail(error, ERROR_PROOF,
                    "the checkpoint is not proved to extend size %" PRId64,
                    seen->size);
    }
    if (sign_and_keep(witness, db, request, now_ms, &work->next, line, error))
        return true;
    if (error->code == ERROR_CONFLICT) {
        struct error why = {0};

        if (find_seen(db, request->checkpoint.origin, seen, &why))
            *size = seen->size;
    }
    return false;
}

/* What needs no database; under the lock, since the policy may change. */
static bool admit(struct witness *witness,
                  const struct witness_request *request, int64_t now_ms,
                  struct store_witness *next, struct error *error)
{
    size_t log;
    bool good;

    (void)pthread_mutex_lock(&witness->mutex);
    if (policy_file_refresh(&witness->file, witness->folder))
        memset(witness->used_us, 0, sizeof witness->used_us);
    good = check_log(witness->file.policy, request->note,
                     request->checkpoint.origin, next, &log, error);
    if (good && request->old_size > request->checkpoint.size)
        good = malformed(error, "old is larger than the checkpoint");
    good = good && take_turn(witness, log, now_ms, error);
    (void)pthread_mutex_unlock(&witness->mutex);
    return good;
}

bool witness_cosign(struct witness *witness, struct db *db,
                    const struct witness_request *request, int64_t now_ms,
                    char line[static NOTE_SIGNATURE_CHARS_MAX], int64_t *size,
                    struct error *error)
{
    struct work *work;
    bool good;

    if (!witness->has_key)
        return fail(error, ERROR_ABSENT, "this node is no witness");
    work = malloc(sizeof *work);
    assert(work != NULL);
    good = admit(witness, request, now_ms, &work->next, error) &&
           judge(witness, db, request, now_ms, work, line, size, error);
    free(work);
    return good;
}
