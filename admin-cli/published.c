#include "admin-cli/published.h"

#include "admin-cli/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* http://host/prefix/ledger -> the node, and the ledger's name. */
bool published_open(struct client *client, const struct call *call,
                    struct error *error)
{
    struct settings settings = call->settings;
    char node[CLIENT_URL_BYTES];
    size_t size;
    char *slash;

    if (call->word_count == 0)
        return client_open(client, &settings, error) &&
               client_find_ledger(client, error);
    size = (size_t)snprintf(node, sizeof node, "%s", call->words[0]);
    if (size >= sizeof node)
        return fail(error, ERROR_USAGE, "the address is too long");
    while (size > 0 && node[size - 1] == '/')
        node[--size] = '\0';
    slash = strrchr(node, '/');
    if (slash == NULL || slash == node || slash[-1] == '/' ||
        strlen(slash + 1) >= sizeof client->ledger)
        return fail(error, ERROR_USAGE,
                    "'%s' does not end in the name of a ledger",
                    call->words[0]);
    *slash = '\0';
    settings.values[SETTING_NODE] = node;
    if (!client_open(client, &settings, error))
        return false;
    (void)snprintf(client->ledger, sizeof client->ledger, "%s", slash + 1);
    return true;
}

char *answer_keep(struct answer *answer)
{
    char *body = answer->body;

    answer->body = NULL;
    return body;
}

bool published_fetch(struct client *client, const struct tile_path *path,
                     struct answer *answer, struct error *error)
{
    char tile[TILE_PATH_CHARS], url[TILE_PATH_CHARS + 2];

    (void)tile_path_write(tile, path);
    (void)snprintf(url, sizeof url, "~/%s", tile);
    return client_get(client, url, answer, error);
}

struct reading {
    struct auditor *auditor;
    bool (*each)(void *context, const struct auditor *auditor,
                 struct error *error);
    void *context;
};

static bool read_bundle(const struct reading *reading, const char *bytes,
                        size_t size, unsigned width, struct error *error)
{
    const uint8_t *at = (const uint8_t *)bytes;
    size_t left = size;

    for (unsigned i = 0; i < width; i++) {
        size_t length = left < 2 ? 0 : (size_t)at[0] << 8 | at[1];

        if (left < 2 || left - 2 < length)
            return fail(error, ERROR_PROOF,
                        "entry %" PRId64 ": its bundle is cut off",
                        reading->auditor->state->size);
        if (!auditor_leaf(reading->auditor, (const char *)at + 2, length,
                          error) ||
            !reading->each(reading->context, reading->auditor, error))
            return false;
        at += 2 + length;
        left -= 2 + length;
    }
    if (left == 0)
        return true;
    return fail(error, ERROR_PROOF, "a bundle has bytes after entry %" PRId64,
                reading->auditor->state->size - 1);
}

bool published_read(struct client *client, struct auditor *auditor,
                    uint64_t size,
                    bool (*each)(void *context, const struct auditor *auditor,
                                 struct error *error),
                    void *context, struct error *error)
{
    const struct reading reading = {auditor, each, context};

    for (uint64_t at = 0; at < size; at += TILE_HASHES) {
        unsigned width =
            size - at < TILE_HASHES ? (unsigned)(size - at) : TILE_HASHES;
        struct tile_path path = {-1, at / TILE_HASHES, width};
        struct answer answer = {0};
        const char *bytes;
        size_t bytes_size;

        if (!published_fetch(client, &path, &answer, error))
            return false;
        bytes = answer.body;
        bytes_size = answer.size;
        auditor_bundle(auditor, answer_keep(&answer));
        answer_close(&answer);
        if (!read_bundle(&reading, bytes, bytes_size, width, error))
            return false;
        screen_progress("entries", at + width, size);
    }
    return true;
}
