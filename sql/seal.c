#include "sql/seal.h"
#include "sql/keyfile.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDER_CHARS = 512, PATH_CHARS = FOLDER_CHARS + 32, NUMBER_BYTES = 4 };
static_assert((int)KEYFILE_BYTES == (int)SEAL_KEY_BYTES, "one size of key");
static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
                  SEAL_NONCE_BYTES ==
                      crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
                  SEAL_EXTRA_BYTES ==
                      NUMBER_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
              "libsodium's box");

struct ring_key {
    uint32_t number;
    uint8_t bytes[SEAL_KEY_BYTES];
};

/* In memory of sodium_malloc(): locked, between guard pages. */
struct seal_ring {
    pthread_rwlock_t lock;
    char folder[FOLDER_CHARS];
    size_t count;
    struct ring_key keys[SEAL_KEYS_MAX]; /* Ascending. */
};

static const char *const words[] = {
    [SEAL_INTAKE] = "intake",   [SEAL_OUTBOX] = "outbox",
    [SEAL_SESSION] = "session", [SEAL_SUBJECT] = "subject",
    [SEAL_VAULT] = "vault",     [SEAL_CONTACT] = "contact",
};

static void key_path(char out[static PATH_CHARS], const char *folder,
                     uint32_t number)
{
    (void)snprintf(out, PATH_CHARS, "%s/kek-%" PRIu32 ".key", folder, number);
}

static uint32_t number_of_file(const char *name)
{
    size_t size = strlen(name);
    uint64_t number;

    if (size < 9 || strncmp(name, "kek-", 4) != 0 ||
        strcmp(name + size - 4, ".key") != 0 ||
        !decimal_read(&number, name + 4, size - 8) || number > INT32_MAX)
        return 0;
    return (uint32_t)number;
}

static struct ring_key *find_key(struct seal_ring *ring, uint32_t number)
{
    for (size_t i = 0; i < ring->count; i++)
        if (ring->keys[i].number == number)
            return &ring->keys[i];
    return NULL;
}

/* Under the write lock.  Keys stay in ascending order. */
static bool add_key(struct seal_ring *ring, uint32_t number,
                    struct error *error)
{
    struct ring_key fresh = {.number = number};
    char path[PATH_CHARS];
    size_t at = ring->count;

    if (ring->count == SEAL_KEYS_MAX)
        return fail(error, ERROR_SYSTEM, "%s: more than %d keys", ring->folder,
                    SEAL_KEYS_MAX);
    key_path(path, ring->folder, number);
    if (!keyfile_read_bytes(path, fresh.bytes, error))
        return false;
    for (; at > 0 && ring->keys[at - 1].number > number; at--)
        ring->keys[at] = ring->keys[at - 1];
    ring->keys[at] = fresh;
    ring->count++;
    sodium_memzero(&fresh, sizeof fresh);
    return true;
}

static bool add_folder(struct seal_ring *ring, struct error *error)
{
    DIR *folder = opendir(ring->folder);
    const struct dirent *file;
    bool good = true;

    if (folder == NULL)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", ring->folder, strerror(errno));
    while (good && (file = readdir(folder)) != NULL) {
        uint32_t number = number_of_file(file->d_name);

        good = number == 0 || add_key(ring, number, error);
    }
    (void)closedir(folder);
    if (good && ring->count == 0)
        return fail(error, ERROR_ABSENT, "%s: there is no kek-N.key",
                    ring->folder);
    return good;
}

bool seal_ring_load(struct seal_ring **out, const char *folder,
                    struct error *error)
{
    struct seal_ring *ring;

    if (strlen(folder) >= FOLDER_CHARS)
        return fail(error, ERROR_SYSTEM, "the folder's name is too long");
    ring = sodium_malloc(sizeof *ring);
    assert(ring != NULL);
    memset(ring, 0, sizeof *ring);
    (void)snprintf(ring->folder, sizeof ring->folder, "%s", folder);
    (void)pthread_rwlock_init(&ring->lock, NULL);
    if (!add_folder(ring, error)) {
        seal_ring_free(ring);
        return false;
    }
    *out = ring;
    return true;
}

void seal_ring_free(struct seal_ring *ring)
{
    if (ring == NULL)
        return;
    (void)pthread_rwlock_destroy(&ring->lock);
    sodium_free(ring); /* Zeroes it. */
}

bool seal_key_create(const char *folder, uint32_t number, struct error *error)
{
    uint8_t key[SEAL_KEY_BYTES];
    char path[PATH_CHARS];
    bool made;

    assert(number > 0 && number <= INT32_MAX);
    if (strlen(folder) >= FOLDER_CHARS)
        return fail(error, ERROR_SYSTEM, "the folder's name is too long");
    key_path(path, folder, number);
    randombytes_buf(key, sizeof key);
    made = keyfile_write_bytes(path, key, error);
    sodium_memzero(key, sizeof key);
    return made;
}

/* Best effort below the file system; the key itself was never elsewhere. */
static bool shred(const char *path, struct error *error)
{
    uint8_t noise[SEAL_KEY_BYTES];
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool done;

    if (file < 0)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    randombytes_buf(noise, sizeof noise);
    done = write(file, noise, sizeof noise) == (ssize_t)sizeof noise &&
           fsync(file) == 0;
    if (close(file) == 0 && done && unlink(path) == 0)
        return true;
    return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

bool seal_key_destroy(struct seal_ring *ring, uint32_t number,
                      struct error *error)
{
    char path[PATH_CHARS];
    struct ring_key *key;
    bool done;

    assert(seal_newest(ring) != number);
    key_path(path, ring->folder, number);
    (void)pthread_rwlock_wrlock(&ring->lock);
    done = shred(path, error);
    key = find_key(ring, number);
    if (done && key != NULL) {
        struct ring_key *last = &ring->keys[--ring->count];

        for (; key < last; key++)
            *key = key[1];
        sodium_memzero(last, sizeof *last);
    }
    (void)pthread_rwlock_unlock(&ring->lock);
    return done;
}

/* Take in a key that was made since; numbers follow one another. */
static void look_for(struct seal_ring *ring, uint32_t number)
{
    char path[PATH_CHARS];
    struct error why = {0};

    key_path(path, ring->folder, number);
    if (access(path, R_OK) != 0)
        return;
    (void)pthread_rwlock_wrlock(&ring->lock);
    if (find_key(ring, number) == NULL && !add_key(ring, number, &why))
        why.code = ERROR_NONE; /* Still being written: later, then. */
    (void)pthread_rwlock_unlock(&ring->lock);
}

uint32_t seal_newest(struct seal_ring *ring)
{
    uint32_t before, newest = 0;

    do {
        before = newest;
        (void)pthread_rwlock_rdlock(&ring->lock);
        newest = ring->keys[ring->count - 1].number;
        (void)pthread_rwlock_unlock(&ring->lock);
        if (newest != before)
            look_for(ring, newest + 1);
    } while (newest != before);
    return newest;
}

size_t seal_numbers(struct seal_ring *ring, uint32_t out[static SEAL_KEYS_MAX])
{
    size_t count;

    (void)seal_newest(ring);
    (void)pthread_rwlock_rdlock(&ring->lock);
    count = ring->count;
    for (size_t i = 0; i < count; i++)
        out[i] = ring->keys[i].number;
    (void)pthread_rwlock_unlock(&ring->lock);
    return count;
}

/* A key of its own for each use; *out is the caller's to zero. */
static bool derive(struct seal_ring *ring, uint32_t number, const char *what,
                   uint8_t out[static SEAL_KEY_BYTES])
{
    static const char context[] = "terreau/seal/v1";
    crypto_generichash_state hash;
    const struct ring_key *key;

    (void)pthread_rwlock_rdlock(&ring->lock);
    key = find_key(ring, number);
    if (key != NULL) {
        (void)crypto_generichash_init(&hash, key->bytes, sizeof key->bytes,
                                      SEAL_KEY_BYTES);
        (void)crypto_generichash_update(&hash, (const uint8_t *)context,
                                        sizeof context);
        (void)crypto_generichash_update(&hash, (const uint8_t *)what,
                                        strlen(what));
        (void)crypto_generichash_final(&hash, out, SEAL_KEY_BYTES);
        sodium_memzero(&hash, sizeof hash);
    }
    (void)pthread_rwlock_unlock(&ring->lock);
    return key != NULL;
}

bool seal_print(struct seal_ring *ring, uint32_t number, struct hash *print)
{
    return derive(ring, number, "print", print->bytes);
}

static void put_number(uint8_t out[static NUMBER_BYTES], uint32_t number)
{
    for (size_t i = 0; i < NUMBER_BYTES; i++)
        out[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* The key's number, the ledger and the purpose with its terminator come first
 * and have fixed ends, so that no two places read alike. */
static size_t write_place(uint8_t out[static 96], uint32_t number,
                          const struct seal_place *place)
{
    size_t word = strlen(words[place->purpose]) + 1;

    assert(place->row_size > 0 && 8 + word + place->row_size <= 96);
    put_number(out, number);
    put_number(out + 4, (uint32_t)place->ledger_id);
    memcpy(out + 8, words[place->purpose], word);
    memcpy(out + 8 + word, place->row, place->row_size);
    return 8 + word + place->row_size;
}

static void close_box(const uint8_t key[static SEAL_KEY_BYTES], uint32_t number,
                      const struct seal_place *place, const void *plain,
                      size_t size, uint8_t nonce[static SEAL_NONCE_BYTES],
                      uint8_t *box)
{
    uint8_t data[96];
    size_t data_size = write_place(data, number, place);

    randombytes_buf(nonce, SEAL_NONCE_BYTES);
    put_number(box, number);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        box + NUMBER_BYTES, NULL, plain, size, data, data_size, NULL, nonce,
        key);
}

static bool open_box(const uint8_t key[static SEAL_KEY_BYTES], uint32_t number,
                     const struct seal_place *place,
                     const uint8_t nonce[static SEAL_NONCE_BYTES],
                     const uint8_t *box, size_t box_size, void *plain,
                     struct error *error)
{
    uint8_t data[96];
    size_t data_size = write_place(data, number, place);

    if (box_size < SEAL_EXTRA_BYTES || seal_box_number(box, box_size) != number)
        return fail(error, ERROR_DOUBT, "a sealed row is damaged");
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, NULL, NULL, box + NUMBER_BYTES, box_size - NUMBER_BYTES,
            data, data_size, nonce, key) != 0)
        return fail(error, ERROR_DOUBT,
                    "a sealed row (%s) was changed or moved",
                    words[place->purpose]);
    return true;
}

void seal_close(struct seal_ring *ring, const struct seal_place *place,
                const void *plain, size_t size,
                uint8_t nonce[static SEAL_NONCE_BYTES], uint8_t *box)
{
    uint8_t key[SEAL_KEY_BYTES];
    uint32_t number = seal_newest(ring);
    bool found = derive(ring, number, "box", key);

    assert(found); /* The newest is never destroyed. */
    close_box(key, number, place, plain, size, nonce, box);
    sodium_memzero(key, sizeof key);
}

bool seal_open(struct seal_ring *ring, const struct seal_place *place,
               const uint8_t nonce[static SEAL_NONCE_BYTES], const uint8_t *box,
               size_t box_size, void *plain, struct error *error)
{
    uint32_t number = seal_box_number(box, box_size);
    uint8_t key[SEAL_KEY_BYTES];
    bool opened;

    if (number == 0)
        return fail(error, ERROR_DOUBT, "a sealed row is damaged");
    if (!derive(ring, number, "box", key)) {
        look_for(ring, number);
        if (!derive(ring, number, "box", key))
            return fail(error, ERROR_ABSENT, "key %" PRIu32 " is not here",
                        number);
    }
    opened = open_box(key, number, place, nonce, box, box_size, plain, error);
    sodium_memzero(key, sizeof key);
    return opened;
}

uint32_t seal_box_number(const uint8_t *box, size_t box_size)
{
    uint32_t number = 0;

    if (box_size < SEAL_EXTRA_BYTES)
        return 0;
    for (size_t i = 0; i < NUMBER_BYTES; i++)
        number = number << 8 | box[i];
    return number;
}

void seal_close_with(const uint8_t key[static SEAL_KEY_BYTES],
                     const struct seal_place *place, const void *plain,
                     size_t size, uint8_t nonce[static SEAL_NONCE_BYTES],
                     uint8_t *box)
{
    close_box(key, 0, place, plain, size, nonce, box);
}

bool seal_open_with(const uint8_t key[static SEAL_KEY_BYTES],
                    const struct seal_place *place,
                    const uint8_t nonce[static SEAL_NONCE_BYTES],
                    const uint8_t *box, size_t box_size, void *plain,
                    struct error *error)
{
    return open_box(key, 0, place, nonce, box, box_size, plain, error);
}

bool seal_mac(struct seal_ring *ring, uint32_t number, const char *what,
              const void *bytes, size_t size, struct hash *mac)
{
    crypto_generichash_state hash;
    uint8_t key[SEAL_KEY_BYTES];

    if (!derive(ring, number, "mac", key))
        return false;
    (void)crypto_generichash_init(&hash, key, sizeof key, sizeof mac->bytes);
    sodium_memzero(key, sizeof key);
    (void)crypto_generichash_update(&hash, (const uint8_t *)what,
                                    strlen(what) + 1);
    (void)crypto_generichash_update(&hash, bytes, size);
    (void)crypto_generichash_final(&hash, mac->bytes, sizeof mac->bytes);
    sodium_memzero(&hash, sizeof hash);
    return true;
}
