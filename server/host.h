/*
 * host: one ledger on this server: its fold, its tree, what it signed.
 *
 * Threads.  The ledger's sequencer is the only writer of what `lock` guards,
 * and reads it without; everybody else holds the read lock (host_read(),
 * host_done(), never twice in one thread).  The teller signs, and writes what
 * `mutex` guards; it holds no other lock meanwhile.
 */
#ifndef SERVER_HOST_H
#define SERVER_HOST_H

#include "server/follow.h"
#include "server/item.h"
#include "server/leaf_cache.h"
#include "server/signing.h"
#include "server/tiles.h"
#include "sql/pool.h"

#include <stdatomic.h>

struct node;
struct sequencer;
struct teller;

/* What may keep a ledger from taking entries for the time being. */
enum pause { PAUSE_SIGNER, PAUSE_OUTSIDE, PAUSES };

/* Why a ledger does not take entries here. */
struct trouble {
    enum error_code code; /* ERROR_NONE: it does. */
    char text[400];
};

struct ledger_host {
    struct node *node;
    int32_t ledger_id;
    char name[LEDGER_NAME_CHARS_MAX + 1];
    char origin[ORIGIN_BYTES_MAX + 1];

    pthread_rwlock_t lock; /* Writers first. */
    struct point at;       /* The committed log. */

    pthread_mutex_t mutex;
    struct store_checkpoint checkpoint; /* Latest known; note_size 0: none. */
    struct trouble trouble;             /* For good. */
    struct trouble pauses[PAUSES];
    struct log_keys keys; /* As last heard from the signer; public. */
    struct tile_cache tiles;
    struct leaf_cache leaves;

    struct queue queue; /* Of entries that came through the door. */
    atomic_bool behind; /* Another server has appended. */
    atomic_bool clock_off;
    struct signing signing;
    struct sequencer *sequencer;
    struct teller *teller;
    int64_t snapshot_size; /* Of the file; the snapshot thread's. */
};

/* An empty one.  Aborts without memory. */
struct ledger_host *host_create(struct node *node,
                                const struct store_ledger *ledger);
/* Its threads have ended. */
void host_free(struct ledger_host *host);

/* Hold what `lock` guards still. */
void host_read(struct ledger_host *host);
void host_done(struct ledger_host *host);

/* Size of the log as committed, as this server knows it. */
int64_t host_size(struct ledger_host *host);
/* The latest checkpoint; false if there is none. */
MUST_USE bool host_checkpoint(struct ledger_host *host,
                              struct store_checkpoint *checkpoint);

/* The teller has a newer one. */
void host_publish(struct ledger_host *host,
                  const struct store_checkpoint *checkpoint);

/* The log's public keys; count 0: they were never heard of. */
void host_keys(struct ledger_host *host, struct log_keys *keys);
void host_set_keys(struct ledger_host *host, const struct log_keys *keys);

/*
 * Read on to the head, for the thread that may write; puts the ledger in
 * doubt where the log is not what it was, or cannot be folded here.
 */
MUST_USE bool host_follow(struct ledger_host *host, struct db *db,
                          const struct store_head *head, struct error *error);

/* Stop taking entries, for good; the first reason stays.  Any thread. */
void host_doubt(struct ledger_host *host, enum error_code code,
                const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Take no entries until the reason is gone (NULL).  Any thread. */
void host_pause(struct ledger_host *host, enum pause pause, const char *why);
/* Is it, and not in doubt besides? */
bool host_is_paused(struct ledger_host *host, enum pause pause);
/* ERROR_READ_ONLY or ERROR_DOUBT with the reason, if there is one. */
MUST_USE bool host_is_writable(struct ledger_host *host, struct error *error);

#endif
