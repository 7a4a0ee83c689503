/*
 * logkeys: the keys of one log: the one it signs with, the next one while
 * they overlap, and what is known of those it had before.
 *
 * In the state folder: "<ledger>.log.key", or else "log.key"; while the key
 * changes "<ledger>.log.new.key" besides, and both sign; when the change is
 * over the new file takes the place of the old, whose public key stays in
 * "<ledger>.log.retired", a vkey a line, since old checkpoints are for ever.
 * Each step is one file made or one renamed: a crash leaves the state before
 * or the state after.
 */
#ifndef SQL_LOGKEYS_H
#define SQL_LOGKEYS_H

#include "sql/keyfile.h"

enum { LOG_KEYS_MAX = 2, LOG_KEYS_RETIRED_MAX = 30 };

struct log_keys {
    size_t count; /* 2 while they overlap, the older one first; 0: none. */
    struct key keys[LOG_KEYS_MAX];
    size_t retired_count;
    struct key retired[LOG_KEYS_RETIRED_MAX];
};

struct log_secrets {
    struct secret_key keys[LOG_KEYS_MAX];
};

/*
 * Load them.  Fails with ERROR_ABSENT if the log has no key here, or with
 * ERROR_SYSTEM.  The public part alone needs read access all the same.
 */
MUST_USE bool log_keys_load(struct log_keys *keys, struct log_secrets *secrets,
                            const char *folder, const char *ledger,
                            struct error *error);

/*
 * Make the next key; from the signer's next start on both sign.  Fails with
 * ERROR_TAKEN while an earlier change is not over, ERROR_ABSENT, ERROR_SYSTEM.
 */
MUST_USE bool log_keys_begin(const char *folder, const char *ledger,
                             struct log_keys *keys, struct error *error);

/*
 * Let the old key go: remember its vkey, and put the new one in its place.
 * Fails with ERROR_STATE if no change is under way, ERROR_SYSTEM.
 */
MUST_USE bool log_keys_finish(const char *folder, const char *ledger,
                              const char *origin, struct log_keys *keys,
                              struct error *error);

/* The i-th of all: those that sign, then the retired ones; NULL after. */
const struct key *log_keys_at(const struct log_keys *keys, size_t i);

#endif
