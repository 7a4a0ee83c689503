/*
 * keyfile: the secret keys of a node, each a file of 32 raw bytes.
 *
 * The bytes are the Ed25519 seed.  Whoever can read the file can sign, so it
 * is its owner's alone (mode 0600), and a file that others may read is
 * refused.  In the state directory: "log.key" signs checkpoints, or
 * "<ledger>.log.key" those of one ledger; "clerk.key" signs the clerk's acts.
 */
#ifndef SQL_KEYFILE_H
#define SQL_KEYFILE_H

#include "ledger/note.h"

/*
 * Make a new random key and write it durably.  Fails with ERROR_TAKEN if the
 * file is there, which is never overwritten, or with ERROR_SYSTEM.
 */
MUST_USE bool keyfile_create(const char *path, struct key *key,
                             struct error *error);

/* Fails with ERROR_ABSENT if there is no such file, or with ERROR_SYSTEM. */
MUST_USE bool keyfile_load(const char *path, struct secret_key *secret,
                           struct key *key, struct error *error);

#endif
