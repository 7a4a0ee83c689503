#include "sql/highwater.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOT = 128,
    AT_MAGIC = 0,
    AT_SEQUENCE = 16,
    AT_SIZE = 24,
    AT_ROOT = 32,
    AT_ORIGIN = 64,
    AT_SUM = 96,
};
static const uint8_t magic[16] = "terreau/high/v1";

static void put_number(uint8_t *out, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get_number(const uint8_t *bytes)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

static void sum(uint8_t out[static 32], const uint8_t slot[static SLOT])
{
    (void)crypto_generichash(out, 32, slot, AT_SUM, NULL, 0);
}

static bool slot_is_good(const uint8_t slot[static SLOT])
{
    uint8_t expected[32];

    sum(expected, slot);
    return memcmp(slot, magic, sizeof magic) == 0 &&
           memcmp(slot + AT_SUM, expected, sizeof expected) == 0;
}

/* Take the newer of the good slots. */
static bool choose(struct highwater *highwater,
                   const uint8_t slots[static 2 * SLOT], const char *path,
                   struct error *error)
{
    const uint8_t *best = NULL;
    int torn = 0;

    for (int i = 0; i < 2; i++) {
        const uint8_t *slot = slots + i * SLOT;

        if (!slot_is_good(slot))
            torn += sodium_is_zero(slot, SLOT) ? 0 : 1;
        else if (best == NULL || get_number(slot + AT_SEQUENCE) >
                                     get_number(best + AT_SEQUENCE))
            best = slot;
    }
    if (best == NULL && torn == 2)
        return fail(error, ERROR_DOUBT, "%s: neither slot can be read", path);
    if (best == NULL) /* A torn first write: nothing was signed. */
        return true;
    if (memcmp(best + AT_ORIGIN, highwater->origin.bytes, 32) != 0)
        return fail(error, ERROR_DOUBT, "%s: it is of another log", path);
    highwater->sequence = get_number(best + AT_SEQUENCE);
    highwater->size = (int64_t)get_number(best + AT_SIZE);
    memcpy(highwater->root.bytes, best + AT_ROOT, 32);
    return true;
}

/* The new name itself must survive, too. */
static void sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    int file;

    if (size >= sizeof folder)
        return;
    memcpy(folder, path, size);
    folder[size] = '\0';
    file = open(size == 0 ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)fsync(file);
    (void)close(file);
}

static bool load(struct highwater *highwater, const char *path,
                 const char *origin, int flags, struct error *error)
{
    uint8_t slots[2 * SLOT] = {0};
    ssize_t size;

    *highwater = (struct highwater){0};
    (void)crypto_hash_sha256(highwater->origin.bytes, (const uint8_t *)origin,
                             strlen(origin));
    highwater->file = open(path, flags | O_CLOEXEC, 0600);
    if (highwater->file < 0)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    size = pread(highwater->file, slots, sizeof slots, 0);
    if (size == 0 && (flags & O_CREAT) != 0)
        sync_folder(path);
    if (size >= 0 && choose(highwater, slots, path, error))
        return true;
    highwater_close(highwater);
    if (size < 0)
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    return false;
}

bool highwater_open(struct highwater *highwater, const char *path,
                    const char *origin, struct error *error)
{
    struct error why = {0};

    if (load(highwater, path, origin, O_RDWR | O_CREAT, &why))
        return true;
    return fail_again(error, why.code == ERROR_ABSENT ? ERROR_SYSTEM : why.code,
                      &why);
}

bool highwater_read(struct highwater *highwater, const char *path,
                    const char *origin, struct error *error)
{
    if (!load(highwater, path, origin, O_RDONLY, error))
        return false;
    highwater_close(highwater);
    return true;
}

bool highwater_write(struct highwater *highwater, int64_t size,
                     const struct hash *root, struct error *error)
{
    uint8_t slot[SLOT] = {0};
    uint64_t sequence = highwater->sequence + 1;

    assert(highwater->file >= 0 && size >= highwater->size);
    memcpy(slot, magic, sizeof magic);
    put_number(slot + AT_SEQUENCE, sequence);
    put_number(slot + AT_SIZE, (uint64_t)size);
    memcpy(slot + AT_ROOT, root->bytes, 32);
    memcpy(slot + AT_ORIGIN, highwater->origin.bytes, 32);
    sum(slot + AT_SUM, slot);
    if (pwrite(highwater->file, slot, SLOT, (off_t)(sequence % 2 * SLOT)) !=
            SLOT ||
        fdatasync(highwater->file) != 0)
        return fail(error, ERROR_SYSTEM, "the high-water file: %s",
                    strerror(errno));
    highwater->sequence = sequence;
    highwater->size = size;
    highwater->root = *root;
    return true;
}

void highwater_close(struct highwater *highwater)
{
    if (highwater->file >= 0)
        (void)close(highwater->file);
    highwater->file = -1;
}
