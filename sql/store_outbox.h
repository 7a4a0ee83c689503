/*
 * store_outbox: mail that waits to be sent, sealed.
 *
 * A mail is put in by the transaction of what it tells.  Whoever sends claims
 * it first: a claim is a lease, so that of several servers one sends, and a
 * mail whose sender died is sent by another.  Whole ledgers are claimed from,
 * so that every statement names one; ledger 0 is the node itself.
 */
#ifndef SQL_STORE_OUTBOX_H
#define SQL_STORE_OUTBOX_H

#include "sql/seal.h"
#include "sql/store.h"

struct store_mail {
    int32_t ledger_id;
    uint8_t mail_id[UUID_BYTES];
    uint8_t nonce[SEAL_NONCE_BYTES];
    struct text box;
    int attempts; /* Read only: how often it was claimed, this time too. */
};

struct store_outbox_counts {
    int64_t waiting; /* To be sent now or later. */
    int64_t parked;  /* Refused for good. */
    int64_t sent;    /* And not forgotten yet. */
};

MUST_USE bool store_outbox_insert(struct db *db, const struct store_mail *mail,
                                  struct error *error);

/* Ledgers with mail that is due, at most room. */
MUST_USE bool store_outbox_due(struct db *db, int32_t *ledger_ids, size_t room,
                               size_t *count, struct error *error);

/* Lease at most limit mails that are due for so many seconds, the oldest
 * first; those that somebody else is claiming are left to them. */
MUST_USE bool store_outbox_claim(struct db *db, int32_t ledger_id, int limit,
                                 int lease_seconds,
                                 bool (*each)(void *context,
                                              const struct store_mail *row,
                                              struct error *error),
                                 void *context, struct error *error);

/* What became of a claimed mail; one that is gone stays gone. */
MUST_USE bool store_outbox_sent(struct db *db, const struct store_mail *mail,
                                struct error *error);
MUST_USE bool store_outbox_retry(struct db *db, const struct store_mail *mail,
                                 int64_t seconds, struct error *error);
/* Keep it for people to look at, and never send it. */
MUST_USE bool store_outbox_park(struct db *db, const struct store_mail *mail,
                                int days, struct error *error);
MUST_USE bool store_outbox_drop(struct db *db, const struct store_mail *mail,
                                struct error *error);

/* Forget what was sent so long ago, and what was parked until now. */
MUST_USE bool store_outbox_purge(struct db *db, int sent_hours,
                                 struct error *error);

MUST_USE bool store_outbox_count(struct db *db,
                                 struct store_outbox_counts *counts,
                                 struct error *error);

#endif
