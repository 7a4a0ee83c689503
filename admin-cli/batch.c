#include "admin-cli/batch.h"

#include "admin-cli/file.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SEED_CHARS = 2 * BATCH_SEED_BYTES };

void batch_open(struct batch *batch)
{
    *batch = (struct batch){.passphrase = passphrase_allocate()};
    randombytes_buf(batch->seed, sizeof batch->seed);
}

void batch_close(struct batch *batch)
{
    for (size_t i = 0; i < batch->key_count; i++) {
        free(batch->keys[i].path);
        key_close(batch->keys[i].key);
    }
    free(batch->keys);
    passphrase_close(batch->passphrase);
    sodium_memzero(batch->seed, sizeof batch->seed);
}

bool batch_seed(struct batch *batch, const char *path, struct error *error)
{
    char text[SEED_CHARS + 2];
    struct error why = {0};
    char *bytes;
    size_t size;
    bool good;

    if (!file_read(path, 4096, &bytes, &size, &why)) {
        if (why.code != ERROR_ABSENT)
            return fail_again(error, why.code, &why);
        (void)sodium_bin2hex(text, sizeof text, batch->seed,
                             sizeof batch->seed);
        text[SEED_CHARS] = '\n';
        return file_write(path, text, SEED_CHARS + 1, error);
    }
    good = sodium_hex2bin(batch->seed, sizeof batch->seed, bytes,
                          size < SEED_CHARS ? size : SEED_CHARS, NULL, &size,
                          NULL) == 0 &&
           size == sizeof batch->seed;
    free(bytes);
    return good || fail(error, ERROR_FIELD, "%s is no seed: %d hex digits",
                        path, SEED_CHARS);
}

struct key_open *batch_key(const struct batch *batch, const char *path)
{
    for (size_t i = 0; i < batch->key_count; i++)
        if (strcmp(batch->keys[i].path, path) == 0)
            return batch->keys[i].key;
    return NULL;
}

void batch_keep(struct batch *batch, const char *path, struct key_open *key)
{
    const size_t count = batch->key_count + 1;
    struct batch_key *keys = realloc(batch->keys, count * sizeof *keys);

    assert(keys != NULL);
    batch->keys = keys;
    keys[batch->key_count].path = strdup(path);
    assert(keys[batch->key_count].path != NULL);
    keys[batch->key_count].key = key;
    batch->key_count = count;
}

/* Keyed by the seed, so that nobody finds a name by trying names. */
static void derive(const struct batch *batch, uint8_t *out, size_t out_size,
                   char purpose, const char *bytes, size_t size)
{
    crypto_generichash_state hashing;

    (void)crypto_generichash_init(&hashing, batch->seed, sizeof batch->seed,
                                  out_size);
    (void)crypto_generichash_update(&hashing, (const uint8_t *)&purpose, 1);
    (void)crypto_generichash_update(&hashing, (const uint8_t *)bytes, size);
    (void)crypto_generichash_final(&hashing, out, out_size);
}

void batch_begin(struct batch *batch, const char *line, size_t size)
{
    derive(batch, batch->line, sizeof batch->line, 'L', line, size);
    batch->drawn = 0;
}

void batch_draw(struct batch *batch, uint8_t *bytes, size_t size)
{
    uint8_t number[8];

    assert(size >= crypto_generichash_BYTES_MIN &&
           size <= crypto_generichash_BYTES_MAX);
    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(batch->drawn >> (56 - 8 * i));
    batch->drawn++;
    (void)crypto_generichash(bytes, size, number, sizeof number, batch->line,
                             sizeof batch->line);
}

struct id batch_id(const struct batch *batch, char letter, const char *name,
                   size_t size)
{
    struct id id = {.letter = (uint8_t)letter};

    derive(batch, id.bytes, sizeof id.bytes, letter, name, size);
    return id;
}
