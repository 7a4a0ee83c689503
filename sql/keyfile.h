/*
 * keyfile: the secret keys of a node, each a file of 32 raw bytes.
 *
 * The bytes are the Ed25519 seed.  Whoever can read the file can sign, so it
 * is its owner's alone (mode 0600), and a file that others may read is
 * refused.  In the state directory: "log.key" signs checkpoints, or
 * "<ledger>.log.key" those of one ledger; "clerk.key" signs the clerk's acts;
 * "kek-N.key" seals what is personal (sql/seal.h).
 */
#ifndef SQL_KEYFILE_H
#define SQL_KEYFILE_H

#include "ledger/note.h"

enum { KEYFILE_BYTES = 32 };

/*
 * Make a new random key and write it durably.  Fails with ERROR_TAKEN if the
 * file is there, which is never overwritten, or with ERROR_SYSTEM.
 */
MUST_USE bool keyfile_create(const char *path, struct key *key,
                             struct error *error);

/* Fails with ERROR_ABSENT if there is no such file, or with ERROR_SYSTEM. */
MUST_USE bool keyfile_load(const char *path, struct secret_key *secret,
                           struct key *key, struct error *error);

/* The same for bytes that are no seed.  What was read is the caller's to
 * zero. */
MUST_USE bool keyfile_write_bytes(const char *path,
                                  const uint8_t bytes[static KEYFILE_BYTES],
                                  struct error *error);
MUST_USE bool keyfile_read_bytes(const char *path,
                                 uint8_t bytes[static KEYFILE_BYTES],
                                 struct error *error);

#endif
