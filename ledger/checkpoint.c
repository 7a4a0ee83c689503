#include "ledger/checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A label of a host, or an element of a path, up to the next separator. */
static size_t part_size(const char *part, bool in_path)
{
    size_t size = 0;

    while (is_alphanumeric(part[size]) || part[size] == '-' ||
           (in_path && (part[size] == '.' || part[size] == '_')))
        size++;
    if (size == 0 || !is_alphanumeric(part[0]) ||
        !is_alphanumeric(part[size - 1]))
        return 0;
    return size;
}

bool origin_is_good(const char *origin)
{
    bool in_path = false;

    if (strlen(origin) > ORIGIN_BYTES_MAX)
        return false;
    for (;;) {
        size_t size = part_size(origin, in_path);

        if (size == 0)
            return false;
        origin += size;
        if (*origin == '\0')
            return true;
        if (*origin == '/')
            in_path = true;
        else if (*origin != '.')
            return false;
        origin++;
    }
}

size_t checkpoint_write(char out[static CHECKPOINT_TEXT_MAX],
                        const struct checkpoint *checkpoint)
{
    char root[BASE64_CHARS(sizeof checkpoint->root.bytes) + 1];
    int size;

    assert(checkpoint->size <= LOG_SIZE_MAX);
    assert(checkpoint->origin[0] != '\0');
    assert(strchr(checkpoint->origin, '\n') == NULL);
    base64_write(root, checkpoint->root.bytes, sizeof checkpoint->root.bytes);
    size = snprintf(out, CHECKPOINT_TEXT_MAX, "%s\n%" PRIu64 "\n%s\n",
                    checkpoint->origin, checkpoint->size, root);
    assert(size > 0 && size < CHECKPOINT_TEXT_MAX);
    return (size_t)size;
}

bool checkpoint_read(struct checkpoint *checkpoint, struct text text,
                     struct error *error)
{
    struct checkpoint read = {0};
    struct text origin, size, root, extension;
    size_t root_size;

    if (text.size > COSIGNED_TEXT_MAX)
        return fail(error, ERROR_SIZE,
                    "the text of a checkpoint has at most"
                    " %d bytes",
                    COSIGNED_TEXT_MAX);
    if (!text_take_line(&text, &origin) || !text_take_line(&text, &size) ||
        !text_take_line(&text, &root))
        return fail(error, ERROR_NOTE, "a checkpoint has three lines");
    if (origin.size == 0 || memchr(origin.bytes, '\0', origin.size) != NULL)
        return fail(error, ERROR_NOTE, "a checkpoint has an origin");
    if (origin.size > ORIGIN_BYTES_MAX)
        return fail(error, ERROR_SIZE, "an origin has at most %d bytes",
                    ORIGIN_BYTES_MAX);
    if (!decimal_read(&read.size, size.bytes, size.size) ||
        read.size > LOG_SIZE_MAX)
        return fail(error, ERROR_NOTE, "the size of the tree is malformed");
    if (!base64_read(read.root.bytes, sizeof read.root.bytes, &root_size,
                     root.bytes, root.size) ||
        root_size != sizeof read.root.bytes)
        return fail(error, ERROR_NOTE, "the root of the tree is malformed");
    while (text.size > 0)
        if (!text_take_line(&text, &extension) || extension.size == 0)
            return fail(error, ERROR_NOTE, "an extension line is malformed");
    memcpy(read.origin, origin.bytes, origin.size);
    *checkpoint = read;
    return true;
}
