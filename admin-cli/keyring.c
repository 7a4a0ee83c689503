#include "admin-cli/keyring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    AT_VERSION = 8,
    AT_KDF = 9,
    AT_PASSES = 12,
    AT_MEMORY = 16,
    AT_SALT = 24,
    AT_NONCE = 40,
    AT_PARTY = 64,
    AT_KEY = 88,
    AT_BOX = 120,
    SEED_BYTES = 32,
    PASSES_MAX = 20,
};

/* A strange file may not make us allocate more. */
static const uint64_t memory_max = UINT64_C(4) << 30;

_Static_assert(AT_BOX + SEED_BYTES +
                       crypto_aead_xchacha20poly1305_ietf_ABYTES ==
                   KEY_FILE_BYTES,
               "the header has grown");

struct key_file {
    uint8_t bytes[KEY_FILE_BYTES];
};

struct key_open *key_allocate(void)
{
    struct key_open *key = sodium_malloc(sizeof *key);

    assert(key != NULL);
    return key;
}

void key_close(struct key_open *key)
{
    sodium_free(key);
}

static void put_integer(uint8_t *out, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)value;
}

static uint64_t get_integer(const uint8_t *in, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | in[i];
    return value;
}

static bool derive(uint8_t secret[static 32], const struct key_file *file,
                   const struct passphrase *passphrase, struct error *error)
{
    if (crypto_pwhash(secret, 32, passphrase->bytes, passphrase->size,
                      file->bytes + AT_SALT,
                      get_integer(file->bytes + AT_PASSES, 4),
                      (size_t)get_integer(file->bytes + AT_MEMORY, 8),
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fail(error, ERROR_SYSTEM, "not enough memory for the key: %s",
                    strerror(errno));
    return true;
}

/* Fills a file for the seed of key. */
static bool lock(struct key_file *file, const struct key_open *key,
                 const struct passphrase *passphrase, enum key_cost cost,
                 struct error *error)
{
    const bool moderate = cost == KEY_COST_MODERATE;
    uint8_t *bytes = file->bytes, *secret;
    char party[ID_CHARS + 1];

    memset(bytes, 0, sizeof file->bytes);
    memcpy(bytes, "TERREAUK", 8);
    bytes[AT_VERSION] = 1;
    bytes[AT_KDF] = crypto_pwhash_ALG_ARGON2ID13;
    put_integer(bytes + AT_PASSES,
                moderate ? crypto_pwhash_OPSLIMIT_MODERATE
                         : crypto_pwhash_OPSLIMIT_INTERACTIVE,
                4);
    put_integer(bytes + AT_MEMORY,
                moderate ? crypto_pwhash_MEMLIMIT_MODERATE
                         : crypto_pwhash_MEMLIMIT_INTERACTIVE,
                8);
    randombytes_buf(bytes + AT_SALT, 16);
    randombytes_buf(bytes + AT_NONCE, 24);
    id_write(party, key->is.party);
    memcpy(bytes + AT_PARTY, party, ID_CHARS);
    memcpy(bytes + AT_KEY, key->is.key.bytes, 32);

    secret = sodium_malloc(32);
    assert(secret != NULL);
    if (!derive(secret, file, passphrase, error)) {
        sodium_free(secret);
        return false;
    }
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + AT_BOX, NULL, key->secret.bytes, SEED_BYTES, bytes, AT_BOX,
        NULL, bytes + AT_NONCE, secret);
    sodium_free(secret);
    return true;
}

static bool unlock(struct key_open *key, const struct key_file *file,
                   const struct passphrase *passphrase, struct error *error)
{
    uint8_t *secret = sodium_malloc(32), *seed = sodium_malloc(SEED_BYTES);
    struct key made = {{0}};
    bool opened;

    assert(secret != NULL && seed != NULL);
    opened = derive(secret, file, passphrase, error);
    if (opened &&
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            seed, NULL, NULL, file->bytes + AT_BOX, KEY_FILE_BYTES - AT_BOX,
            file->bytes, AT_BOX, file->bytes + AT_NONCE, secret) != 0)
        opened = fail(error, ERROR_SIGNATURE,
                      "wrong passphrase, or the key file is damaged");
    if (opened) {
        (void)crypto_sign_seed_keypair(made.bytes, key->secret.bytes, seed);
        opened = key_equal(&made, &key->is.key) ||
                 fail(error, ERROR_FIELD, "the public key is not the seed's");
    }
    sodium_free(secret);
    sodium_free(seed);
    return opened;
}

static bool write_all(int fd, const struct key_file *file)
{
    size_t done = 0;

    while (done < sizeof file->bytes) {
        ssize_t n = write(fd, file->bytes + done, sizeof file->bytes - done);

        if (n < 0 && errno != EINTR)
            return false;
        done += n < 0 ? 0 : (size_t)n;
    }
    return fsync(fd) == 0;
}

static bool write_new(const char *path, const struct key_file *file,
                      struct error *error)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (fd < 0)
        return fail(error, errno == EEXIST ? ERROR_TAKEN : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    written = write_all(fd, file);
    if (close(fd) != 0 || !written) {
        (void)unlink(path);
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    return true;
}

static bool check_header(const struct key_file *file, struct key_public *is)
{
    const uint8_t *bytes = file->bytes;
    const uint64_t passes = get_integer(bytes + AT_PASSES, 4);
    const uint64_t memory = get_integer(bytes + AT_MEMORY, 8);

    if (memcmp(bytes, "TERREAUK", 8) != 0 || bytes[AT_VERSION] != 1 ||
        bytes[AT_KDF] != crypto_pwhash_ALG_ARGON2ID13 || bytes[10] != 0 ||
        bytes[11] != 0)
        return false;
    if (passes < crypto_pwhash_OPSLIMIT_MIN || passes > PASSES_MAX ||
        memory < crypto_pwhash_MEMLIMIT_MIN || memory > memory_max)
        return false;
    memcpy(is->key.bytes, bytes + AT_KEY, 32);
    return id_read(&is->party, (const char *)bytes + AT_PARTY, ID_CHARS) &&
           is->party.letter == 'p';
}

static bool read_file(const char *path, struct key_file *file,
                      struct key_public *is, struct error *error)
{
    FILE *in = fopen(path, "rb");
    size_t size;

    if (in == NULL)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    size = fread(file->bytes, 1, sizeof file->bytes, in);
    if (size == sizeof file->bytes && fgetc(in) != EOF)
        size++;
    (void)fclose(in);
    if (size != sizeof file->bytes || !check_header(file, is))
        return fail(error, ERROR_FIELD, "%s: not a key file of this program",
                    path);
    return true;
}

bool key_create(const char *path, struct id party,
                const struct passphrase *passphrase, enum key_cost cost,
                struct key_public *made, struct error *error)
{
    struct key_open *key = key_allocate();
    struct key_file file;
    bool created;

    assert(party.letter == 'p');
    key->is.party = party;
    (void)crypto_sign_keypair(key->is.key.bytes, key->secret.bytes);
    created = lock(&file, key, passphrase, cost, error) &&
              write_new(path, &file, error);
    if (created)
        *made = key->is;
    key_close(key);
    return created;
}

bool key_read_public(const char *path, struct key_public *is,
                     struct error *error)
{
    struct key_file file;

    return read_file(path, &file, is, error);
}

bool key_unlock(const char *path, const struct passphrase *passphrase,
                struct key_open *key, struct error *error)
{
    struct key_file file;

    if (!read_file(path, &file, &key->is, error))
        return false;
    if (!unlock(key, &file, passphrase, error)) {
        const struct error cause = *error;

        *error = (struct error){0};
        return fail(error, cause.code, "%s: %s", path, cause.text);
    }
    return true;
}

bool key_relock(const char *path, const struct passphrase *old,
                const struct passphrase *fresh, enum key_cost cost,
                struct error *error)
{
    struct key_open *key = key_allocate();
    struct key_file file;
    char beside[1024];
    bool done = false;

    if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >=
        sizeof beside)
        (void)fail(error, ERROR_SYSTEM, "the path is too long");
    else
        done = key_unlock(path, old, key, error) &&
               lock(&file, key, fresh, cost, error) &&
               write_new(beside, &file, error);
    key_close(key);
    if (done && rename(beside, path) != 0) {
        done = fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        (void)unlink(beside);
    }
    return done;
}
