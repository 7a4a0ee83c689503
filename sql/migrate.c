#include "sql/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_ROOM = 128,
    FILES_MAX = 999,
    FILE_BYTES_MAX = 1 << 20,
    ONE_AT_A_TIME = 0x7e44ea0, /* Of advisory locks; any number will do. */
};

struct file {
    char name[NAME_ROOM];
};

struct files {
    size_t count;
    struct file *items;
};

#define FILES(name) __attribute__((cleanup(free_files))) struct files name = {0}
#define SCRIPT(name) __attribute__((cleanup(free_script))) char *name = NULL

static void free_files(struct files *files)
{
    free(files->items);
}

static void free_script(char **script)
{
    free(*script);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name,
                  ((const struct file *)b)->name);
}

static bool is_sql(const char *name)
{
    size_t size = strlen(name);

    return size > 4 && size < NAME_ROOM && name[0] != '.' &&
           strcmp(name + size - 4, ".sql") == 0;
}

static bool list_files(struct files *files, const char *path,
                       struct error *error)
{
    DIR *directory = opendir(path);
    const struct dirent *item;

    if (directory == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    files->items = calloc(FILES_MAX, sizeof *files->items);
    if (files->items == NULL)
        abort();
    while ((item = readdir(directory)) != NULL)
        if (is_sql(item->d_name) && files->count < FILES_MAX)
            memcpy(files->items[files->count++].name, item->d_name,
                   strlen(item->d_name)); /* calloc() ended it. */
    (void)closedir(directory);
    qsort(files->items, files->count, sizeof *files->items, by_name);
    return true;
}

/* *script is terminated and the caller's to free. */
static bool read_file(char **script, const char *path, struct error *error)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    *script = malloc(FILE_BYTES_MAX + 1);
    if (*script == NULL)
        abort();
    size = fread(*script, 1, FILE_BYTES_MAX + 1, file);
    if (ferror(file) || size > FILE_BYTES_MAX ||
        memchr(*script, '\0', size) != NULL) {
        (void)fclose(file);
        return fail(error, ERROR_SYSTEM, "%s: not a script", path);
    }
    (void)fclose(file);
    (*script)[size] = '\0';
    return true;
}

/* "0007_holdings.sql" is 7; anything else 0. */
static int file_number(const char *name)
{
    int number = 0;

    for (int i = 0; i < 4; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        number = number * 10 + name[i] - '0';
    }
    return name[4] == '_' ? number : 0;
}

bool migrate_number(struct db *db, int *number, struct error *error)
{
    DB_RESULT(there);
    DB_RESULT(rows);

    if (!db_query(db, "SELECT to_regclass('migration') IS NOT NULL AS there",
                  NO_PARAMS, &there, error))
        return false;
    if (!row_bool(there, 0, "there")) {
        *number = 0;
        return true;
    }
    if (!db_query(db,
                  "SELECT coalesce(max(number), 0) AS number FROM migration",
                  NO_PARAMS, &rows, error))
        return false;
    *number = (int)row_int(rows, 0, "number");
    return true;
}

/* An applied migration must still be what was applied. */
static bool compare(struct db *db, int number, const char *name,
                    const char *script, struct error *error)
{
    DB_RESULT(rows);

    if (!db_query(
            db,
            "SELECT sha256 = sha256($2) AS equal FROM migration"
            " WHERE number = $1",
            PARAMS(param_int4(number), param_bytes(script, strlen(script))),
            &rows, error))
        return false;
    if (PQntuples(rows) == 0)
        return fail(error, ERROR_MISMATCH,
                    "migration %d was never applied, but later ones were",
                    number);
    if (!row_bool(rows, 0, "equal"))
        return fail(error, ERROR_MISMATCH,
                    "%s was edited after it had been applied", name);
    return true;
}

static bool apply(struct db *db, int number, const char *name,
                  const char *script, struct error *error)
{
    struct error why = {0};
    DB_RESULT(none);
    DB_TRANSACTION(transaction);

    if (!db_begin(db, &transaction, error))
        return false;
    if (!db_script(db, script, &why))
        return fail(error, why.code, "%s: %s", name, why.text);
    if (!db_query(db,
                  "INSERT INTO migration (number, name, sha256)"
                  " VALUES ($1, $2, sha256($3))",
                  PARAMS(param_int4(number), param_text(name),
                         param_bytes(script, strlen(script))),
                  &none, error))
        return false;
    return db_commit(&transaction, error);
}

static bool check_numbers(const struct files *files, struct error *error)
{
    for (int i = 0; i < (int)files->count; i++)
        if (file_number(files->items[i].name) != i + 1)
            return fail(error, ERROR_MISMATCH, "%s should be number %04d",
                        files->items[i].name, i + 1);
    return true;
}

static bool apply_migrations(struct db *db, const char *directory, int *applied,
                             struct error *error)
{
    char path[PATH_MAX];
    int last;
    FILES(files);

    (void)snprintf(path, sizeof path, "%s/migrations", directory);
    if (!list_files(&files, path, error) || !check_numbers(&files, error) ||
        !migrate_number(db, &last, error))
        return false;
    if (last > (int)files.count)
        return fail(error, ERROR_MISMATCH,
                    "the database has migration %d, this program only %zu",
                    last, files.count);
    for (int number = 1; number <= (int)files.count; number++) {
        const char *name = files.items[number - 1].name;
        SCRIPT(script);

        (void)snprintf(path, sizeof path, "%s/migrations/%s", directory, name);
        if (!read_file(&script, path, error))
            return false;
        if (number <= last ? !compare(db, number, name, script, error)
                           : !apply(db, number, name, script, error))
            return false;
        *applied += number > last;
    }
    return true;
}

static bool apply_views(struct db *db, const char *directory,
                        struct error *error)
{
    char path[PATH_MAX];
    FILES(files);
    DB_TRANSACTION(transaction);

    (void)snprintf(path, sizeof path, "%s/views", directory);
    if (!list_files(&files, path, error) || !db_begin(db, &transaction, error))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        struct error why = {0};
        SCRIPT(script);

        (void)snprintf(path, sizeof path, "%s/views/%s", directory,
                       files.items[i].name);
        if (!read_file(&script, path, error))
            return false;
        if (!db_script(db, script, &why))
            return fail(error, why.code, "%s: %s", files.items[i].name,
                        why.text);
    }
    return db_commit(&transaction, error);
}

bool migrate_apply(struct db *db, const char *directory, int *applied,
                   struct error *error)
{
    struct error ignored = {0}; /* The lock ends with the session anyway. */
    int count = 0;
    bool done;
    DB_RESULT(locked);
    DB_RESULT(none);

    if (!db_query(db, "SELECT pg_advisory_lock($1::bigint)",
                  PARAMS(param_int8(ONE_AT_A_TIME)), &locked, error))
        return false;
    done = apply_migrations(db, directory, &count, error) &&
           apply_views(db, directory, error);
    db_ignore(db_query(db, "SELECT pg_advisory_unlock($1::bigint)",
                       PARAMS(param_int8(ONE_AT_A_TIME)), &none, &ignored));
    if (done)
        *applied = count;
    return done;
}
