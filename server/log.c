#include "server/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1400, TEXT_BYTES = 1000 };

static enum log_level least = LOG_INFO;

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

/* The line being made; what does not fit is cut, the newline never is. */
struct line {
    char bytes[LINE_BYTES];
    size_t size;
};

static void put(struct line *line, char c)
{
    if (line->size < sizeof line->bytes - 1)
        line->bytes[line->size++] = c;
}

static void put_text(struct line *line, const char *text)
{
    for (; *text != '\0'; text++)
        put(line, *text);
}

/* Quoted, with everything that is not printable ASCII shown as '?'. */
static void put_quoted(struct line *line, const char *text)
{
    put(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            put(line, '\\');
        put(line, *text >= ' ' && *text <= '~' ? *text : '?');
    }
    put(line, '"');
}

static void put_number(struct line *line, int64_t number)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    put_text(line, digits);
}

static void begin(struct line *line, enum log_level level, const char *event)
{
    struct timespec now;
    struct tm tm;
    char stamp[32];
    char millis[8];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &tm);
    (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(millis, sizeof millis, ".%03dZ",
                   (int)(now.tv_nsec / 1000000 % 1000));
    line->size = 0;
    put_text(line, "time=");
    put_text(line, stamp);
    put_text(line, millis);
    put_text(line, " level=");
    put_text(line, level_names[level]);
    put_text(line, " event=");
    put_text(line, event);
}

static void end(struct line *line)
{
    ssize_t written;

    line->bytes[line->size++] = '\n'; /* put() left room for it. */
    written = write(STDERR_FILENO, line->bytes, line->size);
    (void)written; /* With no log to write to there is nobody to tell. */
}

void log_level_set(enum log_level level)
{
    least = level;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    struct line line;
    char text[TEXT_BYTES];
    va_list args;

    if (level < least)
        return;
    begin(&line, level, event);
    if (format != NULL) {
        va_start(args, format);
        (void)vsnprintf(text, sizeof text, format, args);
        va_end(args);
        put_text(&line, " text=");
        put_quoted(&line, text);
    }
    end(&line);
}

void log_request(const struct log_request *request)
{
    struct line line;

    if (LOG_INFO < least)
        return;
    begin(&line, LOG_INFO, "request");
    put_text(&line, " id=");
    put_text(&line, request->id);
    if (request->trace[0] != '\0') {
        put_text(&line, " trace=");
        put_text(&line, request->trace);
    }
    put_text(&line, " method=");
    put_quoted(&line, request->method);
    put_text(&line, " path=");
    put_quoted(&line, request->path);
    put_text(&line, " status=");
    put_number(&line, request->status);
    put_text(&line, " micros=");
    put_number(&line, request->micros);
    if (request->error[0] != '\0') {
        put_text(&line, " error=");
        put_text(&line, request->error);
    }
    end(&line);
}
