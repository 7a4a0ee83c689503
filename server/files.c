#include "server/files.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64, FILE_BYTES_MAX = 512 * 1024 };

struct files {
    struct file list[FILES_MAX];
    size_t count;
};

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".woff2", "font/woff2"},
    {".png", "image/png"},
    {".txt", "text/plain; charset=utf-8"},
};

/* The media type of a name, or NULL. */
static const char *find_type(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t ending = strlen(types[i].ending);

        if (size > ending && strcmp(name + size - ending, types[i].ending) == 0)
            return types[i].type;
    }
    return NULL;
}

static bool load(struct file *file, const char *directory, const char *name,
                 struct error *error)
{
    char path[1024];
    FILE *stream;

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    stream = fopen(path, "rb");
    if (stream == NULL)
        return fail(error, ERROR_SYSTEM, "cannot read %s", path);
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    file->type = find_type(name);
    file->bytes = malloc(FILE_BYTES_MAX);
    assert(file->bytes != NULL);
    file->size = fread(file->bytes, 1, FILE_BYTES_MAX, stream);
    if (fgetc(stream) != EOF || ferror(stream)) {
        (void)fclose(stream);
        return fail(error, ERROR_SYSTEM, "%s cannot be read or is too large",
                    path);
    }
    (void)fclose(stream);
    return true;
}

static bool load_all(struct files *files, DIR *dir, const char *directory,
                     struct error *error)
{
    for (struct dirent *at = readdir(dir); at != NULL; at = readdir(dir)) {
        if (at->d_name[0] == '.' || find_type(at->d_name) == NULL)
            continue;
        if (files->count == FILES_MAX ||
            strlen(at->d_name) >= sizeof files->list[0].name)
            return fail(error, ERROR_SYSTEM, "%s has too many or long names",
                        directory);
        if (!load(&files->list[files->count++], directory, at->d_name, error))
            return false;
    }
    return true;
}

bool files_load(struct files **files, const char *directory,
                struct error *error)
{
    struct files *loaded;
    DIR *dir = opendir(directory);
    bool done;

    if (dir == NULL)
        return fail(error, ERROR_SYSTEM, "cannot open the folder %s",
                    directory);
    loaded = calloc(1, sizeof *loaded);
    assert(loaded != NULL);
    done = load_all(loaded, dir, directory, error);
    (void)closedir(dir);
    if (done)
        *files = loaded;
    else
        files_free(loaded);
    return done;
}

void files_free(struct files *files)
{
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++)
        free(files->list[i].bytes);
    free(files);
}

const struct file *files_find(const struct files *files, const char *name)
{
    for (size_t i = 0; files != NULL && i < files->count; i++)
        if (strcmp(files->list[i].name, name) == 0)
            return &files->list[i];
    return NULL;
}
