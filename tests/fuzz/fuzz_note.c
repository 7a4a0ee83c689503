/* fuzz_note: notes, keys and checkpoints are read within bounds, and what is
 * read is written back byte for byte. */
#include "ledger/checkpoint.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_vkey(struct vkey *vkey, const char *text, size_t size)
{
    struct error error = {0};
    char out[VKEY_CHARS_MAX];

    if (!vkey_read(vkey, text, size, &error)) {
        assert(error.code != ERROR_NONE);
        return;
    }
    vkey_write(out, vkey->name, vkey->type, &vkey->key);
    assert(strlen(out) == size && memcmp(out, text, size) == 0);
}

static void try_checkpoint(struct text text)
{
    struct error error = {0};
    struct checkpoint checkpoint;
    char out[CHECKPOINT_TEXT_MAX];
    size_t size;

    if (!checkpoint_read(&checkpoint, text, &error))
        return;
    size = checkpoint_write(out, &checkpoint);
    assert(size <= text.size && memcmp(out, text.bytes, size) == 0);
}

static void try_note(const char *bytes, size_t size, const struct vkey *vkey)
{
    struct error error = {0};
    struct note note;
    size_t lines_size = 0;
    uint64_t stamp;

    if (!note_parse(&note, bytes, size, &error))
        return;
    assert(note.line_count > 0 && note.line_count <= NOTE_LINES_MAX);
    for (size_t i = 0; i < note.line_count; i++) {
        const struct note_line *line = &note.lines[i];

        assert(note_name_is_good(line->name.bytes, line->name.size));
        lines_size += 4 + line->name.size + 1 + line->blob.size + 1;
        (void)note_line_is_by(&note, i, vkey);
        if (note_verify(&note, i, &vkey->key))
            assert(!note_verify_cosignature(&note, i, &vkey->key, &stamp));
    }
    assert(note.text.size + 1 + lines_size == size);
    if (note_opens(&note, vkey, &stamp, &error))
        assert(error.code == ERROR_NONE);
    try_checkpoint(note.text);
}

/* The first line is a vkey, what follows is a note. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, (uint32_t)size}, line;
    struct vkey vkey = {.name = "a", .type = KEY_TYPE_COSIGNATURE};

    if (!text_take_line(&rest, &line))
        return 0;
    try_vkey(&vkey, line.bytes, line.size);
    try_note(rest.bytes, rest.size, &vkey);
    return 0;
}
