#include "admin-cli/file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_all(FILE *in, size_t most, char **bytes, size_t *size,
                     const char *path, struct error *error)
{
    size_t room = 64 * 1024, used = 0;
    char *buffer = malloc(room + 1);

    assert(buffer != NULL);
    for (;;) {
        size_t n;
        char *larger;

        n = fread(buffer + used, 1, room - used, in);
        used += n;
        if (n == 0 || used > most)
            break;
        if (used == room) {
            room *= 2;
            larger = realloc(buffer, room + 1);
            assert(larger != NULL);
            buffer = larger;
        }
    }
    if (used > most || ferror(in)) {
        free(buffer);
        if (used > most)
            return fail(error, ERROR_SIZE, "%s is larger than %zu bytes", path,
                        most);
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    buffer[used] = '\0';
    *bytes = buffer;
    *size = used;
    return true;
}

bool file_read(const char *path, size_t most, char **bytes, size_t *size,
               struct error *error)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    bool done;

    if (in == NULL)
        return fail(error, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
                    "%s: %s", path, strerror(errno));
    done = read_all(in, most, bytes, size, path, error);
    if (in != stdin)
        (void)fclose(in);
    return done;
}

bool file_write(const char *path, const char *bytes, size_t size,
                struct error *error)
{
    char beside[1100];
    FILE *out;
    bool written;

    if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >=
        sizeof beside)
        return fail(error, ERROR_SYSTEM, "the path is too long");
    out = fopen(beside, "wb");
    if (out == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", beside, strerror(errno));
    written = fwrite(bytes, 1, size, out) == size && fflush(out) == 0 &&
              fsync(fileno(out)) == 0;
    if (fclose(out) != 0 || !written || rename(beside, path) != 0) {
        (void)fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        (void)unlink(beside);
        return false;
    }
    return true;
}
