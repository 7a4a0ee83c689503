#include "server/snapshot.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SHA-256 over the sources of the fold and the compiler's target. */
#ifndef FOLD_ID
#error "the Makefile defines FOLD_ID"
#endif

static const char format[] = "terreau/snapshot/v1\n" FOLD_ID "\n";
enum { SUM_BYTES = 32, PIECE = 65536 };

#define FILE_CLOSED(name) __attribute__((cleanup(file_close))) FILE *name = NULL

static void file_close(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

/* What goes through here is counted into the sum. */
struct stream {
    FILE *file;
    crypto_generichash_state sum;
    bool good;
};

static void stream_start(struct stream *stream, FILE *file)
{
    *stream = (struct stream){.file = file, .good = true};
    (void)crypto_generichash_init(&stream->sum, NULL, 0, SUM_BYTES);
}

static void put(struct stream *stream, const void *bytes, size_t size)
{
    (void)crypto_generichash_update(&stream->sum, bytes, size);
    if (stream->good)
        stream->good = fwrite(bytes, 1, size, stream->file) == size;
}

static void put_state(struct stream *stream, const struct state *state)
{
    put(stream, &state->size, sizeof state->size);
    put(stream, &state->accepted, sizeof state->accepted);
    for (int type = 0; type < RECORD_COUNT; type++) {
        const struct record_spec *spec = record_spec((enum record_type)type);
        uint64_t count = state_count(state, (enum record_type)type);

        put(stream, &count, sizeof count);
        for (size_t i = 0; i < count; i++)
            put(stream, state_at(state, (enum record_type)type, i),
                spec->bytes);
    }
}

static bool write_all(FILE *file, const char *origin, const struct point *point)
{
    char name[ORIGIN_BYTES_MAX + 1] = {0};
    struct stream stream;
    uint8_t sum[SUM_BYTES];

    (void)snprintf(name, sizeof name, "%s", origin);
    stream_start(&stream, file);
    put(&stream, format, sizeof format);
    put(&stream, name, sizeof name);
    put(&stream, &point->size, sizeof point->size);
    put(&stream, &point->accepted, sizeof point->accepted);
    put(&stream, &point->root, sizeof point->root);
    put(&stream, &point->tree, sizeof point->tree);
    put(&stream, &point->edge, sizeof point->edge);
    put_state(&stream, point->base);
    (void)crypto_generichash_final(&stream.sum, sum, sizeof sum);
    return stream.good && fwrite(sum, 1, sizeof sum, file) == sizeof sum &&
           fflush(file) == 0 && fsync(fileno(file)) == 0;
}

bool snapshot_write(const char *path, const char *origin,
                    const struct point *point, struct error *error)
{
    char fresh[4096];
    FILE *file;
    bool written;

    assert(point->base->size == point->size);
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return fail(error, ERROR_SYSTEM, "%s: too long", path);
    file = fopen(fresh, "we");
    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", fresh, strerror(errno));
    written = write_all(file, origin, point);
    if (fclose(file) == 0 && written && rename(fresh, path) == 0)
        return true;
    (void)fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    (void)unlink(fresh);
    return false;
}

/* Is the file whole, and of this fold?  Before any of it is believed. */
static bool check_file(FILE *file, const char *path, struct error *error)
{
    crypto_generichash_state state;
    uint8_t sum[SUM_BYTES], expected[SUM_BYTES], piece[PIECE];
    long rest;

    (void)crypto_generichash_init(&state, NULL, 0, SUM_BYTES);
    if (fseek(file, 0, SEEK_END) != 0 || (rest = ftell(file)) < SUM_BYTES)
        return fail(error, ERROR_MISMATCH, "%s: it is too short", path);
    rewind(file);
    for (rest -= SUM_BYTES; rest > 0;) {
        size_t size = rest < PIECE ? (size_t)rest : PIECE;

        if (fread(piece, 1, size, file) != size)
            return fail(error, ERROR_SYSTEM, "%s: cannot be read", path);
        (void)crypto_generichash_update(&state, piece, size);
        rest -= (long)size;
    }
    (void)crypto_generichash_final(&state, sum, sizeof sum);
    if (fread(expected, 1, sizeof expected, file) != sizeof expected ||
        memcmp(sum, expected, sizeof sum) != 0)
        return fail(error, ERROR_MISMATCH, "%s: it is damaged", path);
    rewind(file);
    return true;
}

static bool get(FILE *file, void *bytes, size_t size)
{
    return fread(bytes, 1, size, file) == size;
}

static bool get_state(FILE *file, struct state *state)
{
    if (!get(file, &state->size, sizeof state->size) ||
        !get(file, &state->accepted, sizeof state->accepted))
        return false;
    for (int type = 0; type < RECORD_COUNT; type++) {
        const struct record_spec *spec = record_spec((enum record_type)type);
        _Alignas(16) uint8_t bytes[RECORD_BYTES_MAX];
        uint64_t count;

        if (!get(file, &count, sizeof count))
            return false;
        for (uint64_t i = 0; i < count; i++) {
            const struct record *record = (const void *)bytes;
            struct record *place;

            if (!get(file, bytes, spec->bytes) || record->type != type)
                return false;
            place = table_put(&state->tables[type], record->type, record->key);
            memcpy(place, bytes, spec->bytes);
            if (record->type == RECORD_due &&
                record->state == STATE_due_WAITING)
                state_remember_due(state, (const void *)bytes);
        }
    }
    return true;
}

static bool read_all(FILE *file, const char *origin, struct point *point)
{
    char head[sizeof format];
    char name[ORIGIN_BYTES_MAX + 1];

    return get(file, head, sizeof head) &&
           memcmp(head, format, sizeof head) == 0 &&
           get(file, name, sizeof name) && name[sizeof name - 1] == '\0' &&
           strcmp(name, origin) == 0 &&
           get(file, &point->size, sizeof point->size) &&
           get(file, &point->accepted, sizeof point->accepted) &&
           get(file, &point->root, sizeof point->root) &&
           get(file, &point->tree, sizeof point->tree) &&
           get(file, &point->edge, sizeof point->edge) &&
           get_state(file, point->base);
}

/* Does what was read hold together? */
static bool point_is_sound(const struct point *point)
{
    struct hash root = tree_root(&point->tree);

    return point->size == point->base->size &&
           point->tree.size == (uint64_t)point->size &&
           hash_equal(&root, &point->root);
}

bool snapshot_read(const char *path, const char *origin, struct point *point,
                   struct error *error)
{
    FILE_CLOSED(file);
    struct point found;

    file = fopen(path, "re");
    if (file == NULL)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    if (!check_file(file, path, error))
        return false;
    point_start(&found);
    if (!read_all(file, origin, &found) || !point_is_sound(&found)) {
        point_free(&found);
        return fail(error, ERROR_MISMATCH, "%s: it is of another fold", path);
    }
    *point = found;
    return true;
}
