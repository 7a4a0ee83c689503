#include "sql/keyfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(KEYFILE_BYTES == crypto_sign_SEEDBYTES, "libsodium's seed");
static_assert(sizeof(struct secret_key) == crypto_sign_SECRETKEYBYTES,
              "libsodium's secret key");

static void derive(struct secret_key *secret, struct key *key,
                   const uint8_t seed[static KEYFILE_BYTES])
{
    int result = crypto_sign_seed_keypair(key->bytes, secret->bytes, seed);

    assert(result == 0);
}

bool keyfile_write_bytes(const char *path,
                         const uint8_t bytes[static KEYFILE_BYTES],
                         struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (file < 0)
        return fail(error, errno == EEXIST ? ERROR_TAKEN : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    written = write(file, bytes, KEYFILE_BYTES) == (ssize_t)KEYFILE_BYTES &&
              fsync(file) == 0;
    if (close(file) == 0 && written)
        return true;
    (void)unlink(path);
    return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

bool keyfile_create(const char *path, struct key *key, struct error *error)
{
    uint8_t seed[KEYFILE_BYTES];
    struct secret_key secret;
    bool written;

    randombytes_buf(seed, sizeof seed);
    written = keyfile_write_bytes(path, seed, error);
    if (written)
        derive(&secret, key, seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(&secret, sizeof secret);
    return written;
}

static bool read_bytes(int file, const char *path,
                       uint8_t bytes[static KEYFILE_BYTES], struct error *error)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(error, ERROR_SYSTEM,
                    "%s: others may read this key: chmod 600", path);
    if (status.st_size != KEYFILE_BYTES ||
        read(file, bytes, KEYFILE_BYTES) != KEYFILE_BYTES)
        return fail(error, ERROR_SYSTEM, "%s: a key has %d bytes", path,
                    KEYFILE_BYTES);
    return true;
}

bool keyfile_read_bytes(const char *path, uint8_t bytes[static KEYFILE_BYTES],
                        struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool done;

    if (file < 0)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    done = read_bytes(file, path, bytes, error);
    (void)close(file);
    return done;
}

bool keyfile_load(const char *path, struct secret_key *secret, struct key *key,
                  struct error *error)
{
    uint8_t seed[KEYFILE_BYTES];
    bool done = keyfile_read_bytes(path, seed, error);

    if (done)
        derive(secret, key, seed);
    sodium_memzero(seed, sizeof seed);
    return done;
}
