#include "sql/logkeys.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CHARS = 1024 };

static const char *path_of(char out[static PATH_CHARS], const char *folder,
                           const char *ledger, const char *ending)
{
    (void)snprintf(out, PATH_CHARS, "%s/%s%s", folder, ledger, ending);
    return out;
}

static bool system_failed(const char *path, struct error *error)
{
    return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* The ledger's own key, or the one that ledgers of this node share. */
static bool load_first(struct log_keys *keys, struct secret_key *secret,
                       const char *folder, const char *ledger,
                       struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    if (keyfile_load(path_of(path, folder, ledger, ".log.key"), secret,
                     &keys->keys[0], &why))
        return true;
    if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    return keyfile_load(path_of(path, folder, "log", ".key"), secret,
                        &keys->keys[0], error);
}

static bool read_retired(struct log_keys *keys, const char *path,
                         struct error *error)
{
    FILE *file = fopen(path, "re");
    char line[VKEY_CHARS_MAX + 2];
    bool good = true;

    if (file == NULL)
        return errno == ENOENT || system_failed(path, error);
    while (good && fgets(line, sizeof line, file) != NULL) {
        size_t size = strcspn(line, "\n");
        struct error why = {0};
        struct vkey vkey;

        if (keys->retired_count == LOG_KEYS_RETIRED_MAX)
            good = fail(error, ERROR_SYSTEM, "%s: more than %d keys", path,
                        LOG_KEYS_RETIRED_MAX);
        else if (!vkey_read(&vkey, line, size, &why))
            good = fail(error, ERROR_SYSTEM, "%s: %s", path, why.text);
        else
            keys->retired[keys->retired_count++] = vkey.key;
    }
    (void)fclose(file);
    return good;
}

static bool load(struct log_keys *keys, struct log_secrets *secrets,
                 const char *folder, const char *ledger, struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};

    if (!load_first(keys, &secrets->keys[0], folder, ledger, error))
        return false;
    keys->count = 1;
    if (keyfile_load(path_of(path, folder, ledger, ".log.new.key"),
                     &secrets->keys[1], &keys->keys[1], &why))
        keys->count = 2;
    else if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    return read_retired(keys, path_of(path, folder, ledger, ".log.retired"),
                        error);
}

bool log_keys_load(struct log_keys *keys, struct log_secrets *secrets,
                   const char *folder, const char *ledger, struct error *error)
{
    *keys = (struct log_keys){0};
    memset(secrets, 0, sizeof *secrets);
    if (load(keys, secrets, folder, ledger, error))
        return true;
    sodium_memzero(secrets, sizeof *secrets);
    keys->count = 0;
    return false;
}

/* For those who only want the public keys. */
static bool load_public(struct log_keys *keys, const char *folder,
                        const char *ledger, struct error *error)
{
    struct log_secrets secrets;
    bool loaded = log_keys_load(keys, &secrets, folder, ledger, error);

    sodium_memzero(&secrets, sizeof secrets);
    return loaded;
}

bool log_keys_begin(const char *folder, const char *ledger,
                    struct log_keys *keys, struct error *error)
{
    char path[PATH_CHARS];

    if (!load_public(keys, folder, ledger, error))
        return false;
    if (keys->count == LOG_KEYS_MAX)
        return fail(error, ERROR_TAKEN,
                    "the key of %s is being changed already: retire the old "
                    "one first",
                    ledger);
    if (keys->retired_count == LOG_KEYS_RETIRED_MAX)
        return fail(error, ERROR_SIZE, "%s has had %d keys", ledger,
                    LOG_KEYS_RETIRED_MAX);
    if (!keyfile_create(path_of(path, folder, ledger, ".log.new.key"),
                        &keys->keys[1], error))
        return false;
    keys->count = 2;
    return true;
}

/* Twice is no harm: a crash between the two steps of log_keys_finish(). */
static bool remember(const char *path, const char *origin,
                     const struct key *key, struct error *error)
{
    FILE *file = fopen(path, "ae");
    char vkey[VKEY_CHARS_MAX];
    bool written;

    if (file == NULL)
        return system_failed(path, error);
    vkey_write(vkey, origin, KEY_TYPE_ED25519, key);
    written = fprintf(file, "%s\n", vkey) > 0 && fflush(file) == 0 &&
              fsync(fileno(file)) == 0;
    written = fclose(file) == 0 && written;
    return written || system_failed(path, error);
}

static bool is_retired(const struct log_keys *keys, const struct key *key)
{
    for (size_t i = 0; i < keys->retired_count; i++)
        if (key_equal(&keys->retired[i], key))
            return true;
    return false;
}

bool log_keys_finish(const char *folder, const char *ledger, const char *origin,
                     struct log_keys *keys, struct error *error)
{
    char path[PATH_CHARS], fresh[PATH_CHARS];
    struct key old;

    if (!load_public(keys, folder, ledger, error))
        return false;
    if (keys->count != LOG_KEYS_MAX)
        return fail(error, ERROR_STATE, "the key of %s is not being changed",
                    ledger);
    old = keys->keys[0];
    if (!is_retired(keys, &old)) {
        if (!remember(path_of(path, folder, ledger, ".log.retired"), origin,
                      &old, error))
            return false;
        keys->retired[keys->retired_count++] = old;
    }
    (void)path_of(fresh, folder, ledger, ".log.new.key");
    if (rename(fresh, path_of(path, folder, ledger, ".log.key")) != 0)
        return system_failed(fresh, error);
    keys->keys[0] = keys->keys[1];
    keys->count = 1;
    return true;
}

const struct key *log_keys_at(const struct log_keys *keys, size_t i)
{
    if (i < keys->count)
        return &keys->keys[i];
    i -= keys->count;
    return i < keys->retired_count ? &keys->retired[i] : NULL;
}
