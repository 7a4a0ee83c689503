#include "server/maildir.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CHARS = 1024 };

static const char suffix[] = ".json";

bool maildir_make(const char *folder, struct error *error)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(error, ERROR_SYSTEM, "%s: %s", folder, strerror(errno));
    return true;
}

static bool write_file(const char *folder, const char *name, const char *end,
                       const void *bytes, size_t size, struct error *error)
{
    char path[PATH_CHARS], made[PATH_CHARS + 8];
    FILE *file;
    bool good;

    (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    (void)snprintf(made, sizeof made, "%s.tmp", path);
    file = fopen(made, "wbe");
    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", made, strerror(errno));
    good = fwrite(bytes, 1, size, file) == size;
    good = fclose(file) == 0 && good;
    if (!good || rename(made, path) != 0)
        return fail(error, ERROR_SYSTEM, "cannot write %s", path);
    return true;
}

bool maildir_write(const char *folder, const struct letter *letter,
                   const struct buffer *message, struct error *error)
{
    char id[2 * MAIL_ID_BYTES + 1], name[MAILDIR_NAME_MAX];
    char made[INSTANT_CHARS + 1];
    json_t *json;
    char *text;
    bool done;

    (void)sodium_bin2hex(id, sizeof id, letter->id, MAIL_ID_BYTES);
    (void)snprintf(name, sizeof name, "%013" PRId64 "-%s", letter->made.ms, id);
    instant_write(made, letter->made);
    json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", name,
                  "made", made, "to", letter->to, "from_name",
                  letter->from_name, "subject", letter->subject, "language",
                  letter->language, "text", letter->text, "html", letter->html);
    text = json_dumps(json, JSON_INDENT(1));
    assert(text != NULL);
    /* What is listed is the second file. */
    done = write_file(folder, name, ".eml", message->bytes, message->size,
                      error) &&
           write_file(folder, name, suffix, text, strlen(text), error);
    free(text);
    json_decref(json);
    return done;
}

static bool name_is_valid(const char *name)
{
    size_t size = strlen(name);

    return size > 0 && size < MAILDIR_NAME_MAX &&
           strspn(name, "0123456789abcdef-") == size;
}

json_t *maildir_read(const char *folder, const char *name)
{
    char path[PATH_CHARS];

    if (!name_is_valid(name))
        return NULL;
    (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

static int is_listed(const struct dirent *item)
{
    size_t size = strlen(item->d_name);

    return size > strlen(suffix) &&
           strcmp(item->d_name + size - strlen(suffix), suffix) == 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

json_t *maildir_list(const char *folder)
{
    struct dirent **items = NULL;
    int count = scandir(folder, &items, is_listed, newest_first);
    json_t *list = json_array();

    for (int i = 0; i < count; i++) {
        char *name = items[i]->d_name;

        name[strlen(name) - strlen(suffix)] = '\0';
        if (i < MAILDIR_LIST_MAX) {
            json_t *letter = maildir_read(folder, name);

            if (letter != NULL)
                (void)json_array_append_new(list, letter);
        }
        free(items[i]);
    }
    free(items);
    return list;
}
