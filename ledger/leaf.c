#include "ledger/leaf.h"

#include <sodium.h>
#include <string.h>

static const char entry_header[] = "terreau/entry/v1\n";
static const char leaf_header[] = "terreau/leaf/v1 ";
enum {
    ENTRY_HEADER = sizeof entry_header - 1,
    LEAF_HEADER = sizeof leaf_header - 1,
    /* Before the note: header, instant, newline. */
    LEAF_FRONT = LEAF_HEADER + INSTANT_MS_CHARS + 1,
};

size_t entry_text_write(char *out, size_t room, const char *origin,
                        const char *json, size_t json_size)
{
    size_t origin_size = strlen(origin);
    size_t size = ENTRY_HEADER + origin_size + 1 + json_size + 1;

    if (size > room)
        return 0;
    memcpy(out, entry_header, ENTRY_HEADER);
    memcpy(out + ENTRY_HEADER, origin, origin_size);
    out[ENTRY_HEADER + origin_size] = '\n';
    memcpy(out + size - json_size - 1, json, json_size);
    out[size - 1] = '\n';
    return size;
}

struct hash entry_text_hash(struct text text)
{
    struct hash hash;

    (void)crypto_hash_sha256(hash.bytes, (const uint8_t *)text.bytes,
                             text.size);
    return hash;
}

size_t leaf_write(char *out, size_t room, struct instant accepted,
                  const char *note, size_t note_size)
{
    char stamp[INSTANT_MS_CHARS + 1];

    if (room < LEAF_FRONT || room - LEAF_FRONT < note_size)
        return 0;
    instant_write_ms(stamp, accepted);
    memcpy(out, leaf_header, LEAF_HEADER);
    memcpy(out + LEAF_HEADER, stamp, INSTANT_MS_CHARS);
    out[LEAF_FRONT - 1] = '\n';
    memcpy(out + LEAF_FRONT, note, note_size);
    return LEAF_FRONT + note_size;
}

/* The next line of text from *at on, without its newline. */
static struct text next_line(struct text text, size_t *at)
{
    const char *start = text.bytes + *at;
    const char *end = memchr(start, '\n', text.size - *at);
    struct text line = {start, 0};

    /* A note's text ends in a newline, so that there is always an end. */
    line.size =
        end == NULL ? (uint32_t)(text.size - *at) : (uint32_t)(end - start);
    *at += line.size + (end == NULL ? 0u : 1u);
    return line;
}

static bool read_text(struct text *json, struct text text, const char *origin,
                      struct error *error)
{
    struct text header, named;
    size_t at = 0;

    if (text.size > TEXT_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an entry's text has at most %d bytes",
                    TEXT_BYTES_MAX);
    header = next_line(text, &at);
    if (!text_is(header, "terreau/entry/v1"))
        return fail(error, ERROR_NOTE,
                    "that is no entry note: its first line"
                    " is not terreau/entry/v1");
    named = next_line(text, &at);
    if (!text_is(named, origin))
        return fail(error, ERROR_ORIGIN, "the entry is for %.*s, not for %s",
                    (int)(named.size < 200 ? named.size : 200), named.bytes,
                    origin);
    *json = next_line(text, &at);
    if (at != text.size || json->size == 0)
        return fail(error, ERROR_NOTE,
                    "an entry's text has exactly three lines");
    if (json->size > JSON_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an entry has at most %d bytes",
                    JSON_BYTES_MAX);
    return true;
}

bool envelope_read_again(struct envelope *envelope, const char *bytes,
                         size_t size, const char *origin,
                         const struct hash *text_hash, struct error *error)
{
    if (size > LEAF_BYTES_MAX - LEAF_FRONT)
        return fail(error, ERROR_SIZE, "an entry note has at most %d bytes",
                    LEAF_BYTES_MAX - LEAF_FRONT);
    if (!note_parse(&envelope->note, bytes, size, error))
        return false;
    if (!read_text(&envelope->json, envelope->note.text, origin, error))
        return false;
    envelope->text_hash = *text_hash;
    return signers_read(envelope->signers, &envelope->signer_count,
                        &envelope->note, origin, error);
}

bool envelope_read(struct envelope *envelope, const char *bytes, size_t size,
                   const char *origin, struct error *error)
{
    static const struct hash unknown;

    if (!envelope_read_again(envelope, bytes, size, origin, &unknown, error))
        return false;
    envelope->text_hash = entry_text_hash(envelope->note.text);
    return true;
}

bool leaf_read(struct instant *accepted, struct text *note, const void *leaf,
               size_t size, struct error *error)
{
    const char *bytes = leaf;

    if (size > LEAF_BYTES_MAX)
        return fail(error, ERROR_SIZE, "a leaf has at most %d bytes",
                    LEAF_BYTES_MAX);
    if (size <= LEAF_FRONT || memcmp(bytes, leaf_header, LEAF_HEADER) != 0 ||
        bytes[LEAF_FRONT - 1] != '\n' ||
        !instant_read_ms(accepted, bytes + LEAF_HEADER, INSTANT_MS_CHARS))
        return fail(error, ERROR_NOTE, "that is no leaf of a ledger");
    *note = (struct text){bytes + LEAF_FRONT, (uint32_t)(size - LEAF_FRONT)};
    return true;
}
