#include "server/series.h"
#include "server/door.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void finish(struct series *series, const struct verdict *verdict)
{
    struct reply reply = {.status = 201, .cache = CACHE_PRIVATE};
    const struct request *request = &series->exchange->request;
    char path[SERIES_PATH_CHARS + 64];

    if (request->face == FACE_HTML) {
        (void)snprintf(path, sizeof path, "%s?size=%" PRId64 "&lang=%s",
                       series->path, verdict->index + 1, request->language);
        reply_redirect(&reply, path);
    } else {
        reply_header(&reply, "Location", "%s", series->path);
        reply.body = json_pack("{s:I}", "index", (json_int_t)verdict->index);
    }
    exchange_finish(series->exchange, &reply);
    free(series);
}

static bool enter_next(struct series *series, struct error *error);

static void be_told(void *context, const struct verdict *verdict)
{
    struct series *series = context;
    struct error error = verdict->error;

    if (error.code == ERROR_NONE && series->at == series->count) {
        finish(series, verdict);
        return;
    }
    if (error.code == ERROR_NONE && enter_next(series, &error))
        return;
    exchange_refuse(series->exchange, &error);
    free(series);
}

static bool enter_next(struct series *series, struct error *error)
{
    const char *note = series->notes[series->at];
    struct submission submission = {.bytes = note,
                                    .size = strlen(note),
                                    .done = be_told,
                                    .context = series};

    /* be_told() may run, and free the series, before the door returns. */
    series->at++;
    return door_enter(series->host, &submission, error);
}

bool series_enter(struct series *series, struct error *error)
{
    assert(series->count > 0 && series->count <= SERIES_NOTES_MAX);
    series->at = 0;
    if (enter_next(series, error))
        return true;
    free(series);
    return false;
}
