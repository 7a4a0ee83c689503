/*
 * store_intake: pledges on their way from a form to the log.
 *
 * A row is known by the hash of a token that only the citizen's page has;
 * once signed also by that of the token in the mail.  What is in it is sealed
 * and is this module's neither to open nor to judge.  A row goes: made,
 * signed, used (confirmed), done (in the log); it is deleted when it expires,
 * unless it is used and not done.
 */
#ifndef SQL_STORE_INTAKE_H
#define SQL_STORE_INTAKE_H

#include "sql/store.h"

enum { INTAKE_SECONDS = 24 * 3600, INTAKE_NONCE_BYTES = 24 };

struct store_intake {
    struct hash token_hash;
    bool is_signed, used, done;
    struct instant expires;
    uint8_t nonce[INTAKE_NONCE_BYTES];
    struct text box;
};

/* One box as it is stored. */
struct intake_box {
    const uint8_t *nonce; /* INTAKE_NONCE_BYTES */
    const uint8_t *bytes;
    size_t size;
};

typedef bool store_intake_fn(void *context, const struct store_intake *row,
                             struct error *error);

/* A form that was checked; it lives for INTAKE_SECONDS. */
MUST_USE bool store_intake_insert(struct db *db, int32_t ledger_id,
                                  const struct hash *token_hash,
                                  struct intake_box box, struct error *error);

/* Calls each() once.  ERROR_ABSENT if there is none, or it has expired. */
MUST_USE bool store_intake_get(struct db *db, int32_t ledger_id,
                               const struct hash *token_hash,
                               store_intake_fn *each, void *context,
                               struct error *error);
/* The same by the token of the mail. */
MUST_USE bool store_intake_confirmed_by(struct db *db, int32_t ledger_id,
                                        const struct hash *confirm_hash,
                                        store_intake_fn *each, void *context,
                                        struct error *error);

/* Signed, perhaps once more: an older mail's token works no longer, and the
 * time begins anew.  ERROR_ABSENT if it is not there or was used. */
MUST_USE bool store_intake_sign(struct db *db, int32_t ledger_id,
                                const struct hash *token_hash,
                                const struct hash *confirm_hash,
                                struct intake_box box, struct error *error);

/* *mine: it was not used yet, and now is. */
MUST_USE bool store_intake_use(struct db *db, int32_t ledger_id,
                               const struct hash *token_hash, bool *mine,
                               struct error *error);

/* Its entries are in the log; *mine: nobody else has said so before.  Holds
 * the row until the transaction ends. */
MUST_USE bool store_intake_done(struct db *db, int32_t ledger_id,
                                const struct hash *token_hash,
                                struct intake_box box, bool *mine,
                                struct error *error);

MUST_USE bool store_intake_delete(struct db *db, int32_t ledger_id,
                                  const struct hash *token_hash,
                                  struct error *error);

/* Those used for at least so many seconds and not done, the oldest first. */
MUST_USE bool store_intakes_used(struct db *db, int32_t ledger_id, int seconds,
                                 int limit, store_intake_fn *each,
                                 void *context, struct error *error);

/* Delete what has expired; *count of them. */
MUST_USE bool store_intakes_expire(struct db *db, int32_t ledger_id,
                                   int64_t *count, struct error *error);

#endif
