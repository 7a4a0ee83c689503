#include "server/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM_BYTES = 1024 };

static void make_room(struct buffer *buffer, size_t size)
{
    size_t room = buffer->room > 0 ? buffer->room : FIRST_ROOM_BYTES;

    while (room - buffer->size <= size)
        room *= 2;
    if (room == buffer->room)
        return;
    buffer->bytes = realloc(buffer->bytes, room);
    assert(buffer->bytes != NULL);
    buffer->room = room;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
    make_room(buffer, size);
    if (size > 0)
        memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(size >= 0);
    make_room(buffer, (size_t)size);
    va_start(args, format);
    (void)vsnprintf(buffer->bytes + buffer->size, (size_t)size + 1, format,
                    args);
    va_end(args);
    buffer->size += (size_t)size;
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

char *buffer_take(struct buffer *buffer, size_t *size)
{
    char *bytes;

    buffer_add(buffer, "", 0);
    bytes = buffer->bytes;
    *size = buffer->size;
    *buffer = (struct buffer){0};
    return bytes;
}
