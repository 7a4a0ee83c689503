/*
 * buffer: text that grows while a page or a line is put together.
 *
 * One owner, one thread.  Running out of memory ends the program.
 */
#ifndef SERVER_BUFFER_H
#define SERVER_BUFFER_H

#include <stddef.h>

struct buffer {
    char *bytes; /* Terminated once anything was added; else NULL. */
    size_t size; /* Without the terminator. */
    size_t room;
};

/* Freed at the end of its scope: BUFFER(text); */
#define BUFFER(name)                                                           \
    __attribute__((cleanup(buffer_clear))) struct buffer name = {0}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_print(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees what it holds; it can be used again. */
void buffer_clear(struct buffer *buffer);

/* The bytes go to the caller, who frees them; never NULL. */
char *buffer_take(struct buffer *buffer, size_t *size);

#endif
