#include "server/witness.h"

#include "server/log.h"
#include "sql/keyfile.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_CHARS = 640, PROOF_LINES_MAX = 63 };

bool witness_open(struct witness *witness, const char *folder, const char *name,
                  struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    memset(witness, 0, sizeof *witness);
    (void)pthread_mutex_init(&witness->mutex, NULL);
    (void)snprintf(witness->folder, sizeof witness->folder, "%s", folder);
    (void)snprintf(witness->name, sizeof witness->name, "%s", name);
    (void)snprintf(path, sizeof path, "%s/witness.key", folder);
    witness->has_key =
        keyfile_load(path, &witness->secret, &witness->key, &why);
    if (witness->has_key || why.code == ERROR_ABSENT)
        return true;
    return fail(error, why.code, "%s", why.text);
}

void witness_close(struct witness *witness)
{
    sodium_memzero(&witness->secret, sizeof witness->secret);
    free(witness->policy);
    free(witness->text);
    (void)pthread_mutex_destroy(&witness->mutex);
    memset(witness, 0, sizeof *witness);
}

/* ---- Which logs ---- */

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    char *text;

    if (file == NULL)
        return NULL;
    text = calloc(1, POLICY_BYTES_MAX + 1);
    assert(text != NULL);
    *size = fread(text, 1, POLICY_BYTES_MAX, file);
    (void)fclose(file);
    return text;
}

/* A file that does not parse leaves the last good one in force. */
static void take_policy(struct witness *witness, char *text, size_t size)
{
    struct policy *policy = calloc(1, sizeof *policy);
    struct error why = {0};

    assert(policy != NULL);
    if (!policy_read(policy, text, size, &why)) {
        log_event(LOG_WARNING, "witness", "policy is left as it was: %s",
                  why.text);
        free(policy);
        free(text);
        return;
    }
    free(witness->policy);
    free(witness->text);
    witness->policy = policy;
    witness->text = text;
}

static void refresh(struct witness *witness)
{
    char path[PATH_CHARS];
    struct stat status;
    int64_t version;
    size_t size;
    char *text;

    (void)snprintf(path, sizeof path, "%s/witness.policy", witness->folder);
    if (stat(path, &status) != 0)
        return;
    version =
        (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    if (version == witness->read_at)
        return;
    witness->read_at = version;
    text = read_file(path, &size);
    if (text != NULL)
        take_policy(witness, text, size);
}

/* Is the note signed by a log of that origin that we witness? */
static bool check_log(struct witness *witness, const struct note *note,
                      const char *origin, struct error *error)
{
    struct error why = {0};
    bool known = false;

    refresh(witness);
    for (size_t i = 0;
         witness->policy != NULL && i < witness->policy->log_count; i++) {
        const struct vkey *vkey = &witness->policy->logs[i].vkey;

        if (strcmp(vkey->name, origin) != 0)
            continue;
        known = true;
        why = (struct error){0};
        if (note_opens(note, vkey, NULL, &why))
            return true;
    }
    if (!known)
        return fail(error, ERROR_ABSENT, "%s is no log that is witnessed here",
                    origin);
    return fail(error, ERROR_SIGNATURE, "%s", why.text);
}

/* ---- The request ---- */

static bool malformed(struct error *error, const char *what)
{
    return fail(error, ERROR_REQUEST, "%s", what);
}

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

/* What proves that a log has two histories is kept for ever. */
static void keep_evidence(const struct witness *witness,
                          const struct witness_request *request,
                          uint64_t now_seconds)
{
    char path[PATH_CHARS + 96];
    struct hash hash = store_witness_hash(request->checkpoint.origin);
    char name[HASH_CHARS + 1];
    FILE *file;

    hash_write(name, &hash);
    (void)snprintf(path, sizeof path, "%s/evidence-%.16s-%" PRIu64 ".txt",
                   witness->folder, name, now_seconds);
    file = fopen(path, "we");
    if (file != NULL) {
        (void)fwrite(request->note_bytes.bytes, 1, request->note_bytes.size,
                     file);
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

static bool add_line(struct store_witness *seen,
                     const struct witness_request *request, const char *line)
{
    size_t note = request->note_bytes.size, size = strlen(line);

    if (note + size > sizeof seen->note)
        return false;
    memcpy(seen->note, request->note_bytes.bytes, note);
    memcpy(seen->note + note, line, size);
    seen->note_size = note + size;
    return true;
}

static bool sign_and_keep(struct witness *witness, struct db *db,
                          const struct witness_request *request,
                          uint64_t now_seconds, struct store_witness *seen,
                          char line[static NOTE_SIGNATURE_CHARS_MAX],
                          struct error *error)
{
    const struct checkpoint *checkpoint = &request->checkpoint;

    (void)note_cosign(line, witness->name, request->note->text.bytes,
                      request->note->text.size, now_seconds, &witness->secret);
    (void)snprintf(seen->origin, sizeof seen->origin, "%s", checkpoint->origin);
    seen->size = (int64_t)checkpoint->size;
    seen->root = checkpoint->root;
    if (!add_line(seen, request, line))
        return malformed(error, "the checkpoint is too long");
    return store_witness_move(db, (int64_t)request->old_size, seen, error);
}

static bool find_seen(struct db *db, const char *origin,
                      struct store_witness *seen, struct error *error)
{
    struct hash hash = store_witness_hash(origin);
    struct error why = {0};

    memset(seen, 0, sizeof *seen);
    if (store_witness_seen(db, &hash, seen, &why) || why.code == ERROR_ABSENT)
        return true;
    return fail(error, why.code, "%s", why.text);
}

static bool judge(struct witness *witness, struct db *db,
                  const struct witness_request *request, uint64_t now_seconds,
                  struct store_witness *seen,
                  char line[static NOTE_SIGNATURE_CHARS_MAX], int64_t *size,
                  struct error *error)
{
    const struct checkpoint *checkpoint = &request->checkpoint;

    if (request->old_size > checkpoint->size)
        return malformed(error, "old is larger than the checkpoint");
    if (!find_seen(db, checkpoint->origin, seen, error))
        return false;
    *size = seen->size;
    if ((uint64_t)seen->size != request->old_size)
        return fail(error, ERROR_CONFLICT, "cosigned last: %" PRId64,
                    seen->size);
    if (!is_consistent(request, seen)) {
        if (seen->size > 0)
            keep_evidence(witness, request, now_seconds);
        return fail(error, ERROR_PROOF,
                    "the checkpoint is not proved to extend size %" PRId64,
                    seen->size);
    }
    if (sign_and_keep(witness, db, request, now_seconds, seen, line, error))
        return true;
    if (error->code == ERROR_CONFLICT) {
        struct error why = {0};

        if (find_seen(db, checkpoint->origin, seen, &why))
            *size = seen->size;
    }
    return false;
}

bool witness_cosign(struct witness *witness, struct db *db,
                    const struct witness_request *request, uint64_t now_seconds,
                    char line[static NOTE_SIGNATURE_CHARS_MAX], int64_t *size,
                    struct error *error)
{
    struct store_witness *seen;
    bool good;

    if (!witness->has_key)
        return fail(error, ERROR_ABSENT, "this node is no witness");
    (void)pthread_mutex_lock(&witness->mutex);
    good = check_log(witness, request->note, request->checkpoint.origin, error);
    (void)pthread_mutex_unlock(&witness->mutex);
    if (!good)
        return false;
    seen = malloc(sizeof *seen);
    assert(seen != NULL);
    good = judge(witness, db, request, now_seconds, seen, line, size, error);
    free(seen);
    return good;
}
