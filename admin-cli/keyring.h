/*
 * keyring: key files.  A seed, locked by a passphrase; whose key it is and
 * the public key in clear.
 *
 *   0  8 magic "TERREAUK"      8 1 version 1       9 1 kdf 2 (argon2id v1.3)
 *  10  2 zero                 12 4 passes         16 8 memory, bytes
 *  24 16 salt                 40 24 nonce         64 24 party id
 *  88 32 public key          120 48 XChaCha20-Poly1305 of the 32-byte seed
 *
 * Integers are big-endian; the first 120 bytes are authenticated.  Secrets
 * are in locked memory and are wiped; files are made 0600 and never replaced
 * but whole.
 */
#ifndef ADMIN_CLI_KEYRING_H
#define ADMIN_CLI_KEYRING_H

#include "ledger/note.h"

enum {
    KEY_FILE_BYTES = 168,
    PASSPHRASE_BYTES_MAX = 1024,
    PASSPHRASE_BYTES_MIN = 8,
};

/* How long a guess takes. */
enum key_cost {
    KEY_COST_INTERACTIVE, /* 64 MiB, about 0.1 s. */
    KEY_COST_MODERATE,    /* 256 MiB, about 0.5 s. */
};

struct passphrase {
    size_t size;
    char bytes[PASSPHRASE_BYTES_MAX];
};

/* What a key file says in clear. */
struct key_public {
    struct id party;
    struct key key;
};

struct key_open {
    struct key_public is;
    struct secret_key secret;
};

/* Asks on the terminal without echo, or reads a line from fd if fd >= 0; at
 * its end the last line serves again.  twice: to be typed twice on a terminal.
 * Fails with ERROR_USAGE: too short, too long, or typed differently. */
MUST_USE bool passphrase_read(struct passphrase *passphrase, int fd,
                              const char *what, bool twice,
                              struct error *error);

/* Makes a file with a new random seed.  Fails with ERROR_TAKEN if there is
 * one already, or ERROR_SYSTEM. */
MUST_USE bool key_create(const char *path, struct id party,
                         const struct passphrase *passphrase,
                         enum key_cost cost, struct key_public *made,
                         struct error *error);

/* Fails with ERROR_ABSENT, ERROR_SYSTEM, or ERROR_FIELD: no key file. */
MUST_USE bool key_read_public(const char *path, struct key_public *is,
                              struct error *error);

/* Fails as above, or with ERROR_SIGNATURE: wrong passphrase or damaged. */
MUST_USE bool key_unlock(const char *path, const struct passphrase *passphrase,
                         struct key_open *key, struct error *error);

/* The file is replaced whole, or left alone. */
MUST_USE bool key_relock(const char *path, const struct passphrase *old,
                         const struct passphrase *fresh, enum key_cost cost,
                         struct error *error);

/* A key with its secret in locked memory, never NULL; closing wipes it. */
struct key_open *key_allocate(void);
void key_close(struct key_open *key);
struct passphrase *passphrase_allocate(void);
void passphrase_close(struct passphrase *passphrase);

#endif
