/*
 * witness: this node cosigns the checkpoints of other logs (C2SP
 * tlog-witness), and so vouches that it saw no two histories of one log.
 *
 * What was cosigned is in the database before an answer leaves.  Which logs:
 * those of "witness.policy" in the state directory, a tlog-policy file, which
 * is read again when it changes.  The key is "witness.key" there, of type
 * 0x04, and not the key of any log.
 */
#ifndef SERVER_WITNESS_H
#define SERVER_WITNESS_H

#include "ledger/proof.h"
#include "server/policy_file.h"
#include "sql/store_witness.h"

#include <pthread.h>

struct witness {
    char folder[512];
    char name[NOTE_NAME_BYTES_MAX + 1];
    struct secret_key secret;
    struct key key;
    bool has_key;
    int64_t rate;          /* Cosignatures a second for one log. */
    pthread_mutex_t mutex; /* Guards what follows. */
    struct policy_file file;
    int64_t used_us[POLICY_LOGS_MAX]; /* By the first log of an origin. */
};

/* Without a key file it is no witness; that is no failure. */
MUST_USE bool witness_open(struct witness *witness, const char *folder,
                           const char *name, int64_t rate, struct error *error);
void witness_close(struct witness *witness);

/* A request to add-checkpoint, taken apart; points into its bytes. */
struct witness_request {
    struct text body;
    uint64_t old_size;
    struct proof proof;
    struct note *note; /* The caller's. */
    struct text note_bytes;
    struct checkpoint checkpoint;
};

/* ERROR_REQUEST: malformed. */
MUST_USE bool witness_parse(struct witness_request *request, const char *body,
                            size_t size, struct error *error);

/*
 * Judge and cosign, in the order of the specification.  On success line is
 * the signature line, terminated.  Fails with ERROR_ABSENT (404: no log of
 * ours), ERROR_SIGNATURE (403), ERROR_REQUEST (400), ERROR_MANY (429: faster
 * than rate), ERROR_CONFLICT (409: *size is what was cosigned last),
 * ERROR_PROOF (422; both checkpoints are kept as evidence), ERROR_STORE.
 */
MUST_USE bool witness_cosign(struct witness *witness, struct db *db,
                             const struct witness_request *request,
                             int64_t now_ms,
                             char line[static NOTE_SIGNATURE_CHARS_MAX],
                             int64_t *size, struct error *error);

#endif
