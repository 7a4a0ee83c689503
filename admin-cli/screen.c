#include "admin-cli/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    bool quiet, terminal, colour;
    int64_t drawn_ms; /* When the progress bar was. */
} screen;

void screen_start(bool quiet)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    screen.quiet = quiet;
    screen.terminal = isatty(STDERR_FILENO) == 1;
    screen.colour = screen.terminal &&
                    (no_colour == NULL || *no_colour == '\0') &&
                    (term == NULL || strcmp(term, "dumb") != 0);
}

void screen_error(const struct error *error)
{
    char text[sizeof error->text], pointer[sizeof error->pointer];
    const bool at = error->pointer[0] != '\0';

    (void)fprintf(
        stderr, "%sterreau:%s %s%s%s (%s)\n", screen.colour ? "\033[31m" : "",
        screen.colour ? "\033[0m" : "",
        screen_clean(text, sizeof text, error->text), at ? ", at " : "",
        screen_clean(pointer, sizeof pointer, error->pointer),
        error_spec(error->code)->name);
}

void screen_note(const char *format, ...)
{
    va_list args;

    if (screen.quiet)
        return;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\n");
}

void screen_heading(const char *text)
{
    if (!screen.quiet)
        (void)fprintf(stderr, "%s%s%s\n", screen.colour ? "\033[1m" : "", text,
                      screen.colour ? "\033[0m" : "");
}

void screen_progress(const char *what, size_t done, size_t total)
{
    enum { WIDTH = 30 };
    struct timespec now;
    int64_t now_ms;
    int filled;

    if (!screen.terminal || screen.quiet || total == 0)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (done < total && now_ms - screen.drawn_ms < 100)
        return;
    screen.drawn_ms = now_ms;
    filled = (int)(done * WIDTH / total);
    (void)fprintf(stderr, "\r%s [%.*s%.*s] %zu of %zu%s", what, filled,
                  "##############################", WIDTH - filled,
                  "..............................", done, total,
                  done == total ? "\n" : "");
    (void)fflush(stderr);
}

bool screen_confirm(const char *question)
{
    char answer[16] = "";
    FILE *in = fopen("/dev/tty", "r");
    bool yes;

    if (in == NULL) {
        (void)fprintf(stderr, "%s No terminal to answer on: --yes answers.\n",
                      question);
        return false;
    }
    (void)fprintf(stderr, "%s [y/N] ", question);
    (void)fflush(stderr);
    yes = fgets(answer, sizeof answer, in) != NULL &&
          (strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0 ||
           strcmp(answer, "Y\n") == 0);
    (void)fclose(in);
    return yes;
}

/* Of the character of which this is the first byte, so that none is cut. */
static size_t bytes_from(unsigned char c)
{
    return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

const char *screen_clean(char *out, size_t room, const char *text)
{
    size_t size = 0;

    while (*text != '\0' && size + bytes_from((unsigned char)*text) < room) {
        unsigned char c = (unsigned char)*text++;

        /* C1 controls begin with C2 80 to C2 9F. */
        if (c == 0xc2 && (unsigned char)*text >= 0x80 &&
            (unsigned char)*text < 0xa0)
            text++;
        else
            out[size++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    out[size] = '\0';
    return out;
}
