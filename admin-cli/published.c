#include "admin-cli/published.h"

#include "admin-cli/screen.h"

#include <inttypes.h>
#include <stdlib.h>

bool published_checkpoint(struct source *source, char **bytes, size_t *size,
                          struct note *note, struct checkpoint *checkpoint,
                          struct error *error)
{
    if (!source_get(source, "checkpoint", bytes, size, error))
        return false;
    if (*size > CHECKPOINT_NOTE_MAX)
        (void)fail(error, ERROR_NOTE, "it has %zu bytes", *size);
    else if (note_parse(note, *bytes, *size, error) &&
             checkpoint_read(checkpoint, note->text, error))
        return true;
    free(*bytes);
    *bytes = NULL;
    return false;
}

struct reading {
    struct auditor *auditor;
    bool (*each)(void *context, const struct auditor *auditor,
                 struct error *error);
    void *context;
};

static bool read_bundle(const struct reading *reading, struct text rest,
                        unsigned width, struct error *error)
{
    struct text leaf;

    for (unsigned i = 0; i < width; i++) {
        if (!bundle_take(&rest, &leaf))
            return fail(error, ERROR_PROOF,
                        "entry %" PRId64 ": its bundle is cut off",
                        reading->auditor->state->size);
        if (!auditor_leaf(reading->auditor, leaf.bytes, leaf.size, error) ||
            !reading->each(reading->context, reading->auditor, error))
            return false;
    }
    if (rest.size == 0)
        return true;
    return fail(error, ERROR_PROOF, "a bundle has bytes after entry %" PRId64,
                reading->auditor->state->size - 1);
}

bool published_read(struct source *source, struct auditor *auditor,
                    uint64_t size,
                    bool (*each)(void *context, const struct auditor *auditor,
                                 struct error *error),
                    void *context, struct error *error)
{
    const struct reading reading = {auditor, each, context};

    for (uint64_t at = 0; at < size; at += TILE_HASHES) {
        unsigned width =
            size - at < TILE_HASHES ? (unsigned)(size - at) : TILE_HASHES;
        struct tile_path path = {-1, at / TILE_HASHES, width};
        char *bytes;
        size_t bytes_size;

        if (!source_tile(source, &path, &bytes, &bytes_size, error))
            return false;
        auditor_bundle(auditor, bytes);
        if (!read_bundle(&reading, (struct text){bytes, (uint32_t)bytes_size},
                         width, error))
            return false;
        screen_progress("entries", at + width, size);
    }
    return true;
}
