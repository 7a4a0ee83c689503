#include "admin-cli/seen.h"

#include "admin-cli/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool seen_dir(char out[static SEEN_PATH_BYTES])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int size = -1;

    if (state != NULL && *state == '/')
        size = snprintf(out, SEEN_PATH_BYTES, "%s/terreau", state);
    else if (home != NULL && *home == '/')
        size = snprintf(out, SEEN_PATH_BYTES, "%s/.local/state/terreau", home);
    return size > 0 && size < SEEN_PATH_BYTES - 300;
}

/* All folders of the path, for this user only. */
static bool make_dirs(char *path, struct error *error)
{
    for (char *at = path + 1;; at++) {
        const char was = *at;

        if (was != '/' && was != '\0')
            continue;
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        *at = was;
        if (was == '\0')
            return true;
    }
}

static void hash_name(char out[static HASH_CHARS + 1], const char *text)
{
    struct hash hash;

    (void)crypto_hash_sha256(hash.bytes, (const uint8_t *)text, strlen(text));
    hash_write(out, &hash);
}

bool seen_file(char out[static SEEN_PATH_BYTES], const char *what,
               const char *origin, struct error *error)
{
    char dir[SEEN_PATH_BYTES], name[HASH_CHARS + 1];

    out[0] = '\0';
    if (!seen_dir(dir))
        return true;
    (void)snprintf(out, SEEN_PATH_BYTES, "%.500s/%.40s", dir, what);
    if (!make_dirs(out, error))
        return false;
    hash_name(name, origin);
    (void)snprintf(out, SEEN_PATH_BYTES, "%.500s/%.40s/%s", dir, what, name);
    return true;
}

/* A name of 64 hex digits is a key's; others are not ours. */
static bool key_of_name(struct key *key, const char *name)
{
    struct hash hash;

    if (strlen(name) != HASH_CHARS || !hash_read(&hash, name, HASH_CHARS))
        return false;
    memcpy(key->bytes, hash.bytes, sizeof key->bytes);
    return true;
}

static bool load(struct seen *seen, const char *path, const char *origin,
                 struct error *error)
{
    struct note *note = malloc(sizeof *note);
    struct error why = {0};
    bool good;

    assert(note != NULL);
    good =
        file_read(path, CHECKPOINT_NOTE_MAX, &seen->note, &seen->size, error);
    if (!good) {
        free(note);
        return false;
    }
    good = note_parse(note, seen->note, seen->size, &why) &&
           checkpoint_read(&seen->checkpoint, note->text, &why);
    free(note);
    if (good && strcmp(seen->checkpoint.origin, origin) == 0)
        return true;
    free(seen->note);
    return fail(error, ERROR_SYSTEM,
                "%s is no checkpoint of %s; remove it only if you know why",
                path, origin);
}

bool seen_load(struct seen_list *list, const char *dir, const char *origin,
               struct error *error)
{
    char name[HASH_CHARS + 1], path[SEEN_PATH_BYTES + 100];
    const struct dirent *item;
    bool good = true;
    DIR *folder;

    memset(list, 0, sizeof *list);
    hash_name(name, origin);
    (void)snprintf(list->dir, sizeof list->dir, "%.500s/audit/%s", dir, name);
    folder = opendir(list->dir);
    if (folder == NULL)
        return errno == ENOENT ||
               fail(error, ERROR_SYSTEM, "%s: %s", list->dir, strerror(errno));
    while (good && (item = readdir(folder)) != NULL) {
        struct seen *seen = &list->seen[list->count];

        if (!key_of_name(&seen->key, item->d_name))
            continue;
        (void)snprintf(path, sizeof path, "%s/%.64s", list->dir, item->d_name);
        good =
            list->count < SEEN_MAX - 1
                ? load(seen, path, origin, error)
                : fail(error, ERROR_SYSTEM, "%s has too many files", list->dir);
        list->count += good ? 1 : 0;
    }
    (void)closedir(folder);
    return good;
}

void seen_free(struct seen_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->seen[i].note);
    memset(list, 0, sizeof *list);
}

static bool has_signed(const struct note *note, const struct vkey *vkey)
{
    for (size_t i = 0; i < note->line_count; i++)
        if (note_line_is_by(note, i, vkey))
            return true;
    return false;
}

bool seen_save(const struct seen_list *list, const struct policy *policy,
               const struct note *note, const char *origin, const char *bytes,
               size_t size, struct error *error)
{
    char path[SEEN_PATH_BYTES + 100], name[HASH_CHARS + 1];
    struct hash key;

    (void)snprintf(path, sizeof path, "%s", list->dir);
    if (!make_dirs(path, error))
        return false;
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct vkey *vkey = &policy->logs[i].vkey;

        if (strcmp(vkey->name, origin) != 0 || !has_signed(note, vkey))
            continue;
        memcpy(key.bytes, vkey->key.bytes, sizeof key.bytes);
        hash_write(name, &key);
        (void)snprintf(path, sizeof path, "%s/%s", list->dir, name);
        if (!file_write(path, bytes, size, error))
            return false;
    }
    return true;
}

bool seen_evidence(char path[static SEEN_PATH_BYTES], const char *dir,
                   const struct seen *seen, const char *bytes, size_t size,
                   struct error *error)
{
    char origin[200], file[SEEN_PATH_BYTES + 20], root[HASH_CHARS + 1];
    struct hash both;
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)seen->note,
                                    seen->size);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)bytes, size);
    (void)crypto_hash_sha256_final(&state, both.bytes);
    hash_write(root, &both);
    (void)snprintf(origin, sizeof origin, "%s", seen->checkpoint.origin);
    for (char *at = origin; *at != '\0'; at++)
        *at = *at == '/' ? '_' : *at;
    (void)snprintf(path, SEEN_PATH_BYTES, "%.400s/evidence/%s-%.16s", dir,
                   origin, root);
    if (!make_dirs(path, error))
        return false;
    (void)snprintf(file, sizeof file, "%s/seen-before", path);
    if (!file_write(file, seen->note, seen->size, error))
        return false;
    (void)snprintf(file, sizeof file, "%s/shown-now", path);
    return file_write(file, bytes, size, error);
}
