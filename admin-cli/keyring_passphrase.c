#include "admin-cli/keyring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct passphrase *passphrase_allocate(void)
{
    struct passphrase *passphrase = sodium_malloc(sizeof *passphrase);

    assert(passphrase != NULL);
    passphrase->size = 0;
    return passphrase;
}

void passphrase_close(struct passphrase *passphrase)
{
    sodium_free(passphrase);
}

/* Reads to the end of the line, a byte at a time: what follows is for the
 * next key.  *end: nothing was left. */
static bool read_line(struct passphrase *passphrase, int fd, bool *end,
                      struct error *error)
{
    size_t size = 0;

    for (;;) {
        char byte;
        ssize_t n = read(fd, &byte, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(error, ERROR_SYSTEM, "cannot read the passphrase: %s",
                        strerror(errno));
        *end = n == 0 && size == 0;
        if (n == 0 || byte == '\n')
            break;
        if (size == sizeof passphrase->bytes)
            return fail(error, ERROR_USAGE, "the passphrase is too long");
        passphrase->bytes[size++] = byte;
    }
    if (!*end)
        passphrase->size = size;
    return true;
}

static void say(int fd, const char *text)
{
    /* A terminal that is gone is found when the answer is read. */
    if (write(fd, text, strlen(text)) < 0)
        return;
}

static bool ask(struct passphrase *passphrase, const char *what, int fd,
                struct error *error)
{
    struct termios before, quiet;
    bool read_it, end;

    if (tcgetattr(fd, &before) != 0)
        return fail(error, ERROR_SYSTEM, "no terminal to ask on");
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
        return fail(error, ERROR_SYSTEM, "the terminal would show it");
    say(fd, what);
    say(fd, ": ");
    read_it = read_line(passphrase, fd, &end, error);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    say(fd, "\n");
    if (read_it && end)
        return fail(error, ERROR_USAGE, "no passphrase was given");
    return read_it;
}

static bool ask_again(const struct passphrase *first, int fd,
                      struct error *error)
{
    struct passphrase *second = passphrase_allocate();
    bool same = ask(second, "Once more", fd, error);

    if (same && (second->size != first->size ||
                 sodium_memcmp(second->bytes, first->bytes, first->size) != 0))
        same = fail(error, ERROR_USAGE, "the two are not the same");
    passphrase_close(second);
    return same;
}

static bool ask_terminal(struct passphrase *passphrase, const char *what,
                         bool twice, struct error *error)
{
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool asked;

    if (fd < 0)
        return fail(error, ERROR_USAGE,
                    "no terminal to ask for a passphrase; "
                    "--passphrase-fd reads it");
    asked = ask(passphrase, what, fd, error) &&
            (!twice || ask_again(passphrase, fd, error));
    (void)close(fd);
    return asked;
}

bool passphrase_read(struct passphrase *passphrase, int fd, const char *what,
                     bool twice, struct error *error)
{
    bool end;

    if (fd < 0) {
        if (!ask_terminal(passphrase, what, twice, error))
            return false;
    } else if (!read_line(passphrase, fd, &end, error)) {
        return false;
    }
    if (passphrase->size < PASSPHRASE_BYTES_MIN)
        return fail(error, ERROR_USAGE, "a passphrase has at least %d bytes",
                    PASSPHRASE_BYTES_MIN);
    return true;
}
